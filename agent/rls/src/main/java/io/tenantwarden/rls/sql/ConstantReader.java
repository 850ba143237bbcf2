package io.tenantwarden.rls.sql;

/**
 * Looks ahead at one argument of a function, and reads it when it is a constant or a parameter: {@code 'a'}, {@code $1::text},
 * {@code cast($1 as text)}, {@code text 'a'}, {@code name => 'a'}. Used by one thread, for one argument.
 */
final class ConstantReader {

    /** What is longer is no constant that anybody writes; the limit keeps the reading linear. */
    private static final int MAX_TOKENS = 32;

    private static final int MAX_DEPTH = 8;

    private enum Kind {
        TEXT,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        PARAMETER
    }

    private final SqlLexer lexer;
    private int tokens;

    private String argument;
    private Kind kind;
    private String text;
    private int parameter;

    /** Reads what stands behind the current token, up to the comma or parenthesis that ends it. */
    ConstantReader(Tokens ahead) {
        lexer = new SqlLexer(ahead.sql, ahead.next.escapes(), ahead.next.start, ahead.sql.length());
        lexer.placeholders = ahead.placeholders();
        next();
        readName();
        if (!constant(0) || lexer.type != SqlLexer.COMMA && lexer.type != SqlLexer.CLOSE) {
            kind = null;
        }
    }

    /** How many characters were looked at. */
    long steps() {
        return lexer.steps;
    }

    /** The name that the argument is given by; null when it is given by its place. */
    String argument() {
        return argument;
    }

    /** Its text, when it is known; else null. */
    String text() {
        return kind == Kind.TEXT ? text : null;
    }

    /** As the new value of a setting. */
    SettingValue value() {
        if (kind == null) {
            return SettingValue.UNKNOWN;
        }
        return switch (kind) {
            case TEXT -> SettingValue.literal(text);
            case NULL -> SettingValue.DEFAULT;
            case PARAMETER -> SettingValue.parameter(parameter);
            case NUMBER, TRUE, FALSE -> SettingValue.UNKNOWN;
        };
    }

    /** As the answer whether a change of a setting is local. */
    SettingChange.Lifetime lifetime() {
        if (kind == Kind.TEXT) {
            toBoolean();
        }
        if (kind == null) {
            return SettingChange.Lifetime.UNKNOWN;
        }
        return switch (kind) {
            case TRUE -> SettingChange.Lifetime.TRANSACTION;
            case FALSE, NULL -> SettingChange.Lifetime.SESSION;
            case PARAMETER -> SettingChange.Lifetime.PARAMETER;
            case TEXT, NUMBER -> SettingChange.Lifetime.UNKNOWN;
        };
    }

    /** The number of the parameter, 0 when it is none. */
    int parameter() {
        return kind == Kind.PARAMETER ? parameter : 0;
    }

    private void next() {
        tokens++;
        lexer.next();
    }

    private boolean isName() {
        return lexer.type >= SqlLexer.WORD && lexer.type <= SqlLexer.UNICODE_QUOTED;
    }

    private String name() {
        return TokenText.name(lexer.sql, lexer.type, lexer.start, lexer.bodyEnd, lexer.escape);
    }

    private boolean isOperator(char c) {
        return lexer.type == SqlLexer.OPERATOR && lexer.sql.charAt(lexer.start) == c;
    }

    /** {@code name =>} or {@code name :=}. */
    private void readName() {
        if (!isName()) {
            return;
        }
        int after = lexer.end;
        SqlLexer arrow = new SqlLexer(lexer.sql, lexer.escapes(), after, Math.min(after + 64, lexer.sql.length()));
        arrow.next();
        char first = arrow.type == SqlLexer.OPERATOR ? lexer.sql.charAt(arrow.start) : 0;
        int second = arrow.end;
        if ((first == '=' || first == ':')
                && second < lexer.sql.length()
                && lexer.sql.charAt(second) == (first == '=' ? '>' : '=')) {
            argument = name();
            next();
            next();
            next();
        }
    }

    // ---------------------------------------------------------------- expressions

    private boolean constant(int depth) {
        if (depth > MAX_DEPTH || !primary(depth)) {
            return false;
        }
        while (tokens < MAX_TOKENS) {
            if (lexer.type == SqlLexer.CAST) {
                next();
                if (!cast()) {
                    return false;
                }
            } else if (lexer.type == SqlLexer.WORD && name().equals("collate")) {
                next();
                String last = null;
                while (isName()) {
                    last = name();
                    next();
                    if (lexer.type != SqlLexer.DOT) {
                        break;
                    }
                    next();
                }
                if (last == null) {
                    return false;
                }
            } else {
                return true;
            }
        }
        return false;
    }

    private boolean primary(int depth) {
        switch (lexer.type) {
            case SqlLexer.STRING:
                return string();
            case SqlLexer.NUMBER:
                kind = Kind.NUMBER;
                text = SettingReader.number(lexer.sql.substring(lexer.start, lexer.end), false);
                next();
                return text != null;
            case SqlLexer.PARAMETER:
                kind = Kind.PARAMETER;
                parameter = SettingReader.parameter(lexer.sql, lexer.start, lexer.end);
                next();
                return parameter > 0;
            case SqlLexer.OPERATOR:
                if (!isOperator('?')) {
                    return false;
                }
                kind = Kind.PARAMETER;
                parameter = lexer.placeholders;
                next();
                return true;
            case SqlLexer.OPEN:
                next();
                return constant(depth + 1) && closes();
            case SqlLexer.WORD, SqlLexer.QUOTED, SqlLexer.UNICODE_QUOTED:
                return word(depth);
            default:
                return false;
        }
    }

    private boolean closes() {
        if (lexer.type != SqlLexer.CLOSE) {
            return false;
        }
        next();
        return true;
    }

    private boolean string() {
        kind = Kind.TEXT;
        text = TokenText.constant(lexer.sql, lexer.start, lexer.bodyEnd, lexer.escape, lexer.escapes());
        next();
        return text != null;
    }

    private boolean word(int depth) {
        int code = lexer.word();
        switch (code) {
            case Words.TRUE, Words.FALSE, Words.NULL:
                kind = code == Words.TRUE ? Kind.TRUE : code == Words.FALSE ? Kind.FALSE : Kind.NULL;
                next();
                return true;
            default:
                break;
        }
        if (lexer.type == SqlLexer.WORD && name().equals("cast")) {
            next();
            if (lexer.type != SqlLexer.OPEN) {
                return false;
            }
            next();
            if (!constant(depth + 1) || lexer.type != SqlLexer.WORD || !name().equals("as")) {
                return false;
            }
            next();
            return cast() && closes();
        }
        // text 'a'
        String type = type();
        return type != null && lexer.type == SqlLexer.STRING && string() && convert(type);
    }

    // ---------------------------------------------------------------- types

    private boolean cast() {
        String type = type();
        return type != null && convert(type);
    }

    /** The name of a type without arguments and dimensions; null when it is not so simple. */
    private String type() {
        String qualifier = null;
        while (isName() && tokens < MAX_TOKENS) {
            String name = name();
            boolean plain = lexer.type == SqlLexer.WORD;
            next();
            if (lexer.type == SqlLexer.DOT) {
                qualifier = name;
                next();
                continue;
            }
            if (plain && name.equals("character") && lexer.type == SqlLexer.WORD && name().equals("varying")) {
                name = "varchar";
                next();
            }
            boolean simple = lexer.type != SqlLexer.OPEN && lexer.type != SqlLexer.OPEN_BRACKET;
            return simple && (qualifier == null || qualifier.equals("pg_catalog")) ? name : null;
        }
        return null;
    }

    /** What the value is after a cast; false when that is not known. */
    private boolean convert(String type) {
        if (kind == Kind.NULL) {
            return true;
        }
        switch (type) {
            case "text", "varchar":
                if (kind == Kind.TRUE || kind == Kind.FALSE) {
                    text = kind == Kind.TRUE ? "true" : "false";
                }
                kind = kind == Kind.PARAMETER ? kind : Kind.TEXT;
                return true;
            case "name":
                return kind == Kind.TEXT && TokenText.fitsName(text);
            case "bool", "boolean":
                if (kind == Kind.TEXT) {
                    toBoolean();
                } else if (kind == Kind.NUMBER) {
                    kind = text.matches("0|[1-9]\\d{0,8}") ? (text.equals("0") ? Kind.FALSE : Kind.TRUE) : null;
                }
                return kind != null;
            default:
                return false;
        }
    }

    /** As {@code parse_bool} of the server: unique beginnings count. */
    private void toBoolean() {
        String s = text.strip().toLowerCase(java.util.Locale.ROOT);
        if (s.equals("1") || s.equals("on") || !s.isEmpty() && ("true".startsWith(s) || "yes".startsWith(s))) {
            kind = Kind.TRUE;
        } else if (s.equals("0")
                || s.length() > 1 && "off".startsWith(s)
                || !s.isEmpty() && ("false".startsWith(s) || "no".startsWith(s))) {
            kind = Kind.FALSE;
        } else {
            kind = null;
        }
    }
}
