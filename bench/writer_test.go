package bench_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	_ "modernc.org/sqlite"             // registers "sqlite"
)

// openDatabase opens the rig's database for code that speaks SQL itself, with
// pools as the server's.
func (r *rig) openDatabase(b *testing.B, size int, options string) (db *sql.DB, sqlite bool) {
	b.Helper()
	path, sqlite := strings.CutPrefix(r.database, "sqlite:")
	var err error
	if sqlite {
		db, err = sql.Open("sqlite", "file:"+path+"?_time_format=sqlite&_timezone=UTC&_pragma=busy_timeout(15000)&_pragma=journal_mode(WAL)"+
			"&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-16000)"+options)
	} else {
		db, err = sql.Open("pgx", r.database)
	}
	must(b, err)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	b.Cleanup(func() { must(b, db.Close()) })
	return db, sqlite
}

// writer writes rows without any rules.
type writer struct {
	db *sql.DB
	// copies are the statements that copy the first rows of a table.
	copies map[string]string
}

func (r *rig) writer(b *testing.B) *writer {
	b.Helper()
	size := 20
	if strings.HasPrefix(r.database, "sqlite:") {
		size = 1 // as many as can write at a time
	}
	db, _ := r.openDatabase(b, size, "&_txlock=immediate")
	w := &writer{db: db, copies: map[string]string{}}
	for _, table := range []string{"orders", "invoices", "line_items", "changes"} {
		columns := strings.Join(copied(b, db, table), ", ")
		w.copies[table] = fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %s ORDER BY id LIMIT $1`, table, columns, columns, table)
	}
	return w
}

// copied are the columns of a table that two rows can share.
func copied(b *testing.B, db *sql.DB, table string) []string {
	b.Helper()
	rows, err := db.Query(`SELECT * FROM ` + table + ` LIMIT 0`)
	must(b, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(b, err)
	must(b, rows.Err())
	var all []string
	for _, c := range columns {
		if c != "id" && c != "sequence" && c != "published_at" {
			all = append(all, `"`+c+`"`)
		}
	}
	return all
}

// transaction writes rows until one fails.
type transaction struct {
	*writer
	tx  *sql.Tx
	err error
}

func (w *writer) transaction(write func(*transaction)) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	t := &transaction{writer: w, tx: tx}
	if write(t); t.err != nil {
		return t.err
	}
	return tx.Commit()
}

func (t *transaction) exec(statement string, values ...any) {
	if t.err == nil {
		_, t.err = t.tx.Exec(statement, values...)
	}
}

// set changes a row.
func (t *transaction) set(table, column string, num int64, value int) {
	t.exec(`UPDATE `+table+` SET `+column+` = $1, updated_at = $2 WHERE id = $3`, value, time.Now().UTC().Truncate(time.Microsecond), num)
}

// copy adds rows.
func (t *transaction) copy(table string, rows int) { t.exec(t.copies[table], rows) }
