/**
 * The PostgreSQL driver, its forks and relocated copies.
 *
 * <p>{@code PgjdbcInstrumentations} finds the driver classes, by name or by structure, {@code DriverAdvice} has the advice, {@code Holder}
 * adds the fields. {@code DriverStrategies} reads from the class file of the query executor whether the driver has what the pipelined
 * strategy needs, and {@code PortableAdvice} is the advice where it has not, or where {@code warden.strategy=jdbc}.
 */
package io.tenantwarden.instrumentation.pgjdbc;
