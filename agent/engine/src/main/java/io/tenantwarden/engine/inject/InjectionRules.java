package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SqlStatement;

/** What a statement needs so that its values hold: a function of the statement, its place and what is on the wire. Stateless. */
final class InjectionRules {

    private InjectionRules() {}

    /** What is on the wire, seen from the values that are wanted. What is expensive to know is asked only where it matters. */
    interface Wire {

        /** Whether the values are to be sent at all. */
        boolean isWanted();

        /** Whether they hold in the open transaction, or need not. */
        boolean holds();

        /** Whether they hold for the session. */
        boolean holdsForSession();

        /** Whether they stand for the session and need not be sent ({@code warden.hold=session}). */
        boolean isHeld();

        /** Whether other values stand for the session, which the statement could show or run code with although none are demanded for it. */
        boolean isExposed(SqlStatement statement);

        /** Whether something has run in the open transaction that ours went before, or would have. */
        boolean hasRun();

        /** Whether a cursor or a portal of other values may still deliver rows. */
        boolean hasPortalOfAnother() throws Throwable;

        /** Whether the cursor that a statement fetches from may have been opened with other values. */
        boolean isCursorOfAnother(String cursor);

        /** Whether anything of ours may show in the open transaction, or was set for the session. */
        boolean isTouched();

        /** Whether the application takes over: it sets a GUC outside every scope where values of a scope are live. */
        boolean isTakenOverBy(SqlStatement statement);

        /** Whether the statement sets one of the GUCs, or may. */
        boolean mayBeSetBy(SqlStatement statement);

        /** Whether the transaction has failed: the server refuses what comes, and says so best. */
        boolean hasFailed();

        /** Whether a role is wanted, be it there or not. Never, where {@code warden.role} says nothing. */
        default boolean wantsRole() {
            return false;
        }

        /** Whether another role holds in the open transaction than is wanted, that of the login included. */
        default boolean lacksRole() {
            return false;
        }

        /** Whether nothing may be set for the session, because a pooler stands before the server. */
        boolean isPooled();

        /** Whether values that are set in a transaction do not reach its statements: something between sends them elsewhere. */
        default boolean losesAll() {
            return false;
        }
    }

    /**
     * @param fresh whether the statement is its own transaction
     * @param alongside whether ours can be written to the same group of messages
     * @param before what statements before it in the same execution have done
     */
    static Need need(SqlStatement statement, boolean fresh, boolean alongside, Before before, Wire wire)
            throws Throwable {
        if (!fresh
                && statement.cursors().fetches()
                && wire.isCursorOfAnother(statement.cursors().name())) {
            return wire.hasFailed() ? Need.NOTHING : Need.OPEN_PORTAL;
        }
        boolean lacksRole = wire.lacksRole(); // also a role of a scope, where that of the login is wanted
        if (!alongside
                && (statement.readsRows() || wire.wantsRole() && statement.isOfRole())
                && (before.sets() || losesItsValues(statement, fresh, before, wire))) {
            return wire.isWanted() || wire.isTouched() || wire.wantsRole() ? Need.SEVERAL : Need.NOTHING;
        }
        Need need = !fresh && wire.isTakenOverBy(statement)
                ? moved(Need.ALONGSIDE, wire)
                : byDemand(statement, Demand.of(statement, fresh, lacksRole), fresh, lacksRole, wire);
        if (need == Need.ALONGSIDE && !alongside) {
            need = Need.SEPARATE;
        }
        if ((need == Need.ALONGSIDE || need == Need.SEPARATE) && wire.losesAll()) {
            return Need.LOST;
        }
        if (need != Need.SEPARATE) {
            return need;
        }
        if (!fresh) {
            return wire.hasRun() ? Need.SEPARATE : first(statement, before);
        }
        if (wire.holdsForSession()) {
            return Need.NOTHING;
        }
        return wire.isPooled() ? Need.POOLED : Need.SEPARATE;
    }

    private static Need byDemand(SqlStatement statement, Demand demand, boolean fresh, boolean lacksRole, Wire wire)
            throws Throwable {
        if (demand == Demand.NOTHING || demand == Demand.END) {
            return !wire.isExposed(statement) ? Need.NOTHING : fresh ? Need.SEPARATE : moved(Need.SEPARATE, wire);
        }
        if (fresh) {
            if (!lacksRole && (!wire.isWanted() || demand == Demand.BEFORE && wire.isHeld())) {
                return Need.NOTHING;
            }
            return demand == Demand.BEFORE ? Need.ALONGSIDE : Need.SEPARATE;
        }
        if (wire.holds() && !lacksRole) {
            return Need.NOTHING;
        }
        return moved(demand == Demand.SEPARATE ? Need.SEPARATE : Need.ALONGSIDE, wire);
    }

    /** Other values than those that hold: not while a portal of theirs is open. */
    private static Need moved(Need how, Wire wire) throws Throwable {
        return !wire.hasFailed() && wire.hasPortalOfAnother() ? Need.OPEN_PORTAL : how;
    }

    /** Whether what is set before the execution is gone, or another value, before its last statement runs. */
    private static boolean losesItsValues(SqlStatement statement, boolean fresh, Before before, Wire wire) {
        boolean ends = !fresh && (before.ends() || statement.multi() && statement.endsScope());
        return ends || statement.multi() && wire.mayBeSetBy(statement);
    }

    /**
     * A statement of ours takes the first snapshot of the transaction, and would go before the whole string or batch: before SET TRANSACTION,
     * which fails then (25001), and before LOCK, whose point is that the snapshot comes after it.
     */
    private static Need first(SqlStatement statement, Before before) {
        if (before.setsMode() || statement.setsTransactionModeBeforeRows()) {
            return Need.SNAPSHOT;
        }
        return before.locks() || statement.locksTablesBeforeRows() ? Need.AFTER_LOCK : Need.SEPARATE;
    }
}
