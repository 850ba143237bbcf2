package io.tenantwarden.engine.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which key a name means, in dots or as an environment variable, and what to say when it means none. */
final class Names {

    private static final String PREFIX = "warden.";
    private static final String VARIABLE_PREFIX = "WARDEN_";

    /** Variables that only the command line reads: set for both, they are no mistake. */
    static final Set<String> OF_COMMAND_LINE = Set.of("WARDEN_PASSWORD");

    private Names() {}

    /** The key or family; null when the name is none. */
    static Key<?> key(String name) {
        Key<?> key = Keys.named(name);
        if (key != null) {
            return key;
        }
        for (Key<?> family : Keys.families()) {
            if (hasPart(name, family.prefix(), family.suffix()) && isPart(family, part(family, name))) {
                return family;
            }
        }
        return null;
    }

    /** The part of a family's name that stands in angle brackets. */
    static String part(Key<?> family, String name) {
        return name.substring(
                family.prefix().length(), name.length() - family.suffix().length());
    }

    /** The full key that an environment variable means; null when it means none. */
    static String ofVariable(String variable) {
        String upper = Key.variableOf(variable);
        for (Key<?> key : Keys.all()) {
            if (key.part() == Key.Part.NONE && key.variable().equals(upper)) {
                return key.name();
            }
        }
        String found = null;
        int longest = -1;
        for (Key<?> family : Keys.families()) {
            String prefix = Key.variableOf(family.prefix());
            String suffix = Key.variableOf(family.suffix());
            // WARDEN_SCOPE_X_FRAMEWORK is warden.scope.x.framework, not a scope of the name x-framework
            if (suffix.length() > longest && hasPart(upper, prefix, suffix)) {
                // A name has neither dots nor underscores, so each underscore in the variable was a minus.
                String part = upper.substring(prefix.length(), upper.length() - suffix.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
                if (isPart(family, part)) {
                    found = family.with(part);
                    longest = suffix.length();
                }
            }
        }
        return found;
    }

    /** The variable that a mistyped one was probably meant to be; null when none is near. */
    static String nearestVariable(String variable) {
        String upper = Key.variableOf(variable);
        List<String> candidates = new ArrayList<>();
        for (Key<?> key : Keys.all()) {
            if (key.part() == Key.Part.NONE) {
                candidates.add(key.variable().substring(VARIABLE_PREFIX.length()));
            }
        }
        String nearest = Nearest.of(upper.substring(VARIABLE_PREFIX.length()), candidates);
        return nearest == null ? null : VARIABLE_PREFIX + nearest;
    }

    /** Why an entry whose name is no key is refused, and what to write instead. */
    static String refusal(ConfigLoader.Entry entry) {
        String name = entry.name;
        if (!name.startsWith(PREFIX) && entry.layer == Layer.FILE && key(PREFIX + name) != null) {
            return entry.shown() + ": keys in the file begin with warden.; write " + PREFIX + name;
        }
        for (Key<?> family : Keys.families()) {
            if (hasPart(name, family.prefix(), family.suffix())
                    && !part(family, name).contains(".")) {
                return entry.shown() + ": '" + Printable.oneLine(part(family, name)) + "' cannot stand for "
                        + (family.part() == Key.Part.NUMBER
                                ? "<n> in " + family.name() + ", which is 1, 2, 3 ..., at most 999"
                                : "<name> in " + family.name() + ", which has only a-z, 0-9 and -")
                        + nearest(name);
            }
        }
        return entry.shown() + ": not a key of Warden" + nearest(name);
    }

    private static String nearest(String name) {
        String tail = name.regionMatches(true, 0, PREFIX, 0, PREFIX.length()) ? name.substring(PREFIX.length()) : name;
        List<String> candidates = new ArrayList<>();
        List<Key<?>> keys = new ArrayList<>();
        for (Key<?> key : Keys.all()) {
            candidates.add(candidate(key, PREFIX + tail).substring(PREFIX.length()));
            keys.add(key);
        }
        String nearest = Nearest.of(tail, candidates);
        if (nearest == null) {
            return "; keys are " + String.join(", ", Keys.names());
        }
        Key<?> key = keys.get(candidates.indexOf(nearest));
        return "; did you mean " + PREFIX + Printable.oneLine(nearest) + "? (allowed: " + key.allowed() + ")";
    }

    /** A key's name; a family's with the part that the mistyped name has at this place. */
    private static String candidate(Key<?> key, String name) {
        if (key.part() == Key.Part.NONE) {
            return key.name();
        }
        int place = Values.split(key.prefix(), '.').size() - 1;
        List<String> segments = Values.split(name, '.');
        if (place >= segments.size()) {
            return key.name();
        }
        String part = segments.get(place).toLowerCase(Locale.ROOT).replace('_', '-');
        return isPart(key, part) ? key.with(part) : key.name();
    }

    private static boolean hasPart(String name, String prefix, String suffix) {
        return name.length() > prefix.length() + suffix.length() && name.startsWith(prefix) && name.endsWith(suffix);
    }

    private static boolean isPart(Key<?> family, String part) {
        if (family.part() == Key.Part.NUMBER) {
            return Values.isDigits(part) && part.length() <= 3 && part.charAt(0) != '0';
        }
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
                return false;
            }
        }
        return !part.isEmpty();
    }
}
