package resolvers

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"crier/internal/document"
)

// A request's batches are sent when its resolvers have come to rest: when none
// has asked for a key while the sender gave its turn on the processor away
// quietYields times, or for quietTime where a turn takes long to come back. A
// timer would be simpler, but the shortest one takes a millisecond on an idle
// machine, for each level of a document, and too little for a long page.
const (
	quietYields = 100
	quietTime   = 100 * time.Microsecond
)

// loaders batches and remembers the reads of one request, or of several
// executions for the same viewer. Its queries run under the context it was
// made with, so that the end of one execution does not fail another's.
type loaders struct {
	ctx    context.Context
	reader Reader

	mu     sync.Mutex
	byName map[string]any
	// asked counts the keys asked for, open are the batches that gather them.
	asked int
	open  []func()
	// reading are the batches that were sent and are not back yet; back is told when they all are.
	reading int
	back    sync.Cond
}

type loadersKey struct{}

// WithLoaders returns a context in which reads are batched. Every execution
// needs one; executions may share it only while their viewer is the same.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	l := &loaders{ctx: ctx, reader: r.Reader, byName: map[string]any{}}
	l.back.L = &l.mu
	return context.WithValue(ctx, loadersKey{}, l)
}

var errNoLoaders = errors.New("the context has no loaders")

// forget drops what the loaders of ctx remember, because a mutation changed it.
func forget(ctx context.Context) {
	if l, ok := ctx.Value(loadersKey{}).(*loaders); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		clear(l.byName)
	}
}

// send waits until all that was sent before is back and the resolvers rest, then
// sends every open batch. A document so goes down level by level, and what one
// level asks for in several places is read together.
func (l *loaders) send() {
	l.mu.Lock()
	for l.reading > 0 {
		l.back.Wait()
	}
	l.mu.Unlock()
	l.rest()
	l.mu.Lock()
	open := l.open
	l.open, l.reading = nil, len(open)
	l.mu.Unlock()
	for _, read := range open {
		go func() {
			read()
			l.returned()
		}()
	}
}

// returned notes that a batch is back.
func (l *loaders) returned() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reading--; l.reading == 0 {
		l.back.Broadcast()
	}
}

// rest waits until no resolver has asked for a key for a while.
func (l *loaders) rest() {
	asked, since := -1, time.Now()
	for yields := 0; yields < quietYields && (yields < 2 || time.Since(since) < quietTime); yields++ {
		runtime.Gosched()
		l.mu.Lock()
		if l.asked != asked {
			asked, since, yields = l.asked, time.Now(), 0
		}
		l.mu.Unlock()
	}
}

// fetch reads what keys name; a key without an entry was not found.
type fetch[K comparable, V any] func(ctx context.Context, r Reader, keys []K) (map[K]V, error)

// loader gathers keys into batches, and remembers what each batch found.
type loader[K comparable, V any] struct {
	all   *loaders
	fetch fetch[K, V]
	known map[K]*batch[K, V]
	open  *batch[K, V]
}

// batch is keys that are read together.
type batch[K comparable, V any] struct {
	keys []K
	// done is closed when found and err are there.
	done  chan struct{}
	found map[K]V
	err   error
}

// loaderOf returns the loader of a name, making it at the first use; the
// loaders of ctx are locked then.
func loaderOf[K comparable, V any](l *loaders, name string, read fetch[K, V]) *loader[K, V] {
	if known, ok := l.byName[name].(*loader[K, V]); ok {
		return known
	}
	made := &loader[K, V]{all: l, fetch: read, known: map[K]*batch[K, V]{}}
	l.byName[name] = made
	return made
}

// batchFor returns the batch that reads a key, or has read it.
func (l *loader[K, V]) batchFor(key K) *batch[K, V] {
	l.all.asked++
	if known, ok := l.known[key]; ok {
		return known
	}
	if l.open == nil {
		gathering := &batch[K, V]{done: make(chan struct{})}
		l.open = gathering
		l.all.open = append(l.all.open, func() { l.read(gathering) })
		if len(l.all.open) == 1 {
			go l.all.send()
		}
	}
	l.open.keys = append(l.open.keys, key)
	l.known[key] = l.open
	return l.open
}

// read closes a batch and fills it.
func (l *loader[K, V]) read(b *batch[K, V]) {
	defer close(b.done)
	defer func() {
		if r := recover(); r != nil {
			b.err = &document.Panic{Value: r, Stack: debug.Stack()}
		}
	}()
	l.all.mu.Lock()
	l.open = nil
	l.all.mu.Unlock()
	b.found, b.err = l.fetch(l.all.ctx, l.all.reader, b.keys)
}

// load asks a loader for one key; the zero value where nothing was found.
func load[K comparable, V any](ctx context.Context, name string, key K, read fetch[K, V]) (V, error) {
	return later(ctx, name, key, read)()
}

// later is load that waits only when its result is asked for, so that one
// goroutine can ask for many keys.
func later[K comparable, V any](ctx context.Context, name string, key K, read fetch[K, V]) func() (V, error) {
	var none V
	l, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok {
		return func() (V, error) { return none, errNoLoaders }
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := loaderOf(l, name, read).batchFor(key)
	return func() (V, error) {
		select {
		case <-b.done:
			return b.found[key], b.err
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
}

// loadNow reads keys with one query at once, and remembers what it found.
func loadNow[K comparable, V any](ctx context.Context, name string, keys []K, read fetch[K, V]) error {
	l, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok {
		return errNoLoaders
	}
	b := &batch[K, V]{keys: keys, done: make(chan struct{})}
	close(b.done)
	if b.found, b.err = read(ctx, l.reader, keys); b.err != nil {
		return b.err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	known := loaderOf(l, name, read).known
	for _, key := range keys {
		if _, ok := known[key]; !ok {
			known[key] = b
		}
	}
	return nil
}
