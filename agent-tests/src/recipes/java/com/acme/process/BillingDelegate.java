package com.acme.process;

import com.acme.Invoices;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.CountDownLatch;
import org.operaton.bpm.engine.delegate.DelegateExecution;
import org.operaton.bpm.engine.delegate.JavaDelegate;

/** A step of the process, run by the engine's job executor. */
public final class BillingDelegate implements JavaDelegate {

    static HikariDataSource pool;
    static final CountDownLatch DONE = new CountDownLatch(2);

    @Override
    public void execute(DelegateExecution execution) {
        Invoices.tell("step of " + execution.getTenantId(), Invoices.visible(pool));
        DONE.countDown();
    }
}
