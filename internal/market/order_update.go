package market

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// nextStatuses are the moves that an order can make; docs/states.md draws them.
// What is paid stays paid, and what was abandoned has given its stock back.
var nextStatuses = map[OrderStatus][]OrderStatus{
	OrderNew:               {OrderCheckout, OrderPaymentInProgress, OrderPendingReview, OrderPaymentFailed, OrderComplete, OrderAbandoned},
	OrderCheckout:          {OrderPaymentInProgress, OrderPendingReview, OrderPaymentFailed, OrderComplete, OrderAbandoned},
	OrderPaymentInProgress: {OrderPendingReview, OrderPaymentFailed, OrderComplete, OrderAbandoned},
	OrderPendingReview:     {OrderPaymentInProgress, OrderPaymentFailed, OrderComplete, OrderAbandoned},
	OrderPaymentFailed:     {OrderCheckout, OrderPaymentInProgress, OrderPendingReview, OrderComplete, OrderAbandoned},
	OrderComplete:          nil,
	OrderAbandoned:         nil,
}

// NextStatuses are the statuses that an order can move to, none where the status is final.
func (s OrderStatus) NextStatuses() []OrderStatus { return slices.Clone(nextStatuses[s]) }

// UpdateOrder moves an order to a status, its present one leaving it, and
// corrects the buyer's details. COMPLETE pays the invoices; ABANDONED calls them
// off and gives the stock back. Only the operator may.
func (m *Market) UpdateOrder(ctx context.Context, actor Actor, id string, status OrderStatus, in BuyerAttributes) (*Order, error) {
	return commit(ctx, m, actor, func(u *unit) (*Order, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		order, err := find[Order](u, &p, "order_id", id)
		if err != nil {
			return nil, err
		}
		if order == nil {
			return nil, p.err()
		}
		if err := u.correct(&p, order, status, in); err != nil {
			return nil, err
		}
		return order, u.move(order, status)
	})
}

// correct sets the buyer's details, and refuses what is wrong with them or with the status.
func (u *unit) correct(p *problems, order *Order, status OrderStatus, in BuyerAttributes) error {
	in.fill(p, &order.Buyer)
	if err := u.setAddresses(p, order, in); err != nil {
		return err
	}
	if next := order.Status.NextStatuses(); status != order.Status && !slices.Contains(next, status) {
		p.add("status", "can't go from %s to %s: %s", order.Status, status, possible(next))
	}
	return p.err()
}

// possible says in words what an order, or what else has states, can become.
func possible[S ~string](next []S) string {
	if len(next) == 0 {
		return "the former is final"
	}
	names := make([]string, len(next))
	for i, s := range next {
		names[i] = string(s)
	}
	return "it can go to " + strings.Join(names, ", ")
}

// move moves an order to a status that it can have, with all that follows for
// its invoices, which show the order.
func (u *unit) move(order *Order, status OrderStatus) error {
	s, err := u.saleOf(order)
	if err != nil {
		return err
	}
	switch {
	case status == order.Status:
	case status == OrderComplete:
		s.complete(u.now)
	case status == OrderAbandoned:
		s.abandon()
		if err := u.restock(s.items); err != nil {
			return err
		}
	default:
		order.Status = status
	}
	return u.tellInvoices(s)
}

// shownAs are the names under which an invoice shows fields of its order, beside `order`.
var shownAs = map[string]string{
	"address":         "shippingAddress",
	"billingAddress":  "buyerBillingAddress",
	"emailAddress":    "buyerEmailAddress",
	"firstName":       "buyerFirstName",
	"messageToSeller": "buyerMessageToSeller",
	"phone":           "buyerPhone",
	"surname":         "buyerSurname",
}

// tellInvoices makes a change of the order a change of its invoices.
func (u *unit) tellInvoices(s *sale) error {
	names := u.changedOf(s.order)
	if len(names) == 0 {
		return nil
	}
	shown := []string{"order"}
	for _, name := range names {
		if as, ok := shownAs[name]; ok {
			shown = append(shown, as)
		}
	}
	for _, invoice := range s.invoices {
		if err := u.touchAll(invoice.Ref(), shown); err != nil {
			return err
		}
	}
	return u.touchAll(s.order.Ref(), names)
}

func (u *unit) touchAll(ref Ref, fields []string) error {
	for _, field := range fields {
		if _, err := u.touch(ref, field); err != nil {
			return fmt.Errorf("touch %s: %w", ref, err)
		}
	}
	return nil
}

// changedOf names the fields in which an order differs so far, its addresses' own rows included.
func (u *unit) changedOf(order *Order) []string {
	names := u.tracked[order.Ref()].diff()
	for field, num := range map[string]*int64{"address": order.AddressID, "billingAddress": order.BillingAddressID} {
		if num == nil {
			continue
		}
		if t, ok := u.tracked[Ref{"Address", *num}]; ok && t.differs() {
			names = append(names, field)
		}
	}
	return names
}
