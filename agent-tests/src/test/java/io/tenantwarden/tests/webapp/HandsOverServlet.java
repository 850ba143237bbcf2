package io.tenantwarden.tests.webapp;

import io.tenantwarden.tests.scenarios.SharedPools;
import io.tenantwarden.tests.scenarios.TenantContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A web application that gives tasks of its own classes to pools that outlive it, some of which are never run. */
public class HandsOverServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            TenantContext.set("a");
            Future<String> submitted = SharedPools.plain().submit(() -> HandsOverServlet.class.getName());
            SharedPools.byPriority().execute(new Task());
            String staged = CompletableFuture.supplyAsync(() -> "x", SharedPools.plain())
                    .thenApplyAsync(x -> x + HandsOverServlet.class.getSimpleName())
                    .get(30, TimeUnit.SECONDS);
            ForkJoinPool.commonPool().submit(new Task()).get(30, TimeUnit.SECONDS);
            CompletableFuture<Void> timed = new CompletableFuture<>();
            SharedPools.timer().schedule(new Alarm(timed), 1);
            timed.get(30, TimeUnit.SECONDS);
            neverRun();
            Thread thread = new Thread(new Task());
            thread.start();
            thread.join();
            response.getWriter().print(submitted.get(30, TimeUnit.SECONDS) + staged);
        } catch (Exception e) {
            throw new IOException(e);
        } finally {
            TenantContext.clear();
        }
    }

    private static void neverRun() throws InterruptedException {
        SharedPools.gated(gated -> {
            gated.execute(new Task());
            gated.shutdownNow();
        });
        Alarm cancelled = new Alarm(null);
        SharedPools.timer().schedule(cancelled, 3_600_000);
        cancelled.cancel();
        SharedPools.timer().purge();
        var scheduler = Executors.newScheduledThreadPool(1);
        scheduler.schedule(new Task(), 1, TimeUnit.HOURS);
        scheduler.shutdownNow();
        scheduler.awaitTermination(30, TimeUnit.SECONDS);
    }

    private static final class Task implements Runnable, Comparable<Task> {
        @Override
        public void run() {
            TenantContext.current();
        }

        @Override
        public int compareTo(Task other) {
            return 0;
        }
    }

    private static final class Alarm extends TimerTask {
        private final CompletableFuture<Void> rang;

        Alarm(CompletableFuture<Void> rang) {
            this.rang = rang;
        }

        @Override
        public void run() {
            rang.complete(null);
        }
    }
}
