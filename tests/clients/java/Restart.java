import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Kafka's idempotent producer while the broker dies and comes back. Arguments: BOOTSTRAP TOPIC PARTITIONS COUNT.
 *
 * Record i goes to partition i % PARTITIONS, so it belongs at offset i / PARTITIONS. Prints `acknowledged N` as they come in, then,
 * once all are settled and read back, one line of JSON with what was told and what was there.
 */
public class Restart {
  static String bootstrap;
  static String topic;
  static int partitions;
  static int count;

  // Only the producer's one thread touches these while it runs.
  static int right = 0;
  static final List<String> wrong = new ArrayList<>();
  static final List<String> failed = new ArrayList<>();

  public static void main(String[] arguments) throws Exception {
    bootstrap = arguments[0];
    topic = arguments[1];
    partitions = Integer.parseInt(arguments[2]);
    count = Integer.parseInt(arguments[3]);
    produce();
    var told = Map.of("right", right, "wrong", few(wrong), "failed", few(failed));
    System.out.println(new ObjectMapper().writeValueAsString(Map.of("told", told, "read", read())));
  }

  static List<String> few(List<String> all) {
    return all.subList(0, Math.min(5, all.size()));
  }

  static String value(long i) {
    return String.format("%-100d", i);
  }

  static Properties properties() {
    Properties all = new Properties();
    all.put("bootstrap.servers", bootstrap);
    all.put("reconnect.backoff.ms", "20");
    all.put("reconnect.backoff.max.ms", "200");
    return all;
  }

  static void produce() throws Exception {
    Properties all = properties();
    all.put("enable.idempotence", "true");
    all.put("linger.ms", "2");
    // Few at a time, so that the broker dies in the middle of it.
    Semaphore places = new Semaphore(Math.max(2000, count / 20));
    try (var producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < count; i++) {
        int record = i;
        places.acquire();
        producer.send(
            new ProducerRecord<>(topic, i % partitions, null, value(i)),
            (metadata, failure) -> {
              places.release();
              if (failure != null) failed.add("record " + record + ": " + failure);
              else if (metadata.partition() != record % partitions || metadata.offset() != record / partitions) wrong.add("record " + record + ": told " + metadata);
              else if (++right % (count / 50) == 0) System.out.println("acknowledged " + right);
            });
      }
    }
  }

  /** Records in all, the ends of the partitions, and the first few records that are not where they belong. */
  static Object read() {
    List<String> misplaced = new ArrayList<>();
    try (var consumer = new KafkaConsumer<>(properties(), new StringDeserializer(), new StringDeserializer())) {
      var all = IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      var low = consumer.beginningOffsets(all);
      var high = consumer.endOffsets(all);
      var ends = all.stream().map(p -> List.of(low.get(p), high.get(p))).toList();
      long expected = all.stream().mapToLong(p -> high.get(p) - low.get(p)).sum();
      long read = 0;
      while (read < expected) {
        var polled = consumer.poll(Duration.ofSeconds(10));
        if (polled.isEmpty()) throw new IllegalStateException("only " + read + " of " + expected + " records came");
        for (var record : polled) {
          if (!record.value().equals(value(record.offset() * partitions + record.partition()))) misplaced.add(record.toString());
        }
        read += polled.count();
      }
      return Map.of("count", read, "ends", ends, "misplaced", few(misplaced));
    }
  }
}
