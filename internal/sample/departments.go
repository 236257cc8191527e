package sample

import "crier/internal/market"

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
	lettering = question{name: "Lettering", applied: market.AppliedToVariant, field: market.FreeText,
		answers: []string{"A to Z", "A star on the lid"}}
	care = question{name: "Care", applied: market.AppliedToAdvert, field: market.FreeText,
		answers: []string{"Wipe with a damp cloth.", "Wash by hand in cool water.", "Keep it dry, and it will outlive you."}}
	material = question{name: "Material", applied: market.AppliedToAdvert, field: market.SingleSelect,
		values: []string{"Stoneware", "Oak", "Cast iron", "Brass", "Glass"}}
	fabric = question{name: "Fabric", applied: market.AppliedToAdvert, field: market.SingleSelect,
		values: []string{"Lambswool", "Waxed cotton", "Linen", "Recycled nylon"}}
	suits = question{name: "Suits", applied: market.AppliedToAdvert, field: market.MultiSelect,
		values: []string{"Balcony", "Terrace", "Lawn", "Greenhouse"}}
	players = question{name: "Players", applied: market.AppliedToAdvert, field: market.MultiSelect,
		values: []string{"One", "Two", "Three or four", "A whole table"}}
)

// department is a taxon at the top of the tree. Those below it have its prototype.
type department struct {
	name      string
	questions []question
	// openings begin descriptions, features are what can be said of what is sold, origins where it is made.
	openings, features, origins []string
	sections                    []section
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
	{
		name: "Home", questions: []question{material, care, colour, engraving},
		openings: []string{
			"It stands on the table every day, and looks better for it.",
			"Heavy enough to stay where it is, light enough to be moved.",
			"Our grandparents had one like it. Theirs is still in use.",
		},
		features: []string{"Made in small numbers", "Can be repaired", "Fits a shelf of 30 cm", "No two are quite alike", "Spare parts for twenty years"},
		origins:  []string{"a pottery by a river", "a foundry of six people", "a workshop above a bakery"},
		sections: []section{
			{"Kitchen", []shelf{
				{"Cookware", 35, 160, []string{"Ribbed casserole", "Long-handled skillet", "Milk pan with a wooden handle", "Three-legged stew pot"}},
				{"Tableware", 8, 60, []string{"Set of four soup bowls", "Speckled dinner plate", "Water jug", "Egg cup with a hat"}},
				{"Storage jars", 9, 45, []string{"Flour jar with a cork lid", "Spice jars in a tray", "Bread crock", "Biscuit barrel"}},
			}},
			{"Lighting", []shelf{
				{"Table lamps", 40, 180, []string{"Reading lamp with a folding arm", "Mushroom lamp", "Piano lamp", "Bedside lamp"}},
				{"Lanterns", 15, 70, []string{"Storm lantern", "Paper lantern for a candle", "Hanging lantern"}},
			}},
		},
	},
	{
		name: "Clothing", questions: []question{fabric, care, size, colour, embroidery},
		openings: []string{
			"Cut wide at the shoulders, for rowing or for reading.",
			"For the weeks in which it is neither winter nor spring.",
			"It keeps the rain out and the warmth in, and asks for little else.",
		},
		features: []string{"Seams that can be let out", "Two inner pockets", "Mended free of charge", "Buttons of horn", "Washes without losing its shape"},
		origins:  []string{"a mill that runs on its own stream", "three knitters and their machines", "a sail loft"},
		sections: []section{
			{"Knitwear", []shelf{
				{"Jumpers", 55, 140, []string{"Fisherman's jumper", "Cardigan with horn buttons", "Sleeveless pullover", "Roll-neck jumper"}},
				{"Scarves", 20, 60, []string{"Striped scarf", "Scarf as long as winter", "Lace shawl"}},
			}},
			{"Outerwear", []shelf{
				{"Rain jackets", 80, 240, []string{"Harbour jacket", "Packable rain cape", "Walking jacket"}},
				{"Wool coats", 160, 420, []string{"Duffle coat", "Long coat with a belt", "Short pea coat"}},
			}},
		},
	},
	{
		name: "Garden", questions: []question{suits, care, size, finish},
		openings: []string{
			"Leave it outside: it gets better.",
			"For gardens of every size, also those on a window sill.",
			"We tried it in clay, in sand and in November.",
		},
		features: []string{"Proof against frost", "Handle of ash", "Takes apart for the winter", "Carries two", "Drains by itself"},
		origins:  []string{"a smithy at the edge of a wood", "a nursery that needed it", "a yard behind our house"},
		sections: []section{
			{"Planting", []shelf{
				{"Pots", 6, 90, []string{"Clay pot with a saucer", "Hanging planter", "Trough for herbs", "Glazed tree pot"}},
				{"Hand tools", 9, 48, []string{"Weeding fork", "Transplanting trowel", "Bulb planter", "Pruning knife"}},
			}},
			{"Outdoor living", []shelf{
				{"Benches", 90, 380, []string{"Two-seat bench", "Tree bench", "Folding bistro bench"}},
				{"Hammocks", 45, 150, []string{"Hammock with fringes", "Hanging chair", "Travel hammock"}},
			}},
		},
	},
	{
		name: "Play", questions: []question{players, care, colour, lettering},
		openings: []string{
			"For wet afternoons, and for dry ones.",
			"The rules are on one page. The rest takes years.",
			"It has no batteries, and no end.",
		},
		features: []string{"Edges rounded by hand", "Paint that may be chewed", "Comes in a cloth bag", "Missing pieces are replaced", "Quiet"},
		origins:  []string{"a turner who began with chess sets", "a printer with one press", "a joinery that saves its offcuts"},
		sections: []section{
			{"Toys", []shelf{
				{"Blocks and vehicles", 12, 70, []string{"Sixty building blocks", "Tram with two cars", "Tipping lorry", "Ark with twelve animals"}},
				{"Soft toys", 14, 48, []string{"Badger in a waistcoat", "Very long dachshund", "Whale cushion"}},
			}},
			{"Games", []shelf{
				{"Board games", 18, 85, []string{"Lighthouse keepers", "Chess set of beech", "The slow race"}},
				{"Puzzles", 9, 40, []string{"Map puzzle of an island", "Six-part burr", "Wave in a thousand pieces"}},
			}},
		},
	},
}
