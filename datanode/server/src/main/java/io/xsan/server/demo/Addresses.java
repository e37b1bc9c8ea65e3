package io.xsan.server.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Addresses of loopback for the datanodes: one each, or else ports of one address. Two demos that
 * start at the same time get different ones: each holds a port of its own for as long as it is not
 * closed.
 */
final class Addresses implements AutoCloseable {
    private static final int PORT = 7480;
    private static final int PORTS_EACH = 6;
    private static final int STEP = 10;
    private static final int TRIES = 200;

    /** Offset of the port that says that a demo has the ports before it; no datanode uses it. */
    private static final int HELD = 9;

    private final List<Member> members;
    private final ServerSocket held;

    private Addresses(List<Member> members, ServerSocket held) {
        this.members = List.copyOf(members);
        this.held = held;
    }

    List<Member> members() {
        return members;
    }

    /** Lets go of what keeps other demos away; the datanodes' own ports do while they run. */
    @Override
    public void close() throws IOException {
        held.close();
    }

    /** Members with free ports, the first from 7480 on that are. */
    static Addresses choose(Path directory, int nodes, String prefix) throws IOException {
        boolean hasMany = canBind(prefix + 2, 0);
        for (int i = 0; i < TRIES; i++) {
            List<Member> members =
                    members(directory, nodes, hasMany ? prefix : "", PORT + STEP * i);
            Optional<ServerSocket> held = hold(PORT + STEP * i + HELD);
            if (held.isPresent() && members.stream().allMatch(Addresses::isFree)) {
                return new Addresses(members, held.get());
            }
            if (held.isPresent()) {
                held.get().close();
            }
        }
        throw new IOException("no free ports on loopback between 7480 and 9480");
    }

    /** The addresses of namespaces, which no other process has. */
    static Addresses on(Ground ground, Path directory, int nodes) throws IOException {
        List<Member> members = new ArrayList<>();
        for (int node = 1; node <= nodes; node++) {
            members.add(
                    new Member(node, ground.host(node), PORT, directory.resolve("node" + node)));
        }
        return new Addresses(members, new ServerSocket());
    }

    /** An address each, or, with an empty {@code prefix}, ports of one address. */
    private static List<Member> members(Path directory, int nodes, String prefix, int port) {
        boolean hasMany = !prefix.isEmpty();
        List<Member> members = new ArrayList<>();
        for (int node = 1; node <= nodes; node++) {
            members.add(
                    new Member(
                            node,
                            hasMany ? prefix + (node + 1) : "127.0.0.1",
                            hasMany ? port : port + STEP * (node - 1),
                            directory.resolve("node" + node)));
        }
        return members;
    }

    private static boolean isFree(Member member) {
        for (int offset = 0; offset < PORTS_EACH; offset++) {
            if (!canBind(member.host(), member.port() + offset)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<ServerSocket> hold(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            return Optional.of(socket);
        } catch (IOException e) {
            socket.close();
            return Optional.empty();
        }
    }

    private static boolean canBind(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
