package io.tenantwarden.engine.session;

import java.util.List;

/**
 * What names of relations mean on one connection, as far as its own statements can change it: the search path, and what the
 * open transaction has changed in the catalog. Guarded by the lock of the session.
 */
public final class RelationNames {

    private List<String> path;
    private boolean pathChanged;
    private boolean catalogChanged;
    private int epoch;

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
        epoch++;
    }

    /** Application SQL is about to change the catalog: until the transaction ends nobody else sees it. */
    public void catalogChanges() {
        catalogChanged = true;
        epoch++;
    }

    /** A temporary view or the like is about to be created, which hides what had its name. */
    public void temporaryChanges() {
        epoch++;
    }

    /** Whether the open transaction has changed the catalog, so that no snapshot says what holds in it. */
    public boolean isCatalogChanged() {
        return catalogChanged;
    }

    /** The transaction went back to a savepoint: what was changed since may be as before. */
    void rolledBackToSavepoint() {
        if (pathChanged) {
            path = null;
        }
        epoch++;
    }

    /**
     * The transaction has ended: SET LOCAL with it, and SET when it was rolled back.
     *
     * @return whether it changed the catalog for everybody
     */
    boolean transactionEnded() {
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
