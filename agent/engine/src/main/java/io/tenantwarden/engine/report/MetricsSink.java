package io.tenantwarden.engine.report;

import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The agent's numbers in the application's own metrics: where the application has loaded a metrics library, and a database is covered, they are
 * registered once with its registry, on the reporter's thread. Nothing of it may fail or delay the application: what cannot be registered is told in
 * one line.
 */
final class MetricsSink implements ReportSink {

    private static final List<MetricsApi> APIS = List.of(new MicrometerApi(), new OpenTelemetryApi());

    /** An application that has set nothing up by then is asked less often. */
    private static final int MANY_TIMES = 60;

    private final Collected collected;
    private final Consumer<LogLine> log;
    private final Runnable wake;
    private final List<Found> pending = new CopyOnWriteArrayList<>();
    private List<Metric> metrics;

    private static final class Found {
        private final MetricsApi api;
        private final WeakReference<ClassLoader> loader;
        private int asked;

        Found(MetricsApi api, ClassLoader loader) {
            this.api = api;
            this.loader = new WeakReference<>(loader);
        }
    }

    /** @param wake has {@link #write} called soon */
    MetricsSink(Collected collected, Consumer<LogLine> log, Runnable wake) {
        this.collected = collected;
        this.log = log;
        this.wake = wake;
    }

    /** Told of each class that the application loads, while it is loaded: nothing is looked up here. */
    void classLoaded(ClassLoader loader, String internalName) {
        for (MetricsApi api : APIS) {
            if (internalName.equals(api.className()) && loader != null) {
                pending.add(new Found(api, loader));
                wake.run();
            }
        }
    }

    @Override
    public long write(boolean exiting) {
        if (pending.isEmpty() || exiting) {
            return Long.MAX_VALUE;
        }
        if (collected.findings.covers().isEmpty()) {
            return TimeUnit.SECONDS.toNanos(1);
        }
        int seldom = 0;
        for (Found found : pending) {
            if (isDone(found)) {
                pending.remove(found);
            } else if (found.asked++ > MANY_TIMES) {
                seldom++;
            }
        }
        return TimeUnit.SECONDS.toNanos(seldom == pending.size() ? 10 : 1);
    }

    private boolean isDone(Found found) {
        ClassLoader loader = found.loader.get();
        if (loader == null) {
            return true; // the application is gone
        }
        if (metrics == null) {
            metrics = Metric.of(collected);
        }
        try {
            return found.api.register(loader, metrics);
        } catch (InvocationTargetException e) {
            tell(found.api, e.getCause());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            tell(found.api, e);
        }
        return true;
    }

    private void tell(MetricsApi api, Throwable cause) {
        log.accept(LogLine.text(
                Level.WARN,
                "the metrics of the agent are not all in " + api.product() + " (" + cause
                        + "). Log, report and JMX are complete; warden.metrics=off does without them"));
    }
}
