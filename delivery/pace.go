package delivery

import "time"

const (
	// paceBurst is how many exchanges may be young at once, and paceYouth how long
	// an exchange is young. Receivers that answer at once are so served with few
	// connections, each used again and again, and those that take their time with
	// as many as they need: the exchanges grow by paceBurst in each paceYouth.
	paceBurst = 128
	paceYouth = 10 * time.Millisecond
)

// pace holds one token for each young exchange.
type pace chan struct{}

// begin waits until an exchange may start and returns what ends its youth early.
func (p pace) begin() (ended func()) {
	p <- struct{}{}
	timer := time.AfterFunc(paceYouth, func() { <-p })
	return func() {
		if timer.Stop() {
			<-p
		}
	}
}
