package io.tenantwarden.cli;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.tenant.TableColumn;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The description of an export: {@code manifest.json}, and {@code SHA256SUMS} in the form that {@code sha256sum -c} reads.
 * Immutable.
 *
 * @param database the database's name
 * @param tenant the tenant's id
 * @param compressed whether the files are compressed
 * @param format how rows are written
 * @param tables what was written
 */
record ExportManifest(
        String database, String tenant, boolean compressed, ExportFormat format, List<ExportedTable> tables) {

    static final String NAME = "manifest.json";
    static final String SUMS = "SHA256SUMS";

    /** Circumstances of an export, in the order in which they are written. */
    record Circumstances(String takenAt, String snapshot, String server, String witness) {}

    /** Writes both files. */
    void write(Path folder, TenantFacts facts, Circumstances about) throws IOException {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object()
                .value("version", 1)
                .value("tool", "Tenant Warden " + WardenCli.version())
                .value("tenant", tenant)
                .value("database", database)
                .value("server", about.server())
                .value("role", facts.role().currentUser())
                .value("takenAt", about.takenAt())
                .value("snapshot", about.snapshot())
                .value("countedBy", about.witness())
                .value("format", format.name())
                .value("compression", compressed ? "gzip" : "none")
                .value("rows", tables.stream().mapToLong(ExportedTable::rows).sum())
                .array("tables");
        for (ExportedTable t : tables) {
            writeTable(json, t, facts.tables().table(t.table()), format);
        }
        json.end().array("shared");
        for (CatalogTable t : facts.tables().shared()) {
            json.value(t.qualifiedName());
        }
        json.end().array("excluded");
        facts.tables().excluded().forEach(json::value);
        json.end().array("copies");
        facts.tables().copies().forEach(json::value);
        json.end().object("accepted");
        for (Map.Entry<String, String> e : facts.accepted().entrySet()) {
            json.value(e.getKey(), e.getValue());
        }
        byte[] text = (json.end().end().done() + "\n").getBytes(StandardCharsets.UTF_8);
        StringBuilder sums = new StringBuilder();
        for (ExportedTable t : tables) {
            sums.append(t.sha256()).append("  ").append(t.file()).append('\n');
        }
        sums.append(HexFormat.of().formatHex(ExportFile.sha256().digest(text)))
                .append("  ")
                .append(NAME)
                .append('\n');
        Durable.write(folder.resolve(SUMS), sums.toString().getBytes(StandardCharsets.UTF_8));
        Durable.write(folder.resolve(NAME), text);
    }

    private static void writeTable(JsonStringWriter json, ExportedTable t, TenantTable table, ExportFormat format) {
        json.object()
                .value("table", t.table())
                .value("kind", table.kind().words())
                .value("file", t.file())
                .value("rows", t.rows())
                .value("bytes", t.bytes())
                .value("sha256", t.sha256())
                .value("restore", format.restore(table))
                .array("columns");
        for (TableColumn c : table.columns()) {
            json.object()
                    .value("name", c.name())
                    .value("type", c.type())
                    .value("notNull", c.notNull())
                    // computed again when the rows are copied back
                    .value("inFile", !c.generated())
                    .value("identity", c.identity())
                    .end();
        }
        json.end().array("reachedBy");
        table.links().forEach(l -> json.value(l.reference().name()));
        json.end().end();
    }

    /**
     * Reads the manifest of an export.
     *
     * @throws CommandFailure when there is none, or it is none
     */
    static ExportManifest read(Path folder) throws IOException {
        String text;
        try {
            text = Files.readString(folder.resolve(NAME));
        } catch (NoSuchFileException e) {
            throw CommandFailure.couldNotRun(
                    folder + " holds no " + NAME + ": it is no export, or one that did not end");
        }
        try {
            JsonObject json = JsonParser.object().from(text);
            List<ExportedTable> tables = new ArrayList<>();
            JsonArray all = json.getArray("tables");
            for (int i = 0; i < all.size(); i++) {
                JsonObject t = all.getObject(i);
                tables.add(new ExportedTable(
                        t.getString("table"),
                        t.getString("file"),
                        t.getLong("rows"),
                        t.getLong("bytes"),
                        t.getString("sha256")));
            }
            return new ExportManifest(
                    json.getString("database"),
                    json.getString("tenant"),
                    json.getString("compression").equals("gzip"),
                    ExportFormat.valueOf(json.getString("format")),
                    tables);
        } catch (JsonParserException | IllegalArgumentException | NullPointerException e) {
            throw CommandFailure.couldNotRun(
                    folder.resolve(NAME) + " cannot be read as a manifest: it was altered or cut");
        }
    }
}
