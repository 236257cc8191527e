package market

// Country is a country of ISO 3166-1.
type Country struct {
	// Num is the ISO 3166-1 numeric code, which makes the global id stable.
	Num  int64
	Code string
	Name string
}

// ID is the country's global id.
func (c *Country) ID() string { return Ref{"Country", c.Num}.ID() }

// State is a subdivision of ISO 3166-2.
type State struct {
	// Num is stable for a code.
	Num int64
	// Code is the full ISO 3166-2 code, such as "US-CA".
	Code string
	Name string
}

// StatesConnection is a page of states.
type (
	StatesConnection = Connection[State]
	StateEdge        = Edge[State]
)

// ID is the state's global id.
func (s *State) ID() string { return Ref{"State", s.Num}.ID() }

// CountryByCode returns the country of an ISO 3166-1 alpha-2 code, or nil.
func CountryByCode(code string) *Country { return nil }

// StateByCode returns the subdivision of an ISO 3166-2 code, or nil.
func StateByCode(code string) *State { return nil }
