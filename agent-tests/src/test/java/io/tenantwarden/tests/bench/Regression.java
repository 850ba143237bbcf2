package io.tenantwarden.tests.bench;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A new measurement beside that of the page: what has moved by more than chance does. */
final class Regression {

    /** Statements, waits and writes of an operation are the same each time. */
    private static final double COUNTED = 0.05;

    /** Bytes vary with what the pool does in between. */
    private static final double BYTES = 32;

    private static final double BYTES_SHARE = 0.05;

    private final JsonObject before;
    private final JsonObject now;
    private final List<String> moved = new ArrayList<>();

    private Regression(JsonObject before, JsonObject now) {
        this.before = before;
        this.now = now;
    }

    /**
     * What has moved, in lines for people; the last one says what was compared.
     *
     * @param page the JSON of the page; what it does not have yet is not compared
     */
    static List<String> lines(Path page, JsonObject now) throws IOException, JsonParserException {
        if (!Files.exists(page)) {
            return List.of("nothing to compare with: there is no " + page.getFileName() + " yet");
        }
        Regression regression = new Regression(JsonParser.object().from(Files.readString(page)), now);
        int ratios = regression.ratios();
        int counts = regression.counts();
        List<String> lines = new ArrayList<>(regression.moved);
        lines.add(ratios + " ratios, with their bytes, and " + counts + " counts compared with the page of "
                + regression.before.getObject("machine").getString("date") + ": " + regression.moved.size()
                + " moved by more than the noise");
        return lines;
    }

    private int ratios() {
        int compared = 0;
        JsonArray all = now.getArray("throughput");
        for (int i = 0; i < all.size(); i++) {
            JsonObject one = all.getObject(i);
            JsonObject other = find(before, one, one.getString("variant"));
            if (other == null) {
                continue;
            }
            compared++;
            double noise = Math.max(noise(before, one), noise(now, one));
            double from = other.getObject("ratio").getDouble("median");
            double to = one.getObject("ratio").getDouble("median");
            if (Math.abs(to - from) > noise) {
                moved.add(String.format(
                        Locale.ROOT, "%s: ratio %.3f, was %.3f (noise %.3f)", title(one), to, from, noise));
            }
            double bytesFrom = other.getDouble("bytesPerOperation");
            double bytesTo = one.getDouble("bytesPerOperation");
            if (Math.abs(bytesTo - bytesFrom) > Math.max(BYTES, BYTES_SHARE * bytesFrom)) {
                moved.add(String.format(
                        Locale.ROOT, "%s: %.0f bytes an operation, was %.0f", title(one), bytesTo, bytesFrom));
            }
        }
        return compared;
    }

    private static String title(JsonObject one) {
        return one.getString("variant") + ", " + one.getString("work") + ", " + one.getString("network") + ", "
                + one.getInt("threads") + (one.getInt("threads") == 1 ? " thread" : " threads");
    }

    private static JsonObject find(JsonObject page, JsonObject like, String variant) {
        JsonArray all = page.getArray("throughput");
        for (int i = 0; i < all.size(); i++) {
            JsonObject one = all.getObject(i);
            if (one.getString("variant").equals(variant)
                    && one.getString("work").equals(like.getString("work"))
                    && one.getString("network").equals(like.getString("network"))
                    && one.getInt("threads") == like.getInt("threads")) {
                return one;
            }
        }
        return null;
    }

    /** How far ratios of the control, which does the same as the reference, lie from 1. */
    private static double noise(JsonObject page, JsonObject like) {
        JsonObject control = find(page, like, Variant.CONTROL);
        if (control == null) {
            return 0;
        }
        JsonObject ratio = control.getObject("ratio");
        return Math.max(Math.abs(1 - ratio.getDouble("min")), Math.abs(ratio.getDouble("max") - 1));
    }

    private int counts() {
        int compared = 0;
        JsonArray all = now.getArray("statements");
        JsonArray others = before.getArray("statements");
        for (int i = 0; i < all.size(); i++) {
            JsonObject one = all.getObject(i);
            for (int j = 0; j < others.size(); j++) {
                JsonObject other = others.getObject(j);
                if (one.getString("variant").equals(other.getString("variant"))
                        && one.getString("work").equals(other.getString("work"))) {
                    compared++;
                    for (String what : List.of("statementsPerOperation", "waitsPerOperation", "writesPerOperation")) {
                        if (Math.abs(one.getDouble(what) - other.getDouble(what)) > COUNTED) {
                            moved.add(one.getString("variant") + ", " + one.getString("work") + ": " + what + " "
                                    + one.getDouble(what) + ", was " + other.getDouble(what));
                        }
                    }
                }
            }
        }
        return compared;
    }
}
