package market

// Connection is one page of entities, as Relay's specification has it.
type Connection[T any] struct {
	Edges    []*Edge[T]
	Nodes    []*T
	PageInfo *PageInfo
	// Total counts the rows of all pages; it is asked only where a client wants it.
	Total func() (int, error)
}

// TotalCount counts the rows of all pages.
func (c *Connection[T]) TotalCount() (int, error) { return c.Total() }

// Edge is an entity with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   *T
}

// PageInfo says what lies around a page.
type PageInfo struct {
	StartCursor     *string
	EndCursor       *string
	HasNextPage     bool
	HasPreviousPage bool
}
