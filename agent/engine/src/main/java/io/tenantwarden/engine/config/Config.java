package io.tenantwarden.engine.config;

import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.report.document.SourceTree;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The configuration, complete and checked. Immutable, safe for all threads. Getters look a map up, so code on the hot
 * path keeps what it read at start. Comes from {@link ConfigLoader}.
 */
public final class Config {

    private final Map<Key<?>, Object> values;
    private final Map<Key<?>, Map<String, Object>> named;
    private final Mode mode;
    private final String modeReason;
    private final List<Setting> nonDefaults;
    private final List<SourceSpec> tenantSources;
    private final List<ScopeMethod> scopes;
    private final List<BypassMethod> bypasses;
    private final List<LoopMethod> loops;

    /**
     * @param values of every key that is no family, defaults included; no entry where there is neither value nor default
     * @param named values of the families, by name part, in order
     */
    Config(
            Map<Key<?>, Object> values,
            Map<Key<?>, Map<String, Object>> named,
            Mode mode,
            String modeReason,
            List<Setting> nonDefaults) {
        this.values = values;
        this.named = named;
        this.mode = mode;
        this.modeReason = modeReason;
        this.nonDefaults = List.copyOf(nonDefaults);
        this.tenantSources = sources();
        this.scopes = scopeMethods();
        this.bypasses = bypassMethods();
        this.loops = loopMethods();
    }

    /** What is in force: the configured mode, or the default, which depends on whether a tenant can be known at all. */
    public Mode mode() {
        return mode;
    }

    /** Why this mode, fit for the banner: {@code default}, {@code from system property}, or what is missing for more. */
    public String modeReason() {
        return modeReason;
    }

    /** {@code warden.tenant}, then {@code warden.tenant.<n>} by number. Empty when none is configured. */
    public List<SourceSpec> tenantSources() {
        return tenantSources;
    }

    /** Settings in a tenant scope; at least one of them holds the tenant or a source. */
    public List<GucAssignment> guc() {
        return get(Keys.GUC);
    }

    /** The key under which tenant ids are hashed; null when each JVM makes its own. */
    public HashKey hashKey() {
        HashKey key = get(Keys.HASH_KEY);
        return key == null ? get(Keys.HASH_KEY_FILE) : key;
    }

    /** Names of the settings in a tenant scope, those that are the tenant and nothing else first: what policies compare with. */
    public List<String> gucNames() {
        return guc().stream()
                .filter(guc -> !ApplicationName.is(guc.name()))
                .sorted(Comparator.comparing((GucAssignment g) -> !g.value().isTenant())
                        .thenComparing(g -> !g.value().usesTenant()))
                .map(GucAssignment::name)
                .toList();
    }

    /** Settings in a bypass scope, none of which uses the tenant. */
    public List<GucAssignment> gucBypass() {
        return get(Keys.GUC_BYPASS);
    }

    /** Settings for unscoped statements on protected tables, none of which uses the tenant. */
    public List<GucAssignment> gucNone() {
        return get(Keys.GUC_NONE);
    }

    public TenantType tenantType() {
        return get(Keys.TENANT_TYPE);
    }

    /** What a whole tenant id must match, besides its type; null when nothing. */
    public Pattern tenantPattern() {
        return get(Keys.TENANT_PATTERN);
    }

    /** SQL with one placeholder that returns a row when the tenant may be used; null when tenants are not checked. */
    public String tenantCheck() {
        return get(Keys.TENANT_CHECK);
    }

    /** More than zero, at most a year. */
    public Duration tenantCheckTtl() {
        return get(Keys.TENANT_CHECK_TTL);
    }

    /** Column names, spelled as in the catalog. */
    public List<String> tenantColumns() {
        return get(Keys.TENANT_COLUMNS);
    }

    public List<TablePattern> tablesInclude() {
        return get(Keys.TABLES_INCLUDE);
    }

    public List<TablePattern> tablesExclude() {
        return get(Keys.TABLES_EXCLUDE);
    }

    /** Methods that run in a tenant scope, by name; one entry for each pattern. */
    public List<ScopeMethod> scopes() {
        return scopes;
    }

    /** Methods that run once for each tenant, by name; one entry for each pattern. */
    public List<LoopMethod> loops() {
        return loops;
    }

    /** SQL that gives the tenants of {@link #loops}; null only when there are none. */
    public String tenants() {
        return get(Keys.TENANTS);
    }

    /** Bypasses, by name. */
    public List<BypassMethod> bypasses() {
        return bypasses;
    }

    public List<String> bypassRoles() {
        return get(Keys.BYPASS_ROLES);
    }

    /** Role that statements outside a bypass run as; null when they run as that of the login. Not for {@code audit}, which sends nothing. */
    public String role() {
        return get(Keys.ROLE);
    }

    /** Whether views that a superuser owns may be read although {@link #role} does not hold for them. */
    public boolean acceptsSuperuser() {
        return get(Keys.ROLE_SUPERUSER) == Acceptance.ACCEPT;
    }

    /** More than zero, at most a year. */
    public Duration catalogRefresh() {
        return get(Keys.CATALOG_REFRESH);
    }

    public Strategy strategy() {
        return get(Keys.STRATEGY);
    }

    /** Which rows of results are compared with the tenant. */
    public RowsCheck rowsCheck() {
        return get(Keys.ROWS_CHECK);
    }

    /** How long an injected value stands. */
    public Hold hold() {
        return get(Keys.HOLD);
    }

    /** What stands between application and server. */
    public Pooler pooler() {
        return get(Keys.POOLER);
    }

    /** Whether tasks on other threads run in the scope that they were submitted in. */
    public boolean propagate() {
        return get(Keys.PROPAGATE);
    }

    /** Package names without a dot at the end; a class belongs when its name goes on with a dot. */
    public List<String> appPackages() {
        return get(Keys.APP_PACKAGES);
    }

    /** File names as configured, whose endings name formats; {@code %p} is not replaced yet. */
    public List<String> reports() {
        return get(Keys.REPORT);
    }

    /** File name of the baseline; null when there is none. */
    public String baseline() {
        return get(Keys.BASELINE);
    }

    /** Kinds of violations with which the JVM ends with exit code 1; empty when none. */
    public Set<ViolationKind> fail() {
        return get(Keys.FAIL);
    }

    /** What unscoped calls of functions that bypass row-level security are. */
    public Functions functions() {
        return get(Keys.FUNCTIONS);
    }

    /** Whether there is a JMX bean. */
    public Jmx jmx() {
        return get(Keys.JMX);
    }

    /** Whether the application's own metrics and health get what the agent knows. */
    public Metrics metrics() {
        return get(Keys.METRICS);
    }

    /** Where source files lie, relative to the working directory; the usual folders when nothing is configured. */
    public List<String> sourceRoots() {
        List<String> roots = get(Keys.SOURCE_ROOTS);
        return roots.isEmpty() ? SourceTree.USUAL_ROOTS : roots;
    }

    public LogMode log() {
        return get(Keys.LOG);
    }

    public List<ConnectionPattern> datasourceExclude() {
        return get(Keys.DATASOURCE_EXCLUDE);
    }

    /** What to do about problems that show only when the configuration is applied. */
    public OnConfigError onConfigError() {
        return get(Keys.ON_CONFIG_ERROR);
    }

    public boolean debug() {
        return get(Keys.DEBUG);
    }

    /** Every key that does not have its default, in the order of the documentation; values are fit for a log line. */
    public List<Setting> nonDefaults() {
        return nonDefaults;
    }

    /** The value of any key that is no family: its default when it is set nowhere, null when it has none either. */
    @SuppressWarnings("unchecked")
    public <T> T get(Key<T> key) {
        Object value = values.get(key);
        return value == null ? key.type().absent() : (T) value;
    }

    /** The values of a family, by name part: names in alphabetical order, numbers ascending. */
    @SuppressWarnings("unchecked")
    public <T> Map<String, T> named(Key<T> family) {
        Map<String, Object> found = named.get(family);
        return found == null ? Map.of() : (Map<String, T>) found;
    }

    private List<SourceSpec> sources() {
        List<SourceSpec> sources = new ArrayList<>(get(Keys.TENANT));
        sources.addAll(named(Keys.TENANT_NUMBERED).values());
        return List.copyOf(sources);
    }

    private List<ScopeMethod> scopeMethods() {
        List<ScopeMethod> methods = new ArrayList<>();
        for (Map.Entry<String, List<MethodPattern>> scope : named(Keys.SCOPE).entrySet()) {
            for (MethodPattern method : scope.getValue()) {
                methods.add(new ScopeMethod(scope.getKey(), method));
            }
        }
        return List.copyOf(methods);
    }

    private List<LoopMethod> loopMethods() {
        List<LoopMethod> methods = new ArrayList<>();
        for (Map.Entry<String, List<MethodPattern>> loop : named(Keys.FOREACH).entrySet()) {
            for (MethodPattern method : loop.getValue()) {
                methods.add(new LoopMethod(loop.getKey(), method));
            }
        }
        return List.copyOf(methods);
    }

    private List<BypassMethod> bypassMethods() {
        List<BypassMethod> methods = new ArrayList<>();
        for (Map.Entry<String, List<MethodPattern>> at : named(Keys.BYPASS_AT).entrySet()) {
            String name = at.getKey();
            methods.add(new BypassMethod(
                    name,
                    at.getValue(),
                    named(Keys.BYPASS_REASON).get(name),
                    named(Keys.BYPASS_UNTIL).get(name)));
        }
        return List.copyOf(methods);
    }
}
