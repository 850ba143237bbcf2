package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells of DDL and maintenance that run as {@code warden.role} and not as the login: some of it fails with 42501, some only warns and does nothing
 * (ANALYZE, VACUUM, GRANT: PostgreSQL manual, their sections), and what it creates belongs to the role. Thread-safe.
 */
final class RoleMaintenance {

    private static final int MANY = 1_000;

    private static final Set<Keyword> WARN_ONLY = EnumSet.of(
            Keyword.ANALYZE, Keyword.VACUUM, Keyword.CLUSTER, Keyword.REINDEX, Keyword.GRANT, Keyword.REVOKE);

    private static final Set<Keyword> DDL = EnumSet.of(
            Keyword.CREATE,
            Keyword.ALTER,
            Keyword.ALTER_TABLE,
            Keyword.CREATE_INDEX,
            Keyword.DROP,
            Keyword.TRUNCATE,
            Keyword.REFRESH,
            Keyword.COMMENT,
            Keyword.SECURITY_LABEL,
            Keyword.REASSIGN,
            Keyword.IMPORT);

    private final Reporter reporter;
    private final VerdictTeller teller;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    RoleMaintenance(Reporter reporter, VerdictTeller teller) {
        this.reporter = reporter;
        this.teller = teller;
    }

    /** A statement is about to run; tells of each kind of it once. */
    void note(Session session, SqlStatement sql) {
        boolean warns = WARN_ONLY.contains(sql.keyword());
        if (!warns && !DDL.contains(sql.keyword())
                || session.execution().scope().isBypass()
                || !sql.changesCatalog() && !warns && sql.keyword() != Keyword.TRUNCATE
                || told.size() >= MANY
                || !told.add(sql.fingerprint())) {
            return;
        }
        FoundSite found = teller.find();
        String role = session.role().name();
        reporter.finding(new Finding(
                warns ? "role-skipped" : "role-ddl",
                Level.WARN,
                found.site().className() + "#" + found.site().method(),
                sql.operation() + " at " + found.site() + " runs as " + role + " (warden.role), not as the login: "
                        + (warns
                                ? "the server skips what that role does not own, with a warning that nobody reads"
                                : "without the privilege it fails with 42501, and what it creates belongs to " + role),
                "run migrations and maintenance in a bypass, which keeps the role of the login:"
                        + " warden.bypass.<name>.at=<the method that runs them> and warden.bypass.<name>.reason=..."));
    }
}
