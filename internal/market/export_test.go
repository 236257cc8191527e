package market

// What the tests of package market_test see of the inside.
var (
	ISO3166 = iso3166
	Measure = measure
)
