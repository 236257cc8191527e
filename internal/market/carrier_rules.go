package market

import (
	"context"
	"net/url"
	"strings"
)

// trackingPlaceholder is where a carrier's tracking page wants the number.
const trackingPlaceholder = "{tracking_number}"

// CarrierCreate is what shipmentCarrierCreate says of a carrier.
type CarrierCreate struct {
	// HomepageURL and TrackingURL are absolute http or https URLs; nil or empty: none.
	HomepageURL *string
	Name        string
	// TrackingURL holds the placeholder {tracking_number}.
	TrackingURL *string
}

// CreateShipmentCarrier adds a carrier. Only the operator may.
func (m *Market) CreateShipmentCarrier(ctx context.Context, actor Actor, in CarrierCreate) (*ShipmentCarrier, error) {
	return commit(ctx, m, actor, func(u *unit) (*ShipmentCarrier, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		carrier := &ShipmentCarrier{}
		in.fill(&p, carrier)
		if err := p.err(); err != nil {
			return nil, err
		}
		return carrier, u.add(carrier)
	})
}

// fill checks what in says and sets it on a carrier.
func (in CarrierCreate) fill(p *problems, c *ShipmentCarrier) {
	required(p, "name", Some(in.Name), &c.Name, nameLimit)
	optional(p, "homepage_url", Opt[string]{Set: true, Value: in.HomepageURL}, &c.HomepageURL, urlLimit)
	optional(p, "tracking_url", Opt[string]{Set: true, Value: in.TrackingURL}, &c.TrackingURL, urlLimit)
	checkWebURL(p, "homepage_url", c.HomepageURL)
	checkWebURL(p, "tracking_url", c.TrackingURL)
	if c.TrackingURL != nil && !strings.Contains(*c.TrackingURL, trackingPlaceholder) {
		p.add("tracking_url", "must hold %s in the place of the number", trackingPlaceholder)
	}
}

// checkWebURL refuses what a browser could not open.
func checkWebURL(p *problems, field string, value *string) {
	if value == nil {
		return
	}
	parsed, err := url.Parse(*value)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		p.add(field, "must be an absolute http or https URL")
	}
}

// TrackingLink is where a parcel can be followed; nil where the carrier has no such page.
func (c *ShipmentCarrier) TrackingLink(trackingNumber string) *string {
	if c.TrackingURL == nil {
		return nil
	}
	// Escaped so that the number fits the path of a URL as well as its query.
	escaped := strings.ReplaceAll(url.QueryEscape(trackingNumber), "+", "%20")
	link := strings.ReplaceAll(*c.TrackingURL, trackingPlaceholder, escaped)
	return &link
}
