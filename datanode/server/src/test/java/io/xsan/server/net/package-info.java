/** Tests of connections between datanodes. */
@NullMarked
package io.xsan.server.net;

import org.jspecify.annotations.NullMarked;
