package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * {@code header:X-Tenant-Id} on every servlet container, jakarta and javax: in the request, and in what it hands to
 * {@code AsyncContext.start}. The property {@code scenario.server} chooses one; its classes have to be on the class path.
 */
class ServletServersScenario {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Asks, here or where the container runs asynchronous work. */
    public static final class JakartaPage extends jakarta.servlet.http.HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(
                jakarta.servlet.http.HttpServletRequest request, jakarta.servlet.http.HttpServletResponse response)
                throws IOException {
            if (request.getParameter("async") == null) {
                response.getWriter().print(Invoices.tenants());
                return;
            }
            jakarta.servlet.AsyncContext async = request.startAsync();
            async.start(() -> {
                try {
                    async.getResponse().getWriter().print(Invoices.tenants());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } finally {
                    async.complete();
                }
            });
        }
    }

    /** The same under the old name of the API. */
    public static final class JavaxPage extends javax.servlet.http.HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(
                javax.servlet.http.HttpServletRequest request, javax.servlet.http.HttpServletResponse response)
                throws IOException {
            if (request.getParameter("async") == null) {
                response.getWriter().print(Invoices.tenants());
                return;
            }
            javax.servlet.AsyncContext async = request.startAsync();
            async.start(() -> {
                try {
                    async.getResponse().getWriter().print(Invoices.tenants());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } finally {
                    async.complete();
                }
            });
        }
    }

    /** Starts a container with one servlet at every path. */
    private interface Container {
        /** @return where it listens */
        Running start() throws Exception;
    }

    private record Running(int port, Stop stop) {}

    private interface Stop {
        void now() throws Exception;
    }

    private static final Map<String, Container> CONTAINERS = new TreeMap<>(Map.of(
            "tomcat", () -> tomcat(JakartaPage.class),
            "tomcat-javax", () -> tomcat(JavaxPage.class),
            "jetty", ServletServersScenario::jetty,
            "jetty-javax", ServletServersScenario::jettyJavax,
            "undertow", ServletServersScenario::undertow));

    private static Running tomcat(Class<?> page) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxThreads", "2");
        tomcat.getConnector().setProperty("minSpareThreads", "2");
        Context context = tomcat.addContext("", null);
        Wrapper wrapper = Tomcat.addServlet(context, "page", page.getName());
        wrapper.setAsyncSupported(true);
        context.addServletMappingDecoded("/*", "page");
        tomcat.start();
        return new Running(tomcat.getConnector().getLocalPort(), tomcat::stop);
    }

    private static Server jettyServer() {
        Server server = new Server(new QueuedThreadPool(6, 6));
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        return server;
    }

    private static Running started(Server server) throws Exception {
        server.start();
        return new Running(((ServerConnector) server.getConnectors()[0]).getLocalPort(), server::stop);
    }

    private static Running jetty() throws Exception {
        var context = new org.eclipse.jetty.ee11.servlet.ServletContextHandler("/");
        context.addServlet(JakartaPage.class, "/*").setAsyncSupported(true);
        Server server = jettyServer();
        server.setHandler(context);
        return started(server);
    }

    private static Running jettyJavax() throws Exception {
        var context = new org.eclipse.jetty.ee8.servlet.ServletContextHandler();
        context.setContextPath("/");
        context.addServlet(JavaxPage.class, "/*").setAsyncSupported(true);
        Server server = jettyServer();
        server.setHandler(context);
        return started(server);
    }

    private static Running undertow() throws Exception {
        DeploymentInfo page = Servlets.deployment()
                .setClassLoader(ServletServersScenario.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("page")
                .addServlet(Servlets.servlet("page", JakartaPage.class)
                        .addMapping("/*")
                        .setAsyncSupported(true));
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(page);
        manager.deploy();
        Undertow undertow = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(1)
                .setWorkerThreads(2)
                .setHandler(manager.start())
                .build();
        undertow.start();
        int port = ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
        return new Running(port, undertow::stop);
    }

    private static String get(int port, String path, String tenant) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (tenant != null) {
            request.header("X-Tenant-Id", tenant);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() == 200 ? response.body() : "status " + response.statusCode();
    }

    private static void ask(Container container, String path) throws Exception {
        Running running = container.start();
        try {
            // more often than there are threads: none may keep the tenant of its last request
            for (int i = 0; i < 4; i++) {
                assertEquals("a", get(running.port(), path, "a"));
                assertEquals("b", get(running.port(), path, "b"));
                assertEquals("", get(running.port(), path, null));
            }
        } finally {
            running.stop().now();
        }
    }

    @TestFactory
    List<DynamicTest> containers() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : System.getProperty("scenario.servers").split(",")) {
            Container container = CONTAINERS.get(name);
            tests.add(dynamicTest(name, () -> ask(container, "/")));
            tests.add(dynamicTest(name + ": AsyncContext.start", () -> ask(container, "/?async")));
        }
        return tests;
    }
}
