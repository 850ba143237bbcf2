package io.tenantwarden.tests.demo;

import java.util.List;

/**
 * What one act showed.
 *
 * @param act 1 to 4
 * @param answers to the requests, in order; of an act with two runs, those of both
 * @param violations in the log; of an act with two runs, those of both
 * @param refusals the log lines that refuse a statement
 * @param problems what the act had to show and did not; empty when all is well
 */
record ActResult(
        int act, List<Answer> answers, List<Violation> violations, List<String> refusals, List<String> problems) {}
