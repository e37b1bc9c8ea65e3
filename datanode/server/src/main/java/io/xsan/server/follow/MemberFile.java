package io.xsan.server.follow;

import io.xsan.server.config.DatanodeConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The members of the metadata group that were known last, in a file of the data directory: a
 * datanode finds its cluster again when discovery does not. One line {@code NODE HOST PORT} each.
 */
final class MemberFile {
    private static final Pattern LINE = Pattern.compile("([0-9]{1,5}) (\\S{1,253}) ([0-9]{1,5})");

    private final Path file;

    MemberFile(Path dataDirectory) {
        this.file = dataDirectory.resolve("members");
    }

    /** The members in the file; lines that are none are left out. Empty if there is no file. */
    List<DatanodeConfig.Member> read() throws IOException {
        List<DatanodeConfig.Member> members = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    members.add(
                            new DatanodeConfig.Member(
                                    Integer.parseInt(matcher.group(1)),
                                    matcher.group(2),
                                    Integer.parseInt(matcher.group(3))));
                }
            }
        }
        return members;
    }

    /** Replaces the file; the old or the new one is there after a crash, and whole. */
    void write(List<DatanodeConfig.Member> members) throws IOException {
        StringBuilder text = new StringBuilder();
        for (DatanodeConfig.Member member : members) {
            text.append(member.nodeId()).append(' ').append(member.host());
            text.append(' ').append(member.port()).append('\n');
        }
        Path fresh = file.resolveSibling("members.new");
        Files.writeString(fresh, text);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
