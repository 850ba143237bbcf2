package io.tenantwarden.rls.tenant;

import java.util.regex.Pattern;

/** Text as a POSIX shell takes it, so that what a message says can be pasted. Stateless. */
final class ShellText {

    private static final Pattern PLAIN = Pattern.compile("[\\w.,/-]+");

    private ShellText() {}

    static String quote(String text) {
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
