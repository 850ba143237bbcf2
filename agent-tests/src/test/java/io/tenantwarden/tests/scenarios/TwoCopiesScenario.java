package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The tenant's class is loaded twice, by the class path and by a loader that has its own copy first, as a
 * restart loader or a web application has. The code that runs is the child's; the thread may have either's loader. Mode
 * enforce.
 */
class TwoCopiesScenario {

    /** The application, in whichever loader it is loaded. */
    public static final class Dao {
        private Dao() {}

        public static String tenants() throws Exception {
            try (Connection c = Db.plain().getConnection()) {
                return String.join(",", Db.column(c, "select distinct tenant_id from invoices"));
            }
        }
    }

    /** Has a copy of its own of two classes. */
    private static final class Child extends ClassLoader {
        Child() {
            super("restart", TwoCopiesScenario.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                boolean own = name.equals(Dao.class.getName()) || name.equals(TenantContext.class.getName());
                return loaded != null ? loaded : own ? define(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] file = in.readAllBytes();
                return defineClass(name, file, 0, file.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private final ClassLoader parent = TwoCopiesScenario.class.getClassLoader();
    private final Child child = new Child();

    @AfterEach
    void clear() throws Exception {
        TenantContext.clear();
        set(null);
        Thread.currentThread().setContextClassLoader(before);
    }

    private void set(String tenant) throws Exception {
        child.loadClass(TenantContext.class.getName())
                .getMethod("set", String.class)
                .invoke(null, tenant);
    }

    /** Whose rows the child's code sees, or why it sees none. */
    private String seen() throws Exception {
        try {
            return (String)
                    child.loadClass(Dao.class.getName()).getMethod("tenants").invoke(null);
        } catch (InvocationTargetException e) {
            return e.getCause().getMessage();
        }
    }

    @Test
    void theRunningCodesOwnCopyCounts() throws Exception {
        assertNotSame(TenantContext.class, child.loadClass(TenantContext.class.getName()));
        set("a");
        for (ClassLoader context : new ClassLoader[] {parent, child, null}) {
            Thread.currentThread().setContextClassLoader(context);
            assertEquals("a", seen());
        }
    }

    @Test
    void aStaleTenantInTheOtherCopyIsNobodys() throws Exception {
        TenantContext.set("b");
        for (ClassLoader context : new ClassLoader[] {parent, child, null}) {
            Thread.currentThread().setContextClassLoader(context);
            for (String own : new String[] {null, "a"}) {
                set(own);
                String seen = seen();
                assertTrue(seen.startsWith("[warden] refused:"), seen);
                assertTrue(seen.contains("tenant source of this thread failed"), seen);
            }
        }
    }

    @Test
    void copiesThatAgreeAreOneTenant() throws Exception {
        TenantContext.set("a");
        set("a");
        assertEquals("a", seen());
    }
}
