/** The configuration of a datanode: JSON, checked key by key before anything is started. */
@NullMarked
package io.xsan.server.config;

import org.jspecify.annotations.NullMarked;
