package io.tenantwarden.engine.session;

import io.tenantwarden.rls.audit.AuditFacts;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.PlainStatements;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Reads what the rules of the preflight look at, on a connection of Warden's own: it is not needed before a statement may
 * run and would hold it up. Thread-safe.
 */
public final class FactsReader {

    private final CatalogOptions options;
    private final OwnConnections connections;

    /** @param options the same that catalogs are read with */
    public FactsReader(CatalogOptions options, OwnConnections connections) {
        this.options = options;
        this.connections = connections;
    }

    /**
     * Reads the facts about the role of a session.
     *
     * @param like an open session of the application
     * @param catalog the snapshot that the rules go by
     * @throws SQLException what the driver says; also when it cannot be used in this way
     */
    public AuditFacts read(Session like, Catalog catalog) throws SQLException {
        return connections.read(like, c -> AuditFacts.read(c, options, role(like, c), catalog));
    }

    /** With {@code warden.role} the rules look at what the role sees that statements run as. */
    private static RoleFacts role(Session like, Connection c) throws SQLException {
        AssumedRole assumed = like.role().assumed();
        if (assumed != null && assumed.isUsable()) {
            try (PreparedStatement s =
                    PlainStatements.prepare(c, "/* tenant-warden */ select pg_catalog.set_config('role', ?, true)")) {
                s.setString(1, assumed.role());
                s.execute();
            }
        }
        return RoleFacts.read(c);
    }
}
