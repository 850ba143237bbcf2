package io.tenantwarden.instrumentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.HasColumns;
import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.engine.config.Strategy;
import io.tenantwarden.instrumentation.pgjdbc.DriverStrategies;
import io.tenantwarden.instrumentation.pgjdbc.PgjdbcInstrumentations;
import io.tenantwarden.instrumentation.source.SettingInstrumentations;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/** The real driver, changed as in production and loaded anew: the JVM's verifier has the last word. */
class DriverClassesTest {

    private static final String EXECUTOR = "org.postgresql.core.v3.QueryExecutorImpl";

    /** Loads the driver's own classes anew, each through the transformer. */
    private static final class Loader extends URLClassLoader {
        private final WardenTransformer transformer;
        private final List<String> failures;
        private final Map<String, String> changed = new TreeMap<>();

        Loader() {
            this(Strategy.AUTO);
        }

        Loader(Strategy strategy) {
            super(
                    new URL[] {
                        Driver.class.getProtectionDomain().getCodeSource().getLocation()
                    },
                    DriverClassesTest.class.getClassLoader());
            List<String> failed = new ArrayList<>();
            failures = failed;
            PgjdbcInstrumentations drivers =
                    new PgjdbcInstrumentations(new DriverStrategies(strategy, failed::add), failed::add);
            transformer = new WardenTransformer(
                    new Candidates(
                            drivers,
                            Map.of(),
                            Map.of(),
                            new SettingInstrumentations(java.util.Set.of(), false, false, (name, kind) -> 0),
                            List.of(),
                            false,
                            false,
                            false),
                    () -> false,
                    (loader, name) -> {},
                    new WardenTransformer.Listener() {
                        @Override
                        public void transformed(String className, String instrumentation, ClassLoader loader) {
                            changed.put(className, instrumentation);
                        }

                        @Override
                        public void failed(
                                String className,
                                String instrumentation,
                                ClassLoader loader,
                                Throwable cause,
                                boolean guarded) {
                            failed.add(className + " " + instrumentation + " " + cause);
                        }
                    });
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith("org.postgresql.")) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String path = name.replace('.', '/');
            try (InputStream in = findResource(path + ".class").openStream()) {
                byte[] original = in.readAllBytes();
                byte[] result = transformer.transform(null, this, path, null, null, original);
                byte[] bytes = result == null ? original : result;
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static Class<?> initialised(Loader loader, String name) throws Exception {
        // initialisation comes after verification of the whole class
        return Class.forName(name, true, loader);
    }

    private static final java.util.Set<String> RESULTS = java.util.Set.of(
            "org.postgresql.jdbc.PgStatement$StatementResultHandler",
            "org.postgresql.jdbc.PgResultSet$CursorResultHandler",
            "org.postgresql.jdbc.BatchResultHandler");

    private static final String ROW = "org.postgresql.core.Tuple";

    private static void assertResultsAreSeen(Loader loader) throws Exception {
        for (String name : RESULTS) {
            assertNotNull(initialised(loader, name));
            assertEquals("driver result handler", loader.changed.get(name));
        }
        Object row =
                initialised(loader, ROW).getConstructor(byte[][].class).newInstance((Object) new byte[][] {{1}, null});
        assertEquals("driver row", loader.changed.get(ROW));
        assertEquals(1, ((HasColumns) row).wardenColumn(0)[0]);
        assertNull(((HasColumns) row).wardenColumn(1));
    }

    @Test
    void theDriverStillVerifies() throws Exception {
        try (Loader loader = new Loader()) {
            for (String name : List.of(
                    EXECUTOR,
                    "org.postgresql.core.v3.SimpleQuery",
                    "org.postgresql.jdbc.PgConnection",
                    "org.postgresql.ds.PGSimpleDataSource",
                    "org.postgresql.ds.PGPoolingDataSource",
                    "org.postgresql.ds.PGConnectionPoolDataSource",
                    "org.postgresql.xa.PGXADataSource",
                    "org.postgresql.Driver")) {
                Class<?> type = initialised(loader, name);
                assertSame(loader, type.getClassLoader());
                assertNotNull(type.getDeclaredMethods());
            }
            assertEquals(List.of(), loader.failures);
            assertEquals("driver query executor", loader.changed.get(EXECUTOR));
            assertResultsAreSeen(loader);
            assertEquals("driver query", loader.changed.get("org.postgresql.core.v3.SimpleQuery"));
            assertEquals("driver connection, connection", loader.changed.get("org.postgresql.jdbc.PgConnection"));
            assertEquals("data source", loader.changed.get("org.postgresql.ds.common.BaseDataSource"));
        }
    }

    @Test
    void theDriverVerifiesWithThePortableInstrumentationToo() throws Exception {
        try (Loader loader = new Loader(Strategy.JDBC)) {
            for (String name : List.of(
                    EXECUTOR,
                    "org.postgresql.jdbc.PgConnection",
                    "org.postgresql.jdbc.PgStatement",
                    "org.postgresql.jdbc.PgPreparedStatement",
                    "org.postgresql.jdbc.PgCallableStatement",
                    "org.postgresql.copy.CopyManager",
                    "org.postgresql.Driver")) {
                assertSame(loader, initialised(loader, name).getClassLoader());
            }
            assertEquals(List.of(), loader.failures);
            assertEquals("driver query executor (jdbc)", loader.changed.get(EXECUTOR));
            assertResultsAreSeen(loader);
            assertEquals(
                    "driver connection (jdbc), connection", loader.changed.get("org.postgresql.jdbc.PgConnection"));
            assertEquals("driver statement (jdbc)", loader.changed.get("org.postgresql.jdbc.PgCallableStatement"));
            assertEquals("driver copy manager (jdbc)", loader.changed.get("org.postgresql.copy.CopyManager"));
        }
    }

    /** A data source that inherits both forms from a class that is none. */
    @Test
    void inheritedGetConnectionIsSeen() throws Exception {
        try (Loader loader = new Loader()) {
            Class<?> simple = initialised(loader, "org.postgresql.ds.PGSimpleDataSource");
            Class<?> declaring = simple.getMethod("getConnection").getDeclaringClass();
            assertTrue(!javax.sql.DataSource.class.isAssignableFrom(declaring));
            assertEquals("data source", loader.changed.get(declaring.getName()));
        }
    }

    /** The members that the bridge relies on. */
    @Test
    void theDriverCarriesOurState() throws Exception {
        try (Loader loader = new Loader()) {
            assertTrue(HasSession.class.isAssignableFrom(initialised(loader, EXECUTOR)));
            assertTrue(HasSession.class.isAssignableFrom(initialised(loader, "org.postgresql.jdbc.PgConnection")));
            Class<?> query = initialised(loader, "org.postgresql.core.v3.SimpleQuery");
            assertTrue(HasStatement.class.isAssignableFrom(query));
            var constructor = Arrays.stream(query.getDeclaredConstructors())
                    .filter(c -> c.getParameterCount() == 3)
                    .findFirst()
                    .orElseThrow();
            constructor.setAccessible(true);
            Class<?> nativeQuery = initialised(loader, "org.postgresql.core.NativeQuery");
            Object command = initialised(loader, "org.postgresql.core.SqlCommand")
                    .getField("BLANK")
                    .get(null);
            Object sql =
                    nativeQuery.getConstructor(String.class, command.getClass()).newInstance("select 1", command);
            HasStatement holder = (HasStatement) constructor.newInstance(sql, null, false);
            assertNull(holder.wardenStatement());
            Object known = new Object();
            holder.wardenStatement(known);
            assertSame(known, holder.wardenStatement());
            assertEquals("select 1", holder.toString());
        }
    }

    /** Every class of the driver is looked at, and all but those that are meant stay as they are. */
    @Test
    void nothingElseOfTheDriverIsChanged() throws Exception {
        List<String> names = new ArrayList<>();
        try (Loader loader = new Loader();
                var jar = new java.util.jar.JarFile(new java.io.File(loader.getURLs()[0].toURI()))) {
            jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("org/postgresql/") && name.endsWith(".class"))
                    .forEach(name ->
                            names.add(name.substring(0, name.length() - 6).replace('/', '.')));
            for (String name : names) {
                try {
                    Class.forName(name, false, loader);
                } catch (NoClassDefFoundError e) {
                    // an optional dependency of the driver
                    assertTrue(
                            e.getMessage().startsWith("org/osgi/")
                                    || e.getMessage().startsWith("com/sun/jna/")
                                    || e.getMessage().startsWith("waffle/"),
                            e::toString);
                }
            }
            assertTrue(names.size() > 300, () -> names.size() + " classes");
            assertEquals(List.of(), loader.failures);
            for (String name : loader.changed.keySet()) {
                Class<?> type = Class.forName(name, false, loader);
                assertTrue(
                        name.equals(EXECUTOR)
                                || name.equals(ROW)
                                || RESULTS.contains(name)
                                || name.equals("org.postgresql.core.v3.SimpleQuery")
                                || java.sql.Connection.class.isAssignableFrom(type)
                                || java.sql.Driver.class.isAssignableFrom(type)
                                // the base of the driver's data sources
                                || javax.sql.CommonDataSource.class.isAssignableFrom(type),
                        name);
                assertTrue(!Modifier.isInterface(type.getModifiers()), name);
            }
        }
    }
}
