package io.xsan.sim.meta;

/**
 * How the metadata group behaves by itself: typical time of a round trip, typical delay of an
 * image, how often (per million) an answer is lost though the command was applied, and how often a
 * command is applied long after its proposer was told that nobody knows.
 */
public record MetaConditions(
        long delayNanos, long imageDelayNanos, int lostAnswers, int lateCommands) {}
