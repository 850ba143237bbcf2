package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Baggage that the OpenTelemetry agent takes from the request; with and without its API on the application's class path. */
class AgentBaggageScenario {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();
    private static Tomcat tomcat;

    public static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                response.getWriter()
                        .print(
                                request.getParameter("worker") == null
                                        ? Invoices.tenants()
                                        : WORKER.submit(Invoices::tenants).get());
            } catch (ExecutionException | InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    @BeforeAll
    static void start() throws Exception {
        tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "page", new Page());
        context.addServletMappingDecoded("/*", "page");
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        WORKER.shutdownNow();
    }

    private static String get(String path, String baggage) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + path));
        if (baggage != null) {
            request.header("baggage", baggage);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() == 200 ? response.body() : "status " + response.statusCode();
    }

    @Test
    void bothAgentsAreThereInTheOrderThatIsMeant() throws Exception {
        List<String> agents = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .map(argument -> argument.contains("opentelemetry") ? "opentelemetry" : "warden")
                .toList();
        assertEquals(List.of(System.getProperty("scenario.agents").split(",")), agents);
        assertNotNull(
                Class.forName("io.opentelemetry.javaagent.shaded.io.opentelemetry.api.baggage.Baggage", false, null));
    }

    @Test
    void baggageOfTheRequest() throws Exception {
        assertEquals("a", get("/", "tenant.id=a"));
        assertEquals("", get("/", null));
        assertEquals("b", get("/", "other=a,tenant.id=b"));
    }

    @Test
    void andOfWhatItHandsOver() throws Exception {
        assertEquals("a", get("/?worker", "tenant.id=a"));
        assertEquals("", get("/?worker", null));
    }
}
