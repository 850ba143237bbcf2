package com.acme.quartz;

import com.acme.Invoices;
import org.quartz.Job;
import org.quartz.JobExecutionContext;

/** Looks for the tenants that there is work for. */
public final class PlanningJob implements Job {

    @Override
    public void execute(JobExecutionContext context) {
        Invoices.tell("planning", tenantsWithWork());
        InvoiceJob.done.countDown();
    }

    /** Named by the recipe's bypass. */
    String tenantsWithWork() {
        return Invoices.visible(InvoiceJob.pool);
    }
}
