package io.tenantwarden.engine.report;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * OpenTelemetry's {@code GlobalOpenTelemetry}, once the application has set it. It is not asked for it before: {@code get} would set it, and the
 * application's own {@code set} would fail. Stateless.
 */
final class OpenTelemetryApi implements MetricsApi {

    private static final String PACKAGE = "io.opentelemetry.api.";

    @Override
    public String product() {
        return "OpenTelemetry";
    }

    @Override
    public String className() {
        return "io/opentelemetry/api/GlobalOpenTelemetry";
    }

    @Override
    public boolean register(ClassLoader loader, List<Metric> metrics) throws ReflectiveOperationException {
        Class<?> global = Class.forName(PACKAGE + "GlobalOpenTelemetry", true, loader);
        if (!isSet(global)) {
            return false;
        }
        Object meter = global.getMethod("getMeter", String.class).invoke(null, "io.tenantwarden");
        Class<?> meterType = Class.forName(PACKAGE + "metrics.Meter", false, loader);
        Map<String, List<Metric>> byName = new LinkedHashMap<>();
        metrics.forEach(metric ->
                byName.computeIfAbsent(metric.name(), name -> new ArrayList<>()).add(metric));
        for (List<Metric> group : byName.values()) {
            register(loader, meterType, meter, group);
        }
        return true;
    }

    /** {@code isSet} is there since 1.57; before, the field is looked at. */
    private static boolean isSet(Class<?> global) throws ReflectiveOperationException {
        try {
            return (boolean) global.getMethod("isSet").invoke(null);
        } catch (NoSuchMethodException e) {
            Field field = global.getDeclaredField("globalOpenTelemetry");
            try {
                field.setAccessible(true);
            } catch (InaccessibleObjectException closed) {
                throw new ReflectiveOperationException(closed);
            }
            return field.get(null) != null;
        }
    }

    private static void register(ClassLoader loader, Class<?> meterType, Object meter, List<Metric> group)
            throws ReflectiveOperationException {
        Metric first = group.get(0);
        String kind = first.counter() ? "LongCounter" : "DoubleGauge";
        Class<?> builderType = Class.forName(PACKAGE + "metrics." + kind + "Builder", false, loader);
        Object builder = meterType
                .getMethod(first.counter() ? "counterBuilder" : "gaugeBuilder", String.class)
                .invoke(meter, first.name());
        builder = builderType.getMethod("setDescription", String.class).invoke(builder, first.description());
        if (first.unit() != null) {
            builder = builderType.getMethod("setUnit", String.class).invoke(builder, first.unit());
        }
        builderType
                .getMethod("buildWithCallback", Consumer.class)
                .invoke(builder, callback(loader, group, first.counter()));
    }

    private static Consumer<Object> callback(ClassLoader loader, List<Metric> group, boolean counter)
            throws ReflectiveOperationException {
        Class<?> attributes = Class.forName(PACKAGE + "common.Attributes", false, loader);
        Class<?> keyType = Class.forName(PACKAGE + "common.AttributeKey", false, loader);
        Class<?> measurement = Class.forName(
                PACKAGE + "metrics.Observable" + (counter ? "Long" : "Double") + "Measurement", false, loader);
        var record = measurement.getMethod("record", counter ? long.class : double.class, attributes);
        Map<Metric, Object> tags = new LinkedHashMap<>();
        for (Metric metric : group) {
            Object none = attributes.getMethod("empty").invoke(null);
            Object tag = metric.tag() == null
                    ? none
                    : attributes
                            .getMethod("of", keyType, Object.class)
                            .invoke(
                                    null,
                                    keyType.getMethod("stringKey", String.class).invoke(null, metric.tag()),
                                    metric.tagValue());
            tags.put(metric, tag);
        }
        return measured -> tags.forEach((metric, tag) -> {
            double value = metric.value().getAsDouble();
            try {
                record.invoke(measured, counter ? (Object) (long) value : (Object) value, tag);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e); // the reader's collection tells it, and goes on with the others
            }
        });
    }
}
