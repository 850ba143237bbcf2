package io.tenantwarden.tests.sites;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;

public class CountingInterceptor implements MethodInterceptor {

    private int calls;

    @Override
    public Object invoke(MethodInvocation invocation) throws Throwable {
        calls++;
        return invocation.proceed();
    }

    public int calls() {
        return calls;
    }
}
