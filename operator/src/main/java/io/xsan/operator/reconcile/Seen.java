package io.xsan.operator.reconcile;

import java.time.Instant;

/** What was found in Kubernetes and in the storage cluster. */
record Seen(Datanodes datanodes, Health health, Instant firstCertificateEnd) {}
