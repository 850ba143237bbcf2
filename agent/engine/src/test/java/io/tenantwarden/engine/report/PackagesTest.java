package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackagesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.Runnable",
                "javax.sql.DataSource",
                "org.postgresql.jdbc.PgStatement",
                "com.zaxxer.hikari.HikariDataSource",
                "org.hibernate.Session",
                "jakarta.persistence.EntityManager",
                "org.springframework.jdbc.core.JdbcTemplate",
                "org.springframework.jdbc.core.JdbcTemplate$1",
                "org.springframework.web.servlet.DispatcherServlet",
                "org.apache.ibatis.session.defaults.DefaultSqlSession",
                "org.camunda.bpm.engine.impl.db.sql.DbSqlSession",
                "org.operaton.bpm.engine.impl.db.sql.DbSqlSession",
                "org.operaton.bpm.engine.impl.cmd.ExecuteJobsCmd",
                "org.operaton.bpm.engine.impl.jobexecutor.ExecuteJobHelper",
                "org.flowable.common.engine.impl.interceptor.CommandExecutor",
                "org.keycloak.models.jpa.RealmAdapter",
                "org.quartz.core.JobRunShell",
                "io.tenantwarden.bootstrap.Hooks",
                "org.hibernate.*",
                "org.hiber*.Session",
                "org.spring*.jdbc.core.Jdbc*",
                "org.*.Session",
                "com.*.hikari.pool.*",
            })
    void aPatternThatWouldOpenEverything(String pattern) {
        assertNotNull(Packages.meant(pattern));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.jobs.NightlyJob",
                "com.acme.jobs.*",
                "com.acme*.jobs.Job*",
                "org.acme.*.Job",
                "Main",
                "org.springframework.samples.petclinic.OwnerController",
                "org.springframework.samples.*",
                "org.springframework.security.core.userdetails.jdbc.JdbcDaoImpl",
                "org.operaton.bpm.engine.impl.cmd.AcquireJobsCmd",
                "org.flywaydb.core.Flyway",
                "io.tenantwarden.tests.scenarios.EnforceScenario",
            })
    void onesOwnAndWhatHasStatementsOfItsOwn(String pattern) {
        assertNull(Packages.meant(pattern));
    }

    @Test
    void saysWhatIsMeant() {
        assertEquals("org.hibernate.", Packages.meant("org.hiber*.Session").names());
        assertEquals(
                "org.hibernate.Session", Packages.meant("org.hibernate.Session").names());
    }
}
