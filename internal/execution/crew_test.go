package execution_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"crier/internal/execution"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is what a crew waits for: all who come until every one waits pass together.
type desk struct {
	crew *execution.Crew

	mu     sync.Mutex
	gate   *execution.Gate // nil while nobody has come
	queue  int
	groups []int // how many passed together
}

func newDesk(ctx context.Context) (context.Context, *desk) {
	d := &desk{}
	ctx, d.crew = execution.WithCrew(ctx, d.idle)
	return ctx, d
}

// idle lets all pass, from another goroutine as a load would.
func (d *desk) idle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gate != nil {
		go d.gate.Open()
		d.groups, d.gate, d.queue = append(d.groups, d.queue), nil, 0
	}
}

// wait queues up and waits to pass.
func (d *desk) wait(ctx context.Context) error {
	d.mu.Lock()
	if d.gate == nil {
		d.gate = d.crew.NewGate()
	}
	gate := d.gate
	d.queue++
	d.mu.Unlock()
	return gate.Wait(ctx)
}

// responding is a context in which errors can be added.
func responding(ctx context.Context) context.Context {
	return graphql.WithResponseContext(ctx, func(_ context.Context, err error) *gqlerror.Error { return gqlerror.Wrap(err) },
		func(_ context.Context, value any) error { return fmt.Errorf("panic: %v", value) })
}

// list resolves n items beside one another.
func list(ctx context.Context, n int, item func(ctx context.Context, i int)) graphql.Array {
	return execution.List(ctx, n, 0, false, func(ctx context.Context, i int) graphql.Marshaler {
		item(ctx, i)
		return graphql.Null
	})
}

func TestEachLevelIsOneBatch(t *testing.T) {
	t.Parallel()
	ctx, d := newDesk(responding(t.Context()))
	gather := func(ctx context.Context) {
		if err := d.wait(ctx); err != nil {
			t.Error(err)
		}
	}
	list(ctx, 1, func(ctx context.Context, _ int) {
		list(ctx, 100, func(ctx context.Context, _ int) {
			gather(ctx)
			list(ctx, 4, func(ctx context.Context, _ int) { gather(ctx) })
		})
	})
	if want := []int{100, 400}; !slices.Equal(d.groups, want) {
		t.Errorf("groups of %v, want %v", d.groups, want)
	}
}

// tree is random work: what waits before its parts, and parts beside one another.
type tree struct {
	waits int
	parts []tree
}

func drawTree(r *rapid.T, depth int) tree {
	t := tree{waits: rapid.IntRange(0, 2).Draw(r, "waits")}
	if depth > 0 {
		t.parts = make([]tree, rapid.IntRange(0, 4).Draw(r, "parts"))
	}
	for i := range t.parts {
		t.parts[i] = drawTree(r, depth-1)
	}
	return t
}

func (t tree) size() (n, levels int) {
	n = 1
	for _, part := range t.parts {
		size, below := part.size()
		n, levels = n+size, max(levels, below)
	}
	return n, levels + t.waits
}

// TestAllIsDoneOnce holds for random work: everything is done once, by the time
// that the first work returns, and no more groups wait than waits lie one below
// the other.
func TestAllIsDoneOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		root := drawTree(r, 4)
		ctx, d := newDesk(responding(t.Context()))
		var done atomic.Int64
		var resolve func(ctx context.Context, t tree)
		resolve = func(ctx context.Context, at tree) {
			for range at.waits {
				if err := d.wait(ctx); err != nil {
					t.Error(err)
				}
			}
			done.Add(1)
			set := execution.NewFieldSet(make([]graphql.CollectedField, len(at.parts)))
			for i, part := range at.parts {
				set.Concurrently(i, func(ctx context.Context) graphql.Marshaler {
					resolve(ctx, part)
					return graphql.Null
				})
			}
			set.Dispatch(ctx)
			for i, value := range set.Values {
				if value != graphql.Null {
					t.Errorf("part %d has no value", i)
				}
			}
		}
		list(ctx, 1, func(ctx context.Context, _ int) { resolve(ctx, root) })
		size, levels := root.size()
		if int(done.Load()) != size {
			r.Errorf("%d of %d were done", done.Load(), size)
		}
		if len(d.groups) > levels {
			r.Errorf("groups of %v where %d waits lie below one another", d.groups, levels)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, _ := newDesk(responding(t.Context()))
	crew := func(ctx context.Context) (context.Context, *execution.Gate) {
		ctx, c := execution.WithCrew(ctx, func() {})
		return ctx, c.NewGate()
	}
	ctx, gate := crew(ctx)
	over, cancel := context.WithCancel(ctx)
	var second atomic.Bool
	list(over, 2, func(ctx context.Context, i int) {
		if i == 1 {
			second.Store(true)
			cancel()
			return
		}
		if err := gate.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("waiting ended with %v", err)
		}
	})
	if !second.Load() {
		t.Error("nobody went on with the work")
	}
	gate.Open()
	if err := gate.Wait(over); err != nil {
		t.Errorf("an open gate keeps out who comes late: %v", err)
	}
}

// TestNobodyWaitsLongerThanTheCrew holds for what is never loaded, and for what comes too late.
func TestNobodyWaitsLongerThanTheCrew(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(responding(t.Context()))
	ctx, crew := execution.WithCrew(over, func() { cancel() })
	gate := crew.NewGate()
	list(ctx, 3, func(ctx context.Context, _ int) {
		if err := gate.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("waiting ended with %v", err)
		}
	})
	gate.Open()
	if err := gate.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the gate says %v", err)
	}
}

func TestAPanicFailsItsListOnly(t *testing.T) {
	t.Parallel()
	ctx, d := newDesk(responding(t.Context()))
	var inner, outer graphql.Array
	outer = list(ctx, 3, func(ctx context.Context, i int) {
		if i == 1 {
			inner = list(ctx, 3, func(context.Context, int) { panic("out of cheese") })
		}
		if err := d.wait(ctx); err != nil {
			t.Error(err)
		}
	})
	if inner != nil || len(outer) != 3 {
		t.Errorf("the lists are %v and %v", inner, outer)
	}
	if errs := graphql.GetErrors(ctx); len(errs) != 3 || !strings.Contains(errs[0].Message, "out of cheese") {
		t.Errorf("the errors are %v", errs)
	}
}

// TestSharedCrewsAreFed runs executions that come one after another.
func TestSharedCrewsAreFed(t *testing.T) {
	t.Parallel()
	ctx, d := newDesk(execution.Shared(responding(t.Context())))
	var executions sync.WaitGroup
	for range 20 {
		executions.Go(func() {
			list(ctx, 3, func(ctx context.Context, _ int) {
				if err := d.wait(ctx); err != nil {
					t.Error(err)
				}
			})
		})
	}
	executions.Wait()
	sum := 0
	for _, n := range d.groups {
		sum += n
	}
	if sum != 60 {
		t.Errorf("groups of %v for 60 who waited", d.groups)
	}
}

// TestGeneratedCodeUsesIt holds graph/ to what make generate makes of it: with
// gqlgen's own lists and sets nobody would know when all wait.
func TestGeneratedCodeUsesIt(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../graph/*.generated.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no generated files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, own := range []string{"graphql.MarshalSliceConcurrently(", "graphql.NewFieldSet(", ".IsDeferred()"} {
			if strings.Contains(string(text), own) {
				t.Errorf("%s has %s: run make generate", file, own)
			}
		}
	}
}
