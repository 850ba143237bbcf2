/** What is wrong with roles, tables, policies and functions: facts, rules with stable ids, findings. */
package io.tenantwarden.rls.audit;
