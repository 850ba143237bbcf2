package io.tenantwarden.tests.scenarios;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;

/** An agent that looks at every class and changes none: what any agent costs. Or an application that does nothing. */
public final class IdleAgent implements ClassFileTransformer {

    /** Called by the JVM. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        instrumentation.addTransformer(new IdleAgent());
    }

    public static void main(String[] arguments) {}
}
