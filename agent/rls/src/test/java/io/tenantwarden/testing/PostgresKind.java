package io.tenantwarden.testing;

import java.util.function.BooleanSupplier;

/** How the tests' servers are run: the system property {@code postgres} says which. */
enum PostgresKind {
    /** As a child process, from binaries that Maven has fetched. */
    EMBEDDED,
    /** As a container, by Testcontainers. */
    DOCKER;

    /**
     * What the property asks for.
     *
     * @param wanted {@code embedded}, {@code docker}, or {@code auto} (blank too): docker where an engine answers
     * @param engineAnswers asked for {@code auto} only
     * @throws IllegalArgumentException for any other word
     */
    static PostgresKind of(String wanted, BooleanSupplier engineAnswers) {
        return switch (wanted.strip()) {
            case "embedded" -> EMBEDDED;
            case "docker" -> DOCKER;
            case "", "auto" -> engineAnswers.getAsBoolean() ? DOCKER : EMBEDDED;
            default -> throw new IllegalArgumentException("-Dpostgres=" + wanted + ": write docker, embedded or auto");
        };
    }

    /** Whether somebody may have to do without containers: {@code auto} falls back, {@code docker} fails. */
    static boolean mayFallBack(String wanted) {
        return !wanted.strip().equals("docker");
    }

    /**
     * The image of a major version.
     *
     * @param pattern with {@code {major}} where the version belongs; blank for the official image
     */
    static String image(String pattern, int major) {
        String given = pattern.isBlank() ? "postgres:{major}" : pattern.strip();
        return given.replace("{major}", String.valueOf(major));
    }
}
