package io.tenantwarden.engine.report;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;

/**
 * The report as it is at one moment: {@code warden.json}, whose format is contract.
 *
 * @param started when the agent started
 * @param mode {@code warden.mode} as it is now
 * @param agent version of the agent
 * @param health the agent in one word
 * @param covers one per server, database and role
 * @param agentErrors errors of the agent itself
 * @param violations all violations, those of the baseline too, so that a report can be the next baseline
 * @param violationsBeyondLimit events of violations that were no longer kept apart
 * @param findings what the preflight found
 * @param bypasses the bypasses used
 * @param modeChanges changes of the mode at run time
 * @param sites the executed sites
 */
record ReportDocument(
        Instant started,
        String mode,
        String agent,
        HealthState health,
        Collection<Cover> covers,
        long agentErrors,
        List<Violation> violations,
        long violationsBeyondLimit,
        Collection<Finding> findings,
        List<Bypasses.Use> bypasses,
        List<ModeChange> modeChanges,
        List<SiteInventory.Row> sites) {

    static final int VERSION = 1;
    private static final int MAX_SQL = 10_000;

    /**
     * One change of the mode.
     *
     * @param from mode before
     * @param to mode after
     * @param at when
     */
    record ModeChange(String from, String to, Instant at) {}

    /** As JSON in UTF-8, indented so that two reports can be compared line by line. */
    byte[] toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object();
        json.value("version", VERSION);
        json.value("started", time(started));
        json.value("mode", mode);
        json.value("agent", agent);
        writeHealth(json);
        json.array("violations");
        for (Violation violation : violations) {
            write(json, violation);
        }
        json.end();
        json.array("findings");
        for (Finding finding : findings) {
            write(json, finding);
        }
        json.end();
        json.array("bypasses");
        for (Bypasses.Use bypass : bypasses) {
            write(json, bypass);
        }
        json.end();
        json.array("sites");
        for (SiteInventory.Row row : sites) {
            write(json, row);
        }
        json.end();
        writeRareParts(json);
        json.end();
        return (json.done() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void writeHealth(JsonStringWriter json) {
        json.object("health");
        json.value("state", health.wireName());
        json.array("databases");
        for (Cover cover : covers) {
            json.object();
            json.value("database", cover.database());
            json.value("server", cover.server());
            json.value("role", cover.role());
            json.value("strategy", cover.strategy());
            json.value("protected", cover.protectedTables());
            json.end();
        }
        json.end();
        json.value("agentErrors", agentErrors);
        json.end();
    }

    private static void write(JsonStringWriter json, Violation violation) {
        ViolationEvent event = violation.first();
        json.object();
        json.value("id", violation.id());
        json.value("kind", event.kind().wireName());
        writeSite(json, "site", event.site());
        writeStrings(json, "stack", event.stack());
        writeSite(json, "submitSite", event.submitSite());
        json.value("sql", event.sql() == null ? null : LogText.cut(event.sql(), MAX_SQL));
        json.value("fingerprint", event.fingerprint());
        writeStrings(json, "tables", event.tables());
        json.value("operation", event.operation());
        json.value("role", event.role());
        json.value("database", event.database());
        writeStrings(json, "threads", violation.threads());
        json.value("count", violation.count());
        json.value("refused", violation.refused());
        json.value("firstSeen", time(violation.firstSeen()));
        json.value("lastSeen", time(violation.lastSeen()));
        json.value("next", violation.next());
        json.end();
    }

    private static void write(JsonStringWriter json, Finding finding) {
        json.object();
        json.value("rule", finding.rule());
        json.value("level", finding.level().wireName());
        json.value("object", finding.object());
        json.value("message", finding.message());
        json.value("fix", finding.fix());
        json.end();
    }

    private static void write(JsonStringWriter json, Bypasses.Use bypass) {
        json.object();
        json.value("name", bypass.name());
        json.value("reason", bypass.reason());
        json.value("count", bypass.count());
        json.value("lastUsed", time(bypass.lastUsed()));
        json.end();
    }

    private static void write(JsonStringWriter json, SiteInventory.Row row) {
        json.object();
        writeSite(json, "site", row.site());
        writeStrings(json, "tables", row.tables());
        json.value("scoped", row.count(Outcome.SCOPED));
        json.value("captured", row.count(Outcome.CAPTURED));
        json.value("application", row.count(Outcome.APPLICATION));
        json.value("unscoped", row.count(Outcome.UNSCOPED));
        json.value("bypassed", row.count(Outcome.BYPASSED));
        json.value("estimated", row.estimated());
        json.end();
    }

    /** Only when there is something to tell: the ordinary report has exactly the fields of the contract. */
    private void writeRareParts(JsonStringWriter json) {
        if (!modeChanges.isEmpty()) {
            json.array("modeChanges");
            for (ModeChange change : modeChanges) {
                json.object();
                json.value("old", change.from());
                json.value("new", change.to());
                json.value("at", time(change.at()));
                json.end();
            }
            json.end();
        }
        if (violationsBeyondLimit > 0) {
            json.value("violationsBeyondLimit", violationsBeyondLimit);
        }
    }

    private static void writeSite(JsonStringWriter json, String name, Site site) {
        if (site == null) {
            json.nul(name);
            return;
        }
        json.object(name);
        json.value("class", site.className());
        json.value("method", site.method());
        json.value("file", site.file());
        json.value("line", site.line());
        json.end();
    }

    private static void writeStrings(JsonStringWriter json, String name, Collection<String> values) {
        json.array(name);
        values.forEach(json::value);
        json.end();
    }

    private static String time(Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
