package io.tenantwarden.tests.classes;

import java.util.List;

/**
 * One class of statements, stood for by one example.
 *
 * @param family heading in the document
 * @param id unique name
 * @param sql the example
 * @param role who runs it
 * @param protocol how it is sent
 * @param session statements that run on the connection before anything is measured, each in a transaction of its own
 *     unless they begin one
 * @param inside statements that run in the open transaction before the example; only where the example is not the first
 *     statement of the transaction
 * @param probe a query on an unprotected table that shows what the example did, or null
 * @param copyData what is sent when the server asks for COPY data, or null
 * @param cleanup statements of the superuser that remove what lies outside the database
 * @param since first server version that knows the statement
 * @param dirty leaves something that no transaction id shows
 */
record StatementClass(
        String family,
        String id,
        String sql,
        Role role,
        Protocol protocol,
        List<String> session,
        List<String> inside,
        String probe,
        String copyData,
        List<String> cleanup,
        int since,
        boolean dirty) {

    /** Who runs a statement. */
    enum Role {
        /** Owns nothing but its scratch schema; neither superuser nor BYPASSRLS. */
        APP,
        /** Owns the protected tables, which have FORCE; neither superuser nor BYPASSRLS. */
        OWNER,
        /** Superuser: row-level security does not apply, so no row can depend on the tenant. */
        SUPER
    }

    /** How the example is sent. */
    enum Protocol {
        /** Parse, Bind, Describe, Execute, then Sync. */
        EXTENDED,
        /** One Query message, as drivers send COPY. */
        SIMPLE
    }

    /** Where the example stands. */
    enum Mode {
        AUTOCOMMIT("autocommit"),
        FIRST("first in transaction"),
        LATER("later in transaction");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static StatementClass of(String family, String id, String sql) {
        return new StatementClass(
                family, id, sql, Role.APP, Protocol.EXTENDED, List.of(), List.of(), null, null, List.of(), 14, false);
    }

    StatementClass as(Role other) {
        return new StatementClass(
                family, id, sql, other, protocol, session, inside, probe, copyData, cleanup, since, dirty);
    }

    StatementClass sentAs(Protocol other) {
        return new StatementClass(
                family, id, sql, role, other, session, inside, probe, copyData, cleanup, since, dirty);
    }

    StatementClass session(String... statements) {
        return new StatementClass(
                family, id, sql, role, protocol, List.of(statements), inside, probe, copyData, cleanup, since, dirty);
    }

    StatementClass inside(String... statements) {
        return new StatementClass(
                family, id, sql, role, protocol, session, List.of(statements), probe, copyData, cleanup, since, dirty);
    }

    StatementClass probe(String query) {
        return new StatementClass(
                family, id, sql, role, protocol, session, inside, query, copyData, cleanup, since, dirty);
    }

    StatementClass copies(String data) {
        return new StatementClass(family, id, sql, role, protocol, session, inside, probe, data, cleanup, since, dirty);
    }

    StatementClass cleanup(String... statements) {
        return new StatementClass(
                family, id, sql, role, protocol, session, inside, probe, copyData, List.of(statements), since, dirty);
    }

    StatementClass since(int version) {
        return new StatementClass(
                family, id, sql, role, protocol, session, inside, probe, copyData, cleanup, version, dirty);
    }

    StatementClass leavesSomething() {
        return new StatementClass(
                family, id, sql, role, protocol, session, inside, probe, copyData, cleanup, since, true);
    }
}
