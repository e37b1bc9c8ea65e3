@org.jspecify.annotations.NullMarked
package io.xsan.server.disk;
