package resolvers

// Resolver is the root.
type Resolver struct{}
