package io.tenantwarden.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an erasure treats the server. Immutable.
 *
 * @param batch rows in one transaction; 0 for all of them
 * @param pause between transactions
 * @param lockTimeout how long a statement waits for a lock
 * @param statementTimeout how long a statement may run; zero for any time
 * @param maxLag how far replicas may be behind before it waits for them
 */
record EraseLimits(int batch, Duration pause, Duration lockTimeout, Duration statementTimeout, Duration maxLag) {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)?");

    /** {@code 200ms}, {@code 5s}, {@code 2m}, {@code 1h}; a number alone is seconds. */
    static Duration duration(String option, String text) {
        Matcher m = DURATION.matcher(text.strip());
        if (!m.matches()) {
            throw CommandFailure.usage(option + " '" + text + "' is no duration: write it as 200ms, 5s or 2m");
        }
        long n = Long.parseLong(m.group(1));
        return switch (m.group(2) == null ? "s" : m.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofSeconds(n);
        };
    }

    /** As a setting of the server. */
    static String setting(Duration duration) {
        return duration.toMillis() + "ms";
    }
}
