package io.tenantwarden.engine.report.document;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.tenantwarden.engine.report.document.Report.BypassEntry;
import io.tenantwarden.engine.report.document.Report.DatabaseEntry;
import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.ModeChange;
import io.tenantwarden.engine.report.document.Report.SiteEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads {@code warden.json}. What decides whether something is found (version, violations, their ids and kinds) must be right; fields that are
 * missing otherwise are empty, and fields that this version does not know are skipped.
 */
public final class ReportReader {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}");

    private ReportReader() {}

    /** @throws UnreadableReport when it cannot be read, or is no report */
    public static Report read(Path file) throws UnreadableReport {
        try (InputStream in = Files.newInputStream(file)) {
            if (!(JsonParser.any().from(in) instanceof JsonObject report)) {
                throw new UnreadableReport("it is JSON, and no object. Give a report written by warden.report");
            }
            return of(report);
        } catch (NoSuchFileException e) {
            throw new UnreadableReport("there is no such file");
        } catch (JsonParserException e) {
            throw new UnreadableReport("it is not JSON (line " + e.getLinePosition() + ", column " + e.getCharPosition()
                    + "). Give a report written by warden.report");
        } catch (IOException e) {
            throw new UnreadableReport("it cannot be read (" + e + ")");
        }
    }

    /** As {@link #read(Path)}, for a name that may be none. */
    public static Report read(String file) throws UnreadableReport {
        try {
            return read(Path.of(file));
        } catch (InvalidPathException e) {
            throw new UnreadableReport("this is no path of a file: " + e.getReason());
        }
    }

    private static Report of(JsonObject json) throws UnreadableReport {
        if (!json.isNumber("version") || json.getInt("version") != Report.VERSION) {
            throw new UnreadableReport("it is not a report of version " + Report.VERSION);
        }
        if (!(json.get("violations") instanceof List<?> violations)) {
            throw new UnreadableReport("it has no list \"violations\"");
        }
        List<ViolationEntry> read = new ArrayList<>();
        for (int i = 0; i < violations.size(); i++) {
            if (!(violations.get(i) instanceof JsonObject violation)
                    || violation.getString("kind") == null
                    || !ID.matcher(violation.getString("id", "")).matches()) {
                throw new UnreadableReport("entry " + i + " of \"violations\" has no valid \"id\" and \"kind\"");
            }
            read.add(violation(violation));
        }
        return new Report(
                time(json, "started"),
                json.getString("mode"),
                json.getString("agent"),
                health(json.get("health") instanceof JsonObject health ? health : new JsonObject()),
                read,
                list(json, "findings", ReportReader::finding),
                list(json, "bypasses", ReportReader::bypass),
                list(json, "sites", ReportReader::site),
                list(json, "modeChanges", ReportReader::modeChange),
                json.getLong("violationsBeyondLimit"),
                Math.max(1, json.getInt("processes", 1)));
    }

    private static Report.Health health(JsonObject json) {
        return new Report.Health(
                json.getString("state", ""),
                list(json, "databases", ReportReader::database),
                json.getLong("agentErrors"));
    }

    private static DatabaseEntry database(JsonObject json) {
        return new DatabaseEntry(
                json.getString("database", ""),
                json.getString("server", ""),
                json.getString("role", ""),
                json.getString("strategy", ""),
                json.getInt("protected"));
    }

    private static ViolationEntry violation(JsonObject json) {
        Frame site = frame(json, "site");
        return new ViolationEntry(
                json.getString("id"),
                json.getString("kind"),
                site == null ? Frame.UNKNOWN : site,
                strings(json, "stack"),
                frame(json, "submitSite"),
                json.getString("sql"),
                json.getString("fingerprint"),
                strings(json, "tables"),
                json.getString("operation"),
                json.getString("role"),
                json.getString("database"),
                strings(json, "threads"),
                Math.max(1, json.getLong("count", 1)),
                json.getLong("refused"),
                time(json, "firstSeen"),
                time(json, "lastSeen"),
                json.getString("next"),
                json.getString("via"));
    }

    private static FindingEntry finding(JsonObject json) {
        return new FindingEntry(
                json.getString("rule", ""),
                json.getString("level", "warn"),
                json.getString("object", ""),
                json.getString("message", ""),
                json.getString("fix", ""));
    }

    private static BypassEntry bypass(JsonObject json) {
        return new BypassEntry(
                json.getString("name", ""),
                json.getString("reason", ""),
                json.getLong("count"),
                time(json, "lastUsed"));
    }

    private static SiteEntry site(JsonObject json) {
        Frame site = frame(json, "site");
        return new SiteEntry(
                site == null ? Frame.UNKNOWN : site,
                strings(json, "tables"),
                json.getLong("scoped"),
                json.getLong("captured"),
                json.getLong("application"),
                json.getLong("unscoped"),
                json.getLong("bypassed"),
                json.getBoolean("estimated"));
    }

    private static ModeChange modeChange(JsonObject json) {
        return new ModeChange(json.getString("old", ""), json.getString("new", ""), time(json, "at"));
    }

    private static Frame frame(JsonObject json, String name) {
        if (!(json.get(name) instanceof JsonObject frame) || frame.getString("class") == null) {
            return null;
        }
        return new Frame(
                frame.getString("class"),
                frame.getString("method", "unknown"),
                frame.getString("file"),
                frame.getInt("line", -1));
    }

    private static List<String> strings(JsonObject json, String name) {
        List<String> strings = new ArrayList<>();
        if (json.get(name) instanceof JsonArray array) {
            for (Object element : array) {
                if (element instanceof String text) {
                    strings.add(text);
                }
            }
        }
        return strings;
    }

    private static <T> List<T> list(JsonObject json, String name, Function<JsonObject, T> entry) {
        List<T> list = new ArrayList<>();
        if (json.get(name) instanceof JsonArray array) {
            for (Object element : array) {
                if (element instanceof JsonObject object) {
                    list.add(entry.apply(object));
                }
            }
        }
        return list;
    }

    private static Instant time(JsonObject json, String name) {
        try {
            String text = json.getString(name);
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
