package io.tenantwarden.tests.sites;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;

/** What runs on threads of Spring's. */
public class Tasks {

    private final CountDownLatch ran = new CountDownLatch(1);
    private final JdbcTemplate jdbc;

    public Tasks(DataSource source) {
        jdbc = new JdbcTemplate(source);
    }

    @Scheduled(fixedDelay = 3_600_000)
    public void nightly() {
        jdbc.queryForList("select note from customers where id = 2"); // site
        ran.countDown();
    }

    @Async
    public CompletableFuture<Integer> later() {
        return CompletableFuture.completedFuture(
                jdbc.queryForList("select note from customers where id = 3").size()); // site
    }

    /** Ends when the schedule has run. */
    public CountDownLatch ran() {
        return ran;
    }
}
