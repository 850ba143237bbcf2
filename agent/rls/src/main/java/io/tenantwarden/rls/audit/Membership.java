package io.tenantwarden.rls.audit;

/**
 * That a role was granted to another. Immutable.
 *
 * @param role the role that was granted
 * @param member whom it was granted to
 * @param grantor who did; null when that makes no difference to a REVOKE of a superuser
 */
record Membership(String role, String member, String grantor) {}
