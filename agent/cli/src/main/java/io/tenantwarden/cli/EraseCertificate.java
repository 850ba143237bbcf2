package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.engine.report.document.Markup;
import io.tenantwarden.rls.tenant.DeletionPlan;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was erased, and how that was shown: {@code certificate.json} and {@code certificate.html}. Immutable.
 *
 * @param tenant the tenant's id
 * @param place server and database
 * @param facts what the tenant had
 * @param plan what was done
 * @param wishes what was kept
 * @param journal what was counted
 * @param after rows of the tenant afterwards, by table
 * @param finished when
 * @param server its version
 * @param witness the role that compared the rows of others; null for none
 * @param others their rows afterwards; empty without a witness
 */
record EraseCertificate(
        String tenant,
        String place,
        TenantFacts facts,
        DeletionPlan plan,
        DeletionPlan.Wishes wishes,
        EraseJournal journal,
        Map<String, Long> after,
        String finished,
        String server,
        String witness,
        Map<String, Witness.Others> others) {

    static final String JSON = "certificate.json";
    static final String HTML = "certificate.html";

    static final List<String> LIMITS = List.of(
            "Backups and archived write-ahead logs still hold the rows until they expire.",
            "Replicas, logical subscribers and change data capture follow as they replay; what they passed on is theirs.",
            "Logs of server and application, caches, search indexes, files and other systems are not looked at.",
            "The space of deleted rows is overwritten by PostgreSQL in its own time (VACUUM); until then their bytes are in"
                    + " the data files.");

    void write(Path folder) throws IOException {
        // the page first: the other one says that it is complete
        Files.deleteIfExists(folder.resolve(HTML));
        Durable.write(folder.resolve(HTML), html().getBytes(StandardCharsets.UTF_8));
        Durable.write(folder.resolve(JSON), (json() + "\n").getBytes(StandardCharsets.UTF_8));
        Durable.syncFolder(folder);
    }

    /** Tables in which rows of others are not what they were, which other sessions may have done. */
    List<String> changedOthers() {
        List<String> changed = new ArrayList<>();
        others.forEach((table, now) -> {
            Witness.Others then = journal.others().get(table);
            if (then != null && !then.equals(now)) {
                changed.add(table);
            }
        });
        return changed;
    }

    private String proofOfOthers() {
        if (others.isEmpty()) {
            return "Before each commit the server's own counters were compared: no row but the tenant's was deleted or set by a"
                    + " foreign key. No second role counted the rows of others.";
        }
        List<String> changed = changedOthers();
        return "Role " + witness + " summed up all rows of other tenants before and after: "
                + (changed.isEmpty()
                        ? "counts and checksums are the same."
                        : "those of " + String.join(", ", changed)
                                + " differ, as they do when the application works meanwhile; the transactions of the"
                                + " erasure touched none of them, by the server's counters.");
    }

    private long before(TenantTable t) {
        return journal.before().getOrDefault(t.name(), 0L);
    }

    private String json() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object()
                .value("version", 1)
                .value("tool", "Tenant Warden " + WardenCli.version())
                .value("tenant", tenant)
                .value("database", place)
                .value("server", server)
                .value("role", facts.role().currentUser())
                .value("started", journal.started())
                .value("finished", finished)
                .value("transactions", journal.transactions())
                .value("rowsDeleted", journal.deletedRows())
                .value("countsCertain", !journal.isUncertain())
                .array("deleted");
        for (TenantTable t : plan.deleted()) {
            json.object()
                    .value("table", t.name())
                    .value("before", before(t))
                    .value("deleted", journal.deleted().getOrDefault(t.name(), 0L))
                    .value("left", after.getOrDefault(t.name(), 0L))
                    .end();
        }
        json.end().array("kept");
        for (TenantTable t : plan.kept()) {
            json.object()
                    .value("table", t.name())
                    .value("rows", after.getOrDefault(t.name(), 0L))
                    .value("reason", wishes.keep().get(t.name()))
                    .array("anonymised");
            wishes.anonymise().getOrDefault(t.name(), Map.of()).keySet().forEach(json::value);
            json.end().end();
        }
        json.end()
                .object("others")
                .value("witness", witness)
                .value("statement", proofOfOthers())
                .array("tables");
        others.forEach((table, now) -> {
            Witness.Others then = journal.others().get(table);
            json.object().value("table", table);
            if (then != null) {
                json.value("rowsBefore", then.rows()).value("checksumBefore", then.checksum());
            }
            json.value("rowsAfter", now.rows())
                    .value("checksumAfter", now.checksum())
                    .value("same", now.equals(then))
                    .end();
        });
        json.end().end();
        array(
                json,
                "shared",
                facts.tables().shared().stream().map(t -> t.qualifiedName()).toList());
        array(json, "excluded", facts.tables().excluded());
        array(json, "copies", facts.tables().copies());
        json.object("writtenElsewhere");
        journal.elsewhere().forEach(json::value);
        json.end().object("accepted");
        facts.accepted().forEach(json::value);
        json.end();
        array(json, "limits", LIMITS);
        return json.end().done();
    }

    private static void array(JsonStringWriter json, String name, List<String> values) {
        json.array(name);
        values.forEach(json::value);
        json.end();
    }

    private String html() {
        StringBuilder b = new StringBuilder();
        b.append(
                        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Certificate of erasure</title>\n")
                .append("<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}")
                .append("table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.25em .5em;")
                .append("text-align:left}td.n{text-align:right}@media print{body{margin:0}}</style></head><body>\n")
                .append("<h1>Certificate of erasure</h1>\n<table>\n");
        row(b, "Tenant", tenant);
        row(b, "Database", place + ", " + server);
        row(b, "Role", facts.role().currentUser());
        row(b, "Begun", journal.started());
        row(b, "Ended", finished);
        row(
                b,
                "Rows deleted",
                journal.deletedRows() + " in " + journal.transactions() + " transactions"
                        + (journal.isUncertain() ? ", at least: the end of one transaction is not known" : ""));
        row(b, "Made by", "Tenant Warden " + WardenCli.version());
        b.append(
                        "</table>\n<h2>Deleted</h2>\n<p>Afterwards, in a transaction of its own, each table was counted again.</p>\n")
                .append("<table><tr><th>Table</th><th>Rows before</th><th>Deleted</th><th>Left</th></tr>\n");
        for (TenantTable t : plan.deleted()) {
            b.append("<tr><td>").append(Markup.escape(t.name())).append("</td>");
            number(b, before(t));
            number(b, journal.deleted().getOrDefault(t.name(), 0L));
            number(b, after.getOrDefault(t.name(), 0L));
            b.append("</tr>\n");
        }
        b.append("</table>\n");
        if (!plan.kept().isEmpty()) {
            b.append("<h2>Kept</h2>\n<table><tr><th>Table</th><th>Rows</th><th>Reason</th><th>Anonymised</th></tr>\n");
            for (TenantTable t : plan.kept()) {
                b.append("<tr><td>").append(Markup.escape(t.name())).append("</td>");
                number(b, after.getOrDefault(t.name(), 0L));
                b.append("<td>")
                        .append(Markup.escape(wishes.keep().get(t.name())))
                        .append("</td><td>")
                        .append(Markup.escape(String.join(
                                ", ",
                                wishes.anonymise()
                                        .getOrDefault(t.name(), Map.of())
                                        .keySet())))
                        .append("</td></tr>\n");
            }
            b.append("</table>\n");
        }
        b.append("<h2>Other tenants</h2>\n<p>")
                .append(Markup.escape(proofOfOthers()))
                .append("</p>\n");
        list(b, "Taken to belong to no tenant, and left", new ArrayList<>(names()));
        list(b, "Materialized views to refresh", facts.tables().copies());
        list(
                b,
                "Tables of nobody in which triggers of the application wrote meanwhile",
                journal.elsewhere().entrySet().stream()
                        .map(e -> e.getKey() + " (" + e.getValue() + " rows)")
                        .toList());
        list(
                b,
                "Accepted by whoever ran it",
                facts.accepted().entrySet().stream()
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .toList());
        list(b, "What this does not cover", LIMITS);
        return b.append("</body></html>\n").toString();
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        facts.tables().shared().forEach(t -> names.add(t.qualifiedName()));
        names.addAll(facts.tables().excluded());
        return names;
    }

    private static void row(StringBuilder b, String name, String value) {
        b.append("<tr><th>")
                .append(name)
                .append("</th><td>")
                .append(Markup.escape(value))
                .append("</td></tr>\n");
    }

    private static void number(StringBuilder b, long n) {
        b.append("<td class=\"n\">").append(n).append("</td>");
    }

    private static void list(StringBuilder b, String title, List<String> items) {
        if (!items.isEmpty()) {
            b.append("<h2>").append(title).append("</h2>\n<ul>\n");
            items.forEach(i -> b.append("<li>").append(Markup.escape(i)).append("</li>\n"));
            b.append("</ul>\n");
        }
    }
}
