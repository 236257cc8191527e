package resolvers

import "errors"

// errNotYet marks what is being built.
var errNotYet = errors.New("not implemented yet")
