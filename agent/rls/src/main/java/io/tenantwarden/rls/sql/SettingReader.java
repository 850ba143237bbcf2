package io.tenantwarden.rls.sql;

/**
 * Reads SET, RESET and DISCARD: which setting, to what, for how long, and whether the command must come before the first
 * query of its transaction. Used by one thread; the answer is kept until the next command is read.
 *
 * <p>Grammar: {@code VariableSetStmt}, {@code VariableResetStmt} and {@code DiscardStmt} of {@code gram.y}.
 */
final class SettingReader {

    private final Tokens tokens;

    private SettingChange change;
    private boolean transactionMode;
    private boolean constraints;

    SettingReader(Tokens tokens) {
        this.tokens = tokens;
    }

    /** What the command changes; null when it is no setting. */
    SettingChange change() {
        return change;
    }

    /**
     * Whether PostgreSQL refuses the command with 25001 when a query went before it in the transaction: isolation level,
     * snapshot, READ WRITE, DEFERRABLE ({@code check_transaction_isolation} and its neighbours in {@code variable.c}, and
     * {@code ImportSnapshot}). READ ONLY may come at any time.
     */
    boolean isTransactionMode() {
        return transactionMode;
    }

    /** Whether it is SET CONSTRAINTS: that word is current then, and nothing is read behind it. */
    boolean isConstraints() {
        return constraints;
    }

    /** The current token is SET. Stops behind the value. */
    void set() {
        clear();
        tokens.advance();
        constraints = isPhrase(Words.CONSTRAINTS);
        if (constraints) {
            return;
        }
        boolean local = false;
        if (isPhrase(Words.LOCAL) || isPhrase(Words.SESSION) && tokens.nextWord != Words.AUTHORIZATION) {
            // SESSION CHARACTERISTICS and SESSION AUTHORIZATION may follow either
            local = tokens.word == Words.LOCAL;
            if (tokens.word == Words.LOCAL || tokens.nextWord != Words.CHARACTERISTICS) {
                tokens.advance();
            }
        }
        if (isPhrase(Words.SESSION) && tokens.nextWord == Words.CHARACTERISTICS) {
            return; // of the transactions to come
        }
        if (isPhrase(Words.SESSION) && tokens.nextWord == Words.AUTHORIZATION) {
            tokens.advance();
            tokens.advance();
            setRole("session_authorization", SettingChange.Kind.SET_SESSION_AUTHORIZATION, local);
        } else if (isPhrase(Words.TRANSACTION)) {
            transactionMode = readModes(tokens);
        } else if (isPhrase(Words.ROLE)) {
            tokens.advance();
            setRole("role", SettingChange.Kind.SET_ROLE, local);
        } else if (tokens.isName()) {
            setVariable(local);
        }
    }

    private void clear() {
        change = null;
        transactionMode = false;
        constraints = false;
    }

    /** A word with a meaning of its own here, not the name of a setting: {@code SET session.x = 1}, {@code SET role = x}. */
    private boolean isPhrase(int word) {
        return tokens.word == word
                && tokens.type == SqlLexer.WORD
                && tokens.next.type != SqlLexer.DOT
                && tokens.nextWord != Words.TO
                && !(tokens.next.type == SqlLexer.OPERATOR && tokens.sql.charAt(tokens.next.start) == '=');
    }

    private void setRole(String name, SettingChange.Kind kind, boolean local) {
        change = new SettingChange(name, kind, value(), local);
    }

    private void setVariable(boolean local) {
        boolean zone = isPhrase(Words.TIME);
        boolean isDefault = isPhrase(Words.NAMES) && tokens.next.type == SqlLexer.SEMICOLON
                || isPhrase(Words.NAMES) && tokens.next.type == SqlLexer.EOF;
        String name = name();
        tokens.advance();
        if (tokens.word == Words.TO || tokens.isOperator('=')) {
            tokens.advance();
        }
        SettingValue value = isDefault || zone && tokens.word == Words.LOCAL ? SettingValue.DEFAULT : value();
        boolean reset = value == SettingValue.DEFAULT;
        change = new SettingChange(name, kindOf(name, reset), value, local);
        transactionMode = isMode(name, value);
    }

    private static SettingChange.Kind kindOf(String name, boolean reset) {
        return switch (name) {
            case "role" -> SettingChange.Kind.SET_ROLE;
            case "session_authorization" -> SettingChange.Kind.SET_SESSION_AUTHORIZATION;
            default -> reset ? SettingChange.Kind.RESET : SettingChange.Kind.SET;
        };
    }

    private static boolean isMode(String name, SettingValue value) {
        return switch (name) {
            case "transaction_isolation", "transaction_deferrable" -> true;
            case "transaction_read_only" -> !value.is("on") && !value.is("true");
            default -> false;
        };
    }

    /** The name of a setting, also where SQL has a phrase of its own for it; the last word of it stays current. */
    private String name() {
        if (isPhrase(Words.TIME) && tokens.nextWord == Words.ZONE) {
            tokens.advance();
            return "timezone";
        }
        if (isPhrase(Words.XML) && tokens.nextWord == Words.OPTION) {
            tokens.advance();
            return "xmloption";
        }
        // SET SCHEMA 'x', SET NAMES 'x', SET SEED x: no TO, no equals sign
        if (isPhrase(Words.SCHEMA)) {
            return "search_path";
        }
        if (isPhrase(Words.NAMES)) {
            return "client_encoding";
        }
        if (isPhrase(Words.SEED)) {
            return "seed";
        }
        String name = tokens.name();
        if (tokens.next.type == SqlLexer.DOT) {
            StringBuilder parts = new StringBuilder(name);
            while (tokens.next.type == SqlLexer.DOT) {
                tokens.advance();
                if (!tokens.nextIsName()) {
                    break;
                }
                tokens.advance();
                parts.append('.').append(tokens.name());
            }
            name = parts.toString();
        }
        return TokenText.settingName(name);
    }

    /** The current token is RESET. Stops behind the name. */
    void reset() {
        clear();
        tokens.advance();
        if (tokens.word == Words.ALL) {
            change = reset(null, SettingChange.Kind.RESET_ALL);
        } else if (tokens.word == Words.SESSION && tokens.nextWord == Words.AUTHORIZATION) {
            tokens.advance();
            change = reset("session_authorization", SettingChange.Kind.SET_SESSION_AUTHORIZATION);
        } else if (tokens.word == Words.TRANSACTION && tokens.nextWord == Words.ISOLATION) {
            transactionMode = true;
        } else if (tokens.isName()) {
            String name = name();
            change = reset(name, kindOf(name, true));
            transactionMode = isMode(name, SettingValue.DEFAULT);
        }
        tokens.advanceWithin();
    }

    /** The current token is DISCARD. Stops behind the next one. */
    void discard() {
        clear();
        tokens.advance();
        if (tokens.word == Words.ALL) {
            change = reset(null, SettingChange.Kind.DISCARD_ALL);
        }
        tokens.advanceWithin();
    }

    private static SettingChange reset(String name, SettingChange.Kind kind) {
        return new SettingChange(name, kind, SettingValue.DEFAULT, false);
    }

    // ---------------------------------------------------------------- values

    private SettingValue value() {
        SettingValue value = single();
        return value == SettingValue.DEFAULT || tokens.atEnd() ? value : SettingValue.UNKNOWN;
    }

    /** One value; the token behind it is current afterwards. */
    private SettingValue single() {
        SettingValue value = SettingValue.UNKNOWN;
        boolean negative = tokens.isOperator('-') && tokens.next.type == SqlLexer.NUMBER;
        if (negative) {
            tokens.advance();
        }
        switch (tokens.type) {
            case SqlLexer.STRING -> value = literal(tokens.constant());
            case SqlLexer.NUMBER -> value = literal(number(tokens.sql.substring(tokens.start, tokens.end), negative));
            case SqlLexer.PARAMETER -> {
                int number = parameter(tokens.sql, tokens.start, tokens.end);
                value = number > 0 ? SettingValue.parameter(number) : value;
            }
            case SqlLexer.OPERATOR -> {
                if (tokens.isOperator('?')) {
                    value = SettingValue.parameter(tokens.placeholders());
                }
            }
            case SqlLexer.WORD, SqlLexer.QUOTED, SqlLexer.UNICODE_QUOTED -> {
                if (tokens.word == Words.DEFAULT) {
                    value = SettingValue.DEFAULT;
                } else if (tokens.word != Words.NULL && tokens.word != Words.FROM) {
                    value = SettingValue.literal(tokens.name());
                }
            }
            default -> {
                // nothing that a value begins with
            }
        }
        tokens.advanceWithin();
        return value;
    }

    private static SettingValue literal(String text) {
        return text == null ? SettingValue.UNKNOWN : SettingValue.literal(text);
    }

    /** A number as SET and a cast to text print it; null for the forms of which that is not certain. */
    static String number(String text, boolean negative) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        boolean padded = digits > 1 && text.charAt(0) == '0';
        String plain = text;
        if (digits == text.length()) {
            if (padded && digits > 9) {
                return null;
            }
            plain = padded ? String.valueOf(Integer.parseInt(text)) : text;
        } else {
            boolean fraction = text.charAt(digits) == '.' && digits > 0 && digits + 1 < text.length() && !padded;
            for (int i = digits + 1; i < text.length() && fraction; i++) {
                fraction = text.charAt(i) >= '0' && text.charAt(i) <= '9';
            }
            if (!fraction) {
                return null;
            }
        }
        return negative && !plain.equals("0") ? "-" + plain : plain;
    }

    /** The number of {@code $1}; 0 when it is none that can be bound. */
    static int parameter(String sql, int start, int end) {
        int number = 0;
        for (int i = start + 1; i < end && number <= 65_535; i++) {
            number = number * 10 + sql.charAt(i) - '0';
        }
        return number <= 65_535 ? number : 0;
    }

    /**
     * The current token stands before transaction modes; reads to the end of the statement.
     *
     * @return whether one of them must come before the first query, as in {@link #isTransactionMode}
     */
    static boolean readModes(Tokens tokens) {
        boolean mode = false;
        while (!tokens.atEnd()) {
            tokens.advance();
            mode |= tokens.isWord("isolation")
                    || tokens.isWord("snapshot")
                    || tokens.isWord("deferrable")
                    || tokens.isWord("write");
        }
        return mode;
    }
}
