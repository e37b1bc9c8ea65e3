package io.xsan.server.agent;

import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.server.shard.ShardLoop;

/** What the devices of a worker work with: one loop, and its memory. */
record Workbench(ShardLoop loop, BufferPool pool, Log log) {}
