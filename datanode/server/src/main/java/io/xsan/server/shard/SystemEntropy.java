package io.xsan.server.shard;

import io.xsan.base.seam.Entropy;
import java.security.SecureRandom;

/** Chance from the operating system. */
public final class SystemEntropy implements Entropy {
    private final SecureRandom random = new SecureRandom();

    @Override
    public long nextLong() {
        return random.nextLong();
    }
}
