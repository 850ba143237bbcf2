/**
 * Everything Warden decides. Each package has one reason to change: {@code config} keys and their layers, {@code tenant} where the tenant
 * comes from, {@code session} what holds on one physical connection, {@code inject} how a value gets on the wire, {@code policy} allow,
 * report or refuse, {@code report} what is told to whom.
 *
 * <p>{@code Engine} is the bridge's other end. What a hook gives is an object of the driver: {@code ConnectionHooks}, {@code ExecutorHooks},
 * {@code StatementHooks} and {@code CheckoutHooks} find the session that it speaks of and hand over; {@code OwnErrors} says what becomes of a bug
 * of ours. {@code EngineFactory} does the wiring, the only place that knows all parts; {@code TenantSources} wires what reads tenants.
 * {@code TemplateValue} gives the value of one {@code warden.guc} entry.
 */
package io.tenantwarden.engine;
