package market

// ExternalID is the name that another system gives to an entity: unique per
// owner type, key and value among owners that are not deleted.
type ExternalID struct {
	Base
	Deletion
	Key       string
	OwnerType string `changed:"-"`
	OwnerID   int64  `changed:"-"`
	Value     string
}

var _ = register[ExternalID](false, func(int64) []Cond { return nil })

// Ref names the external id.
func (e *ExternalID) Ref() Ref { return Ref{"ExternalID", e.Num} }

// ID is the external id's own global id.
func (e *ExternalID) ID() string { return e.Ref().ID() }

// OwnerRef names the entity that has the external id.
func (e *ExternalID) OwnerRef() Ref { return Ref{e.OwnerType, e.OwnerID} }

func (e *ExternalID) parents() []parent {
	return []parent{{ref: e.OwnerRef(), field: "externalIds", quiet: true}}
}

// Metadatum is a note of another system on an entity: one value per owner and key.
type Metadatum struct {
	Base
	Key       string
	OwnerType string `changed:"-"`
	OwnerID   int64  `changed:"-"`
	Value     string
}

var _ = register[Metadatum](false, func(int64) []Cond { return nil })

// Ref names the metadatum.
func (m *Metadatum) Ref() Ref { return Ref{"Metadatum", m.Num} }

// ID is the metadatum's global id; the API never shows it.
func (m *Metadatum) ID() string { return m.Ref().ID() }

func (m *Metadatum) parents() []parent {
	return []parent{{ref: Ref{m.OwnerType, m.OwnerID}, field: "metadata", quiet: true}}
}

// Pair is a key with a value to set; a nil value removes the key.
type Pair struct {
	Key   string
	Value *string
}
