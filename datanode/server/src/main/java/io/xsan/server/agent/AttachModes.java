package io.xsan.server.agent;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import java.util.List;
import java.util.stream.Collectors;

/** The attach modes that this program has, and which of them a host uses. */
final class AttachModes {
    private static final List<AttachMode> ALL = List.of(new NbdMode(), new FuseMode());

    private AttachModes() {}

    /** The modes with these names, in their order. */
    static List<AttachMode> of(List<String> names) {
        return names.stream().map(AttachModes::named).toList();
    }

    /** The mode with that name. */
    static AttachMode named(String name) {
        return ALL.stream()
                .filter(mode -> mode.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(
                                ErrorCode.UNSUPPORTED,
                                "mode: " + name + ", allowed is " + names(ALL)));
    }

    /**
     * The mode that is asked for, or the first that this host can do.
     *
     * @throws Refusal that says of each why not
     */
    static AttachMode choose(List<AttachMode> offered, String asked) {
        List<AttachMode> candidates = asked.isEmpty() ? offered : List.of(named(asked));
        return candidates.stream()
                .filter(mode -> mode.obstacle().isEmpty())
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(
                                ErrorCode.UNSUPPORTED,
                                candidates.stream()
                                        .map(mode ->
                                                "mode "
                                                        + mode.name()
                                                        + ": "
                                                        + mode.obstacle().orElse(""))
                                        .collect(Collectors.joining("; "))));
    }

    private static String names(List<AttachMode> modes) {
        return modes.stream().map(AttachMode::name).collect(Collectors.joining(" or "));
    }
}
