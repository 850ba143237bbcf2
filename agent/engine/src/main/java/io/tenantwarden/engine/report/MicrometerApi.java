package io.tenantwarden.engine.report;

import java.lang.reflect.Method;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Micrometer's {@code Metrics.globalRegistry}, to which Spring Boot adds its own ({@code management.metrics.use-global-registry}). Stateless. */
final class MicrometerApi implements MetricsApi {

    private static final String PACKAGE = "io.micrometer.core.instrument.";

    @Override
    public String product() {
        return "Micrometer";
    }

    @Override
    public String className() {
        return "io/micrometer/core/instrument/Metrics";
    }

    @Override
    public boolean register(ClassLoader loader, List<Metric> metrics) throws ReflectiveOperationException {
        Object registry = Class.forName(PACKAGE + "Metrics", true, loader)
                .getField("globalRegistry")
                .get(null);
        Class<?> registryType = Class.forName(PACKAGE + "MeterRegistry", false, loader);
        for (Metric metric : metrics) {
            Class<?> meter = Class.forName(PACKAGE + (metric.counter() ? "FunctionCounter" : "Gauge"), false, loader);
            ToDoubleFunction<Metric> value = one -> one.value().getAsDouble();
            // the registry holds the object weakly, and the metrics are held by the sink
            Object builder = meter.getMethod("builder", String.class, Object.class, ToDoubleFunction.class)
                    .invoke(null, metric.name(), metric, value);
            Class<?> builderType = builder.getClass();
            builderType.getMethod("description", String.class).invoke(builder, metric.description());
            if (metric.unit() != null) {
                builderType.getMethod("baseUnit", String.class).invoke(builder, "seconds");
            }
            if (metric.tag() != null) {
                builderType
                        .getMethod("tag", String.class, String.class)
                        .invoke(builder, metric.tag(), metric.tagValue());
            }
            Method register = builderType.getMethod("register", registryType);
            register.invoke(builder, registry);
        }
        return true;
    }
}
