package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every construct that hands work to another thread: the work sees the rows of whoever handed it over. */
class PropagationScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    @TestFactory
    List<DynamicTest> workRunsAsWhoHandedItOver() {
        List<DynamicTest> tests = new ArrayList<>();
        Constructs.all()
                .forEach((name, construct) -> tests.add(dynamicTest(name, () -> {
                    Callable<String> tenant = Rows::tenants;
                    assertEquals("a", TenantContext.as("a", () -> construct.run(tenant)), "tenant a");
                    assertEquals("", TenantContext.as(null, () -> construct.run(tenant)), "nobody after a");
                    assertEquals("b", TenantContext.as("b", () -> construct.run(tenant)), "tenant b");
                    assertEquals("", TenantContext.as(null, () -> construct.run(tenant)), "nobody after b");
                })));
        return tests;
    }
}
