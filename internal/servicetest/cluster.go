package servicetest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// redisCluster is the one Redis Cluster of this test binary.
var redisCluster sharedRedisCluster

// sharedRedisCluster is a server in cluster mode that starts at its first use and
// that one test at a time has for itself: it takes two seconds to come up, and
// that cannot be shortened.
type sharedRedisCluster struct {
	user sync.Mutex // held by the test that has it

	once    sync.Once
	err     error // why it did not start
	cli     string
	folder  string
	port    int
	running *process
}

// RedisCluster empties a Redis Cluster, reserves it for this test until its end,
// and returns its addresses as a URL. It has one node, which is named twice so
// that clients take it for the cluster it is; like every cluster it refuses
// commands and scripts whose keys lie in several hash slots. TestMain must call
// [Run], which stops it. A test can have it once.
func RedisCluster(t testing.TB) string {
	t.Helper()
	server, cli := Program(t, "redis-server"), Program(t, "redis-cli")
	requireRun(t)
	c := &redisCluster
	c.user.Lock()
	t.Cleanup(c.user.Unlock)
	c.once.Do(func() { c.err = c.start(server, cli) })
	if c.err != nil {
		t.Fatal(c.err)
	}
	if _, err := redisCLI(cli, c.port, "FLUSHALL"); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("redis://127.0.0.1:%d,127.0.0.1:%d", c.port, c.port)
}

func (c *sharedRedisCluster) start(server, cli string) error {
	folder, err := os.MkdirTemp("", "crier-redis-cluster-")
	if err != nil {
		return fmt.Errorf("folder for the Redis Cluster: %w", err)
	}
	c.folder, c.cli = folder, cli
	c.running, c.port, err = onFreePort(redisLauncher(server, folder, "--cluster-enabled", "yes"))
	if err != nil {
		return err
	}
	if _, err := redisCLI(cli, c.port, "CLUSTER", "ADDSLOTSRANGE", "0", "16383"); err != nil {
		return err
	}
	return c.awaitState()
}

// awaitState waits until the cluster takes commands, which it does not announce.
func (c *sharedRedisCluster) awaitState() error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); <-tick.C {
		info, err := redisCLI(c.cli, c.port, "CLUSTER", "INFO")
		if err != nil {
			return err
		}
		if strings.Contains(info, "cluster_state:ok") {
			return nil
		}
	}
	return fmt.Errorf("the Redis Cluster was not ready within %s", startTimeout)
}

// stop ends the cluster and removes its files; it does nothing where the cluster
// was never started.
func (c *sharedRedisCluster) stop() error {
	var stopped, removed error
	if c.running != nil {
		stopped = c.running.stop(os.Kill)
	}
	if c.folder != "" {
		removed = os.RemoveAll(c.folder)
	}
	return errors.Join(stopped, removed)
}
