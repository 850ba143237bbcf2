package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the body of a function, a procedure or a DO block does, as far as its text says: the relations that its statements
 * name, the functions that they call, the settings that they set. Of SQL that is put together while it runs, the constants
 * in it are read, and {@link #dynamic()} says that there may be more. Immutable and thread-safe. Takes time linear in the
 * length of the text.
 */
public final class Program {

    /** Nothing is known of it. */
    public static final Program OPAQUE = new Program(true);

    /** Constants in constants, DO blocks in DO blocks: what lies deeper is not looked at. */
    private static final int MAX_LEVEL = 4;

    private final RelationList relations = new RelationList();
    private final List<Write> writes = new ArrayList<>(0);
    private final Set<FunctionCall> calls = new LinkedHashSet<>(4);
    private final Set<String> settings = new LinkedHashSet<>(1);
    private final Set<String> changed = new LinkedHashSet<>(1);
    private final Set<String> kept = new LinkedHashSet<>(1);
    private boolean dynamic;

    private Program(boolean dynamic) {
        this.dynamic = dynamic;
    }

    /**
     * Reads a body.
     *
     * @param source as {@code pg_proc.prosrc} has it, or the constant of DO
     * @param language as {@code pg_language} names it; of others than SQL and PL/pgSQL the constants are read that look like
     *     SQL
     * @param escapes whether a backslash escapes in every string constant: {@code standard_conforming_strings = off}
     */
    public static Program read(String source, String language, boolean escapes) {
        Program program = new Program(false);
        program.read(source, language, escapes, 0);
        return program;
    }

    private void read(String source, String language, boolean escapes, int level) {
        if (level > MAX_LEVEL || source.length() > SqlStatement.MAX_LENGTH) {
            dynamic = true;
            return;
        }
        switch (language.toLowerCase(Locale.ROOT)) {
            case "sql" -> new Reading(escapes, level).sql(source);
            case "plpgsql" -> {
                Reading reading = new Reading(escapes, level);
                new PlpgsqlReader(source, escapes, reading).run();
                reading.end();
            }
            default -> {
                dynamic = true;
                new Reading(escapes, level).foreign(source);
            }
        }
    }

    /** The relations that its statements name, without duplicates; rather one too many. */
    public List<Relation> relations() {
        return relations.toList();
    }

    /** As {@link SqlStatement#events}. */
    public int events(Relation relation) {
        int events = 0;
        for (Write write : writes) {
            events |= write.relation().equals(relation) ? write.events() : 0;
        }
        return events;
    }

    /** The functions that it calls and that are not known to be harmless. */
    public Set<FunctionCall> calls() {
        return Collections.unmodifiableSet(calls);
    }

    /** The settings to which it gives a value, in lower case; those that it clears are not among them. */
    public Set<String> settings() {
        return Collections.unmodifiableSet(settings);
    }

    /** The settings that it changes by name, in lower case, those that it clears included. */
    public Set<String> changedSettings() {
        return Collections.unmodifiableSet(changed);
    }

    /** Those of the {@link #changedSettings()} that keep their value beyond the transaction. */
    public Set<String> keptSettings() {
        return Collections.unmodifiableSet(kept);
    }

    /** Whether it runs SQL that its text does not say in full: EXECUTE of what is computed, or another language. */
    public boolean dynamic() {
        return dynamic;
    }

    /** What {@link PlpgsqlReader} finds in one text. */
    final class Reading {

        private final boolean escapes;
        private final int level;
        /** Constants that begin like SQL: they count where something is executed that is not written out. */
        private final List<String> candidates = new ArrayList<>(0);

        private boolean executes;

        private Reading(boolean escapes, int level) {
            this.escapes = escapes;
            this.level = level;
        }

        /** Statements, which run. */
        void sql(String text) {
            StatementFacts facts = new SqlParser(text, escapes).run();
            dynamic |= !facts.parsed;
            for (Relation relation : facts.relations.toList()) {
                if (!relation.creates()) {
                    relations.add(relation);
                }
            }
            writes.addAll(facts.writes());
            if (facts.calls != null) {
                calls.addAll(facts.calls);
            }
            for (SettingChange change : facts.settings) {
                boolean clears = change.value().kind() == SettingValue.Kind.DEFAULT
                        || change.value().kind() == SettingValue.Kind.LITERAL
                                && change.value().text().isEmpty();
                if (change.name() == null) {
                    continue;
                }
                changed.add(change.name());
                if (!clears) {
                    settings.add(change.name());
                }
                if (change.lifetime() != SettingChange.Lifetime.TRANSACTION && !clears) {
                    kept.add(change.name());
                }
            }
            for (String[] body : facts.bodies) {
                read(body[0], body[1], escapes, level + 1);
            }
        }

        /** An expression, whose value is used: PL/pgSQL runs it as a query. */
        void expression(String text) {
            if (!text.isBlank()) {
                sql("select " + text);
            }
        }

        /** An expression, whose value may be executed later. */
        void assigned(String text) {
            expression(text);
            constants(text, candidates);
        }

        /** An expression, whose value is executed. */
        void execute(String text) {
            Tokens tokens = new Tokens(new SqlLexer(text, escapes));
            if (tokens.type == SqlLexer.STRING && tokens.next.type == SqlLexer.EOF && tokens.constant() != null) {
                deeper(tokens.constant());
                return;
            }
            executes = true;
            dynamic = true;
            expression(text);
            List<String> parts = new ArrayList<>();
            constants(text, parts);
            parts.forEach(this::deeper);
        }

        private void deeper(String text) {
            if (level < MAX_LEVEL) {
                new Reading(escapes, level + 1).part(text);
            } else {
                dynamic = true;
            }
        }

        /** A part of a statement: that it does not parse says nothing. */
        private void part(String text) {
            boolean before = dynamic;
            sql(text);
            dynamic = before;
        }

        private void constants(String text, List<String> found) {
            Tokens tokens = new Tokens(new SqlLexer(text, escapes));
            while (tokens.type != SqlLexer.EOF) {
                if (tokens.type == SqlLexer.STRING) {
                    String constant = tokens.constant();
                    if (constant != null && !constant.isBlank()) {
                        found.add(constant);
                    }
                }
                tokens.advance();
            }
        }

        /** The text has ended. */
        private void end() {
            if (executes) {
                candidates.stream().filter(Reading::looksLikeSql).forEach(this::deeper);
            }
        }

        /** Source in a language that is not read: whatever stands in quotes and begins like SQL. */
        private void foreign(String source) {
            Tokens tokens = new Tokens(new SqlLexer(source, escapes));
            while (tokens.type != SqlLexer.EOF) {
                if (tokens.type == SqlLexer.STRING || tokens.type == SqlLexer.QUOTED) {
                    int from = Math.min(tokens.start + 1, tokens.end);
                    String text = source.substring(from, Math.max(from, tokens.bodyEnd() - 1));
                    if (looksLikeSql(text)) {
                        deeper(text);
                    }
                }
                tokens.advance();
            }
        }

        private static boolean looksLikeSql(String text) {
            Tokens tokens = new Tokens(new SqlLexer(text, false));
            return tokens.type == SqlLexer.WORD
                    && (QueryReader.begins(tokens.word) || tokens.word == Words.CALL)
                    && tokens.next.type != SqlLexer.EOF;
        }
    }
}
