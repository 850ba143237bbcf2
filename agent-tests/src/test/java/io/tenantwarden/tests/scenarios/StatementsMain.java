package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;

/** An application that runs, as a tenant, each statement that it is given on standard input, until that ends. */
public final class StatementsMain {

    private StatementsMain() {}

    public static void main(String[] arguments) throws Exception {
        TenantContext.set("a");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Connection c = Db.plain().getConnection()) {
            System.out.println("##ready");
            for (String sql = in.readLine(); sql != null; sql = in.readLine()) {
                try (Statement s = c.createStatement()) {
                    s.execute(sql);
                }
                System.out.println("##ran " + sql);
            }
        }
    }
}
