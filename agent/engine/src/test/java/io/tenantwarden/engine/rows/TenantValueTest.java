package io.tenantwarden.engine.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tenantwarden.testing.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values as a real server sends them, in both formats, beside the tenant. */
class TenantValueTest {

    private static final String UUID = "11111111-aaaa-3333-4444-555555555555";

    /** Type, its object id, function of the binary format, tenant, a value, and whether that is the tenant. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int2 | 21 | int2send | 7 | 7 | true",
                "int2 | 21 | int2send | 7 | -7 | false",
                "int4 | 23 | int4send | -8 | -8 | true",
                "int4 | 23 | int4send | 8 | 2147483647 | false",
                "int4 | 23 | int4send | 007 | 7 | true",
                "int4 | 23 | int4send | 7.5 | 7 | false",
                "int8 | 20 | int8send | 9223372036854775807 | 9223372036854775807 | true",
                "int8 | 20 | int8send | 1 | 4294967297 | false",
                "int8 | 20 | int8send | 99999999999999999999 | 1 | false",
                "numeric | 1700 | numeric_send | 7 | 7 | true",
                "numeric | 1700 | numeric_send | 7 | 7.00 | true",
                "numeric | 1700 | numeric_send | 70000 | 70000 | true",
                "numeric | 1700 | numeric_send | 70000 | 7 | false",
                "numeric | 1700 | numeric_send | 123456789 | 123456789 | true",
                "numeric | 1700 | numeric_send | 123456789 | 123456788 | false",
                "numeric | 1700 | numeric_send | 0 | 0 | true",
                "numeric | 1700 | numeric_send | -12 | -12 | true",
                "numeric | 1700 | numeric_send | -12 | 12 | false",
                "numeric | 1700 | numeric_send | 99999999999999999999999 | 99999999999999999999999 | true",
                "numeric | 1700 | numeric_send | 99999999999999999999999 | 99999999999999999999998 | false",
                "numeric | 1700 | numeric_send | 1.5 | 1.50 | true",
                "numeric | 1700 | numeric_send | 7 | NaN | false",
                "uuid | 2950 | uuid_send | " + UUID + " | " + UUID + " | true",
                "uuid | 2950 | uuid_send | 11111111-AAAA-3333-4444-555555555555 | " + UUID + " | true",
                "uuid | 2950 | uuid_send | {11111111aaaa33334444555555555555} | " + UUID + " | true",
                "uuid | 2950 | uuid_send | " + UUID + " | 11111111-aaaa-3333-4444-555555555556 | false",
                "uuid | 2950 | uuid_send | " + UUID + " | 21111111-aaaa-3333-4444-555555555555 | false",
                "text | 25 | textsend | äcme | äcme | true",
                "text | 25 | textsend | acme | Acme | false",
                "text | 25 | textsend | acme | acme2 | false",
                "varchar | 1043 | varcharsend | acme | acme | true",
                "char(9) | 1042 | bpcharsend | acme | acme | true",
                "char(9) | 1042 | bpcharsend | acme | acm | false",
                "name | 19 | namesend | acme | acme | true",
            })
    void theSameOrAnother(String type, int oid, String send, String tenant, String value, boolean same)
            throws Exception {
        TenantValue own = new TenantValue(tenant);
        try (Connection c = PostgresServer.get(18).superuser("postgres");
                Statement s = c.createStatement();
                ResultSet rs = s.executeQuery(
                        "select v::text, " + send + "(v) from (select '" + value + "'::" + type + " as v) x")) {
            rs.next();
            byte[] text = rs.getString(1).getBytes(StandardCharsets.UTF_8);

            assertEquals(!same, own.isComparableWith(oid) && own.isOther(text, oid, false), "text");
            assertEquals(!same, own.isComparableWith(oid) && own.isOther(rs.getBytes(2), oid, true), "binary");
        }
    }

    @Test
    void whatCannotBeCompared() {
        TenantValue acme = new TenantValue("acme");
        for (int type : new int[] {20, 21, 23, 1700, 2950, 16, 114, 99999}) {
            assertFalse(acme.isComparableWith(type), "type " + type);
        }
        assertFalse(new TenantValue("7").isComparableWith(2950));
        assertFalse(new TenantValue("").isComparableWith(23));
    }
}
