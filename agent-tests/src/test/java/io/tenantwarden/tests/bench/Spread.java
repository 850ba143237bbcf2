package io.tenantwarden.tests.bench;

import com.grack.nanojson.JsonObject;
import java.util.Arrays;
import java.util.Locale;

/** Smallest, middle and largest of some figures. */
public record Spread(double min, double median, double max) {

    public static Spread of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
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
