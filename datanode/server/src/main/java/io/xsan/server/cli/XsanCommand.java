package io.xsan.server.cli;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.ExportVolumeRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code xsan} itself, and the commands that have no parts. */
@Command(name = "xsan", description = "Replicated block storage.")
public final class XsanCommand {
    @Mixin private final Cluster cluster;
    @Spec private @Nullable CommandSpec spec;

    private XsanCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Runs the command that {@code arguments} name, one of this package or of {@code others}, and
     * answers its exit code.
     */
    public static int run(List<Object> others, String... arguments) {
        // Libraries tell of their start, which is no part of a command's output.
        Logger.getLogger("").setLevel(Level.WARNING);
        PrintWriter out = new PrintWriter(System.out, true);
        PrintWriter errors = new PrintWriter(System.err, true);
        return of(Surroundings.ofProcess(out), others)
                .setOut(out)
                .setErr(errors)
                .execute(arguments);
    }

    static CommandLine of(Surroundings surroundings, List<Object> others) {
        Cluster cluster = new Cluster(surroundings);
        CommandLine line = new CommandLine(new XsanCommand(cluster));
        line.addSubcommand(new ClusterCommand(cluster));
        line.addSubcommand(new NodeCommand(cluster));
        line.addSubcommand(new MetaCommand(cluster));
        line.addSubcommand(new VolumeCommand(cluster));
        line.addSubcommand(new OrphanCommand(cluster));
        line.addSubcommand(new ScrubCommand(cluster));
        line.addSubcommand(new DebugCommand(cluster));
        line.addSubcommand(new InspectCommand(surroundings));
        line.addSubcommand(new DeviceCommand(surroundings, cluster));
        HostAgent agent = new HostAgent(cluster);
        line.addSubcommand(new AttachCommand(agent));
        line.addSubcommand(new DetachCommand(agent));
        line.addSubcommand(new AttachedCommand(agent));
        line.addSubcommand(new ReplaceWorkerCommand(agent));
        others.forEach(line::addSubcommand);
        addHelp(line);
        addVersion(line.getCommandSpec());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionStrategy(XsanCommand::execute);
        line.setExecutionExceptionHandler(
                (failure, command, parsed) -> onFailure(failure, command.getErr()));
        line.setParameterExceptionHandler((mistake, arguments) -> {
            complain(mistake.getCommandLine().getErr(), mistake);
            return ExitCodes.USAGE;
        });
        return line;
    }

    private static void addHelp(CommandLine line) {
        line.getCommandSpec().mixinStandardHelpOptions(false);
        line.getCommandSpec()
                .addOption(
                        CommandLine.Model.OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Shows this help.")
                                .build());
        line.getSubcommands().values().forEach(XsanCommand::addHelp);
    }

    private static void addVersion(CommandSpec root) {
        root.version(versionText());
        root.addOption(
                CommandLine.Model.OptionSpec.builder("--version")
                        .versionHelp(true)
                        .description("Prints the version of this program.")
                        .build());
    }

    private static String versionText() {
        String version = XsanCommand.class.getPackage().getImplementationVersion();
        return "xsan %s, Java %s"
                .formatted(version == null ? "0.1.0-SNAPSHOT" : version, Runtime.version());
    }

    private static int execute(CommandLine.ParseResult parsed) {
        CommandLine last = parsed.asCommandLineList().getLast();
        boolean isGroup = !last.getSubcommands().isEmpty();
        boolean isAsking = last.isUsageHelpRequested() || last.isVersionHelpRequested();
        if (isGroup && !isAsking) {
            last.getErr()
                    .println(
                            "xsan: a command is needed after '"
                                    + last.getCommandSpec().qualifiedName()
                                    + "': "
                                    + String.join(", ", last.getSubcommands().keySet()));
            return ExitCodes.USAGE;
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int onFailure(Exception failure, PrintWriter errors) {
        return switch (failure) {
            case ApiException refused -> {
                ErrorCode code = refused.code();
                errors.println("xsan: " + oneLine(refused) + " (" + code.symbol() + ")");
                yield ExitCodes.of(code);
            }
            case Refusal refused -> {
                complain(errors, refused);
                yield ExitCodes.of(refused.code());
            }
            case IllegalArgumentException mistake -> {
                complain(errors, mistake);
                yield ExitCodes.USAGE;
            }
            case NoSuchFileException missing when missing.getReason() == null -> {
                errors.println("xsan: " + missing.getFile() + ": no such file");
                yield ExitCodes.FILE;
            }
            case IOException trouble -> {
                complain(errors, trouble);
                yield ExitCodes.FILE;
            }
            default -> throw new IllegalStateException(failure);
        };
    }

    private static void complain(PrintWriter errors, Exception why) {
        errors.println("xsan: " + oneLine(why));
    }

    private static String oneLine(Exception why) {
        String text = why.getMessage() == null ? why.toString() : why.getMessage();
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    @Command(description = "Serves a volume over NBD at its owner, and prints where.")
    int export(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--read-only", description = "Refuses writes.") boolean isReadOnly)
            throws IOException {
        ExportVolumeRequest request =
                ExportVolumeRequest.newBuilder()
                        .setVolume(Cluster.named(name))
                        .setReadOnly(isReadOnly)
                        .build();
        cluster.show(s -> s.exportVolume(request), Tables::export);
        return 0;
    }

    @Command(description = "Ends the export of a volume; its NBD connections end.")
    int unexport(@Parameters(paramLabel = "NAME") String name) throws IOException {
        cluster.show(s -> s.unexportVolume(Cluster.named(name)), answer -> "");
        return 0;
    }

    @Command(
            description =
                    "Prints the completion of this program for bash and zsh: source <(xsan completion)")
    int completion() {
        CommandLine whole = Check.present(spec, "picocli sets it").root().commandLine();
        cluster.surroundings().out().print(AutoComplete.bash("xsan", whole));
        cluster.surroundings().out().flush();
        return 0;
    }

    @Command(description = "Prints the version of this program.")
    int version() {
        cluster.surroundings().out().println(versionText());
        cluster.surroundings().out().flush();
        return 0;
    }
}
