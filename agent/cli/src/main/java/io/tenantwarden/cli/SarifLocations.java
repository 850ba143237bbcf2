package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in the repository a finding is shown: objects of a database lie in no file of themselves, but code scanning takes no
 * result without one. With the file that describes the schema it is the line that creates the object; without one it is a
 * name for the object, which stays the same from run to run. Immutable.
 */
final class SarifLocations {

    /** Up to the name: {@code CREATE TABLE IF NOT EXISTS}, but not {@code CREATE POLICY p ON}. */
    private static final String CREATE = "\\bcreate\\s+(?:(?!on\\b)[a-z]+\\s+)+";

    /**
     * A place in a file.
     *
     * @param uri relative to the root of the repository
     * @param line from 1 on
     * @param endColumn after the last character of the line
     */
    record Place(String uri, int line, int endColumn) {}

    private final String file;
    private final List<String> lines;

    private SarifLocations(String file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    /** No file describes the schema. */
    static SarifLocations ofObjects() {
        return new SarifLocations(null, List.of());
    }

    /**
     * The file that describes the schema.
     *
     * @throws CommandFailure when it cannot be read, or does not lie below the working directory
     */
    static SarifLocations in(Path file) {
        if (file.isAbsolute() || file.normalize().startsWith("..")) {
            throw CommandFailure.usage("--sarif-file " + file
                    + " is to be relative to the root of the repository, in which" + " doctor runs");
        }
        try {
            String name =
                    file.normalize().toString().replace(file.getFileSystem().getSeparator(), "/");
            return new SarifLocations(SourceTree.encoded(name), Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage("--sarif-file " + file + " does not exist");
        } catch (IOException e) {
            throw CommandFailure.usage("--sarif-file " + file + " cannot be read as text: " + e.getMessage());
        }
    }

    boolean isFile() {
        return file != null;
    }

    /** The place of a finding's object, {@code schema.table} for instance. */
    Place of(String object) {
        if (file == null) {
            return new Place(SourceTree.objectUri(object), 1, 1);
        }
        int line = line(object);
        return new Place(file, line + 1, lines.isEmpty() ? 1 : lines.get(line).length() + 1);
    }

    /** Where it is created, else where its name stands, else the first line. */
    private int line(String object) {
        String bare = object.replaceFirst("\\(.*", "").replaceFirst(" in .*", "");
        int dot = bare.indexOf('.');
        String name = dot < 0 ? bare : bare.substring(dot + 1);
        String qualified = dot < 0 ? word(bare) : word(bare.substring(0, dot)) + "\\s*\\.\\s*" + word(name);
        for (String wanted : new String[] {
            CREATE + qualified + "(?![\\w$\"])",
            CREATE + word(name) + "(?![\\w$\".])",
            "(?<![\\w$\"])" + qualified + "(?![\\w$\"])"
        }) {
            Pattern pattern = Pattern.compile(wanted, Pattern.CASE_INSENSITIVE);
            for (int i = 0; i < lines.size(); i++) {
                Matcher m = pattern.matcher(lines.get(i));
                if (m.find()) {
                    return i;
                }
            }
        }
        return 0;
    }

    /** A name, in double quotes or without. */
    private static String word(String name) {
        String quoted = Pattern.quote("\"" + name.replace("\"", "\"\"") + "\"");
        boolean plain = name.equals(name.toLowerCase(Locale.ROOT)) && name.matches("[\\w$]+");
        return plain ? "(?:" + Pattern.quote(name) + "|" + quoted + ")" : quoted;
    }
}
