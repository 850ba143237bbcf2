package io.tenantwarden.rls.sql;

import java.util.List;
import java.util.Random;

/** Spells names, constants and blanks in all the ways that PostgreSQL reads as the same. */
final class SqlSpelling {

    /** A blank that stays one: it is part of a name or constant. */
    static final char SPACE = '\u0002';

    private static final String ESCAPES = "!#%&*/:;<=>?@^_`|~ghkZ$";

    private static final List<String> BLANKS = List.of(
            " ",
            " ",
            " ",
            " ",
            "\n",
            "\t",
            "  ",
            " /* from b */ ",
            " -- from b\n",
            "/**/",
            " /* ' /* $$ */ \" */ ",
            "\r\n");

    private final Random random;

    SqlSpelling(Random random) {
        this.random = random;
    }

    private int pick(int n) {
        return random.nextInt(n);
    }

    /** Something that separates two tokens. */
    String blank() {
        return BLANKS.get(pick(BLANKS.size()));
    }

    /**
     * A name.
     *
     * @param plain whether it may stand without quotes, in any case
     */
    String name(String name, boolean plain) {
        String spelled = switch (pick(plain ? 9 : 4)) {
            case 0, 1 -> quoted(name);
            case 2 -> unicode(name, '"', '\\');
            case 3 -> {
                char escape = ESCAPES.charAt(pick(ESCAPES.length()));
                yield unicode(name, '"', escape)
                        + blank()
                        + word("uescape")
                        + blank()
                        + constant(String.valueOf(escape));
            }
            case 4 -> word(name);
            default -> name;
        };
        return spelled.replace(' ', SPACE);
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A word of the language, in any case. */
    String word(String word) {
        StringBuilder b = new StringBuilder(word.length());
        for (char c : word.toCharArray()) {
            b.append(pick(2) == 0 ? Character.toUpperCase(c) : c);
        }
        return b.toString();
    }

    /** {@code U&"..."} or {@code U&'...'}, with some characters escaped. */
    private String unicode(String text, char quote, char escape) {
        StringBuilder b = new StringBuilder(pick(2) == 0 ? "U&" : "u&").append(quote);
        for (char c : text.toCharArray()) {
            if (pick(4) == 0 || c == escape && pick(2) == 0) {
                b.append(escape).append(pick(2) == 0 ? "%04x".formatted((int) c) : "+%06X".formatted((int) c));
            } else if (c == escape || c == quote) {
                b.append(c).append(c);
            } else {
                b.append(c);
            }
        }
        return b.append(quote).toString();
    }

    /** A string constant that can stand behind UESCAPE, too. */
    String constant(String text) {
        return switch (text.contains("$") ? 0 : pick(6)) {
            case 0 -> "E" + escaped(text);
            case 1 -> "$$" + text + "$$";
            case 2 -> "$q$" + text + "$q$";
            case 3 -> {
                int cut = pick(text.length() + 1);
                yield plain(text.substring(0, cut))
                        + (pick(2) == 0 ? " -- it's\n " : "\n")
                        + plain(text.substring(cut));
            }
            default -> plain(text);
        };
    }

    /** A string constant of any kind. */
    String anyConstant(String text) {
        String spelled = switch (pick(8)) {
            case 0 -> unicode(text, '\'', '\\');
            case 1 -> {
                char escape = ESCAPES.charAt(pick(ESCAPES.length()));
                yield unicode(text, '\'', escape)
                        + blank()
                        + word("uescape")
                        + blank()
                        + constant(String.valueOf(escape));
            }
            case 2 -> "e" + escaped(text);
            default -> constant(text);
        };
        return spelled.replace(' ', SPACE);
    }

    private static String plain(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private String escaped(String text) {
        StringBuilder b = new StringBuilder("'");
        for (char c : text.toCharArray()) {
            // bytes of UTF-8 would have to be written for others
            switch (c < 128 ? pick(8) : 2 + pick(6)) {
                case 0 -> b.append("\\x%02x".formatted((int) c));
                case 1 -> b.append("\\%03o".formatted((int) c));
                case 2 -> b.append("\\u%04x".formatted((int) c));
                case 3 -> b.append("\\U%08X".formatted((int) c));
                default -> b.append(c == '\'' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return b.append('\'').toString();
    }
}
