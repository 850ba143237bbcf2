/**
 * What is told of roles, databases and configuration as they really are: the COVER line, the rules that the agent runs, what the running
 * application shows to be wrong. No statement waits here, and nothing here decides about one.
 *
 * <p>{@code FirstConnections} writes the COVER line. {@code Preflight} runs the rules and tells the findings, {@code RolePreflight} is what
 * was found for one role, {@code AssumedRoles} what is wrong with {@code warden.role} on a login. {@code SelfCheck} is what a running application
 * shows to be wrong in the configuration.
 *
 * <p>The doctor's rules run in the agent, too, for each role that really connected ({@code Preflight}), in every mode but {@code off}. What
 * is found of the role or the database is told as soon as it is known; what is found of a table when a statement touches that table, or at
 * once when one has. Each finding is logged once per database, role, rule and object. The report has those of now: what a later reading does
 * not find any more leaves it.
 *
 * <ul>
 * <li>What needs only role and catalog (WD001 to WD006, and WD041 where at least two tables show it) runs at the first connection, on what
 * was read there anyway.</li>
 * <li>Everything else needs grants, indexes, foreign keys, functions and settings: a dozen queries more, which no statement has to wait for.
 * Reading them on the application's first connection would cost its start about twice what the catalog costs, a wait for a lock would be the
 * application's wait, and inside its transaction a failure would be its failure. So {@code FactsReader} opens a connection of Warden's own,
 * with the driver, the properties and the server of one of the application's, reads in one transaction with a {@code statement_timeout} and
 * a {@code lock_timeout} that are local to it, rolls back and closes. A daemon thread does this ({@code tenant-warden-preflight}). The
 * statements on that connection are quiet, and no session of it takes part.</li>
 * <li>When: one second after the application opened its last connection, ten at most. A pool fills itself first, so that where connections
 * are limited ours is the one that is turned away, not one of the application's.</li>
 * <li>Again: after each new snapshot of the catalog, with a pause between two readings that doubles from two seconds to
 * {@code warden.catalog.refresh}.</li>
 * <li>When it fails: one warning for each role, the rules of the catalog count on, health and statements are not concerned.</li>
 * </ul>
 *
 * <p>{@code AccessRule} tells the touched tables where it looks up the counters of a statement: once for a driver query and snapshot. A
 * table that was touched before costs one look-up in a map there, and an execution of a prepared statement nothing.
 */
package io.tenantwarden.engine.preflight;
