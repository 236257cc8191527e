package stream

import (
	"context"
	"fmt"
	"time"
)

// Lease takes the role called name for ttl, or renews it, and reports whether
// token holds it now. The token identifies the process and must be unique. The
// time runs by the clock of Redis; a holder that has not renewed in time must stop
// before ttl is over by its own. After Redis lost its data two processes may hold
// a role until the first one renews: what a role does must bear that.
func (r *Redis) Lease(ctx context.Context, name, token string, ttl time.Duration) (bool, error) {
	held, err := leaseScript.Run(ctx, r.client, []string{leaseKey(name)}, token, ttl.Milliseconds()).Bool()
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", name, err)
	}
	return held, nil
}

// ReleaseLease gives the role called name back, so that another process need not
// wait for the end of the lease. It does nothing where token does not hold it.
func (r *Redis) ReleaseLease(ctx context.Context, name, token string) error {
	if err := releaseLeaseScript.Run(ctx, r.client, []string{leaseKey(name)}, token).Err(); err != nil {
		return fmt.Errorf("release lease %s: %w", name, err)
	}
	return nil
}
