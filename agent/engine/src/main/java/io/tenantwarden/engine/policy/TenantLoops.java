package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.TenantLoop;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.LoopMethod;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The methods that run once for each tenant: {@code warden.foreach.<name>}. A call in a tenant's scope, and one inside a loop,
 * runs once, as it is. Thread-safe.
 */
public final class TenantLoops {

    static final String NO_TENANTS = "foreach-no-tenants";
    static final String UNREADABLE = "foreach-tenants-unreadable";
    static final String ARGUMENTS = "foreach-arguments";
    static final String AUDIT = "foreach-not-in-audit";

    /** Gives the tenants. */
    @FunctionalInterface
    public interface Tenants {
        /**
         * Asked at each call.
         *
         * @return in the order in which the method runs; elements may be null
         */
        List<String> read() throws SQLException;
    }

    private final List<LoopMethod> methods;
    private final SeenPatterns seen = new SeenPatterns();
    private final ModeSwitch mode;
    private final Tenants tenants;
    private final ScopeResolver scopes;
    private final TenantFormat format;
    private final Reporter reporter;

    /** Set while a loop runs on the thread; holds nothing of the application. */
    private final ThreadLocal<Boolean> running = new ThreadLocal<>();

    /**
     * @param methods {@code warden.foreach.<name>}
     * @param tenants asks {@code warden.tenants}
     * @param format what a tenant id looks like
     */
    public TenantLoops(
            List<LoopMethod> methods,
            ModeSwitch mode,
            Tenants tenants,
            ScopeResolver scopes,
            TenantFormat format,
            Reporter reporter) {
        this.methods = List.copyOf(methods);
        this.mode = mode;
        this.tenants = tenants;
        this.scopes = scopes;
        this.format = format;
        this.reporter = reporter;
        methods.forEach(method -> seen.add(key(method), method.method()));
    }

    /** The patterns; the index of each is the number that {@link #enter} is called with. */
    public List<MethodPattern> patterns() {
        return methods.stream().map(LoopMethod::method).toList();
    }

    /** Which of the patterns have matched a method of any loaded class. */
    public SeenPatterns seen() {
        return seen;
    }

    private static String key(LoopMethod method) {
        return "warden.foreach." + method.name();
    }

    /**
     * A method of loop number {@code number} is entered.
     *
     * @return null when its body runs once, as it is
     */
    public TenantLoop enter(int number, Object[] arguments) {
        ThreadState thread = ThreadState.current();
        if (thread.isInternal() || running.get() != null) {
            return null;
        }
        LoopMethod method = methods.get(number);
        String key = key(method);
        if (!mode.injects()) {
            reporter.finding(new Finding(
                    AUDIT,
                    Level.INFO,
                    key,
                    "the method runs once, as without Warden, because warden.mode=audit changes nothing",
                    "set warden.mode=inject to have it run once for each tenant"));
            return null;
        }
        if (arguments.length > 0) {
            return refusedArguments(key, method);
        }
        Scope scope = scopes.current(thread, Scope::tenant);
        if (scope != null && scope.isTenant()) {
            return null;
        }
        List<String> rows;
        try {
            rows = tenants.read();
        } catch (SQLException e) {
            return unreadable(key, e);
        }
        reporter.resolved(UNREADABLE, key);
        Set<String> valid = valid(method, rows);
        if (valid.isEmpty()) {
            reporter.finding(new Finding(
                    NO_TENANTS,
                    Level.WARN,
                    key,
                    "the method was called and did not run, because warden.tenants gave "
                            + (rows.isEmpty() ? "no row" : "no row with a tenant id that may be used"),
                    "run the query of warden.tenants as the application's role; where a policy hides the rows, let it see a"
                            + " setting that warden.guc.bypass sets"));
        } else {
            reporter.resolved(NO_TENANTS, key);
        }
        return new LoopRun(key, List.copyOf(valid), thread, scopes::sourceNow, running, reporter);
    }

    /** One way to run for no tenant and to tell why. */
    private static TenantLoop refused(SQLException refusal) {
        return new TenantLoop() {
            @Override
            public boolean begins() {
                return false;
            }

            @Override
            public boolean goesOn(Throwable thrown) {
                return false;
            }

            @Override
            public boolean isOn() {
                return false;
            }

            @Override
            public Throwable outcome() {
                return refusal;
            }
        };
    }

    private TenantLoop refusedArguments(String key, LoopMethod method) {
        String next = "name a method without arguments, or, where an argument holds the tenant, write warden.scope."
                + method.name() + "=" + method.method().text() + "(0)";
        reporter.finding(new Finding(
                ARGUMENTS,
                Level.ERROR,
                key + "=" + method.method().text(),
                "the method has arguments, so that it cannot run once for each tenant",
                next));
        return refused(Refusals.exception(key + "=" + method.method().text()
                + ": the method has arguments, and one that runs once for each tenant has none; " + next));
    }

    private TenantLoop unreadable(String key, SQLException e) {
        reporter.finding(
                new Finding(
                        UNREADABLE,
                        Level.ERROR,
                        key,
                        "the method was called and did not run, because warden.tenants could not be read (SQLState "
                                + e.getSQLState() + ": " + e.getMessage() + ")",
                        "let the application's role run the query of warden.tenants; Warden asks it on a connection of its own"));
        SQLException refusal = Refusals.exception(key
                + ": the tenants could not be read, so that the method did not run (SQLState " + e.getSQLState()
                + "). Let the application's role run the query of warden.tenants");
        refusal.initCause(e);
        return refused(refusal);
    }

    private Set<String> valid(LoopMethod method, List<String> rows) {
        Set<String> valid = new LinkedHashSet<>();
        String key = key(method);
        for (String row : rows) {
            try {
                String tenant = format.text(row, "warden.tenants");
                if (tenant == null) {
                    skipped(method, key + " skips a row of warden.tenants without a tenant id");
                } else {
                    valid.add(tenant);
                }
            } catch (TenantSourceException e) {
                skipped(method, key + " skips tenant " + TenantHash.of(row) + ": " + e.source() + " " + e.getMessage());
            }
        }
        return valid;
    }

    private void skipped(LoopMethod method, String detail) {
        Site site = new Site(method.method().classPattern(), method.method().methodPattern(), null, -1);
        reporter.violation(ViolationEvent.of(ViolationKind.INVALID_TENANT, site)
                .detail(detail)
                .build());
    }
}
