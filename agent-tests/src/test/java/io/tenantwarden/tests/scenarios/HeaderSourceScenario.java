package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code header:X-Tenant-Id} on a real Tomcat: servlet, filter, other threads, threads that serve the next request. */
class HeaderSourceScenario {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();

    private static Tomcat tomcat;
    private static HikariDataSource pool;
    private static volatile String seenInFilter;

    /** Runs SQL before the servlet does. */
    static final class TenantFilter implements Filter {
        @Override
        public void init(FilterConfig config) {}

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            seenInFilter = rows();
            chain.doFilter(request, response);
        }

        @Override
        public void destroy() {}
    }

    /** Answers with what is visible, here or on the thread of a pool. */
    static final class RowsServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String rows;
            if (request.getServletPath().endsWith("/worker")) {
                try {
                    rows = WORKER.submit(HeaderSourceScenario::rows).get();
                } catch (Exception e) {
                    throw new IOException(e);
                }
            } else if (request.getServletPath().endsWith("/failing")) {
                rows();
                throw new IllegalStateException("on purpose");
            } else {
                rows = rows();
            }
            response.getWriter().print(rows);
        }
    }

    private static String rows() {
        try (Connection c = pool.getConnection()) {
            return String.join(",", Visible.tenants(c));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        pool = Db.hikari(2);
        tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        // one thread, so that every request is served by the thread of the one before
        tomcat.getConnector().setProperty("maxThreads", "1");
        tomcat.getConnector().setProperty("minSpareThreads", "1");
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "rows", new RowsServlet());
        context.addServletMappingDecoded("/plain/*", "rows");
        context.addServletMappingDecoded("/filtered/*", "rows");
        context.addServletMappingDecoded("/worker", "rows");
        context.addServletMappingDecoded("/failing", "rows");
        FilterDef filter = new FilterDef();
        filter.setFilterName("tenant");
        filter.setFilter(new TenantFilter());
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("tenant");
        map.addURLPattern("/filtered/*");
        map.setDispatcher(DispatcherType.REQUEST.name());
        context.addFilterMap(map);
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        WORKER.shutdownNow();
        pool.close();
    }

    private static String get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() == 200 ? response.body() : "status " + response.statusCode();
    }

    @Test
    void theServletRunsAsTheHeaderSays() throws Exception {
        assertEquals("a", get("/plain/x", "X-Tenant-Id", "a"));
        assertEquals("b", get("/plain/x", "x-tenant-id", "b"));
        assertEquals("", get("/plain/x"), "the thread must not keep the tenant of its last request");
    }

    @Test
    void theFilterToo() throws Exception {
        assertEquals("a", get("/filtered/x", "X-Tenant-Id", "a"));
        assertEquals("a", seenInFilter);
        assertEquals("", get("/filtered/x"));
        assertEquals("", seenInFilter);
    }

    @Test
    void aTaskOnAnotherThreadCarriesTheTenantAndNotTheRequest() throws Exception {
        assertEquals("a", get("/worker", "X-Tenant-Id", "a"));
        assertEquals("", get("/worker"), "the worker must not keep the tenant of its last task");
        assertEquals("b", get("/plain/x", "X-Tenant-Id", "b"));
    }

    @Test
    void aRequestThatFailsLeavesNothing() throws Exception {
        assertEquals("status 500", get("/failing", "X-Tenant-Id", "a"));
        assertEquals("", get("/plain/x"));
        assertEquals("b", get("/plain/x", "X-Tenant-Id", "b"));
    }

    @Test
    void hostileHeaders() throws Exception {
        assertEquals("", get("/plain/x", "X-Tenant-Id", "a' or '1'='1"));
        assertEquals("", get("/plain/x", "X-Tenant-Id", "x".repeat(1_000)));
        assertEquals("", get("/plain/x", "X-Tenant-Id", "a", "X-Tenant-Id", "b"), "two values are none");
    }

    @Test
    void outsideARequestThereIsNoTenant() throws Exception {
        assertEquals(List.of(), Visible.tenants());
    }
}
