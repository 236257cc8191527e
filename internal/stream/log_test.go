package stream_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// logRecorder keeps what is logged at the level of warnings and above.
type logRecorder struct {
	mu      sync.Mutex
	records []string
}

func (*logRecorder) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (l *logRecorder) Handle(_ context.Context, record slog.Record) error {
	line := record.Message
	record.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, line)
	return nil
}

func (l *logRecorder) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *logRecorder) WithGroup(string) slog.Handler      { return l }

func (l *logRecorder) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.records)
}

func (l *logRecorder) contains(text string) bool {
	return slices.ContainsFunc(l.lines(), func(line string) bool { return strings.Contains(line, text) })
}
