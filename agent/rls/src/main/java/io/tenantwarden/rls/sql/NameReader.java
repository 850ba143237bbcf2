package io.tenantwarden.rls.sql;

/**
 * Reads the names in queries and decides by their place what they are: a table, a function that is called, or anything else.
 * Opens parentheses. Used by one thread.
 */
final class NameReader {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final QualifiedName name;
    private final Frames frames;
    private final WithReader with;
    private ConfigCalls configCalls;
    private CallReader calls;

    /** Whether the next table is created by SELECT ... INTO, and whether as a temporary one. */
    private boolean creates;

    private boolean createsTemporary;

    NameReader(Tokens tokens, StatementFacts facts, QualifiedName name, Frames frames, WithReader with) {
        this.tokens = tokens;
        this.facts = facts;
        this.name = name;
        this.frames = frames;
        this.with = with;
    }

    /** A statement begins. */
    void begin() {
        creates = false;
    }

    /** The statement ended with parentheses open. */
    void giveUp() {
        if (configCalls != null) {
            configCalls.clear();
        }
        if (calls != null) {
            calls.giveUp();
        }
    }

    long steps() {
        return configCalls == null ? 0 : configCalls.steps;
    }

    /** The next table is the new one of SELECT ... INTO. */
    void createsNext(boolean temporary) {
        creates = true;
        createsTemporary = temporary;
    }

    /** The current token is the opening parenthesis. */
    void open(byte kind, byte state, byte parentState) {
        frames.state(parentState);
        frames.push(kind, state);
        with.opened();
        frames.operand = false;
        tokens.advance();
    }

    /** The current token is a comma between the arguments of set_config. */
    void configComma() {
        configCalls.comma(tokens);
    }

    /** The current token is a comma, between the arguments of a call perhaps. */
    void comma() {
        if (calls != null) {
            calls.comma(frames.depth());
        }
    }

    /** The current token closes a parenthesis; the frame is still there. */
    void closes() {
        if (calls != null) {
            calls.close(frames.depth());
        }
    }

    /** The INSERT may change rows instead: ON CONFLICT. */
    void upserts() {
        facts.upserts = true;
    }

    /** The arguments of set_config end. */
    void configClosed() {
        facts.setting(configCalls.close());
    }

    /** The current token begins a name. */
    void read() {
        if (frames.state() == Frames.TABLE) {
            table();
            return;
        }
        name.read();
        boolean call = tokens.next.type == SqlLexer.OPEN && frames.state() != Frames.AFTER_TABLE;
        boolean afterOperand = frames.operand;
        frames.expression();
        frames.operand = true;
        if (call) {
            function(afterOperand);
        } else {
            tokens.advance();
        }
    }

    /** The current token begins a name that is none of these, whatever word it looks like: a label, a field, a type. */
    void readOther() {
        if (tokens.isName()) {
            name.read();
            tokens.advance();
        }
        frames.operand = true;
    }

    private void table() {
        if (tokens.word == Words.ROWS && tokens.nextWord == Words.FROM) {
            // ROWS FROM (f(), g()): the functions stand in the parenthesis
            tokens.advance();
            tokens.advance();
            if (tokens.type == SqlLexer.OPEN) {
                open(Frames.GROUP, Frames.EXPRESSION, Frames.AFTER_TABLE);
            }
            return;
        }
        boolean write = frames.is(Frames.WRITE);
        boolean collation = tokens.nextWord == Words.FOR && tokens.isWord("collation");
        if (collation || tokens.word == Words.VALUE_FUNCTION && !write) {
            // COLLATION FOR (x), CURRENT_DATE
            frames.state(Frames.AFTER_TABLE);
            tokens.advance();
            if (collation) {
                tokens.advance();
            }
            return;
        }
        int position = tokens.start;
        name.read();
        frames.state(Frames.AFTER_TABLE);
        if (tokens.next.type == SqlLexer.OPEN && !write) {
            function(false);
            return;
        }
        frames.unset(Frames.WRITE);
        relation(write, position);
        tokens.advance();
    }

    private void relation(boolean write, int position) {
        Relation relation = new Relation(name.qualifier(), name.name(), write, creates);
        facts.writes |= write;
        if (write && !creates) {
            facts.written(relation, TriggerEvents.of(frames.verb()));
        }
        if (write && relation.name().equals("pg_settings")) {
            // an UPDATE of this view is set_config
            facts.setting(SettingChange.anything());
        }
        if (creates) {
            creates = false;
            facts.creates(relation, createsTemporary);
        }
        with.name(relation, position);
    }

    /** A call; an opening parenthesis is next. */
    private void function(boolean afterOperand) {
        int known = name.function();
        boolean unknown =
                known == HarmlessFunctions.UNKNOWN || known == HarmlessFunctions.AFTER_OPERAND && !afterOperand;
        String schema = unknown ? name.qualifier() : null;
        String called = unknown ? name.name() : null;
        boolean graph = known == HarmlessFunctions.GRAPH && frames.state() == Frames.AFTER_TABLE;
        if (graph) {
            facts.parsed = false; // its tables are not named in the statement
        }
        tokens.advance();
        if (known == HarmlessFunctions.SET_CONFIG) {
            if (configCalls == null) {
                configCalls = new ConfigCalls();
            }
            configCalls.open(tokens, frames.depth());
        }
        open(Frames.GROUP, graph ? Frames.TABLE : Frames.FIRST, frames.state());
        if (unknown) {
            facts.unknownFunction();
            if (calls == null) {
                calls = new CallReader(facts);
            }
            calls.open(schema, called, frames.depth(), tokens);
        }
        if (known == HarmlessFunctions.SET_CONFIG) {
            frames.set(Frames.CONFIG);
        } else if (known == HarmlessFunctions.WITH_FROM) {
            frames.set(Frames.FROM_IN_ARGUMENTS);
        }
    }
}
