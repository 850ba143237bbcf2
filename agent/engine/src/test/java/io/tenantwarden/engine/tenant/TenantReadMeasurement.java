package io.tenantwarden.engine.tenant;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/** Prints what one reading of the tenant costs in processor time. A program, not a test: timings are never asserted. */
public final class TenantReadMeasurement {

    private static final int READS = 5_000_000;
    private static final int ROUNDS = 7;

    private TenantReadMeasurement() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws Exception {
        for (String source : List.of(
                "method:com.acme.TenantContext#current",
                "field:com.acme.TenantContext#CURRENT",
                "method:com.acme.TenantContext#tenant.id",
                "value:acme")) {
            measure(source);
        }
    }

    private static void measure(String source) throws Exception {
        List<SourceSpec> specs = List.of(SourceSpec.parse(source));
        LoadedClasses classes = LoadedClasses.forSources(specs);
        TenantReader reader = new TenantReader(
                specs,
                new TenantFormat(TenantType.TEXT, null),
                new SourceContext(classes, AppFrames.NONE, Opener.NONE),
                new TestGuard());
        WebApplication.of(
                        classes,
                        "package com.acme; public class TenantContext {"
                                + " static final ThreadLocal<String> CURRENT = ThreadLocal.withInitial(() -> \"acme\");"
                                + " static final Tenant TENANT = new Tenant(\"acme\");"
                                + " static Tenant tenant() { return TENANT; }"
                                + " static String current() { return CURRENT.get(); } }",
                        "package com.acme; record Tenant(String id) {}")
                .use("com.acme.TenantContext");
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] nanos = new double[ROUNDS];
        long bytes = Long.MAX_VALUE;
        int length = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long start = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < READS; i++) {
                length += reader.read().length();
            }
            nanos[round] = (threads.getCurrentThreadCpuTime() - start) / (double) READS;
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - allocated);
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%-42s min %.1f ns, median %.1f ns, max %.1f ns, %d bytes in %d reads (checksum %d)%n",
                source, nanos[0], nanos[ROUNDS / 2], nanos[ROUNDS - 1], bytes, READS, length);
    }
}
