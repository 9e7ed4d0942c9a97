package bench;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.FailedEventPublications;
import org.springframework.modulith.events.ResubmissionOptions;

/** Spring Modulith at work for the bench: setup, or drain and live until SIGTERM. */
@SpringBootApplication
public class Main {
  private static final ResubmissionOptions OPTIONS =
      ResubmissionOptions.defaults().withBatchSize(500).withMaxInFlight(500);

  /** The one handler, in a transaction of its own; which effect it has is the verb's to say. */
  public static class Handler {
    private static final String UPSERT =
        """
        INSERT INTO bench_state AS s (key, state, events, last_seq) VALUES (?, ?, 1, 0)
            ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state, events = s.events + 1""";

    private final JdbcTemplate jdbc;
    private final boolean live = "live".equals(System.getProperty("verb"));
    private final long pid = ProcessHandle.current().pid();

    Handler(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @ApplicationModuleListener(id = "bench")
    public void on(Job job) {
      if (live) {
        jdbc.update(
            "INSERT INTO bench_effect (due, pid) VALUES (?::timestamptz, ?)", job.due(), pid);
      } else {
        jdbc.update(UPSERT, job.number(), job.state());
      }
    }
  }

  @Bean
  Handler handler(JdbcTemplate jdbc) {
    return new Handler(jdbc);
  }

  @Bean
  Publisher publisher() {
    return new Publisher();
  }

  private interface Step {
    void take() throws InterruptedException;
  }

  public static void main(String[] arguments) throws InterruptedException {
    final var context = SpringApplication.run(Main.class);
    switch (System.getProperty("verb")) {
      case "drain" -> {
        final var failed = context.getBean(FailedEventPublications.class);
        untilStopped(context, () -> failed.resubmit(OPTIONS));
      }
      case "live" -> untilStopped(context, context.getBean(Publisher.class)::serve);
      default -> context.close();
    }
  }

  /** Takes the step every 10 ms; one that fails because all is being closed has not failed. */
  private static void untilStopped(ConfigurableApplicationContext context, Step step)
      throws InterruptedException {
    while (!context.isClosed()) {
      try {
        step.take();
      } catch (RuntimeException error) {
        if (!context.isClosed()) {
          throw error;
        }
      }
      Thread.sleep(10);
    }
  }
}
