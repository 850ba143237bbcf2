package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import jdk.jfr.Name;
import org.junit.jupiter.api.Test;

/** docs/reports.md names every event with all of its fields, and no other. */
class FlightEventsTest {

    @Test
    void theDocumentIsTrue() throws Exception {
        String page = Files.readString(Path.of("../../docs/reports.md"));
        Set<String> documented = Pattern.compile("(?m)^\\| `(tenantwarden\\.[A-Z]\\w*)` \\|")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> declared = new LinkedHashSet<>();
        for (Class<? extends Event> type : FlightEvents.ALL) {
            String name = type.getAnnotation(Name.class).value();
            declared.add(name);
            String row = page.lines()
                    .filter(line -> line.startsWith("| `" + name + "` |"))
                    .findFirst()
                    .orElse("");
            for (Field field : type.getDeclaredFields()) {
                assertTrue(
                        field.isSynthetic() || row.contains("`" + field.getName() + "`"),
                        name + " " + field + ": " + row);
            }
        }
        assertEquals(declared, documented);
    }
}
