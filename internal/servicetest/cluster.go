package servicetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// clusterNodes is how many nodes a Redis Cluster has: the fewest that can agree
	// on the failure of one. None has a replica.
	clusterNodes = 3
	// clusterSlots is how many hash slots every Redis Cluster has.
	clusterSlots = 16384
)

// RedisClusterServers is a private Redis Cluster of three nodes, which share the
// hash slots. Its methods fail the test when they cannot do their work, so they
// belong to the goroutine of the test.
type RedisClusterServers struct {
	// URL names all nodes, redis://127.0.0.1:PORT,127.0.0.1:PORT,…
	URL string
	// Nodes can be stopped and started one by one; see Await.
	Nodes []*RedisServer

	t   testing.TB
	cli string
}

// StartRedisCluster starts a private Redis Cluster, which takes some seconds; a
// test that does not stop nodes takes [RedisCluster].
func StartRedisCluster(t testing.TB) *RedisClusterServers {
	t.Helper()
	c := &RedisClusterServers{t: t, cli: Program(t, "redis-cli")}
	nodes, err := startCluster(Program(t, "redis-server"), c.cli, t.TempDir())
	for _, n := range nodes {
		addr := "127.0.0.1:" + strconv.Itoa(n.port)
		s := &RedisServer{t: t, launch: n.launch, port: n.port, running: n.running, Addr: addr, URL: "redis://" + addr}
		t.Cleanup(s.Stop)
		c.Nodes = append(c.Nodes, s)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.URL = clusterURL(nodes)
	return c
}

// CLI runs redis-cli against the node that has the command's key, and returns what
// it printed, without the last line end.
func (c *RedisClusterServers) CLI(args ...string) string {
	c.t.Helper()
	return c.Nodes[0].CLI(append([]string{"-c"}, args...)...)
}

// FlushAll empties every node.
func (c *RedisClusterServers) FlushAll() {
	c.t.Helper()
	for _, n := range c.Nodes {
		if answer := n.CLI("FLUSHALL"); answer != "OK" {
			c.t.Fatalf("FLUSHALL at %s: %s", n.Addr, answer)
		}
	}
}

// Await waits until every node takes commands: one that was started again refuses
// them for some seconds.
func (c *RedisClusterServers) Await() {
	c.t.Helper()
	for _, n := range c.Nodes {
		if err := awaitCluster(c.cli, n.port, len(c.Nodes)); err != nil {
			c.t.Fatal(err)
		}
	}
}

// clusterNode is a running server of a cluster.
type clusterNode struct {
	launch  func(port int) (*process, error)
	port    int
	running *process
}

// startCluster starts servers that keep their files in a folder, and makes them a
// cluster. Those that run are returned with an error too.
func startCluster(server, cli, folder string) (nodes []clusterNode, err error) {
	for i := range clusterNodes {
		own := filepath.Join(folder, strconv.Itoa(i))
		if err := os.Mkdir(own, 0o755); err != nil {
			return nodes, fmt.Errorf("folder for a node of the Redis Cluster: %w", err)
		}
		n := clusterNode{launch: redisLauncher(server, own, "--cluster-enabled", "yes")}
		if n.running, n.port, err = onFreePort(n.launch); err != nil {
			return nodes, err
		}
		nodes = append(nodes, n)
	}
	return nodes, joinCluster(cli, nodes)
}

// joinCluster shares out the slots, makes the nodes known to each other, and waits
// until all of them take commands.
func joinCluster(cli string, nodes []clusterNode) error {
	for i, n := range nodes {
		first, next := i*clusterSlots/len(nodes), (i+1)*clusterSlots/len(nodes)
		for _, command := range []string{
			fmt.Sprintf("CLUSTER SET-CONFIG-EPOCH %d", i+1),
			fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", first, next-1),
			fmt.Sprintf("CLUSTER MEET 127.0.0.1 %d", nodes[0].port),
		} {
			answer, err := redisCLI(cli, n.port, strings.Fields(command)...)
			if err != nil || answer != "OK" {
				return fmt.Errorf("%s: %s (%w)", command, answer, err)
			}
		}
	}
	for _, n := range nodes {
		if err := awaitCluster(cli, n.port, len(nodes)); err != nil {
			return err
		}
	}
	return nil
}

// awaitCluster waits until a node knows the others and takes commands, which it
// does not announce.
func awaitCluster(cli string, port, nodes int) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); <-tick.C {
		info, err := redisCLI(cli, port, "CLUSTER", "INFO")
		if err != nil {
			return err
		}
		if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_size:"+strconv.Itoa(nodes)+"\r") {
			return nil
		}
	}
	return fmt.Errorf("the Redis Cluster was not ready within %s", startTimeout)
}

// clusterURL is the address of a cluster for clients.
func clusterURL(nodes []clusterNode) string {
	addrs := make([]string, len(nodes))
	for i, n := range nodes {
		addrs[i] = "127.0.0.1:" + strconv.Itoa(n.port)
	}
	return "redis://" + strings.Join(addrs, ",")
}

// redisCluster is the one Redis Cluster that tests of this binary share.
var redisCluster sharedRedisCluster

// sharedRedisCluster starts at its first use, and one test at a time has it for
// itself: it takes seconds to come up, and that cannot be shortened.
type sharedRedisCluster struct {
	user sync.Mutex // held by the test that has it

	once   sync.Once
	err    error // why it did not start
	folder string
	nodes  []clusterNode
}

// RedisCluster empties a Redis Cluster of three nodes, reserves it for this test
// until its end, and returns its addresses as a URL. TestMain must call [Run],
// which stops it. A test can have it once.
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
	for _, n := range c.nodes {
		if _, err := redisCLI(cli, n.port, "FLUSHALL"); err != nil {
			t.Fatal(err)
		}
	}
	return clusterURL(c.nodes)
}

func (c *sharedRedisCluster) start(server, cli string) (err error) {
	if c.folder, err = os.MkdirTemp("", "crier-redis-cluster-"); err != nil {
		return fmt.Errorf("folder for the Redis Cluster: %w", err)
	}
	c.nodes, err = startCluster(server, cli, c.folder)
	return err
}

// stop ends the cluster and removes its files; it does nothing where the cluster
// was never started.
func (c *sharedRedisCluster) stop() error {
	var ended []error
	for _, n := range c.nodes {
		ended = append(ended, n.running.stop(os.Kill))
	}
	if c.folder != "" {
		ended = append(ended, os.RemoveAll(c.folder))
	}
	return errors.Join(ended...)
}
