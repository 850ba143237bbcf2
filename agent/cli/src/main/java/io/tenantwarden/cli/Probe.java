package io.tenantwarden.cli;

import io.tenantwarden.cli.ProbeSession.Attempt;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.audit.Phrases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Tries to break isolation, table by table, as the role of the connection: in a transaction that is rolled back. What
 * cannot be shown is said, never taken for shown.
 */
final class Probe {

    private static final ProbeTable.TenantType UUID = new ProbeTable.TenantType("uuid", "uuid", 0, List.of());

    private final Connection connection;
    private final Config config;
    private final String givenTenant;
    private final Predicate<String> accepted;
    private final Terminal terminal;

    /**
     * @param tenant a tenant that has rows; null to look for one
     * @param accepted whether somebody accepted that a table, {@code schema.table}, has no row-level security
     */
    Probe(Connection connection, Config config, String tenant, Predicate<String> accepted, Terminal terminal) {
        this.connection = connection;
        this.config = config;
        this.givenTenant = tenant;
        this.accepted = accepted;
        this.terminal = terminal;
    }

    /**
     * Probes every table with row-level security or a tenant column that the role has a privilege on.
     *
     * @throws SQLException when the connection is lost or the catalog cannot be read
     */
    List<ProbeResult> run() throws SQLException {
        try (ProbeSession session = new ProbeSession(connection)) {
            boolean readOnly = session.readOnly();
            List<ProbeTable> all = ProbeTable.read(connection, config.tenantColumns());
            List<ProbeTable> tables = chosen(all);
            // before any setting is made: from then on the server knows its name and says '' instead of NULL
            Map<Long, Attempt> untouched = new HashMap<>();
            for (ProbeTable t : tables) {
                untouched.put(t.oid(), session.attempt(Map.of(), "SELECT 1 FROM " + t.sql() + " LIMIT 1"));
            }
            String tenant = givenTenant == null ? sample(session, all) : givenTenant;
            ProbeTable.TenantType fallback = tables.stream()
                    .map(ProbeTable::type)
                    .filter(t -> t != null)
                    .findFirst()
                    .orElse(UUID);
            List<ProbeResult> results = new ArrayList<>();
            for (int i = 0; i < tables.size(); i++) {
                ProbeTable t = tables.get(i);
                terminal.step("probing " + t.name() + " (" + (i + 1) + " of " + tables.size() + ")");
                probe(of(session, t, tenant, fallback, untouched.get(t.oid()), readOnly), results);
            }
            return results;
        }
    }

    private List<ProbeTable> chosen(List<ProbeTable> all) {
        List<ProbeTable> tables = new ArrayList<>();
        int unreachable = 0;
        List<String> open = new ArrayList<>();
        for (ProbeTable t : all) {
            if (!t.reachable()) {
                unreachable++;
            } else if (!t.rls() && accepted.test(t.name())) {
                open.add(t.name());
            } else {
                tables.add(t);
            }
        }
        if (unreachable > 0) {
            terminal.progress(Phrases.count(
                    unreachable,
                    "table left out: the role has no privilege on it",
                    "tables left out: the role has no privilege on them"));
        }
        if (!open.isEmpty()) {
            terminal.progress(
                    "left out, since it is accepted that they have no row-level security: " + String.join(", ", open));
        }
        return tables;
    }

    private String sample(ProbeSession session, List<ProbeTable> tables) throws SQLException {
        for (boolean everSet : new boolean[] {false, true}) {
            Map<String, String> settings = everSet ? ProbeRun.settings(config.guc(), "") : Map.of();
            for (ProbeTable t : tables) {
                if (t.column() == null || !t.select()) {
                    continue;
                }
                Attempt attempt = session.attempt(
                        settings,
                        "SELECT " + t.column() + "::text FROM " + t.sql() + " WHERE " + t.column()
                                + " IS NOT NULL LIMIT 1");
                if (attempt.row() != null) {
                    terminal.progress("sampled a tenant in " + t.name() + ", which shows rows without one");
                    return attempt.row();
                }
            }
        }
        terminal.progress(
                "no tenant can be sampled, since no table with a tenant column shows the role a row without one:"
                        + " give one that has rows with --tenant");
        return null;
    }

    private ProbeRun of(
            ProbeSession session,
            ProbeTable t,
            String tenant,
            ProbeTable.TenantType fallback,
            Attempt untouched,
            boolean readOnly) {
        ProbeTable.TenantType type = t.type() == null ? fallback : t.type();
        String other;
        String stranger;
        if (type.isEnum()) {
            other = RandomTenant.label(type.labels(), tenant);
            stranger = RandomTenant.label(type.labels(), tenant, other);
            if (stranger == null) {
                stranger = RandomTenant.label(type.labels(), other);
            }
        } else {
            other = RandomTenant.of(type);
            stranger = RandomTenant.of(type);
        }
        return new ProbeRun(session, config.guc(), t, tenant, stranger, other, untouched, readOnly);
    }

    private static void probe(ProbeRun r, List<ProbeResult> results) throws SQLException {
        Attempt own = r.own();
        boolean hasRows = r.table().looksFilled() || own != null && own.row() != null;
        ProbeReads.run(r, own, hasRows, results);
        ProbeWrites.run(r, own, hasRows, results);
    }
}
