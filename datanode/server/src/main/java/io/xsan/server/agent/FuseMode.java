package io.xsan.server.agent;

import io.xsan.frontend.fuse.FuseConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Mode {@code fuse}: one file of the kernel's FUSE per volume, mounted on {@code directory/volume},
 * below a loop device with direct I/O.
 */
final class FuseMode implements AttachMode {
    private static final Path DEVICE = Path.of("/dev/fuse");
    private static final Pattern RELEASE = Pattern.compile("([0-9]{1,5})\\.([0-9]{1,5})");

    @Override
    public String name() {
        return "fuse";
    }

    @Override
    public Optional<String> obstacle() {
        if (!Files.exists(DEVICE)) {
            return Optional.of("there is no /dev/fuse: load the kernel's module fuse");
        }
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            return Optional.of("/dev/fuse cannot be opened: the agent needs to run as root");
        }
        if (!Files.exists(Path.of("/dev/loop-control"))) {
            return Optional.of("there is no /dev/loop-control: load the kernel's module loop");
        }
        return Optional.empty();
    }

    @Override
    public boolean survivesCrash() {
        return canResend(System.getProperty("os.version", ""));
    }

    /** FUSE_NOTIFY_RESEND came with Linux 6.9. */
    static boolean canResend(String release) {
        Matcher version = RELEASE.matcher(release);
        if (!version.lookingAt()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        return major > 6 || (major == 6 && minor >= 9);
    }

    private static Path file(DeviceOrder order) {
        return order.directory().resolve("volume");
    }

    @Override
    public HeldDevice prepare(DeviceOrder order) throws IOException {
        Path file = file(order);
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        int fd = Posix.openDevice(DEVICE.toString());
        try {
            Posix.mountFuse(fd, file.toString(), FuseConnection.IO_BYTES_MAX);
        } catch (IOException e) {
            Posix.close(fd);
            throw e;
        }
        return new FuseHeld(file, fd, "");
    }

    @Override
    public HeldDevice adopt(DeviceOrder order, int descriptor, String block) throws IOException {
        Path file = file(order);
        if (!LoopDevice.isOver(block, file)) {
            throw new IOException(block + " is no loop device over " + file + " any more");
        }
        return new FuseHeld(file, descriptor, block);
    }

    @Override
    public void clear(DeviceOrder order, String block) throws IOException {
        Path file = file(order);
        if (!block.isEmpty() && LoopDevice.isOver(block, file)) {
            if (Posix.isClaimed(block)) {
                throw new IOException(block + " is still mounted or used by another device");
            }
            LoopDevice.detach(block, HostCommand.TIMEOUT_MILLIS);
        }
        while (FuseHeld.isMounted(file)) {
            Posix.abortMount(file.toString());
        }
        Files.deleteIfExists(file);
    }

    @Override
    public ServedDevice open(int descriptor, Workbench bench, Runnable onGone) {
        return new FuseDevice(descriptor, bench, onGone);
    }
}
