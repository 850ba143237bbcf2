/**
 * Which tables a statement reads, by which way and with whose rights, and whether policies filter there.
 *
 * <p>{@code AccessReader} follows a statement's names to tables, through views and functions: an {@code Access} says on which way, with
 * whose rights ({@code ReadingRole}) and whether policies filter there ({@code Enforcement}).
 */
package io.tenantwarden.rls.explain;
