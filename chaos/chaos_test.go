// Package chaos_test kills, pauses and starves real processes under load, and
// then holds what a receiver got against what was committed.
// docs/reliability.md says what each scenario proves; `make chaos` runs them all.
package chaos_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"crier/internal/servicetest"
)

var (
	rounds = flag.Int("rounds", 3, "how often each place has processes killed")
	all    = flag.Bool("all", false, "run every scenario, not only the kills and an emptied Redis, and hold the promised times")
	seed   = flag.Uint64("seed", 0, "seed of every random choice; 0 draws one")
)

// fewRounds is how often a fault other than a kill is repeated.
const fewRounds = 3

func TestMain(m *testing.M) {
	flag.Parse()
	if !*all { // the few scenarios run beside one another: they wait most of the time, for leases to end
		if err := flag.Set("test.parallel", "4"); err != nil {
			panic(err)
		}
	}
	os.Exit(servicetest.Run(m))
}

// scenario is a kind of fault at a kind of place.
type scenario struct {
	name  string
	place func(*testing.T) place
	// short says that it is part of every run of the tests.
	short bool
	// rounds is how often the fault is repeated; 0 is as often as the flag says.
	rounds int
	run    func(*stage)
}

var scenarios = []scenario{
	{"SIGKILL, 2 processes, PostgreSQL and Redis", onPostgres, true, 0, kills},
	{"SIGKILL, 2 processes, SQLite and Redis", onSQLite, true, 0, kills},
	{"SIGKILL, 1 process, SQLite and embedded Redis", embedded, true, 0, kills},
	{"SIGKILL, 2 processes, PostgreSQL and Redis Cluster", onCluster, false, fewRounds, kills},
	{"Redis emptied (FLUSHALL)", onPostgres, true, fewRounds, flushes},
	{"all nodes of a Redis Cluster emptied", onCluster, false, fewRounds, flushes},
	{"node of a Redis Cluster killed and restarted empty", onCluster, false, fewRounds, nodeRestarts},
	{"Redis killed and restarted from its AOF", onPostgresWithAOF, false, fewRounds, redisRestarts},
	{"Redis away for 30 s, then empty", onPostgres, false, 1, redisOutage},
	{"disk of Redis' AOF full for 10 s", onPostgresWithAOF, false, 1, redisDiskFull},
	{"PostgreSQL killed and restarted", onOwnPostgres, false, fewRounds, postgresRestarts},
	{"process paused (SIGSTOP) past its lease", onPostgres, false, 1, paused},
	{"rolling restart (SIGTERM)", onPostgres, false, fewRounds, rolling},
	{"rolling restart without grace", onPostgresWithoutGrace, false, fewRounds, rollingWithoutGrace},
}

func TestChaos(t *testing.T) {
	from := *seed
	for from == 0 {
		from = rand.Uint64()
	}
	t.Logf("seed %d", from)
	var accounts accounts
	t.Run("scenarios", func(t *testing.T) {
		for i, c := range scenarios {
			if !*all && !c.short {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, c, rand.New(rand.NewPCG(from, uint64(i))))
				c.run(s)
				accounts.add(i, s.finish())
			})
		}
	})
	t.Logf("the account\n%s", accounts.table())
}

// accounts are those of the scenarios that came to their end.
type accounts struct {
	mu   sync.Mutex
	byNo map[int]account
}

func (a *accounts) add(no int, of account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byNo == nil {
		a.byNo = map[int]account{}
	}
	a.byNo[no] = of
}
