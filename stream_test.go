package main_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"crier/internal/servicetest"
)

// A program that knows only the contract reads the public stream with a group of its own.
func TestAnyProgramReadsTheChanges(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	s := serve(t, production(t, server))
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	if err := client.XGroupCreateMkStream(t.Context(), "crier:{changes}", "warehouse", "0").Err(); err != nil {
		t.Fatal(err)
	}
	o := s.open()
	advert, variant := s.advertise(o, "Cup")
	invoice := s.order(variant, 1)

	seen := readChanges(t, client, "warehouse", "Invoice create "+invoice)
	for _, want := range []string{"Seller create " + o.seller, "Taxon create " + o.taxon, "Advert create " + advert, "Variant create " + variant, "Variant update " + variant} {
		if _, ok := seen[want]; !ok {
			t.Errorf("the stream lacks %q: %v", want, seen)
		}
	}
	if changed := seen["Variant update "+variant]; !strings.Contains(changed, "countOnHand") {
		t.Errorf("the sale changed %q of the variant", changed)
	}
	if out := server.CLI("XLEN", "crier:{changes}"); out == "0" {
		t.Error("redis-cli sees no entries")
	}
}

// readChanges reads the public stream as one of a group until a change comes, such
// as "Advert create" with the id, and returns the changed fields of all that came.
func readChanges(t *testing.T, client redis.UniversalClient, group, until string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	seen, last := map[string]string{}, int64(0)
	for {
		streams, err := client.XReadGroup(ctx, &redis.XReadGroupArgs{
			Group: group, Consumer: "one", Streams: []string{"crier:{changes}", ">"}, Count: 100, Block: time.Second,
		}).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			t.Fatal(err)
		}
		for _, stream := range streams {
			for _, m := range stream.Messages {
				last = checkEntry(t, m.Values, last)
				seen[m.Values["type"].(string)+" "+m.Values["action"].(string)+" "+m.Values["subject"].(string)] = m.Values["changed"].(string)
				if err := client.XAck(ctx, "crier:{changes}", group, m.ID).Err(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, came := seen[until]; came {
			return seen
		}
	}
}

// checkEntry holds an entry against the contract and returns its sequence.
func checkEntry(t *testing.T, values map[string]any, last int64) int64 {
	t.Helper()
	for _, name := range []string{"id", "sequence", "type", "action", "subject", "seller", "changed", "actor", "at", "traceparent"} {
		if _, ok := values[name].(string); !ok {
			t.Errorf("an entry has no field %s: %v", name, values)
		}
	}
	if len(values) != 10 {
		t.Errorf("an entry has %d fields: %v", len(values), values)
	}
	if _, err := time.Parse(time.RFC3339Nano, values["at"].(string)); err != nil {
		t.Errorf("at: %v", err)
	}
	sequence := parseInt(t, values["sequence"].(string))
	if sequence <= last {
		t.Errorf("sequence %d comes after %d", sequence, last)
	}
	return sequence
}
