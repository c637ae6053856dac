"""Makes golden records with kafka-python, or checks with it what `ours.ts` printed. See README.md."""
import json
import sys

import lz4.frame
import snappy
import zstandard
import gzip
from kafka.codec import lz4_encode_old_kafka, snappy_encode
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder

ALPHABET = (b'0123456789abcdefghijklmnopqrstuvwxyz' * 2000)[:50000]
T = 1_700_000_000_000
RECORDS = {
    'small': [
        (T, b'key', b'value', [('h', b'x'), ('empty', None)]),
        (T + 7, None, b'tick ' * 20, []),
        (T + 3, b'tombstone', None, []),
        (T + 3, b'', b'', [('\u00fc', b'')]),
    ],
    'large': [(T + i, b'%d' % i, ALPHABET, []) for i in range(3)],
}
CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']


def batch(name, codec):
    builder = DefaultRecordBatchBuilder(2, codec, True, 123456789012, 7, 2147483646, 1 << 30)
    for index, (timestamp, key, value, headers) in enumerate(RECORDS[name]):
        builder.append(index, timestamp, key, value, headers)
    return bytes(builder.build())


def message_set(name, magic, codec):
    builder = LegacyRecordBatchBuilder(magic, codec, 1 << 30)
    for index, (timestamp, key, value, _) in enumerate(RECORDS[name]):
        builder.append(index, timestamp, key, value)
    return bytes(builder.build())


def make():
    entries = []
    for name in RECORDS:
        for codec, label in enumerate(CODECS):
            if (name, label) == ('large', 'none'):
                continue
            entries.append({'format': 'batch', 'codec': label, 'records': name, 'hex': batch(name, codec).hex()})
            for magic in (0, 1):
                if label != 'zstd':
                    entries.append({'format': f'magic {magic}', 'codec': label, 'records': name, 'hex': message_set(name, magic, codec).hex()})
    text = ALPHABET * 3
    payloads = {
        'gzip of two members': ('gzip', gzip.compress(text[:1000], mtime=0) + gzip.compress(text[1000:], mtime=0)),
        'snappy raw': ('snappy', snappy.compress(text)),
        'snappy xerial, 20000 byte blocks': ('snappy', snappy_encode(text, xerial_blocksize=20000)),
        'lz4 linked, all checksums, content size': ('lz4', lz4.frame.compress(text, block_linked=True, content_checksum=True, block_checksum=True, store_size=True, block_size=lz4.frame.BLOCKSIZE_MAX64KB)),
        'lz4 independent, 4 MiB blocks, HC': ('lz4', lz4.frame.compress(text, block_linked=False, store_size=False, compression_level=9, block_size=lz4.frame.BLOCKSIZE_MAX4MB)),
        'lz4 of two frames': ('lz4', lz4.frame.compress(text[:7], store_size=False) + lz4.frame.compress(text[7:], block_linked=True)),
        'lz4 with the header checksum of KAFKA-3160': ('lz4', lz4_encode_old_kafka(text)),
        'zstd of two frames': ('zstd', zstandard.ZstdCompressor().compress(text[:999]) + zstandard.ZstdCompressor(write_checksum=True).compress(text[999:])),
    }
    for title, (label, data) in payloads.items():
        entries.append({'format': 'payload', 'title': title, 'codec': label, 'records': 'text', 'hex': data.hex()})
    for entry in entries:
        print(json.dumps(entry))


def check(path):
    for entry in map(json.loads, open(path)):
        headers_kept = entry['format'] == 'batch'
        seen = []
        records = MemoryRecords(bytes.fromhex(entry['hex']))
        while records.has_next():
            parsed = records.next_batch()
            assert parsed.validate_crc()
            seen += [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in parsed]
        magic_0 = entry['format'] == 'magic 0'
        expected = [
            (entry['baseOffset'] + i, None if magic_0 else t, k, v, h if headers_kept else [])
            for i, (t, k, v, h) in enumerate(RECORDS[entry['records']])
        ]
        assert seen == expected, (entry['format'], entry['codec'], seen[:2], expected[:2])
        print('ok', entry['format'], entry['codec'], entry['records'])


if __name__ == '__main__':
    make() if sys.argv[1] == 'make' else check(sys.argv[2])
