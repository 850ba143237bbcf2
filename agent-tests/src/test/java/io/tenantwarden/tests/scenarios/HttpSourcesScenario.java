package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What an HTTP request carries: Tomcat with its recycled requests, and Spring WebFlux whose controllers block. */
class HttpSourcesScenario {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Tomcat tomcat;
    private static AnnotationConfigApplicationContext spring;
    private static DisposableServer netty;

    /** Sets what the request's parameters say, then asks. */
    static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getParameter("login") != null) {
                request.getSession().setAttribute("tenantId", request.getParameter("login"));
            }
            if (request.getParameter("attribute") != null) {
                request.setAttribute("tenantId", request.getParameter("attribute"));
            }
            response.getWriter().print(Invoices.tenants());
        }
    }

    /** What a security framework does: wraps the request. */
    static final class Login extends HttpFilter {
        private static final long serialVersionUID = 1;

        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            String user = request.getParameter("user");
            Principal principal = user == null ? null : () -> user;
            chain.doFilter(
                    new HttpServletRequestWrapper(request) {
                        @Override
                        public Principal getUserPrincipal() {
                            return principal;
                        }
                    },
                    response);
        }
    }

    @Configuration
    @EnableWebFlux
    static class Reactive {
        @Bean
        Controller controller() {
            return new Controller();
        }

        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route()
                    .GET("/function", request -> ServerResponse.ok().bodyValue(Invoices.tenants() + "!"))
                    .build();
        }
    }

    @RestController
    static class Controller {
        @GetMapping("/controller")
        String get() {
            return Invoices.tenants() + "!";
        }

        @PostMapping("/controller")
        String post(@RequestBody String body) {
            return Invoices.tenants() + body;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        tomcat = new Tomcat();
        tomcat.setBaseDir(java.nio.file.Files.createTempDirectory("tomcat").toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxThreads", "4");
        tomcat.getConnector().setProperty("minSpareThreads", "4");
        Context context = tomcat.addContext("/app", null);
        Tomcat.addServlet(context, "page", new Page());
        context.addServletMappingDecoded("/*", "page");
        FilterDef login = new FilterDef();
        login.setFilterName("login");
        login.setFilter(new Login());
        context.addFilterDef(login);
        FilterMap map = new FilterMap();
        map.setFilterName("login");
        map.addURLPattern("/*");
        context.addFilterMap(map);
        tomcat.start();
        spring = new AnnotationConfigApplicationContext(Reactive.class);
        netty = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(
                        WebHttpHandlerBuilder.applicationContext(spring).build()))
                .bindNow();
    }

    @AfterAll
    static void stop() throws Exception {
        netty.disposeNow();
        spring.close();
        tomcat.stop();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder servlet(String path, String... headers) {
        return request(tomcat.getConnector().getLocalPort(), "/app" + path, headers);
    }

    private static HttpRequest.Builder request(int port, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static String get(String path, String... headers) throws Exception {
        return send(servlet(path, headers)).body();
    }

    @Test
    void header() throws Exception {
        assertEquals("a", get("/", "X-Tenant-Id", "a"));
        assertEquals("b", get("/", "X-Tenant-Id", "b"));
        assertEquals("", get("/"));
        assertEquals("", get("/", "X-Tenant-Id", "a", "X-Tenant-Id", "b"), "two values are none");
    }

    @Test
    void attributeThatTheServletSets() throws Exception {
        assertEquals("b", get("/?attribute=b"));
        assertEquals("", get("/"));
    }

    @Test
    void session() throws Exception {
        HttpResponse<String> login = send(servlet("/?login=a"));
        assertEquals("a", login.body());
        String cookie = login.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
        assertEquals("a", get("/", "Cookie", cookie));
        assertEquals("", get("/"));
    }

    @Test
    void principalOfAWrappedRequest() throws Exception {
        assertEquals("b", get("/?user=b"));
        assertEquals("", get("/"));
    }

    @Test
    void pathAsTheServerMapsIt() throws Exception {
        assertEquals("a", get("/t/a/invoices"));
        assertEquals("b", get("/t/%62/invoices"));
        assertEquals("b", get("/t/a/../b/invoices"), "the raw URI would say a");
        assertEquals("", get("/other/t/a/invoices"));
    }

    @Test
    void host() throws Exception {
        String body = rawGet("A.example.test:8080");
        assertEquals("a", body);
        assertEquals("", rawGet("a.b.example.test"));
    }

    /** The JDK's client does not let the host be chosen. */
    private static String rawGet(String host) throws IOException {
        try (java.net.Socket socket =
                new java.net.Socket("127.0.0.1", tomcat.getConnector().getLocalPort())) {
            socket.getOutputStream()
                    .write(("GET /app/ HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").getBytes());
            String answer = new String(socket.getInputStream().readAllBytes());
            int length = answer.contains("Content-Length: 0") ? 0 : 1;
            return answer.substring(answer.indexOf("\r\n\r\n") + 4).strip().substring(0, length);
        }
    }

    /** Four threads of the server and their recycled requests, two customers at a time. */
    @Test
    void requestsDoNotMix() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String tenant = i % 2 == 0 ? "a" : "b";
                String path =
                        i % 3 == 0 ? "/?attribute=" + tenant : i % 3 == 1 ? "/t/" + tenant + "/x" : "/?user=" + tenant;
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return tenant.equals(get(path)) && get("/").isEmpty() ? "" : path;
                            } catch (Exception e) {
                                return e.toString();
                            }
                        },
                        clients));
            }
            for (CompletableFuture<String> answer : answers) {
                assertEquals("", answer.get());
            }
        } finally {
            clients.shutdown();
        }
    }

    // ---- WebFlux

    private static String reactive(String path, String... headers) throws Exception {
        return send(request(netty.port(), path, headers)).body();
    }

    @Test
    void reactiveController() throws Exception {
        assertEquals("a!", reactive("/controller", "X-Tenant-Id", "a"));
        assertEquals("!", reactive("/controller"));
        assertEquals("b!", reactive("/controller", "X-Tenant-Id", "b"));
    }

    @Test
    void reactiveControllerWithABody() throws Exception {
        HttpRequest.Builder post = request(
                        netty.port(), "/controller", "X-Tenant-Id", "b", "Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("!".repeat(100_000)));
        assertEquals("b" + "!".repeat(100_000), send(post).body());
    }

    @Test
    void reactiveHandlerFunction() throws Exception {
        assertEquals("b!", reactive("/function", "X-Tenant-Id", "b"));
        assertEquals("!", reactive("/function"));
    }
}
