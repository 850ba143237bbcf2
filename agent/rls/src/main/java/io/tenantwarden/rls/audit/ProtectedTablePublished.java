package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

final class ProtectedTablePublished implements Rule {

    @Override
    public About about() {
        return new About(
                "WD039",
                Finding.Level.INFO,
                "Publication holds protected tables",
                "Logical replication sends every tenant's rows to whoever may subscribe; policies of this server do not filter"
                        + " them.",
                "Says how to take the tables out of the publication; whether a subscriber needs them is yours to decide.",
                "Row filters, and what the subscriber does with the rows, are not looked at.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        Map<String, List<PublishedTable>> byPublication = new TreeMap<>();
        for (PublishedTable p : facts.published()) {
            if (facts.isGuarded(p.table())) {
                byPublication
                        .computeIfAbsent(p.publication(), k -> new ArrayList<>())
                        .add(p);
            }
        }
        byPublication.forEach((name, published) -> {
            List<CatalogTable> tables =
                    published.stream().map(PublishedTable::table).toList();
            findings.add(
                    name,
                    tables,
                    "publication " + name + " sends all tenants' rows of "
                            + Phrases.count(tables.size(), "protected table") + ", for instance "
                            + tables.get(0).qualifiedName(),
                    Fix.decide(
                            "decide whether its subscribers are to have all tenants' rows: if so, accept it, --ignore"
                                    + " \"WD039:" + name + "=why\"; else, which ends it for every subscriber: "
                                    + statements(Identifiers.quote(name), published)));
        });
    }

    private static String statements(String name, List<PublishedTable> published) {
        if (published.get(0).allTables()) {
            return "DROP PUBLICATION " + name + "; and publish the tables meant one by one";
        }
        TreeSet<String> schemas = new TreeSet<>();
        TreeSet<String> tables = new TreeSet<>();
        for (PublishedTable p : published) {
            if (p.schema()) {
                schemas.add(Identifiers.quote(p.table().schema()));
            } else {
                tables.add(p.table().quotedName());
            }
        }
        List<String> statements = new ArrayList<>(2);
        if (!schemas.isEmpty()) {
            statements.add("ALTER PUBLICATION " + name + " DROP TABLES IN SCHEMA " + String.join(", ", schemas) + ";");
        }
        if (!tables.isEmpty()) {
            statements.add("ALTER PUBLICATION " + name + " DROP TABLE " + String.join(", ", tables) + ";");
        }
        return String.join(" ", statements);
    }
}
