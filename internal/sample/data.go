package sample

import "crier/internal/market"

// shop is what is said of a sample seller.
type shop struct{ name, description, tag, city, postcode, state, country, shipping string }

// sellers are invented, as are their addresses.
var sellers = []shop{
	{"Quillfern Trading", "Things for the home that are made to last.", "home", "Melbourne", "3000", "VIC", "AU", "6.95"},
	{"Oddmoss & Daughters", "Pots, tools and benches, from our own workshop.", "garden", "Hobart", "7000", "TAS", "AU", "9.50"},
	{"Brindlewick Outfitters", "Warm clothes for wet days.", "clothing", "Portland", "97201", "OR", "US", "5.00"},
	{"Tarnhollow Kitchen", "Everything between the stove and the table.", "kitchen", "Austin", "78701", "TX", "US", "0"},
	{"Saltmarrow Goods", "A little of everything, chosen with care.", "gifts", "Toronto", "M5H 2N2", "ON", "CA", "7.25"},
	{"Plumbeck & Lathe", "Wood, wool and light.", "workshop", "Vancouver", "V6B 1A1", "BC", "CA", "4.95"},
}

// brands are invented.
var brands = []string{"Velhaven", "Marlowick", "Tindrel", "Ostrafell", "Cobblen", "Fennimoor", "Harrowbee", "Luskind", "Wexmere Loom", "Ardenpeg"}

// carriers are invented.
var carriers = []string{"Pigeonline", "Brackenpost", "Tidewick Couriers", "Moorcart Freight", "Quickwillow Parcels", "Slowstead"}

// question is an option type. It has values to choose from, or is answered in
// words, of which answers are samples.
type question struct {
	name            string
	applied         market.AppliedTo
	field           market.FieldType
	values, answers []string
}

// The option types of the prototypes; some are in several.
var (
	colour = question{name: "Colour", applied: market.AppliedToVariant, field: market.SingleSelect,
		values: []string{"Chalk", "Slate", "Moss", "Rust", "Indigo", "Ochre"}}
	size = question{name: "Size", applied: market.AppliedToVariant, field: market.SingleSelect,
		values: []string{"Small", "Medium", "Large", "Extra large"}}
	engraving = question{name: "Engraving", applied: market.AppliedToVariant, field: market.FreeText,
		answers: []string{"An oak leaf", "Two swallows", "A wave"}}
	embroidery = question{name: "Embroidery", applied: market.AppliedToVariant, field: market.FreeText,
		answers: []string{"An anchor at the hem", "A heron at the collar"}}
	finish = question{name: "Finish", applied: market.AppliedToVariant, field: market.FreeText,
		answers: []string{"Oiled by hand", "Left raw", "Painted green"}}
	care = question{name: "Care", applied: market.AppliedToAdvert, field: market.FreeText,
		answers: []string{"Wipe with a damp cloth.", "Wash by hand in cool water.", "Keep it dry, and it will outlive you."}}
	material = question{name: "Material", applied: market.AppliedToAdvert, field: market.SingleSelect,
		values: []string{"Stoneware", "Oak", "Cast iron", "Brass", "Glass"}}
	fabric = question{name: "Fabric", applied: market.AppliedToAdvert, field: market.SingleSelect,
		values: []string{"Lambswool", "Waxed cotton", "Linen", "Recycled nylon"}}
	suits = question{name: "Suits", applied: market.AppliedToAdvert, field: market.MultiSelect,
		values: []string{"Balcony", "Terrace", "Lawn", "Greenhouse"}}
)

// department is a taxon at the top of the tree. Those below it have its prototype.
type department struct {
	name      string
	questions []question
	sections  []section
}

// section is a taxon in the middle of the tree.
type section struct {
	name    string
	shelves []shelf
}

// shelf is a taxon at the third level, with what stands in it at prices of whole
// units of the currency between least and most.
type shelf struct {
	name        string
	least, most int
	titles      []string
}

// departments are the tree.
var departments = []department{
	{"Home", []question{material, care, colour, engraving}, []section{
		{"Kitchen", []shelf{
			{"Cookware", 35, 160, []string{"Ribbed casserole", "Long-handled skillet", "Milk pan with a wooden handle", "Three-legged stew pot"}},
			{"Tableware", 8, 60, []string{"Set of four soup bowls", "Speckled dinner plate", "Water jug", "Egg cup with a hat"}},
			{"Storage jars", 9, 45, []string{"Flour jar with a cork lid", "Spice jars in a tray", "Bread crock", "Biscuit barrel"}},
		}},
		{"Lighting", []shelf{
			{"Table lamps", 40, 180, []string{"Reading lamp with a folding arm", "Mushroom lamp", "Piano lamp", "Bedside lamp"}},
			{"Lanterns", 15, 70, []string{"Storm lantern", "Paper lantern for a candle", "Hanging lantern"}},
		}},
	}},
	{"Clothing", []question{fabric, care, size, colour, embroidery}, []section{
		{"Knitwear", []shelf{
			{"Jumpers", 55, 140, []string{"Fisherman's jumper", "Cardigan with horn buttons", "Sleeveless pullover", "Roll-neck jumper"}},
			{"Scarves", 20, 60, []string{"Striped scarf", "Scarf as long as winter", "Lace shawl"}},
		}},
		{"Outerwear", []shelf{
			{"Rain jackets", 80, 240, []string{"Harbour jacket", "Packable rain cape", "Walking jacket"}},
			{"Wool coats", 160, 420, []string{"Duffle coat", "Long coat with a belt", "Short pea coat"}},
		}},
	}},
	{"Garden", []question{suits, care, size, finish}, []section{
		{"Planting", []shelf{
			{"Pots", 6, 90, []string{"Clay pot with a saucer", "Hanging planter", "Trough for herbs", "Glazed tree pot"}},
			{"Hand tools", 9, 48, []string{"Weeding fork", "Transplanting trowel", "Bulb planter", "Pruning knife"}},
		}},
		{"Outdoor living", []shelf{
			{"Benches", 90, 380, []string{"Two-seat bench", "Tree bench", "Folding bistro bench"}},
			{"Hammocks", 45, 150, []string{"Hammock with fringes", "Hanging chair", "Travel hammock"}},
		}},
	}},
}
