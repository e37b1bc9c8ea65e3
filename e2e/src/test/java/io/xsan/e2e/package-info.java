/** Promises kept on a real Kubernetes cluster of several nodes, which {@code e2e/run.sh} makes. */
@NullMarked
package io.xsan.e2e;

import org.jspecify.annotations.NullMarked;
