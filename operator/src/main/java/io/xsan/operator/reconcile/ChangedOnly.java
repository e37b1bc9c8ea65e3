package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Spares the API server what it was told within the last minute: so long it may take until a change
 * that somebody else made is undone. Any thread.
 */
public final class ChangedOnly implements Writer {
    private static final Duration AGE_MAX = Duration.ofMinutes(1);

    private final Writer writer;
    private final InstantSource clock;
    private final Map<String, Told> told = new ConcurrentHashMap<>();

    private record Told(int hash, Instant when) {}

    /** Before another writer. */
    public ChangedOnly(Writer writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public void apply(HasMetadata object) {
        String key =
                object.getKind()
                        + "/"
                        + object.getMetadata().getNamespace()
                        + "/"
                        + object.getMetadata().getName();
        int hash = Serialization.asJson(object).hashCode();
        Instant now = clock.instant();
        Told last = told.get(key);
        if (last == null || last.hash != hash || last.when.plus(AGE_MAX).isBefore(now)) {
            told.remove(key);
            writer.apply(object);
            told.put(key, new Told(hash, now));
        }
    }
}
