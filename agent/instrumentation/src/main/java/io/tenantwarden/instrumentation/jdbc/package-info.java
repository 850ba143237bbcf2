/**
 * The interfaces of JDBC: drivers, data sources, connections.
 *
 * <p>{@code DriverConnectInstrumentation}: every {@code java.sql.Driver}. {@code DataSourceInstrumentation} and
 * {@code ConnectionCloseInstrumentation}: borrow and give back, on every {@code javax.sql.DataSource} and {@code java.sql.Connection}.
 */
package io.tenantwarden.instrumentation.jdbc;
