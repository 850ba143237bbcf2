package io.tenantwarden.engine.report;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a {@link Baseline} out of a report. Apart from it, so that a JVM without a baseline loads no JSON at start. */
final class BaselineReader {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}");

    private BaselineReader() {}

    /** What is wrong with it becomes a problem, never an exception and never an empty baseline that nobody hears of. */
    static Baseline read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return of(file, JsonParser.object().from(in));
        } catch (NoSuchFileException e) {
            return unreadable(
                    file, "there is no such file. Give the path of a report written by warden.report, or drop the key");
        } catch (InvalidPathException e) {
            return unreadable(file, "this is no path of a file: " + e.getReason());
        } catch (JsonParserException e) {
            return unreadable(
                    file,
                    "it is not JSON (line " + e.getLinePosition() + ", column " + e.getCharPosition()
                            + "). Give a report written by warden.report");
        } catch (IOException e) {
            return unreadable(file, "it cannot be read (" + e + ")");
        }
    }

    private static Baseline of(String file, JsonObject report) {
        if (!report.isNumber("version") || report.getInt("version") != ReportDocument.VERSION) {
            return unreadable(file, "it is not a report of version " + ReportDocument.VERSION);
        }
        if (!(report.get("violations") instanceof List<?> violations)) {
            return unreadable(file, "it has no list \"violations\"");
        }
        Set<String> ids = new HashSet<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < violations.size(); i++) {
            if (!(violations.get(i) instanceof JsonObject violation)
                    || violation.getString("kind") == null
                    || !ID.matcher(violation.getString("id", "")).matches()) {
                problems.add(problem(file, "entry " + i + " of \"violations\" has no valid \"id\" and \"kind\""));
            } else if (isCovered(violation.getString("kind"))) {
                ids.add(violation.getString("id"));
            }
        }
        return problems.isEmpty() ? new Baseline(ids, problems) : new Baseline(Set.of(), problems);
    }

    private static boolean isCovered(String kindName) {
        for (ViolationKind kind : ViolationKind.values()) {
            if (kind.wireName().equals(kindName)) {
                return kind.coveredByBaseline();
            }
        }
        return false;
    }

    private static Baseline unreadable(String file, String why) {
        return new Baseline(Set.of(), List.of(problem(file, why)));
    }

    private static String problem(String file, String why) {
        return "warden.baseline=" + file + ": " + why;
    }
}
