package io.tenantwarden.rls.sql;

import java.util.HashMap;
import java.util.Map;

/** The words that the parser tells apart. A word that is not here is a name to it. */
final class Words {

    static final int NONE = 0;

    // begin a statement
    static final int SELECT = 1;
    static final int INSERT = 2;
    static final int UPDATE = 3;
    static final int DELETE = 4;
    static final int MERGE = 5;
    static final int WITH = 6;
    static final int VALUES = 7;
    static final int TABLE = 8;
    static final int EXECUTE = 9;
    static final int FETCH = 10;
    static final int MOVE = 11;
    static final int CLOSE = 12;
    static final int DECLARE = 13;
    static final int EXPLAIN = 14;
    static final int CALL = 15;
    static final int DO = 16;
    static final int COPY = 17;
    static final int BEGIN = 18;
    static final int START = 19;
    static final int COMMIT = 20;
    static final int END = 21;
    static final int ROLLBACK = 22;
    static final int ABORT = 23;
    static final int SAVEPOINT = 24;
    static final int RELEASE = 25;
    static final int PREPARE = 26;
    static final int DEALLOCATE = 27;
    static final int DISCARD = 28;
    static final int SET = 29;
    static final int RESET = 30;
    static final int SHOW = 31;
    static final int LISTEN = 32;
    static final int NOTIFY = 33;
    static final int UNLISTEN = 34;
    static final int LOCK = 35;
    static final int TRUNCATE = 36;
    static final int VACUUM = 37;
    static final int ANALYZE = 38;
    static final int CLUSTER = 39;
    static final int REINDEX = 40;
    static final int REFRESH = 41;
    static final int CHECKPOINT = 42;
    static final int LOAD = 43;
    static final int COMMENT = 44;
    static final int GRANT = 45;
    static final int REVOKE = 46;
    static final int CREATE = 47;
    static final int ALTER = 48;
    static final int DROP = 49;
    static final int SECURITY = 50;
    static final int IMPORT = 51;
    static final int REASSIGN = 52;

    // within a query
    static final int FROM = 60;
    static final int JOIN = 61;
    static final int INTO = 62;
    static final int USING = 63;
    static final int ON = 64;
    static final int AS = 65;
    static final int ONLY = 66;
    static final int LATERAL = 67;
    static final int ROWS = 68;
    static final int DISTINCT = 69;
    static final int IS = 70;
    static final int NOT = 71;
    static final int ALL = 72;
    static final int RECURSIVE = 73;
    static final int MATERIALIZED = 74;
    static final int SEARCH = 75;
    static final int CYCLE = 76;
    static final int TEMP = 78;
    static final int UNLOGGED = 79;
    static final int TRUE = 80;
    static final int FALSE = 81;
    static final int NULL = 82;
    static final int IN = 83;
    /** Matters to signs only, as CASE: {@link SqlShape}. */
    static final int BY = 84;

    static final int WHEN = 85;
    static final int DEFAULT = 86;
    /** WHERE, GROUP, ORDER ...: reserved words after which a comma does not bring another table. */
    static final int CLAUSE = 87;
    /** UNION, INTERSECT, EXCEPT. */
    static final int SET_OPERATION = 88;
    /** AND, BETWEEN, THEN ...: what follows is an operand. */
    static final int OPERATOR = 89;

    static final int RETURNING = 90;
    /** CROSS, NATURAL. */
    static final int UNCONDITIONAL = 91;
    /** CURRENT_DATE, SESSION_USER ...: functions without parentheses. */
    static final int VALUE_FUNCTION = 92;

    // within utility statements
    static final int TO = 100;
    static final int FOR = 101;
    static final int OR = 102;
    static final int REPLACE = 103;
    static final int GLOBAL = 104;
    static final int LOCAL = 105;
    static final int SESSION = 106;
    static final int ROLE = 107;
    static final int AUTHORIZATION = 108;
    static final int TRANSACTION = 109;
    static final int CHARACTERISTICS = 110;
    static final int CONSTRAINTS = 111;
    static final int TIME = 112;
    static final int ZONE = 113;
    static final int SCHEMA = 114;
    static final int NAMES = 115;
    static final int SEED = 116;
    static final int XML = 117;
    static final int OPTION = 118;
    static final int PREPARED = 119;
    static final int VERBOSE = 120;
    static final int FULL = 121;
    static final int FREEZE = 122;
    static final int CONCURRENTLY = 123;
    static final int VIEW = 124;
    static final int BINARY = 125;
    static final int IF = 126;
    static final int EXISTS = 127;
    static final int ATOMIC = 128;
    static final int CASE = 129;
    static final int WORK = 130;
    static final int FUNCTION = 131;
    static final int PROCEDURE = 132;
    static final int LANGUAGE = 133;
    static final int POLICY = 134;
    static final int ISOLATION = 136;
    static final int UNIQUE = 137;
    static final int INDEX = 138;
    static final int FOREIGN = 139;
    static final int RULE = 140;
    /** USER, DATABASE, EXTENSION, ROUTINE, SYSTEM, OWNED: DDL of these may change anything. */
    static final int CATALOG_OBJECT = 141;

    /** So many letters make a key that is the word's alone. */
    private static final int EXACT = Long.SIZE / SqlCharacters.CODE_BITS;

    private static final int SLOT_BITS = 9;

    private static final long[] KEYS = new long[1 << SLOT_BITS];
    private static final byte[] CODES = new byte[KEYS.length];
    private static final String[] WORDS = new String[KEYS.length];

    static {
        entries().forEach((word, code) -> {
            long key = 0;
            for (char c : word.toCharArray()) {
                key = key << SqlCharacters.CODE_BITS | SqlCharacters.code(c);
            }
            int slot = slot(key);
            while (WORDS[slot] != null) {
                slot = (slot + 1) % KEYS.length;
            }
            KEYS[slot] = key;
            CODES[slot] = code.byteValue();
            WORDS[slot] = word;
        });
    }

    private static int slot(long key) {
        return (int) (key * 0x9e3779b97f4a7c15L >>> Long.SIZE - SLOT_BITS);
    }

    private static Map<String, Integer> entries() {
        Map<String, Integer> m = new HashMap<>();
        String[] statements = {
            "select",
            "insert",
            "update",
            "delete",
            "merge",
            "with",
            "values",
            "table",
            "execute",
            "fetch",
            "move",
            "close",
            "declare",
            "explain",
            "call",
            "do",
            "copy",
            "begin",
            "start",
            "commit",
            "end",
            "rollback",
            "abort",
            "savepoint",
            "release",
            "prepare",
            "deallocate",
            "discard",
            "set",
            "reset",
            "show",
            "listen",
            "notify",
            "unlisten",
            "lock",
            "truncate",
            "vacuum",
            "analyze",
            "cluster",
            "reindex",
            "refresh",
            "checkpoint",
            "load",
            "comment",
            "grant",
            "revoke",
            "create",
            "alter",
            "drop",
            "security",
            "import",
            "reassign"
        };
        for (int i = 0; i < statements.length; i++) {
            m.put(statements[i], i + 1);
        }
        m.put("analyse", ANALYZE);
        // what CLUSTER is called from PostgreSQL 19 on
        m.put("repack", CLUSTER);
        m.put("from", FROM);
        m.put("join", JOIN);
        m.put("into", INTO);
        m.put("using", USING);
        m.put("on", ON);
        m.put("as", AS);
        m.put("only", ONLY);
        m.put("lateral", LATERAL);
        m.put("rows", ROWS);
        m.put("distinct", DISTINCT);
        m.put("is", IS);
        m.put("not", NOT);
        m.put("all", ALL);
        m.put("recursive", RECURSIVE);
        m.put("materialized", MATERIALIZED);
        m.put("search", SEARCH);
        m.put("cycle", CYCLE);
        m.put("temp", TEMP);
        m.put("temporary", TEMP);
        m.put("unlogged", UNLOGGED);
        m.put("true", TRUE);
        m.put("false", FALSE);
        m.put("null", NULL);
        m.put("in", IN);
        m.put("by", BY);
        m.put("when", WHEN);
        m.put("default", DEFAULT);
        for (String w : new String[] {"where", "group", "having", "window", "order", "limit", "offset"}) {
            m.put(w, CLAUSE);
        }
        m.put("returning", RETURNING);
        m.put("cross", UNCONDITIONAL);
        m.put("natural", UNCONDITIONAL);
        for (String w : new String[] {
            "current_date",
            "current_time",
            "current_timestamp",
            "localtime",
            "localtimestamp",
            "current_role",
            "current_user",
            "session_user",
            "current_catalog",
            "current_schema"
        }) {
            m.put(w, VALUE_FUNCTION);
        }
        for (String w : new String[] {"union", "intersect", "except"}) {
            m.put(w, SET_OPERATION);
        }
        for (String w : new String[] {"and", "between", "like", "ilike", "then", "else", "return"}) {
            m.put(w, OPERATOR);
        }
        m.put("to", TO);
        m.put("for", FOR);
        m.put("or", OR);
        m.put("replace", REPLACE);
        m.put("global", GLOBAL);
        m.put("local", LOCAL);
        m.put("session", SESSION);
        m.put("role", ROLE);
        m.put("authorization", AUTHORIZATION);
        m.put("transaction", TRANSACTION);
        m.put("characteristics", CHARACTERISTICS);
        m.put("constraints", CONSTRAINTS);
        m.put("time", TIME);
        m.put("zone", ZONE);
        m.put("schema", SCHEMA);
        m.put("names", NAMES);
        m.put("seed", SEED);
        m.put("xml", XML);
        m.put("option", OPTION);
        m.put("prepared", PREPARED);
        m.put("verbose", VERBOSE);
        m.put("full", FULL);
        m.put("freeze", FREEZE);
        m.put("concurrently", CONCURRENTLY);
        m.put("view", VIEW);
        m.put("binary", BINARY);
        m.put("if", IF);
        m.put("exists", EXISTS);
        m.put("atomic", ATOMIC);
        m.put("case", CASE);
        m.put("work", WORK);
        m.put("function", FUNCTION);
        m.put("procedure", PROCEDURE);
        m.put("language", LANGUAGE);
        m.put("policy", POLICY);
        for (String w : new String[] {"user", "database", "extension", "routine", "system", "owned"}) {
            m.put(w, CATALOG_OBJECT);
        }
        m.put("foreign", FOREIGN);
        m.put("rule", RULE);
        m.put("isolation", ISOLATION);
        m.put("unique", UNIQUE);
        m.put("index", INDEX);
        return m;
    }

    private Words() {}

    /**
     * Whether it has its meaning behind a complete expression in a list of targets. All other words can be the expression's
     * label there, without AS: {@code select x table from t} (BARE_LABEL in {@code kwlist.h}).
     */
    static boolean needsAs(int word) {
        return switch (word) {
            case FROM, INTO, ON, AS, WITH, FOR, FETCH, CLAUSE, RETURNING, SET_OPERATION, CREATE -> true;
            default -> false;
        };
    }

    /**
     * The code of the word in {@code sql[start, end)}, {@link #NONE} when it is a name.
     *
     * @param key the {@link SqlCharacters#code codes} of its letters, one behind the other
     */
    static int code(String sql, int start, int end, long key) {
        int slot = slot(key);
        while (true) {
            long found = KEYS[slot];
            if (found == key && isWord(WORDS[slot], sql, start, end - start)) {
                return Byte.toUnsignedInt(CODES[slot]);
            }
            if (found == 0) {
                return NONE;
            }
            slot = (slot + 1) % KEYS.length;
        }
    }

    /** Whether a text with the word's key is the word. */
    private static boolean isWord(String word, String sql, int start, int length) {
        return length == word.length() && (length <= EXACT || sql.regionMatches(true, start, word, 0, length));
    }
}
