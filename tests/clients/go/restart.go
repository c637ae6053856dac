package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// restart is the idempotent producer while the broker dies and comes back. Arguments: TOPIC PARTITIONS COUNT.
//
// Record i goes to partition i % PARTITIONS, so it belongs at offset i / PARTITIONS. Prints `acknowledged N` as they come in, then,
// once all are settled and read back, one line of JSON with what was told and what was there.
func restart(ctx context.Context, arguments []string) error {
	topic := arguments[0]
	partitions, err := strconv.ParseInt(arguments[1], 10, 32)
	if err != nil {
		return err
	}
	count, err := strconv.ParseInt(arguments[2], 10, 64)
	if err != nil {
		return err
	}
	run := restartRun{topic: topic, partitions: partitions, count: count}
	told, err := run.produce(ctx)
	if err != nil {
		return err
	}
	read, err := run.read(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(seen{"told": told, "read": read})
	if err != nil {
		return err
	}
	fmt.Println(string(body))
	return nil
}

type restartRun struct {
	topic             string
	partitions, count int64
}

func value(i int64) string {
	return fmt.Sprintf("%-100d", i)
}

func (run restartRun) produce(ctx context.Context) (seen, error) {
	producer, err := client(
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		// Few at a time, so that the broker dies in the middle of it.
		kgo.MaxBufferedRecords(int(max(2000, run.count/20))),
		kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }),
		kgo.RecordRetries(1_000_000),
	)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	var lock sync.Mutex
	right, wrong, failed := int64(0), []string{}, []string{}
	for i := range run.count {
		record := &kgo.Record{Topic: run.topic, Partition: int32(i % run.partitions), Value: []byte(value(i))}
		producer.Produce(ctx, record, func(record *kgo.Record, err error) {
			lock.Lock()
			defer lock.Unlock()
			switch {
			case err != nil:
				failed = append(failed, fmt.Sprintf("record %d: %s", i, err))
			case int64(record.Partition) != i%run.partitions || record.Offset != i/run.partitions:
				wrong = append(wrong, fmt.Sprintf("record %d: told partition %d, offset %d", i, record.Partition, record.Offset))
			default:
				if right++; right%(run.count/50) == 0 {
					fmt.Println("acknowledged", right)
				}
			}
		})
	}
	if err := producer.Flush(ctx); err != nil {
		return nil, err
	}
	return seen{"right": right, "wrong": few(wrong), "failed": few(failed)}, nil
}

func few(all []string) []string {
	return all[:min(5, len(all))]
}

// read gives the records in all, the ends of the partitions, and the first few records that are not where they belong.
func (run restartRun) read(ctx context.Context) (seen, error) {
	from := map[int32]kgo.Offset{}
	for p := range run.partitions {
		from[int32(p)] = kgo.NewOffset().AtStart()
	}
	plain, err := client()
	if err != nil {
		return nil, err
	}
	adm := kadm.NewClient(plain)
	defer adm.Close()
	starts, err := adm.ListStartOffsets(ctx, run.topic)
	if err != nil {
		return nil, err
	}
	latest, err := adm.ListEndOffsets(ctx, run.topic)
	if err != nil {
		return nil, err
	}
	ends, expected := [][]int64{}, int64(0)
	for p := range run.partitions {
		low, high := starts[run.topic][int32(p)].Offset, latest[run.topic][int32(p)].Offset
		ends, expected = append(ends, []int64{low, high}), expected+high-low
	}
	records, err := read(ctx, run.topic, from, int(expected))
	if err != nil {
		return nil, err
	}
	misplaced := []string{}
	for _, record := range records {
		if string(record.Value) != value(record.Offset*run.partitions+int64(record.Partition)) {
			misplaced = append(misplaced, fmt.Sprintf("%d/%d: %s", record.Partition, record.Offset, record.Value))
		}
	}
	return seen{"count": len(records), "misplaced": few(misplaced), "ends": ends}, nil
}
