package io.tenantwarden.engine.report.document;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a kind of violation is called and what to do about it, for people. Immutable.
 *
 * @param kind its name in log and report
 * @param title what is wrong, a few words
 * @param subject how a sentence about one begins: {@code unscoped}, before the operation
 * @param why why it matters, one sentence
 * @param fix what to do, one or two sentences
 */
public record KindText(String kind, String title, String subject, String why, String fix) {

    /** The kinds that a baseline may excuse. The others are never a known state of an application that one can live with. */
    private static final Set<String> EXCUSABLE = Set.of("unscoped-query", "zero-row-write");

    private static final Map<String, KindText> ALL = new LinkedHashMap<>();

    static {
        add(
                "unscoped-query",
                "Statement on a protected table without a tenant",
                "unscoped",
                "Under row-level security it reads and changes no row, or, where nothing filters, the rows of all tenants.",
                "Set the tenant before it runs (warden.tenant names where Warden looks), name a method that has the tenant as"
                        + " an argument (warden.scope.<name>), or allow a method by name and reason (warden.bypass.<name>.at).");
        add(
                "zero-row-write",
                "Write without a tenant that touched no row",
                "unscoped",
                "Row-level security hid the rows: the statement reports 0 and counts as done.",
                "Run it in the scope of each tenant, or in a bypass that the policies know.");
        add(
                "tenant-switch",
                "Second tenant in one transaction",
                "tenant switch at",
                "What the transaction read for one tenant may be written for another.",
                "End the transaction before the tenant changes.");
        add(
                "invalid-tenant",
                "Tenant source gave a value that is no tenant id",
                "invalid tenant for",
                "The value is never sent to the database, so the statement has no tenant.",
                "Look at what the source gives there; warden.tenant.type and warden.tenant.pattern say what is valid.");
        add(
                "inactive-tenant",
                "Tenant may not be used",
                "inactive tenant for",
                "warden.tenant.check says that there is no such active tenant.",
                "Refuse the request earlier, or correct the query of warden.tenant.check.");
        add(
                "guc-tamper",
                "SQL of the application changes the tenant's setting or the role",
                "tampering by",
                "The rest of the transaction would run as another tenant, or as none.",
                "Take the statement out: the tenant and the role belong to the scope. Set another tenant through the tenant source.");
        add(
                "cross-tenant-row",
                "Row of another tenant in a result",
                "foreign row in",
                "Something let the role see rows that are not the tenant's.",
                "doctor names the policy, view or function that opens the table.");
        add(
                "injection-failed",
                "The tenant could not be sent along",
                "injection failed for",
                "The statement would have run under another tenant's setting, or none.",
                "Do what the message of the refusal says, most often: run it in a transaction.");
        add(
                "source-failed",
                "Tenant source threw",
                "failed tenant source for",
                "The statement has no tenant, and no further source was asked.",
                "Correct the method or field that warden.tenant names; the log has the error.");
        add(
                "bypass-expired",
                "Bypass used after its last day",
                "expired bypass for",
                "It was meant to end.",
                "Set the tenant there, or give warden.bypass.<name>.until a new day.");
        add(
                "bypass-ineffective",
                "Bypass that opens nothing",
                "ineffective bypass for",
                "The statement runs, but the policies let it see no row.",
                "Set warden.guc.bypass and read it in a policy, or use a role of warden.bypass.roles.");
        add(
                "uncovered-client",
                "Database client that Warden cannot cover",
                "uncovered client",
                "No statement on it gets a tenant or is seen.",
                "Use pgjdbc, or leave it out with warden.datasource.exclude.");
        add(
                "lost-scope",
                "Task lost the scope that it was handed over with",
                "lost scope of",
                "The statement has no tenant on the other thread.",
                "Set the tenant inside the task, or leave warden.propagate on.");
        add(
                "stale-source",
                "Tenant left on the thread by an earlier request",
                "stale tenant for",
                "The request would have run as the tenant of another.",
                "Clear the context at the end of each request, in a finally block.");
    }

    private static void add(String kind, String title, String subject, String why, String fix) {
        ALL.put(kind, new KindText(kind, title, subject, why, fix));
    }

    /** The text of a kind; of one that this version does not know, its name. */
    public static KindText of(String kind) {
        KindText known = ALL.get(kind);
        return known != null
                ? known
                : new KindText(kind, kind, kind, "A later version found it.", "See its documentation.");
    }

    /** All that this version knows. */
    static Collection<KindText> all() {
        return Collections.unmodifiableCollection(ALL.values());
    }

    /** Whether there is a text for it. */
    public static boolean isKnown(String kind) {
        return ALL.containsKey(kind);
    }

    /** Whether a baseline may excuse violations of this kind. */
    public static boolean isExcusable(String kind) {
        return EXCUSABLE.contains(kind);
    }
}
