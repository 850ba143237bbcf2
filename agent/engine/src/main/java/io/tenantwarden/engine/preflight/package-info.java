/**
 * What is told of roles, databases and configuration as they really are: the COVER line, the rules that the agent runs, what the running
 * application shows to be wrong. No statement waits here, and nothing here decides about one.
 *
 * <p>{@code FirstConnections} writes the COVER line. {@code Preflight} runs the rules and tells the findings, {@code RolePreflight} is what
 * was found for one role, {@code AssumedRoles} what is wrong with {@code warden.role} on a login. {@code SelfCheck} is what a running application shows to be wrong in the configuration.
 */
package io.tenantwarden.engine.preflight;
