package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.MDC;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

/**
 * A filter sets the tenant from a header, and does not clear it for a page that is not there. One server thread
 * serves all requests. The property {@code scenario.keeps} says where the application keeps its tenant: each kind in turn.
 */
class StaleSourceScenario {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Where the tenant is kept. */
    private interface Kept {
        void enter(String tenant);

        void leave();
    }

    private static volatile Kept kept;

    private static final class Own implements Kept {
        @Override
        public void enter(String tenant) {
            LeakyContext.enter(tenant);
        }

        @Override
        public void leave() {
            LeakyContext.leave();
        }
    }

    private static final class Open implements Kept {
        @Override
        public void enter(String tenant) {
            LeakyContext.OPEN.set(tenant);
        }

        @Override
        public void leave() {
            LeakyContext.OPEN.remove();
        }
    }

    private static final class Diagnostic implements Kept {
        @Override
        public void enter(String tenant) {
            MDC.put("tenantId", tenant);
        }

        @Override
        public void leave() {
            MDC.remove("tenantId");
        }
    }

    public record Principal(String name, String tenantId) {}

    private static TestingAuthenticationToken authentication(String tenant) {
        return new TestingAuthenticationToken(new Principal("x", tenant), "", "ROLE_USER");
    }

    private static final class Security implements Kept {
        @Override
        public void enter(String tenant) {
            SecurityContextHolder.setContext(new SecurityContextImpl(authentication(tenant)));
        }

        @Override
        public void leave() {
            SecurityContextHolder.clearContext();
        }
    }

    /** As many applications have it still. */
    private static final class SecurityOfOld implements Kept {
        @Override
        public void enter(String tenant) {
            SecurityContextHolder.getContext().setAuthentication(authentication(tenant));
        }

        @Override
        public void leave() {
            SecurityContextHolder.clearContext();
        }
    }

    // ---- what jakarta and javax have in common

    /** What the application's filter does around the rest, and what it forgets. */
    private interface Rest {
        void run() throws Exception;
    }

    private static void filter(String tenant, String path, Rest rest) throws Exception {
        LeakyContext.user("whoever");
        MDC.put("requestId", "1");
        if (tenant == null) {
            rest.run();
            return;
        }
        kept.enter(tenant);
        rest.run();
        if (!path.equals("/missing")) {
            kept.leave();
        }
    }

    private static String page(String path) {
        if (path.equals("/as")) {
            try {
                return LeakyContext.as("b", Invoices::tenants) + " " + Invoices.tenants();
            } catch (Exception e) {
                return e.toString();
            }
        }
        return Invoices.tenants();
    }

    public static final class JakartaFilter extends jakarta.servlet.http.HttpFilter {
        private static final long serialVersionUID = 1;

        @Override
        protected void doFilter(
                jakarta.servlet.http.HttpServletRequest request,
                jakarta.servlet.http.HttpServletResponse response,
                jakarta.servlet.FilterChain chain)
                throws IOException, jakarta.servlet.ServletException {
            try {
                filter(request.getHeader("X-Tenant"), request.getServletPath() + path(request.getPathInfo()), () -> {
                    chain.doFilter(request, response);
                });
            } catch (IOException | jakarta.servlet.ServletException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    public static final class JakartaPage extends jakarta.servlet.http.HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(
                jakarta.servlet.http.HttpServletRequest request, jakarta.servlet.http.HttpServletResponse response)
                throws IOException {
            String path = request.getServletPath() + path(request.getPathInfo());
            if (path.equals("/missing") && request.getDispatcherType() == DispatcherType.REQUEST) {
                response.sendError(404);
                return;
            }
            response.getWriter().print(page(path));
        }
    }

    public static final class JavaxFilter implements javax.servlet.Filter {
        @Override
        public void init(javax.servlet.FilterConfig config) {}

        @Override
        public void doFilter(
                javax.servlet.ServletRequest request,
                javax.servlet.ServletResponse response,
                javax.servlet.FilterChain chain)
                throws IOException, javax.servlet.ServletException {
            var http = (javax.servlet.http.HttpServletRequest) request;
            try {
                filter(http.getHeader("X-Tenant"), http.getServletPath() + path(http.getPathInfo()), () -> {
                    chain.doFilter(request, response);
                });
            } catch (IOException | javax.servlet.ServletException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {}
    }

    public static final class JavaxPage extends javax.servlet.http.HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(
                javax.servlet.http.HttpServletRequest request, javax.servlet.http.HttpServletResponse response)
                throws IOException {
            String path = request.getServletPath() + path(request.getPathInfo());
            if (path.equals("/missing")) {
                response.sendError(404);
                return;
            }
            response.getWriter().print(page(path));
        }
    }

    private static String path(String info) {
        return info == null ? "" : info;
    }

    // ---- servers with one thread for requests

    private interface Running extends AutoCloseable {
        int port();
    }

    private static Running tomcat() throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxThreads", "1");
        tomcat.getConnector().setProperty("minSpareThreads", "1");
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "page", new JakartaPage());
        context.addServletMappingDecoded("/*", "page");
        FilterDef filter = new FilterDef();
        filter.setFilterName("tenant");
        filter.setFilter(new JakartaFilter());
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("tenant");
        map.addURLPattern("/*");
        context.addFilterMap(map);
        tomcat.start();
        int port = tomcat.getConnector().getLocalPort();
        return new Running() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() throws Exception {
                tomcat.stop();
                tomcat.destroy();
            }
        };
    }

    private static Running jetty() throws Exception {
        Server server = new Server(new QueuedThreadPool(6, 6));
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        var context = new org.eclipse.jetty.ee8.servlet.ServletContextHandler();
        context.setContextPath("/");
        context.addServlet(JavaxPage.class, "/*");
        context.addFilter(JavaxFilter.class, "/*", EnumSet.of(javax.servlet.DispatcherType.REQUEST));
        server.setHandler(context);
        server.start();
        int port = connector.getLocalPort();
        return new Running() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() throws Exception {
                server.stop();
            }
        };
    }

    /** What the page says: whose rows it saw, {@code refused}, or the status. */
    private static String get(Running server, String path, String tenant) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (tenant != null) {
            request.header("X-Tenant", tenant);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            return "status " + response.statusCode();
        }
        String body = response.body();
        return body.contains("[warden] refused:")
                ? body.substring(0, body.indexOf("[warden] refused:"))
                        + (body.contains("before the request began") ? "refused as stale" : "refused")
                : body;
    }

    private static void watched(Running server) throws Exception {
        assertEquals("refused", get(server, "/", null));
        for (int i = 0; i < 3; i++) {
            assertEquals("a", get(server, "/", "a"));
            assertEquals("refused", get(server, "/", null));
            assertEquals("status 404", get(server, "/missing", "b"));
            for (int j = 0; j < 3; j++) {
                assertEquals("refused as stale", get(server, "/", null));
            }
            assertEquals("b", get(server, "/", "b"), "the same tenant, in a request of its own");
            assertEquals("refused", get(server, "/", null));
        }
    }

    private static void helperThatPutsBack(Running server) throws Exception {
        assertEquals("status 404", get(server, "/missing", "a"));
        assertEquals("b refused as stale", get(server, "/as", null));
        assertEquals("b a", get(server, "/as", "a"));
    }

    /** Nobody sees where it is set: it is told, and counts, as without Warden. */
    private static void open(Running server) throws Exception {
        assertEquals("a", get(server, "/", "a"));
        assertEquals("refused", get(server, "/", null));
        assertEquals("status 404", get(server, "/missing", "b"));
        for (int i = 0; i < 30; i++) {
            assertEquals("b", get(server, "/", null));
        }
        assertEquals("b", get(server, "/", "b"));
        assertEquals("refused", get(server, "/", null));
    }

    private interface Test {
        void on(Running server) throws Exception;
    }

    private static void with(Kept where, Test test, boolean javax) throws Exception {
        kept = where;
        try (Running server = javax ? jetty() : tomcat()) {
            test.on(server);
        }
    }

    @TestFactory
    List<DynamicTest> kinds() {
        List<String> kinds = Arrays.asList(System.getProperty("scenario.keeps").split(","));
        List<DynamicTest> tests = new ArrayList<>();
        if (kinds.contains("own")) {
            tests.add(dynamicTest("own class", () -> with(new Own(), StaleSourceScenario::watched, false)));
            tests.add(dynamicTest(
                    "own class: a helper puts back",
                    () -> with(new Own(), StaleSourceScenario::helperThatPutsBack, false)));
            tests.add(
                    dynamicTest("own class, javax", () -> with(new Own(), StaleSourceScenario::watchedOnJetty, true)));
        }
        if (kinds.contains("mdc")) {
            tests.add(dynamicTest("MDC", () -> with(new Diagnostic(), StaleSourceScenario::watched, false)));
        }
        if (kinds.contains("security")) {
            tests.add(dynamicTest("security context", () -> with(new Security(), StaleSourceScenario::watched, false)));
            tests.add(dynamicTest(
                    "security context, changed", () -> with(new SecurityOfOld(), StaleSourceScenario::watched, false)));
        }
        if (kinds.contains("open")) {
            tests.add(dynamicTest("public ThreadLocal", () -> with(new Open(), StaleSourceScenario::open, false)));
        }
        return tests;
    }

    /** Its threads take turns: whose tenant was left where is chance, whose rows are seen is not. */
    private static void watchedOnJetty(Running server) throws Exception {
        for (int i = 0; i < 10; i++) {
            assertEquals("a", get(server, "/", "a"));
            assertEquals("status 404", get(server, "/missing", "b"));
            String without = get(server, "/", null);
            assertEquals("refused", without.startsWith("refused") ? "refused" : without);
            assertEquals("b", get(server, "/", "b"));
        }
    }
}
