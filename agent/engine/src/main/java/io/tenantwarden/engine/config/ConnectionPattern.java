package io.tenantwarden.engine.config;

/**
 * A pattern over {@code user@url} of a connection. Immutable.
 *
 * @param text the pattern, {@code *} stands for any characters. It may hold credentials: not for logs
 */
public record ConnectionPattern(String text) {

    /**
     * Whether this connection is meant.
     *
     * @param user name of the database user; null counts as empty
     * @param url the JDBC URL
     */
    public boolean matches(String user, String url) {
        return Glob.matches(text, (user == null ? "" : user).concat("@").concat(url), (char) 0);
    }

    static ConnectionPattern parse(String text) {
        if (text.indexOf('@') < 0) {
            throw new IllegalArgumentException(
                    "a pattern without @ matches nothing; write user@url, for instance metrics@* or *@jdbc:postgresql://*/reporting");
        }
        boolean everything = true;
        for (int i = 0; i < text.length(); i++) {
            everything &= text.charAt(i) == '*' || text.charAt(i) == '@';
        }
        if (everything) {
            throw new IllegalArgumentException(
                    "a pattern that leaves every connection alone switches Warden off unseen; set warden.mode=off instead");
        }
        return new ConnectionPattern(text);
    }

    @Override
    public String toString() {
        return "ConnectionPattern[***]";
    }
}
