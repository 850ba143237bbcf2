package io.tenantwarden.rls.sql;

/**
 * What a text does with cursors in SQL (PostgreSQL manual, DECLARE, FETCH, MOVE, CLOSE and DISCARD). Immutable.
 *
 * @param opens whether it opens one (DECLARE)
 * @param holds whether one that it opens outlives the transaction (WITH HOLD)
 * @param fetches whether it reads from one, or moves it (FETCH, MOVE)
 * @param name the one that DECLARE, FETCH or MOVE names, folded as PostgreSQL does; of several statements the last; else null
 * @param closes whether it closes at least one (CLOSE, DISCARD ALL): one, unless {@code closesAll}
 * @param closesAll whether none is left open by it (CLOSE ALL, DISCARD ALL)
 */
public record CursorUse(boolean opens, boolean holds, boolean fetches, String name, boolean closes, boolean closesAll) {

    /** No cursor. */
    public static final CursorUse NONE = new CursorUse(false, false, false, null, false, false);
}
