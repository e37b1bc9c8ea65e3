package io.xsan.server;

import io.xsan.server.cli.XsanCommand;
import io.xsan.server.demo.ChaosCommand;
import io.xsan.server.demo.DemoCommand;
import io.xsan.server.demo.RehearsalCommand;
import java.util.List;

/** The program {@code xsan}: everything of a datanode and of its tools. */
public final class Main {
    /** Netty tracks a sample of the buffers that it lends, if it is not told to leave that. */
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        if (System.getProperty(LEAK_DETECTION) == null) {
            System.setProperty(LEAK_DETECTION, "disabled");
        }
        System.exit(
                XsanCommand.run(
                        List.of(
                                new DatanodeCommand(),
                                new AgentCommand(),
                                new AgentWorkerCommand(),
                                new DemoCommand(),
                                new ChaosCommand(),
                                new RehearsalCommand()),
                        arguments));
    }
}
