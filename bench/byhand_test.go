package bench_test

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// byHand answers storefront as somebody would who serves nothing else: the same
// statements through database/sql, whose rows are scanned one by one into the
// same structs, and encoding/json for the answer.
type byHand struct {
	key    string
	sqlite bool
	// The statements, prepared.
	adverts, sellers, brands, taxons, images, externalIDs, variants, offered *sql.Stmt
}

// The columns that the server reads of each kind.
const (
	priceColumns = `"id", "created_at", "updated_at", "deleted_at", "editable_price_cents", "editable_sale_price_cents", "recommended_retail_price_cents", "sale_price_start_at", "sale_price_end_at", `
	advertCols   = priceColumns + `"base_domestic_shipping_cost_cents", "brand_id", "code", "condition", "description", "external_id", "has_free_domestic_shipping", "is_featured", "product_features", "published", "seller_id", "specifications", "taxon_id", "title", "vetted", "year"`
	variantCols  = priceColumns + `"advert_id", "barcode", "count_on_hand", "external_id", "infinite_quantity", "label", "notes", "published", "seller_id", "sku"`
	sellerCols   = `"id", "created_at", "updated_at", "account_type", "address_id", "base_commission_rate", "base_domestic_shipping_cost_cents", "business_name", "business_number", "domestic_shipping_free_threshold_cents", "email_address", "email_cc", "invoice_dispatch_days_threshold", "legal_business_name", "logo_id", "marketplace_shipping_rules_enabled", "mobile", "online", "online_only", "opening_hours", "phone", "refund_request_allowed", "seller_rating", "store_category", "store_description", "tags", "youtube_video_url"`
	brandCols    = `"id", "created_at", "updated_at", "is_default", "logo_id", "name", "slug"`
	taxonCols    = `"id", "created_at", "updated_at", "description", "display_name", "image_id", "parent_id", "prototype_id", "taxon_type", "tax_rate", "title", "url_slug"`
	imageCols    = `"id", "created_at", "updated_at", "alt", "content_type", "filename", "height", "owner_type", "owner_id", "position", "seller_id", "size", "source_url", "width", "digest"`
	externalCols = `"id", "created_at", "updated_at", "deleted_at", "key", "owner_type", "owner_id", "value"`
)

// serveByHand starts the handler on the rig's database, with pools of the same sizes.
func (r *rig) serveByHand(b *testing.B, key string) api {
	b.Helper()
	h := &byHand{key: key}
	var db *sql.DB
	db, h.sqlite = r.openDatabase(b, 20, "&_pragma=query_only(1)")
	h.prepare(b, db)
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	return api{server.URL, key}
}

// prepare prepares the statements; @ids stands for a list of numbers, $n for a value.
func (h *byHand) prepare(b *testing.B, db *sql.DB) {
	b.Helper()
	ids := "= ANY($1)"
	if h.sqlite {
		ids = "IN (SELECT value FROM json_each($1))"
	}
	for statement, text := range map[**sql.Stmt]string{
		&h.adverts: `SELECT ` + advertCols + ` FROM "adverts" WHERE "deleted_at" IS NULL ORDER BY "id" LIMIT $1`,
		&h.sellers: `SELECT ` + sellerCols + ` FROM "sellers" WHERE TRUE AND "id" @ids ORDER BY "id"`,
		&h.brands:  `SELECT ` + brandCols + ` FROM "brands" WHERE TRUE AND "id" @ids ORDER BY "id"`,
		&h.taxons:  `SELECT ` + taxonCols + ` FROM "taxons" WHERE TRUE AND "id" @ids ORDER BY "id"`,
		&h.images: `SELECT ` + imageCols + ` FROM (SELECT ` + imageCols + `, ROW_NUMBER() OVER (PARTITION BY "owner_id" ORDER BY "position", "id") AS "place"
			FROM "images" WHERE TRUE AND "owner_id" @ids AND "owner_type" = $2) AS "placed" WHERE "place" <= $3 ORDER BY "position", "id"`,
		&h.externalIDs: `SELECT ` + externalCols + ` FROM "external_ids" WHERE "deleted_at" IS NULL AND "owner_id" @ids AND "owner_type" = $2 ORDER BY "id"`,
		&h.variants: `SELECT ` + variantCols + ` FROM (SELECT ` + variantCols + `, ROW_NUMBER() OVER (PARTITION BY "advert_id" ORDER BY "id") AS "place"
			FROM "variants" WHERE "deleted_at" IS NULL AND "advert_id" @ids) AS "placed" WHERE "place" <= $2 ORDER BY "id"`,
		&h.offered: `SELECT ` + variantCols + ` FROM "variants" WHERE "deleted_at" IS NULL AND "advert_id" @ids AND "published" = $2 ORDER BY "id"`,
	} {
		prepared, err := db.Prepare(strings.ReplaceAll(text, "@ids", ids))
		must(b, err)
		*statement = prepared
	}
}

// list is a list of numbers as the database takes it.
func (h *byHand) list(ids []int64) any {
	if !h.sqlite {
		return ids
	}
	text := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, id, 10)
	}
	return string(append(text, ']'))
}

// The answer.
type (
	page struct {
		Data struct {
			AdvertsWhere struct {
				PageInfo struct {
					HasNextPage bool    `json:"hasNextPage"`
					EndCursor   *string `json:"endCursor"`
				} `json:"pageInfo"`
				Nodes []advertShown `json:"nodes"`
			} `json:"advertsWhere"`
		} `json:"data"`
	}
	advertShown struct {
		ID               string                `json:"id"`
		LegacyID         int64                 `json:"legacyId"`
		Title            string                `json:"title"`
		Description      *string               `json:"description"`
		Published        bool                  `json:"published"`
		UpdatedAt        time.Time             `json:"updatedAt"`
		LowestPriceCents *int64                `json:"lowestPriceCents"`
		Seller           sellerShown           `json:"seller"`
		Brand            *brandShown           `json:"brand"`
		Taxon            taxonShown            `json:"taxon"`
		Images           nodes[imageShown]     `json:"images"`
		ExternalIDs      []externalIDShown     `json:"externalIds"`
		Variants         nodes[variantOffered] `json:"variants"`
	}
	nodes[T any] struct {
		Nodes []T `json:"nodes"`
	}
	sellerShown struct {
		ID   string `json:"id"`
		Name string `json:"businessName"`
	}
	brandShown struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	taxonShown struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	imageShown struct {
		ID  string  `json:"id"`
		URL *string `json:"url"`
		Alt *string `json:"alt"`
	}
	externalIDShown struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	variantOffered struct {
		ID               string  `json:"id"`
		SKU              *string `json:"sku"`
		CountOnHand      int64   `json:"countOnHand"`
		LowestPriceCents *int64  `json:"lowestPriceCents"`
	}
)

// ServeHTTP answers one request.
func (h *byHand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+h.key {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	var asked struct{ Variables struct{ First int } }
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := h.page(r, asked.Variables.First)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answer) // the client went away
}

// query reads all rows of a statement.
func query[T any](r *http.Request, statement *sql.Stmt, into func(*T) []any, args ...any) ([]*T, error) {
	rows, err := statement.QueryContext(r.Context(), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*T
	for rows.Next() {
		row := new(T)
		if err := rows.Scan(into(row)...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// page reads the adverts and what belongs to them, and puts it together.
func (h *byHand) page(r *http.Request, first int) (*page, error) {
	adverts, err := query(r, h.adverts, advertFields, first+1)
	if err != nil {
		return nil, err
	}
	var answer page
	connection := &answer.Data.AdvertsWhere
	if connection.PageInfo.HasNextPage = len(adverts) > first; connection.PageInfo.HasNextPage {
		adverts = adverts[:first]
	}
	if len(adverts) > 0 {
		cursor := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `["id",%d]`, adverts[len(adverts)-1].Num))
		connection.PageInfo.EndCursor = &cursor
	}
	parts, err := h.parts(r, adverts)
	if err != nil {
		return nil, err
	}
	connection.Nodes = make([]advertShown, len(adverts))
	for i, a := range adverts {
		connection.Nodes[i] = parts.show(a)
	}
	return &answer, nil
}
