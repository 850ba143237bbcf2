package io.tenantwarden.engine.tenant;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A request source whose answer is the one group of a pattern that matches the whole value; no match is no answer. */
abstract class PatternSource extends RequestSource {

    /** The argument is a regular expression with one group. */
    abstract static class PatternKind extends SourceKind {

        PatternKind(String name, String phrase, String examples, String meaning) {
            super(name, phrase, examples, meaning);
        }

        @Override
        final SourceSpec parse(String argument, String text) {
            checkPattern(argument, text);
            return super.parse(argument, text);
        }
    }

    private static void checkPattern(String argument, String text) {
        int groups;
        try {
            groups = Pattern.compile(argument).matcher("").groupCount();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' holds no regular expression: " + e.getDescription());
        }
        if (groups != 1) {
            throw new IllegalArgumentException("'" + text + "' must have exactly one group in parentheses, which is the"
                    + " tenant; it has " + groups + ". Write (?:...) for what is not the tenant");
        }
    }

    private final Pattern pattern;

    PatternSource(SourceSpec spec) {
        super(spec);
        this.pattern = Pattern.compile(spec.target());
    }

    final String group(String value) {
        if (value == null) {
            return null;
        }
        Matcher matcher = pattern.matcher(value);
        return matcher.matches() ? matcher.group(1) : null;
    }
}
