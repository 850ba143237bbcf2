/** Which tables a statement reads, by which way and with whose rights, and whether policies filter there. */
package io.tenantwarden.rls.explain;
