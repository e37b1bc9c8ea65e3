package io.xsan.server.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds addresses of loopback for the datanodes: one each, or else ports of one address. */
final class Addresses {
    private static final int PORT = 7480;
    private static final int PORTS_EACH = 6;
    private static final int STEP = 10;
    private static final int TRIES = 200;

    private Addresses() {}

    /** Members with free ports, the first from 7480 on that are. */
    static List<Member> choose(Path directory, int nodes, String prefix) throws IOException {
        boolean hasMany = canBind(prefix + 2, 0);
        for (int i = 0; i < TRIES; i++) {
            List<Member> members =
                    members(directory, nodes, hasMany ? prefix : "", PORT + STEP * i);
            if (members.stream().allMatch(Addresses::isFree)) {
                return members;
            }
        }
        throw new IOException("no free ports on loopback between 7480 and 9480");
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
