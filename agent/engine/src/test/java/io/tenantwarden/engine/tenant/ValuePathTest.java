package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValuePathTest {

    private static Object get(Object root, String... steps) throws TenantSourceException {
        return ValuePath.of(List.of(steps)).get(root);
    }

    private static String failure(Object root, String... steps) {
        TenantSourceException e = assertThrows(TenantSourceException.class, () -> get(root, steps));
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        assertEquals(String.join(".", steps), e.source());
        return e.getMessage();
    }

    record Tenant(String id, Optional<Tenant> parent) {}

    static class Account {
        private final String secret = "field";
        private final String both = "field";

        String getBoth() {
            return "getter";
        }

        boolean isActive() {
            return true;
        }

        private long number() {
            return 42;
        }

        String getBroken() {
            throw new IllegalArgumentException("acme");
        }
    }

    static class SubAccount extends Account {}

    record Named(String text) implements Supplier<String> {
        @Override
        public String get() {
            return "supplied";
        }
    }

    @Test
    void followsRecordsGettersAndFieldsOfAnyVisibility() throws Exception {
        assertEquals("acme", get(new Tenant("acme", Optional.empty()), "id"));
        assertEquals("field", get(new SubAccount(), "secret"));
        assertEquals("getter", get(new SubAccount(), "both"));
        assertEquals("getter", get(new SubAccount(), "getBoth"));
        assertEquals(true, get(new SubAccount(), "active"));
        assertEquals(42L, get(new SubAccount(), "number"));
        assertEquals(4, get("acme", "length"));
    }

    @Test
    void aPathServesEveryClass() throws Exception {
        ValuePath path = ValuePath.of(List.of("length"));
        assertEquals(4, path.get("acme"));
        assertEquals(3, path.get(new StringBuilder("abc")));
        assertEquals(4, path.get("acme"));
    }

    @Test
    void opensHoldersOnTheWayAndAtTheEnd() throws Exception {
        Tenant parent = new Tenant("parent", Optional.empty());
        Tenant child = new Tenant("child", Optional.of(parent));
        ThreadLocal<Object> local = ThreadLocal.withInitial(() -> Optional.of(child));
        assertEquals("parent", get(local, "parent", "id"));
        assertEquals("parent", get(local, "parent", "get", "id"));
        assertEquals("parent", get(local, "get", "parent", "id"));
        assertSame(child, get(local));
        assertEquals("child", get(new AtomicReference<>(child), "id"));
        Supplier<Object> supplier = () -> child;
        assertEquals("child", get(supplier, "id"));
        assertEquals("child", get(supplier, "get", "id"));
        assertSame(child, get(supplier));
        assertEquals(7L, get(OptionalLong.of(7)));
        assertEquals(7, get(OptionalInt.of(7)));
        assertEquals("text", get(new Named("text"), "text"));
        assertEquals("supplied", get(new Named("text")));
    }

    record User(List<String> tenantIds, Map<String, Object> claims) {}

    enum Region {
        EU
    }

    static class Node {
        String get(Object key) {
            return "by object";
        }

        String get(String key) {
            return "node " + key;
        }

        String at(long index) {
            return "at " + index;
        }
    }

    @Test
    void elementsOfListsMapsAndArrays() throws Exception {
        User user = new User(List.of("a", "b"), Map.of("tenant", Optional.of("c"), "ids", new String[] {"d", "e"}));
        assertEquals("a", get(user, "tenantIds", "[0]"));
        assertEquals("b", get(user, "tenantIds", "get(1)"));
        assertEquals("a", get(user, "tenantIds", "first"));
        assertEquals("a", get(user, "tenantIds", "getFirst"));
        assertEquals("c", get(user, "claims", "[\"tenant\"]"));
        assertEquals("c", get(user, "claims", "get('tenant')"));
        assertEquals("e", get(user, "claims", "['ids']", "[1]"));
        assertEquals("a", get(ThreadLocal.withInitial(() -> Optional.of(user.tenantIds())), "[0]"));
        assertEquals(7, get(new int[] {7}, "[0]"));
        assertEquals("x", get(Set.of("x"), "[0]"));
        assertEquals("b", get(new java.util.TreeSet<>(Set.of("c", "b")), "first"));
        assertEquals("x", get(Map.of(Region.EU, "x"), "[\"EU\"]"));
        assertEquals("x", get(Map.of(5L, "x"), "[5]"));
        assertEquals("x", get(new java.util.TreeMap<>(Map.of(5, "x")), "[\"5\"]"));
        assertEquals("a", get(List.of("a").stream(), "findFirst"));
    }

    @Test
    void methodsWithOneConstant() throws Exception {
        assertEquals("node tenant", get(new Node(), "[\"tenant\"]"));
        assertEquals("node tenant", get(new Node(), "get(\"tenant\")"));
        assertEquals("at 3", get(new Node(), "at(3)"));
        Supplier<Node> supplier = Node::new;
        assertEquals("node x", get(supplier, "get(\"x\")"));
        String message = failure(new Node(), "att(3)");
        assertTrue(message.contains("no method att") && message.contains("nearest: at"), message);
    }

    @Test
    void anElementThatIsNotThereIsNoAnswer() throws Exception {
        assertNull(get(List.of(), "[0]"));
        assertNull(get(List.of(), "first"));
        assertNull(get(List.of("a"), "[1]", "id"));
        assertNull(get(new String[0], "[0]"));
        assertNull(get(Set.of(), "[0]"));
        assertNull(get(Map.of(), "[\"x\"]"));
        assertNull(get(Map.of("y", "z"), "[\"x\"]"));
        assertNull(get(Map.of("0", "z"), "[1]"));
        assertNull(get(null, "[0]"));
        assertNull(get(Optional.empty(), "[\"x\"]"));
    }

    /** Whose tenant the "first" of a HashSet is would be chance. */
    @Test
    void oneOfSeveralInNoOrderIsNobodys() {
        assertTrue(failure(Set.of("a", "b"), "[0]").contains("no order"));
        assertTrue(failure(Map.of("a", 1, "b", 2).keySet(), "first").contains("no order"));
    }

    @Test
    void aMessageSaysHowAnElementIsWritten() {
        assertTrue(failure(Map.of("a", 1), "tenant").contains("[\"tenant\"]"));
        assertTrue(failure(List.of("a"), "tenant").contains("[0]"));
        assertTrue(failure(List.of("a"), "[\"tenant\"]").contains("[0]"));
    }

    @Test
    void nothingOnTheWayIsNoAnswer() throws Exception {
        assertNull(get(null));
        assertNull(get(null, "id"));
        assertNull(get(new Tenant(null, Optional.empty()), "id"));
        assertNull(get(new Tenant(null, Optional.empty()), "parent", "id"));
        assertNull(get(new Tenant(null, null), "parent", "id"));
        assertNull(get(new ThreadLocal<>(), "id"));
        assertNull(get(Optional.empty()));
        assertNull(get(OptionalLong.empty()));
        assertNull(get(OptionalInt.empty()));
    }

    @Test
    void closedClassesAreReadThroughTheirPublicInterface() throws Exception {
        // the class is private to the JDK
        assertEquals(1, get(Map.of("a", "b").entrySet().iterator().next().getKey(), "length"));
        assertEquals("a", get(Map.of("a", "b").entrySet().iterator().next(), "key"));
        Principal principal = new javax.security.auth.x500.X500Principal("CN=acme");
        assertEquals("CN=acme", get(principal, "name"));
        assertTrue(failure("acme", "value").contains("no getter or field value in java.lang.String"));
    }

    @Test
    void aMissingStepNamesTheNearest() {
        String message = failure(new Account(), "secrets");
        assertTrue(message.contains("no getter or field secrets in " + Account.class.getName()), message);
        assertTrue(message.contains("secret"), message);
    }

    @Test
    void aGetterThatThrowsFailsWithoutItsMessage() {
        String message = failure(new Account(), "broken");
        assertTrue(message.contains("threw java.lang.IllegalArgumentException at "), message);
        assertTrue(!message.contains("acme"), message);
    }

    @Test
    void holdersWithoutEndFail() {
        AtomicReference<Object> itself = new AtomicReference<>();
        itself.set(itself);
        assertTrue(failure(itself).contains("holders"));
        assertTrue(failure(itself, "id").contains("holders"));
    }

    @Test
    void signaturesThatMentionMissingClassesAreSkipped() throws Exception {
        var compiled = WebApplication.compile(
                "package com.acme; public class Missing {}",
                "package com.acme; public class Lower extends Upper { Missing missing() { return null; } }",
                "package com.acme; public class Upper { String id() { return \"acme\"; } }");
        assertTrue(Path.of(compiled.toURI())
                .resolve("com/acme/Missing.class")
                .toFile()
                .delete());
        LoadedClasses none = new LoadedClasses(List.of());
        try (var application = new WebApplication(none, ClassLoader.getPlatformClassLoader(), compiled)) {
            Object lower =
                    application.use("com.acme.Lower").getDeclaredConstructor().newInstance();
            assertEquals("acme", get(lower, "id"));
            assertTrue(failure(lower, "other").contains("NoClassDefFoundError"));
            Accessor method = StaticMembers.method(application.use("com.acme.Lower"), "current", Opener.NONE);
            assertTrue(method.failure().contains("NoClassDefFoundError: com/acme/Missing"), method.failure());
        }
    }

    /** A class in a package that a named module keeps to itself. */
    @Test
    void aClosedModuleNamesTheOptionThatOpensIt(@TempDir Path directory) throws Throwable {
        WebApplication.compile(
                directory,
                List.of(),
                "module com.acme.app { }",
                "package com.acme; public class TenantContext { static String current() { return \"acme\"; }"
                        + " static final String CURRENT = \"acme\"; String id() { return \"acme\"; } }");
        ModuleFinder finder = ModuleFinder.of(directory);
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), Set.of("com.acme.app"));
        ModuleLayer.Controller controller = ModuleLayer.defineModulesWithOneLoader(
                configuration, List.of(ModuleLayer.boot()), ClassLoader.getPlatformClassLoader());
        Class<?> type = controller.layer().findLoader("com.acme.app").loadClass("com.acme.TenantContext");

        String help = "--add-opens com.acme.app/com.acme=ALL-UNNAMED";
        assertTrue(StaticMembers.method(type, "current", Opener.NONE).failure().contains(help));
        assertTrue(StaticMembers.field(type, "CURRENT", Opener.NONE).failure().contains(help));

        List<String> opened = new ArrayList<>();
        Opener opener = (module, packageName) -> {
            opened.add(module.getName() + "/" + packageName);
            controller.addOpens(module, packageName, getClass().getModule());
            return true;
        };
        Accessor method = StaticMembers.method(type, "current", opener);
        assertEquals("acme", (Object) method.handle().invokeExact());
        assertEquals(List.of("com.acme.app/com.acme"), opened);
    }

    /** {@code ScopedValue} exists from JDK 25 on. */
    @Test
    void opensScopedValues() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "ScopedValue needs JDK 25");
        LoadedClasses none = new LoadedClasses(List.of());
        try (var application = WebApplication.of(
                none,
                "package com.acme; public class Scoped { public static final ScopedValue<String> CURRENT ="
                        + " ScopedValue.newInstance(); public static void in(Runnable task) {"
                        + " ScopedValue.where(CURRENT, \"acme\").run(task); } }")) {
            Object scoped =
                    application.use("com.acme.Scoped").getField("CURRENT").get(null);
            assertNull(get(scoped));
            List<Object> inside = new ArrayList<>();
            application.call("com.acme.Scoped", "in", (Runnable) () -> {
                try {
                    inside.add(get(scoped));
                    inside.add(get(scoped, "length"));
                } catch (TenantSourceException e) {
                    inside.add(e);
                }
            });
            assertEquals(List.of("acme", 4), inside);
        }
    }

    /** What a server undeploys has to go. */
    @Test
    void noApplicationIsPinned() throws Exception {
        ValuePath path = ValuePath.of(List.of("tenant", "id"));
        assertTrue(WebApplication.isCollected(new WeakReference<>(followed(path))));
        assertEquals("acme", path.get(new Object() {
            Tenant tenant() {
                return new Tenant("acme", null);
            }
        }));
    }

    private static ClassLoader followed(ValuePath path) throws Exception {
        WebApplication application = WebApplication.of(
                new LoadedClasses(List.of()),
                "package com.acme; public class Holder { Holder tenant() { return this; } String id = \"acme\"; }");
        Object holder =
                application.use("com.acme.Holder").getDeclaredConstructor().newInstance();
        for (int i = 0; i < 1_000; i++) {
            assertEquals("acme", path.get(holder));
        }
        return application;
    }
}
