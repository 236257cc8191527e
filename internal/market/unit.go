package market

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Store runs transactions. Run calls work within one transaction and commits
// when it returns nil; it may call work again, from the beginning, where the
// database asks for a retry.
type Store interface {
	Run(ctx context.Context, work func(Tx) error) error
}

// Tx is one open transaction.
type Tx interface {
	// Select fills dest, a pointer to a slice of pointers to entities; with
	// q.Lock the rows stay locked until the transaction ends. Nothing is hidden
	// from it but soft-deleted rows, unless q.Deleted.
	Select(ctx context.Context, dest any, q Query) error
	// Insert stores a new entity and gives it its number.
	Insert(ctx context.Context, e Entity) error
	Update(ctx context.Context, e Entity) error
	Delete(ctx context.Context, e Entity) error
	// Record writes change rows, to be published after the commit.
	Record(ctx context.Context, changes []Change) error
	// Ask is Record for one request for an event, and returns its number.
	Ask(ctx context.Context, request Change) (int64, error)
	// Resend makes events due whatever became of them, or holds them where their
	// webhook, which the caller has locked, is not active. Their retries begin
	// anew. They become those of a job, and part of a trace; 0 and "" leave them as they are.
	Resend(ctx context.Context, events []int64, job int64, traceparent string, at time.Time) error
	// FreeNext has the event due that waited for e, which is being called off, and for
	// no other, and returns its number; 0: none. The caller has locked their webhook.
	FreeNext(ctx context.Context, e *WebhookEvent, at time.Time) (int64, error)
	// Withdraw calls off what waits of a job: events, and requests for them.
	Withdraw(ctx context.Context, job int64, at time.Time) error
	// Tally counts the events of a job.
	Tally(ctx context.Context, job int64) (JobTally, error)
	// WithdrawResults holds the waiting events of webhooks, and drops the results of those
	// that were never sent: they may show what may not be read any more.
	WithdrawResults(ctx context.Context, webhooks []int64) error
	// MarkClaim notes with the transaction that what a claim is about was done;
	// ErrClaimGone where another request has taken the claim over.
	MarkClaim(ctx context.Context, claim int64) error
}

// Actor is who changes something.
type Actor struct {
	// Seller limits the actor to one seller's data; 0 is the operator.
	Seller int64
	// ID is the global id of the key, or the name of a command, for the record.
	ID string
	// Traceparent is the W3C trace context of the request, "" where it has none.
	Traceparent string
	// Claim is the number of the Claim that the change is made under; 0: none.
	Claim int64
}

// owner is whose key acts: a seller's number, 0 for the operator; nil where no key does.
func (a Actor) owner() *int64 {
	if ref, err := ParseID(a.ID); err != nil || ref.Type != apiKeyType {
		return nil
	}
	return &a.Seller
}

// unit is one transaction as the rules see it. What is loaded through it is
// remembered as it was; at the end only what differs is written, and each
// subscribable entity that differs makes one change, however many steps the
// rules took. Rules replace slices and pointers of an entity, never write
// through them.
type unit struct {
	ctx     context.Context
	tx      Tx
	actor   Actor
	now     time.Time
	tracked map[Ref]*tracked
	order   []*tracked
}

// tracked is one entity of a unit.
type tracked struct {
	entity Entity
	was    Entity // a copy from before; nil for what the unit created
	// inserted is a copy of what add wrote; nil for what was loaded.
	inserted Entity
	removed  bool
	touched  []string // fields of its payload that changed outside its own row
	spreads  bool     // a touch that its own parents see too
}

// run executes work in one transaction, then writes what it changed.
func (m *Market) run(ctx context.Context, actor Actor, work func(*unit) error) error {
	return m.store.Run(ctx, func(tx Tx) error {
		u := &unit{ctx: ctx, tx: tx, actor: actor, now: m.now(), tracked: map[Ref]*tracked{}}
		if err := work(u); err != nil {
			return err
		}
		if actor.Claim != 0 {
			if err := tx.MarkClaim(ctx, actor.Claim); err != nil {
				return fmt.Errorf("mark the claim of a change: %w", err)
			}
		}
		return u.finish()
	})
}

// finish writes every difference and records the changes.
func (u *unit) finish() error {
	if err := u.spread(); err != nil {
		return err
	}
	var changes []Change
	for _, t := range u.order {
		change, err := u.write(t)
		if err != nil {
			return fmt.Errorf("write %s: %w", t.entity.Ref(), err)
		}
		if change != nil {
			changes = append(append(changes, *change), u.operational(t)...)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return u.tx.Record(u.ctx, changes)
}

// parent is an entity whose payload shows another one.
type parent struct {
	ref Ref
	// field is the parent's field of the schema that shows the child.
	field string
	// quiet keeps the touch from going further up: a metadatum of a variant is
	// no change of its advert.
	quiet bool
}

// child is an entity that others show, which therefore change with it.
type child interface{ parents() []parent }

// spread touches the parents of whatever differs, and theirs.
func (u *unit) spread() error {
	queue := slices.Clone(u.order)
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		c, ok := t.entity.(child)
		if !ok || !t.spreads && !t.differs() {
			continue
		}
		for _, p := range c.parents() {
			above, err := u.touch(p.ref, p.field)
			if err != nil {
				return fmt.Errorf("touch %s for %s: %w", p.ref, t.entity.Ref(), err)
			}
			if above != nil && !p.quiet && !above.spreads {
				above.spreads = true
				queue = append(queue, above)
			}
		}
	}
	return nil
}

// touch marks an entity as changed through a field that is not in its own row.
func (u *unit) touch(ref Ref, field string) (*tracked, error) {
	if ref.IsZero() {
		return nil, nil
	}
	t, err := u.load(ref)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(t.touched, field) {
		t.touched = append(t.touched, field)
	}
	return t, nil
}

// write stores what differs of one entity and returns its change, if any.
func (u *unit) write(t *tracked) (*Change, error) {
	created, fields := t.was == nil, append(t.diff(), t.touched...)
	switch {
	case t.removed && created:
		return nil, u.tx.Delete(u.ctx, t.entity)
	case t.removed:
		return u.change(t, Destroy, nil), u.erase(t)
	case !created && len(fields) == 0:
		return nil, u.writeUnseen(t)
	}
	t.entity.base().UpdatedAt = u.now
	action := Update
	if created {
		action, fields = Create, append(fieldNames(t.entity), t.touched...)
	}
	if !created || t.changedSinceInsert() {
		if err := u.tx.Update(u.ctx, t.entity); err != nil {
			return nil, err
		}
	}
	return u.change(t, action, fields), nil
}

// writeUnseen stores what differs only in attributes that no field of the schema
// stands for by itself, which is no change of the entity.
func (u *unit) writeUnseen(t *tracked) error {
	if sameRow(t.was, t.entity) {
		return nil
	}
	return u.tx.Update(u.ctx, t.entity)
}

// erase deletes softly where the kind allows it.
func (u *unit) erase(t *tracked) error {
	d, ok := t.entity.(deletable)
	if !ok {
		return u.tx.Delete(u.ctx, t.entity)
	}
	at := u.now
	d.deletion().DeletedAt = &at
	t.entity.base().UpdatedAt = u.now
	return u.tx.Update(u.ctx, t.entity)
}

// recorded reports whether changes of a kind are written down: those of the
// classes. Registrations are among them, since the relay learns of them from the same
// log and a webhook so gets exactly the changes committed after its own creation.
func (k Kind) recorded() bool { return k.Class }

// change describes what happened to one entity; nil where its kind is not recorded.
func (u *unit) change(t *tracked, action Action, fields []string) *Change {
	ref := t.entity.Ref()
	kind := kinds[ref.Type]
	if !kind.recorded() {
		return nil
	}
	slices.Sort(fields)
	c := &Change{
		Subject: ref, Action: action, Changed: slices.Compact(fields), Shared: kind.Shared(),
		Actor: u.actor.ID, Owner: u.actor.owner(), At: u.now, Traceparent: u.actor.Traceparent,
	}
	if s, ok := t.entity.(interface{ sellers() []int64 }); ok {
		c.Sellers = s.sellers()
	}
	return c
}
