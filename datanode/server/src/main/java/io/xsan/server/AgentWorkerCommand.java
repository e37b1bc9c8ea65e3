package io.xsan.server;

import io.xsan.base.Check;
import io.xsan.server.agent.Worker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The second process of an agent, which the first one starts. */
@Command(name = "agent-worker", hidden = true, description = "Started by the agent, not by hand.")
final class AgentWorkerCommand implements Callable<Integer> {
    @Option(names = "--config", required = true)
    private @Nullable Path config;

    @Option(names = "--socket", required = true)
    private @Nullable Path socket;

    @Option(names = "--generation", required = true)
    private long generation;

    @Override
    public Integer call() {
        return Worker.run(
                Check.present(config, "a required option is set"),
                Check.present(socket, "a required option is set"),
                generation);
    }
}
