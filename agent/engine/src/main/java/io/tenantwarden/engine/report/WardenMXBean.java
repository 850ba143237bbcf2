package io.tenantwarden.engine.report;

import java.util.Map;

/**
 * What JMX shows of this JVM, as {@code io.tenantwarden:type=Warden}. Read-only and thread-safe; each attribute is computed when it is asked for. No tenant
 * is in it.
 */
public interface WardenMXBean {

    /** {@code protecting}, {@code idle}, {@code degraded}, {@code audit} or {@code off}: as {@code health.state} of the report. */
    String getState();

    /** Whether Warden does what its configuration says: the state is none of {@code degraded} and {@code off}. */
    boolean isHealthy();

    /** {@code warden.mode}. */
    String getMode();

    /** Version of the agent. */
    String getVersion();

    /** Events by kind, those of the baseline included. */
    Map<String, Long> getViolations();

    /** Statements that were refused. */
    long getRefusals();

    /** Executions of statements on protected tables: {@code scoped}, {@code captured}, {@code application}, {@code unscoped}, {@code bypassed}. */
    Map<String, Long> getExecutions();

    /** How often each configured bypass was used. */
    Map<String, Long> getBypasses();

    /** What the preflight and the agent found: by {@code error}, {@code warn}, {@code info}. */
    Map<String, Long> getFindings();

    /** Protected tables by {@code database as role at server}. */
    Map<String, Integer> getProtectedTables();

    /** Errors of the agent itself. */
    long getAgentErrors();
}
