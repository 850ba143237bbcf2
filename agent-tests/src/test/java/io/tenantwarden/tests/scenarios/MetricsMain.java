package io.tenantwarden.tests.scenarios;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.tenantwarden.tests.jvm.Db;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.logging.Logger;

/** An application with metrics of its own, that knows nothing of the agent: prints what its registries have. */
public final class MetricsMain {

    private MetricsMain() {}

    /** @param arguments {@code micrometer}, {@code denied}, {@code otel}, or {@code health} and the class of a registry */
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "micrometer" -> micrometer();
            case "denied" -> denied();
            case "otel" -> otel();
            default -> health(arguments[1]);
        }
    }

    private static void breakRule() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            Db.column(c, "select note from invoices");
            TenantContext.as("a", () -> Db.column(c, "select note from invoices"));
        }
    }

    private static void await(BooleanSupplier there) throws InterruptedException {
        for (int i = 0; i < Integer.getInteger("patience", 600) && !there.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
    }

    private static void micrometer() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        breakRule();
        await(() -> registry.find("tenantwarden.cost").gauges().size() == 4);
        System.gc();
        for (Meter meter : registry.getMeters()) {
            meter.measure()
                    .forEach(measurement -> System.out.println("##metric "
                            + meter.getId().getName() + " " + meter.getId().getTags() + " "
                            + meter.getId().getType() + " " + measurement.getValue()));
        }
    }

    /** A registry that denies what it is given must not disturb anybody. */
    private static void denied() throws Exception {
        Metrics.globalRegistry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("no meters here");
            }
        });
        breakRule();
        Thread.sleep(Long.getLong("pause", 3_000));
        System.out.println("##ended");
    }

    private static final class Reader implements MetricReader {
        private CollectionRegistration registration = CollectionRegistration.noop();

        @Override
        public void register(CollectionRegistration given) {
            registration = given;
        }

        private Collection<MetricData> all() {
            return registration.collectAllMetrics();
        }

        @Override
        public CompletableResultCode forceFlush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }
    }

    /** As an application does whose framework sets it up late: {@code set} fails when anybody has asked for it before. */
    private static void otel() throws Exception {
        Class.forName("io.opentelemetry.api.GlobalOpenTelemetry", true, MetricsMain.class.getClassLoader());
        breakRule();
        Thread.sleep(Long.getLong("pause", 3_000)); // time to ask for it too early
        Reader reader = new Reader();
        SdkMeterProvider meters =
                SdkMeterProvider.builder().registerMetricReader(reader).build();
        GlobalOpenTelemetry.set(new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return TracerProvider.noop();
            }

            @Override
            public MeterProvider getMeterProvider() {
                return meters;
            }

            @Override
            public ContextPropagators getPropagators() {
                return ContextPropagators.noop();
            }
        });
        await(() -> reader.all().stream().anyMatch(metric -> metric.getName().equals("tenantwarden.cost")));
        for (MetricData metric : reader.all()) {
            metric.getLongSumData()
                    .getPoints()
                    .forEach(point -> System.out.println("##metric " + metric.getName() + " "
                            + point.getAttributes().asMap() + " " + point.getValue()));
            metric.getDoubleGaugeData()
                    .getPoints()
                    .forEach(point -> System.out.println("##metric " + metric.getName() + " "
                            + point.getAttributes().asMap() + " " + point.getValue()));
        }
    }

    /** Actuator's registry, of whichever generation: reflection, because their packages differ. */
    private static void health(String className) throws Exception {
        breakRule();
        Class<?> type = Class.forName(className);
        Constructor<?> constructor = type.getDeclaredConstructors()[0];
        for (Constructor<?> each : type.getDeclaredConstructors()) {
            constructor = each.getParameterCount() > constructor.getParameterCount() ? each : constructor;
        }
        constructor.setAccessible(true);
        Object[] arguments = new Object[constructor.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> parameter = constructor.getParameterTypes()[i];
            if (parameter == Map.class) {
                arguments[i] = new HashMap<>();
            } else if (parameter == Collection.class) {
                arguments[i] = new ArrayList<>();
            } else if (parameter == Function.class) {
                arguments[i] = Function.identity(); // how names of beans become names of contributors
            }
        }
        Object registry = constructor.newInstance(arguments);
        print(registry);
        try (Connection foreign =
                new ForeignDriver().connect("jdbc:foreign:postgresql://127.0.0.1:1/app", new Properties())) {
            print(registry);
        }
    }

    private static void print(Object registry) throws Exception {
        Method get = registry.getClass().getMethod("getContributor", String.class);
        get.setAccessible(true);
        Object contributor = get.invoke(registry, "tenantWarden");
        if (contributor == null) {
            System.out.println("##health none");
            return;
        }
        for (Method method : contributor.getClass().getMethods()) {
            if (method.getName().matches("health|getHealth")) {
                Object health = method.getParameterCount() == 0
                        ? method.invoke(contributor)
                        : method.invoke(contributor, false);
                System.out.println("##" + method.getName() + method.getParameterCount() + " "
                        + health.getClass().getMethod("getStatus").invoke(health) + " "
                        + health.getClass().getMethod("getDetails").invoke(health));
            }
        }
    }

    /** A driver of another kind for PostgreSQL, which is not covered. */
    static final class ForeignDriver implements Driver {

        @Override
        public Connection connect(String url, Properties info) {
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> method.getReturnType() == boolean.class ? false : null);
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith("jdbc:foreign:");
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }
    }
}
