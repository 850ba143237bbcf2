package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.report.document.SourceTree;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

    private static final String TENANT = "method:com.acme.TenantContext#current";

    @Test
    void nothingSetIsAuditAndSaysWhy() {
        Config config = Loading.with().config();

        assertAll(
                () -> assertEquals(Mode.AUDIT, config.mode()),
                () -> assertTrue(config.modeReason().contains("warden.tenant"), config.modeReason()),
                () -> assertEquals(List.of(), config.tenantSources()),
                () -> assertEquals("app.tenant_id", config.guc().get(0).name()),
                () -> assertTrue(config.guc().get(0).value().usesTenant()),
                () -> assertEquals(List.of(), config.gucBypass()),
                () -> assertEquals(List.of(), config.gucNone()),
                () -> assertEquals(TenantType.TEXT, config.tenantType()),
                () -> assertNull(config.tenantPattern()),
                () -> assertEquals(List.of("tenant_id"), config.tenantColumns()),
                () -> assertEquals(List.of(), config.tablesInclude()),
                () -> assertEquals(List.of(), config.tablesExclude()),
                () -> assertEquals(List.of(), config.scopes()),
                () -> assertEquals(List.of(), config.bypasses()),
                () -> assertEquals(List.of(), config.bypassRoles()),
                () -> assertEquals(Duration.ofSeconds(300), config.catalogRefresh()),
                () -> assertEquals(Strategy.AUTO, config.strategy()),
                () -> assertEquals(List.of(), config.appPackages()),
                () -> assertEquals(List.of(), config.reports()),
                () -> assertNull(config.baseline()),
                () -> assertEquals(Set.of(), config.fail()),
                () -> assertEquals(SourceTree.USUAL_ROOTS, config.sourceRoots()),
                () -> assertEquals(LogMode.AUTO, config.log()),
                () -> assertEquals(List.of(), config.datasourceExclude()),
                () -> assertFalse(config.debug()),
                () -> assertEquals(List.of(), config.nonDefaults()));
    }

    @Test
    void everyKeyReachesItsGetter() {
        Config config = Loading.with()
                .properties(
                        "warden.mode=enforce",
                        "warden.tenant=" + TENANT + ".id, mdc:tenantId",
                        "warden.tenant.2=value:a,b",
                        "warden.tenant.10=header:X-Last",
                        "warden.tenant.type=uuid",
                        "warden.tenant.pattern=[a-z]+",
                        "warden.tenant.columns=tenant_id,org_id",
                        "warden.guc=app.current_tenant={tenant},app.is_platform=off",
                        "warden.guc.bypass=app.is_platform=on",
                        "warden.guc.none=app.is_platform=off",
                        "warden.tables.include=public.audit_*",
                        "warden.tables.exclude=public.flyway_schema_history, *.tmp",
                        "warden.scope.nightly=com.acme.jobs.*#runFor(0), com.acme.Worker#handle(1.tenantId)",
                        "warden.bypass.hook.at=com.acme.Hook#find,com.acme.Hook#load",
                        "warden.bypass.hook.reason=before the tenant is known",
                        "warden.bypass.hook.until=2026-12-31",
                        "warden.bypass.roles=app_admin",
                        "warden.catalog.refresh=5m",
                        "warden.strategy=pipelined",
                        "warden.app.packages=com.acme,org.example.",
                        "warden.report=a.json,b-%p.json,c.SARIF.JSON,d.xml",
                        "warden.fail=unscoped, Guc-Tamper",
                        "warden.sourceRoots=a/src,b/src",
                        "warden.baseline=base.json",
                        "warden.log=stderr",
                        "warden.datasource.exclude=metrics@*",
                        "warden.debug=true",
                        "warden.onConfigError=warn")
                .config();

        assertAll(
                () -> assertEquals(Mode.ENFORCE, config.mode()),
                () -> assertEquals("from system property", config.modeReason()),
                () -> assertEquals(
                        List.of(TENANT + ".id", "mdc:tenantId", "value:a,b", "header:X-Last"),
                        config.tenantSources().stream().map(SourceSpec::text).toList()),
                () -> assertEquals(TenantType.UUID, config.tenantType()),
                () -> assertEquals("[a-z]+", config.tenantPattern().pattern()),
                () -> assertEquals(List.of("tenant_id", "org_id"), config.tenantColumns()),
                () -> assertEquals(
                        List.of("app.current_tenant", "app.is_platform"),
                        config.guc().stream().map(GucAssignment::name).toList()),
                () -> assertEquals("on", config.gucBypass().get(0).value().text()),
                () -> assertEquals("off", config.gucNone().get(0).value().text()),
                () -> assertEquals(List.of(new TablePattern("public", "audit_*")), config.tablesInclude()),
                () -> assertEquals(
                        List.of(new TablePattern("public", "flyway_schema_history"), new TablePattern("*", "tmp")),
                        config.tablesExclude()),
                () -> assertEquals(
                        List.of(
                                new ScopeMethod("nightly", MethodPattern.parse("com.acme.jobs.*#runFor(0)")),
                                new ScopeMethod("nightly", MethodPattern.parse("com.acme.Worker#handle(1.tenantId)"))),
                        config.scopes()),
                () -> assertEquals(
                        List.of(new BypassMethod(
                                "hook",
                                List.of(
                                        MethodPattern.parse("com.acme.Hook#find"),
                                        MethodPattern.parse("com.acme.Hook#load")),
                                "before the tenant is known",
                                LocalDate.of(2026, 12, 31))),
                        config.bypasses()),
                () -> assertEquals(List.of("app_admin"), config.bypassRoles()),
                () -> assertEquals(Duration.ofMinutes(5), config.catalogRefresh()),
                () -> assertEquals(Strategy.PIPELINED, config.strategy()),
                () -> assertEquals(List.of("com.acme", "org.example"), config.appPackages()),
                () -> assertEquals(List.of("a.json", "b-%p.json", "c.SARIF.JSON", "d.xml"), config.reports()),
                () -> assertEquals(Set.of(ViolationKind.UNSCOPED_QUERY, ViolationKind.GUC_TAMPER), config.fail()),
                () -> assertEquals(List.of("a/src", "b/src"), config.sourceRoots()),
                () -> assertEquals("base.json", config.baseline()),
                () -> assertEquals(LogMode.STDERR, config.log()),
                () -> assertTrue(config.datasourceExclude().get(0).matches("metrics", "jdbc:postgresql://h/db")),
                () -> assertTrue(config.debug()));
    }

    @Test
    void theHighestLayerWinsAndIsNamed() {
        Loading loading = Loading.with()
                .arguments("config=w.properties;tenant=mdc:argument;log=none;debug=true;baseline=argument.json")
                .file("w.properties", "warden.tenant=mdc:file\nwarden.log=slf4j\nwarden.debug=false\n")
                .variable("WARDEN_TENANT", "mdc:environment")
                .variable("WARDEN_LOG", "stderr")
                .property("warden.tenant", "mdc:property");
        Config config = loading.config();

        assertAll(
                () -> assertEquals("mdc:property", config.tenantSources().get(0).text()),
                () -> assertEquals(LogMode.STDERR, config.log()),
                () -> assertFalse(config.debug()),
                () -> assertEquals("argument.json", config.baseline()),
                () -> assertEquals(
                        List.of(
                                new Setting("warden.tenant", "mdc:property", Layer.SYSTEM_PROPERTY),
                                new Setting("warden.baseline", "argument.json", Layer.ARGUMENT),
                                new Setting("warden.log", "stderr", Layer.ENVIRONMENT),
                                new Setting("warden.config", "w.properties", Layer.ARGUMENT)),
                        config.nonDefaults()),
                () -> assertEquals(Mode.INJECT, config.mode()),
                () -> assertEquals("default", config.modeReason()));
    }

    @Test
    void aScopeAloneIsEnoughForInject() {
        assertEquals(
                Mode.INJECT,
                Loading.with()
                        .property("warden.scope.jobs", "com.acme.Job#run(0)")
                        .config()
                        .mode());
    }

    @ParameterizedTest
    @CsvSource({"off, OFF", "audit, AUDIT", "AUDIT, AUDIT"})
    void offAndAuditNeedNoTenant(String text, Mode mode) {
        assertEquals(mode, Loading.with().property("warden.mode", text).config().mode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"inject", "enforce"})
    void explicitModeWithoutTenantIsExplained(String mode) {
        String problem = Loading.with().variable("WARDEN_MODE", mode).problem();

        assertTrue(problem.startsWith("WARDEN_MODE=" + mode + " (environment): "), problem);
        assertTrue(problem.contains("warden.tenant="), problem);
        assertTrue(problem.contains("warden.scope.<name>"), problem);
        assertTrue(problem.contains("warden.mode=audit"), problem);
    }

    /** A test suite needs one key: the application sets the tenant itself, and the role is what is injected. */
    @Test
    void aRoleIsSomethingToInject() {
        Config config = Loading.with().property("warden.role", "app_user").config();

        assertEquals(Mode.INJECT, config.mode());
        assertEquals("app_user", config.role());
        assertFalse(config.acceptsSuperuser());
        assertTrue(Loading.with()
                .properties("warden.role=app_user", "warden.role.superuser=accept", "warden.mode=enforce")
                .config()
                .acceptsSuperuser());
        assertNull(Loading.with().config().role());
    }

    @ParameterizedTest
    @ValueSource(strings = {"warden.role=none", "warden.role=\"App\"", "warden.role=", "warden.role.superuser=accept"})
    void aRoleThatCannotBeIsExplained(String entry) {
        String problem = Loading.with().properties(entry).problem();

        assertTrue(problem.contains("app_user"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"warden.tenant=nonsense", "warden.scope.x=nonsense"})
    void aTenantThatCannotBeReadIsToldOnceAndNotAsMissing(String entry) {
        List<String> problems =
                Loading.with().properties("warden.mode=enforce", entry).problems();

        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.get(0).contains("nonsense"), problems::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "warden.mdoe                    | warden.mode?",
                "warden.Mode                    | warden.mode?",
                "Warden.mode                    | warden.mode?",
                "warden.tenat                   | warden.tenant?",
                "warden.tenant.colums           | warden.tenant.columns?",
                "warden.on-config-error         | warden.onConfigError?",
                "warden.scope                   | warden.scope.<name>",
                "warden.scop.nightly            | warden.scope.nightly?",
                "warden.bypass.payment          | warden.bypass.payment.at?",
                "warden.bypass.payment.raeson   | warden.bypass.payment.reason?",
                "warden.bypas.payment.until     | warden.bypass.payment.until?",
                "warden.bypass.Pay_Hook.at      | warden.bypass.pay-hook.at?",
                "warden.tenant.0                | 1, 2, 3",
                "warden.entirely.unknown.name   | keys are warden.mode, warden.tenant, ",
            })
    void anUnknownKeyIsRefusedAndTheNearestNamed(String key, String expected) {
        for (Loaded.Refused refused : List.of(
                Loading.with().property(key, "v").refused(),
                Loading.with()
                        .property("warden.config", "f")
                        .file("f", key + "=v")
                        .refused(),
                Loading.with().arguments(key + "=v").refused())) {
            String problem = refused.problems().get(0);
            assertEquals(1, refused.problems().size(), refused::toString);
            assertTrue(problem.startsWith(key + "=v ("), problem);
            assertTrue(problem.contains(expected), problem);
            assertEquals(OnConfigError.EXIT, refused.onConfigError());
        }
    }

    @Test
    void aRefusalNamesKeyValueLayerAllowedAndNearest() {
        assertAll(
                () -> assertEquals(
                        "warden.mdoe=enforce (system property): not a key of Warden; did you mean warden.mode?"
                                + " (allowed: off, audit, inject, enforce)",
                        Loading.with().property("warden.mdoe", "enforce").problem()),
                () -> assertEquals(
                        "warden.mode=enforc (file w.properties): allowed are off, audit, inject, enforce; did you mean enforce?",
                        Loading.with()
                                .property("warden.config", "w.properties")
                                .file("w.properties", "warden.mode=enforc")
                                .problem()),
                () -> assertEquals(
                        "log=x (agent argument): allowed are auto, slf4j, stderr, none",
                        Loading.with().arguments("log=x").problem()),
                () -> assertEquals(
                        "WARDEN_DEBUG=yes (environment): allowed are true, false",
                        Loading.with().variable("WARDEN_DEBUG", "yes").problem()));
    }

    @Test
    void theKeyOfHashesIsNotReadWhereOthersSeeIt(@TempDir Path folder) throws IOException {
        String key = "0123456789abcdef0123456789abcdef";
        for (String problem : List.of(
                Loading.with().property("warden.hash.key", key).problem(),
                Loading.with().arguments("hash.key=" + key).problem())) {
            assertTrue(problem.contains("WARDEN_HASH_KEY") && problem.contains("warden.hash.keyFile"), problem);
            assertFalse(problem.contains(key), problem);
        }
        Path file = Files.writeString(folder.resolve("key"), key + "\n");
        byte[] expected = key.getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(
                expected,
                Loading.with()
                        .variable("WARDEN_HASH_KEY", key)
                        .config()
                        .hashKey()
                        .bytes());
        assertArrayEquals(
                expected,
                Loading.with()
                        .property("warden.hash.keyFile", file.toString())
                        .config()
                        .hashKey()
                        .bytes());
        assertNull(Loading.with().config().hashKey());
        String both = Loading.with()
                .property("warden.hash.keyFile", file.toString())
                .variable("WARDEN_HASH_KEY", key)
                .problem();
        assertTrue(both.contains("take one of them out"), both);
        String weak = Loading.with().variable("WARDEN_HASH_KEY", "secret").problem();
        assertTrue(weak.contains("openssl rand") && !weak.contains("=secret"), weak);
        String absent = Loading.with()
                .property("warden.hash.keyFile", folder.resolve("none").toString())
                .problem();
        assertTrue(absent.contains("cannot be read"), absent);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "warden.tenant          | tenantId              | mdc:tenantId",
                "warden.tenant          | cookie:tenantId       | cookie' is not a tenant source",
                "warden.tenant          | mdc:a,                | empty entry",
                "warden.tenant          | value:a,b             | warden.tenant.1",
                "warden.tenant.1        | method:com.acme.Foo   | class#member",
                "warden.tenant.type     | number                | text, uuid, long",
                "warden.tenant.pattern  | [a-z                  | Unclosed character class",
                "warden.tenant.check    | select 1              | exactly one ?",
                "warden.tenant.check    | select ?, ?           | has 2",
                "warden.tenant.check.ttl | 5                    | for instance 5s",
                "warden.tenant.columns  | public.t.tenant_id    | tenant_id",
                "warden.guc             | search_path={tenant}  | has no dot",
                "warden.guc             | app.t={tenant         | { without a }",
                "warden.guc             | app.t=off             | app.tenant_id={tenant}",
                "warden.guc             | application_name=x {tenant-hash} | app.tenant_id={tenant}",
                "warden.guc             | app.t={tenant},application_name={tenant} | only constants, {tenant-hash} and {thread}",
                "warden.guc             | app.t={tenant},APPLICATION_NAME={mdc:user} | only constants, {tenant-hash} and {thread}",
                "warden.guc             | app.t={tenant},application_name=caf\u00e9 | printable ASCII",
                "warden.guc             | app.t={tenant-hash}   | are for application_name",
                "warden.guc             | app.t={tenant},app.u={thread} | are for application_name",
                "warden.guc.bypass      | application_name={tenant-hash} | application_name=billing",
                "warden.guc.bypass      | app.t={tenant}        | app.t uses {tenant}, but there is no tenant here",
                "warden.guc.none        | app.t={tenant}        | app.t uses {tenant}, but there is no tenant here",
                "warden.tables.include  | invoices              | public.invoices",
                "warden.tables.exclude  | a.b.c                 | schema.table",
                "warden.scope.jobs      | com.acme.Job#run      | com.acme.Job#run(0)",
                "warden.scope.jobs      | com.acme.Job          | class#method",
                "warden.catalog.refresh | 300                   | 300s",
                "warden.catalog.refresh | 5min                  | ms, s, m or h",
                "warden.catalog.refresh | 0s                    | more than 0",
                "warden.catalog.refresh | 999999999999h         | at most 8760h",
                "warden.catalog.refresh | -5s                   | for instance 300s",
                "warden.strategy        | fast                  | auto, pipelined, jdbc",
                "warden.app.packages    | com.acme.*            | without a *",
                "warden.report          | report.txt            | ending in one of .json, .md, .html, .sarif, .xml",
                "warden.report          | a.json,report         | says no format",
                "warden.rows.check      | some                  | allowed are off, sampled, all",
                "warden.fail            | unscopd               | did you mean unscoped?",
                "warden.fail            | unscoped,,any         | is no kind of violation",
                "warden.log             | stdout                | auto, slf4j, stderr, none",
                "warden.debug           | 1                     | true, false",
                "warden.jmx             | write                 | off, read, control",
                "warden.onConfigError   | ignore                | exit, warn",
            })
    void aWrongValueIsRefusedWithWhatIsAllowed(String key, String value, String expected) {
        for (String problem : List.of(
                Loading.with().property(key, value).problem(),
                Loading.with().variable(Key.variableOf(key), value).problem(),
                Loading.with().arguments(key + "=" + value).problem())) {
            assertTrue(problem.contains(value), problem);
            assertTrue(problem.contains(expected), problem);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "warden.config",
                "warden.mode",
                "warden.tenant",
                "warden.tenant.1",
                "warden.tenant.type",
                "warden.tenant.pattern",
                "warden.guc",
                "warden.guc.bypass",
                "warden.scope.x",
                "warden.catalog.refresh",
                "warden.strategy",
                "warden.baseline",
                "warden.log",
                "warden.debug",
                "warden.onConfigError"
            })
    void blankIsRefusedWhereAValueIsNeeded(String key) {
        String problem = Loading.with().property(key, "  ").problem();

        assertTrue(problem.startsWith(key + "=\"\" (system property): must not be empty; "), problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "warden.tenant.columns",
                "warden.tables.include",
                "warden.tables.exclude",
                "warden.bypass.roles",
                "warden.app.packages",
                "warden.report",
                "warden.sourceRoots",
                "warden.datasource.exclude"
            })
    void aListCanBeEmptiedByAHigherLayer(String key) {
        Config config = Loading.with().property(key, "").config();

        assertEquals(List.of(), config.get(Keys.named(key)));
    }

    @Test
    void allProblemsAreToldAtOnceEachOnItsLine() {
        Loaded.Refused refused = Loading.with()
                .properties("warden.mdoe=enforce", "warden.log=x", "warden.bypass.a.at=com.acme.A#b")
                .variable("WARDEN_ROWS_CHECK", "every")
                .arguments("debug")
                .refused();

        assertEquals(5, refused.problems().size(), refused::toString);
        assertEquals(6, refused.message().lines().count(), refused::message);
        assertTrue(refused.message().startsWith("[warden] configuration error, the JVM does not start:\n[warden]   "));
    }

    @Test
    void aLoopNeedsItsTenantsAndNoArgument() {
        String loop = "warden.foreach.nightly=com.acme.NightlyJob#run";

        Config config = Loading.with()
                .properties(loop, "warden.tenants=select id from tenants where active")
                .config();
        assertEquals(Mode.INJECT, config.mode());
        assertEquals(
                List.of(new LoopMethod("nightly", MethodPattern.parse("com.acme.NightlyJob#run"))), config.loops());
        assertEquals("select id from tenants where active", config.tenants());

        assertTrue(
                Loading.with().properties(loop).refused().message().contains("warden.tenants is missing"),
                "a loop over nothing");
        assertTrue(Loading.with()
                .properties(loop + "(0)", "warden.tenants=select 1")
                .refused()
                .message()
                .contains("warden.scope.<name>=com.acme.NightlyJob#run(0)"));
        assertTrue(Loading.with()
                .properties(loop, "warden.tenants=select 1 where x = ?")
                .refused()
                .message()
                .contains("nothing is bound"));
        assertTrue(Loading.with()
                .properties("warden.foreach.a=org.hibernate.Session#flush", "warden.tenants=select 1")
                .refused()
                .message()
                .contains("would run once for each tenant"));
    }

    @Test
    void oneProblemIsOneLine() {
        String message =
                Loading.with().property("warden.mode", "a\nb").refused().message();

        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains("\"a\\nb\""), message);
    }

    @Test
    void onConfigErrorWarnMeansOffAndSaysSo() {
        for (Loading loading : List.of(
                Loading.with().property("warden.onConfigError", "warn"),
                Loading.with().variable("WARDEN_ONCONFIGERROR", "warn"),
                Loading.with().arguments("onConfigError=warn"),
                Loading.with().property("warden.config", "f").file("f", "warden.onConfigError=warn"))) {
            Loaded.Refused refused = loading.property("warden.mode", "wrong").refused();
            assertEquals(OnConfigError.WARN, refused.onConfigError());
            assertTrue(
                    refused.message().startsWith("[warden] off, because of a configuration error"), refused::message);
            assertTrue(refused.message().contains("warden.mode=wrong"), refused::message);
        }
    }

    @Test
    void aWrongOnConfigErrorExits() {
        Loaded.Refused refused = Loading.with()
                .property("warden.onConfigError", "wran")
                .arguments("onConfigError=warn")
                .refused();

        assertEquals(OnConfigError.EXIT, refused.onConfigError());
    }

    @Test
    void aValueThatAHigherLayerOverridesIsCheckedToo() {
        String problem = Loading.with()
                .property("warden.log", "none")
                .arguments("log=nine")
                .problem();

        assertTrue(problem.startsWith("log=nine (agent argument): "), problem);
    }

    // ---- environment

    @ParameterizedTest
    @CsvSource({
        "WARDEN_TENANT_TYPE, uuid, warden.tenant.type",
        "warden_tenant_type, uuid, warden.tenant.type",
        "warden.tenant.type, uuid, warden.tenant.type",
        "Warden_Tenant-Type, uuid, warden.tenant.type",
        "WARDEN_TENANT_3, mdc:x, warden.tenant.3",
        "WARDEN_SCOPE_NIGHTLY_JOB, com.acme.Job#run(0), warden.scope.nightly-job",
        "WARDEN_CATALOG_REFRESH, 10s, warden.catalog.refresh",
        "WARDEN_BYPASS_ROLES, app_admin, warden.bypass.roles"
    })
    void environmentNames(String variable, String value, String key) {
        assertEquals(
                List.of(new Setting(key, value, Layer.ENVIRONMENT)),
                Loading.with().variable(variable, value).config().nonDefaults());
    }

    @Test
    void aBypassIsPutTogetherFromSeveralLayers() {
        Config config = Loading.with()
                .property("warden.config", "f")
                .file("f", "warden.bypass.payment-webhook.at=com.acme.Hook#find")
                .variable("WARDEN_BYPASS_PAYMENT_WEBHOOK_REASON", "from the environment")
                .arguments("bypass.payment-webhook.until=2026-01-02")
                .config();

        assertEquals(1, config.bypasses().size());
        BypassMethod bypass = config.bypasses().get(0);
        assertEquals("payment-webhook", bypass.name());
        assertEquals("from the environment", bypass.reason());
        assertEquals(LocalDate.of(2026, 1, 2), bypass.until());
    }

    @Test
    void kubernetesServiceVariablesOnlyWarn() {
        Loaded.Ready ready = Loading.with()
                .variable("WARDEN_PORT", "tcp://10.0.0.1:80")
                .variable("WARDEN_SERVICE_HOST", "10.0.0.1")
                .variable("WARDEN_PORT_80_TCP_ADDR", "10.0.0.1")
                .variable("WARDENX", "not ours")
                .variable("PATH", "/bin")
                .ready();

        assertEquals(1, ready.warnings().size(), ready::toString);
        assertTrue(
                ready.warnings().get(0).contains("WARDEN_PORT, WARDEN_PORT_80_TCP_ADDR, WARDEN_SERVICE_HOST"),
                ready::toString);
        assertFalse(
                ready.warnings().toString().contains("10.0.0.1"), "values of foreign variables are not ours to print");
    }

    @Test
    void theVariableOfTheCommandLineIsNoMistake() {
        Loaded.Ready ready =
                Loading.with().variable("WARDEN_PASSWORD", "secret").ready();

        assertEquals(List.of(), ready.warnings());
    }

    @Test
    void aMistypedVariableWarnsAndNamesTheNearest() {
        Loaded.Ready ready = Loading.with().variable("WARDEN_MDOE", "enforce").ready();

        assertEquals(
                List.of("environment variable WARDEN_MDOE is not known and was ignored; did you mean WARDEN_MODE?"),
                ready.warnings());
    }

    @Test
    void warningsAreTellableWhenRefusedToo() {
        Loaded.Refused refused = Loading.with()
                .variable("WARDEN_PORT", "1")
                .property("warden.mode", "x")
                .refused();

        assertEquals(1, refused.warnings().size());
    }

    @Test
    void twoSpellingsOfAVariableThatDisagreeAreRefused() {
        String problem = Loading.with()
                .variable("WARDEN_LOG", "none")
                .variable("warden_log", "stderr")
                .problem();

        assertTrue(problem.contains("set twice"), problem);
    }

    // ---- file

    @Test
    void theFileCanBeNamedInEveryOtherLayerAndPrecedenceHolds() {
        Loading base = Loading.with().file("a", "warden.log=none").file("b", "warden.log=stderr");

        assertEquals(LogMode.NONE, base.arguments("config=a").config().log());
        assertEquals(
                LogMode.STDERR, base.variable("WARDEN_CONFIG", "b").config().log());
        assertEquals(LogMode.NONE, base.property("warden.config", "a").config().log());
    }

    @Test
    void fileIsReadAsPropertiesWithByteOrderMark() {
        Config config = Loading.with()
                .property("warden.config", "f")
                .file(
                        "f",
                        "\uFEFFwarden.tenant.pattern = \\\\d+\\u00e4\n# comment\nwarden.app.packages=com.acme,\\\n  org.äöü\n")
                .config();

        assertEquals("\\d+ä", config.tenantPattern().pattern());
        assertEquals(List.of("com.acme", "org.äöü"), config.appPackages());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode=audit                           | write warden.mode",
                "spring.datasource.url=x              | not a key of Warden",
                "warden.config=other                  | cannot name another one",
                "warden.log=\\u12                     | not a properties file",
            })
    void whatDoesNotBelongIntoTheFile(String text, String expected) {
        String problem =
                Loading.with().property("warden.config", "f").file("f", text).problem();

        assertTrue(problem.contains(expected), problem);
    }

    @Test
    void aMissingFileIsFatal() {
        String problem =
                Loading.with().property("warden.config", "conf/none.properties").problem();

        assertTrue(
                problem.startsWith("warden.config=conf/none.properties (system property): the file cannot be opened"),
                problem);
        assertTrue(problem.contains(System.getProperty("user.dir")), problem);
    }

    @Test
    void aKeyTwiceInTheFileIsRefusedUnlessItSaysTheSame() {
        Loading loading = Loading.with().property("warden.config", "f");

        assertTrue(loading.file("f", "warden.log=none\nwarden.log=stderr")
                .problem()
                .contains("set twice"));
        assertEquals(
                LogMode.NONE,
                loading.file("f", "warden.log=none\nwarden.log=none").config().log());
    }

    // ---- agent arguments

    /** What policies compare with stands first, wherever it was written. */
    @Test
    void namesOfTheSettingsBeginWithTheTenantsOwn() {
        Config config = Loading.with()
                .property("warden.tenant", "value:a")
                .property("warden.guc", "app.is_platform=off,app.long=t-{tenant},app.tenant={tenant}")
                .config();

        assertEquals(List.of("app.tenant", "app.long", "app.is_platform"), config.gucNames());
    }

    @Test
    void argumentsWithAndWithoutPrefixAndWithEscapes() {
        Config config = Loading.with()
                .arguments(
                        " warden.log=none ; tenant = value:a\\;b ;tenant.pattern=\\w+;; guc=app.t={tenant},app.x=a=b")
                .config();

        assertEquals(LogMode.NONE, config.log());
        assertEquals("a;b", config.tenantSources().get(0).target());
        assertEquals("\\w+", config.tenantPattern().pattern());
        assertEquals("a=b", config.guc().get(1).value().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"debug", "=x", "log=none;enforce"})
    void anArgumentThatIsNoKeyAndValue(String arguments) {
        String problem = Loading.with().arguments(arguments).problem();

        assertTrue(problem.contains("not key=value"), problem);
    }

    @Test
    void anArgumentTwiceIsRefused() {
        assertTrue(
                Loading.with().arguments("log=none;warden.log=auto").problem().contains("set twice"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ";", " ; "})
    void emptyArgumentsSayNothing(String arguments) {
        assertEquals(List.of(), Loading.with().arguments(arguments).config().nonDefaults());
    }

    // ---- bypass

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "at=com.acme.A#b                              | warden.bypass.x.reason is missing",
                "reason=because                               | warden.bypass.x.at is missing",
                "at=com.acme.A#b;reason=                      | must not be empty",
                "at=;reason=because                           | must not be empty",
                "at=com.acme.A#b;reason=because;until=31.12.2026 | 2026-12-31",
                "at=com.acme.A#b;reason=because;until=2026-02-30 | no such day",
                "at=com.acme.A#b;reason=because;until=        | must not be empty",
                "at=com.acme.A#b(0);reason=because            | a bypass has no tenant; write com.acme.A#b",
                "at=*#b;reason=because                        | wildcard",
                "at=com.acme.A;reason=because                 | class#method",
            })
    void aBypassThatIsNotWholeIsRefused(String parts, String expected) {
        Loading loading = Loading.with();
        for (String part : parts.split(";")) {
            loading.properties("warden.bypass.x." + part);
        }

        assertTrue(loading.problem().contains(expected), loading::problem);
    }

    @Test
    void untilAloneMissesBothOthers() {
        assertEquals(
                2,
                Loading.with()
                        .property("warden.bypass.x.until", "2026-12-31")
                        .problems()
                        .size());
    }

    @Test
    void bypassesAreInOrderOfTheirNamesAndADayInThePastIsNoError() {
        Config config = Loading.with()
                .properties(
                        "warden.bypass.b.at=com.acme.B#b",
                        "warden.bypass.b.reason=b",
                        "warden.bypass.b.until=1999-01-01",
                        "warden.bypass.a.at=com.acme.A#a",
                        "warden.bypass.a.reason=a")
                .config();

        assertEquals(
                List.of("a", "b"),
                config.bypasses().stream().map(BypassMethod::name).toList());
        assertNull(config.bypasses().get(0).until());
        assertEquals(LocalDate.of(1999, 1, 1), config.bypasses().get(1).until());
    }

    // ---- secrets and immutability

    @Test
    void aSecretIsInNoMessage() {
        Loading loading = Loading.with().property("warden.datasource.exclude", "hunter2-without-at");

        assertFalse(loading.problem().contains("hunter2"), loading::problem);
        assertTrue(loading.problem().contains("user@url"), loading::problem);
        assertFalse(
                Loading.with().property("warden.password", "hunter2").problem().contains("hunter2"));
    }

    @Test
    void whatIsHandedOutCannotBeChanged() {
        Config config = Loading.with()
                .properties(
                        "warden.tenant=mdc:a",
                        "warden.tenant.columns=a",
                        "warden.scope.a=com.acme.A#a(0)",
                        "warden.bypass.a.at=com.acme.A#a",
                        "warden.bypass.a.reason=a")
                .config();

        for (List<?> list : List.of(
                config.tenantSources(),
                config.tenantColumns(),
                config.scopes(),
                config.bypasses(),
                config.bypasses().get(0).at(),
                config.guc(),
                config.guc().get(0).value().parts(),
                config.nonDefaults())) {
            assertThrows(UnsupportedOperationException.class, () -> list.remove(0));
        }
    }

    @ParameterizedTest
    @EnumSource(Layer.class)
    void everyLayerHasALabel(Layer layer) {
        assertFalse(layer.label().isBlank());
    }
}
