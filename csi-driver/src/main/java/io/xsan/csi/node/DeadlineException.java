package io.xsan.csi.node;

import java.io.IOException;

/** A program did not end in time, and was killed. */
final class DeadlineException extends IOException {
    private static final long serialVersionUID = 1L;

    DeadlineException(String message) {
        super(message);
    }
}
