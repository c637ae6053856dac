// franz-go against a broker. Goes through scenarios and prints what each saw, as lines of JSON:
// {"scenario": NAME, "seen": ANYTHING} or {"scenario": NAME, "error": TEXT}. It asserts nothing. Arguments: BOOTSTRAP, or what restart.go says after it.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

type seen = map[string]any

var bootstrap = os.Args[1]

func main() {
	if len(os.Args) > 2 {
		if err := restart(context.Background(), os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	for _, scenario := range []struct {
		name string
		run  func(context.Context) (any, error)
	}{
		{"idempotent", idempotent},
		{"records", records},
		{"codecs", codecs},
		{"manual", manual},
		{"topics", topics},
		{"configs", configs},
		{"offsets", offsets},
		{"deleteRecords", deleteRecords},
		{"cluster", cluster},
		{"byTopicID", byTopicID},
	} {
		line := map[string]any{"scenario": scenario.name}
		if saw, err := scenario.run(ctx); err != nil {
			line["error"] = err.Error()
		} else {
			line["seen"] = saw
		}
		// The reader knows the line by its beginning.
		body, err := json.Marshal(line)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(body))
	}
}

func client(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.FetchMaxWait(100 * time.Millisecond)}, options...)...)
}

func admin() (*kadm.Client, error) {
	plain, err := client()
	if err != nil {
		return nil, err
	}
	return kadm.NewClient(plain), nil
}

func freshTopic(what string) string {
	return "go-" + what + "-" + rand.Text()[:8]
}

// created makes a topic and gives the admin client that made it.
func created(ctx context.Context, what string, partitions int32, configs map[string]*string) (*kadm.Client, string, error) {
	adm, err := admin()
	if err != nil {
		return nil, "", err
	}
	topic := freshTopic(what)
	_, err = adm.CreateTopic(ctx, partitions, 1, configs, topic)
	return adm, topic, err
}

// send produces all, each acknowledged, and gives the offsets in the order sent.
func send(ctx context.Context, records []*kgo.Record, options ...kgo.Opt) ([]int64, error) {
	producer, err := client(append([]kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)...)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	if err := producer.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return nil, err
	}
	offsets := make([]int64, len(records))
	for i, record := range records {
		offsets[i] = record.Offset
	}
	return offsets, nil
}

// read takes `count` records of the partitions, each from the offset given.
func read(ctx context.Context, topic string, from map[int32]kgo.Offset, count int, options ...kgo.Opt) ([]*kgo.Record, error) {
	consumer, err := client(append([]kgo.Opt{kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})}, options...)...)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	waiting, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var got []*kgo.Record
	for len(got) < count {
		fetches := consumer.PollFetches(waiting)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("%d of %d records came: %w", len(got), count, err)
		}
		got = append(got, fetches.Records()...)
	}
	return got, nil
}

var start = map[int32]kgo.Offset{0: kgo.NewOffset().AtStart()}

func values(records []*kgo.Record) []string {
	all := make([]string, len(records))
	for i, record := range records {
		all[i] = string(record.Value)
	}
	return all
}

func numbered(topic string, count int, partitions int32) []*kgo.Record {
	all := make([]*kgo.Record, count)
	for i := range all {
		all[i] = &kgo.Record{Topic: topic, Partition: int32(i) % partitions, Value: fmt.Appendf(nil, "%d", i)}
	}
	return all
}

// idempotent is franz-go's default. Small batches make many requests.
func idempotent(ctx context.Context) (any, error) {
	const partitions, count = 3, 3000
	_, topic, err := created(ctx, "idempotent", partitions, nil)
	if err != nil {
		return nil, err
	}
	told, err := send(ctx, numbered(topic, count, partitions), kgo.ProducerBatchMaxBytes(1000))
	if err != nil {
		return nil, err
	}
	for i, offset := range told {
		if offset != int64(i/partitions) {
			return nil, fmt.Errorf("record %d was told offset %d", i, offset)
		}
	}
	from := map[int32]kgo.Offset{0: kgo.NewOffset().At(0), 1: kgo.NewOffset().At(0), 2: kgo.NewOffset().At(0)}
	back, err := read(ctx, topic, from, count)
	if err != nil {
		return nil, err
	}
	inOrder := map[int32]bool{0: true, 1: true, 2: true}
	for _, record := range back {
		expected := fmt.Sprint(record.Offset*partitions + int64(record.Partition))
		inOrder[record.Partition] = inOrder[record.Partition] && string(record.Value) == expected
	}
	return seen{"count": len(back), "inOrder": inOrder}, nil
}

func records(ctx context.Context) (any, error) {
	_, topic, err := created(ctx, "records", 1, nil)
	if err != nil {
		return nil, err
	}
	at := time.UnixMilli(1_700_000_000_000)
	told, err := send(ctx, []*kgo.Record{
		{Topic: topic, Key: []byte("k"), Value: []byte("v"), Timestamp: at, Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}}},
		{Topic: topic, Key: []byte("gone"), Timestamp: at.Add(time.Millisecond)},
	})
	if err != nil {
		return nil, err
	}
	back, err := read(ctx, topic, start, 2)
	if err != nil {
		return nil, err
	}
	rows := make([]seen, len(back))
	for i, r := range back {
		headers := seen{}
		for _, header := range r.Headers {
			headers[header.Key] = string(header.Value)
		}
		rows[i] = seen{
			"offset": r.Offset, "key": string(r.Key), "value": string(r.Value), "null": r.Value == nil,
			"timestamp": r.Timestamp.UnixMilli(), "headers": headers, "leaderEpochKnown": r.LeaderEpoch >= 0,
		}
	}
	return seen{"told": told, "rows": rows}, nil
}

func codecs(ctx context.Context) (any, error) {
	same := seen{}
	for name, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		_, topic, err := created(ctx, name, 1, nil)
		if err != nil {
			return nil, err
		}
		sent := numbered(topic, 2000, 1)
		if _, err := send(ctx, sent, kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(20*time.Millisecond)); err != nil {
			return nil, err
		}
		back, err := read(ctx, topic, start, len(sent))
		if err != nil {
			return nil, err
		}
		same[name] = fmt.Sprint(values(back)) == fmt.Sprint(values(sent))
	}
	return same, nil
}

// manual: offsets absolute, relative to either end, and by time.
func manual(ctx context.Context) (any, error) {
	_, topic, err := created(ctx, "manual", 1, nil)
	if err != nil {
		return nil, err
	}
	sent := numbered(topic, 10, 1)
	for i, record := range sent {
		record.Timestamp = time.UnixMilli(1_700_000_000_000 + int64(i)*1000)
	}
	if _, err := send(ctx, sent); err != nil {
		return nil, err
	}
	saw := seen{}
	for name, from := range map[string]kgo.Offset{
		"at 7": kgo.NewOffset().At(7), "start + 8": kgo.NewOffset().AtStart().Relative(8),
		"end - 3": kgo.NewOffset().AtEnd().Relative(-3), "after time": kgo.NewOffset().AfterMilli(1_700_000_006_500),
		"out of range": kgo.NewOffset().At(100),
	} {
		count := 3
		if name == "start + 8" {
			count = 2
		}
		// Out of range goes where the reset says: to the start.
		back, err := read(ctx, topic, map[int32]kgo.Offset{0: from}, count, kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		saw[name] = values(back[:count])
	}
	return saw, nil
}

func topics(ctx context.Context) (any, error) {
	adm, topic, err := created(ctx, "topics", 2, nil)
	if err != nil {
		return nil, err
	}
	listed, err := adm.ListTopics(ctx, topic)
	if err != nil {
		return nil, err
	}
	detail := listed[topic]
	_, again := adm.CreateTopic(ctx, 2, 1, nil, topic)
	grown, err := adm.CreatePartitions(ctx, 3, topic)
	if err != nil {
		return nil, err
	}
	after, err := adm.ListTopics(ctx, topic)
	if err != nil {
		return nil, err
	}
	deleted, err := adm.DeleteTopic(ctx, topic)
	if err != nil {
		return nil, err
	}
	gone, err := disappears(ctx, topic)
	if err != nil {
		return nil, err
	}
	return seen{
		"partitions": len(detail.Partitions), "hasID": detail.ID != kadm.TopicID{}, "again": code(again), "grown": code(grown[topic].Err),
		"growing": len(after[topic].Partitions), "deletedSame": deleted.ID == detail.ID, "gone": gone,
	}, nil
}

// disappears asks a client that remembers nothing of the topic, and waits a moment: a cluster answers before all its brokers know.
func disappears(ctx context.Context, topic string) (bool, error) {
	for range 50 {
		adm, err := admin()
		if err != nil {
			return false, err
		}
		listed, err := adm.ListTopics(ctx, topic)
		adm.Close()
		if err != nil {
			return false, err
		}
		if found, there := listed[topic]; !there || found.Err != nil {
			return true, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false, nil
}

// code is the name of Kafka's error, or what the client says of its own.
func code(err error) any {
	var kafka *kerr.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kafka):
		return kafka.Message
	default:
		return err.Error()
	}
}

func configs(ctx context.Context) (any, error) {
	adm, topic, err := created(ctx, "configs", 1, map[string]*string{"retention.ms": kadm.StringPtr("1234567")})
	if err != nil {
		return nil, err
	}
	described, err := adm.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return nil, err
	}
	saw := seen{}
	for _, resource := range described {
		for _, config := range resource.Configs {
			if config.Key == "retention.ms" || config.Key == "cleanup.policy" {
				saw[config.Key] = []string{config.MaybeValue(), config.Source.String()}
			}
		}
	}
	return saw, nil
}

func offsets(ctx context.Context) (any, error) {
	adm, topic, err := created(ctx, "offsets", 1, nil)
	if err != nil {
		return nil, err
	}
	sent := numbered(topic, 3, 1)
	for i, stamp := range []int64{3000, 9000, 5000} {
		sent[i].Timestamp = time.UnixMilli(1_700_000_000_000 + stamp)
	}
	for _, record := range sent {
		if _, err := send(ctx, []*kgo.Record{record}); err != nil {
			return nil, err
		}
	}
	saw := seen{}
	for name, list := range map[string]func() (kadm.ListedOffsets, error){
		"start":     func() (kadm.ListedOffsets, error) { return adm.ListStartOffsets(ctx, topic) },
		"end":       func() (kadm.ListedOffsets, error) { return adm.ListEndOffsets(ctx, topic) },
		"committed": func() (kadm.ListedOffsets, error) { return adm.ListCommittedOffsets(ctx, topic) },
		"max":       func() (kadm.ListedOffsets, error) { return adm.ListMaxTimestampOffsets(ctx, topic) },
		"after":     func() (kadm.ListedOffsets, error) { return adm.ListOffsetsAfterMilli(ctx, 1_700_000_004_000, topic) },
	} {
		listed, err := list()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		saw[name] = listed[topic][0].Offset
	}
	return saw, nil
}

func deleteRecords(ctx context.Context) (any, error) {
	adm, topic, err := created(ctx, "delete", 1, nil)
	if err != nil {
		return nil, err
	}
	if _, err := send(ctx, numbered(topic, 10, 1)); err != nil {
		return nil, err
	}
	until := kadm.Offsets{}
	until.AddOffset(topic, 0, 6, -1)
	deleted, err := adm.DeleteRecords(ctx, until)
	if err != nil {
		return nil, err
	}
	back, err := read(ctx, topic, start, 4)
	if err != nil {
		return nil, err
	}
	return seen{"low": deleted[topic][0].LowWatermark, "rows": values(back)}, nil
}

func cluster(ctx context.Context) (any, error) {
	adm, err := admin()
	if err != nil {
		return nil, err
	}
	metadata, err := adm.BrokerMetadata(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := adm.ApiVersions(ctx)
	if err != nil {
		return nil, err
	}
	brokers := []string{}
	for _, broker := range metadata.Brokers {
		brokers = append(brokers, fmt.Sprintf("%s:%d", broker.Host, broker.Port))
	}
	fetch := map[string]any{}
	for _, broker := range versions {
		low, high, ok := broker.KeyVersions(1)
		fetch = seen{"served": ok, "from": low, "recent": high >= 13}
	}
	return seen{"brokers": brokers, "hasID": metadata.Cluster != "", "controllerIsIt": metadata.Controller == metadata.Brokers[0].NodeID, "fetch": fetch}, nil
}

// byTopicID: a consumer of a topic that is deleted and made again gets the records of the new one (Fetch speaks of topic ids).
func byTopicID(ctx context.Context) (any, error) {
	adm, topic, err := created(ctx, "again", 1, nil)
	if err != nil {
		return nil, err
	}
	if _, err := send(ctx, numbered(topic, 5, 1)); err != nil {
		return nil, err
	}
	if _, err := adm.DeleteTopic(ctx, topic); err != nil {
		return nil, err
	}
	if _, err := adm.CreateTopic(ctx, 1, 1, nil, topic); err != nil {
		return nil, err
	}
	if _, err := send(ctx, []*kgo.Record{{Topic: topic, Value: []byte("new")}}); err != nil {
		return nil, err
	}
	back, err := read(ctx, topic, start, 1)
	if err != nil {
		return nil, err
	}
	return values(back), nil
}
