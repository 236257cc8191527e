package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"crier/internal/market"
)

const (
	// claimLease is how long a request has its claim to itself. It is well above the
	// time that one may take (document.Limits), so that only dead processes are replaced.
	claimLease = time.Minute
	// claimKept is how long an answer is given again.
	claimKept = 24 * time.Hour
)

// Claim takes an idempotency key for a request, or says what became of the
// request that has it: want names owner, key and fingerprint, the result has the
// fingerprint of the first request. A claim whose process died before it changed
// anything is taken over.
func (s *Store) Claim(ctx context.Context, want market.Claim, now time.Time) (market.Claim, error) {
	for {
		got, err := s.claim(ctx, want, now)
		if !errors.Is(err, sql.ErrNoRows) { // those mean that the claim in the way was just released
			return got, err
		}
	}
}

func (s *Store) claim(ctx context.Context, want market.Claim, now time.Time) (got market.Claim, err error) {
	err = s.Run(ctx, func(mtx market.Tx) error {
		t := mtx.(*tx)
		if err := t.dropClaim(ctx, want, now); err != nil {
			return err
		}
		if got, err = t.newClaim(ctx, want, now); errors.Is(err, sql.ErrNoRows) {
			got, err = t.presentClaim(ctx, want, now)
		}
		return err
	})
	return got, err
}

// dropClaim removes the claim of a key that is past its time, or was left behind
// before anything was changed.
func (t *tx) dropClaim(ctx context.Context, want market.Claim, now time.Time) error {
	b := t.store.builder()
	b.write(`DELETE FROM "idempotency_keys" WHERE `).claimed(want)
	b.write(` AND ("expires_at" <= `).bind(moment(now))
	b.write(` OR NOT "committed" AND "answer" IS NULL AND "lease_until" <= `).bind(moment(now)).write(")")
	_, err := affected(ctx, t.db.Tx, "drop a claim", b)
	return err
}

// newClaim takes a key that nobody has; sql.ErrNoRows where somebody does.
func (t *tx) newClaim(ctx context.Context, want market.Claim, now time.Time) (market.Claim, error) {
	b := t.store.builder()
	b.write(`INSERT INTO "idempotency_keys" ("owner", "key", "fingerprint", "lease_until", "expires_at", "committed") VALUES (`)
	b.bind(want.Owner).write(", ").bind(want.Key).write(", ").bind(want.Fingerprint).write(", ")
	b.bind(moment(now.Add(claimLease))).write(", ").bind(moment(now.Add(claimKept)))
	b.write(`, FALSE) ON CONFLICT ("owner", "key") DO NOTHING RETURNING "id"`)
	want.State = market.ClaimTaken
	text, args, err := b.statement()
	if err == nil {
		err = t.db.Tx.QueryRowContext(ctx, text, args...).Scan(&want.Num)
	}
	if err != nil {
		return market.Claim{}, fmt.Errorf("claim an idempotency key: %w", err)
	}
	return want, nil
}

// presentClaim reads the claim that a key has; sql.ErrNoRows where it was just released.
func (t *tx) presentClaim(ctx context.Context, want market.Claim, now time.Time) (market.Claim, error) {
	b := t.store.builder()
	b.write(`SELECT "id", "fingerprint", "lease_until", "committed", "answer" FROM "idempotency_keys" WHERE `).claimed(want)
	var lease time.Time
	var committed bool
	var sealed []byte
	text, args, err := b.statement()
	if err == nil {
		err = t.db.Tx.QueryRowContext(ctx, text, args...).Scan(&want.Num, &want.Fingerprint, &lease, &committed, &sealed)
	}
	if err != nil {
		return market.Claim{}, fmt.Errorf("read a claim: %w", err)
	}
	switch {
	case sealed != nil:
		want.State = market.ClaimAnswered
		want.Answer, err = t.store.openAnswer(sealed)
	case committed && !now.Before(lease):
		want.State = market.ClaimLost
	default:
		want.State = market.ClaimRunning
	}
	return want, err
}

// claimed writes that a row is the claim of a key.
func (b *builder) claimed(c market.Claim) *builder {
	return b.write(`"owner" = `).bind(c.Owner).write(` AND "key" = `).bind(c.Key)
}

// MarkClaim notes that a transaction was made under a claim, and commits with
// it; market.ErrClaimGone where the claim was taken over.
func (t *tx) MarkClaim(ctx context.Context, claim int64) error {
	b := t.store.builder()
	b.write(`UPDATE "idempotency_keys" SET "committed" = TRUE WHERE "id" = `).bind(claim)
	found, err := affected(ctx, t.db.Tx, "mark a claim", b)
	if err == nil && found == 0 {
		return market.ErrClaimGone
	}
	return err
}

// AnswerClaim keeps the answer of the request that has a claim, encrypted: it
// may show a new key or secret. Where the claim is gone nothing is kept.
func (s *Store) AnswerClaim(ctx context.Context, claim int64, answer []byte) error {
	b := s.builder()
	b.write(`UPDATE "idempotency_keys" SET "answer" = `).bind(s.seal.Seal(nil, nil, answer, answerSeal))
	b.write(` WHERE "id" = `).bind(claim)
	_, err := affected(ctx, s.write.DB, "keep an answer", b)
	return err
}

// answerSeal is authenticated with answers, so that no other secret is one.
var answerSeal = []byte("idempotency_keys")

// openAnswer decrypts a kept answer.
func (s *Store) openAnswer(sealed []byte) ([]byte, error) {
	answer, err := s.seal.Open(nil, nil, sealed, answerSeal)
	if err != nil {
		return nil, fmt.Errorf("decrypt a kept answer: %w", errUnsealed)
	}
	return answer, nil
}

// ReleaseClaim gives a key back, unless something was changed under its claim:
// then it reports false.
func (s *Store) ReleaseClaim(ctx context.Context, claim int64) (released bool, err error) {
	b := s.builder()
	b.write(`DELETE FROM "idempotency_keys" WHERE NOT "committed" AND "id" = `).bind(claim)
	n, err := affected(ctx, s.write.DB, "release a claim", b)
	return n > 0, err
}

// PurgeClaims removes a part of the claims that are past their time and returns how many went.
func (s *Store) PurgeClaims(ctx context.Context, now time.Time) (int, error) {
	b := s.builder()
	b.write(`DELETE FROM "idempotency_keys" WHERE "id" IN (SELECT "id" FROM "idempotency_keys" WHERE "expires_at" <= `).bind(moment(now))
	b.write(` ORDER BY "expires_at" LIMIT `).bind(purgeBatch).write(")")
	n, err := affected(ctx, s.write.DB, "remove old claims", b)
	return int(n), err
}

// execer is a pool or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// affected runs a statement and returns how many rows it changed.
func affected(ctx context.Context, db execer, doing string, b *builder) (int64, error) {
	text, args, err := b.statement()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	result, err := db.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return result.RowsAffected()
}
