package io.tenantwarden.tests.bench;

import io.tenantwarden.tests.jvm.AgentJvm;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One way to run the application.
 *
 * @param preset whether the tenant is set once and for all when a connection is opened, so that the rows can be seen
 * @param urlPrefix what the URL begins with
 * @param jvm adds what the variant needs to a JVM without agent
 */
record Variant(String name, BenchWorker.Hand hand, boolean preset, String urlPrefix, UnaryOperator<AgentJvm> jvm) {

    static final String REFERENCE = "no tenant";
    static final String CONTROL = "no tenant, a second JVM";
    static final String BY_HAND = "SET + query + RESET";
    static final String PIPELINED = "Warden pipelined";
    static final String HELD = "Warden pipelined, hold=session";

    private static final String POSTGRESQL = "jdbc:postgresql://";

    static List<Variant> all() {
        return List.of(
                plain(REFERENCE, BenchWorker.Hand.NOTHING, true),
                plain(CONTROL, BenchWorker.Hand.NOTHING, true),
                plain(BY_HAND, BenchWorker.Hand.SESSION, false),
                plain("set_config by JDBC in the transaction", BenchWorker.Hand.TRANSACTION, false),
                warden("Warden jdbc", "inject", "jdbc"),
                warden(PIPELINED, "inject", "pipelined"),
                held(),
                warden("Warden audit", "audit", "auto"),
                warden("Warden off", "off", "auto"),
                attached(
                        "OpenTelemetry javaagent",
                        POSTGRESQL,
                        jvm -> jvm.option("-javaagent:" + System.getProperty("bench.otel"))
                                .property("otel.traces.exporter", "none")
                                .property("otel.metrics.exporter", "none")
                                .property("otel.logs.exporter", "none")),
                attached(
                        "p6spy",
                        "jdbc:p6spy:postgresql://",
                        jvm -> onClassPath(jvm, "bench.p6spy")
                                .property("p6spy.config.appender", "com.p6spy.engine.spy.appender.Slf4JLogger")),
                attached(
                        "datasource-proxy",
                        POSTGRESQL,
                        jvm -> onClassPath(jvm, "bench.datasource-proxy")
                                .property("bench.wrapper", "io.tenantwarden.bench.ProxiedDataSource")));
    }

    private static Variant plain(String name, BenchWorker.Hand hand, boolean preset) {
        return new Variant(name, hand, preset, POSTGRESQL, UnaryOperator.identity());
    }

    private static Variant attached(String name, String urlPrefix, UnaryOperator<AgentJvm> jvm) {
        return new Variant(name, BenchWorker.Hand.NOTHING, true, urlPrefix, jvm);
    }

    private static Variant warden(String name, String mode, String strategy) {
        return new Variant(
                name,
                BenchWorker.Hand.NOTHING,
                !mode.equals("inject"),
                POSTGRESQL,
                jvm -> jvm.option("-javaagent:" + AgentJvm.agentJar())
                        .property("warden.mode", mode)
                        .property("warden.strategy", strategy)
                        .property("warden.tenant", "method:io.tenantwarden.tests.scenarios.TenantContext#current")
                        .property("warden.log", "none"));
    }

    private static Variant held() {
        Variant pipelined = warden(HELD, "inject", "pipelined");
        return new Variant(
                HELD,
                pipelined.hand(),
                pipelined.preset(),
                POSTGRESQL,
                jvm -> pipelined.jvm().apply(jvm).property("warden.hold", "session"));
    }

    private static AgentJvm onClassPath(AgentJvm jvm, String property) {
        for (String entry : System.getProperty(property).split(File.pathSeparator)) {
            jvm.classPath(Path.of(entry));
        }
        return jvm;
    }

    String url(int port, String database) {
        return urlPrefix + "127.0.0.1:" + port + "/" + database + "?ApplicationName=bench"
                + (preset ? "&options=-c%20app.tenant_id=a" : "");
    }
}
