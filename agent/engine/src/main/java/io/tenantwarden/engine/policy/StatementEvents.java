package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.SqlStatement;
import java.util.List;

/** Violations of statements, with what is known of them: text, tables, database and role. */
final class StatementEvents {

    private StatementEvents() {}

    /** @param assumed whether the tables are only assumed */
    static ViolationEvent.Builder of(
            ViolationKind kind,
            FoundSite found,
            Session session,
            SqlStatement sql,
            List<String> tables,
            boolean assumed) {
        return ViolationEvent.of(kind, found.site())
                .stack(found.stack())
                .statement(sql.scrubbed(), sql.fingerprint(), sql.operation())
                .tables(tables, assumed)
                .database(session.database().name(), session.role());
    }
}
