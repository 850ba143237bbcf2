package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.catalog.CatalogTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The text of a first {@code warden.properties}. What is certain stands there as it counts, what somebody has to decide
 * stands in a comment, and before each line why it is proposed. Used once, by one thread.
 */
final class InitFile {

    private static final int WIDTH = 100;

    /** Of what is uncertain, no more is written: nobody reads hundreds of guesses. */
    private static final int MOST_CANDIDATES = 20;

    /** Sources besides the first one: what comes then is farther and farther from it. */
    private static final int MOST_SOURCES = 8;

    private final InitDatabase database;
    private final InitClasses classes;
    private final StringBuilder text = new StringBuilder();
    private final List<String> toDo = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** @param classes null when none were given */
    InitFile(InitDatabase database, InitClasses classes) {
        this.database = database;
        this.classes = classes;
    }

    /** What is left to be decided, in sentences; known after {@link #write}. */
    List<String> toDo() {
        return toDo;
    }

    String write() {
        comment("Tenant Warden: a first configuration, from the catalog of database "
                + database.role().database()
                + (classes == null ? "" : " and " + classes.all().size() + " classes of the application") + ".");
        comment(
                "Each line says why it is proposed. What begins with #warden is not in force: decide, and take the # away.");
        comment("java -javaagent:tenant-warden.jar -Dwarden.config=warden.properties -jar application.jar");
        gap();
        comment("audit watches and changes nothing; inject sends the tenant along; enforce refuses what has none.");
        line("warden.mode=audit");
        columns();
        settings();
        opening();
        roles();
        if (classes == null) {
            gap();
            comment(
                    "Where the tenant is, is not known: no classes were given. Run init again with --jar or --classes, or"
                            + " write one of the sources of docs/tenant-sources.md.");
            line("#warden.tenant=method:com.acme.TenantContext#current");
            toDo.add("warden.tenant: where the application has the tenant; --jar or --classes looks for it");
        } else {
            application();
        }
        gap();
        comment("The report that check, explain and report read; %p is the process.");
        line("#warden.report=warden-%p.json");
        return text.toString();
    }

    // ---------------------------------------------------------------- from the database

    private void columns() {
        gap();
        int rls = database.catalog().rlsCount();
        int all = database.protectedTables();
        if (database.columns().isEmpty()) {
            comment("No policy compares a column with a setting, and no column is called like a tenant's.");
            database.candidates()
                    .forEach((column, tables) -> candidate(
                            "a column of this name is in " + Phrases.count(tables, "table"),
                            "warden.tenant.columns=" + column));
            if (database.candidates().isEmpty()) {
                line("#warden.tenant.columns=tenant_id");
            }
            toDo.add("warden.tenant.columns: which column says whose row it is");
            return;
        }
        comment(
                database.settings().isEmpty()
                        ? "Tables have a column of this name; no policy compares it with a setting yet."
                        : "Policies compare it with a setting.");
        comment(Phrases.count(all, "table") + " protected by it or by row-level security, " + rls
                + " with row-level security.");
        line("warden.tenant.columns=" + String.join(",", database.columns()));
        String type = database.tenantType();
        if (type == null) {
            comment("Its type differs from table to table: any text is let through.");
        } else {
            comment("The type of the column. Other ids are refused before they reach the database.");
            line("warden.tenant.type=" + type);
        }
    }

    private void settings() {
        gap();
        if (database.settings().isEmpty()) {
            comment(
                    "No policy reads a setting yet: java -jar tenant-warden.jar ddl writes policies that read this one.");
            line("warden.guc=app.tenant_id={tenant}");
            toDo.add("policies: none reads a setting; java -jar tenant-warden.jar ddl writes them");
        } else {
            database.settings()
                    .forEach((guc, tables) -> comment("policies of " + Phrases.count(tables, "table")
                            + " compare the tenant column" + " with " + guc));
            line("warden.guc="
                    + String.join(
                            ",",
                            database.settings().keySet().stream()
                                    .map(g -> g + "={tenant}")
                                    .toList()));
        }
        database.otherSettings().forEach((guc, why) -> {
            comment(guc + " is " + why
                    + ": who sets it? Warden does when it is named in warden.guc, for instance from a"
                    + " source in braces.");
            toDo.add("warden.guc: policies also read " + guc);
        });
    }

    private void opening() {
        if (database.opening().isEmpty()) {
            return;
        }
        gap();
        List<String> assignments = new ArrayList<>();
        database.opening().forEach((guc, value) -> {
            comment("a policy opens its table to everybody where " + guc + " is " + value
                    + ": inside of a bypass that is what is meant");
            assignments.add(guc + "=" + value);
        });
        if (assignments.size() == 1) {
            line("warden.guc.bypass=" + assignments.get(0));
        } else {
            comment("several such settings: keep those that a bypass is to have");
            line("#warden.guc.bypass=" + String.join(",", assignments));
            toDo.add("warden.guc.bypass: which of several settings opens tables for a bypass");
        }
    }

    private void roles() {
        gap();
        String role = database.role().currentUser();
        if (database.role().superuser()) {
            comment("Role " + role + " is a superuser: no policy holds for it. Let the application use another one.");
            toDo.add("role: " + role + " is a superuser, for whom no policy holds");
        } else if (database.role().bypassRls()) {
            comment("Role " + role + " has BYPASSRLS: no policy holds for it. Let the application use another one.");
            toDo.add("role: " + role + " has BYPASSRLS, so that no policy holds");
        } else {
            List<String> owned = database.catalog().protectedTables().stream()
                    .filter(t ->
                            t.rls() && !t.forced() && database.role().roles().contains(t.owner()))
                    .map(CatalogTable::qualifiedName)
                    .toList();
            if (owned.isEmpty()) {
                comment("Role " + role + " is neither superuser nor BYPASSRLS, and bypasses no policy as an owner.");
            } else {
                comment("Role " + role + " owns tables without FORCE ROW LEVEL SECURITY, whose policies it bypasses: "
                        + String.join(", ", owned.subList(0, Math.min(5, owned.size()))));
                toDo.add("role: " + role + " bypasses policies as an owner; doctor has the SQL");
            }
        }
        database.bypassRoles()
                .forEach(r -> candidate(
                        "has BYPASSRLS and may log in: if a pool of its own uses it on purpose, its statements are allowed"
                                + " in a bypass only",
                        "warden.bypass.roles=" + r));
    }

    // ---------------------------------------------------------------- from the classes

    private void application() {
        InitSources sources = new InitSources(classes, database.columns());
        List<InitSources.Candidate> candidates = sources.find();
        InitSources.Candidate best = InitSources.best(candidates);
        gap();
        if (best == null) {
            comment(
                    candidates.isEmpty()
                            ? "Nothing in the classes looks like a place where the tenant is kept: see docs/tenant-sources.md."
                            : "Several places look alike: take the one that your own code sets after it has authenticated the user.");
            toDo.add("warden.tenant: "
                    + (candidates.isEmpty() ? "no source was found" : "choose one of the candidates"));
            sources.notes().forEach(this::comment);
            if (candidates.isEmpty()) {
                line("#warden.tenant=method:com.acme.TenantContext#current");
            }
        } else {
            comment(best.reason());
            line("warden.tenant=" + best.value());
        }
        candidates.stream()
                .filter(c -> c != best)
                .limit(MOST_SOURCES)
                .forEach(c -> candidate(c.reason(), "warden.tenant=" + c.value()));
        List<String> packages = classes.packages();
        if (!packages.isEmpty()) {
            gap();
            comment("The package of the classes: the line that is reported is found in it.");
            line("warden.app.packages=" + String.join(",", packages));
        }
        if (!classes.modules().isEmpty()) {
            gap();
            comment("Read as well, because they hold classes of the application's packages: "
                    + String.join(", ", classes.modules()) + ".");
        }
        if (classes.unreadable() > 0) {
            gap();
            comment(Phrases.count(classes.unreadable(), "class file")
                    + " could not be read: of a newer Java, or broken.");
        }
        entries(sources.holders());
    }

    private void entries(Set<String> holders) {
        InitEntries entries = new InitEntries(classes, database, holders);
        entries.find();
        if (!entries.entries().isEmpty()) {
            gap();
            comment("Work in which no user's request names the tenant: "
                    + String.join(
                            ", ",
                            entries.entries().stream()
                                    .map(e -> e.replace("#", "."))
                                    .toList())
                    + ". What follows was found from there; audit tells what was not.");
        }
        int uncertain = 0;
        for (InitEntries.Found f : entries.scopes()) {
            uncertain += f.certain() ? 0 : 1;
            if (f.certain() || uncertain <= MOST_CANDIDATES) {
                gap();
                comment(f.reason());
                line((f.certain() ? "" : "#") + "warden.scope." + name(f.pattern()) + "=" + f.pattern());
            }
        }
        more(uncertain, "methods that have the tenant in an argument");
        if (classes.uses("flyway-core", "org/flywaydb/") || classes.hasResource("db/migration/")) {
            bypass(
                    "migrations",
                    "org.flywaydb.core.Flyway#migrate",
                    "Flyway's migrations are for the rows of all tenants",
                    true);
        }
        if (classes.uses("liquibase-core", "liquibase/") || classes.hasResource("db/changelog/")) {
            bypass(
                    "liquibase",
                    "liquibase.Liquibase#update",
                    "Liquibase's changes are for the rows of all tenants",
                    true);
        }
        uncertain = 0;
        for (InitEntries.Found f : entries.bypasses()) {
            uncertain += f.certain() ? 0 : 1;
            if (f.certain() || uncertain <= MOST_CANDIDATES) {
                bypass(name(f.pattern()), f.pattern(), f.reason(), f.certain());
            }
        }
        more(uncertain, "methods that read without a tenant");
    }

    private void more(int uncertain, String what) {
        if (uncertain > MOST_CANDIDATES) {
            gap();
            comment("and " + (uncertain - MOST_CANDIDATES) + " more " + what + ": audit names those that matter.");
        }
    }

    private void bypass(String name, String pattern, String reason, boolean certain) {
        gap();
        comment("proposed, because " + reason);
        String sign = certain ? "" : "#";
        if (certain) {
            comment(
                    "The JVM does not start without a reason: write yours behind the equals sign, or take both lines out.");
            toDo.add("warden.bypass." + name + ".reason: why " + pattern + " may run without a tenant");
        }
        line(sign + "warden.bypass." + name + ".at=" + pattern);
        line(sign + "warden.bypass." + name + ".reason=");
    }

    private String name(String pattern) {
        String plain = pattern.replaceFirst("\\(.*", "");
        String type = plain.substring(plain.lastIndexOf('.') + 1, plain.indexOf('#'));
        String base = kebab(type.substring(type.lastIndexOf('$') + 1));
        String name = base;
        if (!names.add(name)) {
            name = base + "-" + kebab(plain.substring(plain.indexOf('#') + 1));
            for (int n = 2; !names.add(name); n++) {
                name = base + "-" + n;
            }
        }
        return name;
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }

    // ---------------------------------------------------------------- text

    private void candidate(String reason, String assignment) {
        comment("or: " + reason);
        line("#" + assignment);
    }

    private void comment(String sentence) {
        StringBuilder line = new StringBuilder("#");
        for (String word : sentence.split(" +")) {
            if (line.length() > 1 && line.length() + 1 + word.length() > WIDTH) {
                line(line.toString());
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        line(line.toString());
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void gap() {
        text.append('\n');
    }

    /** What to do after the file was written. */
    static List<String> next(Path file, List<String> toDo) {
        List<String> lines = new ArrayList<>();
        lines.add("written: " + file);
        if (!toDo.isEmpty()) {
            lines.add("to decide:");
            toDo.forEach(t -> lines.add("  " + t));
        }
        lines.add("then: java -javaagent:tenant-warden.jar -Dwarden.config=" + file + " -jar application.jar");
        return lines;
    }
}
