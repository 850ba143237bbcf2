/**
 * How a broken rule becomes a log line and an entry of the report.
 *
 * <p>{@link io.tenantwarden.engine.report.Reporter} is the only type that the rest of the agent needs beside the plain values it takes. It
 * depends on no other package of the agent. Application threads only count and queue; one daemon thread writes.
 */
package io.tenantwarden.engine.report;
