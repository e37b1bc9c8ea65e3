package io.xsan.server;

import io.xsan.base.Check;
import io.xsan.server.agent.Holder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code xsan agent}: runs a host's agent until it is told to stop. */
@Command(
        name = "agent",
        description = "Runs this host's agent in the foreground: volumes become block devices.")
final class AgentCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "Its configuration, JSON.")
    private @Nullable Path config;

    @Override
    public Integer call() {
        return Holder.run(Check.present(config, "a required option is set"));
    }
}
