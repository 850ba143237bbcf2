package io.tenantwarden.tests.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Plays the demo: an ordinary application on a real PostgreSQL in four acts, without and with the agent. Run by
 * {@code scripts/demo.sh}; exit code 0 when every act showed what it is for, 1 when not, 2 for wrong arguments.
 */
public final class DemoPlayer {

    private static final String USAGE = "usage: demo [--acts 1,2,3,4] [--colour]";

    private DemoPlayer() {}

    public static void main(String[] arguments) {
        List<Integer> acts = List.of(1, 2, 3, 4);
        boolean colour = false;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--acts" -> acts = acts(i + 1 < arguments.length ? arguments[++i] : "");
                    case "--colour" -> colour = true;
                    default -> throw new IllegalArgumentException("'" + arguments[i] + "' is not known");
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(2);
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<ActResult> results;
        try {
            results = play(acts, new Screen(out, colour));
        } catch (DemoFailure e) {
            System.err.println("\nThe demo could not be played: " + e.getMessage());
            System.exit(1);
            return;
        }
        out.println();
        for (ActResult result : results) {
            out.println("Act " + result.act() + (result.problems().isEmpty() ? ": shown" : ": NOT shown"));
            result.problems()
                    .forEach(problem ->
                            out.println("  " + problem.lines().findFirst().orElse("")));
        }
        System.exit(results.stream().allMatch(r -> r.problems().isEmpty()) ? 0 : 1);
    }

    private static List<Integer> acts(String list) {
        try {
            List<Integer> acts = Arrays.stream(list.split(","))
                    .map(Integer::valueOf)
                    .sorted()
                    .distinct()
                    .toList();
            if (acts.get(0) >= 1 && acts.get(acts.size() - 1) <= 4) {
                return acts;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("--acts takes numbers from 1 to 4 with commas between, not '" + list + "'");
    }

    /**
     * Plays these acts. An act that cannot be played to its end has the reason among its problems.
     *
     * @throws DemoFailure when something is missing that all acts need, the application's jar for instance
     */
    static List<ActResult> play(List<Integer> acts, Screen screen) {
        Path root = root();
        if (System.getProperty("postgres.directory") == null) {
            System.setProperty(
                    "postgres.directory", root.resolve("target/postgres").toString());
        }
        List<ActResult> results = new ArrayList<>();
        try (Stage stage = new Stage(root, screen)) {
            Acts player = new Acts(stage);
            for (int act : acts) {
                try {
                    results.add(player.play(act));
                } catch (DemoFailure e) {
                    screen.problem(e.getMessage());
                    results.add(new ActResult(act, List.of(), List.of(), List.of(), List.of(e.getMessage())));
                }
            }
        }
        return results;
    }

    /** The folder of the project: the one named, or the nearest from the working directory up that holds the application. */
    private static Path root() {
        if (System.getProperty("project.root") != null) {
            return Path.of(System.getProperty("project.root"));
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("demo/pom.xml")) && Files.isDirectory(folder.resolve("agent"))) {
                return folder;
            }
        }
        throw new DemoFailure("run it inside the project: there is no folder with demo/pom.xml above "
                + Path.of("").toAbsolutePath());
    }
}
