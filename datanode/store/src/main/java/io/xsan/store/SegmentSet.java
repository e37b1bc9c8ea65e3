package io.xsan.store;

import java.util.Arrays;

/** A few segments, each once. */
final class SegmentSet {
    private int[] segments = new int[1];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void add(int segment) {
        for (int i = 0; i < count; i++) {
            if (segments[i] == segment) {
                return;
            }
        }
        if (count == segments.length) {
            segments = Arrays.copyOf(segments, count * 2);
        }
        segments[count++] = segment;
    }

    void remove(int segment) {
        for (int i = 0; i < count; i++) {
            if (segments[i] == segment) {
                segments[i] = segments[--count];
                return;
            }
        }
    }

    void addAll(SegmentSet other) {
        for (int i = 0; i < other.count; i++) {
            add(other.segments[i]);
        }
    }
}
