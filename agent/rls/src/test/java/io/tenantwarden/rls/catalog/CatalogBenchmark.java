package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.audit.Audit;
import io.tenantwarden.rls.audit.AuditFacts;
import io.tenantwarden.rls.audit.AuditOptions;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * How long the catalog takes, on a connection that has just been opened, in a JVM that has read one before:
 * {@code CatalogBenchmark major tables...}. Every table has a policy, a primary key and an index. Variants run alternately;
 * the ratio to a trivial query says what the times of two machines cannot. Run by scripts/bench-catalog.sh.
 */
final class CatalogBenchmark {

    private static final int WARM_UP = 5;

    private static final int ROUNDS = 15;

    private CatalogBenchmark() {}

    public static void main(String[] args) throws Exception {
        PostgresServer server = PostgresServer.get(Integer.parseInt(args[0]));
        for (String tables : Arrays.asList(args).subList(1, args.length)) {
            measure(server, Integer.parseInt(tables));
        }
        System.exit(0);
    }

    private static void measure(PostgresServer server, int tables) throws Exception {
        String database = server.createDatabase("bench");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("do $do$ begin if not exists (select from pg_roles where rolname = 'bench_app') then create role"
                    + " bench_app login; end if; end $do$");
            for (int from = 0; from < tables; from += 500) {
                StringBuilder ddl = new StringBuilder();
                for (int i = from; i < Math.min(tables, from + 500); i++) {
                    String condition = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)";
                    ddl.append("create table t")
                            .append(i)
                            .append(" (id bigint primary key, tenant_id uuid not null, name text, amount int);")
                            .append("create index on t")
                            .append(i)
                            .append(" (tenant_id);")
                            .append("alter table t")
                            .append(i)
                            .append(" enable row level security;")
                            .append("alter table t")
                            .append(i)
                            .append(" force row level security;")
                            .append("create policy p on t")
                            .append(i)
                            .append(" using (")
                            .append(condition)
                            .append(") with check (")
                            .append(condition)
                            .append(");")
                            .append("grant select, insert, update, delete on t")
                            .append(i)
                            .append(" to bench_app;");
                }
                s.execute(ddl.toString());
            }
            s.execute("vacuum analyze");
        }
        List<String> names = List.of(
                "select count(*) from pg_class",
                "catalog (first connection)",
                "facts (afterwards, besides)",
                "rules of the catalog (first)",
                "all rules (afterwards)",
                "who the role is (each connection)",
                "one name, first of a connection",
                "one name, again",
                "twenty names, again");
        double[][] times = new double[names.size()][ROUNDS];
        for (int each = -WARM_UP; each < ROUNDS; each++) {
            int round = Math.max(each, 0); // what is measured while warming up is overwritten
            times[0][round] = fresh(server, database, c -> () -> count(c));
            times[1][round] = fresh(server, database, c -> () -> Catalog.read(c, CatalogOptions.DEFAULT));
            times[2][round] = fresh(server, database, c -> {
                RoleFacts role = RoleFacts.read(c);
                Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
                return () -> AuditFacts.read(c, CatalogOptions.DEFAULT, role, catalog);
            });
            times[3][round] = fresh(server, database, c -> {
                RoleFacts role = RoleFacts.read(c);
                Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
                return () -> Audit.ofCatalog(role, catalog, AuditOptions.DEFAULT, List.of("tenant_id"));
            });
            times[4][round] = fresh(server, database, c -> {
                AuditFacts facts = AuditFacts.read(c, CatalogOptions.DEFAULT);
                return () -> Audit.of(facts, AuditOptions.DEFAULT);
            });
            times[5][round] = fresh(server, database, c -> () -> RoleFacts.read(c));
            times[6][round] = fresh(server, database, c -> () -> named(c, 1));
            times[7][round] = fresh(server, database, c -> {
                named(c, 2);
                return () -> named(c, 1);
            });
            times[8][round] = fresh(server, database, c -> {
                named(c, 30);
                return () -> named(c, 20);
            });
        }
        System.out.printf(
                "PostgreSQL %d, %d tables, load %.1f%n",
                server.major(),
                tables,
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage());
        Arrays.sort(times[0]);
        for (int i = 0; i < times.length; i++) {
            Arrays.sort(times[i]);
            System.out.printf(
                    "  %-34s min %8.1f  median %8.1f  max %8.1f ms  ratio %6.1f%n",
                    names.get(i),
                    times[i][0],
                    times[i][ROUNDS / 2],
                    times[i][ROUNDS - 1],
                    times[i][ROUNDS / 2] / times[0][ROUNDS / 2]);
        }
    }

    private interface Variant {
        Callable<?> on(Connection c) throws Exception;
    }

    /** The server process has no cache yet, as with an application's first connection. */
    private static double fresh(PostgresServer server, String database, Variant variant) throws Exception {
        try (Connection c = server.connect(database, "bench_app")) {
            Callable<?> call = variant.on(c);
            long start = System.nanoTime();
            call.call();
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private static Catalog named(Connection c, int names) throws SQLException {
        List<Relation> relations = new ArrayList<>();
        for (int i = 0; i < names; i++) {
            relations.add(new Relation(null, "t" + i, false, false));
        }
        return Catalog.readNamed(c, CatalogOptions.DEFAULT, relations);
    }

    private static long count(Connection c) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select count(*) from pg_class")) {
            rs.next();
            return rs.getLong(1);
        }
    }
}
