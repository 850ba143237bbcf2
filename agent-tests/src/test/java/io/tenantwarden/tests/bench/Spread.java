package io.tenantwarden.tests.bench;

import com.grack.nanojson.JsonObject;
import java.util.Arrays;
import java.util.Locale;

/**
 * Smallest, middle and largest of some figures.
 *
 * @param low and {@code high}: between them lies the median that more figures would give, at a confidence of 95 % where there are enough of them
 *     (order statistics: six or more), else all that was measured
 */
public record Spread(double min, double median, double max, double low, double high) {

    public static Spread of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        int rank = rank(sorted.length);
        return new Spread(sorted[0], median, sorted[sorted.length - 1], sorted[rank], sorted[sorted.length - 1 - rank]);
    }

    /** How many figures may be left out on each side: the binomial distribution of those below the median. */
    private static int rank(int n) {
        double below = Math.pow(0.5, n);
        double probability = below;
        int rank = 0;
        while (probability <= 0.025) {
            rank++;
            below = below * (n - rank + 1) / rank;
            probability += below;
        }
        return Math.max(0, rank - 1);
    }

    /** Against a target that is to be reached: a figure whose interval includes the target is undecided. */
    String verdict(double target) {
        return low >= target ? "met" : high < target ? "not met" : "undecided";
    }

    static Spread ofRatios(double[] values, double[] references) {
        double[] ratios = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            ratios[i] = values[i] / references[i];
        }
        return of(ratios);
    }

    public JsonObject json(int digits) {
        JsonObject object = new JsonObject();
        object.put("min", round(min, digits));
        object.put("median", round(median, digits));
        object.put("max", round(max, digits));
        return object;
    }

    private static double round(double value, int digits) {
        double factor = Math.pow(10, digits);
        return Math.round(value * factor) / factor;
    }

    /** Three columns of a Markdown table. */
    public String columns(int digits) {
        String one = "%." + digits + "f";
        return String.format(Locale.ROOT, one + " | **" + one + "** | " + one, min, median, max);
    }
}
