package resolvers_test

import (
	"testing"

	"crier/internal/market"
)

// waitingEvent is an event of the seller's webhook of its number, about an advert of that seller, which waits.
func waitingEvent(seller int64) *market.WebhookEvent {
	subject := market.Ref{Type: "Advert", Num: 2*seller - 1} // 1 is the first's, 3 the second's
	return event(seller, seller, subject, func(e *market.WebhookEvent) {
		due := birth
		e.SellerID, e.NextAttemptAt = seller, &due
	})
}

// openJob is a backfill of the seller's webhook of its number that has not begun.
func openJob(seller int64) *market.WebhookJob {
	return &market.WebhookJob{
		Base: numbered(seller), Kind: market.JobBackfill, State: market.JobQueued, Type: "ADVERT", SellerID: seller, WebhookID: seller,
	}
}

// jobbing is trade with a webhook and a waiting event of each seller.
func jobbing(t *testing.T) *bundle {
	b := trade(t, tradeOptions())
	b.insert(webhook(1, "ADVERT"), webhook(2, "ADVERT"), waitingEvent(1), waitingEvent(2))
	return b
}

func TestJobs(t *testing.T) {
	t.Parallel()
	b := jobbing(t)
	shown := ` { clientMutationId status errors { field } job { id kind state total done failed finishedAt webhook { id } } } }`
	b.queryAs(north, ids(`mutation { webhookBackfill(input: { clientMutationId: "b", webhookId: "Webhook-1", updatedSince: "2026-01-01" })`+shown)).is(ids(`{"webhookBackfill": {
		"clientMutationId": "b", "status": 200, "errors": null, "job": {"id": "WebhookJob-1", "kind": "BACKFILL", "state": "QUEUED", "total": 0, "done": 0, "failed": 0, "finishedAt": null,
		"webhook": {"id": "Webhook-1"}}}}`))
	b.queryAs(north, ids(`mutation { webhookReplay(input: { webhookId: "Webhook-1", since: "2026-01-01", statuses: [FAILED] })`+shown)).is(ids(`{"webhookReplay": {
		"clientMutationId": null, "status": 200, "errors": null, "job": {"id": "WebhookJob-2", "kind": "REPLAY", "state": "QUEUED", "total": 0, "done": 0, "failed": 0, "finishedAt": null,
		"webhook": {"id": "Webhook-1"}}}}`))
	b.queryAs(north, ids(`{ webhookJobs(webhookId: "Webhook-1") { totalCount nodes { id kind } } }`)).is(ids(`{"webhookJobs": {"totalCount": 2, "nodes": [
		{"id": "WebhookJob-2", "kind": "REPLAY"}, {"id": "WebhookJob-1", "kind": "BACKFILL"}]}}`))
	b.queryAs(south, ids(`{ webhookJobs(webhookId: "Webhook-1") { totalCount } }`)).is(`{"webhookJobs": {"totalCount": 0}}`)
	b.queryAs(south, ids(`mutation { webhookJobCancel(input: { jobId: "WebhookJob-1" }) { status errors { field } job { id } } }`)).
		is(`{"webhookJobCancel": {"status": 404, "errors": [{"field": "job_id"}], "job": null}}`)
	b.queryAs(north, ids(`mutation { webhookJobCancel(input: { jobId: "WebhookJob-1" }) { status errors { field } job { state total } } }`)).
		is(`{"webhookJobCancel": {"status": 200, "errors": null, "job": {"state": "CANCELLED", "total": 0}}}`)
	b.queryAs(north, ids(`{ node(id: "WebhookJob-1") { ... on WebhookJob { state kind } } }`)).is(`{"node": {"state": "CANCELLED", "kind": "BACKFILL"}}`)
}

func TestEventsAreSentAgainAndCancelled(t *testing.T) {
	t.Parallel()
	b := jobbing(t)
	b.queryAs(north, ids(`mutation { webhookEventCancel(input: { webhookEventId: "WebhookEvent-1" }) { status errors { field } webhookEvent { id status } } }`)).
		is(ids(`{"webhookEventCancel": {"status": 200, "errors": null, "webhookEvent": {"id": "WebhookEvent-1", "status": "Cancelled"}}}`))
	b.queryAs(north, ids(`mutation { webhookEventResend(input: { webhookEventId: "WebhookEvent-1" }) { status errors { field } webhookEvent { id status processedAt } } }`)).
		is(ids(`{"webhookEventResend": {"status": 200, "errors": null, "webhookEvent": {"id": "WebhookEvent-1", "status": "Unsent", "processedAt": null}}}`))
	// No relay works here, so that what is new has no event yet.
	b.queryAs(north, ids(`mutation { webhookEventResend(input: { webhookEventId: "WebhookEvent-1", mode: REEXECUTE }) { status errors { field } webhookEvent { id } } }`)).
		is(`{"webhookEventResend": {"status": 200, "errors": null, "webhookEvent": null}}`)
	b.queryAs(north, ids(`mutation { webhookTrigger(input: { clientMutationId: "t", webhookId: "Webhook-1", subjectId: "Advert-1" }) { clientMutationId status errors { field } webhookEvent { id } } }`)).
		is(`{"webhookTrigger": {"clientMutationId": "t", "status": 200, "errors": null, "webhookEvent": null}}`)
	b.queryAs(south, ids(`mutation { webhookEventResend(input: { webhookEventId: "WebhookEvent-1" }) { status errors { field } webhookEvent { id } } }`)).
		is(`{"webhookEventResend": {"status": 404, "errors": [{"field": "webhook_event_id"}], "webhookEvent": null}}`)
}
