package io.xsan.server.cli;

import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.ReplaceWorkerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code xsan replace-worker}. */
@Command(
        name = "replace-worker",
        description = "Replaces the worker process of this host's agent; I/O waits meanwhile.")
final class ReplaceWorkerCommand implements Callable<Integer> {
    private final HostAgent agent;

    @Option(names = "--agent", paramLabel = "SOCKET", description = "The agent's control socket.")
    private @Nullable Path socket;

    ReplaceWorkerCommand(HostAgent agent) {
        this.agent = agent;
    }

    @Override
    public Integer call() throws IOException {
        AgentInfo info =
                agent.call(socket, s -> s.replaceWorker(ReplaceWorkerRequest.getDefaultInstance()));
        agent.cluster().print(info, shown -> "Worker " + shown.getWorkerPid() + "\n");
        return 0;
    }
}
