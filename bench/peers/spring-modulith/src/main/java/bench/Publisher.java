package bench;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Listeners run in the program that publishes, so this program publishes too: what the verb write
 * orders through the table bench_order, in open loop, one event per transaction.
 */
public class Publisher {
  private static final int THREADS = 8;
  private static final int KEYS = 20_000;

  @Autowired private JdbcTemplate jdbc;
  @Autowired private TransactionTemplate transaction;
  @Autowired private ApplicationEventPublisher events;

  private record Order(long id, double rate, double seconds) {}

  /** Carries out what was ordered since the last time. */
  void serve() throws InterruptedException {
    final var orders =
        jdbc.query(
            "SELECT id, rate, seconds FROM bench_order WHERE NOT done ORDER BY id",
            (row, n) -> new Order(row.getLong(1), row.getDouble(2), row.getDouble(3)));
    for (final var order : orders) {
      carryOut(order);
      jdbc.update("UPDATE bench_order SET done = true WHERE id = ?", order.id());
    }
  }

  /** Event n is due n / rate seconds after the start, however long those before it took. */
  private void carryOut(Order order) throws InterruptedException {
    final var begin = Instant.now().plusMillis(10);
    final var pool = Executors.newScheduledThreadPool(THREADS);
    final long count = Math.max(1, Math.round(order.rate() * order.seconds()));
    for (long n = 0; n < count; ++n) {
      final long number = n;
      final var due = begin.plusNanos((long) (n * 1e9 / order.rate()));
      final long wait = Duration.between(Instant.now(), due).toNanos();
      pool.schedule(() -> publish(number, due), wait, TimeUnit.NANOSECONDS);
    }
    pool.shutdown();
    pool.awaitTermination(10, TimeUnit.MINUTES);
  }

  private void publish(long n, Instant due) {
    final var job =
        new Job(
            String.format("INC%07d", n % KEYS),
            "Active",
            "Group " + n % 70,
            "Resolver " + n,
            "3 - Moderate",
            due.toString(),
            "x".repeat(120),
            due.toString());
    transaction.executeWithoutResult(status -> events.publishEvent(job));
  }
}
