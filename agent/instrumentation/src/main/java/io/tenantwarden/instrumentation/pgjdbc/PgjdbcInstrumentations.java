package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The driver's classes: of pgjdbc, of the forks that have the same classes under their own package, and of copies under any
 * other name (relocated by a build tool), which are recognised by their structure. Thread-safe.
 */
public final class PgjdbcInstrumentations {

    /** The packages that need no proof. */
    private static final Set<String> KNOWN = Set.of("org/postgresql", "com/yugabyte", "com/edb", "org/opengauss");

    /**
     * Name of a class below the driver's package, what is done to it by the pipelined and by the portable strategy, and the class of the same driver
     * that it extends, implements or is made for in every version.
     */
    private record Shape(String name, TypeInstrumentation pipelined, TypeInstrumentation portable, String near) {}

    private static final List<Shape> SHAPES = List.of(
            new Shape(
                    "/core/v3/QueryExecutorImpl",
                    new ExecutorInstrumentation(),
                    new PortableExecutorInstrumentation(true),
                    "/core/QueryExecutorBase"),
            new Shape("/core/v3/SimpleQuery", new QueryInstrumentation(), null, "/core/Query"),
            new Shape(
                    "/jdbc/PgConnection",
                    new ConnectionInstrumentation(),
                    new PortableConnectionInstrumentation(true),
                    "/core/BaseConnection"),
            new Shape("/jdbc/PgStatement", null, new PortableStatementInstrumentation(true), "/core/BaseStatement"),
            new Shape(
                    "/jdbc/PgPreparedStatement",
                    null,
                    new PortableStatementInstrumentation(false),
                    "/jdbc/PgStatement"),
            new Shape(
                    "/jdbc/PgCallableStatement",
                    null,
                    new PortableStatementInstrumentation(false),
                    "/jdbc/PgPreparedStatement"),
            resultHandler("/jdbc/PgStatement$StatementResultHandler"),
            resultHandler("/jdbc/PgResultSet$CursorResultHandler"),
            resultHandler("/jdbc/BatchResultHandler"),
            new Shape("/core/Tuple", new TupleInstrumentation(), new TupleInstrumentation(), "/core/Tuple"),
            new Shape("/copy/CopyManager", null, new PortableCopyInstrumentation(true), "/core/BaseConnection"),
            new Shape("/fastpath/Fastpath", null, new PortableFastpathInstrumentation(true), "/core/BaseConnection"));

    private static Shape resultHandler(String name) {
        ResultHandlerInstrumentation both = new ResultHandlerInstrumentation();
        return new Shape(name, both, both, "/core/ResultHandler");
    }

    private static final String CONNECTION = "/jdbc/PgConnection.class";

    private final DriverStrategies strategies;
    private final Consumer<String> found;
    private final Map<String, Boolean> copies = new ConcurrentHashMap<>();

    /**
     * @param strategies decides which way for each driver
     * @param found told the package of a driver that has another name than those that are known, each once
     */
    public PgjdbcInstrumentations(DriverStrategies strategies, Consumer<String> found) {
        this.strategies = strategies;
        this.found = found;
    }

    /**
     * What is done to a class.
     *
     * @param name internal name
     * @return null when it is no class of a driver, or one that the driver's strategy leaves alone
     */
    public TypeInstrumentation of(ClassLoader loader, String name, byte[] classFile) {
        Shape shape = shape(name);
        if (shape == null || !isDriver(loader, name, shape, classFile)) {
            return null;
        }
        return strategies.isPortable(loader, packageOf(name, shape)) ? shape.portable() : shape.pipelined();
    }

    /** Whether it is a class that statements of a driver pass. Never throws. */
    public boolean isDriver(ClassLoader loader, String name, byte[] classFile) {
        Shape shape = shape(name);
        return shape != null && isDriver(loader, name, shape, classFile);
    }

    private boolean isDriver(ClassLoader loader, String name, Shape shape, byte[] classFile) {
        String driver = packageOf(name, shape);
        if (KNOWN.contains(driver)) {
            return true;
        }
        if (!contains(classFile, driver + shape.near()) || !hasConnection(loader, driver, name)) {
            return false;
        }
        note(driver);
        return true;
    }

    private void note(String driver) {
        if (copies.put(driver, true) == null) {
            found.accept(driver.replace('/', '.'));
        }
    }

    /** Drivers for other databases began as copies of this one, and have a connection of their own name. */
    private static boolean hasConnection(ClassLoader loader, String driver, String name) {
        try {
            return loader.getResource(driver + CONNECTION) != null || loader.getResource(name + ".class") == null;
        } catch (RuntimeException | LinkageError e) {
            return true; // a loader that shows nothing of what it loads
        }
    }

    /**
     * The package of the driver that a loaded class belongs to, with dots.
     *
     * @return null when it is no class of a driver
     */
    public String driverOf(Class<?> loaded) {
        String name = loaded.getName().replace('.', '/');
        Shape shape = shape(name);
        if (shape == null) {
            return null;
        }
        String driver = packageOf(name, shape);
        if (!KNOWN.contains(driver)) {
            if (!isNear(loaded, (driver + shape.near()).replace('/', '.'))
                    || !hasConnection(loaded.getClassLoader(), driver, name)) {
                return null;
            }
            note(driver);
        }
        return driver.replace('/', '.');
    }

    /** By names alone: nothing is loaded. A copy manager and the fast path show nothing of themselves that way, the others do. */
    private static boolean isNear(Class<?> loaded, String near) {
        Class<?> parent = loaded.getSuperclass();
        boolean is = loaded.getSimpleName().equals("CopyManager")
                || loaded.getSimpleName().equals("Fastpath")
                || (parent != null
                        && (parent.getName().equals(near) || parent.getName().equals(near + "Base")));
        for (Class<?> type : loaded.getInterfaces()) {
            is |= type.getName().equals(near);
        }
        return is;
    }

    private static Shape shape(String name) {
        for (Shape shape : SHAPES) {
            if (name.endsWith(shape.name())) {
                return shape;
            }
        }
        return null;
    }

    private static String packageOf(String name, Shape shape) {
        return name.substring(0, name.length() - shape.name().length());
    }

    private static boolean contains(byte[] file, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from <= file.length - wanted.length; from++) {
            int i = 0;
            while (i < wanted.length && file[from + i] == wanted[i]) {
                i++;
            }
            if (i == wanted.length) {
                return true;
            }
        }
        return false;
    }
}
