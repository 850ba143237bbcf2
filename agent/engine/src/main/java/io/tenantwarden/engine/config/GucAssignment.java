package io.tenantwarden.engine.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A GUC and the value that it gets. Immutable.
 *
 * @param name a custom setting, for instance {@code app.tenant_id}, spelled as configured (PostgreSQL ignores the case), or {@code application_name}
 * @param value what it is set to
 * @see <a href="https://www.postgresql.org/docs/current/runtime-config-custom.html">PostgreSQL: customized options</a>
 */
public record GucAssignment(String name, GucTemplate value) {

    /** Reads {@code name=template,name=template}; commas inside braces belong to the template. */
    static List<GucAssignment> parseList(String text) {
        List<GucAssignment> assignments = new ArrayList<>(2);
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth--;
            } else if (c == ',' && (depth <= 0 || i == text.length())) {
                add(assignments, parse(text.substring(start, i).strip()));
                start = i + 1;
            }
        }
        return List.copyOf(assignments);
    }

    private static void add(List<GucAssignment> assignments, GucAssignment next) {
        for (GucAssignment other : assignments) {
            if (other.name.equalsIgnoreCase(next.name)) {
                throw new IllegalArgumentException("'" + next.name + "' is set twice (PostgreSQL ignores the case)");
            }
        }
        assignments.add(next);
    }

    private static GucAssignment parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("'" + text + "' is not name=value, for instance app.tenant_id={tenant}");
        }
        String name = text.substring(0, equals).strip();
        GucTemplate value;
        if (ApplicationName.is(name)) {
            value = GucTemplate.parse(text.substring(equals + 1).strip());
            ApplicationName.check(value);
        } else {
            checkName(name);
            value = GucTemplate.parse(text.substring(equals + 1).strip());
            ApplicationName.checkOther(name, value);
        }
        return new GucAssignment(name, value);
    }

    private static void checkName(String name) {
        List<String> parts = Values.split(name, '.');
        for (String part : parts) {
            if (!isIdentifier(part)) {
                throw new IllegalArgumentException("'" + name
                        + "' is not the name of a custom setting: identifiers of letters, digits, _ and $ with a dot between,"
                        + " for instance app.tenant_id");
            }
        }
        if (parts.size() < 2) {
            throw new IllegalArgumentException("'" + name
                    + "' has no dot, so PostgreSQL takes it for a setting of its own; use a custom one, for instance app."
                    + name + " (of PostgreSQL's own only application_name may be set)");
        }
    }

    private static boolean isIdentifier(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
            if (!letter && !(i > 0 && (c >= '0' && c <= '9' || c == '$'))) {
                return false;
            }
        }
        return !part.isEmpty();
    }
}
