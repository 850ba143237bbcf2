package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.BypassMethod;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.ScopeMethod;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.ValuePath;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The methods that configuration lets run in a scope of their own: {@code warden.scope.<name>} and {@code
 * warden.bypass.<name>}. Thread-safe.
 */
public final class MethodScopes {

    private static final int WARN_DAYS = 14;

    /** One pattern, and what its methods run as. */
    private interface Rule {
        MethodPattern pattern();

        /** The key it stands under. */
        String key();

        /** Null when the scope is not entered. */
        Scope scope(Object[] arguments);
    }

    /** What {@link #leave} needs: a plain null would mean that nothing was pushed. */
    private record Token(ThreadState.Pushed before) {}

    private final List<Rule> rules = new ArrayList<>();
    private final List<BypassMethod> bypasses;
    private final SeenPatterns seen = new SeenPatterns();
    private final ScopeResolver scopes;
    private final TenantFormat format;
    private final Reporter reporter;

    /**
     * @param tenantScopes {@code warden.scope.<name>}
     * @param bypasses {@code warden.bypass.<name>}
     * @param format what a tenant id looks like
     */
    public MethodScopes(
            List<ScopeMethod> tenantScopes,
            List<BypassMethod> bypasses,
            ScopeResolver scopes,
            TenantFormat format,
            Reporter reporter) {
        this.scopes = scopes;
        this.format = format;
        this.reporter = reporter;
        this.bypasses = List.copyOf(bypasses);
        for (ScopeMethod scope : tenantScopes) {
            rules.add(new TenantRule(
                    scope.name(), scope.method(), ValuePath.of(scope.method().path())));
        }
        for (BypassMethod bypass : bypasses) {
            reporter.bypass(bypass.name(), bypass.reason());
            for (MethodPattern at : bypass.at()) {
                rules.add(new BypassRule(bypass, at, Scope.bypass(bypass.name())));
            }
        }
        rules.forEach(rule -> seen.add(rule.key(), rule.pattern()));
    }

    /** The patterns; the index of each is the number that {@link #enter} is called with. */
    public List<MethodPattern> patterns() {
        return rules.stream().map(Rule::pattern).toList();
    }

    /**
     * A method of rule number {@code rule} is entered.
     *
     * @return what {@link #leave} must be given; null when nothing was entered
     */
    public Object enter(int rule, Object[] arguments) {
        ThreadState thread = ThreadState.current();
        if (thread.isInternal()) {
            return null;
        }
        Scope scope = rules.get(rule).scope(arguments);
        return scope == null ? null : new Token(thread.push(scope, scopes.sourceNow()));
    }

    /** The method is left, normally or not. */
    public void leave(Object token) {
        ThreadState.current().restore(((Token) token).before());
    }

    /** Which of the patterns have matched a method of any loaded class. */
    public SeenPatterns seen() {
        return seen;
    }

    /** Bypasses that ended, or end within 14 days. */
    public List<Finding> expiring() {
        List<Finding> findings = new ArrayList<>();
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        for (BypassMethod bypass : bypasses) {
            LocalDate until = bypass.until();
            if (until == null || today.plusDays(WARN_DAYS).isBefore(until)) {
                continue;
            }
            String name = "warden.bypass." + bypass.name();
            boolean ended = today.isAfter(until);
            findings.add(
                    ended
                            ? new Finding(
                                    "bypass-expired",
                                    Level.ERROR,
                                    name,
                                    "bypass " + bypass.name() + " ended on " + until + " and is treated as no bypass",
                                    "remove " + name + ".* or set a later " + name + ".until")
                            : new Finding(
                                    "bypass-expiring",
                                    Level.WARN,
                                    name,
                                    "bypass " + bypass.name() + " ends after " + until
                                            + "; then its methods run without it",
                                    "remove the need for it, or set a later " + name + ".until"));
        }
        return findings;
    }

    private final class TenantRule implements Rule {
        private final String key;
        private final String source;
        private final MethodPattern pattern;
        private final ValuePath path;

        TenantRule(String name, MethodPattern pattern, ValuePath path) {
            this.key = "warden.scope." + name;
            this.source = key + "=" + pattern.text();
            this.pattern = pattern;
            this.path = path;
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public MethodPattern pattern() {
            return pattern;
        }

        @Override
        public Scope scope(Object[] arguments) {
            try {
                Object value = pattern.argument() < arguments.length ? path.get(arguments[pattern.argument()]) : null;
                String tenant = format.text(value, source);
                return tenant == null ? Scope.none(Scope.Absence.NO_TENANT_IN_ARGUMENT) : Scope.tenant(tenant);
            } catch (TenantSourceException e) {
                reporter.violation(ViolationEvent.of(
                                e.kind() == TenantSourceException.Kind.INVALID_TENANT
                                        ? ViolationKind.INVALID_TENANT
                                        : ViolationKind.SOURCE_FAILED,
                                site(pattern))
                        .detail(e.source() + " " + e.getMessage())
                        .build());
                return Scope.none(
                        e.kind() == TenantSourceException.Kind.INVALID_TENANT
                                ? Scope.Absence.INVALID_TENANT
                                : Scope.Absence.SOURCE_FAILED);
            }
        }
    }

    private final class BypassRule implements Rule {
        private final BypassMethod bypass;
        private final MethodPattern pattern;
        private final Scope scope;

        BypassRule(BypassMethod bypass, MethodPattern pattern, Scope scope) {
            this.bypass = bypass;
            this.pattern = pattern;
            this.scope = scope;
        }

        @Override
        public String key() {
            return "warden.bypass." + bypass.name() + ".at";
        }

        @Override
        public MethodPattern pattern() {
            return pattern;
        }

        @Override
        public Scope scope(Object[] arguments) {
            if (bypass.until() == null || !LocalDate.now(ZoneOffset.UTC).isAfter(bypass.until())) {
                return scope;
            }
            reporter.violation(ViolationEvent.of(ViolationKind.BYPASS_EXPIRED, site(pattern))
                    .detail("bypass " + bypass.name() + " ended on " + bypass.until())
                    .build());
            return null;
        }
    }

    private static Site site(MethodPattern pattern) {
        return new Site(pattern.classPattern(), pattern.methodPattern(), null, -1);
    }
}
