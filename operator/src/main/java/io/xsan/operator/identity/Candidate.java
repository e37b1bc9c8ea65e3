package io.xsan.operator.identity;

/** A Kubernetes node that shall store data, with its address and failure domain. */
public record Candidate(String name, String address, String domain) {}
