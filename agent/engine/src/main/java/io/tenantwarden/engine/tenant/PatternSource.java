package io.tenantwarden.engine.tenant;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request source whose answer is the one group of a pattern that matches the whole value; no match is no answer. */
abstract class PatternSource extends RequestSource {

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
