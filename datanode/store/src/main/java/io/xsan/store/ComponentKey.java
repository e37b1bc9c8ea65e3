package io.xsan.store;

/** Identity of a component within a store. */
record ComponentKey(long volume, long generation) {}
