package io.tenantwarden.rls.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

final class TenantSettingDefault implements Rule {

    private static final List<String> CLOSED = List.of("", "off", "false", "no", "0");

    @Override
    public About about() {
        return new About(
                "WD038",
                Finding.Level.ERROR,
                "Role or database sets the tenant by default",
                "A session that nobody gave a tenant runs as that tenant, or with the bypass, instead of seeing nothing.",
                "Resets the default of the role or database.",
                "Defaults in the server's configuration file, and in the connection's options, cannot be told from a value set"
                        + " by the application.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        Map<String, List<SettingDefault>> byPlace = new TreeMap<>();
        for (SettingDefault s : facts.settings()) {
            if (opens(facts, options, s)) {
                byPlace.computeIfAbsent(place(s), k -> new ArrayList<>(1)).add(s);
            }
        }
        byPlace.forEach((place, settings) -> findings.add(
                place,
                place + " starts with "
                        + String.join(
                                ", ",
                                settings.stream().map(SettingDefault::name).toList())
                        + " set: a session without a tenant is not without rows",
                fix(facts, settings)));
    }

    private static Fix fix(AuditFacts facts, List<SettingDefault> settings) {
        Fix fix = new Fix();
        settings.forEach(s -> fix.then(DefaultSettings.owner(facts, s), DefaultSettings.reset(s)));
        return fix;
    }

    private static boolean opens(AuditFacts facts, AuditOptions options, SettingDefault s) {
        String name = s.name().toLowerCase(Locale.ROOT);
        if (facts.setting(options).bypassGucs().contains(name)) {
            return !CLOSED.contains(s.value().toLowerCase(Locale.ROOT));
        }
        boolean tenant = options.gucs().isEmpty()
                ? facts.catalog().gucsInPolicies().contains(name)
                : options.gucs().contains(name);
        return tenant && !s.value().isEmpty();
    }

    private static String place(SettingDefault s) {
        String database = s.database() == null ? "" : "database " + s.database();
        if (s.role() == null) {
            return database.isEmpty() ? "all roles" : database;
        }
        return "role " + s.role() + (database.isEmpty() ? "" : " in " + database);
    }
}
