package io.tenantwarden.tests.scenarios;

import java.time.Duration;
import java.time.Instant;

/** An application of very many classes: loads them all and says how long that took. */
public final class ClassTreeMain {

    private ClassTreeMain() {}

    /** @param arguments number of plain classes, then names of further ones */
    public static void main(String[] arguments) throws Exception {
        Instant started = ProcessHandle.current().info().startInstant().orElse(Instant.now());
        long beforeMain = Duration.between(started, Instant.now()).toMillis();
        long from = System.nanoTime();
        ClassLoader loader = ClassTreeMain.class.getClassLoader();
        int count = Integer.parseInt(arguments[0]);
        for (int i = 0; i < count; i++) {
            String number = Integer.toString(100_000 + i).substring(1);
            // loading is what the agent sees; linking would cost far more and is the same with and without
            Class.forName("generated.C" + number, false, loader);
        }
        for (int i = 1; i < arguments.length; i++) {
            Class.forName(arguments[i], false, loader);
        }
        long millis = (System.nanoTime() - from) / 1_000_000;
        System.out.println("##loaded " + (count + arguments.length - 1) + " classes in " + millis
                + " ms, main reached after " + beforeMain + " ms");
    }
}
