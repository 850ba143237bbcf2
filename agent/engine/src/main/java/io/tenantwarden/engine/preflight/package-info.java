/**
 * What is told of roles, databases and configuration as they really are: the COVER line, the rules that the agent runs, what the running
 * application shows to be wrong. No statement waits here, and nothing here decides about one.
 */
package io.tenantwarden.engine.preflight;
