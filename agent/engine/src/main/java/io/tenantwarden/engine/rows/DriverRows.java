package io.tenantwarden.engine.rows;

import io.tenantwarden.bootstrap.HasColumns;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * How pgjdbc keeps rows and describes them: {@code org.postgresql.core.Field}, and {@code byte[][]} or, since 42.2.9, {@code Tuple}. All of it is
 * public in every version. Thread-safe.
 */
final class DriverRows {

    private static final int TABLE = 0;
    private static final int POSITION = 1;
    private static final int TYPE = 2;
    private static final int FORMAT = 3;

    private static final ClassValue<MethodHandle[]> FIELD = new ClassValue<>() {
        @Override
        protected MethodHandle[] computeValue(Class<?> type) {
            return new MethodHandle[] {
                number(type, "getTableOid"),
                number(type, "getPositionInTable"),
                number(type, "getOID"),
                number(type, "getFormat")
            };
        }
    };

    private static final ClassValue<MethodHandle> TUPLE = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            try {
                return MethodHandles.publicLookup()
                        .unreflect(type.getMethod("get", int.class))
                        .asType(MethodType.methodType(byte[].class, Object.class, int.class));
            } catch (ReflectiveOperationException e) {
                throw unknown(e);
            }
        }
    };

    private DriverRows() {}

    private static MethodHandle number(Class<?> type, String getter) {
        try {
            return MethodHandles.publicLookup()
                    .unreflect(type.getMethod(getter))
                    .asType(MethodType.methodType(int.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw unknown(e);
        }
    }

    private static IllegalStateException unknown(ReflectiveOperationException e) {
        return new IllegalStateException("the driver keeps its rows in another way: " + e.getMessage(), e);
    }

    private static int read(Object field, int what) {
        try {
            return (int) FIELD.get(field.getClass())[what].invokeExact(field);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Object id of the relation, 0 when the column is none of a relation. */
    static int table(Object field) {
        return read(field, TABLE);
    }

    /** Number of the column in its relation. */
    static int position(Object field) {
        return read(field, POSITION);
    }

    /** Object id of the type, of a domain that of the type below. */
    static int type(Object field) {
        return read(field, TYPE);
    }

    static boolean isBinary(Object field) {
        return read(field, FORMAT) == 1;
    }

    /** A column of a row, the first is 0; null for NULL. */
    static byte[] value(Object row, int column) {
        if (row instanceof HasColumns columns) {
            return columns.wardenColumn(column);
        }
        if (row instanceof byte[][] columns) {
            return columns[column];
        }
        try {
            return (byte[]) TUPLE.get(row.getClass()).invokeExact(row, column);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
