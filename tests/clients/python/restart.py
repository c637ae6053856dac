"""
confluent-kafka's idempotent producer while the broker dies and comes back. Arguments: BOOTSTRAP TOPIC PARTITIONS COUNT.

Record i goes to partition i % PARTITIONS, so it belongs at offset i // PARTITIONS. Prints `acknowledged N` as they come in, then,
once all are settled and read back, one line of JSON with what was told and what was there.
"""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition

BOOTSTRAP, TOPIC, *NUMBERS = sys.argv[1:]
PARTITIONS, COUNT = map(int, NUMBERS)
STEP = COUNT // 50

told = {"right": 0, "wrong": [], "failed": []}


def value(i):
    return b"%-100d" % i


def delivered(i):
    def on_delivery(error, message):
        if error:
            told["failed"].append(f"record {i}: {error}")
        elif (message.partition(), message.offset()) != (i % PARTITIONS, i // PARTITIONS):
            told["wrong"].append(f"record {i}: told partition {message.partition()}, offset {message.offset()}")
        else:
            told["right"] += 1
            if told["right"] % STEP == 0:
                print("acknowledged", told["right"], flush=True)

    return on_delivery


def produce():
    producer = Producer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "enable.idempotence": True,
            "message.timeout.ms": 120_000,
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 200,
            "retry.backoff.ms": 20,
            "batch.num.messages": 500,
            # Few at a time, so that the broker dies in the middle of it.
            "queue.buffering.max.messages": max(2000, COUNT // 20),
            "log_level": 0,
        }
    )
    for i in range(COUNT):
        while True:
            try:
                producer.produce(TOPIC, value(i), partition=i % PARTITIONS, on_delivery=delivered(i))
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    producer.flush(120)


def read():
    """Records in all, and the first few that are not where they belong."""
    reader = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": "unused", "enable.auto.commit": False, "check.crcs": True})
    ends = [reader.get_watermark_offsets(TopicPartition(TOPIC, p), timeout=10) for p in range(PARTITIONS)]
    reader.assign([TopicPartition(TOPIC, p, OFFSET_BEGINNING) for p in range(PARTITIONS)])
    expected = sum(high - low for low, high in ends)
    count, misplaced = 0, []
    while count < expected:
        messages = reader.consume(10_000, 10)
        if not messages:
            raise RuntimeError(f"only {count} of {expected} records came")
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            if message.value() != value(message.offset() * PARTITIONS + message.partition()):
                misplaced.append(f"{message.partition()}/{message.offset()}: {message.value()}")
        count += len(messages)
    reader.close()
    return {"count": count, "misplaced": misplaced[:5], "ends": [list(end) for end in ends]}


produce()
print(json.dumps({"told": {**told, "wrong": told["wrong"][:5], "failed": told["failed"][:5]}, "read": read()}), flush=True)
