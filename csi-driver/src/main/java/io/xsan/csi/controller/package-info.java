/**
 * The controller service: CSI's volumes as XSAN's. Volume ids are XSAN's ids (16 hexadecimal
 * digits), node ids are the names of hosts in attachments. Every call asks the cluster what is so,
 * then does what is missing; of two controllers that attach at the same time, the one whose
 * attachment the metadata took first keeps it.
 */
@NullMarked
package io.xsan.csi.controller;

import org.jspecify.annotations.NullMarked;
