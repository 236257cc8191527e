package market

// RefundReasons are the reasons to choose from: for pieces that were not sent
// yet, for pieces that were, and for denying a refund. Any other text is
// accepted too.
func RefundReasons() (pre, post, deny []string) {
	return []string{"Ordered by mistake", "Found a better price", "Takes too long to be sent", "No longer needed", "Out of stock", "Wrong address", "Other"},
		[]string{"Damaged on the way", "Faulty", "Not as described", "Wrong item", "Parts are missing", "Never arrived", "No longer needed", "Other"},
		[]string{"Outside the period for returns", "Not returned", "Returned used or damaged", "No fault found", "Excluded from returns", "Refunded already", "Other"}
}
