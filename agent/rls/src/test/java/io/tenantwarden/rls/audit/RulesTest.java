package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A schema without findings, one defect after another: exactly the rule that is meant finds it, and its fix silences it, or
 * says in words what to decide.
 */
class RulesTest {

    private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

    static String database(int major) {
        return DATABASES.computeIfAbsent(major, m -> {
            try {
                return AuditDefects.create(m);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> defects() {
        return Stream.of(14, 18)
                .flatMap(major ->
                        AuditDefects.ALL.stream().map(d -> org.junit.jupiter.params.provider.Arguments.of(major, d)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("defects")
    void exactlyThisRuleFindsItAndItsFixSilencesIt(int major, AuditDefects.Defect d) throws SQLException {
        boolean concurrently = d.rule().equals("WD026");
        String database = concurrently ? AuditDefects.create(major) : database(major);
        try (Connection c = PostgresServer.get(major).superuser(database);
                Statement s = c.createStatement()) {
            // a transaction that is rolled back gives each defect a clean schema
            c.setAutoCommit(concurrently);
            s.execute(d.defect().replace("DATABASE", database));
            List<Finding> findings = findings(c, s, d.role());
            assertEquals(
                    List.of(d.rule() + " " + d.object().replace("DATABASE", database)),
                    names(findings),
                    () -> "found " + findings);
            Finding finding = findings.get(0);
            assertEquals(Rules.byId(d.rule()).level(), finding.level());
            assertFalse(finding.message().contains("\n"), finding.message());
            assertEquals(d.decision(), !Paste.hasSql(finding.fix()), finding.fix());
            if (d.decision()) {
                AuditOptions accepting = new AuditOptions(
                        AuditDefects.OPTIONS.gucs(),
                        AuditDefects.OPTIONS.bypassGucs(),
                        List.of(new Ignore(finding.rule(), finding.object(), "decided")));
                assertEquals(List.of(), names(findings(c, s, d.role(), accepting)));
            } else {
                s.execute(finding.fix());
                List<Finding> after = findings(c, s, d.role());
                assertEquals(List.of(), names(after), () -> "after " + finding.fix() + ": " + after);
            }
            if (!concurrently) {
                c.rollback();
            }
        }
    }

    private static List<String> names(List<Finding> findings) {
        return findings.stream().map(f -> f.rule() + " " + f.object()).toList();
    }

    private static List<Finding> findings(Connection c, Statement s, String role) throws SQLException {
        return findings(c, s, role, AuditDefects.OPTIONS);
    }

    private static List<Finding> findings(Connection c, Statement s, String role, AuditOptions options)
            throws SQLException {
        s.execute("set session authorization " + role);
        try {
            return Audit.run(AuditFacts.read(c, CatalogOptions.DEFAULT), options);
        } finally {
            s.execute("reset session authorization");
        }
    }

    @Test
    void everyRuleHasADefect() {
        Set<String> tested =
                AuditDefects.ALL.stream().map(AuditDefects.Defect::rule).collect(Collectors.toCollection(TreeSet::new));
        // a transaction cannot show that one: superuserConnectsAsTheRoleOfTheFix does
        tested.add("WD001");
        // needs servers of old minor versions: ServerHolesTest
        tested.add("WD045");
        // needs an extension and statements that have run: CostlyStatementTest
        tested.add("WD046");
        assertEquals(Rules.ALL.stream().map(Rule::id).collect(Collectors.toCollection(TreeSet::new)), tested);
    }

    @Test
    void idsAreStableAndInOrder() {
        for (int i = 0; i < Rules.ALL.size(); i++) {
            assertEquals(String.format("WD%03d", i + 1), Rules.ALL.get(i).id());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void cleanSchemaHasNoFindings(int major) throws SQLException {
        for (String role : List.of("aud_app", "aud_owner")) {
            try (Connection c = PostgresServer.get(major).connect(database(major), role)) {
                assertEquals(
                        List.of(), Audit.run(AuditFacts.read(c, CatalogOptions.DEFAULT), AuditDefects.OPTIONS), role);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void superuserConnectsAsTheRoleOfTheFix(int major) throws SQLException {
        String database = AuditDefects.create(major);
        String app = database + "_app";
        try (Connection c = PostgresServer.get(major).superuser(database);
                Statement s = c.createStatement()) {
            List<Finding> findings = Audit.run(AuditFacts.read(c, CatalogOptions.DEFAULT), AuditDefects.OPTIONS);
            assertEquals(List.of("WD001 postgres"), names(findings));
            s.execute(findings.get(0).fix());
            s.execute(findings.get(0).fix()); // whoever pastes it twice
            s.execute("grant aud_app to " + app);
            assertEquals(List.of(), names(findings(c, s, app)));
            s.execute("drop role " + app);
        }
    }

    /** What looks like a defect and is none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "create policy bypass on app.notes using ((select current_setting('app.is_platform', true)) = 'on')"
                        + " with check ((select current_setting('app.is_platform', true)) = 'on')",
                "drop policy tenant on app.notes; create policy tenant on app.notes using (COND) or (select"
                        + " current_setting('app.is_platform', true)) = 'on') with check (COND))",
                "create policy staff on app.notes to aud_tester using (true)",
                "drop policy tenant on app.notes; create policy all_rows on app.notes using (true) with check (true);"
                        + " create policy floor on app.notes as restrictive using (COND)) with check (COND))",
                "drop policy tenant on app.notes; create policy tenant on app.notes using (COND) and (public or body is null))"
                        + " with check (COND))",
                "drop policy tenant on app.notes; create policy tenant on app.notes using (exists (select from app.countries c"
                        + " where c.code = notes.tenant_id)) with check (COND))",
                "drop policy tenant on app.notes; create policy tenant on app.notes using (tenant_id = any (string_to_array("
                        + "(select nullif(current_setting('app.tenant_id', true), '')), ','))) with check (COND))",
                "drop policy tenant on app.notes; create policy tenant on app.notes using (COND) or tenant_id = (select"
                        + " nullif(current_setting('app.parent_id', true), ''))) with check (COND))",
                "alter role aud_app set app.tenant_id = ''; alter role aud_app set app.is_platform = off",
                "alter role aud_tester set app.tenant_id = 'x'",
                "create materialized view app.m as select * from app.notes",
                "grant select on app.events_1 to aud_tester",
                "create publication p for table app.countries",
                "create view app.v as select * from app.notes; alter view app.v owner to aud_super",
                "create function app.f() returns trigger language plpgsql security definer as 'begin return new; end'",
            })
    void noFinding(String sql) throws SQLException {
        for (int major : List.of(14, 18)) {
            try (Connection c = PostgresServer.get(major).superuser(database(major));
                    Statement s = c.createStatement()) {
                c.setAutoCommit(false);
                s.execute(sql.replace("COND", AuditDefects.CONDITION));
                List<Finding> findings = findings(c, s, "aud_app");
                assertEquals(List.of(), names(findings), () -> findings.toString());
                c.rollback();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void ignoresNeedTheRuleAndTheObject(int major) throws SQLException {
        Ignore used = Ignore.parse("WD025:app.no*=\"imported rows\"");
        Ignore unused = Ignore.parse("WD025:app.invoices=none there");
        try (Connection c = PostgresServer.get(major).superuser(database(major));
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("alter table app.notes alter tenant_id drop not null; drop index app.notes_tenant_id_idx");
            AuditOptions options = new AuditOptions(
                    AuditDefects.OPTIONS.gucs(), AuditDefects.OPTIONS.bypassGucs(), List.of(used, unused));
            Audit audit = Audit.of(AuditFacts.read(c, CatalogOptions.DEFAULT), options);
            assertEquals(List.of("WD001 postgres", "WD026 app.notes"), names(audit.findings()));
            assertEquals(List.of("WD001 postgres"), names(audit.general()));
            assertEquals(List.of("WD026 app.notes"), names(audit.about("app.notes")));
            assertEquals(List.of(), names(audit.about("app.invoices")));
            assertEquals(List.of(unused), audit.unusedIgnores());
            c.rollback();
        }
    }

    @Test
    void badIgnoresSayWhatToWrite() {
        for (String bad :
                List.of("WD012", "WD999:a.b=\"x\"", "WD012:a.b", "WD012:a.b=\"\"", "WD012:=\"x\"", "wd12:a=b")) {
            IllegalArgumentException e = org.junit.jupiter.api.Assertions.assertThrows(
                    IllegalArgumentException.class, () -> Ignore.parse(bad));
            assertTrue(e.getMessage().contains("\"" + bad + "\""), e.getMessage());
        }
        assertEquals(
                new Ignore("WD012", "public.audit_log", "append = only"),
                Ignore.parse("WD012:public.audit_log=\"append = only\""));
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void everyTextBeginsWithTheComment(int major) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection c = PostgresServer.get(major).connect(database(major), "aud_app")) {
            Connection spy = (Connection) java.lang.reflect.Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                        if (method.getName().equals("prepareStatement")) {
                            texts.add((String) args[0]);
                        }
                        return method.invoke(c, args);
                    });
            AuditFacts.read(spy, CatalogOptions.DEFAULT);
        }
        assertTrue(texts.size() > 10, texts.toString());
        for (String text : texts) {
            assertTrue(text.startsWith("/* tenant-warden */"), text);
        }
    }

    /** Everything must answer to someone who may do nothing at all. */
    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void readableWithoutAnyPrivilege(int major) throws SQLException {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                major == 14 || major == 18 || Boolean.getBoolean("postgres.all"), "-Dpostgres.all=true");
        try (Connection c = PostgresServer.get(major).connect(database(major), "aud_tester")) {
            assertEquals(
                    List.of("WD043 aud_tester"),
                    names(Audit.run(AuditFacts.read(c, CatalogOptions.DEFAULT), AuditDefects.OPTIONS)));
        }
    }
}
