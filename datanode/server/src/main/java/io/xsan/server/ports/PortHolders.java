package io.xsan.server.ports;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the process that has a port, as far as this user may see it. */
final class PortHolders {
    /** Field "st" of a TCP socket that listens, and of a UDP socket that is bound. */
    private static final String TCP_LISTEN = "0A";

    private static final String UDP_BOUND = "07";
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int COMMAND_CHARS_MAX = 120;

    private final Path proc;

    PortHolders(Path proc) {
        this.proc = proc;
    }

    /** Such as {@code pid 4711 (java ... datanode --config /etc/xsan.json)}. */
    String describe(InetSocketAddress address, boolean isUdp) {
        Set<String> sockets = sockets(address, isUdp);
        if (sockets.isEmpty()) {
            return "a process that could not be found";
        }
        return holder(sockets)
                .map(this::name)
                .orElse("a process of another user (see it as root: ss -lntup)");
    }

    private Set<String> sockets(InetSocketAddress address, boolean isUdp) {
        Set<String> found = new HashSet<>();
        String kind = isUdp ? "udp" : "tcp";
        for (String file : List.of(kind, kind + "6")) {
            for (String line : lines(proc.resolve("net").resolve(file))) {
                String[] fields = line.strip().split("\\s+");
                boolean isBound =
                        fields.length > INODE
                                && fields[STATE].equals(isUdp ? UDP_BOUND : TCP_LISTEN)
                                && isOn(fields[1], address);
                if (isBound) {
                    found.add("socket:[" + fields[INODE] + "]");
                }
            }
        }
        return found;
    }

    /** {@code local} is such as {@code 0100007F:1D38}: words in this machine's order of bytes. */
    private static boolean isOn(String local, InetSocketAddress address) {
        int colon = local.indexOf(':');
        if (colon < 0 || Integer.parseInt(local.substring(colon + 1), 16) != address.getPort()) {
            return false;
        }
        String host = local.substring(0, colon);
        if (host.chars().allMatch(c -> c == '0')) {
            return true;
        }
        InetAddress wanted = address.getAddress();
        return wanted.isAnyLocalAddress()
                || wanted instanceof Inet4Address && host.endsWith(word(wanted));
    }

    private static String word(InetAddress address) {
        int word = ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder()).getInt();
        return String.format("%08X", word);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // Without /proc, or without IPv6: nothing is known from there.
            return List.of();
        }
    }

    private Optional<Path> holder(Set<String> sockets) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (hasOne(process.resolve("fd"), sockets)) {
                    return Optional.of(process);
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean hasOne(Path descriptors, Set<String> sockets) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(descriptors)) {
            for (Path entry : entries) {
                if (sockets.contains(Files.readSymbolicLink(entry).toString())) {
                    return true;
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // It ended, or is another user's.
            return false;
        }
        return false;
    }

    private String name(Path process) {
        String pid = String.valueOf(process.getFileName());
        List<String> words = lines(process.resolve("cmdline"));
        String command = words.isEmpty() ? "" : words.getFirst().replace('\0', ' ').strip();
        // What a JVM was told comes before what tells them apart.
        String end =
                command.length() <= COMMAND_CHARS_MAX
                        ? command
                        : "..." + command.substring(command.length() - COMMAND_CHARS_MAX);
        return "pid " + pid + " (" + end + ")";
    }
}
