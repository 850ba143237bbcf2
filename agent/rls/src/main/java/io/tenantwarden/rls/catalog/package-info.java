/**
 * What the database says: tables, columns, policies and roles as one connection sees them, and which table a name means. Knows how names are
 * written ({@code rls.sql}); judges nothing.
 *
 * <p>{@code Catalog}, read by {@code CatalogReader}, is a snapshot of tables, policies, views and inheritance; {@code Catalog.resolve} gives
 * the protected tables that a statement touches ({@code Resolution}). {@code RoleFacts} is who the connection is, {@code AssumedRole} what it
 * becomes when its statements run as another role; {@code PolicySql} writes
 * policies. {@code NameIndex} is what names mean. {@code Routines} are the functions of the snapshot, with the triggers, views and columns that
 * call them ({@code RoutineUses}), all read by {@code RoutineReader}; {@code RoutineWalk} goes from a statement through their bodies to
 * tables, each once for each role that it runs as; {@code NamedFunctions} are those that the server was asked for since. In the test tree, package
 * {@code io.tenantwarden.testing} holds {@code PostgresServer}, which the other modules' tests use too.
 */
package io.tenantwarden.rls.catalog;
