/**
 * What is wrong with roles, tables, policies and functions: facts, rules with stable ids, findings.
 *
 * <p>The rules of the preflight, one class each (docs/rules.md): {@code AuditFacts} is what they look at, {@code Audit} runs them,
 * {@code Rules} lists them. The first six need nothing but role and catalog; the agent runs those at the first connection
 * ({@code Audit.ofCatalog}). {@code AuditReader} reads the facts, with one reader for each kind of object ({@code KeyReader},
 * {@code FunctionReader}, {@code ViewReader}, {@code RoleReader}, {@code ColumnReader}); {@code TenantSetting} says which setting holds the
 * tenant, {@code Reach} what policies lead to. A {@code Fix} is statements, who may run them, and what is left to decide. Rules about
 * policies ({@code PolicySetRule}) say how the policies of a table would be without the defect; {@code PolicyPlan} applies them until none
 * finds anything, so that their fixes are one.
 */
package io.tenantwarden.rls.audit;
