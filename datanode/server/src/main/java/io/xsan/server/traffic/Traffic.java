package io.xsan.server.traffic;

/** Connections of one kind at one moment, and the payload bytes of all there ever were. */
public record Traffic(int connections, long receivedBytes, long sentBytes) {}
