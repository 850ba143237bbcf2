/**
 * What is known of one physical connection and of its database, and the questions that Warden itself asks there. Decides about no statement.
 *
 * <p>{@code Session} is one physical connection: who it is, its lock, and its parts, one job each: the {@code Execution} at hand, the
 * {@code OpenTransaction}, the {@code ApplicationValue} (what the application itself did to a setting, in SQL or in the connection's
 * {@code StartUpOptions}), the {@code RelationNames} (what names mean on this connection), the {@code SessionRole} (what its statements run as), the
 * {@code Checkout}, {@code KnownTexts} and {@code PreparedNames}. {@code Database} is the
 * catalog snapshot of one database. {@code NewConnections} makes a connection take part; {@code Catalogs} reads the first snapshot,
 * {@code CatalogRefresher} later ones on a thread and a connection of Warden's own ({@code OwnConnections}); {@code ServerQuestions} asks what a
 * statement needs to know at once, in an {@code OwnTransaction}; {@code TenantChecks} asks {@code warden.tenant.check}, {@code FactsReader} reads
 * what the rules need, {@code OwnStatements} sets values in a statement of their own: the only places that run SQL of ours through JDBC.
 * {@code Checkouts} captures the scope when a connection is borrowed, and asks nothing of
 * {@code Mocks}; a {@code KeptAnswer} is what a source said that runs SQL itself. {@code DriverObjects} finds what is kept of a driver's
 * object, in its field or beside it.
 */
package io.tenantwarden.engine.session;
