package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.jvm.AgentJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code scripts/mutants.sh}: runs the torture test against each mutant. Exit code 0: all were caught. */
public final class MutantsMain {

    private MutantsMain() {}

    /** @param arguments seed, seconds for each mutant, and names of mutants; none means all */
    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[0]);
        int seconds = Integer.parseInt(arguments[1]);
        List<Mutant> mutants = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            mutants.add(Mutant.named(arguments[i]));
        }
        List<String> missed = new ArrayList<>();
        System.out.println("| mutant | what it breaks | caught after | by |");
        System.out.println("|---|---|---|---|");
        for (Mutant mutant : mutants.isEmpty() ? Mutant.ALL : mutants) {
            if (!isCaught(mutant, seed, seconds)) {
                missed.add(mutant.name());
            }
        }
        if (!missed.isEmpty()) {
            System.out.println("\nnot caught within " + seconds + " s: " + missed);
        }
        System.exit(missed.isEmpty() ? 0 : 1);
    }

    private static boolean isCaught(Mutant mutant, long seed, int seconds) throws Exception {
        Path jar = Files.createTempFile("mutant", ".jar");
        try {
            MutantJar.write(AgentJvm.agentJar(), jar, mutant.changes());
            TortureRun.Result result = new TortureRun()
                    .jar(jar)
                    .seed(seed)
                    .seconds(seconds)
                    .enforce(mutant.enforce())
                    .held(mutant.held())
                    .role(mutant.role())
                    .run();
            String divergence = result.line(TortureWorker.DIVERGENCE);
            String after = result.line(TortureWorker.AFTER);
            String by = divergence != null
                    ? divergence.substring(0, divergence.indexOf(' '))
                    : result.passed() ? "nothing" : result.output();
            System.out.println("| " + mutant.name() + " | " + mutant.breaks() + " | "
                    + (after == null ? "not caught" : after) + " | "
                    + by.toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
                    + " |");
            if (result.line(TortureWorker.SHRUNK) != null) {
                System.err.println(
                        mutant.name() + ": " + divergence + "\n  shrunk: " + result.line(TortureWorker.SHRUNK));
            }
            return divergence != null;
        } finally {
            Files.delete(jar);
        }
    }
}
