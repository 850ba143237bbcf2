package com.acme.batch;

import com.acme.Invoices;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** One job, launched for two tenants and without one. */
public final class BatchMain {

    private BatchMain() {}

    @Configuration
    @EnableBatchProcessing
    static class Jobs {

        @Bean(destroyMethod = "close")
        HikariDataSource pool() {
            return Db.hikari(2);
        }

        @Bean
        Job invoicing(JobRepository repository, HikariDataSource pool) {
            return new JobBuilder("invoicing", repository)
                    .start(new StepBuilder("invoices", repository)
                            .tasklet((contribution, context) -> {
                                Object tenant = context.getStepContext()
                                        .getJobParameters()
                                        .get("tenant");
                                Invoices.tell("step for " + tenant, Invoices.visible(pool));
                                return RepeatStatus.FINISHED;
                            })
                            .build())
                    .build();
        }
    }

    public static void main(String[] arguments) throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Jobs.class)) {
            JobOperator operator = context.getBean(JobOperator.class);
            Job job = context.getBean(Job.class);
            for (String tenant : new String[] {"a", "b", null}) {
                JobParametersBuilder parameters = new JobParametersBuilder().addString("run", "of " + tenant);
                if (tenant != null) {
                    parameters.addString("tenant", tenant);
                }
                operator.start(job, parameters.toJobParameters());
            }
        }
    }
}
