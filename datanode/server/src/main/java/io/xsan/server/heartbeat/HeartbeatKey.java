package io.xsan.server.heartbeat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The key that seals the heartbeats of a cluster: a file of 64 hexadecimal digits, a secret. */
public final class HeartbeatKey {
    private static final int BYTES = 32;

    private HeartbeatKey() {}

    /**
     * Writes a new key, readable by its owner only.
     *
     * @throws IOException if the file cannot be written
     */
    public static void create(Path file) throws IOException {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        OpenOption write = StandardOpenOption.WRITE;
        Files.writeString(file, HexFormat.of().formatHex(key) + "\n", write);
    }

    /** The key in a file; refused if it is none. */
    public static byte[] read(Path file) {
        try {
            String text = Files.readString(file).strip();
            if (text.length() == 2 * BYTES) {
                return HexFormat.of().parseHex(text);
            }
        } catch (IOException e) {
            throw new Refusal(
                    ErrorCode.NOT_FOUND, "tls.heartbeat_key: " + file + ": cannot be read: " + e);
        } catch (IllegalArgumentException e) {
            // Not hexadecimal: told below, as a wrong length is.
        }
        throw new Refusal(
                ErrorCode.INVALID_PARAM,
                "tls.heartbeat_key: " + file + " has to have " + 2 * BYTES + " hexadecimal digits");
    }
}
