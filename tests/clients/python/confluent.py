"""confluent-kafka, which is librdkafka: Debian's and the newest. Argument: BOOTSTRAP."""

import sys
import time

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

from scenarios import fresh_topic, play, text

(BOOTSTRAP,) = sys.argv[1:]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def consumer(**config):
    # group.id must be there, and is never used: partitions are assigned, nothing is committed.
    fixed = {"bootstrap.servers": BOOTSTRAP, "group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    return Consumer({**fixed, "fetch.wait.max.ms": 50, **config})


# One for the whole run: it must outlive the futures it gave.
ADMIN = AdminClient({"bootstrap.servers": BOOTSTRAP})


def create(topic, partitions, **config):
    ADMIN.create_topics([NewTopic(topic, partitions, 1, config=config)])[topic].result(timeout=15)
    # A cluster answers before all its brokers know; the scenario `topics` does not wait.
    while not ADMIN.list_topics(topic, timeout=10).topics[topic].partitions:
        time.sleep(0.01)


def send_all(topic, records, **config):
    """Produces all and returns what was said of each, in the order sent."""
    producer = Producer({"bootstrap.servers": BOOTSTRAP, **config})
    said = [None] * len(records)

    def deliver(index):
        def delivered(error, message):
            said[index] = str(error) if error else [message.partition(), message.offset()]

        return delivered

    for index, record in enumerate(records):
        producer.produce(topic, on_delivery=deliver(index), **record)
        producer.poll(0)
    left = producer.flush(20)
    if left:
        raise RuntimeError(f"{left} records not delivered")
    return said


def read(partitions, count, **config):
    reader = consumer(**config)
    reader.assign(partitions)
    messages = []
    while len(messages) < count:
        message = reader.poll(10)
        if message is None:
            raise RuntimeError(f"only {len(messages)} of {count} records came")
        if message.error():
            raise KafkaException(message.error())
        messages.append(message)
    reader.close()
    return messages


def values(messages):
    return [text(m.value()) for m in messages]


def idempotent():
    """Small batches of many, in five requests at a time: the order is the broker's to keep."""
    topic = fresh_topic("ck-idempotent")
    create(topic, 3)
    records = [{"value": b"%d" % i, "partition": i % 3} for i in range(3000)]
    said = send_all(topic, records, **{"enable.idempotence": True, "batch.num.messages": 50, "linger.ms": 1})
    messages = read([TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(3)], 3000)
    return {
        "said": said == [[i % 3, i // 3] for i in range(3000)],
        "read": {p: [text(m.value()) for m in messages if m.partition() == p] == [str(i) for i in range(p, 3000, 3)] for p in range(3)},
    }


def records():
    topic = fresh_topic("ck-records")
    said = send_all(
        topic,
        [
            {"key": b"k", "value": b"v", "headers": [("a", b"1"), ("a", b"2"), ("none", None)], "timestamp": 1_700_000_000_123},
            {"value": None, "key": b"gone", "timestamp": 1_700_000_000_124},
            {"value": b"", "timestamp": 1_700_000_000_125},
        ],
    )
    rows = [
        [m.offset(), text(m.key()), text(m.value()), [[k, text(v)] for k, v in m.headers() or []], list(m.timestamp())]
        for m in read([TopicPartition(topic, 0, 0)], 3)
    ]
    return {"said": said, "rows": rows}


def codecs():
    seen = {}
    for codec in CODECS:
        topic = fresh_topic(f"ck-{codec}")
        sent = [b"value %d " % i * 20 for i in range(1000)]
        send_all(topic, [{"value": v} for v in sent], **{"compression.type": codec, "linger.ms": 20})
        back = [m.value() for m in read([TopicPartition(topic, 0, 0)], 1000, **{"check.crcs": True})]
        seen[codec] = back == sent
    return seen


def offsets():
    topic = fresh_topic("ck-offsets")
    send_all(topic, [{"value": b"%d" % i, "timestamp": 1_700_000_000_000 + i * 1000} for i in range(10)])
    reader = consumer()
    start = TopicPartition(topic, 0, OFFSET_END)
    times = [1_600_000_000_000, 1_700_000_003_000, 1_700_000_003_001, 1_800_000_000_000]
    seen = {
        "watermarks": list(reader.get_watermark_offsets(TopicPartition(topic, 0))),
        "forTimes": [reader.offsets_for_times([TopicPartition(topic, 0, t)], timeout=10)[0].offset for t in times],
    }
    reader.assign([start])
    nothing = reader.poll(0.3)
    reader.seek(TopicPartition(topic, 0, 4))
    after = [reader.poll(10).offset() for _ in range(3)]
    reader.seek(TopicPartition(topic, 0, 0))
    seen |= {
        "nothingAtEnd": nothing is None,
        "afterSeek": after,
        "afterSeekBack": reader.poll(10).offset(),
        "position": reader.position([TopicPartition(topic, 0)])[0].offset,
    }
    reader.close()
    return seen


def out_of_range():
    topic = fresh_topic("ck-range")
    send_all(topic, [{"value": b"%d" % i} for i in range(5)])
    earliest = [m.offset() for m in read([TopicPartition(topic, 0, 99)], 5)]
    try:
        read([TopicPartition(topic, 0, 99)], 1, **{"auto.offset.reset": "error"})
    except KafkaException as error:
        return {"earliest": earliest, "error": error.args[0].name()}


def partition_end():
    topic = fresh_topic("ck-eof")
    send_all(topic, [{"value": b"%d" % i} for i in range(5)])
    reader = consumer(**{"enable.partition.eof": True})
    reader.assign([TopicPartition(topic, 0, 0)])
    polled = [reader.poll(10) for _ in range(6)]
    reader.close()
    return [m.error().name() if m.error() else m.offset() for m in polled]


def topics():
    topic = fresh_topic("ck-topics")
    ADMIN.create_topics([NewTopic(topic, 2, 1)], validate_only=True)[topic].result(timeout=15)
    seen = {"afterValidateOnly": topic in ADMIN.list_topics(timeout=10).topics}
    create(topic, 2, **{"retention.ms": "1234567"})
    seen["partitions"] = sorted(ADMIN.list_topics(topic, timeout=10).topics[topic].partitions)
    seen["again"] = refused(ADMIN.create_topics([NewTopic(topic, 2, 1)])[topic])
    seen["badName"] = refused(ADMIN.create_topics([NewTopic("a/b", 1, 1)])["a/b"])
    unknown = fresh_topic("ck-bad")
    seen["badReplication"] = refused(ADMIN.create_topics([NewTopic(unknown, 1, 3)])[unknown])
    seen["badConfig"] = refused(ADMIN.create_topics([NewTopic(unknown, 1, 1, config={"no.such": "1"})])[unknown])
    seen["badValue"] = refused(ADMIN.create_topics([NewTopic(unknown, 1, 1, config={"retention.ms": "soon"})])[unknown])
    ADMIN.create_partitions([NewPartitions(topic, 5)])[topic].result(timeout=15)
    seen["partitionsAfter"] = sorted(ADMIN.list_topics(topic, timeout=10).topics[topic].partitions)
    seen["fewer"] = refused(ADMIN.create_partitions([NewPartitions(topic, 3)])[topic])
    ADMIN.delete_topics([topic])[topic].result(timeout=15)
    seen["listedAfterDelete"] = topic in ADMIN.list_topics(timeout=10).topics
    seen["deleteAgain"] = refused(ADMIN.delete_topics([topic])[topic])
    return seen


def refused(future):
    try:
        future.result(timeout=15)
    except KafkaException as error:
        return error.args[0].name()
    return None


def configs():
    topic = fresh_topic("ck-configs")
    create(topic, 1, **{"retention.ms": "1234567", "max.message.bytes": "2000000"})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    described = ADMIN.describe_configs([resource])[resource].result(timeout=15)
    names = ["retention.ms", "max.message.bytes", "cleanup.policy", "compression.type"]
    return {name: [described[name].value, described[name].is_default] for name in names}


def deleted_and_made_again():
    """A topic of the same name is another topic: offsets start again."""
    topic = fresh_topic("ck-again")
    create(topic, 1)
    first = send_all(topic, [{"value": b"old"}] * 3)
    ADMIN.delete_topics([topic])[topic].result(timeout=15)
    create(topic, 1)
    second = send_all(topic, [{"value": b"new"}])
    return {"first": first, "second": second, "rows": values(read([TopicPartition(topic, 0, 0)], 1))}


def delete_records():
    topic = fresh_topic("ck-delete")
    send_all(topic, [{"value": b"%d" % i} for i in range(10)])
    at = TopicPartition(topic, 0, 6)
    (future,) = ADMIN.delete_records([at]).values()
    low = future.result(timeout=15).low_watermark
    watermarks = list(consumer().get_watermark_offsets(TopicPartition(topic, 0)))
    beyond = refused(next(iter(ADMIN.delete_records([TopicPartition(topic, 0, 11)]).values())))
    return {"low": low, "watermarks": watermarks, "beyond": beyond, "rows": values(read([TopicPartition(topic, 0, OFFSET_BEGINNING)], 4))}


def list_offsets():
    """The look-ups of the newer ListOffsets versions."""
    from confluent_kafka.admin import OffsetSpec  # Debian's has none

    topic = fresh_topic("ck-list")
    for stamp in (3000, 9000, 5000):
        send_all(topic, [{"value": b"x", "timestamp": 1_700_000_000_000 + stamp}])
    specs = {
        "earliest": OffsetSpec.earliest(),
        "latest": OffsetSpec.latest(),
        "maxTimestamp": OffsetSpec.max_timestamp(),
        "time": OffsetSpec.for_timestamp(1_700_000_004_000),
    }
    seen = {}
    for name, spec in specs.items():
        (future,) = ADMIN.list_offsets({TopicPartition(topic, 0): spec}).values()
        found = future.result(timeout=15)
        seen[name] = [found.offset, found.timestamp]
    return seen


BOTH = [idempotent, records, codecs, offsets, out_of_range, partition_end, topics, configs, deleted_and_made_again]
play([*BOTH, delete_records, list_offsets] if hasattr(AdminClient, "delete_records") else BOTH)
