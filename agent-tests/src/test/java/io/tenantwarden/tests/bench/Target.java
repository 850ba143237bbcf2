package io.tenantwarden.tests.bench;

import java.util.List;
import java.util.Locale;

/**
 * What a variant is to reach, as a ratio of operations a second.
 *
 * @param reference what it is compared with
 * @param least the ratio
 */
record Target(String variant, String reference, Cell cell, double least) {

    private static final Cell POINT = new Cell(Cell.Work.POINT, false, 1);
    private static final Cell POINT_WITH_LATENCY = new Cell(Cell.Work.POINT, true, 1);

    static final List<Target> ALL = List.of(
            new Target(Variant.PIPELINED, Variant.REFERENCE, POINT_WITH_LATENCY, 0.97),
            new Target(Variant.HELD, Variant.REFERENCE, POINT, 0.97),
            new Target(Variant.HELD, Variant.REFERENCE, POINT_WITH_LATENCY, 0.99),
            new Target(Variant.HELD, Variant.PIPELINED, new Cell(Cell.Work.ALTERNATING, false, 1), 1),
            new Target(Variant.HELD, Variant.PIPELINED, new Cell(Cell.Work.ALTERNATING, true, 1), 1));

    /** The head of the table of targets. */
    static final String HEAD =
            "| variant | compared with | work | at least | median | interval | | processor time of both | interval |\n"
                    + "|---|---|---|---|---|---|---|---|---|\n";

    /**
     * Its line in the table.
     *
     * @param measured operations a second, as ratios
     * @param processor time of client and server for an operation of the reference, divided by that of the variant
     */
    String line(Spread measured, Spread processor) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.2f | **%.3f** | %.3f to %.3f | %s | %.3f | %.3f to %.3f |%n",
                variant,
                reference,
                cell.title(),
                least,
                measured.median(),
                measured.low(),
                measured.high(),
                measured.verdict(least),
                processor.median(),
                processor.low(),
                processor.high());
    }
}
