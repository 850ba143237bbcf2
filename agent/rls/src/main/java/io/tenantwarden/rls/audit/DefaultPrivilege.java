package io.tenantwarden.rls.audit;

/**
 * What ALTER DEFAULT PRIVILEGES gives on tables yet to be created. Immutable.
 *
 * @param creator the role whose new tables are meant
 * @param schema the schema meant; null when all
 * @param grantee a role whose privileges the connected role has; null stands for PUBLIC
 * @param privileges comma-separated
 */
record DefaultPrivilege(String creator, String schema, String grantee, String privileges) {}
