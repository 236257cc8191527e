package stream

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// batches cuts items to what one call of a script may handle.
func batches[T any](items []T) iter.Seq[[]T] { return slices.Chunk(items, scriptBatch) }

// anySlice turns items into arguments of a command.
func anySlice[T any](items []T) []any {
	args := make([]any, len(items))
	for i, item := range items {
		args[i] = item
	}
	return args
}

// textFields turns the client library's form of an entry into text, which all
// values of an entry are.
func textFields(values map[string]any) map[string]string {
	fields := make(map[string]string, len(values))
	for name, value := range values {
		if text, ok := value.(string); ok {
			fields[name] = text
		}
	}
	return fields
}

// dueMillis is t in Unix milliseconds, rounded up: what is due at t must not be
// taken a moment before.
func dueMillis(t time.Time) int64 {
	return t.Add(time.Millisecond - time.Nanosecond).UnixMilli()
}

// isNoGroup reports whether a consumer group does not exist, for instance after
// FLUSHALL. A read that was blocked meanwhile is told so in other words by Redis
// before 7.2, and errors of commands within scripts are wrapped in text.
func isNoGroup(err error) bool {
	return refusedWith(err, "NOGROUP") || redis.HasErrorPrefix(err, "UNBLOCKED")
}

// isNoKey reports whether a command needs a key that does not exist.
func isNoKey(err error) bool { return refusedWith(err, "no such key") }

// refusedWith reports whether Redis answered with an error that contains text.
func refusedWith(err error, text string) bool {
	var refusal redis.Error
	return errors.As(err, &refusal) && strings.Contains(refusal.Error(), text)
}
