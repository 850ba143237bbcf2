/**
 * The way of one statement, from what it says to pass, report or refuse, and what the thread runs as. Decides: how a value gets on the wire
 * is the business of {@code inject}, how something is told that of {@code report}.
 *
 * <p>{@code StatementGate} is the way of a statement. {@code PgjdbcGate} brings it what passes through the driver's {@code execute}, {@code JdbcGate}
 * the calls of JDBC. {@code TableLookup} finds the tables, {@code FunctionLookup} those behind functions and triggers ({@code FunctionRule} lists
 * which bypass, or cannot be read); {@code SettingsRule}, {@code RoleRule}, {@code AccessRule} and {@code TenantRule} each give a {@code Verdict}
 * where something is wrong, which {@code VerdictTeller}, {@code Refusals} and {@code NextSteps} put into words, nobody else ({@code ServerAnswers}
 * says whether an error that the server gave to ours is a failure of ours); {@code BypassReach} says what a bypass would open; {@code ScopeInjection}
 * sets what must be set. {@code ScopeResolver} says what the thread runs as; {@code SourceAnswers} asks the tenant source for it, {@code LeftValues}
 * says whether its answer was left on the thread by an earlier request, {@code SettingPlaces} where it was set. {@code MethodScopes} runs {@code
 * warden.scope.NAME} and {@code warden.bypass.NAME}, {@code RequestScopes} a request, {@code MessageScopes} the scope of a listener's message. {@code
 * TaskScopes} says what a task runs as that is handed to another thread, {@code SharedTasks} which tasks serve everybody, {@code LostScopes} what is
 * said when a scope stayed behind. {@code KnownStatement} is what is kept on a driver query, {@code LastRun} how it was let through; {@code
 * ResultGate} is the way of the answer, of which {@code ZeroRowRule} and {@code RowRule} judge, {@code ForeignRows} has the words for a row of
 * another tenant.
 */
package io.tenantwarden.engine.policy;
