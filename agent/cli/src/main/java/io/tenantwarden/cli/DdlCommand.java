package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import io.tenantwarden.rls.audit.Phrases;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ddl}: the SQL that protects the tenant tables of a database, and the SQL that takes it back. */
@Command(
        name = "ddl",
        description = {
            "Writes SQL that protects the tenant tables: role, grants, index, NOT NULL, policies, ENABLE and FORCE.",
            "Reads the catalog and changes nothing: the SQL is for review, psql or a migration, and may be run again."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: written. 2: wrong usage. 3: could not run.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar ddl --url jdbc:postgresql://localhost:5432/app --user owner --out rls.sql",
            "  psql -v ON_ERROR_STOP=1 -f rls.sql          # and back: psql -f rollback-rls.sql"
        })
final class DdlCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private TenantOptions tenants;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "the application's role, made when it is not there; DATABASE_app")
    private String role;

    @Option(
            names = "--tables",
            split = ",",
            paramLabel = "SCHEMA.TABLE",
            description = "only these tables, comma-separated, * stands for any characters; all tenant tables")
    private List<String> tables = List.of();

    @Option(
            names = "--own-policies",
            split = ",",
            paramLabel = "SCHEMA.TABLE",
            description = "tables whose own policies are enough for part check, like --tables; none")
    private List<String> ownPolicies = List.of();

    @Option(names = "--part", paramLabel = "PART", description = "what to write: ${COMPLETION-CANDIDATES}; all")
    private Part part = Part.all;

    @Option(
            names = "--raise",
            description = "an error when no tenant is set, instead of no rows (adds a function to schema public)")
    private boolean raise;

    @Option(
            names = "--column-default",
            description =
                    "the tenant column gets the current tenant as its default, so that an INSERT need not name it")
    private boolean columnDefault;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "write to FILE, and the rollback script to rollback-FILE beside it; else to standard output")
    private Path out;

    @Option(names = "--overwrite", description = "replace files that --out finds; the rollback script is lost")
    private boolean overwrite;

    @Option(names = "--json", description = "print tables and SQL, or the files that were written, as JSON")
    private boolean asJson;

    private final Terminal terminal;

    DdlCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The names are what the user writes. */
    private enum Part {
        all,
        prepare,
        protect,
        check,
        rollback
    }

    @Override
    public Integer call() throws SQLException, IOException {
        Config config = tenants.read(terminal);
        DdlOptions options = new DdlOptions(
                tenantGuc(config),
                bypass(config),
                raise,
                columnDefault,
                config.tenantColumns(),
                patterns(tables),
                patterns(ownPolicies));
        DdlFacts facts;
        try (Connection c = database.connect(terminal)) {
            terminal.progress("reading the catalog");
            facts = DdlFacts.read(c, options, role);
        }
        if (!facts.unordered().isEmpty()) {
            terminal.progress("left out and open, since values of the tenant column's type cannot be compared (give it"
                    + " another type): " + facts.unorderedText());
        }
        if (facts.tables().isEmpty()) {
            throw CommandFailure.couldNotRun(nothing(config, facts));
        }
        String taken = part == Part.all || part == Part.protect ? DdlScript.namesTaken(facts, options) : null;
        if (taken != null) {
            throw CommandFailure.couldNotRun(taken);
        }
        String sql = switch (part) {
            case all -> DdlScript.all(facts, options);
            case prepare -> DdlScript.prepare(facts, options);
            case protect -> DdlScript.protect(facts, options);
            case check -> DdlScript.check(facts, options);
            case rollback -> DdlScript.rollback(facts, options);
        };
        boolean twoFiles = part == Part.all || part == Part.prepare || part == Part.protect;
        if (out == null && asJson) {
            terminal.data().println(json(facts, sql, twoFiles ? DdlScript.rollback(facts, options) : null));
            return ExitCodes.NOTHING_FOUND;
        }
        if (out == null) {
            terminal.data().print(sql);
            terminal.data().flush();
            return ExitCodes.NOTHING_FOUND;
        }
        if (twoFiles) {
            // first, so that there is no way forward without the way back
            write(rollbackFile(), DdlScript.rollback(facts, options));
        }
        write(out, sql);
        if (asJson) {
            terminal.data().println(json(facts, null, null));
        }
        terminal.progress("wrote " + out + (twoFiles ? " and " + rollbackFile() : "") + " for "
                + Phrases.count(facts.tables().size(), "table") + ": read, then run it");
        return ExitCodes.NOTHING_FOUND;
    }

    private String json(DdlFacts facts, String sql, String rollback) {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object();
        FindingsText.head(json, facts.database(), facts.user());
        json.array("tables");
        facts.tables().forEach(t -> json.value(t.name()));
        json.end();
        if (sql == null) {
            json.value("file", out.toString());
        } else {
            json.value("sql", sql);
        }
        if (rollback != null) {
            json.value("rollback", rollback);
        }
        return json.end().done();
    }

    private static List<String> patterns(List<String> names) {
        return names.stream()
                .map(String::strip)
                .filter(t -> !t.isEmpty())
                .map(t -> t.indexOf('.') < 0 ? "*." + t : t)
                .toList();
    }

    private static String tenantGuc(Config config) {
        for (GucAssignment assignment : config.guc()) {
            List<GucTemplate.Part> parts = assignment.value().parts();
            if (parts.size() == 1 && parts.get(0).kind() == GucTemplate.Kind.TENANT) {
                return assignment.name();
            }
        }
        throw CommandFailure.usage(
                "--guc names no setting that is just the tenant, for instance app.tenant_id={tenant}:"
                        + " a policy has nothing to compare with");
    }

    private static Map<String, String> bypass(Config config) {
        Map<String, String> bypass = new LinkedHashMap<>();
        for (GucAssignment assignment : config.gucBypass()) {
            if (!assignment.value().isConstant()) {
                throw CommandFailure.usage("--guc-bypass " + assignment.name() + " is not a constant: a policy cannot"
                        + " compare with it");
            }
            bypass.put(assignment.name(), assignment.value().text());
        }
        return bypass;
    }

    private String nothing(Config config, DdlFacts facts) {
        String columns = String.join(", ", config.tenantColumns());
        if (!facts.unordered().isEmpty()) {
            return "no tenant table can be protected, since values of the tenant column's type cannot be compared: give it"
                    + " another type: " + facts.unorderedText();
        }
        if (!facts.excluded().isEmpty()) {
            return "no tenant table of database " + facts.database() + " matches --tables " + String.join(",", tables)
                    + "; tables with a tenant column (" + columns + "): "
                    + String.join(
                            ", ",
                            facts.excluded()
                                    .subList(0, Math.min(5, facts.excluded().size())));
        }
        return "no table of database " + facts.database() + " has a tenant column (" + columns
                + "): name yours with --tenant-columns, or add one to the tables first";
    }

    private Path rollbackFile() {
        Path name = out.getFileName();
        return out.resolveSibling("rollback-" + name);
    }

    private void write(Path file, String text) throws IOException {
        try {
            if (overwrite) {
                Files.writeString(file, text);
            } else {
                Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            }
        } catch (FileAlreadyExistsException e) {
            throw CommandFailure.usage(file
                    + " is there already, and may be the only way back: choose another --out, or" + " --overwrite");
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage(file + " cannot be written: its folder does not exist");
        }
    }
}
