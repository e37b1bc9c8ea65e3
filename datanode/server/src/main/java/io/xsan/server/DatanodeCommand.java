package io.xsan.server;

import io.xsan.base.Check;
import io.xsan.server.node.Datanode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code xsan datanode}: runs a datanode until it is told to stop. */
@Command(name = "datanode", description = "Runs a datanode in the foreground.")
final class DatanodeCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "Its configuration, JSON.")
    private @Nullable Path config;

    @Option(names = "--die-with-parent", description = "Stops when standard input ends.")
    private boolean isEndingWithInput;

    @Override
    public Integer call() {
        return Datanode.run(Check.present(config, "a required option is set"), isEndingWithInput);
    }
}
