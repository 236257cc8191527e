package chaos_test

import (
	"bytes"
	"encoding/base64"
	"path/filepath"
	"strconv"
	"testing"

	"crier/internal/servicetest"
)

// place is where processes keep their data.
type place struct {
	database    string // its URL
	redis       *servicetest.RedisServer
	cluster     *servicetest.RedisClusterServers // instead of one Redis
	postgres    *servicetest.PostgresServer      // where the scenario stops it
	processes   int
	environment []string
}

func onPostgres(t *testing.T) place {
	return place{database: servicetest.Postgres(t), redis: servicetest.StartRedis(t), processes: 2}
}

func onPostgresWithAOF(t *testing.T) place {
	return place{database: servicetest.Postgres(t), redis: servicetest.StartRedis(t, "--appendonly", "yes"), processes: 2}
}

// onPostgresWithoutGrace has processes that interrupt at once what is in flight
// when they are told to end.
func onPostgresWithoutGrace(t *testing.T) place {
	p := onPostgres(t)
	p.environment = []string{"CRIER_GRACE=0s"}
	return p
}

func onOwnPostgres(t *testing.T) place {
	own := servicetest.StartPostgres(t)
	return place{database: own.URL, redis: servicetest.StartRedis(t), postgres: own, processes: 2}
}

// onCluster has its Redis in three nodes.
func onCluster(t *testing.T) place {
	return place{database: servicetest.Postgres(t), cluster: servicetest.StartRedisCluster(t), processes: 2}
}

func onSQLite(t *testing.T) place {
	return place{database: "sqlite:" + filepath.Join(t.TempDir(), "crier.db"), redis: servicetest.StartRedis(t), processes: 2}
}

// embedded has one process, since its Redis is within it.
func embedded(t *testing.T) place {
	return place{database: "sqlite:" + filepath.Join(t.TempDir(), "crier.db"), processes: 1}
}

// environ is the environment of a process. The prefix of its headers tells the
// receiver which start of a process a request came from.
func (p place) environ(start int) []string {
	env := append([]string{
		"CRIER_DATABASE_URL=" + p.database, "CRIER_LOG_LEVEL=warn", "CRIER_RATE_LIMIT=0",
		"CRIER_SECRET_KEY=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), 32)),
		"CRIER_HEADER_PREFIX=" + startPrefix + strconv.Itoa(start),
	}, p.environment...)
	switch {
	case p.cluster != nil:
		env = append(env, "CRIER_REDIS_URL="+p.cluster.URL)
	case p.redis != nil:
		env = append(env, "CRIER_REDIS_URL="+p.redis.URL)
	}
	return env
}

// startPrefix and the number of a start are the prefix of its headers.
const startPrefix = "Start"

// pendingScript counts the deliveries that the processes whose name contains
// ARGV[1] have in hand.
const pendingScript = `
local pending = redis.pcall('XPENDING', KEYS[1], 'crier')
local total = 0
for _, consumer in ipairs(not pending.err and pending[4] or {}) do
  if string.find(consumer[1], ARGV[1], 1, true) then total = total + tonumber(consumer[2]) end
end
`

// inHand is how many deliveries the process pid has in hand, as Redis knows it; 0
// means all processes.
func (p place) inHand(t *testing.T, pid int) int {
	t.Helper()
	who := ""
	if pid != 0 {
		who = "-" + strconv.Itoa(pid) + "-"
	}
	return p.count(t, "EVAL_RO", pendingScript+"return total", who)
}

// flush empties Redis, the other nodes of a cluster after the one with the
// deliveries, and returns how many of these were in hand at that moment.
func (p place) flush(t *testing.T) int {
	t.Helper()
	n := p.count(t, "EVAL", pendingScript+"redis.call('FLUSHALL') return total", "")
	if p.cluster != nil {
		p.cluster.FlushAll()
	}
	return n
}

func (p place) count(t *testing.T, command, script, who string) int {
	t.Helper()
	ask := p.redis.CLI
	if p.cluster != nil {
		ask = p.cluster.CLI
	}
	n, err := strconv.Atoi(ask(command, script, "1", "crier:{deliveries}", who))
	if err != nil {
		t.Fatalf("deliveries in hand: %v", err)
	}
	return n
}
