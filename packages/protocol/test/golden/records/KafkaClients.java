import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;

/** Makes golden records with Kafka's Java clients, or checks with them what ours.ts printed. See README.md. */
public class KafkaClients {
    static final long T = 1_700_000_000_000L;
    static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String alphabet() {
        return "0123456789abcdefghijklmnopqrstuvwxyz".repeat(2000).substring(0, 50000);
    }

    static List<SimpleRecord> records(String name, boolean headers) {
        if (name.equals("large")) {
            List<SimpleRecord> large = new ArrayList<>();
            for (int i = 0; i < 3; i++) large.add(new SimpleRecord(T + i, bytes("" + i), bytes(alphabet())));
            return large;
        }
        Header[] two = {new RecordHeader("h", bytes("x")), new RecordHeader("empty", (byte[]) null)};
        Header[] one = {new RecordHeader("\u00fc", new byte[0])};
        Header[] none = {};
        return List.of(
            new SimpleRecord(T, bytes("key"), bytes("value"), headers ? two : none),
            new SimpleRecord(T + 7, null, bytes("tick ".repeat(20))),
            new SimpleRecord(T + 3, bytes("tombstone"), null),
            new SimpleRecord(T + 3, new byte[0], new byte[0], headers ? one : none));
    }

    static Compression compression(int codec) {
        return Compression.of(CODECS[codec]).build();
    }

    static String hex(MemoryRecords records) {
        byte[] all = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(all);
        return HexFormat.of().formatHex(all);
    }

    static String batch(int codec, String name, TimestampType type) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 20), RecordBatch.MAGIC_VALUE_V2, compression(codec),
            type, 100L, T + 99, 123456789012L, (short) 7, 2147483646, true, 42);
        for (SimpleRecord record : records(name, true)) builder.append(record);
        return hex(builder.build());
    }

    static String messageSet(byte magic, int codec, String name, TimestampType type) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 20), magic, compression(codec), type, 100L, T + 99);
        for (SimpleRecord record : records(name, false)) builder.append(record);
        return hex(builder.build());
    }

    static MemoryRecords control(ControlRecordType type, ByteBuffer value) {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(ByteBuffer.allocate(1 << 12), RecordBatch.CURRENT_MAGIC_VALUE, Compression.NONE,
            TimestampType.CREATE_TIME, 5L, T, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE, false, true, 42, 1 << 12);
        builder.appendControlRecord(T, type, value);
        return builder.build();
    }

    static List<String> entries = new ArrayList<>();

    static void entry(String format, String codec, String records, String timestamps, String hex) {
        entries.add(String.format("{\"format\": \"%s\", \"codec\": \"%s\", \"records\": \"%s\", \"timestampType\": \"%s\", \"hex\": \"%s\"}",
            format, codec, records, timestamps, hex));
    }

    static void make() {
        for (String name : List.of("small", "large")) {
            for (int codec = 0; codec < CODECS.length; codec++) {
                if (name.equals("large") && codec != 2 && codec != 3) continue;
                for (TimestampType type : List.of(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME)) {
                    if (name.equals("large") && type == TimestampType.LOG_APPEND_TIME) continue;
                    entry("batch", CODECS[codec], name, type.name, batch(codec, name, type));
                    if (codec == 4) continue;
                    entry("magic 1", CODECS[codec], name, type.name, messageSet((byte) 1, codec, name, type));
                    if (type == TimestampType.CREATE_TIME)
                        entry("magic 0", CODECS[codec], name, type.name, messageSet((byte) 0, codec, name, type));
                }
            }
        }
        ByteBuffer space = ByteBuffer.allocate(1 << 12);
        entry("control", "none", "commit", "CreateTime", hex(MemoryRecords.withEndTransactionMarker(5L, T, 42, 9L, (short) 3, new EndTransactionMarker(ControlRecordType.COMMIT, 77))));
        entry("control", "none", "abort", "CreateTime", hex(MemoryRecords.withEndTransactionMarker(5L, T, 42, 9L, (short) 3, new EndTransactionMarker(ControlRecordType.ABORT, 78))));
        for (short version = 0; version < 2; version++) {
            Uuid directory = version == 0 ? Uuid.ZERO_UUID : new Uuid(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
            LeaderChangeMessage change = new LeaderChangeMessage().setVersion(version).setLeaderId(2)
                .setVoters(List.of(new LeaderChangeMessage.Voter().setVoterId(2).setVoterDirectoryId(directory), new LeaderChangeMessage.Voter().setVoterId(3).setVoterDirectoryId(directory)))
                .setGrantingVoters(List.of(new LeaderChangeMessage.Voter().setVoterId(2).setVoterDirectoryId(directory)));
            entry("control", "none", "leaderChange " + version, "CreateTime", hex(control(ControlRecordType.LEADER_CHANGE, MessageUtil.toByteBufferAccessor(change, version).buffer())));
        }
        entry("control", "none", "snapshotHeader", "CreateTime", hex(MemoryRecords.withSnapshotHeaderRecord(5L, T, 42, space.clear(), new SnapshotHeaderRecord().setLastContainedLogTimestamp(T))));
        entry("control", "none", "snapshotFooter", "CreateTime", hex(MemoryRecords.withSnapshotFooterRecord(5L, T, 42, space.clear(), new SnapshotFooterRecord())));
        entry("control", "none", "kraftVersion", "CreateTime", hex(MemoryRecords.withKRaftVersionRecord(5L, T, 42, space.clear(), new KRaftVersionRecord().setKRaftVersion((short) 1))));
        VotersRecord.EndpointCollection endpoints = new VotersRecord.EndpointCollection();
        endpoints.add(new VotersRecord.Endpoint().setName("CONTROLLER").setHost("controller.example.com").setPort(65535));
        VotersRecord voters = new VotersRecord().setVoters(List.of(new VotersRecord.Voter().setVoterId(2)
            .setVoterDirectoryId(new Uuid(0x0102030405060708L, 0x090a0b0c0d0e0f10L)).setEndpoints(endpoints)
            .setKRaftVersionFeature(new VotersRecord.KRaftVersionFeature().setMaxSupportedVersion((short) 1))));
        entry("control", "none", "kraftVoters", "CreateTime", hex(MemoryRecords.withVotersRecord(5L, T, 42, space.clear(), voters)));
        entries.forEach(System.out::println);
    }

    static void check(String path) throws Exception {
        Pattern line = Pattern.compile("\"format\":\"(.*?)\",\"codec\":\"(.*?)\",\"records\":\"(.*?)\",\"baseOffset\":(\\d+),\"hex\":\"(.*?)\"");
        Matcher entry = line.matcher(Files.readString(Path.of(path)));
        int seen = 0;
        while (entry.find()) {
            boolean isBatch = entry.group(1).equals("batch");
            Iterator<SimpleRecord> expected = records(entry.group(3), isBatch).iterator();
            long offset = Long.parseLong(entry.group(4));
            for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(HexFormat.of().parseHex(entry.group(5)))).batches()) {
                batch.ensureValid();
                for (org.apache.kafka.common.record.internal.Record record : batch) {
                    SimpleRecord wanted = expected.next();
                    boolean same = record.offset() == offset++
                        && record.timestamp() == (entry.group(1).equals("magic 0") ? -1 : wanted.timestamp())
                        && Objects.equals(record.key(), wanted.key()) && Objects.equals(record.value(), wanted.value())
                        && Arrays.equals(record.headers(), wanted.headers());
                    if (!same) throw new AssertionError(entry.group(1) + " " + entry.group(2) + ": " + record + " instead of " + wanted);
                }
            }
            if (expected.hasNext()) throw new AssertionError(entry.group(1) + " " + entry.group(2) + ": records missing");
            System.out.println("ok " + entry.group(1) + " " + entry.group(2) + " " + entry.group(3));
            seen++;
        }
        if (seen == 0) throw new AssertionError("nothing to check");
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("make")) make();
        else check(arguments[1]);
    }
}
