package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** SQL that takes privileges away from everyone through whom the connected role has them. Stateless. */
final class Revoke {

    private Revoke() {}

    /** {@code REVOKE privileges ON relation FROM ...;}, or what to decide where others would lose them too. */
    static Fix of(AuditFacts facts, Collection<String> privileges, CatalogTable t) {
        Fix fix = new Fix();
        List<String> otherGrantors = new ArrayList<>();
        TreeSet<String> everybody = new TreeSet<>();
        for (CatalogGrant g : facts.grants(t)) {
            List<String> held =
                    privileges.stream().filter(g.privileges()::contains).toList();
            if (held.isEmpty()) {
                continue;
            }
            String sql = "REVOKE " + String.join(", ", held) + " ON " + t.quotedName() + " FROM " + g.to();
            if (g.passedOn()) {
                otherGrantors.add(sql + " CASCADE; takes them from those whom " + g.to() + " granted them to as well");
            } else if (!g.grantor().equals(t.owner())) {
                // a REVOKE takes away what the same role granted, and nothing else
                otherGrantors.add(sql + "; as " + g.grantor() + ", who granted them (SET ROLE)");
            } else {
                fix.then(t.owner(), sql + ";");
                if (g.grantee() == null || !g.grantee().equals(facts.role().currentUser())) {
                    everybody.add(g.to());
                }
            }
        }
        otherGrantors.forEach(words -> fix.note("decide: " + words));
        if (!everybody.isEmpty() && fix.hasSql()) {
            fix.note("takes them from everybody who has them through " + String.join(", ", everybody));
        }
        return fix;
    }
}
