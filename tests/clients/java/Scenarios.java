import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Kafka's own clients against a broker. Goes through scenarios and prints what each saw, as lines of JSON:
 * {"scenario": NAME, "seen": ANYTHING} or {"scenario": NAME, "error": TEXT}. It asserts nothing. Argument: BOOTSTRAP.
 */
public class Scenarios {
  interface Scenario {
    Object run() throws Exception;
  }

  static String bootstrap;
  static Admin admin;

  public static void main(String[] arguments) throws Exception {
    bootstrap = arguments[0];
    admin = Admin.create(properties(Map.of()));
    play("idempotent", Scenarios::idempotent);
    play("records", Scenarios::records);
    play("codecs", Scenarios::codecs);
    play("acks", Scenarios::acks);
    play("positions", Scenarios::positions);
    play("pausing", Scenarios::pausing);
    play("logAppendTime", Scenarios::logAppendTime);
    play("tooLarge", Scenarios::tooLarge);
    play("topics", Scenarios::topics);
    play("configs", Scenarios::configs);
    play("offsets", Scenarios::offsets);
    play("deleteRecords", Scenarios::deleteRecords);
    play("cluster", Scenarios::cluster);
    play("logDirs", Scenarios::logDirs);
    play("manyTopics", Scenarios::manyTopics);
    admin.close();
  }

  static void play(String name, Scenario scenario) throws Exception {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("scenario", name);
    try {
      line.put("seen", scenario.run());
    } catch (Exception failure) {
      line.put("error", failure + (failure.getStackTrace().length > 0 ? " at " + List.of(failure.getStackTrace()) : ""));
    }
    System.out.println(new ObjectMapper().writeValueAsString(line));
  }

  // Small things

  static Properties properties(Map<String, ?> more) {
    Properties all = new Properties();
    all.put("bootstrap.servers", bootstrap);
    all.put("default.api.timeout.ms", "10000");
    all.put("request.timeout.ms", "5000");
    all.putAll(more);
    return all;
  }

  static <T> T of(Future<T> future) throws Exception {
    return future.get(15, TimeUnit.SECONDS);
  }

  /** Name of the exception the broker's answer became, or "none". */
  static String refusal(Future<?> future) throws Exception {
    try {
      of(future);
      return "none";
    } catch (ExecutionException refused) {
      return refused.getCause().getClass().getSimpleName();
    }
  }

  static String freshTopic(String what) {
    return "java-" + what + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  static String created(String what, int partitions, Map<String, String> configs) throws Exception {
    String topic = freshTopic(what);
    of(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all());
    return topic;
  }

  static List<RecordMetadata> send(Collection<ProducerRecord<String, String>> records, Map<String, ?> config) throws Exception {
    Properties all = properties(config);
    all.putIfAbsent("delivery.timeout.ms", "15000");
    try (var producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> futures = new ArrayList<>();
      for (var record : records) futures.add(producer.send(record));
      producer.flush();
      List<RecordMetadata> told = new ArrayList<>();
      for (var future : futures) told.add(of(future));
      return told;
    }
  }

  static KafkaConsumer<String, String> consumer(Map<String, ?> config) {
    Properties all = properties(config);
    all.put("fetch.max.wait.ms", "100");
    all.put("auto.offset.reset", "earliest");
    all.put("enable.auto.commit", "false");
    return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
  }

  static List<ConsumerRecord<String, String>> take(KafkaConsumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> taken = new ArrayList<>();
    for (int empty = 0; taken.size() < count; ) {
      var polled = consumer.poll(Duration.ofSeconds(1));
      if (polled.isEmpty() && ++empty > 10) throw new IllegalStateException("only " + taken.size() + " of " + count + " records came");
      polled.forEach(taken::add);
    }
    return taken;
  }

  static List<ConsumerRecord<String, String>> read(String topic, int partitions, int count, Map<String, ?> config) {
    try (var consumer = consumer(config)) {
      consumer.assign(IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList());
      consumer.seekToBeginning(consumer.assignment());
      return take(consumer, count);
    }
  }

  static List<String> values(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  static List<ProducerRecord<String, String>> numbered(String topic, int count, int partitions) {
    return IntStream.range(0, count).mapToObj(i -> new ProducerRecord<String, String>(topic, i % partitions, null, "" + i)).toList();
  }

  /** Ten records a second apart, the last of them with the largest timestamp. */
  static String topicWithTimes(String what) throws Exception {
    String topic = created(what, 1, Map.of());
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (int i = 0; i < 10; i++) records.add(new ProducerRecord<>(topic, 0, 1_700_000_000_000L + i * 1000, null, "" + i));
    send(records, Map.of());
    return topic;
  }

  // The scenarios

  /** Kafka's default producer is idempotent with acks=all; small batches make many requests in flight. */
  static Object idempotent() throws Exception {
    int partitions = 3;
    int count = 3000;
    String topic = created("idempotent", partitions, Map.of());
    var told = send(numbered(topic, count, partitions), Map.of("batch.size", "500", "linger.ms", "1"));
    boolean toldInOrder = IntStream.range(0, count).allMatch(i -> told.get(i).offset() == i / partitions);
    Map<Integer, Boolean> inOrder = new TreeMap<>();
    for (var record : read(topic, partitions, count, Map.of())) {
      boolean right = record.value().equals("" + (record.offset() * partitions + record.partition()));
      inOrder.merge(record.partition(), right, Boolean::logicalAnd);
    }
    return Map.of("toldInOrder", toldInOrder, "inOrder", inOrder);
  }

  static Object records() throws Exception {
    String topic = created("records", 1, Map.of());
    var first = new ProducerRecord<>(topic, 0, 1_700_000_000_123L, "k", "v");
    first.headers().add("a", "1".getBytes(StandardCharsets.UTF_8)).add("a", "2".getBytes(StandardCharsets.UTF_8)).add("none", null);
    send(List.of(first, new ProducerRecord<>(topic, 0, 1_700_000_000_124L, "gone", (String) null)), Map.of());
    List<Object> rows = new ArrayList<>();
    for (var record : read(topic, 1, 2, Map.of("check.crcs", "true", "isolation.level", "read_committed"))) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("offset", record.offset());
      row.put("key", record.key());
      row.put("value", record.value());
      row.put("timestamp", record.timestamp());
      row.put("timestampType", record.timestampType().toString());
      List<String> headers = new ArrayList<>();
      record.headers().forEach(h -> headers.add(h.key() + "=" + (h.value() == null ? "null" : new String(h.value(), StandardCharsets.UTF_8))));
      row.put("headers", headers);
      row.put("leaderEpochKnown", record.leaderEpoch().isPresent());
      rows.add(row);
    }
    return rows;
  }

  static Object codecs() throws Exception {
    Map<String, Object> same = new TreeMap<>();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      String topic = created(codec, 1, Map.of());
      var sent = numbered(topic, 2000, 1);
      send(sent, Map.of("compression.type", codec, "linger.ms", "20"));
      same.put(codec, values(read(topic, 1, 2000, Map.of())).equals(sent.stream().map(ProducerRecord::value).toList()));
    }
    return same;
  }

  static Object acks() throws Exception {
    Map<String, Object> same = new TreeMap<>();
    for (String acks : List.of("0", "1", "all")) {
      String topic = created("acks-" + acks, 1, Map.of());
      var sent = numbered(topic, 500, 1);
      send(sent, Map.of("acks", acks, "enable.idempotence", "false", "batch.size", "400"));
      same.put(acks, values(read(topic, 1, 500, Map.of())).equals(sent.stream().map(ProducerRecord::value).toList()));
    }
    return same;
  }

  static Object positions() throws Exception {
    String topic = topicWithTimes("positions");
    var at = new TopicPartition(topic, 0);
    Map<String, Object> seen = new TreeMap<>();
    try (var consumer = consumer(Map.of("max.poll.records", "4"))) {
      seen.put("partitionsFor", consumer.partitionsFor(topic).size());
      seen.put("beginning", consumer.beginningOffsets(List.of(at)).get(at));
      seen.put("end", consumer.endOffsets(List.of(at)).get(at));
      Map<String, Long> found = new TreeMap<>();
      for (long time : new long[] {1_600_000_000_000L, 1_700_000_003_000L, 1_700_000_003_001L, 1_800_000_000_000L}) {
        OffsetAndTimestamp offset = consumer.offsetsForTimes(Map.of(at, time)).get(at);
        found.put("" + time, offset == null ? null : offset.offset());
      }
      seen.put("forTimes", found);
      consumer.assign(List.of(at));
      consumer.seek(at, 3);
      var polled = consumer.poll(Duration.ofSeconds(5)).records(at);
      seen.put("maxPoll", polled.stream().map(ConsumerRecord::offset).toList());
      seen.put("position", consumer.position(at));
      seen.put("lag", consumer.currentLag(at).orElse(-1));
      consumer.seekToEnd(List.of(at));
      seen.put("positionAtEnd", consumer.position(at));
      seen.put("nothingAtEnd", consumer.poll(Duration.ofMillis(300)).isEmpty());
      consumer.seek(at, 1000);
      seen.put("outOfRangeStartsAt", take(consumer, 1).get(0).offset());
    }
    return seen;
  }

  /** Partitions that come and go in a fetch session (KIP-227). */
  static Object pausing() throws Exception {
    String topic = created("pausing", 3, Map.of());
    send(numbered(topic, 30, 3), Map.of());
    try (var consumer = consumer(Map.of("max.partition.fetch.bytes", "200"))) {
      var all = IntStream.range(0, 3).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      consumer.pause(List.of(all.get(1)));
      var first = take(consumer, 20);
      consumer.resume(List.of(all.get(1)));
      var second = take(consumer, 10);
      consumer.assign(List.of(all.get(2)));
      consumer.seek(all.get(2), 0);
      var third = take(consumer, 10);
      return Map.of("first", partitions(first), "second", partitions(second), "third", partitions(third));
    }
  }

  static Set<Integer> partitions(List<ConsumerRecord<String, String>> records) {
    return new java.util.TreeSet<>(records.stream().map(ConsumerRecord::partition).toList());
  }

  /** The broker's clock, not the producer's. */
  static Object logAppendTime() throws Exception {
    String topic = created("append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    var told = send(List.of(new ProducerRecord<>(topic, 0, 1_000L, null, "v")), Map.of()).get(0).timestamp();
    var record = read(topic, 1, 1, Map.of()).get(0);
    boolean now = record.timestamp() >= before - 1000 && record.timestamp() <= System.currentTimeMillis() + 1000;
    return Map.of("type", record.timestampType().toString(), "now", now, "toldTheSame", told == record.timestamp());
  }

  /** A batch over max.message.bytes is refused; one of several records is split by the producer and goes. */
  static Object tooLarge() throws Exception {
    String topic = created("too-large", 1, Map.of("max.message.bytes", "2000"));
    try (var producer = new KafkaProducer<>(properties(Map.of("linger.ms", "50", "batch.size", "20000")), new StringSerializer(), new StringSerializer())) {
      String single = refusal(producer.send(new ProducerRecord<>(topic, "x".repeat(5000))));
      List<Future<RecordMetadata>> several = new ArrayList<>();
      for (int i = 0; i < 10; i++) several.add(producer.send(new ProducerRecord<>(topic, "y".repeat(500))));
      producer.flush();
      List<Long> offsets = new ArrayList<>();
      for (var future : several) offsets.add(of(future).offset());
      return Map.of("single", single, "several", offsets, "count", read(topic, 1, 10, Map.of()).size());
    }
  }

  static Object topics() throws Exception {
    Map<String, Object> seen = new TreeMap<>();
    String topic = freshTopic("topics");
    var wanted = new NewTopic(topic, 2, (short) 1).configs(Map.of("retention.ms", "1234567"));
    seen.put("validated", refusal(admin.createTopics(List.of(wanted), new CreateTopicsOptions().validateOnly(true)).all()));
    seen.put("afterValidateOnly", admin.listTopics().names().get().contains(topic));
    var created = admin.createTopics(List.of(wanted));
    var id = of(created.topicId(topic));
    seen.put("toldPartitions", of(created.numPartitions(topic)));
    seen.put("toldConfig", of(created.config(topic)).get("retention.ms").value());
    seen.put("listed", of(admin.listTopics().namesToListings()).get(topic).topicId().equals(id));
    var described = of(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    seen.put("describedId", described.topicId().equals(id));
    seen.put("describedPartitions", described.partitions().stream().map(p -> p.partition()).toList());
    var byId = of(admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds()).get(id);
    seen.put("describedById", byId.name().equals(topic));
    seen.put("again", refusal(admin.createTopics(List.of(wanted)).all()));
    seen.put("noPartitions", refusal(admin.createTopics(List.of(new NewTopic(freshTopic("x"), 0, (short) 1))).all()));
    seen.put("assigned", refusal(admin.createTopics(List.of(new NewTopic(freshTopic("assigned"), Map.of(0, List.of(leader(topic)))))).all()));
    seen.put("assignedElsewhere", refusal(admin.createTopics(List.of(new NewTopic(freshTopic("x"), Map.of(0, List.of(4711))))).all()));
    seen.put("badName", refusal(admin.createTopics(List.of(new NewTopic("a/b", 1, (short) 1))).all()));
    of(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all());
    seen.put("grown", of(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().size());
    seen.put("shrunk", refusal(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(1))).all()));
    of(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
    seen.put("describedAfterDelete", refusal(admin.describeTopics(List.of(topic)).allTopicNames()));
    seen.put("deletedAgain", refusal(admin.deleteTopics(List.of(topic)).all()));
    seen.put("deletedAgainById", refusal(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all()));
    return seen;
  }

  static int leader(String topic) throws Exception {
    return of(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().get(0).leader().id();
  }

  static Object configs() throws Exception {
    String topic = created("configs", 1, Map.of("retention.ms", "1234567"));
    var ofTopic = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    var ofBroker = new ConfigResource(ConfigResource.Type.BROKER, "" + leader(topic));
    Map<ConfigResource, Config> described = of(admin.describeConfigs(List.of(ofTopic, ofBroker)).all());
    Map<String, Object> seen = new TreeMap<>();
    for (String name : List.of("retention.ms", "cleanup.policy", "compression.type")) {
      var entry = described.get(ofTopic).get(name);
      seen.put(name, entry.value() + " " + entry.source() + " " + entry.type());
    }
    for (String name : List.of("auto.create.topics.enable", "num.partitions")) seen.put(name, described.get(ofBroker).get(name).value());
    seen.put("absent", refusal(admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, freshTopic("x")))).all()));
    return seen;
  }

  static Object offsets() throws Exception {
    String topic = created("offsets", 1, Map.of());
    for (long stamp : new long[] {3000, 9000, 5000}) {
      send(List.of(new ProducerRecord<>(topic, 0, 1_700_000_000_000L + stamp, null, "v")), Map.of());
    }
    var at = new TopicPartition(topic, 0);
    Map<String, Object> seen = new TreeMap<>();
    Map<String, OffsetSpec> specs = new TreeMap<>();
    specs.put("earliest", OffsetSpec.earliest());
    specs.put("latest", OffsetSpec.latest());
    specs.put("maxTimestamp", OffsetSpec.maxTimestamp());
    specs.put("earliestLocal", OffsetSpec.earliestLocal());
    specs.put("time", OffsetSpec.forTimestamp(1_700_000_004_000L));
    specs.put("later", OffsetSpec.forTimestamp(1_800_000_000_000L));
    for (var spec : specs.entrySet()) {
      var found = of(admin.listOffsets(Map.of(at, spec.getValue())).all()).get(at);
      seen.put(spec.getKey(), List.of(found.offset(), found.timestamp()));
    }
    return seen;
  }

  static Object deleteRecords() throws Exception {
    String topic = topicWithTimes("delete");
    var at = new TopicPartition(topic, 0);
    long low = of(admin.deleteRecords(Map.of(at, RecordsToDelete.beforeOffset(6))).lowWatermarks().get(at)).lowWatermark();
    var rows = values(read(topic, 1, 4, Map.of()));
    String beyond = refusal(admin.deleteRecords(Map.of(at, RecordsToDelete.beforeOffset(11))).all());
    long all = of(admin.deleteRecords(Map.of(at, RecordsToDelete.beforeOffset(-1))).lowWatermarks().get(at)).lowWatermark();
    return Map.of("low", low, "rows", rows, "beyond", beyond, "all", all);
  }

  static Object cluster() throws Exception {
    var described = admin.describeCluster();
    var nodes = of(described.nodes());
    Map<String, Object> seen = new TreeMap<>();
    seen.put("nodes", nodes.stream().map(n -> n.host() + ":" + n.port()).toList());
    seen.put("controllerIsIt", nodes.contains(of(described.controller())));
    seen.put("clusterIdLength", of(described.clusterId()).length());
    return seen;
  }

  static Object logDirs() throws Exception {
    String topic = topicWithTimes("dirs");
    int node = leader(topic);
    var directories = of(admin.describeLogDirs(List.of(node)).allDescriptions()).get(node);
    var replica = directories.values().iterator().next().replicaInfos().get(new TopicPartition(topic, 0));
    return Map.of("directories", directories.size(), "holdsBytes", replica.size() > 100, "lag", replica.offsetLag(), "future", replica.isFuture());
  }

  /** One request, a hundred topics. */
  static Object manyTopics() throws Exception {
    String prefix = freshTopic("many");
    var wanted = IntStream.range(0, 100).mapToObj(i -> new NewTopic(prefix + "-" + i, 2, (short) 1)).toList();
    of(admin.createTopics(wanted).all());
    var names = wanted.stream().map(NewTopic::name).toList();
    var described = of(admin.describeTopics(names).allTopicNames());
    int partitions = described.values().stream().mapToInt(topic -> topic.partitions().size()).sum();
    of(admin.deleteTopics(names).all());
    long left = 100;
    // A cluster answers before all its brokers know; the scenario of one topic does not wait.
    for (int tries = 0; left > 0 && tries < 100; tries++) {
      Thread.sleep(tries);
      left = of(admin.listTopics().names()).stream().filter(name -> name.startsWith(prefix)).count();
    }
    return Map.of("described", described.size(), "partitions", partitions, "left", left);
  }
}
