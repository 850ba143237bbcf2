/**
 * How a broken rule becomes a log line and an entry of the report.
 *
 * <p>{@link io.tenantwarden.engine.report.Reporter} is the only type that the rest of the agent needs beside the plain values it takes. It
 * depends on no other package of the agent. Application threads only count and queue; one daemon thread writes.
 *
 * <p>{@code Reporter} is the way in, and nothing more. What is told ends in {@code Collected}: {@code Violations} counts;
 * {@code StatementStats} and {@code SiteInventory} count executions; {@code Bypasses}, {@code Findings}. Each {@code ReportSink} gets it
 * from there: {@code LogSink} ({@code LogLine} has the formats, {@code LogRouter} and {@code Slf4j} find the application's log,
 * {@code LogBackend} says when it has stopped), {@code FileSink} ({@code ReportWriter} replaces the files), {@code ExitSummary},
 * {@code ExitCode} ({@code warden.fail}), {@code FlightSink} ({@code FlightEvents}) and {@code ManagementSink} ({@code WardenMXBean}), which
 * are left out where the JVM has no {@code jdk.jfr} or {@code java.management}. {@code SiteFinder} walks the stack; {@code Packages} says
 * whose code a class is (the table is {@code PackageNames}); {@code Callers} names the method that a bypass may name: no helper of many
 * callers, and none through which others' statements pass by its form ({@code Passages}); {@code BaselineReader} reads what is known. It
 * depends on no other package of the agent. Application threads count and queue; one daemon thread ({@code WardenThread}) writes.
 */
package io.tenantwarden.engine.report;
