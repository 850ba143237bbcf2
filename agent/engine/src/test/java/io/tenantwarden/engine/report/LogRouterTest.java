package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogRouterTest {

    private static final long FOR_EVER = TimeUnit.DAYS.toNanos(1);

    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final LogQueue queue = new LogQueue();
    private final LoggerFactories factories = new LoggerFactories();

    private LogRouter router(LogMode mode, long patienceNanos) {
        PrintStream stream = new PrintStream(stderr, true, StandardCharsets.UTF_8);
        return new LogRouter(mode, queue, factories, () -> stream, patienceNanos);
    }

    private LogRouter waiting() {
        return router(LogMode.AUTO, FOR_EVER);
    }

    private void add(String text) {
        queue.add(LogLine.text(Level.WARN, text));
    }

    private List<String> stderrLines() {
        return stderr.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void linesWaitUntilTheApplicationHasInitialisedItsSlf4j() throws Exception {
        for (String[] jars : List.of(IsolatedSlf4j.LOGBACK, IsolatedSlf4j.OLD_LOGBACK)) {
            try (IsolatedSlf4j application = new IsolatedSlf4j(jars)) {
                LogRouter router = waiting();
                factories.add(application.loggerFactory());
                add("early");

                assertTrue(router.drain(false));
                assertTrue(router.drain(false));
                assertEquals(0, application.state(), "it must not be the agent that initialises SLF4J");

                application.capture();
                assertFalse(router.drain(false));
                assertEquals(List.of("WARN tenantwarden [warden] early"), application.captured());
                application.stopLogback();
            }
        }
        assertEquals(List.of(), stderrLines());
    }

    @Test
    void writesEachLevelToItsLogger() throws Exception {
        try (IsolatedSlf4j application = new IsolatedSlf4j(IsolatedSlf4j.LOGBACK)) {
            factories.add(application.loggerFactory());
            application.capture();
            queue.add(new LogLine(LogLine.START, Level.INFO, "i {}"));
            queue.add(new LogLine(LogLine.VIOLATIONS, Level.WARN, "w"));
            queue.add(new LogLine(LogLine.VIOLATIONS, Level.ERROR, "e"));

            waiting().drain(false);

            assertEquals(
                    List.of(
                            "INFO tenantwarden i {}",
                            "WARN tenantwarden.violations w",
                            "ERROR tenantwarden.violations e"),
                    application.captured());
        }
    }

    @Test
    void aFactoryThatWritesNothingCountsAsAbsent() throws Exception {
        for (String[] jars : List.of(
                IsolatedSlf4j.NO_OP,
                IsolatedSlf4j.OLD_NO_OP,
                IsolatedSlf4j.NO_PROVIDER,
                IsolatedSlf4j.OLD_NO_PROVIDER)) {
            try (IsolatedSlf4j application = new IsolatedSlf4j(jars)) {
                factories.add(application.loggerFactory());
                application.initialise();
                LogRouter router = waiting();
                add("to be read");

                assertTrue(router.drain(false), String.join(" ", jars));
                assertFalse(router.drain(true));
                assertEquals(List.of("[warden] to be read"), stderrLines());
                stderr.reset();
            }
        }
    }

    @Test
    void whenPatienceIsOverLinesGoToStandardError() {
        LogRouter router = router(LogMode.AUTO, 0);
        add("one");

        assertFalse(router.drain(false));
        add("two");
        assertFalse(router.drain(false));
        assertEquals(List.of("[warden] one", "[warden] two"), stderrLines());
    }

    @Test
    void anSlf4jThatComesLateIsUsedFromThenOn() throws Exception {
        LogRouter router = router(LogMode.AUTO, 0);
        add("one");
        router.drain(false);
        try (IsolatedSlf4j application = new IsolatedSlf4j(IsolatedSlf4j.LOGBACK)) {
            factories.add(application.loggerFactory());
            application.capture();
            add("two");
            router.drain(false);

            assertEquals(List.of("[warden] one"), stderrLines());
            assertEquals(List.of("WARN tenantwarden [warden] two"), application.captured());
        }
    }

    @Test
    void explicitSlf4jNeverFallsBackBeforeTheExit() {
        LogRouter router = router(LogMode.SLF4J, 0);
        add("one");

        assertTrue(router.drain(false));
        assertTrue(router.drain(false));
        assertEquals(List.of(), stderrLines());
        assertFalse(router.drain(true));
        assertEquals(List.of("[warden] one"), stderrLines());
    }

    @Test
    void ofSeveralTheFirstThatWritesIsUsed() throws Exception {
        try (IsolatedSlf4j silent = new IsolatedSlf4j(IsolatedSlf4j.NO_OP);
                IsolatedSlf4j untouched = new IsolatedSlf4j(IsolatedSlf4j.OLD_LOGBACK);
                IsolatedSlf4j writing = new IsolatedSlf4j(IsolatedSlf4j.LOGBACK)) {
            factories.add(silent.loggerFactory());
            factories.addLoader(untouched.loader());
            factories.addLoader(writing.loader());
            silent.initialise();
            writing.capture();
            add("one");

            assertFalse(waiting().drain(false));
            assertEquals(List.of("WARN tenantwarden [warden] one"), writing.captured());
            assertEquals(0, untouched.state());
        }
    }

    @Test
    void aLoaderWithoutSlf4jIsNoCandidate() {
        factories.addLoader(ClassLoader.getPlatformClassLoader());

        assertEquals(List.of(), factories.candidates());
    }

    @Test
    void aStoppedLogbackIsNotTrusted() throws Exception {
        for (String[] jars : List.of(IsolatedSlf4j.LOGBACK, IsolatedSlf4j.OLD_LOGBACK)) {
            try (IsolatedSlf4j application = new IsolatedSlf4j(jars)) {
                factories.add(application.loggerFactory());
                application.capture();
                LogRouter router = waiting();
                add("one");
                router.drain(false);
                application.stopLogback();
                add("two");
                router.drain(true);

                assertEquals(List.of("WARN tenantwarden [warden] one"), application.captured());
                assertEquals(List.of("[warden] two"), stderrLines());
                stderr.reset();
            }
        }
    }

    @Test
    void whileTheApplicationDeniesEverythingLinesWait() throws Exception {
        try (IsolatedSlf4j application = new IsolatedSlf4j(IsolatedSlf4j.LOGBACK)) {
            factories.add(application.loggerFactory());
            application.capture();
            application.level("ROOT", "OFF");
            LogRouter router = waiting();
            add("one");

            assertTrue(router.drain(false), "Spring Boot denies everything until its configuration is read");
            application.level("ROOT", "INFO");
            assertFalse(router.drain(false));
            assertEquals(List.of("WARN tenantwarden [warden] one"), application.captured());
        }
    }

    @Test
    void loggersThatAreTurnedOffStaySilent() throws Exception {
        try (IsolatedSlf4j application = new IsolatedSlf4j(IsolatedSlf4j.LOGBACK)) {
            factories.add(application.loggerFactory());
            application.capture();
            application.level("tenantwarden", "OFF");
            add("one");

            assertFalse(router(LogMode.AUTO, 0).drain(false));
            assertEquals(List.of(), application.captured());
            assertEquals(List.of(), stderrLines());
        }
    }

    /** The module of SLF4J opens nothing, so its state cannot be read; then it is left alone. */
    @Test
    void slf4jAsANamedModuleIsLeftAlone() throws Exception {
        ModuleFinder finder = ModuleFinder.of(IsolatedSlf4j.jar("slf4j-api-2.jar"));
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), Set.of("org.slf4j"));
        ModuleLayer layer = ModuleLayer.defineModulesWithOneLoader(
                        configuration, List.of(ModuleLayer.boot()), ClassLoader.getPlatformClassLoader())
                .layer();
        factories.add(Class.forName("org.slf4j.LoggerFactory", false, layer.findLoader("org.slf4j")));
        LogRouter router = waiting();
        add("one");

        assertTrue(router.drain(false));
        assertFalse(router.drain(true));
        assertEquals(List.of("[warden] one"), stderrLines());
    }

    @Test
    void anApplicationThatIsGoneCanBeCollected() throws Exception {
        WeakReference<ClassLoader> loader = useAndLeave();

        Waiting.until("the loader is collected", () -> {
            System.gc();
            return loader.get() == null;
        });
        assertNull(loader.get());
        assertEquals(List.of(), factories.candidates());
    }

    private WeakReference<ClassLoader> useAndLeave() throws Exception {
        try (IsolatedSlf4j application = new IsolatedSlf4j(IsolatedSlf4j.LOGBACK)) {
            factories.add(application.loggerFactory());
            application.capture();
            add("one");
            waiting().drain(false);
            assertEquals(1, application.captured().size());
            application.stopLogback();
            return new WeakReference<>(application.loader());
        }
    }

    @Test
    void aThousandLinesWaitAndTheRestIsToldAsANumber() {
        for (int i = 0; i < 1_234; i++) {
            add("line " + i);
        }
        router(LogMode.STDERR, 0).drain(false);

        List<String> lines = stderrLines();
        assertEquals(1_001, lines.size());
        assertEquals("[warden] line 999", lines.get(999));
        assertTrue(lines.get(1_000).startsWith("[warden] 234 log lines were dropped"), lines.get(1_000));
    }

    @Test
    void atExitLinesPassAnAppenderThatHangs() throws Exception {
        LogRouter router = new LogRouter(
                LogMode.STDERR,
                queue,
                factories,
                new HangsOnce(new PrintStream(stderr, true, StandardCharsets.UTF_8)),
                0);
        add("hangs");
        Thread hanging = new Thread(() -> router.drain(false));
        hanging.setDaemon(true);
        hanging.start();
        Waiting.until("it hangs", () -> hanging.getState() == Thread.State.WAITING);
        add("last words");

        router.drainLast(1);

        assertEquals(List.of("[warden] last words"), stderrLines());
        hanging.interrupt();
        hanging.join();
    }

    private record HangsOnce(PrintStream target) implements java.util.function.Supplier<PrintStream> {

        @Override
        public PrintStream get() {
            if (Thread.currentThread().isDaemon()) {
                try {
                    new java.util.concurrent.CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return target;
        }
    }
}
