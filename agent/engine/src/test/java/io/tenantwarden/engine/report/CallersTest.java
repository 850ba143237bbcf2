package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallersTest {

    private static final String MANAGER = "org.springframework.security.provisioning.JdbcUserDetailsManager";
    private static final String DAO = "org.springframework.security.core.userdetails.jdbc.JdbcDaoImpl";
    private static final String ENGINE = "org.operaton.bpm.engine.impl.";

    private final Callers callers = new Callers();

    private static Site site(String classAndMethod) {
        int hash = classAndMethod.indexOf('#');
        return new Site(classAndMethod.substring(0, hash), classAndMethod.substring(hash + 1), null, 1);
    }

    private static FoundSite found(boolean own, Set<Site> passage, String... innermostFirst) {
        List<Site> frames = new ArrayList<>();
        for (String frame : innermostFirst) {
            frames.add(site(frame));
        }
        return new FoundSite(frames.get(0), frames, passage, own);
    }

    private static FoundSite application(String... innermostFirst) {
        return found(true, Set.of(), innermostFirst);
    }

    private static FoundSite framework(String... innermostFirst) {
        return found(false, Set.of(), innermostFirst);
    }

    @Test
    void namesTheInnermostMethodThatHasAName() {
        assertEquals("com.acme.Job#run", callers.nameable(application("com.acme.Job#run", "com.acme.Jobs#all")));
        for (String nameless : List.of("<init>", "<clinit>", "access$000", "$anonfun$run$1", "lambda$new$0")) {
            assertEquals(
                    "com.acme.Jobs#all",
                    callers.nameable(application("com.acme.Job#" + nameless, "com.acme.Jobs#all")),
                    nameless);
        }
        assertEquals(
                "com.acme.Job#run",
                callers.nameable(application(
                        "com.acme.Job#lambda$run$0", "com.acme.Tx#within", "com.acme.Job#run", "com.acme.Jobs#all")));
        assertNull(callers.nameable(application("com.acme.Job$$Lambda/0x01#run", "com.acme.Job#lambda$run$0")));
        assertNull(callers.nameable(application("com.acme.Job$$SpringCGLIB$$0#run")));
    }

    @Test
    void whatIsAPassageByItsFormIsPassedOver() {
        FoundSite found =
                found(true, Set.of(site("com.acme.Sql#query")), "com.acme.Sql#query", "com.acme.Invoices#due");

        assertEquals("com.acme.Invoices#due", callers.nameable(found));
    }

    @Test
    void fourCallersMakeAHelperWhoeverWroteIt() {
        for (int i = 0; i < 3; i++) {
            callers.note(application("com.acme.Store#find", "com.acme.Caller" + i + "#run"));
        }
        FoundSite found = application("com.acme.Store#find", "com.acme.Caller9#run");
        assertEquals("com.acme.Store#find", callers.nameable(found));
        callers.note(found);
        assertEquals("com.acme.Caller9#run", callers.nameable(found));
    }

    @Test
    void aHelperBehindAHelperIsOneToo() {
        for (int i = 0; i < 4; i++) {
            callers.note(application("com.acme.Sql#run", "com.acme.Store#find", "com.acme.Caller" + i + "#run"));
        }
        assertEquals(
                "com.acme.Caller1#run",
                callers.nameable(application("com.acme.Sql#run", "com.acme.Store#find", "com.acme.Caller1#run")));
    }

    /** It is called by a runner of many jobs, but only ever for one. */
    @Test
    void aJobOfARunnerIsNoHelper() {
        for (int i = 0; i < 9; i++) {
            callers.note(application("com.acme.Job" + i + "#run", "com.acme.Runner#run", "com.acme.Start" + i + "#go"));
        }
        assertEquals(
                "com.acme.Job3#run",
                callers.nameable(application("com.acme.Job3#run", "com.acme.Runner#run", "com.acme.Start3#go")));
    }

    @Test
    void lambdasOverloadsAndRecursionAreNoFurtherCallers() {
        for (int i = 0; i < 9; i++) {
            callers.note(application("com.acme.Store#find", "com.acme.Job#lambda$run$" + i, "com.acme.Job#run"));
            callers.note(application("com.acme.Store#find", "com.acme.Store#find", "com.acme.Job#run"));
        }
        assertEquals("com.acme.Store#find", callers.nameable(application("com.acme.Store#find", "com.acme.Job#run")));
    }

    @Test
    void ofFrameworksTheWayIntoWhatHasTheStatement() {
        assertEquals(
                DAO + "#loadUserByUsername",
                callers.nameable(framework(
                        "org.springframework.jdbc.core.JdbcTemplate$1#doInPreparedStatement",
                        "org.springframework.jdbc.core.JdbcTemplate#execute",
                        MANAGER + "#loadUsersByUsername",
                        DAO + "#loadUserByUsername",
                        "org.springframework.security.authentication.dao.DaoAuthenticationProvider#retrieveUser")));
        assertEquals(
                ENGINE + "cmd.AcquireJobsCmd#execute",
                callers.nameable(framework(
                        "org.apache.ibatis.session.defaults.DefaultSqlSession#selectList",
                        ENGINE + "db.sql.DbSqlSession#executeSelectList",
                        ENGINE + "persistence.entity.JobManager#findNextJobsToExecute",
                        ENGINE + "cmd.AcquireJobsCmd#execute",
                        ENGINE + "cmd.AcquireJobsCmd#execute",
                        ENGINE + "interceptor.CommandExecutorImpl#execute",
                        ENGINE + "jobexecutor.SequentialJobAcquisitionRunnable#run")));
    }

    @Test
    void whatRunsTheCodeOfOthersIsNeverNamed() {
        assertNull(callers.nameable(framework(
                "org.hibernate.query.sqm.internal.QuerySqmImpl#list",
                "org.apache.catalina.core.StandardWrapper#invoke")));
        assertNull(callers.nameable(framework(
                ENGINE + "db.sql.DbSqlSession#executeSelectList",
                ENGINE + "cmd.ExecuteJobsCmd#execute",
                ENGINE + "interceptor.CommandExecutorImpl#execute")));
        assertNull(callers.nameable(framework("org.quartz.core.JobRunShell#run")));
    }

    @ParameterizedTest
    @CsvSource({
        "com.acme.PaymentWebhook#findCustomer, payment-webhook-find-customer",
        "com.acme.Outer$Inner#x2, inner-x2",
        DAO + "#loadUserByUsername, jdbc-dao-impl-load-user-by-username",
        "Plain#run, plain-run",
        "com.acme.\u00c4nderung#l\u00f6sche, nderung-l-sche",
        "com.acme.\u00c4#\u00f6, look-up",
    })
    void aNameThatTheKeyTakes(String method, String name) {
        assertEquals(name, Callers.bypassName(method));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(Ljava/util/function/Supplier;)Ljava/lang/Object;",
                "(Ljava/sql/Connection;Ljava/lang/String;[Ljava/lang/Object;)Ljava/util/List;",
                "(Ljava/lang/String;Ljava/util/Map;)V",
                "(Ljakarta/servlet/ServletRequest;Ljakarta/servlet/ServletResponse;Ljakarta/servlet/FilterChain;)V",
                "(Lorg/aopalliance/intercept/MethodInvocation;)Ljava/lang/Object;",
                "(Lorg/aspectj/lang/ProceedingJoinPoint;)Ljava/lang/Object;",
                "(ILjava/lang/Runnable;)V",
            })
    void knowsAPassageByItsParameters(String descriptor) {
        assertTrue(Passages.runsWhatItIsGiven(descriptor));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "()V",
                "(Ljava/lang/String;)Ljava/util/function/Supplier;",
                "(Ljava/lang/String;Ljava/util/List;)V",
                "(Ljava/sql/Connection;J)Ljava/util/List;",
                "(Lcom/acme/Tenant;)V",
            })
    void othersAreNone(String descriptor) {
        assertFalse(Passages.runsWhatItIsGiven(descriptor));
    }
}
