package com.acme.process;

import com.acme.Invoices;
import com.acme.Tenants;
import io.tenantwarden.tests.jvm.Db;
import java.util.concurrent.TimeUnit;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.impl.ProcessEngineImpl;
import org.operaton.bpm.engine.impl.jobexecutor.JobExecutor;
import org.operaton.bpm.model.bpmn.Bpmn;

/** A process engine with two tenants whose steps run on the engine's own threads. */
public final class ProcessMain {

    private ProcessMain() {}

    public static void main(String[] arguments) throws Exception {
        BillingDelegate.pool = Db.hikari(6);
        ProcessEngine engine = EngineStart.start(BillingDelegate.pool);
        for (String tenant : new String[] {"a", "b"}) {
            Tenants.set(tenant);
            engine.getRepositoryService()
                    .createDeployment()
                    .tenantId(tenant)
                    .addModelInstance(
                            "billing.bpmn",
                            Bpmn.createExecutableProcess("billing")
                                    .operatonHistoryTimeToLive(1)
                                    .startEvent()
                                    .serviceTask("bill")
                                    .operatonAsyncBefore()
                                    .operatonClass(BillingDelegate.class)
                                    .userTask("approve")
                                    .endEvent()
                                    .done())
                    .deploy();
            engine.getRuntimeService()
                    .createProcessInstanceByKey("billing")
                    .processDefinitionTenantId(tenant)
                    .execute();
            Tenants.clear();
        }
        JobExecutor executor =
                ((ProcessEngineImpl) engine).getProcessEngineConfiguration().getJobExecutor();
        executor.start();
        if (!BillingDelegate.DONE.await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("not all steps have run");
        }
        for (String tenant : new String[] {"a", "b"}) {
            Tenants.set(tenant);
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (engine.getTaskService().createTaskQuery().count() == 0 && System.nanoTime() < deadline) {
                Thread.onSpinWait(); // the job's transaction ends after the delegate has returned
            }
            Invoices.tell(
                    "tasks of " + tenant,
                    engine.getTaskService().createTaskQuery().list().stream()
                            .map(task -> task.getTenantId())
                            .toList()
                            .toString());
            Tenants.clear();
        }
        executor.shutdown();
        Invoices.tell("nobody", Invoices.visible(BillingDelegate.pool));
        try {
            Invoices.tell("tasks of nobody", "" + engine.getTaskService().createTaskQuery().count());
        } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            // the engine hides it behind an exception of its own
            Invoices.tell("tasks of nobody", cause.getMessage().startsWith("[warden] refused") ? "refused" : "" + cause);
        }
        engine.close();
        BillingDelegate.pool.close();
    }
}
