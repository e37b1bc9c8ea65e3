package io.xsan.csi.node;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Real block devices for tests: loop devices over sparse files. */
public final class LoopDevices implements Devices {
    private static final long MILLIS = 20_000;

    private final Path directory;
    private final Sizes sizes;
    private final Processes commands = new Processes();

    /** Which size a volume has. */
    @FunctionalInterface
    public interface Sizes {
        long of(String volumeId);
    }

    public LoopDevices(Path directory, Sizes sizes) {
        this.directory = directory;
        this.sizes = sizes;
    }

    @Override
    public Device attach(String volumeId, long attachment, boolean isReadOnly) throws IOException {
        Optional<Device> existing = find(volumeId);
        if (existing.isPresent()) {
            return existing.get();
        }
        Path file = file(volumeId);
        grow(file, sizes.of(volumeId));
        if (isReadOnly) {
            commands.check(MILLIS, "losetup", "--find", "--read-only", file.toString());
        } else {
            commands.check(MILLIS, "losetup", "--find", file.toString());
        }
        return find(volumeId).orElseThrow(() -> new IOException("no loop device for " + file));
    }

    private static void grow(Path file, long sizeBytes) throws IOException {
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(Math.max(grown.length(), sizeBytes));
        }
    }

    /** The file behind the device of a volume. */
    Path file(String volumeId) {
        return directory.resolve(volumeId);
    }

    @Override
    public Optional<Device> find(String volumeId) throws IOException {
        Path file = file(volumeId);
        if (!volumeId.matches("[-a-z0-9]+") || !Files.exists(file)) {
            return Optional.empty();
        }
        String names = commands.check(MILLIS, "losetup", "-n", "-O", "NAME", "-j", file.toString());
        if (names.isBlank()) {
            return Optional.empty();
        }
        Path device = Path.of(names.strip().lines().findFirst().orElseThrow());
        String bytes = commands.check(MILLIS, "blockdev", "--getsize64", device.toString());
        return Optional.of(new Device(device, Long.parseLong(bytes.strip())));
    }

    @Override
    public Device refresh(String volumeId, long leastBytes) throws IOException {
        grow(file(volumeId), sizes.of(volumeId));
        Device device = find(volumeId).orElseThrow(() -> new IOException("no " + volumeId));
        commands.check(MILLIS, "losetup", "-c", device.path().toString());
        return find(volumeId).orElseThrow(() -> new IOException("no " + volumeId));
    }

    @Override
    public void abort(String volumeId) {
        // A loop device on a file of this host always answers.
    }

    @Override
    public void detach(String volumeId) throws IOException {
        Optional<Device> device = find(volumeId);
        if (device.isPresent()) {
            commands.check(MILLIS, "losetup", "-d", device.get().path().toString());
        }
    }

    @Override
    public int most() {
        return 0;
    }
}
