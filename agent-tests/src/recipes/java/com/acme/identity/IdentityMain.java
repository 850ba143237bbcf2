package com.acme.identity;

import com.acme.Invoices;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** An identity server in small: realms by their name in the path, users by realm, log-ins, a task that works for all realms. */
public final class IdentityMain {

    private IdentityMain() {}

    @Entity(name = "RealmUser")
    @Table(name = "user_entity")
    public static class User {
        @Id
        String id;

        String username;
    }

    /** Below {@code /realms/{realm}/}. */
    static final class Realms extends HttpServlet {
        private static final long serialVersionUID = 1;

        private final transient SessionFactory sessions;

        Realms(SessionFactory sessions) {
            this.sessions = sessions;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(Users.of(sessions));
        }
    }

    public static void main(String[] arguments) throws Exception {
        try (HikariDataSource pool = Db.hikari(2);
                SessionFactory sessions = new Configuration()
                        .addAnnotatedClass(User.class)
                        .setProperty("hibernate.boot.allow_jdbc_metadata_access", "false")
                        .setProperty(AvailableSettings.DIALECT, "org.hibernate.dialect.PostgreSQLDialect")
                        .buildSessionFactory(
                                new org.hibernate.boot.registry.StandardServiceRegistryBuilder()
                                        .applySetting(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, pool)
                                        .applySetting(
                                                AvailableSettings.DIALECT, "org.hibernate.dialect.PostgreSQLDialect")
                                        .build())) {
            Tomcat tomcat = new Tomcat();
            tomcat.setBaseDir(Files.createTempDirectory("identity").toString());
            tomcat.setHostname("127.0.0.1");
            tomcat.setPort(0);
            Context context = tomcat.addContext("", null);
            Tomcat.addServlet(context, "realms", new Realms(sessions));
            context.addServletMappingDecoded("/realms/*", "realms");
            Tomcat.addServlet(context, "admin", new Realms(sessions));
            context.addServletMappingDecoded("/admin/*", "admin");
            tomcat.start();
            int port = tomcat.getConnector().getLocalPort();
            for (String path : List.of("realms/acme/users", "realms/globex/users", "realms/initech/users", "admin/users")) {
                HttpResponse<String> response = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                Invoices.tell(path, response.statusCode() == 200 ? response.body() : "" + response.statusCode());
            }
            ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
            Invoices.tell(
                    "expired",
                    scheduler
                            .schedule(new ExpiredUsers(sessions)::clear, 1, TimeUnit.MILLISECONDS)
                            .get()
                            .toString());
            scheduler.shutdown();
            tomcat.stop();
            tomcat.destroy();
        }
    }
}
