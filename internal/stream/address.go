package stream

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// AddressError says what is wrong with the address of Redis. It never contains
// the address, which may hold a password.
type AddressError struct {
	Reason string
}

// Error implements error.
func (e *AddressError) Error() string { return "redis address: " + e.Reason }

// target is a parsed address: of one server or of a cluster.
type target struct {
	single   *redis.Options
	cluster  *redis.ClusterOptions
	redacted string
}

// parseAddress reads one URL, or several, comma-separated. User, password,
// options and the scheme of the first hold for all; the others may leave the
// scheme away.
func parseAddress(address string) (target, error) {
	parts := strings.Split(address, ",")
	scheme, _, hasScheme := strings.Cut(parts[0], "://")
	if !hasScheme {
		return target{}, &AddressError{"it must begin with redis://, rediss:// or unix://"}
	}
	var nodes []*redis.Options
	var redacted []string
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if !strings.Contains(part, "://") {
			part = scheme + "://" + part
		}
		options, shown, err := parseNode(part)
		if err != nil {
			return target{}, err
		}
		nodes, redacted = append(nodes, options), append(redacted, shown)
	}
	t := target{redacted: strings.Join(redacted, ",")}
	if len(nodes) == 1 {
		t.single = nodes[0]
		return t, nil
	}
	var err error
	t.cluster, err = clusterOptions(nodes)
	return t, err
}

// parseNode reads one URL and returns also what may be shown of it.
func parseNode(node string) (*redis.Options, string, error) {
	u, err := url.Parse(node)
	if err != nil {
		return nil, "", &AddressError{"not a URL"} // the error of the parser repeats the URL
	}
	if u.Host == "" && u.Scheme != "unix" {
		return nil, "", &AddressError{"no host"}
	}
	options, err := redis.ParseURL(node)
	if err != nil {
		return nil, "", &AddressError{withoutSecrets(err, u)}
	}
	withDefaults(options)
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return options, shown.String(), nil
}

// withoutSecrets is the text of err, unless that repeats a part of the URL which
// may be secret.
func withoutSecrets(err error, u *url.URL) string {
	text := strings.TrimPrefix(err.Error(), "redis: ")
	password, _ := u.User.Password()
	for _, secret := range []string{password, u.User.Username(), u.RawQuery} {
		if secret != "" && strings.Contains(text, secret) {
			return "malformed"
		}
	}
	return text
}

// noMaintenance turns off the library's messages about the maintenance of managed
// servers: they need version 3 of the protocol, and a look-up of the host's name
// before anything else, which would delay the start while names are not resolved.
func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// withDefaults fills in what the URL left open.
func withDefaults(o *redis.Options) {
	o.Protocol = resp
	o.DisableIdentity = true
	o.ContextTimeoutEnabled = true
	o.DialerRetries = 1
	o.MaintNotificationsConfig = noMaintenance()
	if o.MaxRetries == 0 {
		o.MaxRetries = -1 // callers retry, with their own back-off
	}
	if o.DialTimeout == 0 {
		o.DialTimeout = dialTimeout
	}
	if o.ReadTimeout == 0 {
		o.ReadTimeout = readTimeout
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = writeTimeout
	}
}

func clusterOptions(nodes []*redis.Options) (*redis.ClusterOptions, error) {
	first := nodes[0]
	c := &redis.ClusterOptions{
		Protocol: first.Protocol, Username: first.Username, Password: first.Password, TLSConfig: first.TLSConfig,
		DialTimeout: first.DialTimeout, ReadTimeout: first.ReadTimeout, WriteTimeout: first.WriteTimeout,
		DisableIdentity: first.DisableIdentity, ContextTimeoutEnabled: first.ContextTimeoutEnabled,
		DialerRetries: first.DialerRetries, PoolSize: first.PoolSize, MaintNotificationsConfig: noMaintenance(),
	}
	for _, node := range nodes {
		switch {
		case node.Network == "unix":
			return nil, &AddressError{"the nodes of a cluster need host and port"}
		case node.DB != 0:
			return nil, &AddressError{fmt.Sprintf("a cluster has no database %d", node.DB)}
		case (node.TLSConfig == nil) != (first.TLSConfig == nil):
			return nil, &AddressError{"the nodes of a cluster need the same scheme"}
		}
		c.Addrs = append(c.Addrs, node.Addr)
	}
	return c, nil
}
