package market

// MarketplacerAPIKey lets a client act as the operator or as one seller. The
// key itself is shown once, when it is made; what is kept is its digest.
type MarketplacerAPIKey struct {
	Base
	CreatedByID   int64
	CreatedByType string
	Description   string
	// Digest is the hex SHA-256 of the key.
	Digest       string
	Organization string
	// Scopes are "resource:level" items; empty: everything its owner may do.
	Scopes []string
	// SellerID is the seller that the key acts as; 0 is the operator.
	SellerID int64
}

// MarketplacerAPIKeysConnection is a page of keys.
type (
	MarketplacerAPIKeysConnection = Connection[MarketplacerAPIKey]
	MarketplacerAPIKeyEdge        = Edge[MarketplacerAPIKey]
)

var _ = register[MarketplacerAPIKey](false, ownedBySeller)

// apiKeyType is the type of keys in global ids.
const apiKeyType = "MarketplacerAPIKey"

// Ref names the key.
func (k *MarketplacerAPIKey) Ref() Ref { return Ref{apiKeyType, k.Num} }

// ID is the global id of the key; it is no secret.
func (k *MarketplacerAPIKey) ID() string { return k.Ref().ID() }

func (k *MarketplacerAPIKey) sellers() []int64 { return []int64{k.SellerID} }

// granted are the key's scopes as one asks for them: nil for everything.
func (k *MarketplacerAPIKey) granted() []string {
	if len(k.Scopes) == 0 {
		return nil
	}
	return k.Scopes
}
