package io.tenantwarden.rls.sql;

/**
 * Reads CREATE: what is created, for whom, and the query of CREATE TABLE AS and of views, which {@link QueryReader} goes on
 * with. Used by one thread.
 */
final class CreateReader {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final SqlParser parser;
    private final DdlScan scan;

    private boolean temporary;
    private boolean recursive;

    CreateReader(Tokens tokens, StatementFacts facts, SqlParser parser, DdlScan scan) {
        this.tokens = tokens;
        this.facts = facts;
        this.parser = parser;
        this.scan = scan;
    }

    /** The current token is CREATE. Returns whether a query, or EXECUTE, is current afterwards. */
    boolean read() {
        scan.advance();
        readModifiers();
        switch (tokens.word) {
            case Words.TABLE -> {
                scan.advance();
                return table();
            }
            case Words.MATERIALIZED -> {
                scan.advance();
                scan.advance();
                return materializedView();
            }
            case Words.VIEW -> {
                scan.advance();
                return view();
            }
            case Words.FOREIGN -> {
                if (tokens.nextWord == Words.TABLE) {
                    scan.advance();
                    scan.advance();
                    return table();
                }
                anything(true);
            }
            case Words.UNIQUE, Words.INDEX -> index();
            case Words.POLICY -> onTable(Words.ON);
            case Words.RULE -> onTable(Words.TO);
            case Words.SCHEMA -> schema();
            case Words.FUNCTION, Words.PROCEDURE -> function();
            case Words.ROLE, Words.CATALOG_OBJECT -> anything(true);
            default -> others();
        }
        return false;
    }

    private void readModifiers() {
        temporary = false;
        recursive = false;
        while (tokens.word == Words.OR
                || tokens.word == Words.REPLACE
                || tokens.word == Words.GLOBAL
                || tokens.word == Words.LOCAL
                || tokens.word == Words.TEMP
                || tokens.word == Words.UNLOGGED
                || tokens.word == Words.RECURSIVE
                || tokens.isWord("constraint")) {
            temporary |= tokens.word == Words.TEMP;
            recursive |= tokens.word == Words.RECURSIVE;
            scan.advance();
        }
    }

    private void others() {
        if (tokens.isWord("trigger")) {
            onTable(Words.ON);
        } else if (tokens.isWord("sequence")) {
            sequence();
        } else if (tokens.isWord("property") && tokens.nextIsWord("graph")) {
            facts.keyword(Keyword.CREATE);
            scan.advance();
            scan.advance();
            created();
            scan.finish();
        } else {
            anything(tokens.isWord("group") || tokens.isWord("aggregate"));
        }
    }

    /** What its names do not confine. */
    private void anything(boolean changesCatalog) {
        facts.keyword(Keyword.CREATE);
        facts.changesCatalog |= changesCatalog;
        facts.ddl().unbounded();
        scan.finish();
    }

    /** The name of what is created; null when there is none. */
    private Relation created() {
        scan.skipIfExists();
        Relation relation = scan.relation();
        if (relation != null) {
            facts.creates(relation, temporary);
        }
        return relation;
    }

    // ---------------------------------------------------------------- tables and views

    private boolean table() {
        Relation table = created();
        while (!scan.atEnd()) {
            if (tokens.word == Words.AS && scan.isOutside()) {
                return createAs(table);
            }
            if (scan.isOutside() && tokens.word == Words.ON && tokens.nextWord == Words.COMMIT) {
                scan.advance();
                scan.advance();
                if (tokens.word == Words.DROP) {
                    facts.ddl().dropsAtCommit();
                }
            } else if (tokens.isWord("references")) {
                scan.references();
            } else if (scan.isOutside() && tokens.isWord("inherits") && tokens.next.type == SqlLexer.OPEN) {
                scan.advance();
                scan.namedInParentheses();
            } else if (scan.isOutside() && tokens.isWord("partition") && tokens.nextIsWord("of")) {
                scan.advance();
                scan.references();
            } else {
                scan.advance();
            }
        }
        facts.keyword(Keyword.CREATE);
        scan.finish();
        return false;
    }

    /** CREATE TABLE x AS: AS is current, the query or EXECUTE follows. */
    private boolean createAs(Relation table) {
        facts.keyword(Keyword.CREATE_TABLE_AS);
        if (table != null) {
            facts.writes = true;
            facts.relations.add(new Relation(table.schema(), table.name(), true, true));
        }
        scan.advance();
        return true;
    }

    private boolean materializedView() {
        Relation view = created();
        if (!scan.find(Words.AS)) {
            facts.keyword(Keyword.CREATE);
            return false;
        }
        facts.view(true);
        return createAs(view);
    }

    private boolean view() {
        facts.keyword(Keyword.CREATE);
        Relation view = created();
        if (!scan.find(Words.AS)) {
            return false;
        }
        facts.view(false);
        if (recursive && view != null) {
            // CREATE RECURSIVE VIEW v (a) AS q is CREATE VIEW v AS WITH RECURSIVE v (a) AS (q) SELECT a FROM v
            parser.query().recursiveView(view.name());
        }
        scan.advance();
        return true;
    }

    // ---------------------------------------------------------------- other objects

    private void sequence() {
        facts.keyword(Keyword.CREATE);
        scan.advance();
        scan.skipIfExists();
        Relation sequence = scan.relation();
        if (sequence != null) {
            // a snapshot has no sequences
            if (temporary || sequence.isTemporaryByName()) {
                facts.ddl().temporary(sequence);
            } else {
                facts.ddl().created(sequence);
            }
        }
        scan.finish();
    }

    private void index() {
        if (tokens.word == Words.UNIQUE) {
            scan.advance();
        }
        boolean plain = tokens.word == Words.INDEX && tokens.nextWord != Words.CONCURRENTLY;
        facts.keyword(plain ? Keyword.CREATE_INDEX : Keyword.CREATE);
        if (scan.find(Words.ON)) {
            scan.references();
        }
        scan.finish();
    }

    /** {@code CREATE POLICY p ON t}, {@code CREATE TRIGGER t BEFORE UPDATE ON t}, {@code CREATE RULE r AS ON UPDATE TO t}. */
    private void onTable(int before) {
        facts.keyword(Keyword.CREATE);
        if (scan.find(before)) {
            scan.advance();
            facts.changesCatalog |= scan.named(scan.relation());
        }
        scan.finish();
    }

    /** CREATE SCHEMA may hold whole CREATE statements, without semicolons between them. */
    private void schema() {
        facts.keyword(Keyword.CREATE);
        facts.changesCatalog = true;
        facts.ddl().unbounded();
        scan.advance();
        if (scan.find(Words.CREATE)) {
            facts.view(false);
            parser.query().schemaElements();
        }
    }

    private void function() {
        facts.keyword(Keyword.CREATE);
        scan.advance();
        Relation function = scan.relation();
        if (function == null || !function.isTemporaryByName()) {
            facts.changesCatalog = true;
            facts.ddl().unbounded();
        }
        String body = null;
        String language = "sql";
        boolean atomic = false;
        boolean begins = false;
        while (!scan.atEnd() || atomic && tokens.type != SqlLexer.EOF) {
            if (atomic) {
                // END of the body stands where a statement could begin; the END of a CASE, or a label, does not
                atomic = !(begins && tokens.word == Words.END);
                begins = tokens.type == SqlLexer.SEMICOLON || tokens.word == Words.ATOMIC;
            } else if (tokens.word == Words.BEGIN && tokens.nextWord == Words.ATOMIC) {
                atomic = true;
            } else if (tokens.previousWord == Words.LANGUAGE) {
                language = tokens.isName() ? tokens.name() : tokens.type == SqlLexer.STRING ? tokens.constant() : null;
            } else if (tokens.previousWord == Words.AS && tokens.type == SqlLexer.STRING && body == null) {
                body = tokens.constant();
            }
            scan.advance();
        }
        facts.parsed &= !atomic;
        scan.finish();
        if (body != null) {
            facts.program(ProgramText.read(body, language, tokens.next.escapes()), false);
        }
    }
}
