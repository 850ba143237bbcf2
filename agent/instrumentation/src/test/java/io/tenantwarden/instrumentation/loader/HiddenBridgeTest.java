package io.tenantwarden.instrumentation.loader;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenBridgeTest {

    private static String message(String loaderClass) throws Exception {
        Class<?> type = new ByteBuddy()
                .subclass(URLClassLoader.class)
                .name(loaderClass)
                .make()
                .load(HiddenBridgeTest.class.getClassLoader(), ClassLoadingStrategy.Default.WRAPPER)
                .getLoaded();
        return new HiddenBridge((ClassLoader) type.getConstructor(URL[].class).newInstance((Object) new URL[0]))
                .getMessage();
    }

    @ParameterizedTest
    @CsvSource({
        "org.jboss.modules.SomeLoader, -Djboss.modules.system.pkgs=org.jboss.byteman",
        "org.apache.felix.framework.SomeLoader, org.osgi.framework.bootdelegation",
        "org.eclipse.osgi.internal.SomeLoader, org.osgi.framework.bootdelegation"
    })
    void namesWhatToSetWhereTheLoaderIsKnown(String loaderClass, String remedy) throws Exception {
        String message = message(loaderClass);
        assertTrue(message.contains(loaderClass), message);
        assertTrue(message.contains(remedy), message);
        assertTrue(message.contains("io.tenantwarden.bootstrap"), message);
    }

    @Test
    void namesBothWhereItIsNot() throws Exception {
        String message = message("com.acme.PlugInLoader");
        assertTrue(message.contains("jboss.modules.system.pkgs"), message);
        assertTrue(message.contains("org.osgi.framework.bootdelegation"), message);
    }
}
