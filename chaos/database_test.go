package chaos_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	_ "modernc.org/sqlite"             // registers "sqlite"

	"crier/internal/market"
)

// database is the server's own, read from outside.
type database struct {
	t  *testing.T
	db *sql.DB
}

func openDatabase(t *testing.T, url string) database {
	t.Helper()
	driver, source := "pgx", url
	if path, sqlite := strings.CutPrefix(url, "sqlite:"); sqlite {
		driver = "sqlite"
		source = "file:" + path + "?_time_format=sqlite&_timezone=UTC&_pragma=busy_timeout(15000)&_pragma=query_only(1)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // the server may be gone
	return database{t, db}
}

// waiting is how many changes are not published and how many events have not
// come to their end.
func (d database) waiting(ctx context.Context) (n int, err error) {
	err = d.db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM changes WHERE published_at IS NULL)
		+ (SELECT count(*) FROM webhook_events WHERE next_attempt_at IS NOT NULL)`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count what waits: %w", err)
	}
	return n, nil
}

// relayHalted reports whether a transaction of the relay, which keeps every other
// relay out, waits for its process.
func (d database) relayHalted() bool {
	d.t.Helper()
	return d.yes(`SELECT EXISTS (SELECT 1 FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
		WHERE l.relation = 'counters'::regclass AND l.mode <> 'AccessShareLock' AND a.state = 'idle in transaction'
		AND a.state_change < clock_timestamp() - interval '30 ms')`)
}

// relayedSince reports whether a change that was made after a moment has its place.
func (d database) relayedSince(at time.Time) bool {
	d.t.Helper()
	return d.yes(`SELECT EXISTS (SELECT 1 FROM changes WHERE sequence IS NOT NULL AND at > $1)`, at.UTC())
}

// yes asks a question.
func (d database) yes(question string, about ...any) (answer bool) {
	d.t.Helper()
	if err := d.db.QueryRow(question, about...).Scan(&answer); err != nil {
		d.t.Fatal(err)
	}
	return answer
}

// rows calls scan for each row of a query.
func (d database) rows(query string, scan func(*sql.Rows) error) {
	d.t.Helper()
	rows, err := d.db.Query(query)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
}

// stored is an item as the database has it.
type stored struct {
	advert, variant int64
	version         int
	deleted         bool
}

// items are the adverts with their variants, by the tag in their title.
func (d database) items() map[string]stored {
	d.t.Helper()
	found := map[string]stored{}
	d.rows(`SELECT a.id, v.id, a.title, v.count_on_hand, a.deleted_at IS NOT NULL FROM adverts a JOIN variants v ON v.advert_id = a.id`,
		func(rows *sql.Rows) error {
			var s stored
			var title string
			var stock int
			if err := rows.Scan(&s.advert, &s.variant, &title, &stock, &s.deleted); err != nil {
				return err
			}
			tag, version := readTitle(title)
			s.version = max(version, stock)
			found[tag] = s
			return nil
		})
	return found
}

// event is a webhook event as the database has it.
type event struct {
	line           line
	action, status string
	attempts       int
	changed        time.Time // when its change was made
	log            []attempt
	// newer is the event that stands for it; 0: none.
	newer int64
}

// attempt is a row of the attempt log.
type attempt struct {
	began, ended time.Time
	status       int // 0 where no answer came
}

// events are all events with their attempts, by number.
func (d database) events() map[int64]*event {
	d.t.Helper()
	found := map[int64]*event{}
	d.rows(`SELECT e.id, w.url, e.subject_type, e.subject_num, e.action, e.status, e.attempts, e.created_at, COALESCE(e.error_message, '')
		FROM webhook_events e JOIN webhooks w ON w.id = e.webhook_id`, func(rows *sql.Rows) error {
		var num int64
		var e event
		var address, message string
		if err := rows.Scan(&num, &address, &e.line.subject.Type, &e.line.subject.Num, &e.action, &e.status, &e.attempts, &e.changed, &message); err != nil {
			return err
		}
		if e.status == string(market.EventSkipped) {
			if _, err := fmt.Sscanf(message, "the newer event %d of the same entity stands for it", &e.newer); err != nil {
				return fmt.Errorf("event %d is skipped: %s: %w", num, message, err)
			}
		}
		at, err := url.Parse(address)
		if err == nil {
			e.line.webhook = at.Path
		}
		found[num] = &e
		return err
	})
	d.rows(`SELECT event_id, status, created_at, updated_at FROM webhook_event_responses ORDER BY event_id, attempt_no`, func(rows *sql.Rows) error {
		var num int64
		var a attempt
		if err := rows.Scan(&num, &a.status, &a.began, &a.ended); err != nil {
			return err
		}
		if found[num] == nil {
			return fmt.Errorf("an attempt of event %d, which does not exist", num)
		}
		found[num].log = append(found[num].log, a)
		return nil
	})
	return found
}
