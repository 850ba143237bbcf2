package io.tenantwarden.engine.report.document;

import com.grack.nanojson.JsonAppendableWriter;
import com.grack.nanojson.JsonWriter;
import com.grack.nanojson.JsonWriterException;
import io.tenantwarden.engine.report.document.Report.BypassEntry;
import io.tenantwarden.engine.report.document.Report.DatabaseEntry;
import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.ModeChange;
import io.tenantwarden.engine.report.document.Report.SiteEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code warden.json}, whose format is contract. Indented, so that two reports can be compared line by line. */
final class JsonFormat implements ReportFormat {

    @Override
    public String name() {
        return "json";
    }

    @Override
    public List<String> endings() {
        return List.of(".json");
    }

    @Override
    public String render(Report report, RenderOptions options) {
        StringBuilder text = new StringBuilder();
        write(report, text);
        return text.append('\n').toString();
    }

    /** @throws IOException of the target */
    @Override
    public void write(Report report, RenderOptions options, Appendable target) throws IOException {
        try {
            write(report, target);
            target.append('\n');
        } catch (JsonWriterException e) {
            throw e.getCause() instanceof IOException broken ? broken : new IOException(e);
        }
    }

    private static void write(Report report, Appendable target) {
        JsonAppendableWriter json = JsonWriter.indent("  ").on(target);
        json.object();
        json.value("version", Report.VERSION);
        json.value("started", time(report.started()));
        json.value("mode", report.mode());
        json.value("agent", report.agent());
        writeHealth(json, report.health());
        json.array("violations");
        report.violations().forEach(violation -> write(json, violation));
        json.end();
        writeFindings(json, report.findings());
        json.array("bypasses");
        report.bypasses().forEach(bypass -> write(json, bypass));
        json.end();
        json.array("sites");
        report.sites().forEach(site -> write(json, site));
        json.end();
        writeRareParts(json, report);
        json.end();
        json.done();
    }

    private static void writeHealth(JsonAppendableWriter json, Report.Health health) {
        json.object("health");
        json.value("state", health.state());
        json.array("databases");
        for (DatabaseEntry database : health.databases()) {
            json.object();
            json.value("database", database.database());
            json.value("server", database.server());
            json.value("role", database.role());
            json.value("strategy", database.strategy());
            json.value("protected", database.protectedTables());
            json.end();
        }
        json.end();
        json.value("agentErrors", health.agentErrors());
        json.end();
    }

    private static void write(JsonAppendableWriter json, ViolationEntry violation) {
        json.object();
        json.value("id", violation.id());
        json.value("kind", violation.kind());
        writeFrame(json, "site", violation.site());
        writeStrings(json, "stack", violation.stack());
        writeFrame(json, "submitSite", violation.submitSite());
        json.value("sql", violation.sql());
        json.value("fingerprint", violation.fingerprint());
        writeStrings(json, "tables", violation.tables());
        json.value("operation", violation.operation());
        json.value("role", violation.role());
        json.value("database", violation.database());
        writeStrings(json, "threads", violation.threads());
        json.value("count", violation.count());
        json.value("refused", violation.refused());
        json.value("firstSeen", time(violation.firstSeen()));
        json.value("lastSeen", time(violation.lastSeen()));
        json.value("next", violation.next());
        if (violation.via() != null) {
            json.value("via", violation.via());
        }
        json.end();
    }

    private static void writeFindings(JsonAppendableWriter json, List<FindingEntry> findings) {
        json.array("findings");
        for (FindingEntry finding : findings) {
            json.object();
            json.value("rule", finding.rule());
            json.value("level", finding.level());
            json.value("object", finding.object());
            json.value("message", finding.message());
            json.value("fix", finding.fix());
            json.end();
        }
        json.end();
    }

    private static void write(JsonAppendableWriter json, BypassEntry bypass) {
        json.object();
        json.value("name", bypass.name());
        json.value("reason", bypass.reason());
        json.value("count", bypass.count());
        json.value("lastUsed", time(bypass.lastUsed()));
        json.end();
    }

    private static void write(JsonAppendableWriter json, SiteEntry site) {
        json.object();
        writeFrame(json, "site", site.site());
        writeStrings(json, "tables", site.tables());
        json.value("scoped", site.scoped());
        json.value("captured", site.captured());
        json.value("application", site.application());
        json.value("unscoped", site.unscoped());
        json.value("bypassed", site.bypassed());
        json.value("estimated", site.estimated());
        json.end();
    }

    /** Only when there is something to tell: the ordinary report has exactly the fields of the contract. */
    private static void writeRareParts(JsonAppendableWriter json, Report report) {
        if (!report.modeChanges().isEmpty()) {
            json.array("modeChanges");
            for (ModeChange change : report.modeChanges()) {
                json.object();
                json.value("old", change.from());
                json.value("new", change.to());
                json.value("at", time(change.at()));
                json.end();
            }
            json.end();
        }
        if (report.violationsBeyondLimit() > 0) {
            json.value("violationsBeyondLimit", report.violationsBeyondLimit());
        }
        if (report.processes() != 1) {
            json.value("processes", report.processes());
        }
    }

    private static void writeFrame(JsonAppendableWriter json, String name, Frame frame) {
        if (frame == null) {
            json.nul(name);
            return;
        }
        json.object(name);
        json.value("class", frame.className());
        json.value("method", frame.method());
        json.value("file", frame.file());
        json.value("line", frame.line());
        json.end();
    }

    private static void writeStrings(JsonAppendableWriter json, String name, List<String> values) {
        json.array(name);
        values.forEach(json::value);
        json.end();
    }

    private static String time(Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
