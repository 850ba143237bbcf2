package io.tenantwarden.engine.config;

import java.util.List;

/** What came of reading the configuration: all of it, or nothing and why. Immutable. */
public sealed interface Loaded {

    /** Things to tell the operator that stop nothing, one line each, without a prefix. */
    List<String> warnings();

    /**
     * Everything is right.
     *
     * @param config what was configured
     */
    record Ready(Config config, List<String> warnings) implements Loaded {}

    /**
     * Something is wrong, so nothing holds.
     *
     * @param problems every problem found, one line each, without a prefix; never empty
     * @param onConfigError what the operator wants then
     */
    record Refused(List<String> problems, OnConfigError onConfigError, List<String> warnings) implements Loaded {

        /** The whole message for stderr, lines separated by {@code \n}, no line break at the end. */
        public String message() {
            StringBuilder text = new StringBuilder("[warden] ");
            text.append(
                    onConfigError == OnConfigError.EXIT
                            ? "configuration error, the JVM does not start:"
                            : "off, because of a configuration error (warden.onConfigError=warn), nothing is protected:");
            if (problems.size() == 1) {
                return text.append(' ').append(problems.get(0)).toString();
            }
            for (String problem : problems) {
                text.append("\n[warden]   ").append(problem);
            }
            return text.toString();
        }
    }
}
