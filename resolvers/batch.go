package resolvers

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"

	"crier/internal/document"
	"crier/internal/execution"
)

// loaders batches and remembers the reads of one request, or of several
// executions for the same viewer. Its queries run under the context it was
// made with, so that the end of one execution does not fail another's.
type loaders struct {
	ctx    context.Context
	reader Reader

	crew   *execution.Crew
	mu     sync.Mutex
	byName map[string]any
	// open are the batches that gather keys, and gate is where those wait who asked for them.
	open []gathering
	gate *execution.Gate
	// reading counts the batches that were sent and are not back.
	reading int
}

// gathering is a batch that is open for keys.
type gathering interface {
	// close ends the gathering.
	close()
	// read finds what the keys name.
	read()
}

type loadersKey struct{}

// WithLoaders returns a context in which reads are batched. Every execution
// needs one; executions may share it only while their viewer is the same.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	l := &loaders{reader: r.Reader, byName: map[string]any{}}
	ctx, l.crew = execution.WithCrew(ctx, l.send)
	l.ctx = context.WithValue(ctx, loadersKey{}, l)
	return l.ctx
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

// send sends every open batch, since all who could ask for more wait. A document
// so goes down level by level, and what one level asks for in several places is
// read together: which statements it takes does not depend on how its resolvers
// were scheduled.
func (l *loaders) send() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reading > 0 || len(l.open) == 0 {
		return
	}
	level, gate := l.open, l.gate
	l.open, l.gate, l.reading = nil, nil, len(level)
	for _, b := range level {
		b.close()
		go func() {
			b.read()
			if l.returned() {
				gate.Open()
			}
		}()
	}
}

// returned notes that a batch is back, and reports whether it was the last of its level.
func (l *loaders) returned() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reading--
	return l.reading == 0
}

// gather adds a batch to the level that is sent next, and returns where to wait
// for it; the loaders are locked then.
func (l *loaders) gather(b gathering) *execution.Gate {
	if l.gate == nil {
		l.gate = l.crew.NewGate()
	}
	l.open = append(l.open, b)
	return l.gate
}

// single is a read for one resolver only.
type single func()

func (single) close()  {}
func (s single) read() { s() }

// apart has a resolver's own read go out with the batches of its level.
func apart[V any](ctx context.Context, read func(context.Context, Reader) (V, error)) (V, error) {
	var none V
	l, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok {
		return none, errNoLoaders
	}
	var found V
	var err error
	l.mu.Lock()
	gate := l.gather(single(func() {
		defer caught(&err)
		found, err = read(l.ctx, l.reader)
	}))
	l.mu.Unlock()
	if late := gate.Wait(ctx); late != nil {
		return none, late
	}
	return found, err
}

// caught makes a panic an error.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = &document.Panic{Value: r, Stack: debug.Stack()}
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
	loader *loader[K, V]
	keys   []K
	// ready is open when found and err are there, for resolvers; done is closed
	// then, for batches of the same level.
	ready *execution.Gate
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
	if known, ok := l.known[key]; ok {
		return known
	}
	if l.open == nil {
		l.open = &batch[K, V]{loader: l, done: make(chan struct{})}
		l.open.ready = l.all.gather(l.open)
	}
	l.open.keys = append(l.open.keys, key)
	l.known[key] = l.open
	return l.open
}

func (b *batch[K, V]) close() { b.loader.open = nil }

func (b *batch[K, V]) read() {
	defer close(b.done)
	defer caught(&b.err)
	b.found, b.err = b.loader.fetch(b.loader.all.ctx, b.loader.all.reader, b.keys)
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
		if err := b.ready.Wait(ctx); err != nil {
			return none, err
		}
		return b.found[key], b.err
	}
}

// alongside returns what another batch, one of the level that is being read or of
// one before, finds of a key; false where none was asked for it, or it failed.
// Only batches that wait for none themselves may be waited for.
func alongside[K comparable, V any](ctx context.Context, name string, key K) (V, bool) {
	var none V
	l := ctx.Value(loadersKey{}).(*loaders)
	l.mu.Lock()
	of, _ := l.byName[name].(*loader[K, V])
	var b *batch[K, V]
	if of != nil && of.known[key] != of.open {
		b = of.known[key]
	}
	l.mu.Unlock()
	if b == nil {
		return none, false
	}
	<-b.done
	return b.found[key], b.err == nil
}

// keep remembers a batch that was read; the loaders are locked then.
func (l *loader[K, V]) keep(keys []K, b *batch[K, V]) {
	for _, key := range keys {
		if _, ok := l.known[key]; !ok {
			l.known[key] = b
		}
	}
}
