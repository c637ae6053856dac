"""kafka-python, Debian's old one and the newest. Arguments: BOOTSTRAP, then the codecs to try."""

import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition, __version__
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import KafkaError

from scenarios import fresh_topic, play, text

BOOTSTRAP, *CODECS = sys.argv[1:]
OLD = __version__.startswith("2.0.")


def producer(**config):
    return KafkaProducer(bootstrap_servers=BOOTSTRAP, **config)


def consumer(**config):
    return KafkaConsumer(
        bootstrap_servers=BOOTSTRAP, group_id=None, auto_offset_reset="earliest", consumer_timeout_ms=5000, **config
    )


def row(record):
    return [record.partition, record.offset, text(record.key), text(record.value), [[k, text(v)] for k, v in record.headers]]


def assigned(topic, partition=0, **config):
    reader = consumer(**config)
    reader.assign([TopicPartition(topic, partition)])
    return reader


def read(topic, count, partition=0, start=0):
    with_end = assigned(topic, partition)
    with_end.seek(TopicPartition(topic, partition), start)
    rows = []
    while len(rows) < count:
        rows.append(row(next(with_end)))
    with_end.close()
    return rows


def send_all(topic, records, **config):
    with_end = producer(**config)
    futures = [with_end.send(topic, **record) for record in records]
    metadata = [future.get(timeout=10) for future in futures]
    with_end.close()
    return [m.offset for m in metadata]


def versions():
    """What the client takes the broker for: the old one infers it from the ranges it is told."""
    with_end = consumer()
    version = with_end.config["api_version"]
    topics = with_end.topics()
    with_end.close()
    return {"apiVersion": list(version), "topicsIsSet": isinstance(topics, set)}


def records():
    topic = fresh_topic("kp-records")
    offsets = send_all(
        topic,
        [
            {"key": b"k", "value": b"v", "headers": [("a", b"1"), ("b", b"")]},
            {"key": None, "value": b"no key"},
            {"key": b"gone", "value": None},
            {"key": "schlüssel".encode(), "value": "日本".encode()},
        ],
        acks="all",
    )
    return {"offsets": offsets, "rows": read(topic, 4)}


def codecs():
    seen = {}
    for codec in CODECS:
        topic = fresh_topic(f"kp-{codec}")
        compression = None if codec == "none" else codec
        values = [{"value": b"value %d " % i * 20} for i in range(500)]
        offsets = send_all(topic, values, compression_type=compression, linger_ms=50)
        rows = read(topic, 500)
        seen[codec] = {
            "offsetsInOrder": offsets == list(range(500)),
            "same": [r[3].encode() for r in rows] == [v["value"] for v in values],
            "fromTheMiddle": [r[1] for r in read(topic, 3, start=250)],
        }
    return seen


def acks():
    seen = {}
    for level in (0, 1, "all"):
        topic = fresh_topic(f"kp-acks-{level}")
        send_all(topic, [{"value": b"%d" % i} for i in range(100)], acks=level, **({} if OLD else {"enable_idempotence": False}))
        seen[level] = [r[3] for r in read(topic, 100)] == [str(i) for i in range(100)]
    return seen


def idempotent():
    topic = fresh_topic("kp-idempotent")
    send_all(topic, [{"value": b"%d" % i} for i in range(300)], enable_idempotence=True, linger_ms=5, batch_size=500)
    return [r[3] for r in read(topic, 300)] == [str(i) for i in range(300)]


def times():
    topic = fresh_topic("kp-times")
    at = TopicPartition(topic, 0)
    send_all(topic, [{"value": b"%d" % i, "timestamp_ms": 1_700_000_000_000 + i * 1000} for i in range(10)])
    reader = assigned(topic)
    found = {
        str(t): reader.offsets_for_times({at: t})[at]
        for t in (1_600_000_000_000, 1_700_000_003_000, 1_700_000_003_001, 1_800_000_000_000)
    }
    reader.seek_to_end(at)
    end = reader.position(at)
    reader.seek(at, 7)
    seen = {
        "found": {t: None if f is None else [f.offset, f.timestamp] for t, f in found.items()},
        "beginning": reader.beginning_offsets([at])[at],
        "end": reader.end_offsets([at])[at],
        "positionAtEnd": end,
        "afterSeek": [next(reader).offset for _ in range(3)],
        "highwater": reader.highwater(at),
    }
    reader.close()
    return seen


def subscribed():
    """Without a group, subscribe() reads all partitions itself."""
    topic = fresh_topic("kp-subscribed")
    admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    admin.create_topics([NewTopic(topic, 3, 1)])
    admin.close()
    for partition in range(3):
        send_all(topic, [{"value": b"%d/%d" % (partition, i), "partition": partition} for i in range(5)])
    reader = consumer()
    reader.subscribe([topic])
    rows = [row(next(reader)) for _ in range(15)]
    reader.close()
    return {
        "partitions": sorted(reader.partitions_for_topic(topic)) if OLD else sorted({r[0] for r in rows}),
        "byPartition": {p: [r[3] for r in rows if r[0] == p] for p in range(3)},
    }


def admin():
    topic = fresh_topic("kp-admin")
    client = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    client.create_topics([NewTopic(topic, 2, 1, topic_configs={"retention.ms": "1234567"})])
    seen = {"listed": topic in client.list_topics(), "partitions": partitions(client, topic)}
    try:
        client.create_topics([NewTopic(topic, 2, 1)])
    except KafkaError as error:
        seen["again"] = type(error).__name__
    client.create_partitions({topic: NewPartitions(5)})
    seen["partitionsAfter"] = partitions(client, topic)
    seen["retention"] = retention(client, topic)
    client.delete_topics([topic])
    seen["listedAfter"] = topic in client.list_topics()
    client.close()
    return seen


def partitions(client, topic):
    (described,) = client.describe_topics([topic])
    return sorted(p["partition" if OLD else "partition_index"] for p in described["partitions"])


def retention(client, topic):
    described = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    if not OLD:
        return described["topic"][topic]["retention.ms"]["value"]
    entries = described[0].resources[0][4]
    return {entry[0]: entry[1] for entry in entries}["retention.ms"]


def cluster():
    client = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    described = client.describe_cluster()
    client.close()
    return {"brokers": [f"{b['host']}:{b['port']}" for b in described["brokers"]], "hasId": bool(described["cluster_id"])}


def delete_records():
    topic = fresh_topic("kp-delete")
    at = TopicPartition(topic, 0)
    send_all(topic, [{"value": b"%d" % i} for i in range(10)])
    client = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    deleted = client.delete_records({at: 4})
    client.close()
    reader = assigned(topic)
    seen = {
        "lowWatermark": deleted[at]["low_watermark"],
        "beginning": reader.beginning_offsets([at])[at],
        "rows": [next(reader).offset for _ in range(6)],
    }
    reader.close()
    return seen


BOTH = [versions, records, codecs, acks, times, subscribed, admin, cluster]
play(BOTH if OLD else [*BOTH, idempotent, delete_records])
