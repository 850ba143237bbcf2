/** What a policy's expression means and how it is written anew: reading, logic, rewriting. Judges nothing; rules do. */
package io.tenantwarden.rls.policy;
