package resolvers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"crier/internal/market"
)

// stall is a marketplace with one variant for sale, served by two processes.
type stall struct {
	*bundle
	peers [2]*peer
}

func newStall(t *testing.T, url string, pieces int64) *stall {
	t.Helper()
	s := &stall{bundle: opened(t, url), peers: [2]*peer{join(t, url, part{}), join(t, url, part{})}}
	owner := seller(0, "North Shop", false)
	owner.Online = true
	s.insert(&market.Prototype{Base: base(0), Name: "Footwear"}, taxon(0, "Boots", nil), owner)
	s.insert(
		advert(0, 1, 1, "Red boots", func(a *market.Advert) { a.Published, a.EditablePriceCents = true, new(int64(2500)) }),
		variant(0, 1, "A1", func(v *market.Variant) { v.CountOnHand = pieces }),
	)
	return s
}

// buying buys one piece; setting says how many there are.
const buying = `mutation { orderCreate(input: { order: {}, lineItems: [{ variantId: "Variant-1", quantity: 1 }] }) { status errors { field } } }`

func setting(pieces int64) string {
	return fmt.Sprintf(`mutation { variantUpdate(input: { variantId: "Variant-1", attributes: { countOnHand: %d } }) { status errors { field } } }`, pieces)
}

// together sends mutations at once, half of them to each process, and counts
// their payloads. Each is asked for by its number.
func (s *stall) together(n int, mutation func(i int) string) map[string]int {
	payloads := make([]string, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { payloads[i] = s.payload(s.peers[i%2].do(post(asking(ids(mutation(i)), nil)))) })
	}
	wait.Wait()
	counts := map[string]int{}
	for _, p := range payloads {
		counts[p]++
	}
	return counts
}

// payload is what the one mutation of a request answered.
func (s *stall) payload(got sent) string {
	var answer struct{ Data map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.status != http.StatusOK || len(answer.Data) != 1 {
		s.t.Errorf("answered with %d: %s", got.status, got.body)
	}
	for _, payload := range answer.Data {
		return string(payload)
	}
	return ""
}

// left is the stock.
func (s *stall) left() int {
	s.t.Helper()
	var got struct{ Node struct{ CountOnHand int } }
	s.query(ids(`{ node(id: "Variant-1") { ... on Variant { countOnHand } } }`)).read(&got)
	return got.Node.CountOnHand
}

// orders are how many orders there are.
func (s *stall) orders() int {
	s.t.Helper()
	var got struct{ UpdatedOrders struct{ TotalCount int } }
	s.query(`{ updatedOrders(updatedSince: "2020-01-01") { totalCount } }`).read(&got)
	return got.UpdatedOrders.TotalCount
}

const (
	done    = `{"status":200,"errors":null}`
	soldOut = `{"status":422,"errors":[{"field":"line_items.0.quantity"}]}`
)

// A thousand clients that want one of five hundred pieces at once buy five hundred.
func TestAThousandOrdersSellWhatThereIs(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := newStall(t, url, 500)
		got := s.together(1000, func(int) string { return buying })
		if got[done] != 500 || got[soldOut] != 500 || s.left() != 0 || s.orders() != 500 {
			t.Errorf("%v; %d pieces are left and %d orders stored", got, s.left(), s.orders())
		}
	})
}

// Stock that is set while it is sold is what was set, less what was sold since.
func TestStockIsSetWhileItIsSold(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := newStall(t, url, 1_000_000)
		for round := range 10 {
			before := s.orders()
			got := s.together(24, func(i int) string {
				if i == 12 {
					return setting(int64(round % 3))
				}
				return buying
			})
			sold, left := got[done]-1, s.left()
			if sold+got[soldOut] != 23 || s.orders() != before+sold || left < 0 || left > round%3 {
				t.Errorf("after %d were set, %d pieces are left: %v", round%3, left, got)
			}
			if back := s.together(1, func(int) string { return setting(1_000_000) }); back[done] != 1 {
				t.Fatal(back)
			}
		}
	})
}
