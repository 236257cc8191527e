package resolvers

import (
	"context"
	"fmt"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/market"
)

// numbers reads global ids of one type.
func numbers(typeName string, ids []string) ([]int64, error) {
	nums := make([]int64, len(ids))
	for i, id := range ids {
		ref, err := market.ParseID(id)
		if err != nil || ref.Type != typeName {
			return nil, badInput(fmt.Sprintf("%q is not an id of type %s", id, typeName))
		}
		nums[i] = ref.Num
	}
	return nums, nil
}

// filter gathers the conditions of a query. Conditions that were not given add nothing.
type filter struct {
	where []market.Cond
	// err is the first condition that makes no sense.
	err error
	// deleted includes soft-deleted rows, also where a condition is on another kind.
	deleted bool
}

func (f *filter) add(conds ...market.Cond) { f.where = append(f.where, conds...) }

// ids keeps the rows whose column is one of the entities that global ids name; nil keeps all.
func (f *filter) ids(column, typeName string, ids []string) {
	if ids == nil {
		return
	}
	nums, err := numbers(typeName, ids)
	if err != nil && f.err == nil {
		f.err = err
	}
	f.add(market.In(column, nums))
}

// filtered answers a connection of the root with the rows that pass a filter.
func filtered[T any](ctx context.Context, r *Resolver, p page, f filter, sort []market.Sort) (*market.Connection[T], error) {
	if f.err != nil {
		return nil, f.err
	}
	return list[T](ctx, r, p, market.Query{Where: f.where, Sort: sort, Deleted: f.deleted})
}

// given adds a condition where its argument is there.
func given[T any](f *filter, value *T, cond func(T) market.Cond) {
	if value != nil {
		f.add(cond(*value))
	}
}

// oneOf adds a condition on a column where a list of values is there.
func oneOf[T any](f *filter, column string, values []T) {
	if values != nil {
		f.add(market.In(column, values))
	}
}

// externalID keeps the rows of a type that another system knows by a key and one of several values.
func (f *filter) externalID(ownerType string, in *graph.ExternalIDInput) {
	if in == nil {
		return
	}
	f.add(market.InQuery("id", market.Sub{Kind: "ExternalID", Column: "owner_id", Where: []market.Cond{
		market.Eq("owner_type", ownerType), market.Eq("key", in.Key), market.In("value", in.Value),
	}}))
}

// variantAdverts selects the adverts with a variant that meets conditions.
func variantAdverts(conds ...market.Cond) market.Sub {
	return market.Sub{Kind: "Variant", Column: "advert_id", Where: conds}
}

// withVariantIn keeps the adverts with a variant whose column is one of values; nil keeps all.
func withVariantIn(f *filter, column string, values []string) {
	if values != nil {
		f.add(market.InQuery("id", variantAdverts(market.In(column, values))))
	}
}

// taxonTrees keeps the adverts in some taxons or anywhere below; nil keeps all.
func (f *filter) taxonTrees(ctx context.Context, reader Reader, ids []string) {
	if ids == nil || f.err != nil {
		return
	}
	var taxons []int64
	if taxons, f.err = numbers("Taxon", ids); f.err != nil {
		return
	}
	taxons, f.err = withDescendants(ctx, reader, taxons)
	f.add(market.In("taxon_id", taxons))
}

// stocked holds for variants that have stock, or never run out.
func stocked() market.Cond {
	return market.Any([]market.Cond{market.Eq("infinite_quantity", true)}, []market.Cond{market.Gt("count_on_hand", 0)})
}

// sellersOnline selects the numbers of sellers that are online, or of those that are not.
func sellersOnline(online bool) market.Sub {
	return market.Sub{Kind: "Seller", Column: "id", Where: []market.Cond{market.Eq("online", online)}}
}

// displayed are the conditions under which buyers see an advert.
func displayed() []market.Cond {
	return []market.Cond{market.Eq("published", true), market.Eq("vetted", true), market.InQuery("seller_id", sellersOnline(true))}
}

// withDisplayedAdvert keeps the rows that an advert on display refers to by column.
func withDisplayedAdvert(column string) market.Cond {
	return market.InQuery("id", market.Sub{Kind: "Advert", Column: column, Where: displayed()})
}

// status keeps adverts on display, not on display, or featured.
func (f *filter) status(status *graph.AdvertStatusEnum) {
	switch deref(status) {
	case graph.AdvertStatusEnumDisplayed:
		f.add(displayed()...)
	case graph.AdvertStatusEnumNotDisplayed:
		f.add(market.Any(
			[]market.Cond{market.Eq("published", false)},
			[]market.Cond{market.Eq("vetted", false)},
			[]market.Cond{market.InQuery("seller_id", sellersOnline(false))},
		))
	case graph.AdvertStatusEnumFeatured:
		f.add(market.Eq("is_featured", true))
	}
}

// stockStatus keeps adverts with a published variant in stock, or without any.
func (f *filter) stockStatus(status *graph.AdvertStockStatusEnum) {
	inStock := variantAdverts(market.Eq("published", true), stocked())
	switch deref(status) {
	case graph.AdvertStockStatusEnumHasStock:
		f.add(market.InQuery("id", inStock))
	case graph.AdvertStockStatusEnumOutOfStock:
		f.add(market.NotInQuery("id", inStock))
	}
}

// anyName keeps adverts whose legacy id, or a variant's sku or barcode, is a text, or whose title contains it.
func anyName(text string) market.Cond {
	names := [][]market.Cond{
		{market.Contains("title", text)},
		{market.InQuery("id", variantAdverts(market.Eq("sku", text)))},
		{market.InQuery("id", variantAdverts(market.Eq("barcode", text)))},
	}
	return market.Any(append(names, numbered(text)...)...)
}

// numbered holds for what has a text as its legacy id; it is empty where the text is no number.
func numbered(text string) [][]market.Cond {
	num, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	return [][]market.Cond{{market.Eq("id", num)}}
}

// inTitle holds for adverts whose title contains a text.
func inTitle(text string) market.Cond { return market.Contains("title", text) }

// inText holds for adverts whose title or description contains a text, or whose legacy id it is.
func inText(text string) market.Cond {
	texts := [][]market.Cond{{inTitle(text)}, {market.Contains("description", text)}}
	return market.Any(append(texts, numbered(text)...)...)
}

// adverts adds the conditions of a filter on adverts.
func (f *filter) adverts(in graph.AdvertFilterInput) {
	f.ids("brand_id", "Brand", in.BrandIds.Value())
	f.externalID("Advert", in.ExternalID.Value())
	oneOf(f, "id", in.LegacyIds.Value())
	given(f, in.Q.Value(), inText)
	f.status(in.Status.Value())
	f.ids("taxon_id", "Taxon", in.TaxonIds.Value())
	given(f, in.Title.Value(), inTitle)
	given(f, in.Year.Value(), func(year int) market.Cond { return market.Eq("year", year) })
}

// variantFields adds the conditions of a filter on variants.
func (f *filter) variantFields(in graph.VariantFilterInput) {
	oneOf(f, "barcode", in.Barcodes.Value())
	f.externalID("Variant", in.ExternalID.Value())
	given(f, in.InfiniteQuantity.Value(), func(yes bool) market.Cond { return market.Eq("infinite_quantity", yes) })
	given(f, in.QuantityFrom.Value(), func(n int) market.Cond { return market.Gte("count_on_hand", n) })
	given(f, in.QuantityTo.Value(), func(n int) market.Cond { return market.Lte("count_on_hand", n) })
	oneOf(f, "sku", in.Skus.Value())
	if in.Stocked.Value() == nil {
		return
	}
	if *in.Stocked.Value() {
		f.add(stocked())
	} else {
		f.add(market.Eq("infinite_quantity", false), market.Lte("count_on_hand", 0))
	}
}

// descending reports whether a sort asks for it; null is ascending.
func descending(ordering graphql.Omittable[*graph.SortOrderingEnum]) bool {
	return deref(ordering.Value()) == graph.SortOrderingEnumDescending
}

// advertSort is the order of adverts. What this marketplace keeps no time of orders by creation.
func advertSort(sort []*graph.AdvertsWhereSort) []market.Sort {
	return each(sort, func(s *graph.AdvertsWhereSort) market.Sort {
		column := "created_at"
		if deref(s.Field.Value()) == graph.AdvertsWhereSortFieldEnumUpdatedAt {
			column = "updated_at"
		}
		return market.Sort{Column: column, Desc: descending(s.Ordering)}
	})
}

// sellerColumns are what sellers can be ordered by. There are no ratings; they order by name.
var sellerColumns = map[graph.SellersWhereSortFieldEnum]string{
	graph.SellersWhereSortFieldEnumBusinessName: "business_name",
	graph.SellersWhereSortFieldEnumCreatedAt:    "created_at",
	graph.SellersWhereSortFieldEnumSLARating:    "business_name",
}

// sellerSort is the order of sellers.
func sellerSort(sort *graph.SellersWhereSort) ([]market.Sort, error) {
	if sort == nil {
		return nil, nil
	}
	return orderedBy(sort.Fields, sellerColumns, sort.Ordering)
}
