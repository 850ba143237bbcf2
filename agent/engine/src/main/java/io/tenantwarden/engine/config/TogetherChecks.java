package io.tenantwarden.engine.config;

import io.tenantwarden.engine.config.ConfigLoader.Entry;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What must hold between values that are right each by itself: keys that need others, and keys that do not go together. Used once. */
final class TogetherChecks {

    private static final List<Key<?>> OF_BYPASS =
            List.of(Keys.BYPASS_AT, Keys.BYPASS_REASON, Keys.BYPASS_UNTIL, Keys.BYPASS_FRAMEWORK);

    private final Map<String, Entry> winners;
    private final List<String> problems;
    private final List<String> warnings;

    /**
     * @param winners by full key, what the highest layer says
     * @param problems gets what is wrong
     * @param warnings gets what has no effect
     */
    TogetherChecks(Map<String, Entry> winners, List<String> problems, List<String> warnings) {
        this.winners = winners;
        this.problems = problems;
        this.warnings = warnings;
    }

    void run() {
        checkBypassParts();
        FrameworkPatterns.check(winners, problems);
        HashKey.check(winners, problems);
        Entry mode = winners.get(Keys.MODE.name());
        checkTenants();
        checkRole(mode);
        checkMode(mode);
    }

    /** Whether a thread can be in a scope, or statements run as a role of their own: then there is something to inject. */
    boolean isScoped() {
        return hasTenant() || hasAny(Keys.SCOPE) || hasAny(Keys.FOREACH) || winners.containsKey(Keys.ROLE.name());
    }

    private void checkBypassParts() {
        TreeSet<String> names = new TreeSet<>();
        for (Entry entry : winners.values()) {
            if (OF_BYPASS.contains(entry.key)) {
                names.add(Names.part(entry.key, entry.name));
            }
        }
        for (String name : names) {
            requireBypassPart(name, Keys.BYPASS_AT, "says which methods may run without a tenant");
            requireBypassPart(name, Keys.BYPASS_REASON, "says why, which is mandatory");
        }
    }

    private void requireBypassPart(String name, Key<?> family, String what) {
        String missing = family.with(name);
        if (winners.containsKey(missing)) {
            return;
        }
        for (Key<?> given : OF_BYPASS) {
            Entry entry = winners.get(given.with(name));
            if (entry != null) {
                problems.add(entry.shown() + ": " + missing + " is missing, which " + what + "; for instance " + missing
                        + "=" + family.example());
                return;
            }
        }
    }

    private void checkTenants() {
        if (winners.containsKey(Keys.TENANTS.name())) {
            return;
        }
        for (Entry entry : winners.values()) {
            if (entry.key == Keys.FOREACH) {
                problems.add(entry.shown() + ": " + Keys.TENANTS.name()
                        + " is missing, which gives the tenants; for instance " + Keys.TENANTS.name() + "="
                        + Keys.TENANTS.example());
                return;
            }
        }
    }

    private void checkRole(Entry mode) {
        Entry role = winners.get(Keys.ROLE.name());
        Entry superuser = winners.get(Keys.ROLE_SUPERUSER.name());
        if (superuser != null && role == null) {
            problems.add(superuser.shown() + ": is for warden.role, which is not set; for instance warden.role="
                    + Keys.ROLE.example());
        }
        Entry hold = winners.get("warden.hold");
        if (role != null && hold != null && hold.text.equalsIgnoreCase("session")) {
            problems.add(hold.shown()
                    + ": does not go with warden.role, which is set for the transaction; take one of them out");
        }
        if (role != null && mode != null && mode.value == Mode.AUDIT) {
            warnings.add(role.shown() + " has no effect with warden.mode=audit, which sends nothing to the database");
        }
    }

    private void checkMode(Entry mode) {
        if (mode != null && !isScoped() && (mode.value == Mode.INJECT || mode.value == Mode.ENFORCE)) {
            problems.add(
                    mode.shown() + ": needs to know the tenant, but neither warden.tenant nor warden.scope.<name> is"
                            + " set; set for instance warden.tenant=" + Keys.TENANT.example()
                            + ", or warden.mode=audit to watch only");
        }
    }

    private boolean hasTenant() {
        return winners.containsKey(Keys.TENANT.name()) || hasAny(Keys.TENANT_NUMBERED);
    }

    private boolean hasAny(Key<?> family) {
        for (Entry entry : winners.values()) {
            if (entry.key == family) {
                return true;
            }
        }
        return false;
    }
}
