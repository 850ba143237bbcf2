package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.ConfigFileReader;
import io.tenantwarden.engine.config.ConfigLoader;
import io.tenantwarden.engine.config.Loaded;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Option;

/**
 * How tenants show in the database. The same keys, variables, defaults and checks as in the agent: an option stands for the
 * system property of its name.
 */
final class TenantOptions {

    private static final String COLUMNS = "warden.tenant.columns";
    private static final String GUC = "warden.guc";
    private static final String BYPASS = "warden.guc.bypass";

    @Option(
            names = "--tenant-columns",
            paramLabel = "NAMES",
            description =
                    "columns that make a table a tenant table, comma-separated (warden.tenant.columns); tenant_id")
    private String columns;

    @Option(
            names = "--guc",
            paramLabel = "NAME={tenant}",
            description = "settings that hold the tenant (warden.guc); app.tenant_id={tenant}")
    private String guc;

    @Option(
            names = "--guc-bypass",
            paramLabel = "NAME=VALUE",
            description = "settings that open the tables to the platform itself (warden.guc.bypass); none")
    private String bypass;

    /**
     * The options, with the agent's variables and defaults for those that are not given.
     *
     * @throws CommandFailure when one is wrong
     */
    Config read(Terminal terminal) {
        Properties given = new Properties();
        put(given, COLUMNS, columns);
        // a name alone is the usual case
        put(given, GUC, guc == null || guc.contains("=") ? guc : guc + "={tenant}");
        put(given, BYPASS, bypass);
        Map<String, String> variables = new LinkedHashMap<>();
        terminal.environment().forEach((name, value) -> {
            for (String key : new String[] {COLUMNS, GUC, BYPASS}) {
                if (name.equalsIgnoreCase(key.replace('.', '_'))) {
                    variables.put(name, value);
                }
            }
        });
        Loaded loaded = ConfigLoader.load(given, variables, null, ConfigFileReader.disk());
        if (loaded instanceof Loaded.Refused refused) {
            throw CommandFailure.usage(String.join("; ", refused.problems())
                    .replace(" (system property)", "")
                    .replace(COLUMNS + "=", "--tenant-columns ")
                    .replace(BYPASS + "=", "--guc-bypass ")
                    .replace(GUC + "=", "--guc "));
        }
        return ((Loaded.Ready) loaded).config();
    }

    private static void put(Properties properties, String key, String value) {
        if (value != null) {
            properties.setProperty(key, value);
        }
    }
}
