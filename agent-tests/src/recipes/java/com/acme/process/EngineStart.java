package com.acme.process;

import com.acme.Tenants;
import javax.sql.DataSource;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.delegate.DelegateExecution;
import org.operaton.bpm.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.operaton.bpm.engine.impl.delegate.DelegateInvocation;
import org.operaton.bpm.engine.impl.interceptor.DelegateInterceptor;

/** Configures and starts the process engine. */
public final class EngineStart {

    private EngineStart() {}

    /** Named by the recipe: the engine looks for its own jobs when it starts. */
    static ProcessEngine start(DataSource pool) {
        StandaloneProcessEngineConfiguration configuration = new StandaloneProcessEngineConfiguration();
        configuration.setDataSource(pool);
        configuration.setDatabaseSchemaUpdate("false");
        configuration.setJobExecutorActivate(false);
        configuration.setDelegateInterceptor(new TenantOfTheExecution());
        return configuration.buildProcessEngine();
    }

    /** What the engine calls for each piece of the application's code: it runs as the tenant of the process instance. */
    static final class TenantOfTheExecution implements DelegateInterceptor {
        @Override
        public void handleInvocation(DelegateInvocation invocation) throws Exception {
            String before = Tenants.current();
            if (invocation.getContextExecution() instanceof DelegateExecution execution) {
                Tenants.set(execution.getTenantId());
            }
            try {
                invocation.proceed();
            } finally {
                if (before == null) {
                    Tenants.clear();
                } else {
                    Tenants.set(before);
                }
            }
        }
    }
}
