package io.tenantwarden.rls.sql;

/**
 * Reads DDL: CREATE by way of {@link CreateReader}, ALTER, DROP, COMMENT, SECURITY LABEL, GRANT, REVOKE and the like. Finds
 * which relations it changes and whether it changes more than these. Used by one thread.
 */
final class DdlReader {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final DdlScan scan;
    private final CreateReader create;

    DdlReader(Tokens tokens, StatementFacts facts, QualifiedName name, SqlParser parser) {
        this.tokens = tokens;
        this.facts = facts;
        this.scan = new DdlScan(tokens, facts, name);
        this.create = new CreateReader(tokens, facts, parser, scan);
    }

    /** The current token is the command. Returns whether a query, or EXECUTE, is current afterwards. */
    boolean read() {
        scan.begin();
        switch (tokens.word) {
            case Words.CREATE -> {
                return create.read();
            }
            case Words.ALTER -> alter();
            case Words.DROP -> drop();
            case Words.COMMENT -> onObject(Keyword.COMMENT);
            case Words.SECURITY -> onObject(Keyword.SECURITY_LABEL);
            case Words.GRANT -> grant(Keyword.GRANT);
            case Words.REVOKE -> grant(Keyword.REVOKE);
            default -> anything(tokens.word == Words.IMPORT ? Keyword.IMPORT : Keyword.REASSIGN, true);
        }
        return false;
    }

    /** What its names do not confine. */
    private void anything(Keyword keyword, boolean changesCatalog) {
        facts.keyword(keyword);
        facts.ddl().unbounded();
        scan.finish();
        // what depends on it may be a column, a view or a policy
        facts.changesCatalog |= changesCatalog || scan.cascades();
    }

    /** Whether the current word names a kind of object, no relation, of which a snapshot knows something. */
    private boolean isInCatalog() {
        return switch (tokens.word) {
            case Words.SCHEMA, Words.FUNCTION, Words.PROCEDURE, Words.ROLE, Words.FOREIGN, Words.CATALOG_OBJECT -> true;
            default -> tokens.isWord("group") || tokens.isWord("aggregate");
        };
    }

    /** MATERIALIZED VIEW, FOREIGN TABLE and PROPERTY GRAPH: to the last word of the kind. */
    private boolean isRelation() {
        if (tokens.word == Words.MATERIALIZED
                || tokens.word == Words.FOREIGN && tokens.nextWord == Words.TABLE
                || tokens.isWord("property")) {
            scan.advance();
            return true;
        }
        return tokens.word == Words.TABLE || tokens.word == Words.VIEW;
    }

    private boolean isPartOfTable() {
        return tokens.word == Words.POLICY || tokens.word == Words.RULE || tokens.isWord("trigger");
    }

    // ---------------------------------------------------------------- ALTER

    private void alter() {
        scan.advance();
        boolean table = tokens.word == Words.TABLE;
        if (isRelation()) {
            alterRelation(table);
        } else if (tokens.word == Words.INDEX || tokens.isWord("sequence")) {
            facts.keyword(Keyword.ALTER);
            boolean index = tokens.word == Words.INDEX;
            scan.advance();
            // ALTER INDEX renames tables, too
            alterNamed(false, index);
        } else if (isPartOfTable()) {
            facts.keyword(Keyword.ALTER);
            ofTable();
        } else {
            anything(Keyword.ALTER, isInCatalog());
        }
    }

    private void alterRelation(boolean table) {
        scan.advance();
        facts.changesCatalog |= tokens.word == Words.ALL;
        boolean concurrently = alterNamed(true, true);
        facts.keyword(table && !concurrently ? Keyword.ALTER_TABLE : Keyword.ALTER);
    }

    /**
     * From the name on to the end.
     *
     * @param inCatalog whether the relation is of a kind that a snapshot has
     * @param renames whether one that a snapshot has may be renamed
     * @return whether the word CONCURRENTLY occurs
     */
    private boolean alterNamed(boolean inCatalog, boolean renames) {
        scan.skipIfExists();
        boolean all = tokens.word == Words.ALL;
        if (all) {
            // ALL IN TABLESPACE
            facts.ddl().unbounded();
        }
        Relation relation = all ? null : scan.relation();
        facts.changesCatalog |= scan.named(relation) && inCatalog;
        boolean concurrently = false;
        while (!scan.atEnd()) {
            concurrently |= tokens.word == Words.CONCURRENTLY;
            scan.noteCascade();
            if (tokens.isWord("references")) {
                scan.references();
            } else if (tokens.isWord("partition") && tokens.nextIsName()) {
                partition();
            } else if (!scan.isOutside() || relation == null) {
                scan.advance();
            } else if (tokens.isWord("rename") && tokens.nextWord == Words.TO) {
                scan.advance();
                scan.advance();
                renamed(scan.relation(), relation.schema(), renames);
            } else if (tokens.word == Words.SCHEMA && tokens.previousWord == Words.SET && tokens.nextIsName()) {
                scan.advance();
                renamed(new Relation(tokens.name(), relation.name(), false, true), null, renames);
                scan.advance();
            } else if (tokens.isWord("inherit") && tokens.nextIsName() && tokens.nextWord == Words.NONE) {
                scan.references();
            } else if (tokens.isWord("partitions") && tokens.next.type == SqlLexer.OPEN) {
                scan.advance();
                scan.namedInParentheses();
            } else if (tokens.word == Words.INTO && tokens.nextIsName()) {
                scan.advance();
                renamed(scan.relation(), relation.schema(), renames);
            } else {
                scan.advance();
            }
        }
        scan.finish();
        return concurrently;
    }

    private void renamed(Relation to, String schema, boolean inCatalog) {
        if (to != null) {
            Relation relation = new Relation(to.schema() == null ? schema : to.schema(), to.name(), false, true);
            if (inCatalog) {
                facts.creates(relation, false);
            } else {
                facts.ddl().created(relation);
            }
        }
    }

    /** ATTACH, DETACH and SPLIT PARTITION name one that there is; those that SPLIT makes stand in parentheses. */
    private void partition() {
        boolean outside = scan.isOutside();
        scan.advance();
        Relation partition = scan.relation();
        if (outside) {
            scan.named(partition);
        } else {
            renamed(partition, null, true);
        }
    }

    // ---------------------------------------------------------------- DROP

    private void drop() {
        facts.keyword(Keyword.DROP);
        scan.advance();
        if (isRelation()) {
            dropList(true);
        } else if (tokens.word == Words.INDEX || tokens.isWord("sequence")) {
            dropList(false);
        } else if (isPartOfTable()) {
            ofTable();
        } else if (tokens.word == Words.FUNCTION || tokens.word == Words.PROCEDURE) {
            dropFunction();
        } else {
            anything(Keyword.DROP, isInCatalog());
        }
    }

    private void dropList(boolean inCatalog) {
        scan.advance();
        if (tokens.word == Words.CONCURRENTLY) {
            scan.advance();
        }
        scan.skipIfExists();
        facts.changesCatalog |= scan.named(scan.relation()) && inCatalog;
        while (tokens.type == SqlLexer.COMMA) {
            scan.advance();
            facts.changesCatalog |= scan.named(scan.relation()) && inCatalog;
        }
        scan.finish();
        facts.changesCatalog |= !inCatalog && scan.cascades();
    }

    private void dropFunction() {
        scan.advance();
        scan.skipIfExists();
        Relation function = scan.relation();
        boolean temporary = function != null && function.isTemporaryByName();
        while (!scan.atEnd()) {
            temporary &= tokens.type != SqlLexer.COMMA || !scan.isOutside();
            scan.noteCascade();
            scan.advance();
        }
        if (!temporary || scan.cascades()) {
            facts.changesCatalog = true;
            facts.ddl().unbounded();
        }
        scan.finish();
    }

    // ---------------------------------------------------------------- parts and properties of tables

    /** {@code name ON table}. */
    private void ofTable() {
        if (scan.find(Words.ON)) {
            scan.advance();
            facts.changesCatalog |= scan.named(scan.relation());
        }
        scan.finish();
    }

    /** {@code COMMENT ON TABLE t IS}, {@code SECURITY LABEL FOR p ON COLUMN s.t.c IS}: changes nothing that a snapshot has. */
    private void onObject(Keyword keyword) {
        facts.keyword(keyword);
        if (scan.find(Words.ON)) {
            scan.advance();
            if (isRelation() || tokens.word == Words.INDEX || tokens.isWord("sequence")) {
                scan.advance();
                scan.named(scan.relation());
            } else if (tokens.isWord("column")) {
                scan.advance();
                scan.named(scan.relationOfColumn());
            } else if ((isPartOfTable() || tokens.isWord("constraint")) && scan.find(Words.ON)) {
                scan.advance();
                if (!tokens.isWord("domain") || !tokens.nextIsName()) {
                    scan.named(scan.relation());
                }
            }
        }
        scan.finish();
    }

    /** Without ON it is about membership in roles. */
    private void grant(Keyword keyword) {
        facts.keyword(keyword);
        facts.ddl().unbounded();
        int before = keyword == Keyword.GRANT ? Words.TO : Words.FROM;
        boolean on = false;
        while (!scan.atEnd() && tokens.word != before) {
            on |= tokens.word == Words.ON;
            scan.advance();
        }
        facts.changesCatalog |= !on;
        scan.finish();
    }
}
