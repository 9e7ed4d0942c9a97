package bench;

import io.namastack.outbox.annotation.OutboxHandler;
import io.namastack.outbox.partition.PartitionHasher;
import java.util.stream.IntStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Namastack Outbox at work for the bench: setup, or drain and live until SIGTERM. */
@SpringBootApplication
@EnableScheduling
public class Main {
  private static final int KEYS = 20_000;

  /** The one handler; which effect it has is the verb's to say. */
  public record Handler(JdbcTemplate jdbc, boolean live, long pid) {
    private static final String UPSERT =
        """
        INSERT INTO bench_state AS s (key, state, events, last_seq) VALUES (?, ?, 1, 0)
            ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state, events = s.events + 1""";

    @OutboxHandler
    public void handle(Job job) {
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
    return new Handler(
        jdbc, "live".equals(System.getProperty("verb")), ProcessHandle.current().pid());
  }

  public static void main(String[] arguments) throws InterruptedException {
    final var context = SpringApplication.run(Main.class);
    if ("setup".equals(System.getProperty("verb"))) {
      tellPartitions(context.getBean(JdbcTemplate.class));
      context.close();
    } else {
      Thread.currentThread().join();
    }
  }

  /** Which partition each key is in, for those who publish by SQL. */
  private static void tellPartitions(JdbcTemplate jdbc) {
    jdbc.execute("CREATE TABLE bench_partition (key text PRIMARY KEY, partition_no int NOT NULL)");
    final var rows =
        IntStream.range(0, KEYS)
            .mapToObj(n -> String.format("INC%07d", n))
            .map(key -> new Object[] {key, PartitionHasher.INSTANCE.getPartitionForRecordKey(key)})
            .toList();
    jdbc.batchUpdate("INSERT INTO bench_partition VALUES (?, ?)", rows);
  }
}
