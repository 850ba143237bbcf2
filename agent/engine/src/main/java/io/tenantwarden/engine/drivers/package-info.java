/**
 * The drivers that were seen: what their classes look like, what became of them, connections from before the agent, clients that are not
 * covered. Says which session a driver's object belongs to; decides about no statement.
 */
package io.tenantwarden.engine.drivers;
