/**
 * The rows of one tenant: which tables hold them, how they hang together, in which order they can be deleted, and what keeps a
 * role from reaching all of them and nothing else. Knows all other rooms of {@code rls}; what is done with the rows is not its business.
 */
package io.tenantwarden.rls.tenant;
