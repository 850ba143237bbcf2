package io.tenantwarden.engine.config;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The properties file named by {@code warden.config}, line by line, so that a key set twice is noticed. */
final class ConfigFile {

    /** One entry of the file, in its order. */
    record Line(String name, String value) {}

    private ConfigFile() {}

    /** The entries; none, and a problem, when the file cannot be read. */
    static List<Line> read(ConfigLoader.Entry config, ConfigFileReader files, List<String> problems) {
        List<Line> lines = new ArrayList<>();
        try {
            String text = files.read(config.text);
            // Editors on Windows put a byte order mark there, which would become part of the first key.
            boolean mark = !text.isEmpty() && text.charAt(0) == '\uFEFF';
            new Collector(lines).load(new StringReader(mark ? text.substring(1) : text));
            return lines;
        } catch (FileNotFoundException e) {
            problems.add(config.shown() + ": the file cannot be opened: " + Printable.message(e.getMessage())
                    + "; relative names start at "
                    + Printable.message(System.getProperty("user.dir", "the working directory")));
        } catch (CharacterCodingException e) {
            problems.add(config.shown() + ": the file is not UTF-8 text; store it as UTF-8");
        } catch (IOException e) {
            problems.add(
                    config.shown() + ": the file cannot be read: " + Printable.message(String.valueOf(e.getMessage())));
        } catch (IllegalArgumentException e) {
            problems.add(config.shown() + ": the file is not a properties file: " + Printable.message(e.getMessage())
                    + " (a backslash is written twice)");
        }
        return List.of();
    }

    /** {@link Properties#load} reports each entry with {@code put}, duplicates included. */
    private static final class Collector extends Properties {

        private static final long serialVersionUID = 1L;

        private final transient List<Line> lines;

        Collector(List<Line> lines) {
            this.lines = lines;
        }

        @Override
        public synchronized Object put(Object key, Object value) {
            lines.add(new Line((String) key, (String) value));
            return null;
        }
    }
}
