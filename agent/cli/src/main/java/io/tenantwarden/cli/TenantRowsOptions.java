package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.tenant.TenantTablesOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Which tenant, which tables are its own, and what was accepted. */
final class TenantRowsOptions {

    /** Holds the tenant id while our own conditions are evaluated; {@code warden.guc} may hold something made of it. */
    static final String SETTING = "tenant_warden.tenant";

    private static final Pattern REASONED = Pattern.compile("([^=]+?)\\s*=\\s*(.*\\S)\\s*", Pattern.DOTALL);

    @Option(names = "--tenant", paramLabel = "ID", description = "the tenant's id, as the tenant column holds it")
    private String tenant;

    @Option(
            names = "--tenant-table",
            paramLabel = "SCHEMA.TABLE.COLUMN",
            description = "the table of the tenants, where no foreign key of tenant columns leads to it")
    private String tenantTable;

    @Option(
            names = "--include",
            split = ",",
            paramLabel = "SCHEMA.TABLE",
            description =
                    "tables without a tenant column whose rows are the tenant's where a foreign key joins them to its"
                            + " rows; comma-separated, * stands for any characters")
    private List<String> include = List.of();

    @Option(
            names = "--exclude",
            split = ",",
            paramLabel = "SCHEMA.TABLE",
            description = "tables that hold nothing of any tenant, like --include")
    private List<String> exclude = List.of();

    @Option(
            names = "--include-unprotected",
            paramLabel = "SCHEMA.TABLE=REASON",
            description = "a table without row-level security for this role is read and written nevertheless; may be"
                    + " repeated")
    private List<String> unprotected = List.of();

    @Option(
            names = "--visible",
            paramLabel = "SCHEMA.TABLE=REASON",
            description =
                    "a table whose policies show the tenant all of its rows, although that cannot be read from them;"
                            + " may be repeated")
    private List<String> visible = List.of();

    @Option(
            names = "--large-objects",
            paramLabel = "SCHEMA.TABLE.COLUMN=REASON",
            description = "large objects whose numbers this column holds are dealt with elsewhere; may be repeated")
    private List<String> largeObjects = List.of();

    @Option(
            names = "--witness-user",
            paramLabel = "ROLE",
            description =
                    "a role that sees the rows of all tenants (BYPASSRLS): it reads only, counts what the other role"
                            + " cannot see, and lists rows of others that refer to the tenant's")
    private String witness;

    @Option(
            names = "--witness-password-file",
            paramLabel = "FILE",
            description =
                    "file whose first line is its password; else the variable WARDEN_WITNESS_PASSWORD, else a prompt")
    private Path witnessPasswordFile;

    String tenant() {
        if (tenant == null || tenant.isBlank()) {
            throw CommandFailure.usage("--tenant is missing: whose rows?");
        }
        return tenant;
    }

    boolean given() {
        return tenant != null;
    }

    /** What the tables are to be read with. */
    TenantTablesOptions tables(Config config) {
        return new TenantTablesOptions(
                SETTING,
                config.gucNames().stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList(),
                config.guc().stream()
                        .filter(g -> g.value().isTenant())
                        .map(g -> g.name().toLowerCase(Locale.ROOT))
                        .toList(),
                names(include),
                names(exclude),
                reasons("--include-unprotected", unprotected),
                reasons("--visible", visible),
                reasons("--large-objects", largeObjects),
                tenantTable,
                witness != null);
    }

    /** Opens the second role's connection; null when none is given. */
    Witness witness(DatabaseOptions database, Terminal terminal) throws java.sql.SQLException {
        return witness == null
                ? null
                : Witness.of(
                        database.connectAs(terminal, witness, "WARDEN_WITNESS_PASSWORD", witnessPasswordFile),
                        tenant());
    }

    private static List<String> names(List<String> given) {
        return given.stream().map(String::strip).filter(n -> !n.isEmpty()).toList();
    }

    /** {@code NAME=REASON}, several times; a reason is mandatory. */
    static Map<String, String> reasons(String option, List<String> given) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String text : given) {
            Matcher m = REASONED.matcher(text);
            if (!m.matches()) {
                throw CommandFailure.usage(option + " '" + text + "' has no reason: write it as schema.table=reason");
            }
            reasons.put(m.group(1).strip(), m.group(2));
        }
        return reasons;
    }
}
