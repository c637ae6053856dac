"""aiokafka. Argument: BOOTSTRAP."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from scenarios import fresh_topic, play, text

(BOOTSTRAP,) = sys.argv[1:]


async def send_all(topic, records, **config):
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, **config) as producer:
        futures = [await producer.send(topic, **record) for record in records]
        return [(await future).offset for future in futures]


async def read(topic, count, partition=0, start=0):
    reader = AIOKafkaConsumer(bootstrap_servers=BOOTSTRAP, enable_auto_commit=False, auto_offset_reset="earliest")
    reader.assign([TopicPartition(topic, partition)])
    async with reader:
        reader.seek(TopicPartition(topic, partition), start)
        return [await asyncio.wait_for(anext(reader), 10) for _ in range(count)]


def codecs():
    async def play_codec(codec):
        topic = fresh_topic(f"aio-{codec}")
        values = [b"value %d " % i * 20 for i in range(500)]
        compression = None if codec == "none" else codec
        offsets = await send_all(topic, [{"value": v} for v in values], compression_type=compression, linger_ms=20)
        back = await read(topic, 500)
        return [offsets == list(range(500)), [r.value for r in back] == values]

    return {codec: asyncio.run(play_codec(codec)) for codec in ["none", "gzip", "snappy", "lz4", "zstd"]}


def records():
    async def scenario():
        topic = fresh_topic("aio-records")
        offsets = await send_all(
            topic,
            [
                {"key": b"k", "value": b"v", "headers": [("a", b"1")], "timestamp_ms": 1_700_000_000_000},
                {"key": b"gone", "value": None, "timestamp_ms": 1_700_000_000_001},
            ],
            acks="all",
        )
        rows = [[r.offset, text(r.key), text(r.value), [[k, text(v)] for k, v in r.headers], r.timestamp] for r in await read(topic, 2)]
        return {"offsets": offsets, "rows": rows}

    return asyncio.run(scenario())


def idempotent():
    async def scenario():
        topic = fresh_topic("aio-idempotent")
        await send_all(topic, [{"value": b"%d" % i} for i in range(1000)], enable_idempotence=True, max_batch_size=500)
        return [text(r.value) for r in await read(topic, 1000)] == [str(i) for i in range(1000)]

    return asyncio.run(scenario())


def positions():
    async def scenario():
        topic = fresh_topic("aio-positions")
        at = TopicPartition(topic, 0)
        await send_all(topic, [{"value": b"%d" % i, "timestamp_ms": 1_700_000_000_000 + i * 1000} for i in range(10)])
        reader = AIOKafkaConsumer(bootstrap_servers=BOOTSTRAP, enable_auto_commit=False)
        reader.assign([at])
        async with reader:
            found = await reader.offsets_for_times({at: 1_700_000_003_001})
            await reader.seek_to_end(at)
            end = await reader.position(at)
            reader.seek(at, 8)
            batch = await reader.getmany(at, timeout_ms=10_000)
            return {
                "byTime": [found[at].offset, found[at].timestamp],
                "beginning": (await reader.beginning_offsets([at]))[at],
                "end": (await reader.end_offsets([at]))[at],
                "positionAtEnd": end,
                "getmany": [r.offset for r in batch[at]],
            }

    return asyncio.run(scenario())


def woken():
    """A consumer that polls at the end gets what is produced while it waits."""

    async def scenario():
        topic = fresh_topic("aio-woken")
        await send_all(topic, [{"value": b"before"}])
        waiting = asyncio.create_task(read(topic, 2, start=1))
        await asyncio.sleep(0.2)
        await send_all(topic, [{"value": b"one"}])
        await send_all(topic, [{"value": b"two"}])
        return [text(r.value) for r in await waiting]

    return asyncio.run(scenario())


def topics():
    async def scenario():
        topic = fresh_topic("aio-topics")
        client = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
        await client.start()
        created = await client.create_topics([NewTopic(topic, 2, 1)])
        listed = topic in await client.list_topics()
        await client.create_partitions({topic: NewPartitions(3)})
        (described,) = await client.describe_topics([topic])
        await client.delete_topics([topic])
        after = topic in await client.list_topics()
        await client.close()
        return {
            "errors": [error[1] for error in created.topic_errors],
            "listed": listed,
            "partitions": sorted(p["partition"] for p in described["partitions"]),
            "listedAfter": after,
        }

    return asyncio.run(scenario())


play([records, codecs, idempotent, positions, woken, topics])
