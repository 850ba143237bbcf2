package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import java.util.ArrayList;
import java.util.List;

final class UnsafeSearchPath implements Rule {

    @Override
    public About about() {
        return new About(
                "WD031",
                Finding.Level.WARN,
                "SECURITY DEFINER function with an unsafe search_path",
                "Who calls the function can put a table or function of the same name in front, and it runs with the owner's"
                        + " rights.",
                "Fixes the search_path to pg_catalog, the function's own schema, and pg_temp last; add the other schemas that"
                        + " it needs.",
                "Only functions that the connected role may call are looked at; whether all names in it are qualified is not.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            boolean escalates = f.securityDefiner() && !facts.role().roles().contains(f.owner());
            String wrong = escalates && f.executable() && !f.trigger() ? wrong(facts, f) : null;
            if (wrong != null) {
                String own = facts.schemasToCreateIn().contains(f.schema())
                                && !facts.role().superuser()
                        ? ""
                        : ", " + Identifiers.quote(f.schema());
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature() + " runs as " + f.owner() + " " + wrong,
                        f.alter() + " SET search_path = pg_catalog" + own + ", pg_temp;");
            }
        }
    }

    private static String wrong(AuditFacts facts, DatabaseFunction f) {
        String path = f.setting("search_path");
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
            boolean writable = !facts.role().superuser()
                    && (s.equals("$user") || facts.schemasToCreateIn().contains(s));
            if (writable) {
                return "and its search_path holds " + s + ", where role "
                        + facts.role().currentUser() + " may create objects";
            }
        }
        return null;
    }

    private static List<String> schemas(String path) {
        List<String> names = new ArrayList<>();
        for (String part : path.split(",")) {
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
}
