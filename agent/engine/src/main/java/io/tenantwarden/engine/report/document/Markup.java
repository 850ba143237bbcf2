package io.tenantwarden.engine.report.document;

/** Texts inside XML and HTML, whoever wrote them. */
public final class Markup {

    private Markup() {}

    /**
     * Fit for element content and for attribute values in quotes, whatever is in it. What XML cannot hold at all (XML 1.0, 2.2), and what turns the
     * reading direction, becomes U+FFFD.
     */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append((char) c);
                default -> escaped.appendCodePoint(isVisible(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
