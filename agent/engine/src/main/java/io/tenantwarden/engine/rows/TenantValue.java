package io.tenantwarden.engine.rows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A tenant id in the forms that a column of a result may have: text, numbers and uuids, in the text and the binary format of PostgreSQL
 * (manual, section "Formats and Format Codes"). Immutable, thread-safe; allocates nothing where a value is the same.
 */
final class TenantValue {

    // pg_type.dat
    private static final int INT8 = 20;
    private static final int INT2 = 21;
    private static final int INT4 = 23;
    private static final int NAME = 19;
    private static final int TEXT = 25;
    private static final int BPCHAR = 1042;
    private static final int VARCHAR = 1043;
    private static final int NUMERIC = 1700;
    private static final int UUID = 2950;

    private static final int UUID_DIGITS = 32;
    private static final int NUMERIC_BASE = 10_000;
    private static final int NUMERIC_HEADER = 8;

    private final String tenant;
    private final byte[] bytes;
    private final int unpadded;
    private final BigDecimal number;
    private final boolean integral;
    private final long integer;
    private final boolean uuid;
    private final long uuidHigh;
    private final long uuidLow;

    TenantValue(String tenant) {
        this.tenant = tenant;
        this.bytes = tenant.getBytes(StandardCharsets.UTF_8);
        this.unpadded = withoutPadding(bytes);
        this.number = number(tenant);
        boolean fits = false;
        long value = 0;
        if (number != null) {
            try {
                value = number.longValueExact();
                fits = true;
            } catch (ArithmeticException e) {
                // no integer, or a longer one
            }
        }
        this.integral = fits;
        this.integer = value;
        byte[] digits = tenant.replaceAll("[-{}]", "").getBytes(StandardCharsets.UTF_8);
        this.uuid = digits.length == UUID_DIGITS && isHex(digits);
        this.uuidHigh = uuid ? hex(digits, 0) : 0;
        this.uuidLow = uuid ? hex(digits, UUID_DIGITS / 2) : 0;
    }

    private static BigDecimal number(String text) {
        if (text.isEmpty() || text.length() > 100 || !text.strip().matches("[+-]?[0-9]+(\\.[0-9]*)?")) {
            return null;
        }
        return new BigDecimal(text.strip());
    }

    String tenant() {
        return tenant;
    }

    /** Whether a value of this type can be told from the tenant: no uuid is the same as the tenant {@code acme}, or another. */
    boolean isComparableWith(int type) {
        return switch (type) {
            case INT2, INT4, INT8, NUMERIC -> number != null;
            case UUID -> uuid;
            case TEXT, VARCHAR, BPCHAR, NAME -> true;
            default -> false;
        };
    }

    /**
     * Whether a value of a column is another tenant than this. To be asked for types that it {@link #isComparableWith}.
     *
     * @param data as it came from the server
     * @param type object id of the type
     * @param binary its format
     */
    boolean isOther(byte[] data, int type, boolean binary) {
        return switch (type) {
            case TEXT, VARCHAR, NAME -> !Arrays.equals(data, bytes);
            case BPCHAR -> !Arrays.equals(data, 0, withoutPadding(data), bytes, 0, unpadded);
            case UUID -> !(binary ? isSameUuid(data) : isSameUuidText(data));
            case INT2, INT4, INT8 -> !integral || (binary ? integer(data) != integer : !isSameNumberText(data));
            case NUMERIC -> binary ? !isSameNumeric(data) : !isSameNumberText(data);
            default -> false;
        };
    }

    /** The server pads {@code character(n)} with blanks, which mean nothing. */
    private static int withoutPadding(byte[] data) {
        int length = data.length;
        while (length > 0 && data[length - 1] == ' ') {
            length--;
        }
        return length;
    }

    private static long integer(byte[] data) {
        long value = data.length == 0 ? 0 : data[0]; // the sign
        for (int i = 1; i < data.length; i++) {
            value = value << Byte.SIZE | data[i] & 0xFF;
        }
        return value;
    }

    private boolean isSameNumberText(byte[] data) {
        if (Arrays.equals(data, bytes)) {
            return true;
        }
        BigDecimal other = number(new String(data, StandardCharsets.UTF_8)); // NaN and Infinity are no tenants
        return other != null && other.compareTo(number) == 0;
    }

    private boolean isSameUuid(byte[] data) {
        return data.length == 2 * Long.BYTES
                && bigEndian(data, 0) == uuidHigh
                && bigEndian(data, Long.BYTES) == uuidLow;
    }

    private static long bigEndian(byte[] data, int from) {
        long value = 0;
        for (int i = from; i < from + Long.BYTES; i++) {
            value = value << Byte.SIZE | data[i] & 0xFF;
        }
        return value;
    }

    /** As {@code uuid_out} writes it: in lower case, with hyphens. */
    private boolean isSameUuidText(byte[] data) {
        int digits = 0;
        for (byte c : data) {
            if (c == '-') {
                continue;
            }
            if (digits == UUID_DIGITS) {
                return false;
            }
            long half = digits < UUID_DIGITS / 2 ? uuidHigh : uuidLow;
            int shift = (UUID_DIGITS / 2 - 1 - digits % (UUID_DIGITS / 2)) * 4;
            if (Character.digit(c, 16) != (int) (half >>> shift & 0xF)) {
                return false;
            }
            digits++;
        }
        return digits == UUID_DIGITS;
    }

    private static boolean isHex(byte[] digits) {
        for (byte c : digits) {
            if (Character.digit(c, 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static long hex(byte[] digits, int from) {
        long value = 0;
        for (int i = from; i < from + UUID_DIGITS / 2; i++) {
            value = value << 4 | Character.digit(digits[i], 16);
        }
        return value;
    }

    /**
     * {@code numeric_send}: number of digits to the base of 10,000, weight of the first, sign, digits behind the point that are shown, then the
     * digits, each of 16 bits.
     */
    private boolean isSameNumeric(byte[] data) {
        if (data.length < NUMERIC_HEADER || data.length < NUMERIC_HEADER + 2 * unsigned(data, 0)) {
            return false;
        }
        int count = unsigned(data, 0);
        int weight = (short) unsigned(data, 2);
        int sign = unsigned(data, 4);
        if (sign != 0 && sign != 0x4000) {
            return false; // NaN, Infinity
        }
        if (integral && weight < 4 && count <= weight + 1) {
            long value = 0;
            for (int i = 0; i <= weight; i++) {
                value = value * NUMERIC_BASE + (i < count ? unsigned(data, NUMERIC_HEADER + 2 * i) : 0);
            }
            return (sign == 0 ? value : -value) == integer;
        }
        BigInteger value = BigInteger.ZERO;
        for (int i = 0; i < count; i++) {
            value = value.multiply(BigInteger.valueOf(NUMERIC_BASE))
                    .add(BigInteger.valueOf(unsigned(data, NUMERIC_HEADER + 2 * i)));
        }
        BigDecimal scaled = new BigDecimal(value).scaleByPowerOfTen(4 * (weight - count + 1));
        return (sign == 0 ? scaled : scaled.negate()).compareTo(number) == 0;
    }

    private static int unsigned(byte[] data, int from) {
        return (data[from] & 0xFF) << Byte.SIZE | data[from + 1] & 0xFF;
    }
}
