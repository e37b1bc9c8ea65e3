package io.xsan.frontend.nbd;

import io.xsan.engine.VolumeSession;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The volumes that may be reached through a listener. Answers from what the shard knows now. */
public interface NbdExports {
    /** What is told of a volume before it is opened. Names have at most 4096 bytes of UTF-8. */
    record Export(
            String name, String description, long sizeBytes, int sectorBytes, boolean isReadOnly) {}

    /** Names to show to who asks for a list. */
    List<String> names();

    /** The export of a name ("" is the default export, if there is one), or null. */
    @Nullable Export find(String name);

    /**
     * Opens a session on an export for one connection; all connections of an export form one
     * session of the engine. The listener is told as by {@link io.xsan.engine.Shard#connect}, from
     * inside this call or later.
     */
    void open(String name, VolumeSession.Listener listener);
}
