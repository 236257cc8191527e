package market

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// DeleteSeller deletes a seller softly, with its external ids, its webhooks and
// its API keys. It is refused while the seller has adverts, or invoices that
// still await something. Only the operator may.
func (m *Market) DeleteSeller(ctx context.Context, actor Actor, id string) (*Seller, error) {
	return commit(ctx, m, actor, func(u *unit) (*Seller, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		s, err := find[Seller](u, &p, "seller_id", id)
		if s == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		if err := u.refuseBusy(&p, s); err != nil {
			return nil, err
		}
		u.remove(s)
		if err := removeOf[Webhook](u, s); err != nil {
			return nil, err
		}
		if err := removeOf[MarketplacerAPIKey](u, s); err != nil {
			return nil, err
		}
		return s, u.removeExternalIDs("Seller", []int64{s.Num})
	})
}

// refuseBusy refuses to delete a seller that still has something to do.
func (u *unit) refuseBusy(p *problems, s *Seller) error {
	offers, err := exists[Advert](u, Eq("seller_id", s.Num))
	if err != nil {
		return err
	}
	if offers {
		p.add("seller_id", "has adverts: delete them first")
	}
	owes, err := exists[Invoice](u, Eq("seller_id", s.Num), awaited())
	if err != nil {
		return err
	}
	if owes {
		p.add("seller_id", "has invoices that await payment, dispatch, collection, a return or a refund")
	}
	return p.err()
}

// awaited holds for invoices that something is still expected to happen to:
// those that are not final, or have an open refund request.
func awaited() Cond {
	return Any(
		[]Cond{In("status", []InvoiceStatus{InvoiceAwaitingPayment, InvoicePaymentUnderReview, InvoicePartiallySent, InvoiceReady})},
		[]Cond{Eq("status", InvoicePaid), Ne("delivery_type", NoDispatch)},
		[]Cond{Eq("awaiting_return", true)},
		[]Cond{Eq("awaiting_refund", true)},
	)
}

// removeOf removes all entities of a kind that belong to a seller.
func removeOf[T any, P interface {
	*T
	Entity
}](u *unit, s *Seller) error {
	owned, err := list[T, P](u, Eq("seller_id", s.Num))
	if err != nil {
		return fmt.Errorf("load what belongs to %s: %w", s.Ref(), err)
	}
	for _, e := range owned {
		u.remove(P(e))
	}
	return nil
}

// keepSeller locks the seller that something new belongs to, so that it is not
// deleted meanwhile, and returns its number; 0 after noting that there is none.
func (u *unit) keepSeller(p *problems, field string, num int64) (int64, error) {
	s, err := get[Seller](u, num)
	if errors.Is(err, ErrNotFound) {
		p.missing(field)
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("lock the seller of something new: %w", err)
	}
	return s.Num, nil
}
