package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.Library;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Drivers in class loaders that hide the boot loader's packages: in {@code enforce} they are covered as any other, with no
 * word to the loader.
 */
class HiddenLoaderScenario {

    private static final String ROWS = "select tenant_id from invoices";
    private final Path driverJar = Path.of(System.getProperty("driver.jar"));

    @TempDir
    Path folder;

    private static void assertIsolated(BiFunction<String, String, ?> application) throws Exception {
        Object unscoped = application.apply(Db.url(), ROWS);
        assertTrue(unscoped instanceof SQLException, () -> "not refused: " + unscoped);
        assertTrue(((SQLException) unscoped).getMessage().startsWith("[warden] refused: unscoped"), unscoped::toString);
        for (String tenant : List.of("a", "b")) {
            Object scoped = TenantContext.as(tenant, () -> application.apply(Db.url(), ROWS));
            assertTrue(scoped instanceof List, () -> "failed: " + scoped);
            assertEquals(Set.of(tenant), Set.copyOf((List<?>) scoped));
            assertEquals(TestDatabase.ROWS, ((List<?>) scoped).size());
        }
    }

    @SuppressWarnings("unchecked")
    private static BiFunction<String, String, Object> plugIn(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> type = Class.forName(PlugIn.class.getName(), true, loader);
        assertEquals(loader, type.getClassLoader());
        return (BiFunction<String, String, Object>) type.getConstructor().newInstance();
    }

    private static BiFunction<String, String, Object> driver(Class<?> type) throws ReflectiveOperationException {
        Driver driver = (Driver) type.getConstructor().newInstance();
        return (url, sql) -> {
            try {
                return PlugIn.query(driver, url, sql);
            } catch (SQLException e) {
                return e;
            }
        };
    }

    private static URL url(Path path) throws Exception {
        return path.toUri().toURL();
    }

    private static URL ownClasses() {
        return PlugIn.class.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void aLoaderThatFiltersNames() throws Exception {
        try (HidingLoader loader = new HidingLoader(getClass().getClassLoader(), url(driverJar), ownClasses())) {
            assertIsolated(plugIn(loader));
        }
    }

    @Test
    void aLoaderWhoseOwnClassIsHiddenFromTheAgentToo() throws Exception {
        try (HidingLoader outer = new HidingLoader(getClass().getClassLoader(), url(driverJar), ownClasses())) {
            // a loader class that is loaded by a hiding loader
            class Child extends HidingLoader {
                Child() throws Exception {
                    super(outer, url(driverJar), ownClasses());
                }
            }
            try (Child inner = new Child()) {
                assertIsolated(plugIn(inner));
            }
        }
    }

    @Test
    void aLoaderThatWasLoadedBeforeTheAgent() throws Exception {
        ClassLoader system = ClassLoader.getSystemClassLoader();
        assertEquals(HidingSystemLoader.class.getName(), system.getClass().getName());
        Class<?> driver = Class.forName("org.postgresql.Driver", true, system);
        assertEquals(system, driver.getClassLoader());
        assertIsolated(driver(driver));
    }

    /** JBoss Modules: driver and application are two modules, as in WildFly. */
    @Test
    void jbossModules() throws Exception {
        module("org.postgresql", driverJar, "");
        module("com.acme.app", classJar(), "<module name=\"org.postgresql\"/>");
        try (URLClassLoader loader = libraries("jboss-modules")) {
            Class<?> type = loader.loadClass("org.jboss.modules.LocalModuleLoader");
            Object modules = type.getConstructor(java.io.File[].class).newInstance((Object)
                    new java.io.File[] {folder.resolve("modules").toFile()});
            Object app = type.getMethod("loadModule", String.class).invoke(modules, "com.acme.app");
            ClassLoader appLoader =
                    (ClassLoader) app.getClass().getMethod("getClassLoader").invoke(app);
            assertThrows(ClassNotFoundException.class, () -> appLoader.loadClass(Db.class.getName()));
            assertIsolated(plugIn(appLoader));
        }
    }

    private void module(String name, Path jar, String dependencies) throws Exception {
        Path main = Files.createDirectories(
                folder.resolve("modules").resolve(name.replace('.', '/')).resolve("main"));
        Files.copy(jar, main.resolve("content.jar"));
        Files.writeString(
                main.resolve("module.xml"),
                "<module xmlns=\"urn:jboss:module:1.9\" name=\"" + name
                        + "\"><resources><resource-root path=\"content.jar\"/></resources><dependencies>"
                        + "<module name=\"java.sql\"/><module name=\"java.logging\"/><module name=\"java.naming\"/>"
                        + "<module name=\"java.management\"/><module name=\"java.security.sasl\"/>"
                        + "<module name=\"java.xml\"/><module name=\"java.security.jgss\"/>" + dependencies
                        + "</dependencies></module>");
    }

    private Path classJar() throws Exception {
        Path jar = folder.resolve("app.jar");
        String entry = PlugIn.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                var in = PlugIn.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
        }
        return jar;
    }

    @Test
    void osgiFelix() throws Exception {
        assertBundleIsIsolated("felix", "org.apache.felix.framework.");
    }

    @Test
    void osgiEquinox() throws Exception {
        assertBundleIsIsolated("equinox", "org.eclipse.osgi.");
    }

    /** The driver's jar is a bundle. Nothing is said about boot delegation. */
    private void assertBundleIsIsolated(String library, String packageName) throws Exception {
        try (URLClassLoader loader = libraries(library)) {
            Class<?> factories = loader.loadClass("org.osgi.framework.launch.FrameworkFactory");
            Object factory = ServiceLoader.load(factories, loader).findFirst().orElseThrow();
            Map<String, String> settings = new HashMap<>();
            settings.put("org.osgi.framework.storage", folder.resolve(library).toString());
            Object framework = call(factory, "newFramework", settings);
            call(framework, "start");
            try {
                Object bundle = call(
                        call(framework, "getBundleContext"),
                        "installBundle",
                        driverJar.toUri().toString());
                Class<?> driver = (Class<?>) call(bundle, "loadClass", "org.postgresql.Driver");
                assertTrue(
                        driver.getClassLoader().getClass().getName().startsWith(packageName),
                        () -> driver.getClassLoader().getClass().getName());
                assertIsolated(driver(driver));
            } finally {
                call(framework, "stop");
            }
        }
    }

    private static Object call(Object target, String name, Object... arguments) throws Exception {
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals(name) && accepts(method, arguments) && !method.isBridge()) {
                    method.setAccessible(true);
                    return method.invoke(target, arguments);
                }
            }
        }
        throw new NoSuchMethodException(target.getClass() + "." + name);
    }

    private static boolean accepts(Method method, Object[] arguments) {
        Class<?>[] types = method.getParameterTypes();
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            if (!types[i].isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }

    private URLClassLoader libraries(String name) throws Exception {
        List<URL> urls = new java.util.ArrayList<>();
        for (Path jar : new Library(name).jars()) {
            urls.add(url(jar));
        }
        return new URLClassLoader(urls.toArray(new URL[0]), getClass().getClassLoader());
    }
}
