package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.jvm.Driver;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** {@code scripts/torture.sh}. Exit code 0: passed; 1: did not; 2: wrong usage. */
public final class TortureMain {

    private static final String USAGE = """
            usage: scripts/torture.sh [--seconds N] [--seed S] [--threads N] [--mode inject|enforce]
                     [--strategy pipelined|jdbc] [--hold transaction|session] [--pgbouncer] [--driver oldest|newest|VERSION] [--postgres 14..18]
                     [--no-faults] [--role] [--replay 'PROFILE: OPERATION ...'] [--jar FILE]
            """;

    private TortureMain() {}

    /** @param arguments see the usage */
    public static void main(String[] arguments) throws Exception {
        TortureRun run = new TortureRun().seconds(60).progress(System.err::println);
        try {
            parse(run, arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(2);
        }
        TortureRun.Result result = run.run();
        result.output().lines().filter(line -> !line.matches(" *\\d+ s  .*")).forEach(System.out::println);
        System.out.println(result.passed() ? "passed" : "FAILED (exit code of the JVM: " + result.exit() + ")");
        System.exit(result.passed() ? 0 : 1);
    }

    private static void parse(TortureRun run, String[] arguments) {
        Deque<String> left = new ArrayDeque<>(List.of(arguments));
        while (!left.isEmpty()) {
            String option = left.pop();
            switch (option) {
                case "--seconds" -> run.seconds(Integer.parseInt(value(option, left)));
                case "--seed" -> run.seed(Long.parseLong(value(option, left)));
                case "--threads" -> run.threads(Integer.parseInt(value(option, left)));
                case "--mode" ->
                    run.enforce(oneOf(option, left, "inject", "enforce").equals("enforce"));
                case "--strategy" -> run.strategy(oneOf(option, left, "pipelined", "jdbc"));
                case "--hold" ->
                    run.held(oneOf(option, left, "transaction", "session").equals("session"));
                case "--pgbouncer" -> run.pooler(true);
                case "--driver" -> run.driver(driver(value(option, left)));
                case "--postgres" -> run.postgres(Integer.parseInt(oneOf(option, left, "14", "15", "16", "17", "18")));
                case "--no-faults" -> run.faults(false);
                case "--role" -> run.role(true);
                case "--replay" -> run.replay(Program.parse(value(option, left)).toString());
                case "--jar" -> run.jar(Path.of(value(option, left)).toAbsolutePath());
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
    }

    private static String value(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return left.pop();
    }

    private static String oneOf(String option, Deque<String> left, String... allowed) {
        String value = value(option, left);
        if (!List.of(allowed).contains(value)) {
            throw new IllegalArgumentException(option + " is one of " + List.of(allowed) + ", not " + value);
        }
        return value;
    }

    private static Driver driver(String name) {
        List<Driver> drivers = Driver.all().stream()
                .filter(driver -> driver.jar() == null || driver.name().startsWith("postgresql-"))
                .toList();
        return switch (name) {
            case "newest" -> Driver.NEWEST;
            case "oldest" -> drivers.get(0);
            default ->
                drivers.stream()
                        .filter(driver -> driver.name().equals("postgresql-" + name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no driver " + name + " among " + drivers));
        };
    }
}
