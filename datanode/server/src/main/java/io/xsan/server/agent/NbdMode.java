package io.xsan.server.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Mode {@code nbd}: devices of the kernel's nbd driver, served over a pair of sockets. */
final class NbdMode implements AttachMode {
    private static final String BLOCK = "/dev/nbd";

    @Override
    public String name() {
        return "nbd";
    }

    @Override
    public Optional<String> obstacle() {
        try {
            if (KernelNbd.isThere() || isThereOnceLoaded()) {
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.of("the kernel's nbd cannot be used: " + e.getMessage());
        }
        return Optional.of(
                "this kernel has no nbd, or the agent is not in the host's network namespace");
    }

    /** The driver sends them again once it has another socket. */
    @Override
    public boolean survivesCrash() {
        return true;
    }

    private static boolean isThereOnceLoaded() throws IOException {
        try {
            // Devices are made as they are needed, not in advance.
            HostCommand.run(HostCommand.TIMEOUT_MILLIS, "modprobe", "nbd", "nbds_max=0");
        } catch (IOException e) {
            return false;
        }
        return KernelNbd.isThere();
    }

    /** What the kernel shows of who serves a device. */
    static String backend(DeviceOrder order) {
        return "xsan-" + order.volume();
    }

    @Override
    public HeldDevice prepare(DeviceOrder order) throws IOException {
        return new NbdHeld(backend(order), SocketCalls.pair());
    }

    @Override
    public HeldDevice adopt(DeviceOrder order, int descriptor, String block) throws IOException {
        if (!isOurs(order, block)) {
            throw new IOException(
                    block + " is no device of volume " + order.volume() + " any more");
        }
        return new NbdHeld(backend(order), descriptor, index(block));
    }

    @Override
    public void clear(DeviceOrder order, String block) throws IOException {
        if (!block.isEmpty() && isOurs(order, block)) {
            if (Posix.isClaimed(block)) {
                throw new IOException(block + " is still mounted or used by another device");
            }
            KernelNbd.disconnect(index(block));
        }
    }

    @Override
    public ServedDevice open(int descriptor, Workbench bench, Runnable onGone) {
        return new NbdDevice(descriptor, bench, onGone);
    }

    static String block(int index) {
        return BLOCK + index;
    }

    private static int index(String block) throws IOException {
        if (!block.matches(BLOCK + "[0-9]{1,6}")) {
            throw new IOException(block + " is not the name of an nbd device");
        }
        return Integer.parseInt(block.substring(BLOCK.length()));
    }

    private static boolean isOurs(DeviceOrder order, String block) throws IOException {
        Path backend = system(index(block)).resolve("backend");
        return Files.exists(backend) && Files.readString(backend).strip().equals(backend(order));
    }

    /** The directory in which the kernel shows a device. */
    static Path system(int index) {
        return Path.of("/sys/block/nbd" + index);
    }
}
