package io.xsan.server.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Asks for the name of what is changed, before something that cannot be undone. */
final class Confirmation {
    @Option(
            names = "--yes",
            paramLabel = "NAME",
            description = "For scripts: the name that would be asked for.")
    private @Nullable String given;

    /**
     * Returns if the name was given, or is typed now.
     *
     * @throws IllegalArgumentException if another one was: nothing is to be changed
     */
    void require(Surroundings surroundings, String what, String name) throws IOException {
        String answer = given;
        if (answer == null) {
            surroundings.out().printf("Type the name of %s to go on: ", what);
            surroundings.out().flush();
            answer = surroundings.in().readLine();
        }
        if (answer == null || !answer.strip().equals(name)) {
            throw new IllegalArgumentException(
                    "nothing was changed: the name of " + what + " is " + name);
        }
    }
}
