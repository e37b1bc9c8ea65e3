package io.xsan.server.cli;

import io.xsan.base.ErrorCode;
import io.xsan.protocol.client.AgentClient;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.AgentGrpc.AgentBlockingStub;
import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.GetAgentRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The agent of this host, as commands find and call it. */
final class HostAgent {
    /** The socket's name beside a client file, as in the directory of a demo. */
    static final String SOCKET = "agent.sock";

    /** Where an agent listens that was told nothing else. */
    private static final Path USUAL = Path.of("/run/xsan/agent.sock");

    /** A detach with its deadline is the longest. */
    private static final long TIMEOUT_MILLIS = 120_000;

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Cluster cluster;

    HostAgent(Cluster cluster) {
        this.cluster = cluster;
    }

    Cluster cluster() {
        return cluster;
    }

    /**
     * Calls the agent: the one whose socket is named, else that of the environment, else one beside
     * the cluster's client file, else the usual one.
     */
    <T> T call(@Nullable Path named, Function<AgentBlockingStub, T> request) throws IOException {
        Path socket = find(named);
        try (AgentClient agent = new AgentClient(socket, TIMEOUT_MILLIS)) {
            if (!Files.exists(socket)) {
                throw none(socket);
            }
            return agent.call(request);
        } catch (ApiException e) {
            if (e.code() == ErrorCode.NODE_UNREACHABLE) {
                throw none(socket);
            }
            throw e;
        }
    }

    /** Who the agent is, once it answers: it may be starting still, for that many seconds. */
    AgentInfo await(@Nullable Path named, int seconds) throws IOException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            try {
                return call(named, s -> s.getAgent(GetAgentRequest.getDefaultInstance()));
            } catch (ApiException e) {
                boolean isStarting =
                        e.code() == ErrorCode.NODE_UNREACHABLE
                                && deadlineNanos - System.nanoTime() > 0;
                if (!isStarting) {
                    throw e;
                }
                LockSupport.parkNanos(STEP_NANOS);
            }
        }
    }

    private static ApiException none(Path socket) {
        String hint =
                Files.exists(socket) && !Files.isWritable(socket)
                        ? "only root may open it"
                        : "start one as root: xsan agent --config FILE (docs/ATTACH.md)";
        return new ApiException(
                ErrorCode.NODE_UNREACHABLE, "no agent answers at " + socket + "; " + hint);
    }

    private Path find(@Nullable Path named) {
        if (named != null) {
            return named;
        }
        return cluster.surroundings().agent().orElseGet(this::beside);
    }

    private Path beside() {
        try {
            Path socket = cluster.file().resolveSibling(SOCKET);
            return Files.exists(socket) ? socket : USUAL;
        } catch (IOException e) {
            return USUAL;
        }
    }
}
