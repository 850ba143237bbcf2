package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeysTest {

    static List<Key<?>> all() {
        return Keys.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyDeclarationIsWholeAndItsExampleAndDefaultAreRead(Key<?> key) {
        assertAll(
                () -> assertTrue(key.name().startsWith("warden."), key.name()),
                () -> assertFalse(key.allowed().isBlank(), key.name()),
                () -> assertTrue(key.meaning().endsWith("."), key.name()),
                () -> assertNotNull(key.type().read(key.example()), key.name()),
                () -> assertFalse(key.example().equals(key.defaultText()), key.name()),
                () -> assertTrue(key.defaultText() == null || key.defaultValue() != null, key.name()));
    }

    @Test
    void noTwoKeysShareANameOrAVariable() {
        Set<String> names = new HashSet<>();
        Set<String> variables = new HashSet<>();
        for (Key<?> key : Keys.all()) {
            assertTrue(names.add(key.name()), key.name());
            assertTrue(variables.add(key.variable()), key.variable());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyKeyIsFoundByNameAndByVariable(Key<?> key) {
        String name = key.name().replace("<name>", "payment-webhook").replace("<n>", "7");

        assertEquals(key, Names.key(name));
        assertEquals(name, Names.ofVariable(Key.variableOf(name)));
    }
}
