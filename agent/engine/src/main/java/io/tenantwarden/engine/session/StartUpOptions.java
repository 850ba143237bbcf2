package io.tenantwarden.engine.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * The settings in the driver's connection property {@code options}, which the server takes as the command line of the session's process: {@code
 * -c name=value}, {@code -cname=value} and {@code --name=value}, divided by white space that no backslash escapes (PostgreSQL manual, sections
 * "Config Setting: Parameter Interaction via the Shell" and "Frontend/Backend Protocol: Message Formats", StartupMessage).
 */
final class StartUpOptions {

    private StartUpOptions() {}

    /**
     * Whether the application opened the connection with a value of one of these settings.
     *
     * @param properties the driver's connection properties
     * @param names in lower case
     */
    static boolean haveValue(Properties properties, Collection<String> names) {
        Map<String, String> settings = settings(properties.getProperty("options"));
        return names.stream().anyMatch(name -> !settings.getOrDefault(name, "").isEmpty());
    }

    /**
     * @param options the property; null when there is none
     * @return lower-case name to value, of the last one when a name is there twice; empty when there are none
     */
    static Map<String, String> settings(String options) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (options == null) {
            return settings;
        }
        List<String> words = words(options);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String setting = null;
            if (word.equals("-c") && i + 1 < words.size()) {
                setting = words.get(++i);
            } else if (word.startsWith("--") || word.startsWith("-c")) {
                setting = word.substring(2);
            }
            int equals = setting == null ? -1 : setting.indexOf('=');
            if (equals > 0) {
                // the server takes a hyphen in the name for an underscore: ParseLongOption
                String name = setting.substring(0, equals).replace('-', '_').toLowerCase(Locale.ROOT);
                settings.put(name, setting.substring(equals + 1));
            }
        }
        return settings;
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                inside = true;
            } else if (c == ' ' || c >= '\t' && c <= '\r') {
                if (inside) {
                    words.add(word.toString());
                    word.setLength(0);
                    inside = false;
                }
            } else {
                word.append(c);
                inside = true;
            }
        }
        if (inside) {
            words.add(word.toString());
        }
        return words;
    }
}
