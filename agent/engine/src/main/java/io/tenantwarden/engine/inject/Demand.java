package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.Injection;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;

/**
 * What a statement demands of the values on the wire, whatever they are: asked when it is decided and again when it is sent, so that both agree.
 * Measured on servers: docs/statement-classes.md.
 */
enum Demand {
    /** Nothing: it neither delivers nor changes rows that a policy could filter. */
    NOTHING,
    /** The values must hold; ours may go before it in the same group of messages. */
    BEFORE,
    /** The values must hold; where it is its own transaction, ours must have a group of its own (CALL, DO). */
    BEFORE_ALONE,
    /** The values must hold; ours must not go before it in the same group of messages. */
    SEPARATE,
    /** It ends the transaction, or goes back in it: what runs inside COMMIT sees the last values of a tenant. */
    END;

    /**
     * As {@link #of(SqlStatement, boolean)}, where the role that it must run as may not hold: then what can do something with the rights of another
     * role demands it, DDL and maintenance as well.
     *
     * @param lacksRole whether a role is wanted that does not hold in the open transaction
     */
    static Demand of(SqlStatement statement, boolean fresh, boolean lacksRole) {
        Demand demand = of(statement, fresh);
        boolean demandsNothing = demand == NOTHING || demand == END && statement.multi();
        if (!lacksRole || !demandsNothing || !statement.isOfRole() || fresh && isCursorThatCannotLive(statement)) {
            return demand;
        }
        return statement.isAlone() ? BEFORE_ALONE : BEFORE;
    }

    /**
     * @param fresh whether the statement is its own transaction
     */
    static Demand of(SqlStatement statement, boolean fresh) {
        if (fresh && isCursorThatCannotLive(statement)) {
            return NOTHING;
        }
        return switch (injection(statement)) {
            case BEFORE -> BEFORE;
            case ALONE -> BEFORE_ALONE;
            // of several statements one ends the transaction, and others read rows
            case ENDS_SCOPE -> statement.multi() && statement.readsRows() ? BEFORE : END;
            case NEVER -> {
                if (!statement.readsRows()) {
                    yield NOTHING;
                }
                if (statement.keyword() == Keyword.SET_CONSTRAINTS) {
                    // outside a transaction a statement before it would swallow its warning
                    yield !fresh && statement.firesTriggers() ? BEFORE : NOTHING;
                }
                yield SEPARATE;
            }
        };
    }

    /**
     * DECLARE without WITH HOLD fails in autocommit (25P01). On PostgreSQL 18 ours before it would let it succeed, and the
     * cursor be gone at Sync: docs/statement-classes.md.
     */
    private static boolean isCursorThatCannotLive(SqlStatement statement) {
        return statement.keyword() == Keyword.DECLARE && !statement.cursors().holds();
    }

    /** A word that no PostgreSQL knows is a slip of the pen: the server says so best, and ours before it does no harm. */
    private static Injection injection(SqlStatement statement) {
        return statement.keyword() == Keyword.OTHER ? Injection.BEFORE : statement.injection();
    }
}
