package io.tenantwarden.engine.session;

import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.DdlChange;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SettingChange;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What names of relations mean on one connection, as far as its own statements can change it: the search path, and what the
 * open transaction has changed in the catalog. Guarded by the lock of the session.
 */
public final class RelationNames {

    private static final String PG_TEMP = "pg_temp.";

    private List<String> path;
    private boolean pathChanged;
    private boolean catalogChanged;
    private int epoch;

    // the temporary relations that this session has created, as far as their creation was seen, by name
    private final Map<String, Temporary> temporary = new HashMap<>(0);

    // whether the server was asked because of one of them: an answer may be kept that is true only while it exists
    private boolean hiding;

    // what is decided on in one execution has not run yet: the server cannot be asked what names will mean then
    private boolean inDoubt;
    private boolean viewInDoubt;

    private enum Temporary {
        TABLE,
        /** ON COMMIT DROP. */
        TABLE_OF_TRANSACTION,
        /** Dropped; applications create the same one again. */
        GONE,
        /** A view, which reads other tables, or what may be one. */
        VIEW;

        private boolean isTable() {
            return this == TABLE || this == TABLE_OF_TRANSACTION;
        }
    }

    /** An execution begins: what was decided on before has run, or never will. */
    void settled() {
        inDoubt = false;
        viewInDoubt = false;
    }

    /**
     * Whether an earlier statement of the same string or batch may change what names mean: a search path, temporary relations that go or come,
     * the end of a transaction that had them.
     */
    public boolean areInDoubt() {
        return inDoubt;
    }

    /** Whether it may be the definition of a view, whose name stands for tables that nobody has asked about. */
    public boolean isViewInDoubt() {
        return viewInDoubt;
    }

    /** The server's answer is kept, which may be true only while a temporary relation of this session exists. */
    public void answerKept() {
        hiding |= !temporary.isEmpty();
    }

    /** A number that moves whenever a name may mean another relation than before. */
    public int epoch() {
        return epoch;
    }

    /** Schemas in which unqualified names are looked up; null when that is not known. */
    public List<String> path() {
        return path;
    }

    /** The server has said what the search path is. */
    void path(List<String> schemas) {
        path = schemas;
        epoch++;
    }

    /** Application SQL is about to change the search path, or the role that {@code "$user"} stands for. */
    public void pathChanges() {
        path = null;
        pathChanged = true;
        inDoubt = true;
        epoch++;
    }

    /**
     * A statement is about to run that may change the catalog. What changes temporary relations alone changes nothing for
     * other sessions, and nothing that a snapshot says.
     */
    public void note(SqlStatement sql) {
        DdlChange ddl = sql.ddl();
        inDoubt |= mayChangeNames(sql);
        viewInDoubt |= sql.createsView() || isProgram(sql.keyword());
        if (sql.changesCatalog() && !isOfTemporary(ddl)) {
            catalogChanged = true;
            epoch++;
        } else if (mayRemove(sql)) {
            removed(sql, ddl);
        }
        if (ddl == DdlChange.NONE) {
            return;
        }
        for (Relation created : ddl.created()) {
            temporary.remove(created.name());
        }
        for (Relation created : ddl.temporary()) {
            Temporary kind = kindOf(sql, ddl);
            if (temporary.put(created.name(), kind) != kind || kind == Temporary.VIEW) {
                epoch++;
            }
        }
    }

    private static Temporary kindOf(SqlStatement sql, DdlChange ddl) {
        if (sql.createsView() || sql.multi()) {
            return Temporary.VIEW;
        }
        return ddl.dropsAtCommit() ? Temporary.TABLE_OF_TRANSACTION : Temporary.TABLE;
    }

    private static boolean mayRemove(SqlStatement sql) {
        return sql.multi()
                || isProgram(sql.keyword())
                || switch (sql.keyword()) {
                    case DROP, ALTER, ALTER_TABLE, DISCARD -> true;
                    default -> false;
                };
    }

    private static boolean isProgram(Keyword keyword) {
        return keyword == Keyword.DO || keyword == Keyword.CALL || keyword == Keyword.EXECUTE;
    }

    /** Whether names may mean other relations after it, as far as temporary ones and definitions go. */
    private boolean mayChangeNames(SqlStatement sql) {
        Keyword keyword = sql.keyword();
        boolean ends = keyword == Keyword.COMMIT || keyword == Keyword.ROLLBACK || keyword == Keyword.ROLLBACK_TO;
        return sql.ddl() != DdlChange.NONE || mayRemove(sql) || ends && (!temporary.isEmpty() || pathChanged);
    }

    /** Whether a statement of several parts may change names for its own later parts. */
    public static boolean changesNamesWithin(SqlStatement sql) {
        if (!sql.multi()) {
            return false;
        }
        boolean path = false;
        for (SettingChange change : sql.settings()) {
            path |= change.mayChangeRole() || change.mayChange("search_path");
        }
        return path || sql.ddl() != DdlChange.NONE || sql.endsScope();
    }

    private void removed(SqlStatement sql, DdlChange ddl) {
        Keyword keyword = sql.keyword();
        if (keyword == Keyword.DISCARD || sql.multi() || ddl.named().isEmpty()) {
            temporary.replaceAll((name, kind) -> Temporary.GONE);
        } else if (keyword == Keyword.DROP) {
            for (Relation named : ddl.named()) {
                temporary.put(named.name(), Temporary.GONE);
            }
        }
        mayShowAgain();
    }

    /** What a temporary relation has hidden may be meant again. */
    private void mayShowAgain() {
        if (hiding) {
            hiding = false;
            epoch++;
        }
    }

    private boolean isOfTemporary(DdlChange ddl) {
        if (!ddl.bounded()
                || ddl.cascades()
                || !ddl.created().isEmpty()
                || ddl.named().isEmpty()) {
            return false;
        }
        for (Relation named : ddl.named()) {
            boolean unqualified = named.schema() == null || named.schema().equals("pg_temp");
            if (!unqualified || !temporary.containsKey(named.name())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the server must be asked because a temporary relation of this session may have one of these names: a view, or a
     * table that hides a protected one.
     *
     * @param bySnapshot what the names mean for everybody
     */
    public boolean mayHide(List<Relation> relations, Resolution bySnapshot) {
        if (!temporary.isEmpty()) {
            for (int i = 0; i < relations.size(); i++) {
                Temporary kind = of(relations.get(i));
                if (kind == Temporary.VIEW || kind != null && kind.isTable() && bySnapshot.touches()) {
                    hiding = true;
                    return true;
                }
            }
        }
        return false;
    }

    private Temporary of(Relation relation) {
        boolean meant = relation.schema() == null || relation.schema().equals("pg_temp");
        return meant ? temporary.get(relation.name()) : null;
    }

    /** Whether all that a snapshot does not know are temporary tables of this session, which nobody need be asked about. */
    public boolean areTemporaryTables(List<String> unknown) {
        for (int i = 0; i < unknown.size(); i++) {
            String name = unknown.get(i);
            String unqualified = name.startsWith(PG_TEMP) ? name.substring(PG_TEMP.length()) : name;
            Temporary kind = temporary.get(unqualified);
            if (kind == null || !kind.isTable()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the open transaction has changed the catalog, so that no snapshot says what holds in it. */
    public boolean isCatalogChanged() {
        return catalogChanged;
    }

    /** The transaction went back to a savepoint: what was changed since may be as before. */
    void rolledBackToSavepoint() {
        temporary.clear();
        if (pathChanged) {
            path = null;
        }
        epoch++;
    }

    /**
     * The transaction has ended: SET LOCAL with it, and SET when it was rolled back.
     *
     * @param rolledBack whether it was rolled back, or may have been
     * @return whether it changed the catalog for everybody
     */
    boolean transactionEnded(boolean rolledBack) {
        if (rolledBack) {
            temporary.clear();
        } else if (!temporary.isEmpty()) {
            temporary.replaceAll((name, kind) -> kind == Temporary.TABLE_OF_TRANSACTION ? Temporary.GONE : kind);
        }
        mayShowAgain();
        boolean changed = catalogChanged;
        if (pathChanged || changed) {
            epoch++;
        }
        if (pathChanged) {
            path = null;
            pathChanged = false;
        }
        catalogChanged = false;
        return changed;
    }
}
