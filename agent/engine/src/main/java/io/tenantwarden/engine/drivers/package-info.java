/**
 * The drivers that were seen: what their classes look like, what became of them, connections from before the agent, clients that are not
 * covered. Says which session a driver's object belongs to; decides about no statement.
 *
 * <p>{@code DriverShapes} keeps one {@code DriverShape} per driver class. {@code LateConnections} picks up connections that were opened
 * before the agent came; {@code DriverEvents} is told what becomes of drivers' classes, {@code ResultRows} brings the policy the tags and
 * rows that a driver reads, {@code ClientRefusals} refuses clients that are not covered, {@code UncoveredSessions}
 * statements of connections that are not.
 */
package io.tenantwarden.engine.drivers;
