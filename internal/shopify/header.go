package shopify

import (
	"fmt"
	"slices"
	"strings"
)

// column is one of the columns that are read.
type column int

// The columns that are read; those of an option lie in threes, one for each option.
const (
	handle column = iota
	title
	body
	vendor
	productType
	tags
	published
	status
	option1Name
	option2Name
	option3Name
	option1Value
	option2Value
	option3Value
	sku
	barcode
	price
	compareAt
	tracker
	quantity
	policy
	imageURL
	imagePosition
	imageAlt
	variantImage
)

// columnNames are the names of each column: the one of older files, and where
// it differs the one of newer files (Shopify's documentation, product CSV file
// format). Case does not matter.
var columnNames = map[column][]string{
	handle:        {"Handle", "URL handle"},
	title:         {"Title"},
	body:          {"Body (HTML)", "Description"},
	vendor:        {"Vendor"},
	productType:   {"Type"},
	tags:          {"Tags"},
	published:     {"Published", "Published on online store"},
	status:        {"Status"},
	option1Name:   {"Option1 Name"},
	option2Name:   {"Option2 Name"},
	option3Name:   {"Option3 Name"},
	option1Value:  {"Option1 Value"},
	option2Value:  {"Option2 Value"},
	option3Value:  {"Option3 Value"},
	sku:           {"Variant SKU", "SKU"},
	barcode:       {"Variant Barcode", "Barcode"},
	price:         {"Variant Price", "Price"},
	compareAt:     {"Variant Compare At Price", "Compare-at price"},
	tracker:       {"Variant Inventory Tracker", "Inventory tracker"},
	quantity:      {"Variant Inventory Qty", "Inventory quantity"},
	policy:        {"Variant Inventory Policy", "Continue selling when out of stock"},
	imageURL:      {"Image Src", "Product image URL"},
	imagePosition: {"Image Position"},
	imageAlt:      {"Image Alt Text"},
	variantImage:  {"Variant Image", "Variant image URL"},
}

// required are the columns without which there is nothing to sell.
var required = []column{handle, title, price}

// columns says where the columns of a file are.
type columns struct {
	names []string
	place map[column]int
}

// readHeader finds the columns by their names. The error says everything that is wrong with the header.
func readHeader(cells []string) (columns, error) {
	found := columns{names: make([]string, len(cells)), place: map[column]int{}}
	var twice []string
	for i, cell := range cells {
		found.names[i] = strings.TrimSpace(cell)
		c, known := columnOf(found.names[i])
		if _, before := found.place[c]; known && before {
			twice = append(twice, found.names[i])
		} else if known {
			found.place[c] = i
		}
	}
	var missing []string
	for _, c := range required {
		if _, ok := found.place[c]; !ok {
			missing = append(missing, columnNames[c][0])
		}
	}
	switch {
	case len(missing) > 0:
		return found, fmt.Errorf("the header has no column %s: a product CSV begins with a row of column names, separated by commas", strings.Join(missing, ", "))
	case len(twice) > 0:
		return found, fmt.Errorf("the header has the column %s twice", strings.Join(twice, ", "))
	}
	return found, nil
}

// columnOf is the column of a name, and whether it is one that is read.
func columnOf(name string) (column, bool) {
	for c, names := range columnNames {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return c, true
		}
	}
	return 0, false
}
