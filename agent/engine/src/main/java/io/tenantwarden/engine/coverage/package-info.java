/**
 * Which database clients of this JVM are covered, and what becomes of those that are not.
 *
 * <p>{@code Coverage} knows whether every client that was seen is covered, which health follows from. {@code Client} is the table of clients
 * that cannot be: one line each. {@code UncoveredClients} finds them, and drivers of any kind that connect to PostgreSQL and do not lead to
 * a connection that is covered.
 */
package io.tenantwarden.engine.coverage;
