/**
 * What the database says: tables, columns, policies and roles as one connection sees them, and which table a name means. Knows how names are
 * written ({@code rls.sql}); judges nothing.
 */
package io.tenantwarden.rls.catalog;
