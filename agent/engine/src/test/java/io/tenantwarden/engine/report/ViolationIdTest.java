package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ViolationIdTest {

    private static String id(String className, String method, int line) {
        return ViolationId.of(ViolationKind.UNSCOPED_QUERY, new Site(className, method, "F.java", line), "abc");
    }

    @Test
    void isEightHexDigitsAndTheSameInEveryJvm() {
        assertEquals("ba9f3109", id("com.acme.jobs.NightlyJob", "run", 42));
    }

    @Test
    void leavesOutTheLine() {
        assertEquals(id("com.acme.A", "run", 1), id("com.acme.A", "run", 99));
    }

    @Test
    void leavesOutNumbersThatCompilersAndGeneratorsHandOut() {
        assertEquals(id("com.acme.A", "lambda$run$0", 1), id("com.acme.A", "lambda$run$17", 1));
        assertEquals(id("com.acme.A", "run$lambda-0", 1), id("com.acme.A", "run$lambda-12", 1));
        assertEquals(id("com.acme.A", "$anonfun$run$1", 1), id("com.acme.A", "$anonfun$run$2", 1));
        assertEquals(id("com.acme.A$1", "run", 1), id("com.acme.A$2", "run", 1));
        assertEquals(id("com.acme.A$$Lambda$14/0x0000000800c03000", "x", 1), id("com.acme.A$$Lambda/0x00007f", "x", 1));
        assertEquals(id("com.acme.A$$SpringCGLIB$$0", "x", 1), id("com.acme.A$$SpringCGLIB$$1", "x", 1));
        assertEquals(id("com.acme.A$HibernateProxy$aB", "x", 1), id("com.acme.A$HibernateProxy$Cd", "x", 1));
        assertEquals(id("jdk.proxy2.$Proxy12", "x", 1), id("jdk.proxy2.$Proxy7", "x", 1));
    }

    @Test
    void keepsWhatTheApplicationNamed() {
        assertNotEquals(id("com.acme.A", "step1", 1), id("com.acme.A", "step2", 1));
        assertNotEquals(id("com.acme.A$ProxyFactory", "x", 1), id("com.acme.A$ProxyCache", "x", 1));
        assertNotEquals(id("com.acme.A$V1Api", "x", 1), id("com.acme.A$V2Api", "x", 1));
        assertEquals("com.acme.A$Inner", ViolationId.stableClassName("com.acme.A$Inner"));
        assertEquals("com.acme.A$Local", ViolationId.stableClassName("com.acme.A$12Local"));
    }

    @Test
    void tellsKindsStatementsAndPartsApart() {
        Site site = new Site("com.acme.A", "run", null, 1);
        assertNotEquals(
                ViolationId.of(ViolationKind.UNSCOPED_QUERY, site, "abc"),
                ViolationId.of(ViolationKind.ZERO_ROW_WRITE, site, "abc"));
        assertNotEquals(
                ViolationId.of(ViolationKind.UNSCOPED_QUERY, site, "abc"),
                ViolationId.of(ViolationKind.UNSCOPED_QUERY, site, "abd"));
        assertNotEquals(id("com.acme.Ar", "un", 1), id("com.acme.A", "run", 1));
        assertTrue(ViolationId.of(ViolationKind.UNCOVERED_CLIENT, site, null).matches("[0-9a-f]{8}"));
    }
}
