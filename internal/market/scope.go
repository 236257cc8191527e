package market

import (
	"slices"
	"strings"
)

// ScopeLevels are the levels of a scope, "resource:level"; each includes those before it.
var ScopeLevels = []string{"read", "write", "manage"}

// Covers reports whether one of scopes is want, or a higher level of its resource.
func Covers(scopes []string, want string) bool {
	resource, level, _ := strings.Cut(want, ":")
	return slices.ContainsFunc(scopes, func(have string) bool {
		r, l, _ := strings.Cut(have, ":")
		return r == resource && slices.Index(ScopeLevels, l) >= slices.Index(ScopeLevels, level)
	})
}
