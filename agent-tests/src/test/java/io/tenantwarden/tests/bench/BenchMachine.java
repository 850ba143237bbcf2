package io.tenantwarden.tests.bench;

import com.grack.nanojson.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.Map;

/** On what something was measured; no names of machines and no paths. */
public final class BenchMachine {

    private BenchMachine() {}

    /** @param versions further programs and their versions */
    public static JsonObject describe(Map<String, String> versions) {
        JsonObject object = new JsonObject();
        object.put("date", LocalDate.now().toString());
        object.put("processors", Runtime.getRuntime().availableProcessors());
        long memory = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        object.put("memoryGiB", Math.round(memory / (double) (1 << 30)));
        object.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        object.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        object.putAll(versions);
        return object;
    }

    public static String sentence(JsonObject machine) {
        StringBuilder text = new StringBuilder();
        text.append("Measured on ")
                .append(machine.getString("date"))
                .append(": ")
                .append(machine.getInt("processors"))
                .append(" processors, ")
                .append(machine.getInt("memoryGiB"))
                .append(" GiB of memory, ")
                .append(machine.getString("os"))
                .append(", ")
                .append(machine.getString("jdk"));
        for (Map.Entry<String, Object> entry : machine.entrySet()) {
            if (!java.util.Set.of("date", "processors", "memoryGiB", "os", "jdk")
                    .contains(entry.getKey())) {
                text.append(", ").append(entry.getKey()).append(' ').append(entry.getValue());
            }
        }
        return text.append(".").toString();
    }
}
