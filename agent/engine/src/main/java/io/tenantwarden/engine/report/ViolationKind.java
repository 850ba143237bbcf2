package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.KindText;

/** The rules that a statement, a task or a client can break. The wire names are contract (log, report, baseline). */
public enum ViolationKind {
    /** A statement on a protected table ran outside a tenant scope. */
    UNSCOPED_QUERY("unscoped-query"),
    /** An unscoped statement that changes or copies rows touched none, because row-level security hid them. */
    ZERO_ROW_WRITE("zero-row-write"),
    /** A second distinct tenant in one transaction. */
    TENANT_SWITCH("tenant-switch"),
    /** A tenant source gave a value that is no tenant id. */
    INVALID_TENANT("invalid-tenant"),
    /** The tenant check says that the tenant may not be used. */
    INACTIVE_TENANT("inactive-tenant"),
    /** Application SQL sets, resets or discards the tenant GUC, or changes the role. */
    GUC_TAMPER("guc-tamper"),
    /** A result row carries another tenant than the scope. */
    CROSS_TENANT_ROW("cross-tenant-row"),
    /** The scope could not be sent to the server. */
    INJECTION_FAILED("injection-failed"),
    /** A tenant source threw. */
    SOURCE_FAILED("source-failed"),
    /** A bypass was used after its last day. */
    BYPASS_EXPIRED("bypass-expired"),
    /** A bypass that opens nothing: no GUC and no role lets it through the policies. */
    BYPASS_INEFFECTIVE("bypass-ineffective"),
    /** A database client that the agent cannot cover. */
    UNCOVERED_CLIENT("uncovered-client"),
    /** A task lost a scope that it was submitted with. */
    LOST_SCOPE("lost-scope"),
    /** A tenant source answered before the request, message or task began that it answers for. */
    STALE_SOURCE("stale-source");

    private final String wireName;

    ViolationKind(String wireName) {
        this.wireName = wireName;
    }

    /** The name in log lines, reports and baselines. */
    public String wireName() {
        return wireName;
    }

    /** The level of its log line as long as nothing is refused; a refusal is always {@link Level#ERROR}. */
    public Level level() {
        return Level.WARN;
    }

    /** Whether a baseline may excuse it. The other kinds are never a known state of an application that one can live with. */
    public boolean coveredByBaseline() {
        return KindText.isExcusable(wireName);
    }
}
