package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Map;

/**
 * What JMX shows of this JVM, as {@code io.tenantwarden:type=Warden}. Thread-safe; each attribute is computed when it is asked for. No tenant is in
 * it. Nothing but the mode can be changed, and that only with {@code warden.jmx=control}.
 */
public interface WardenMXBean {

    /** {@code protecting}, {@code idle}, {@code degraded}, {@code audit} or {@code off}: as {@code health.state} of the report. */
    String getState();

    /** Whether Warden does what its configuration says: the state is none of {@code degraded} and {@code off}. */
    boolean isHealthy();

    /** Why {@link #isHealthy} is false, one sentence each; empty when it is true. */
    List<String> getProblems();

    /** {@code warden.mode}, or what it was changed to. */
    String getMode();

    /**
     * Changes the mode of this JVM, for statements from now on; a transaction that was begun with values of a scope keeps them to its end.
     *
     * @param mode {@code audit}, {@code inject} or {@code enforce}
     * @throws IllegalStateException when the JVM was not started with {@code warden.jmx=control}, when no tenant can be known, or when {@code
     *     enforce} could not be kept
     * @throws IllegalArgumentException for any other text
     */
    void setMode(String mode);

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

    /** Seconds since the catalog was read, by {@code database at server}. */
    Map<String, Long> getCatalogAgeSeconds();

    /**
     * What Warden costs before a statement is sent, in nanoseconds: {@code p50}, {@code p90}, {@code p99}, {@code max}, of {@code samples} executions
     * since the JVM began; one in 64 is measured. Questions of Warden's own to the server are in it.
     */
    Map<String, Long> getCostNanos();

    /** Errors of the agent itself. */
    long getAgentErrors();
}
