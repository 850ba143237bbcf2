package io.tenantwarden.engine.report;

import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The bean in the platform's MBean server. It is registered when there is a database, not at the start: the server starts the JDK's logging, and an
 * application server that sets a log manager of its own must be there before that.
 */
final class ManagementSink implements ReportSink {

    static final String NAME = "io.tenantwarden:type=Warden";

    private final Collected collected;
    private final Consumer<LogLine> log;
    private volatile boolean tried;
    private volatile boolean registered;

    ManagementSink(Collected collected, Consumer<LogLine> log) {
        this.collected = collected;
        this.log = log;
    }

    /** Whether this JVM has JMX: a run-time image may be without it. */
    static boolean isAvailable() {
        return ModuleLayer.boot().findModule("java.management").isPresent();
    }

    @Override
    public long write(boolean exiting) {
        if (!tried && !exiting && !collected.findings.covers().isEmpty()) {
            tried = true;
            register();
        }
        return Long.MAX_VALUE;
    }

    private void register() {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            server.registerMBean(new ManagementBean(collected), new ObjectName(NAME));
            registered = true;
        } catch (JMException | RuntimeException | LinkageError e) {
            log.accept(LogLine.text(
                    Level.WARN,
                    "the bean " + NAME + " is not there, because it could not be registered (" + e
                            + "). Log and report are complete; warden.jmx=off does without it"));
        }
    }

    @Override
    public void close() {
        if (registered) {
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
            } catch (JMException | RuntimeException e) {
                return; // somebody else has taken it out
            }
        }
    }
}
