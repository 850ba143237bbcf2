package io.tenantwarden.tests.sites;

import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.springframework.jdbc.core.JdbcTemplate;

/** As applications have them: around everything that others wrote, with now and then a statement of its own. */
@Aspect
public class TimingAspect {

    private final AtomicInteger calls = new AtomicInteger();
    private final JdbcTemplate jdbc;

    public TimingAspect(DataSource source) {
        jdbc = new JdbcTemplate(source);
    }

    @Around("execution(* io.tenantwarden.tests.sites.*Repository.*(..))"
            + " || execution(* io.tenantwarden.tests.sites.*Service.*(..))")
    public Object timed(ProceedingJoinPoint call) throws Throwable {
        if (calls.incrementAndGet() == 1) {
            jdbc.queryForList("select note from customers where id = 1"); // site
        }
        return call.proceed();
    }
}
