package sample

// shop is what is said of a sample seller.
type shop struct {
	name string
	place
	// description is Markdown.
	description, hours string
	tags               []string
	// shipping is what a parcel costs, free the value from which it costs nothing; "": none.
	shipping, free string
	// departments are the names of those that the seller sells in.
	departments []string
	// leaves says that the seller goes again, without having sold anything.
	leaves bool
}

// shops are invented, as are their addresses.
var shops = []shop{
	{
		name: "Quillfern Trading", place: place{"Melbourne", "3000", "VIC", "AU"},
		description: "Things for the home that are **made to last**.\n\nWe buy from four workshops that we have known for years:\n\n- pots and pans of cast iron\n- lamps that can be rewired\n- jars with lids that fit\n",
		hours:       "Mon-Fri 9:00-17:30, Sat 10:00-14:00", tags: []string{"home", "kitchen"}, shipping: "6.95", free: "120", departments: []string{"Home"},
	},
	{
		name: "Oddmoss & Daughters", place: place{"Hobart", "7000", "TAS", "AU"},
		description: "Pots, tools and benches, _from our own workshop_.\n\nAsk us for handles: we turn them to measure.\n",
		hours:       "Wed-Sun 10:00-16:00", tags: []string{"garden", "workshop"}, shipping: "9.50", departments: []string{"Garden"},
	},
	{
		name: "Brindlewick Outfitters", place: place{"Portland", "97201", "OR", "US"},
		description: "Warm clothes for wet days.\n\n1. Wear it.\n2. Tear it.\n3. Send it back: we mend it, for good.\n",
		hours:       "Daily 10:00-18:00", tags: []string{"clothing", "outdoor", "repairs"}, shipping: "5.00", free: "80", departments: []string{"Clothing"},
	},
	{
		name: "Tarnhollow Kitchen", place: place{"Austin", "78701", "TX", "US"},
		description: "Everything between the stove and the table.\n\nSent free of charge, whatever it weighs.\n",
		hours:       "Mon-Sat 9:00-19:00", tags: []string{"kitchen"}, shipping: "0", departments: []string{"Home"},
	},
	{
		name: "Saltmarrow Goods", place: place{"Toronto", "M5H 2N2", "ON", "CA"},
		description: "A little of everything, **chosen with care**.\n\n> If it is here, one of us uses it.\n",
		hours:       "Mon-Fri 9:00-18:00", tags: []string{"gifts", "home", "garden"}, shipping: "7.25", free: "95", departments: []string{"Home", "Garden", "Play"},
	},
	{
		name: "Plumbeck & Lathe", place: place{"Vancouver", "V6B 1A1", "BC", "CA"},
		description: "Wood, wool and light.\n\nEvery piece has a number, and the number a page in our book.\n",
		hours:       "Tue-Sat 11:00-17:00", tags: []string{"workshop", "wood", "toys"}, shipping: "4.95", free: "150", departments: []string{"Play", "Home"},
	},
	{
		name: "Fernwhistle Yarns", place: place{"Edinburgh", "EH1 1AA", "EDH", "GB"},
		description: "Knitwear from _undyed_ wool, and what goes over it when it rains.\n",
		hours:       "Mon-Sat 9:30-17:00", tags: []string{"clothing", "wool"}, shipping: "3.95", free: "60", departments: []string{"Clothing"},
	},
	{
		name: "Kauriquay Outdoors", place: place{"Wellington", "6011", "WGN", "NZ"},
		description: "For the garden, the beach and the way there.\n\n- hammocks\n- rain jackets\n- pots that survive the wind\n",
		hours:       "Daily 8:30-17:00", tags: []string{"outdoor", "garden"}, shipping: "8.00", departments: []string{"Garden", "Clothing"},
	},
	{
		name: "Lindenkasten", place: place{"Berlin", "10115", "BE", "DE"},
		description: "Toys and tableware of beech and linden.\n\n**Tested on our own floor.**\n",
		hours:       "Mon-Fri 10:00-18:30", tags: []string{"toys", "wood", "tableware"}, shipping: "4.90", free: "49", departments: []string{"Play", "Home"},
	},
	{
		name: "Rillmarsh Ceramics", place: place{"Galway", "H91 A000", "", "IE"},
		description: "We fire our first kiln soon. **Come back in a month.**\n",
		hours:       "By appointment", tags: []string{"pottery"}, shipping: "6.00",
	},
	{
		name: "Hushmarch Emporium", place: place{"Sydney", "2000", "NSW", "AU"},
		description: "Closed.\n", hours: "Closed", tags: []string{"gifts"}, shipping: "5.00", leaves: true,
	},
}

// taxRates are what prices hold of tax, in per cent, by the country of the seller.
var taxRates = map[string]float64{"AU": 10, "CA": 5, "DE": 19, "GB": 20, "NZ": 15}

// brands are invented.
var brands = []string{
	"Velhaven", "Marlowick", "Tindrel", "Ostrafell", "Cobblen", "Fennimoor", "Harrowbee", "Luskind", "Wexmere Loom", "Ardenpeg",
	"Quenby Works", "Tolliver Fold", "Nordhulm", "Bramblegate",
}

// carriers are invented.
var carriers = []string{
	"Pigeonline", "Brackenpost", "Tidewick Couriers", "Moorcart Freight", "Quickwillow Parcels", "Slowstead",
	"Harbourhand", "Lanternfoot Express", "Northgander", "Wheelbarrow & Co",
}
