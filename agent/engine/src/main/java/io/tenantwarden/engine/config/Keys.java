package io.tenantwarden.engine.config;

import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantType;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Every key, declared once. A new key is one entry here: it is then read from all layers, checked, printed in the banner
 * and documented; {@link Config#get} and {@link Config#named} give its value.
 */
public final class Keys {

    private static final List<Key<?>> DECLARED = new ArrayList<>();

    public static final Key<Mode> MODE = declare(Key.of(
                    "warden.mode",
                    Values.choice(Mode.values()),
                    "How far Warden goes: nothing; watch and report; inject the tenant and report; inject and refuse"
                            + " unscoped statements on protected tables. With neither `warden.tenant` nor"
                            + " `warden.scope.<name>` set, the default is `audit`.",
                    "enforce")
            .orElse("inject"));

    public static final Key<List<SourceSpec>> TENANT = declare(Key.of(
            "warden.tenant",
            Values.nonEmptyList(Values.LISTED_SOURCE),
            "Where the current tenant is read from; the first source that answers wins.",
            "method:com.acme.TenantContext#current, mdc:tenantId"));

    public static final Key<SourceSpec> TENANT_NUMBERED = declare(Key.of(
            "warden.tenant.<n>",
            Values.SOURCE,
            "Further sources, for those with a comma in them: asked after `warden.tenant`, in the order of their numbers.",
            "header:X-Tenant-Id"));

    public static final Key<TenantType> TENANT_TYPE = declare(Key.of(
                    "warden.tenant.type",
                    Values.choice(TenantType.values()),
                    "What a tenant id must be; any other id counts as invalid and is never sent to the database.",
                    "uuid")
            .orElse("text"));

    public static final Key<Pattern> TENANT_PATTERN = declare(Key.of(
            "warden.tenant.pattern",
            Values.REGEX,
            "What a tenant id must look like, besides its type.",
            "[a-z][a-z0-9-]{2,30}"));

    public static final Key<String> TENANT_CHECK = declare(Key.of(
            "warden.tenant.check",
            Values.TENANT_CHECK,
            "Asked whether a tenant may be used: it may when there is a row. Bound as text, uuid or bigint, as"
                    + " `warden.tenant.type` says; runs without a tenant and outside the application's transactions.",
            "select 1 from tenants where id = ? and active"));

    public static final Key<Duration> TENANT_CHECK_TTL = declare(Key.of(
                    "warden.tenant.check.ttl",
                    Values.DURATION,
                    "How long an answer of `warden.tenant.check` counts, yes or no.",
                    "1m")
            .orElse("300s"));

    public static final Key<List<String>> TENANT_COLUMNS = declare(Key.of(
                    "warden.tenant.columns",
                    Values.list(Values.COLUMN),
                    "Columns that make a table a tenant table, so that it is protected even without row-level security.",
                    "tenant_id,org_id")
            .orElse("tenant_id"));

    public static final Key<List<GucAssignment>> GUC = declare(Key.of(
                    "warden.guc",
                    Values.TENANT_GUCS,
                    "PostgreSQL settings (GUCs) set in a tenant scope, for the transaction that the statement runs in.",
                    "app.current_tenant={tenant},app.is_platform=off")
            .orElse("app.tenant_id={tenant}"));

    public static final Key<List<GucAssignment>> GUC_BYPASS = declare(
            Key.of("warden.guc.bypass", Values.OTHER_GUCS, "Settings set in a bypass scope.", "app.is_platform=on"));

    public static final Key<List<GucAssignment>> GUC_NONE = declare(Key.of(
            "warden.guc.none",
            Values.OTHER_GUCS,
            "Settings set for unscoped statements on protected tables, so that a default of the role cannot open the"
                    + " door; a setting not named here becomes empty.",
            "app.is_platform=off"));

    public static final Key<HashKey> HASH_KEY = declare(Key.of(
                    "warden.hash.key",
                    Values.HASH_KEY,
                    "Key under which tenant ids are hashed in log, report and `application_name`, so that hashes are the same"
                            + " in every JVM; without it each JVM makes one. Only as an environment variable or in the"
                            + " file ([the tenant in the server's log](reading-the-log.md#the-tenant-in-the-servers-log)).",
                    "the output of openssl rand -hex 32")
            .asSecret());

    public static final Key<HashKey> HASH_KEY_FILE = declare(Key.of(
            "warden.hash.keyFile",
            Values.HASH_KEY_FILE,
            "File with the key, instead of `warden.hash.key`.",
            "/run/secrets/warden-hash-key"));

    public static final Key<List<TablePattern>> TABLES_INCLUDE = declare(Key.of(
            "warden.tables.include",
            Values.list(Values.TABLE),
            "Tables that are protected although neither row-level security nor a tenant column says so.",
            "public.audit_*"));

    public static final Key<List<TablePattern>> TABLES_EXCLUDE = declare(Key.of(
            "warden.tables.exclude",
            Values.list(Values.TABLE),
            "Tables that are not protected whatever the catalog says.",
            "public.flyway_schema_history"));

    public static final Key<List<MethodPattern>> SCOPE = declare(Key.of(
            "warden.scope.<name>",
            Values.nonEmptyList(Values.SCOPE_METHOD),
            "Methods that run in a tenant scope; the argument named in parentheses (the first is 0), or a getter or"
                    + " field of it, holds the tenant.",
            "com.acme.jobs.*#runFor(0), com.acme.Worker#handle(0.tenantId)"));

    public static final Key<Acceptance> SCOPE_FRAMEWORK = declare(Key.of(
            "warden.scope.<name>.framework",
            Values.choice(Acceptance.values()),
            "Allows patterns of this scope on classes of a driver, pool, mapper, framework or of the JDK: whatever passes"
                    + " through them runs as the tenant of that argument.",
            "accept"));

    public static final Key<List<MethodPattern>> FOREACH = declare(Key.of(
            "warden.foreach.<name>",
            Values.nonEmptyList(Values.LOOP_METHOD),
            "Methods without arguments that run once for each tenant of `warden.tenants`, in its scope"
                    + " ([loops](scopes.md#once-for-each-tenant)). Needs `warden.tenants`.",
            "com.acme.NightlyJob#run"));

    public static final Key<String> TENANTS = declare(Key.of(
            "warden.tenants",
            Values.TENANTS,
            "Gives the tenants for `warden.foreach.<name>`, one in each row, in this order; read at each call on a"
                    + " connection of Warden's own, with the settings of a bypass.",
            "select id from tenants where active"));

    public static final Key<List<MethodPattern>> BYPASS_AT = declare(Key.of(
            "warden.bypass.<name>.at",
            Values.nonEmptyList(Values.BYPASS_METHOD),
            "Methods that may run without a tenant. Needs `.reason`.",
            "com.acme.PaymentWebhook#findCustomer"));

    public static final Key<String> BYPASS_REASON = declare(Key.of(
            "warden.bypass.<name>.reason",
            Values.TEXT,
            "Why these methods may run without a tenant; it stands in the report. Needs `.at`.",
            "the webhook looks the customer up before the tenant is known"));

    public static final Key<LocalDate> BYPASS_UNTIL = declare(Key.of(
            "warden.bypass.<name>.until",
            Values.DATE,
            "The last day (UTC) on which the bypass holds; without it the bypass does not end.",
            "2026-12-31"));

    public static final Key<Acceptance> BYPASS_FRAMEWORK = declare(Key.of(
            "warden.bypass.<name>.framework",
            Values.choice(Acceptance.values()),
            "Allows patterns of this bypass on classes of a driver, pool, mapper, framework or of the JDK: it opens the rows"
                    + " of all tenants to whatever passes through them.",
            "accept"));

    public static final Key<List<String>> BYPASS_ROLES = declare(Key.of(
            "warden.bypass.roles",
            Values.list(Values.NAME),
            "Database roles that bypass row-level security on purpose, such as a separate admin pool: their statements"
                    + " on protected tables are allowed only inside a bypass scope.",
            "app_admin"));

    public static final Key<String> ROLE = declare(Key.of(
            "warden.role",
            Values.ROLE,
            "Role that every statement outside a bypass runs as, in every transaction; a bypass keeps the role of the login,"
                    + " which must be a member of it ([role](role.md)).",
            "app_user"));

    public static final Key<Acceptance> ROLE_SUPERUSER = declare(Key.of(
            "warden.role.superuser",
            Values.choice(Acceptance.values()),
            "For logins that are superusers, as in test suites: lets `enforce` run statements on views that a superuser owns,"
                    + " which `warden.role` does not filter. Needs `warden.role`.",
            "accept"));

    public static final Key<Duration> CATALOG_REFRESH = declare(Key.of(
                    "warden.catalog.refresh",
                    Values.DURATION,
                    "How often the catalog of the database is read again.",
                    "5m")
            .orElse("300s"));

    public static final Key<Strategy> STRATEGY = declare(Key.of(
                    "warden.strategy",
                    Values.choice(Strategy.values()),
                    "How values get on the wire: the best way that the driver allows, or one named way.",
                    "pipelined")
            .orElse("auto"));

    public static final Key<RowsCheck> ROWS_CHECK = declare(Key.of(
                    "warden.rows.check",
                    Values.choice(RowsCheck.values()),
                    "Compares the tenant column of result rows with the tenant, whatever let them be seen: `sampled` looks at"
                            + " the first row of each result and at one in a hundred after it, `all` at every row.",
                    "all")
            .orElse("sampled"));

    public static final Key<Hold> HOLD = declare(Key.of(
                    "warden.hold",
                    Values.choice(Hold.values()),
                    "How long an injected value stands: until the transaction ends, or for the session, so that it is sent"
                            + " again only when a statement of another scope comes"
                            + " ([how](how-injection-works.md#held-for-the-session)). `session` only where nothing stands"
                            + " between application and server; behind a pooler it is `transaction`.",
                    "session")
            .orElse("transaction"));

    public static final Key<Pooler> POOLER = declare(Key.of(
                    "warden.pooler",
                    Values.choice(Pooler.values()),
                    "What stands between application and server ([poolers](poolers.md)). `auto` looks at the server's process"
                            + " id; `transaction` where a pooler hides it; `session` where a pooler gives each client a"
                            + " session of its own, so that CALL, DO and COPY may run in autocommit.",
                    "session")
            .orElse("auto"));

    public static final Key<Boolean> PROPAGATE = declare(Key.of(
                    "warden.propagate",
                    Values.FLAG,
                    "Carries the tenant scope to tasks on other threads. With `false` they run as whatever the"
                            + " application itself sets there, and a statement that lost its scope is reported with the"
                            + " place where its task was submitted.",
                    "false")
            .orElse("true"));

    public static final Key<List<String>> APP_PACKAGES = declare(Key.of(
            "warden.app.packages",
            Values.list(Values.PACKAGE),
            "The application's own packages: decides which frame of the stack is reported as the site.",
            "com.acme"));

    public static final Key<List<String>> REPORT = declare(Key.of(
            "warden.report",
            Values.list(Values.REPORT),
            "Files in which the report is kept, in the format that the ending names; `%p` in a name is the process id"
                    + " ([reports](reports.md)).",
            "target/warden-%p.json, target/warden.html"));

    public static final Key<String> BASELINE = declare(Key.of(
            "warden.baseline",
            Values.FILE,
            "A report whose violations are known: counted, but neither logged nor refused.",
            "warden-baseline.json"));

    public static final Key<Set<ViolationKind>> FAIL = declare(Key.of(
            "warden.fail",
            Values.KINDS,
            "Kinds of violations with which the JVM ends with exit code 1 and one line on stderr, so that a test run"
                    + " fails without a change of the build; those of the baseline do not count ([reports](reports.md)).",
            "unscoped"));

    public static final Key<Functions> FUNCTIONS = declare(Key.of(
                    "warden.functions",
                    Values.choice(Functions.values()),
                    "Unscoped calls of `SECURITY DEFINER` functions whose owner bypasses row-level security: counted and told,"
                            + " or violations like any other statement ([functions](functions.md)).",
                    "strict")
            .orElse("report"));

    public static final Key<Jmx> JMX = declare(Key.of(
                    "warden.jmx",
                    Values.choice(Jmx.values()),
                    "Whether state and counters are a JMX bean, `io.tenantwarden:type=Warden`, and whether it may change"
                            + " the mode (`control`) ([reports](reports.md#jmx)).",
                    "control")
            .orElse("read"));

    public static final Key<Metrics> METRICS = declare(Key.of(
                    "warden.metrics",
                    Values.choice(Metrics.values()),
                    "Whether counters and health are in the application's own Micrometer, OpenTelemetry and Spring Boot"
                            + " Actuator, where it has them ([reports](reports.md#metrics)).",
                    "off")
            .orElse("auto"));

    public static final Key<List<String>> SOURCE_ROOTS = declare(Key.of(
            "warden.sourceRoots",
            Values.list(Values.FOLDER),
            "Where source files lie, for the paths in SARIF and HTML; without it `src/main/java`, `src/test/java` and"
                    + " their like for Kotlin, Groovy and Scala.",
            "billing/src/main/java, billing/src/main/kotlin"));

    public static final Key<LogMode> LOG = declare(Key.of(
                    "warden.log",
                    Values.choice(LogMode.values()),
                    "Where log lines go; `auto` is the application's SLF4J when it has a provider, else stderr.",
                    "stderr")
            .orElse("auto"));

    public static final Key<List<ConnectionPattern>> DATASOURCE_EXCLUDE = declare(Key.of(
                    "warden.datasource.exclude",
                    Values.list(Values.CONNECTION),
                    "Connections to leave alone.",
                    "metrics@*,*@jdbc:postgresql://*/reporting")
            .asSecret());

    public static final Key<Boolean> DEBUG =
            declare(Key.of("warden.debug", Values.FLAG, "Tells what was transformed, injected and decided.", "true")
                    .orElse("false"));

    public static final Key<OnConfigError> ON_CONFIG_ERROR = declare(Key.of(
                    "warden.onConfigError",
                    Values.choice(OnConfigError.values()),
                    "What a wrong configuration means: the JVM does not start, or it starts with Warden off and says so.",
                    "warn")
            .orElse("exit"));

    public static final Key<String> CONFIG = declare(Key.of(
            "warden.config",
            Values.FILE,
            "A properties file (UTF-8) with further keys. Not allowed in the file itself.",
            "conf/warden.properties"));

    private static final Map<String, Key<?>> BY_NAME = new HashMap<>();
    private static final List<Key<?>> FAMILIES = new ArrayList<>();

    static {
        for (Key<?> key : DECLARED) {
            if (key.part() == Key.Part.NONE) {
                BY_NAME.put(key.name(), key);
            } else {
                FAMILIES.add(key);
            }
        }
    }

    private Keys() {}

    /** All keys, in the order of the documentation. */
    static List<Key<?>> all() {
        return DECLARED;
    }

    /** The key of exactly this name; null when there is none. Families have no name of their own. */
    static Key<?> named(String name) {
        return BY_NAME.get(name);
    }

    static List<Key<?>> families() {
        return FAMILIES;
    }

    /** All names, for messages about unknown ones. */
    static List<String> names() {
        List<String> names = new ArrayList<>(DECLARED.size());
        for (Key<?> key : DECLARED) {
            names.add(key.name());
        }
        return names;
    }

    private static <T> Key<T> declare(Key<T> key) {
        DECLARED.add(key);
        return key;
    }
}
