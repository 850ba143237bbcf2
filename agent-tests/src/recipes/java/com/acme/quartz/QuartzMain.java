package com.acme.quartz;

import io.tenantwarden.tests.jvm.Db;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.Scheduler;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** Jobs for two tenants, one that was scheduled without a tenant, and one that plans. */
public final class QuartzMain {

    private QuartzMain() {}

    public static void main(String[] arguments) throws Exception {
        InvoiceJob.pool = Db.hikari(2);
        InvoiceJob.done = new CountDownLatch(4);
        Properties properties = new Properties();
        properties.put("org.quartz.threadPool.threadCount", "1");
        properties.put("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
        Scheduler scheduler = new StdSchedulerFactory(properties).getScheduler();
        schedule(scheduler, InvoiceJob.class, "for-a", "a");
        schedule(scheduler, InvoiceJob.class, "for-b", "b");
        schedule(scheduler, InvoiceJob.class, "for-nobody", null);
        schedule(scheduler, PlanningJob.class, "planning", null);
        scheduler.start();
        if (!InvoiceJob.done.await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("not all jobs have run");
        }
        scheduler.shutdown(true);
        InvoiceJob.pool.close();
    }

    private static void schedule(Scheduler scheduler, Class<? extends Job> type, String name, String tenant)
            throws Exception {
        JobBuilder job = JobBuilder.newJob(type).withIdentity(name);
        scheduler.scheduleJob(
                (tenant == null ? job : job.usingJobData("tenant", tenant)).build(),
                TriggerBuilder.newTrigger().startNow().build());
    }
}
