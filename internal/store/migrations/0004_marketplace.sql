-- +goose Up

-- A line that begins with the name of a database is for that one only.

ALTER TABLE sellers ADD COLUMN deleted_at TIMESTAMP;

ALTER TABLE invoices ADD COLUMN adjustments_cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invoices ADD COLUMN awaiting_refund BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE invoices ADD COLUMN awaiting_return BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE invoices ADD COLUMN refunded_cents BIGINT NOT NULL DEFAULT 0;

ALTER TABLE line_items ADD COLUMN claimed_cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE line_items ADD COLUMN recalled_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE line_items ADD COLUMN withdrawn_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE line_items ADD COLUMN settled_count BIGINT NOT NULL DEFAULT 0;

-- The part of discount_cents that is taken off the sending.
ALTER TABLE invoices ADD COLUMN shipping_discount_cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE line_items ADD COLUMN shipping_discount_cents BIGINT NOT NULL DEFAULT 0;

CREATE TABLE adjustments (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    adjustment_type {{text}} NOT NULL,
    amount_cents BIGINT NOT NULL,
    applies_to {{text}},
    description {{text}} NOT NULL,
    invoice_id BIGINT NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
    line_item_id BIGINT REFERENCES line_items (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    source_id {{text}}
);
CREATE INDEX adjustments_invoice_id ON adjustments (invoice_id);
CREATE INDEX adjustments_line_item_id ON adjustments (line_item_id);
CREATE INDEX adjustments_seller_id ON adjustments (seller_id);

CREATE TABLE invoice_amendments (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    invoice_id BIGINT NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
    order_id BIGINT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    remittance_cents BIGINT NOT NULL,
    remitted_at TIMESTAMP,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    tax_cents BIGINT NOT NULL,
    tax_rate DOUBLE PRECISION,
    total_cents BIGINT NOT NULL
);
CREATE INDEX invoice_amendments_created_at ON invoice_amendments (created_at);
CREATE INDEX invoice_amendments_updated_at ON invoice_amendments (updated_at);
CREATE INDEX invoice_amendments_remitted_at ON invoice_amendments (remitted_at);
CREATE INDEX invoice_amendments_invoice_id ON invoice_amendments (invoice_id);
CREATE INDEX invoice_amendments_order_id ON invoice_amendments (order_id);
CREATE INDEX invoice_amendments_seller_id_id ON invoice_amendments (seller_id, id);

CREATE TABLE invoice_amendment_line_items (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    amount_cents BIGINT NOT NULL,
    commission_amount_cents BIGINT,
    dispatched BOOLEAN,
    invoice_amendment_id BIGINT NOT NULL REFERENCES invoice_amendments (id) DEFERRABLE INITIALLY DEFERRED,
    line_item_id BIGINT REFERENCES line_items (id) DEFERRABLE INITIALLY DEFERRED,
    quantity BIGINT NOT NULL,
    reason {{text}},
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    status {{text}} NOT NULL,
    tax_cents BIGINT,
    tax_rate DOUBLE PRECISION,
    total_cents BIGINT NOT NULL
);
CREATE INDEX invoice_amendment_line_items_invoice_amendment_id ON invoice_amendment_line_items (invoice_amendment_id);
CREATE INDEX invoice_amendment_line_items_line_item_id ON invoice_amendment_line_items (line_item_id);
CREATE INDEX invoice_amendment_line_items_seller_id ON invoice_amendment_line_items (seller_id);

CREATE TABLE refund_requests (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    cash_amount_cents BIGINT,
    initiated_by {{text}} NOT NULL,
    invoice_id BIGINT NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
    order_id BIGINT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    refund_amount_cents BIGINT,
    refunded_at TIMESTAMP,
    request_value_cents BIGINT NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    status {{text}} NOT NULL,
    total_cents BIGINT NOT NULL
);
CREATE INDEX refund_requests_created_at ON refund_requests (created_at);
CREATE INDEX refund_requests_updated_at ON refund_requests (updated_at);
CREATE INDEX refund_requests_refunded_at ON refund_requests (refunded_at);
CREATE INDEX refund_requests_status ON refund_requests (status);
CREATE INDEX refund_requests_invoice_id ON refund_requests (invoice_id);
CREATE INDEX refund_requests_order_id ON refund_requests (order_id);
CREATE INDEX refund_requests_seller_id_id ON refund_requests (seller_id, id);
CREATE INDEX refund_requests_seller_id_updated_at ON refund_requests (seller_id, updated_at);

CREATE TABLE refund_request_line_items (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    amount_cents BIGINT NOT NULL,
    commission_amount_cents BIGINT,
    deny_refund_reason {{text}},
    description {{text}},
    dispatched BOOLEAN,
    invoice_id BIGINT NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
    line_item_id BIGINT REFERENCES line_items (id) DEFERRABLE INITIALLY DEFERRED,
    quantity BIGINT NOT NULL,
    reason {{text}},
    refund_request_id BIGINT NOT NULL REFERENCES refund_requests (id) DEFERRABLE INITIALLY DEFERRED,
    returned BOOLEAN NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    status {{text}} NOT NULL,
    tax_cents BIGINT
);
CREATE INDEX refund_request_line_items_invoice_id ON refund_request_line_items (invoice_id);
CREATE INDEX refund_request_line_items_line_item_id ON refund_request_line_items (line_item_id);
CREATE INDEX refund_request_line_items_refund_request_id ON refund_request_line_items (refund_request_id);
CREATE INDEX refund_request_line_items_seller_id ON refund_request_line_items (seller_id);

CREATE TABLE refund_request_notes (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    new_status {{text}} NOT NULL,
    note {{text}},
    refund_request_id BIGINT NOT NULL REFERENCES refund_requests (id) DEFERRABLE INITIALLY DEFERRED,
    refund_request_line_item_id BIGINT REFERENCES refund_request_line_items (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX refund_request_notes_refund_request_id ON refund_request_notes (refund_request_id);
CREATE INDEX refund_request_notes_refund_request_line_item_id ON refund_request_notes (refund_request_line_item_id);
CREATE INDEX refund_request_notes_seller_id ON refund_request_notes (seller_id);

CREATE TABLE return_shipments (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    carrier_id BIGINT NOT NULL REFERENCES shipment_carriers (id) DEFERRABLE INITIALLY DEFERRED,
    drop_off_url {{text}},
    note {{text}},
    refund_request_id BIGINT NOT NULL REFERENCES refund_requests (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    tracking_number {{text}} NOT NULL
);
CREATE INDEX return_shipments_carrier_id ON return_shipments (carrier_id);
CREATE INDEX return_shipments_refund_request_id ON return_shipments (refund_request_id);
CREATE INDEX return_shipments_seller_id ON return_shipments (seller_id);

CREATE TABLE return_shipped_items (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    quantity BIGINT NOT NULL,
    refund_request_line_item_id BIGINT NOT NULL REFERENCES refund_request_line_items (id) DEFERRABLE INITIALLY DEFERRED,
    return_shipment_id BIGINT NOT NULL REFERENCES return_shipments (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX return_shipped_items_refund_request_line_item_id ON return_shipped_items (refund_request_line_item_id);
CREATE INDEX return_shipped_items_return_shipment_id ON return_shipped_items (return_shipment_id);
CREATE INDEX return_shipped_items_seller_id ON return_shipped_items (seller_id);

-- The log of a parcel is about a shipment or a return shipment. SQLite cannot
-- take a NOT NULL away, and so copies the table.
ALTER TABLE shipment_statuses ADD COLUMN return_shipment_id BIGINT REFERENCES return_shipments (id) DEFERRABLE INITIALLY DEFERRED;
{{postgres}}ALTER TABLE shipment_statuses ALTER COLUMN shipment_id DROP NOT NULL;
{{sqlite}}CREATE TABLE copied (
{{sqlite}}    id {{pk}},
{{sqlite}}    created_at TIMESTAMP NOT NULL,
{{sqlite}}    updated_at TIMESTAMP NOT NULL,
{{sqlite}}    return_shipment_id BIGINT REFERENCES return_shipments (id) DEFERRABLE INITIALLY DEFERRED,
{{sqlite}}    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
{{sqlite}}    shipment_id BIGINT REFERENCES shipments (id) DEFERRABLE INITIALLY DEFERRED,
{{sqlite}}    status {{text}} NOT NULL
{{sqlite}});
{{sqlite}}INSERT INTO copied (id, created_at, updated_at, seller_id, shipment_id, status) SELECT id, created_at, updated_at, seller_id, shipment_id, status FROM shipment_statuses;
{{sqlite}}DROP TABLE shipment_statuses;
{{sqlite}}ALTER TABLE copied RENAME TO shipment_statuses;
{{sqlite}}CREATE INDEX shipment_statuses_seller_id ON shipment_statuses (seller_id);
{{sqlite}}CREATE INDEX shipment_statuses_shipment_id ON shipment_statuses (shipment_id);
CREATE INDEX shipment_statuses_return_shipment_id ON shipment_statuses (return_shipment_id);
