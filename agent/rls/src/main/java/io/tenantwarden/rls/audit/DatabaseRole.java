package io.tenantwarden.rls.audit;

/**
 * A role of the server. Immutable.
 *
 * @param name its name
 * @param superuser whether it is a superuser
 * @param bypassRls whether it has BYPASSRLS
 * @param createRole whether it may create roles
 * @param replication whether it may open replication connections
 * @param inherited whether the connected role has its privileges
 * @param reachable whether the role that logged in may SET ROLE to it
 * @param member whether the connected role is a member of it, directly or not
 */
record DatabaseRole(
        String name,
        boolean superuser,
        boolean bypassRls,
        boolean createRole,
        boolean replication,
        boolean inherited,
        boolean reachable,
        boolean member) {}
