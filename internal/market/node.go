package market

// Node is anything that has a global id.
type Node interface{ ID() string }
