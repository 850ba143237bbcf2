/**
 * What a policy's expression means and how it is written anew: reading, logic, rewriting. Judges nothing; rules do.
 *
 * <p>{@code PolicyExpression} is what an expression of a policy says and how it would be without a defect: {@code PolicyTokens} and
 * {@code PolicyTree} read it, {@code SettingReads} finds the settings, {@code PolicyRewrite} changes the text. {@code ComparedColumn} tells
 * the tenant column from what policies compare with the tenant's setting, whatever is configured.
 */
package io.tenantwarden.rls.policy;
