package dev.tidar.test;

import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/** Resets the scripts of a context after each test method, so that contexts can be shared by test classes. */
final class ResetScriptTestExecutionListener extends AbstractTestExecutionListener {

    /** Before what rolls back and closes. */
    private static final int ORDER = 10_000;

    @Override
    public void afterTestMethod(TestContext test) {
        if (test.hasApplicationContext()) {
            ApplicationContext context = test.getApplicationContext();
            context.getBeansOfType(TidarScript.class, false, false).values().forEach(TidarScript::reset);
        }
    }

    @Override
    public int getOrder() {
        return ORDER;
    }
}
