package io.tenantwarden.tests.coverage;

import static io.tenantwarden.tests.coverage.SourceCase.set;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Library;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Every tenant source with the real library, and the older lines of these libraries. */
public final class SourceCases {

    private static final String ENGINE = "io.tenantwarden.engine.tenant.";
    private static final String ADVICE = "io.tenantwarden.instrumentation.";
    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    private static final Set<String> SERVLETS =
            set(ADVICE + "web.FilterInstrumentation#matches", ADVICE + "web.ServletInstrumentation#matches");
    private static final Set<String> TASKS = set(ADVICE + "executor.TaskInstrumentation#install");
    private static final Set<String> LISTENERS = set(
            ADVICE + "messaging.ListenerInstrumentation#matches",
            ADVICE + "messaging.ContainerInstrumentation#matches");

    private static final Library HIBERNATE_5 = new Library("hibernate-5.6");
    private static final Library HIBERNATE_6 = new Library("hibernate-6.6");
    private static final Library TOMCAT_9 = new Library("tomcat-9");
    private static final Library ACTIVEMQ_5 = new Library("activemq-5");
    private static final Library OPENTELEMETRY_AGENT = new Library("opentelemetry-agent");

    private SourceCases() {}

    /** Those whose name matches the property {@code sources}, a pattern; all when it is not given. */
    public static List<SourceCase> chosen() {
        String pattern = System.getProperty("sources", ".*");
        return all().stream().filter(one -> one.name().matches(pattern)).toList();
    }

    /** In the order of the page. */
    public static List<SourceCase> all() {
        List<SourceCase> all = new ArrayList<>(List.of(ordered(), statics(), mdc(), threads()));
        all.add(hibernate("Hibernate 7", "7.4", Versions.of("hibernate-core"), jvm -> {}));
        all.add(hibernate(
                "Hibernate 6",
                "6.6",
                Versions.of(HIBERNATE_6, "hibernate-core"),
                jvm -> jvm.library(HIBERNATE_6, "hibernate-", "jakarta.persistence-api")));
        all.add(hibernate(
                "Hibernate 5",
                "5.6",
                Versions.of(HIBERNATE_5, "hibernate-core"),
                jvm -> jvm.library(
                        HIBERNATE_5, "hibernate-", "jakarta.persistence-api", "jaxb-", "jakarta.xml.bind-api")));
        all.add(agentBaggage("OpenTelemetry's agent first", "opentelemetry,warden"));
        all.add(agentBaggage("OpenTelemetry's agent second", "warden,opentelemetry"));
        all.add(http());
        all.add(servers());
        all.add(tomcat9());
        all.add(messages());
        all.add(kafka());
        all.add(jms());
        all.add(javaxJms());
        all.add(rabbit());
        return all;
    }

    /** Methods that configuration names; apart from the others because more is looked at afterwards. */
    public static SourceCase scopeMethods() {
        String methods = SCENARIOS + "ScopeMethodsScenario";
        String scope = "warden.scope.<name>";
        String[] tests = {
            "anInterfaceMeansItsImplementations()",
            "nestedScopesAreRestored()",
            "anExceptionEndsTheScope()",
            "aSuperclassMeansItsSubclasses()",
            "wildcards()",
            "aScheduledMethodThatLoops()",
            "aBypassHasItsSetting()"
        };
        return new SourceCase(
                        "scope methods and bypasses",
                        "ScopeMethodsScenario",
                        true,
                        List.of(
                                row(scope, "interface, with a path into the argument", "JDK", tests[0]),
                                row(scope, "nested, and ended by an exception", "JDK", tests[1], tests[2]),
                                row(scope, "superclass", "JDK", tests[3]),
                                row(scope, "wildcards", "JDK", tests[4]),
                                row(
                                        scope,
                                        "loop of a @Scheduled method",
                                        "Spring " + Versions.of("spring-context"),
                                        tests[5]),
                                row("warden.bypass.<name>.at", "method", "JDK", tests[6])),
                        List.of(advice("methods", set(ADVICE + "method.MethodRule#matches"), tests)))
                .key("app.packages", "io.tenantwarden.tests.scenarios")
                .key("tenant", "method:com.acme.Missing#current")
                .key("guc.bypass", "app.is_platform=on")
                .key("scope.handlers", methods + "$Handler#handle(0.tenantId)")
                .key("scope.jobs", methods + "$Job#runFor(0)," + methods + "$NightlyJob#runFor(0)")
                .key("scope.workers", methods + "$*Worker#w*(1)")
                .key("scope.typo", methods + "$Job#runFro(0)")
                .key("bypass.roles", "warden_bypass")
                .key("bypass.count.at", methods + "#countAll")
                .key("bypass.count.reason", "counts all tenants")
                .key("bypass.platform.at", methods + "#platform")
                .key("bypass.platform.reason", "has a setting of its own")
                .key("bypass.late.at", methods + "#countAllTooLate")
                .key("bypass.late.reason", "was needed once")
                .key("bypass.idle.at", methods + "#nobodyCallsThis")
                .key("bypass.idle.reason", "for later")
                .key("bypass.inherited.at", methods + "$InvoiceFinder#find")
                .key("bypass.inherited.reason", "a method that the class only inherits");
    }

    private static Row row(String source, String where, String library, String... tests) {
        return new Row(source, where, library, List.of(tests));
    }

    private static Switch advice(String name, Set<String> methods, String... tests) {
        return new Switch(name, true, methods, set(tests));
    }

    private static Switch reader(String name, String method, String... tests) {
        return new Switch(name, false, set(ENGINE + method), set(tests));
    }

    private static SourceCase ordered() {
        String[] tests = {"theFirstThatAnswersWins()", "blankPassesToTheNext()"};
        return new SourceCase(
                        "sources in order",
                        "OrderedSourcesScenario",
                        false,
                        List.of(
                                row("method:", "static method", "JDK", tests),
                                row("value:", "constant, after sources without an answer", "JDK", tests)),
                        List.of(
                                reader("static members", "StaticSource#read", tests),
                                reader("constant", "ValueSource#read", tests)))
                .key("tenant", "method:" + SCENARIOS + "TenantContext#current")
                .key("tenant.10", "value:b")
                .key("tenant.2", "method:" + SCENARIOS + "OrderedSourcesScenario#second");
    }

    private static SourceCase statics() {
        return new SourceCase(
                        "static field",
                        "FieldSourceScenario",
                        false,
                        List.of(row(
                                "field:",
                                "static field: ThreadLocal",
                                "JDK",
                                "theFieldIsRead()",
                                "eachThreadHasItsOwn()")),
                        List.of(reader(
                                "static members", "StaticSource#read", "theFieldIsRead()", "eachThreadHasItsOwn()")))
                .sources("field:" + SCENARIOS + "FieldSourceScenario#CURRENT");
    }

    private static SourceCase mdc() {
        return new SourceCase(
                        "diagnostic context",
                        "MdcSourceScenario",
                        false,
                        List.of(row(
                                "mdc:",
                                "MDC",
                                "SLF4J " + Versions.of("slf4j-api") + ", Logback " + Versions.of("logback-classic"),
                                "theDiagnosticContextIsRead()",
                                "severalSettingsAtOnce()",
                                "aValueThatIsNotThereIsEmpty()")),
                        List.of(reader(
                                "MDC",
                                "MdcSource#read",
                                "theDiagnosticContextIsRead()",
                                "severalSettingsAtOnce()",
                                "aValueThatIsNotThereIsEmpty()")))
                .sources("mdc:tenantId")
                .key(
                        "guc",
                        "app.tenant_id={tenant},app.user={mdc:user},app.label=tenant-{tenant}/{mdc:user},"
                                + "app.is_platform=off");
    }

    private static SourceCase threads() {
        String security = "Spring Security " + Versions.of("spring-security-core");
        return new SourceCase(
                        "Spring Security and OpenTelemetry",
                        "ThreadSourcesScenario",
                        true,
                        List.of(
                                row("security:claim:", "claim of a JWT", security, "claimOfAJwt()"),
                                row("security:", "path from the principal", security, "pathFromTheAuthentication()"),
                                row(
                                        "baggage:",
                                        "current baggage of the API",
                                        "OpenTelemetry " + Versions.of("opentelemetry-api"),
                                        "baggage()")),
                        List.of(
                                reader(
                                        "Spring Security",
                                        "SecuritySource#read",
                                        "claimOfAJwt()",
                                        "pathFromTheAuthentication()"),
                                reader("baggage", "BaggageSource#read", "baggage()")))
                .sources("security:claim:tenant_id", "security:principal.tenantId", "baggage:tenant.id");
    }

    private static SourceCase hibernate(String name, String line, String version, Consumer<AgentJvm> library) {
        String[] tests = {"resolverOfTheSessionFactory()", "twoFactoriesHaveToAgree()"};
        return new SourceCase(
                        name,
                        "HibernateScenario",
                        false,
                        List.of(row(
                                "hibernate",
                                "CurrentTenantIdentifierResolver of the SessionFactory",
                                "Hibernate " + version.replace(".Final", ""),
                                tests)),
                        List.of(
                                advice(
                                        "session factory",
                                        set(ADVICE + "hibernate.SessionFactoryInstrumentation#matches"),
                                        tests),
                                reader("resolver", "HibernateSource#read", tests)))
                .sources("hibernate")
                .with(jvm -> jvm.property("scenario.hibernate", line))
                .with(library);
    }

    private static SourceCase agentBaggage(String name, String order) {
        String[] tests = {"baggageOfTheRequest()", "andOfWhatItHandsOver()"};
        boolean first = order.startsWith("opentelemetry");
        Path agent = OPENTELEMETRY_AGENT.jars().get(0);
        return new SourceCase(
                        name,
                        "AgentBaggageScenario",
                        false,
                        List.of(row(
                                "baggage:",
                                "baggage of a request, " + name
                                        + (first ? ", API on the class path" : ", no API there"),
                                "OpenTelemetry agent " + Versions.of(OPENTELEMETRY_AGENT, "opentelemetry-javaagent"),
                                tests)),
                        List.of(reader("baggage", "BaggageSource#read", tests)))
                .sources("baggage:tenant.id")
                .with(jvm -> {
                    jvm.property("scenario.agents", order);
                    // both agents look at every class: the slowest start of all
                    jvm.option("-XX:TieredStopAtLevel=1").timeout(Duration.ofMinutes(10));
                    jvm.property("otel.instrumentation.common.default-enabled", "false")
                            .property("otel.instrumentation.tomcat.enabled", "true")
                            .property("otel.instrumentation.servlet.enabled", "true");
                    for (String signal : new String[] {"traces", "metrics", "logs"}) {
                        jvm.property("otel." + signal + ".exporter", "none");
                    }
                    if (first) {
                        jvm.after(agent);
                    } else {
                        jvm.option("-javaagent:" + agent).without("opentelemetry-");
                    }
                });
    }

    private static SourceCase http() {
        String tomcat = "Tomcat " + Versions.of("tomcat-embed-core");
        String webflux = "Spring WebFlux " + Versions.of("spring-webflux");
        return new SourceCase(
                        "HTTP requests",
                        "HttpSourcesScenario",
                        true,
                        List.of(
                                row("header:", "servlet and filter", tomcat, "header()"),
                                row("attribute:", "servlet and filter", tomcat, "attributeThatTheServletSets()"),
                                row("session:", "servlet and filter", tomcat, "session()"),
                                row("principal", "servlet and filter", tomcat, "principalOfAWrappedRequest()"),
                                row("path:", "servlet and filter", tomcat, "pathAsTheServerMapsIt()"),
                                row("host:", "servlet and filter", tomcat, "host()"),
                                row(
                                        "header:",
                                        "controller that blocks",
                                        webflux,
                                        "reactiveController()",
                                        "reactiveControllerWithABody()"),
                                row("header:", "handler function that blocks", webflux, "reactiveHandlerFunction()")),
                        List.of(
                                advice(
                                        "servlets and filters",
                                        SERVLETS,
                                        "header()",
                                        "attributeThatTheServletSets()",
                                        "session()",
                                        "principalOfAWrappedRequest()",
                                        "pathAsTheServerMapsIt()",
                                        "host()",
                                        "requestsDoNotMix()"),
                                advice(
                                        "reactive handlers",
                                        set(ADVICE + "web.HandlerInstrumentation#matches"),
                                        "reactiveController()",
                                        "reactiveControllerWithABody()",
                                        "reactiveHandlerFunction()"),
                                reader(
                                        "header",
                                        "HeaderSource#take",
                                        "header()",
                                        "reactiveController()",
                                        "reactiveControllerWithABody()",
                                        "reactiveHandlerFunction()"),
                                reader(
                                        "attribute",
                                        "AttributeSource#take",
                                        "attributeThatTheServletSets()",
                                        "requestsDoNotMix()"),
                                reader("session", "SessionSource#take", "session()"),
                                reader(
                                        "principal",
                                        "PrincipalSource#take",
                                        "principalOfAWrappedRequest()",
                                        "requestsDoNotMix()"),
                                reader("path", "PathSource#take", "pathAsTheServerMapsIt()", "requestsDoNotMix()"),
                                reader("host", "HostSource#take", "host()")))
                .sources(
                        "header:X-Tenant-Id",
                        "attribute:tenantId",
                        "session:tenantId",
                        "path:/t/([^/]+)/.*",
                        "host:([^.]+)\\.example\\.test",
                        "principal");
    }

    private static List<Row> containerRows(String name, String library) {
        return List.of(
                row("header:", "servlet", library, name),
                row("header:", "AsyncContext.start", library, name + ": AsyncContext.start"));
    }

    private static SourceCase servers() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(containerRows("tomcat", "Tomcat " + Versions.of("tomcat-embed-core") + ", jakarta"));
        rows.addAll(containerRows("jetty", "Jetty " + Versions.of("jetty-server") + ", jakarta"));
        rows.addAll(containerRows("jetty-javax", "Jetty " + Versions.of("jetty-server") + ", javax"));
        rows.addAll(containerRows(
                "undertow", "Undertow " + Versions.of("undertow-core").replace(".Final", "") + ", jakarta"));
        String[] tests = rows.stream().flatMap(row -> row.tests().stream()).toArray(String[]::new);
        String[] asynchronous =
                Stream.of(tests).filter(test -> test.contains(":")).toArray(String[]::new);
        return new SourceCase(
                        "servlet containers",
                        "ServletServersScenario",
                        false,
                        rows,
                        List.of(
                                advice("servlets", SERVLETS, tests),
                                reader("header", "HeaderSource#take", tests),
                                advice("tasks", TASKS, asynchronous)))
                .sources("header:X-Tenant-Id")
                .with(jvm -> jvm.property("scenario.servers", "tomcat,jetty,jetty-javax,undertow"));
    }

    private static SourceCase tomcat9() {
        List<Row> rows =
                containerRows("tomcat-javax", "Tomcat " + Versions.of(TOMCAT_9, "tomcat-embed-core") + ", javax");
        String[] tests = rows.stream().flatMap(row -> row.tests().stream()).toArray(String[]::new);
        return new SourceCase(
                        "Tomcat 9",
                        "ServletServersScenario",
                        false,
                        rows,
                        List.of(advice("servlets", SERVLETS, tests), reader("header", "HeaderSource#take", tests)))
                .sources("header:X-Tenant-Id")
                .with(jvm -> jvm.property("scenario.servers", "tomcat-javax").library(TOMCAT_9, "tomcat-"));
    }

    private static SourceCase messages() {
        String kafka = "Spring Kafka " + Versions.of("spring-kafka") + " on the Kafka client's MockConsumer";
        String[] all = {
            "kafkaListeners()", "kafkaListenerThatFails()", "kafkaBatches()", "jms()", "rabbitClient()", "springAmqp()"
        };
        return new SourceCase(
                        "listeners",
                        "MessageSourcesScenario",
                        true,
                        List.of(
                                row("kafka:", "@KafkaListener, class and lambda", kafka, "kafkaListeners()"),
                                row("kafka:", "batch of one tenant, and of two", kafka, "kafkaBatches()")),
                        List.of(
                                advice("listeners and containers", LISTENERS, all),
                                reader(
                                        "Kafka header",
                                        "access.MessageHeaders$1#reader",
                                        "kafkaListeners()",
                                        "kafkaListenerThatFails()",
                                        "kafkaBatches()"),
                                reader("JMS property", "access.MessageHeaders$2#reader", "jms()"),
                                reader(
                                        "RabbitMQ header",
                                        "access.MessageHeaders$3#reader",
                                        "rabbitClient()",
                                        "springAmqp()")))
                .sources("kafka:tenant-id", "jms:tenant_id", "rabbit:tenant-id");
    }

    private static SourceCase kafka() {
        String library = "Spring Kafka " + Versions.of("spring-kafka") + ", broker " + Versions.of("kafka-server");
        String[] tests = {"springContainer()", "springKafkaListener()"};
        return new SourceCase(
                        "Kafka broker",
                        "KafkaBrokerScenario",
                        false,
                        List.of(
                                row("kafka:", "KafkaMessageListenerContainer with a lambda", library, tests[0]),
                                row("kafka:", "@KafkaListener, one record and batch", library, tests[1])),
                        List.of(
                                advice("listeners and containers", LISTENERS, tests),
                                reader("Kafka header", "access.MessageHeaders$1#reader", tests)))
                .sources("kafka:tenant-id");
    }

    private static SourceCase jms() {
        String broker = "ActiveMQ " + Versions.of("activemq-client") + ", jakarta";
        String spring = "Spring JMS " + Versions.of("spring-jms");
        String[] tests = {
            "plainSession()",
            "springDefaultMessageListenerContainer()",
            "springSimpleMessageListenerContainer()",
            "springJmsListener()"
        };
        return new SourceCase(
                        "JMS broker",
                        "JmsBrokerScenario",
                        false,
                        List.of(
                                row("jms:", "MessageListener of a plain session", broker, tests[0]),
                                row("jms:", "DefaultMessageListenerContainer, lambdas too", spring, tests[1]),
                                row("jms:", "SimpleMessageListenerContainer, lambdas too", spring, tests[2]),
                                row("jms:", "@JmsListener", spring, tests[3])),
                        List.of(
                                advice("listeners and containers", LISTENERS, tests),
                                reader("JMS property", "access.MessageHeaders$2#reader", tests)))
                .sources("jms:tenant_id");
    }

    private static SourceCase javaxJms() {
        return new SourceCase(
                        "JMS broker, javax",
                        "JavaxJmsBrokerScenario",
                        false,
                        List.of(row(
                                "jms:",
                                "MessageListener of a plain session",
                                "ActiveMQ " + Versions.of(ACTIVEMQ_5, "activemq-client") + ", javax",
                                "plainSession()")),
                        List.of(
                                advice("listeners and containers", LISTENERS, "plainSession()"),
                                reader("JMS property", "access.MessageHeaders$2#reader", "plainSession()")))
                .sources("jms:tenant_id")
                .with(jvm -> jvm.library(ACTIVEMQ_5, "activemq-"));
    }

    private static SourceCase rabbit() {
        String client = "RabbitMQ client " + Versions.of("amqp-client");
        String spring = "Spring AMQP " + Versions.of("spring-rabbit");
        String[] tests = {
            "plainConsumer()",
            "plainCallback()",
            "springSimpleMessageListenerContainer()",
            "springDirectMessageListenerContainer()",
            "springRabbitListener()"
        };
        return new SourceCase(
                        "AMQP broker",
                        "RabbitBrokerScenario",
                        false,
                        List.of(
                                row("rabbit:", "DefaultConsumer", client, tests[0]),
                                row("rabbit:", "callback of basicConsume", client, tests[1]),
                                row("rabbit:", "SimpleMessageListenerContainer, lambdas too", spring, tests[2]),
                                row("rabbit:", "DirectMessageListenerContainer, lambdas too", spring, tests[3]),
                                row("rabbit:", "@RabbitListener", spring, tests[4])),
                        List.of(
                                advice("listeners and containers", LISTENERS, tests),
                                reader("RabbitMQ header", "access.MessageHeaders$3#reader", tests)))
                .sources("rabbit:tenant-id");
    }
}
