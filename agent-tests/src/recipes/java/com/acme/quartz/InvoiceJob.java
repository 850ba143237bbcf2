package com.acme.quartz;

import com.acme.Invoices;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.CountDownLatch;
import org.quartz.Job;
import org.quartz.JobExecutionContext;

/** Works for the tenant in its data map. */
public final class InvoiceJob implements Job {

    static HikariDataSource pool;
    static CountDownLatch done;

    @Override
    public void execute(JobExecutionContext context) {
        Invoices.tell(context.getJobDetail().getKey().getName(), Invoices.visible(pool));
        done.countDown();
    }
}
