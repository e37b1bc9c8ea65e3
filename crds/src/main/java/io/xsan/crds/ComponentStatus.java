package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** The share of a volume on one node: InSync, Stale or Syncing, and how far a resync is. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ComponentStatus(String node, String state, @Nullable Integer progressPercent) {}
