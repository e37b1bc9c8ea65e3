/** What the engine costs: whole shards on memory, driven by one thread. */
@NullMarked
package io.xsan.engine;

import org.jspecify.annotations.NullMarked;
