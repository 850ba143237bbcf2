package io.tenantwarden.engine.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.tenant.AppFrames;
import io.tenantwarden.engine.tenant.LoadedClasses;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.engine.tenant.ReadGuard;
import io.tenantwarden.engine.tenant.SourceContext;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantType;
import io.tenantwarden.engine.tenant.ValueSources;
import io.tenantwarden.rls.audit.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfCheckTest {

    private static final String NAME = SelfCheckTest.class.getName();
    private static final ReadGuard GUARD = new ReadGuard() {
        @Override
        public Object enter() {
            return this;
        }

        @Override
        public boolean exit(Object entered) {
            return false;
        }

        @Override
        public void recursive(String sources) {}
    };

    private final List<SourceSpec> specs = List.of(SourceSpec.parse("method:" + NAME + "#current"));
    private final LoadedClasses classes = LoadedClasses.forSources(specs);
    private final SourceContext context = new SourceContext(classes, AppFrames.NONE, Opener.NONE);
    private final List<String> log = new ArrayList<>();
    private final SelfCheck check = new SelfCheck(
            List::of,
            new TenantReader(specs, new TenantFormat(TenantType.TEXT, null), context, GUARD),
            new ValueSources(List.of(), context, GUARD),
            log::add);

    private void loaded(ClassLoader loader) {
        classes.noteClass(loader, NAME.replace('.', '/'));
        check.sourceLoaded();
    }

    private List<String> rules() {
        return check.get().stream().map(Finding::rule).toList();
    }

    @Test
    void aClassThatIsLoadedLateIsToldWhenItComes() {
        loaded(getClass().getClassLoader());
        assertEquals(List.of(), rules());
        assertEquals(List.of(), log, "nobody was told that it was missing");
    }

    @Test
    void whatWasToldToBeMissingIsToldToBeThere() {
        assertEquals(List.of("source-not-loaded"), rules());
        loaded(getClass().getClassLoader());
        assertEquals(1, log.size());
        assertTrue(log.get(0).contains("method:" + NAME + "#current has been loaded now"), log.get(0));
        assertEquals(List.of(), rules());
        loaded(getClass().getClassLoader());
        assertEquals(1, log.size());
    }

    @Test
    void twoCopiesInEachOthersWayAreTold() throws Exception {
        loaded(getClass().getClassLoader());
        ClassLoader child = new ClassLoader("restart", getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> own = findLoadedClass(name);
                    return own != null ? own : name.equals(NAME) ? define(name) : super.loadClass(name, resolve);
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
        };
        child.loadClass(NAME);
        loaded(child);
        assertEquals(List.of("source-loaded-twice"), rules());
        assertTrue(check.get().get(0).message().contains("'restart'"));
    }
}
