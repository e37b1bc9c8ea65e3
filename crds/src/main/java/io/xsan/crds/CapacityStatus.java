package io.xsan.crds;

/** Bytes of all stores together, before replicas, as quantities. */
public record CapacityStatus(String usable, String free) {}
