package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

final class UnsafeSearchPath implements Rule {

    @Override
    public About about() {
        return new About(
                "WD031",
                Finding.Level.WARN,
                "SECURITY DEFINER function with an unsafe search_path",
                "Who calls the function can put a table or function of the same name in front, and it runs with the owner's"
                        + " rights.",
                "Fixes the search_path to the function's own, or else the role's, with pg_temp last; where that holds a schema in"
                        + " which the role may create objects, says what to do.",
                "Only functions that the connected role may call are looked at; whether all names in it are qualified is not.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            // a membership in a role that bypasses policies is WD008's, and may be gone tomorrow
            boolean escalates = f.securityDefiner()
                    && !facts.role().currentUser().equals(f.owner())
                    && (!facts.role().roles().contains(f.owner())
                            || facts.roles().bypassEverything(f.owner()));
            String wrong = escalates && f.executable() && !f.trigger() ? wrong(facts, f.setting("search_path")) : null;
            if (wrong != null) {
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature() + " runs as " + f.owner() + " " + wrong,
                        fix(facts, f));
            }
        }
    }

    private static String wrong(AuditFacts facts, String path) {
        if (path == null) {
            return "with the search_path of whoever calls it";
        }
        List<String> schemas = schemas(path);
        if (schemas.isEmpty()) {
            return null;
        }
        if (!schemas.get(schemas.size() - 1).equals("pg_temp")) {
            return "and looks for tables in pg_temp first, since its search_path does not name it last: " + path;
        }
        for (String s : schemas) {
            if (isWritable(facts, s)) {
                return "and its search_path holds " + s + ", where role "
                        + facts.role().currentUser() + " may create objects";
            }
        }
        return null;
    }

    private static boolean isWritable(AuditFacts facts, String schema) {
        return !facts.role().superuser()
                && (schema.equals("$user") || facts.schemas().toCreateIn().contains(schema));
    }

    private static Fix fix(AuditFacts facts, DatabaseFunction f) {
        String own = f.setting("search_path");
        List<String> path = new ArrayList<>();
        for (String schema : schemas(own == null ? facts.schemas().searchPath() : own)) {
            // while the function runs, $user is its owner
            String real = schema.equals("$user") ? f.owner() : schema;
            boolean there = !schema.equals("$user") || facts.schemas().all().contains(real);
            if (there && !real.equals("pg_temp") && !path.contains(real)) {
                path.add(real);
            }
        }
        if (own == null && !path.contains(f.schema())) {
            path.add(f.schema());
        }
        path.add("pg_temp");
        String sql = f.alter() + " SET search_path = "
                + path.stream().map(Identifiers::quote).collect(Collectors.joining(", ")) + ";";
        String writable = path.stream().filter(s -> isWritable(facts, s)).collect(Collectors.joining(", "));
        return writable.isEmpty()
                ? Fix.sql(f.owner(), sql)
                : Fix.decide("decide about " + writable + ", where role "
                        + facts.role().currentUser()
                        + " may create objects: if " + f.signature()
                        + " needs nothing from there, fix its search_path without"
                        + " it; else qualify the names in its body, or REVOKE CREATE ON SCHEMA. As it is now: " + sql);
    }

    private static List<String> schemas(String path) {
        List<String> names = new ArrayList<>();
        for (String part : split(path)) {
            String name = part.strip();
            if (name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")) {
                name = name.substring(1, name.length() - 1).replace("\"\"", "\"");
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    /** At commas outside of quotes. */
    private static List<String> split(String path) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            quoted ^= c == '"';
            if (c == ',' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }
}
