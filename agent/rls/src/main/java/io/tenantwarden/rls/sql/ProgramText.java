package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the text of a program says, a DO body or a function's source: the settings that it sets by name, those that it reads,
 * the functions that it calls. Constants in it are read as SQL too, because it may execute them; what it computes is not
 * seen. Immutable and thread-safe. Takes time linear in the length of the text.
 */
public final class ProgramText {

    /** Constants in constants in constants: what lies deeper is not looked at. */
    private static final int MAX_LEVEL = 4;

    /** What may stand before a parenthesis where a value is handed on: casts, types, comparisons. */
    private static final Set<String> HANDS_ON = Set.of(
            "and",
            "as",
            "bigint",
            "bpchar",
            "case",
            "cast",
            "char",
            "char_length",
            "character",
            "coalesce",
            "current_setting",
            "decimal",
            "else",
            "elsif",
            "if",
            "in",
            "int",
            "int2",
            "int4",
            "int8",
            "integer",
            "is",
            "length",
            "name",
            "not",
            "nullif",
            "numeric",
            "or",
            "return",
            "select",
            "smallint",
            "text",
            "then",
            "using",
            "uuid",
            "values",
            "varchar",
            "when",
            "where");

    private static final String COMPUTING_OPERATORS = "|+-*/#%&";

    private final List<SettingChange> settings = new ArrayList<>(0);
    private final Set<String> settingsRead = new TreeSet<>();
    private final Set<String> calls = new TreeSet<>();
    private final boolean escapes;
    private boolean mentionsDdl;
    private boolean computes;
    private long steps;

    private ProgramText(boolean escapes) {
        this.escapes = escapes;
    }

    /**
     * Reads the source of a function, or the body of DO.
     *
     * @param language as {@code pg_language} names it; in others than SQL and PL/pgSQL everything that looks like SQL counts
     * @param escapes whether a backslash escapes in every string constant: {@code standard_conforming_strings = off}
     */
    public static ProgramText read(String source, String language, boolean escapes) {
        ProgramText text = new ProgramText(escapes);
        boolean sql = "plpgsql".equals(language) || "sql".equals(language);
        text.read(source, sql, 0);
        return text;
    }

    /** The settings that it sets by name or resets, in order of appearance, also where a condition may keep it from that. */
    public List<SettingChange> settings() {
        return List.copyOf(settings);
    }

    /** The settings that it reads by name with {@code current_setting}, in lower case, sorted. */
    public Set<String> settingsRead() {
        return Collections.unmodifiableSet(settingsRead);
    }

    /** The unqualified names of the functions that it calls and that are not known to be harmless, sorted. */
    public Set<String> calls() {
        return Collections.unmodifiableSet(calls);
    }

    /** Whether it may give something else than it reads of settings: it reads rows, joins or changes strings. What functions do that it calls is not looked at. */
    public boolean computes() {
        return computes;
    }

    /** Whether the words CREATE, ALTER, DROP or EXECUTE occur, wherever. */
    boolean mentionsDdl() {
        return mentionsDdl;
    }

    /** How much work it was: what the tests count. */
    long steps() {
        return steps;
    }

    private void read(String text, boolean sql, int level) {
        if (text.length() <= SqlStatement.MAX_LENGTH) {
            new Walk(text, sql, level).run();
        }
    }

    /** One text, or one constant in it. */
    private final class Walk {

        private final Tokens tokens;
        private final QualifiedName name;
        private final SettingReader reader;
        private final ConfigCalls config = new ConfigCalls();
        private final boolean sql;
        private final int level;

        private int depth;
        /** Whether a statement may begin with the current token. */
        private boolean begins = true;
        /** Whether the statement is RAISE, which executes nothing. */
        private boolean raise;

        Walk(String text, boolean sql, int level) {
            this.tokens = new Tokens(new SqlLexer(text, escapes));
            this.name = new QualifiedName(tokens);
            this.reader = new SettingReader(tokens);
            this.sql = sql;
            this.level = level;
        }

        void run() {
            while (tokens.type != SqlLexer.EOF) {
                switch (tokens.type) {
                    case SqlLexer.WORD -> word();
                    case SqlLexer.QUOTED, SqlLexer.UNICODE_QUOTED -> quoted();
                    case SqlLexer.STRING -> {
                        if (!raise) {
                            inside(constant());
                        }
                        next();
                    }
                    case SqlLexer.OPEN -> {
                        depth++;
                        next();
                    }
                    case SqlLexer.CLOSE -> {
                        depth--;
                        if (config.isAt(depth)) {
                            settings.add(config.close());
                        }
                        next();
                    }
                    case SqlLexer.COMMA -> {
                        if (config.isAt(depth - 1)) {
                            config.comma(tokens);
                        }
                        next();
                    }
                    case SqlLexer.SEMICOLON -> {
                        raise = false;
                        tokens.advance();
                        begins = true;
                    }
                    case SqlLexer.OPERATOR -> {
                        computes |= COMPUTING_OPERATORS.indexOf(tokens.sql.charAt(tokens.start)) >= 0;
                        boolean label = tokens.isOperator('>');
                        tokens.advance();
                        // <<label>> statement
                        begins = label;
                    }
                    default -> next();
                }
            }
            steps += tokens.next.steps + config.steps;
        }

        private void next() {
            tokens.advance();
            begins = false;
        }

        private void word() {
            int word = tokens.word;
            switch (word) {
                case Words.CREATE, Words.ALTER, Words.DROP, Words.EXECUTE -> mentionsDdl = true;
                default -> {
                    // not of interest here
                }
            }
            boolean command = (begins || !sql) && tokens.next.type != SqlLexer.DOT;
            if (command && (word == Words.SET || word == Words.RESET || word == Words.DISCARD)) {
                setting(word);
                return;
            }
            computes |= word == Words.FROM && tokens.previousWord != Words.DISTINCT;
            raise |= begins && tokens.isWord("raise");
            boolean before = word == Words.BEGIN || word == Words.OPERATOR || tokens.isWord("loop");
            name();
            // THEN, ELSE and LOOP are followed by statements
            begins = before;
        }

        private void setting(int word) {
            begins = false;
            switch (word) {
                case Words.SET -> reader.set();
                case Words.RESET -> reader.reset();
                default -> reader.discard();
            }
            if (reader.change() != null) {
                settings.add(reader.change());
            }
        }

        private void quoted() {
            if (!sql && tokens.type == SqlLexer.QUOTED) {
                // a string, in most languages
                String text = tokens.sql.substring(tokens.start + 1, Math.max(tokens.start + 1, tokens.bodyEnd() - 1));
                inside(text);
            }
            name();
            begins = false;
        }

        /** The text of the current constant; of one without an end, everything up to there. */
        private String constant() {
            String text = tokens.constant();
            return text != null || tokens.next.type != SqlLexer.EOF
                    ? text
                    : tokens.sql.substring(Math.min(tokens.start + 1, tokens.end), tokens.end);
        }

        private void inside(String text) {
            if (text != null && level < MAX_LEVEL) {
                read(text, sql, level + 1);
            }
        }

        private void name() {
            name.read();
            if (tokens.next.type != SqlLexer.OPEN) {
                tokens.advance();
                return;
            }
            int known = name.function();
            if (known == HarmlessFunctions.UNKNOWN || known == HarmlessFunctions.AFTER_OPERAND) {
                calls.add(name.name());
            } else {
                computes |= !HANDS_ON.contains(name.name());
            }
            boolean current = !name.isQualified() || "pg_catalog".equals(name.qualifier());
            current &= name.name().equals("current_setting");
            tokens.advance();
            if (known == HarmlessFunctions.SET_CONFIG) {
                config.open(tokens, depth);
            } else if (current) {
                String setting = new ConstantReader(tokens).text();
                if (setting != null) {
                    settingsRead.add(TokenText.settingName(setting));
                }
            }
        }
    }
}
