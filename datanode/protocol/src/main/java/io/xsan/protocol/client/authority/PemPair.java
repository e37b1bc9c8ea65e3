package io.xsan.protocol.client.authority;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A certificate and its private key (PKCS#8 without a password), both as PEM. */
public record PemPair(String certificate, String key) {
    /**
     * Writes {@code NAME.crt} and {@code NAME.key}, the latter readable by its owner only, into
     * {@code directory}, which is made if missing.
     *
     * @throws IOException if a file cannot be written
     */
    public void write(Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".crt"), certificate);
        Path keyFile = directory.resolve(name + ".key");
        Files.deleteIfExists(keyFile);
        Files.createFile(
                keyFile,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        OpenOption write = StandardOpenOption.WRITE;
        Files.writeString(keyFile, key, write);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "PemPair[" + certificate.length() + " bytes of certificate]";
    }
}
