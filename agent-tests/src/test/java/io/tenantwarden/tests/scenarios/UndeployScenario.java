package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web application is undeployed: nothing of the agent keeps its class loader, whatever tasks it left behind. */
class UndeployScenario {

    private static final String SERVLET = "io.tenantwarden.tests.webapp.HandsOverServlet";

    @TempDir
    Path folder;

    @Test
    void theLoaderOfAnUndeployedApplicationIsCollected() throws Exception {
        SharedPools.useAll();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.resolve("tomcat").toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.start();
        WeakReference<ClassLoader> loader = useAndUndeploy(tomcat);
        SharedPools.useAll();
        for (int i = 0; i < 300 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(100);
        }
        assertNull(loader.get(), "something still holds the class loader of the application");
        tomcat.stop();
        tomcat.destroy();
    }

    private WeakReference<ClassLoader> useAndUndeploy(Tomcat tomcat) throws Exception {
        Path webapp = folder.resolve("webapp");
        Path classes = webapp.resolve("WEB-INF/classes");
        for (String name : new String[] {"", "$Task", "$Alarm"}) {
            copyClass(SERVLET + name, classes);
        }
        Context context = tomcat.addContext("/app", webapp.toString());
        context.setParentClassLoader(UndeployScenario.class.getClassLoader());
        Tomcat.addServlet(context, "hands-over", SERVLET);
        context.addServletMappingDecoded("/", "hands-over");
        context.start();
        ClassLoader loader = context.getLoader().getClassLoader();
        assertNotSame(Class.forName(SERVLET), loader.loadClass(SERVLET), "the application has a class of its own");
        HttpClient client = HttpClient.newHttpClient();
        URI uri = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/app/");
        HttpResponse<String> response =
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(SERVLET + "xHandsOverServlet", response.body());
        tomcat.getHost().removeChild(context);
        context.destroy();
        return new WeakReference<>(loader);
    }

    private static void copyClass(String name, Path classes) throws IOException {
        String file = name.replace('.', '/') + ".class";
        Path target = classes.resolve(file);
        Files.createDirectories(target.getParent());
        try (InputStream in = UndeployScenario.class.getClassLoader().getResourceAsStream(file)) {
            Files.copy(in, target);
        }
    }
}
