package io.tenantwarden.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Part 3: an error when a tenant table is not protected. */
final class DdlCheck extends DdlPart {

    DdlCheck(DdlFacts facts, DdlOptions options, StringBuilder sql) {
        super(facts, options, sql);
    }

    @Override
    void write() {
        section("Part 3: check");
        comment(
                "Fails when a tenant table is not protected. Run it after every migration (Flyway: as afterMigrate__tenant_tables.sql),");
        comment("so that a new table does not stay open.");
        StringBuilder columns = new StringBuilder();
        options.tenantColumns()
                .forEach(c -> columns.append(columns.isEmpty() ? "" : ", ").append(literal(c)));
        List<String> lines = new ArrayList<>(List.of(
                "DECLARE",
                "  open text;",
                "BEGIN",
                "  SELECT pg_catalog.string_agg(c.oid::pg_catalog.regclass::text, ', ' ORDER BY c.oid::pg_catalog.regclass::text)",
                "    INTO open",
                "    FROM pg_catalog.pg_class c",
                "    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
                "   WHERE c.relkind IN ('r', 'p')",
                "     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
                "     AND EXISTS (SELECT FROM pg_catalog.pg_attribute a",
                "                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped",
                "                    AND a.attname IN (" + columns + "))",
                "     AND NOT (c.relrowsecurity AND c.relforcerowsecurity",
                "              AND (EXISTS (SELECT FROM pg_catalog.pg_policy p",
                "                             JOIN pg_catalog.pg_attribute a ON a.attrelid = p.polrelid AND a.attnum > 0",
                "                              AND NOT a.attisdropped AND a.attname IN (" + columns + ")",
                "                            WHERE p.polrelid = c.oid AND " + OwnPolicies.isIsolation(options) + ")"
                        + accepted() + "))"));
        unordered();
        for (String name : facts.unordered().keySet()) {
            lines.add(
                    lines.indexOf("   WHERE c.relkind IN ('r', 'p')") + 1,
                    "     AND n.nspname || '.' || c.relname <> " + literal(name));
        }
        if (!facts.excluded().isEmpty()) {
            comment("Only of the tables that were asked for.");
            lines.add("     AND c.oid IN (");
            for (int i = 0; i < facts.tables().size(); i++) {
                lines.add("       " + regclass(facts.tables().get(i))
                        + (i + 1 < facts.tables().size() ? "," : ");"));
            }
        } else {
            lines.set(lines.size() - 1, lines.get(lines.size() - 1) + ";");
        }
        lines.addAll(List.of(
                "  IF open IS NOT NULL THEN",
                "    RAISE EXCEPTION 'tenant tables without forced row-level security and the policy that ddl writes: %', open",
                "      USING HINT = 'java -jar tenant-warden.jar ddl writes the SQL for them; where policies of your own are"
                        + " enough, --own-policies SCHEMA.TABLE says so.';",
                "  END IF;",
                "  SELECT pg_catalog.string_agg('DROP POLICY ' || pg_catalog.quote_ident(p.polname) || ' ON '",
                "                               || p.polrelid::pg_catalog.regclass::text || ';', ' ')",
                "    INTO open",
                "    FROM pg_catalog.pg_policy p",
                "    JOIN pg_catalog.pg_attribute a ON a.attrelid = p.polrelid AND a.attnum > 0 AND NOT a.attisdropped",
                "     AND a.attname IN (" + columns + ")",
                "   WHERE p.polpermissive AND NOT (" + OwnPolicies.isIsolation(options) + ")",
                "     AND NOT (" + OwnPolicies.isBypass(options) + ")",
                // never the only one that lets anything through, nor one that somebody said is enough
                "     AND p.polrelid IN (SELECT p.polrelid FROM pg_catalog.pg_policy p",
                "                         JOIN pg_catalog.pg_attribute a ON a.attrelid = p.polrelid AND a.attnum > 0",
                "                          AND NOT a.attisdropped AND a.attname IN (" + columns + ")",
                "                        WHERE " + OwnPolicies.isIsolation(options) + ")" + notAccepted() + ";",
                "  IF open IS NOT NULL THEN",
                "    RAISE WARNING 'permissive policies that ddl did not write may open tables, since policies are joined by"
                        + " OR. Unless they are meant: %', open;",
                "  END IF;",
                "END"));
        statement("DO " + dollars("\n" + String.join("\n", lines) + "\n"));
    }

    private String notAccepted() {
        String tables = facts.tables().stream()
                .filter(DdlTable::accepted)
                .map(t -> "coalesce(pg_catalog.to_regclass(" + literal(t.sql()) + ")::pg_catalog.oid, 0)")
                .collect(Collectors.joining(", "));
        String asked = facts.excluded().isEmpty()
                ? ""
                : facts.tables().stream()
                        .map(DdlPart::regclass)
                        .collect(Collectors.joining(", ", "\n     AND p.polrelid IN (", ")"));
        return asked + (tables.isEmpty() ? "" : "\n     AND p.polrelid NOT IN (" + tables + ")");
    }

    private String accepted() {
        StringBuilder tables = new StringBuilder();
        facts.tables().stream()
                .filter(t -> t.accepted() && ofItsOwn(t))
                .forEach(t -> tables.append(tables.isEmpty() ? "" : ", ")
                        .append("pg_catalog.to_regclass(")
                        .append(literal(t.sql()))
                        .append(")"));
        return tables.isEmpty()
                ? ""
                : "\n                   OR c.oid IN (" + tables + ")"
                        + " AND EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)";
    }
}
