/**
 * How the values of a scope get on the wire of one connection, and what holds there. Knows statements only by what {@code rls.sql} says of
 * them: no tables, no violations, no tenant sources.
 *
 * <p>{@code GucPlan} says which settings have which value in which scope; an {@code Assignment} is the result for one scope. {@code Demand} is what a
 * statement demands of the wire, asked at the decision and at the sending; {@code InjectionRules} makes a {@code Need} of it, from the {@code
 * WireView}: what {@code WireState} (the transaction) and {@code SessionValues} (the session) say is there. {@code HeldValues} decides, for {@code
 * warden.hold=session}, what of a transaction stands after it, {@code HoldRules} what a statement may have done to it; {@code StatementEffects} are
 * what else it does. {@code Injector} joins these with a {@code Transport}: {@code PipelinedTransport} writes ours along with the application's
 * statement, by the driver members that {@code DriverShape} lists ({@code StatementNames} says when ours may have a name), {@code JdbcTransport} is
 * the portable strategy. {@code SeparateInjection} sends ours on its own, {@code OwnStatement} has the texts. {@code InjectedRole} and {@code
 * LiveRole} know the role ({@code warden.role}), apart from the values: a lost role weighs more than a lost tenant, and is forgotten sooner. A {@code
 * DriverConnection} is one physical connection as either of them sees it: {@code PgjdbcConnection}, {@code JdbcConnection}.
 */
package io.tenantwarden.engine.inject;
