package io.tenantwarden.engine.report;

import java.util.List;

/** A metrics library of the application, used by reflection since the agent's loader does not see it. Stateless and thread-safe. */
interface MetricsApi {

    /** What people call it. */
    String product();

    /** Internal name of the class whose loading shows that the application has it. */
    String className();

    /**
     * Registers the metrics with the application's own registry.
     *
     * @param loader the one that defines {@link #className}
     * @return whether it is done; false when the application has not set it up yet
     * @throws ReflectiveOperationException when it is none of the versions that are known, or the application's registry threw
     */
    boolean register(ClassLoader loader, List<Metric> metrics) throws ReflectiveOperationException;
}
