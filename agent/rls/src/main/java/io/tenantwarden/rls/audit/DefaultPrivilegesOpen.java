package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

final class DefaultPrivilegesOpen implements Rule {

    @Override
    public About about() {
        return new About(
                "WD040",
                Finding.Level.INFO,
                "Default privileges open new tables",
                "A table that the next migration creates is readable at once, and has no row-level security until somebody"
                        + " thinks of it.",
                "Takes the default privileges away; grant on each new table once its policy is there.",
                "Migrations that enable row-level security in the same transaction are safe nevertheless.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        Map<String, List<DefaultPrivilege>> byCreator = new TreeMap<>();
        for (DefaultPrivilege d : facts.defaultPrivileges()) {
            String object = d.schema() == null ? d.creator() : d.creator() + " in " + d.schema();
            byCreator.computeIfAbsent(object, k -> new ArrayList<>(1)).add(d);
        }
        byCreator.forEach((object, defaults) -> findings.add(
                object,
                "new tables of " + object + " give "
                        + String.join(
                                " and ",
                                defaults.stream()
                                        .map(d -> d.privileges() + " to "
                                                + (d.grantee() == null ? "PUBLIC" : d.grantee()))
                                        .toList())
                        + " before they have row-level security",
                fix(defaults)));
    }

    private static Fix fix(List<DefaultPrivilege> defaults) {
        Fix fix = new Fix();
        defaults.forEach(d -> fix.then(d.creator(), revoke(d)));
        return fix;
    }

    private static String revoke(DefaultPrivilege d) {
        return "ALTER DEFAULT PRIVILEGES FOR ROLE " + Identifiers.quote(d.creator())
                + (d.schema() == null ? "" : " IN SCHEMA " + Identifiers.quote(d.schema())) + " REVOKE "
                + d.privileges()
                + " ON TABLES FROM " + (d.grantee() == null ? "PUBLIC" : Identifiers.quote(d.grantee())) + ";";
    }
}
