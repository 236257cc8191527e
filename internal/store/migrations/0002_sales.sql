-- +goose Up

CREATE TABLE orders (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    billing_company_name {{text}},
    billing_email_address {{text}},
    billing_first_name {{text}},
    billing_phone {{text}},
    billing_surname {{text}},
    company_name {{text}},
    email_address {{text}},
    first_name {{text}},
    message_to_seller {{text}},
    phone {{text}},
    surname {{text}},
    address_id BIGINT,
    billing_address_id BIGINT,
    notes {{text}},
    seller_ids {{text}},
    status {{text}} NOT NULL
);
CREATE INDEX orders_updated_at ON orders (updated_at);
CREATE INDEX orders_created_at ON orders (created_at);
CREATE INDEX orders_status ON orders (status);
CREATE INDEX orders_email_address ON orders (email_address);

CREATE TABLE addresses (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    address {{text}} NOT NULL,
    city {{text}} NOT NULL,
    country_code {{text}} NOT NULL,
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    postcode {{text}} NOT NULL,
    seller_id BIGINT REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    order_id BIGINT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    state_code {{text}} NOT NULL,
    subaddress {{text}}
);
CREATE INDEX addresses_seller_id ON addresses (seller_id);
CREATE INDEX addresses_order_id ON addresses (order_id);

CREATE TABLE invoices (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    commission_rate DOUBLE PRECISION,
    delivery_type {{text}} NOT NULL,
    order_id BIGINT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    paid_at TIMESTAMP,
    remitted_at TIMESTAMP,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    status {{text}} NOT NULL,
    tax_rate DOUBLE PRECISION,
    subtotal_cents BIGINT NOT NULL,
    shipping_cost_cents BIGINT NOT NULL,
    tax_total_cents BIGINT NOT NULL,
    tax_shipping_cents BIGINT NOT NULL,
    discount_cents BIGINT NOT NULL,
    total_cents BIGINT NOT NULL
);
CREATE INDEX invoices_created_at ON invoices (created_at);
CREATE INDEX invoices_updated_at ON invoices (updated_at);
CREATE INDEX invoices_status ON invoices (status);
CREATE INDEX invoices_paid_at ON invoices (paid_at);
CREATE INDEX invoices_remitted_at ON invoices (remitted_at);
CREATE INDEX invoices_seller_id_id ON invoices (seller_id, id);
CREATE INDEX invoices_seller_id_updated_at ON invoices (seller_id, updated_at);
CREATE INDEX invoices_order_id ON invoices (order_id);

CREATE TABLE line_items (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    advert_id BIGINT REFERENCES adverts (id) DEFERRABLE INITIALLY DEFERRED,
    advert_code {{text}},
    advert_title {{text}},
    brand_name {{text}},
    commission_rate DOUBLE PRECISION,
    delivery_type {{text}} NOT NULL,
    discount_cents BIGINT NOT NULL,
    image_id BIGINT,
    invoice_id BIGINT NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
    item_amount_cents BIGINT NOT NULL,
    order_id BIGINT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    postage_cents BIGINT NOT NULL,
    postage_tax_cents BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    dispatched_count BIGINT NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    status {{text}} NOT NULL,
    stock_taken BIGINT NOT NULL,
    subtotal_cents BIGINT NOT NULL,
    tax_rate DOUBLE PRECISION,
    tax_total_cents BIGINT NOT NULL,
    total_cents BIGINT NOT NULL,
    variant_id BIGINT REFERENCES variants (id) DEFERRABLE INITIALLY DEFERRED,
    variant_barcode {{text}},
    variant_name {{text}},
    variant_sku {{text}}
);
CREATE INDEX line_items_advert_id ON line_items (advert_id);
CREATE INDEX line_items_variant_id ON line_items (variant_id);
CREATE INDEX line_items_invoice_id ON line_items (invoice_id);
CREATE INDEX line_items_order_id ON line_items (order_id);
CREATE INDEX line_items_seller_id ON line_items (seller_id);

CREATE TABLE shipment_carriers (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    homepage_url {{text}},
    name {{text}} NOT NULL,
    tracking_url {{text}}
);
CREATE INDEX shipment_carriers_name ON shipment_carriers (name);

CREATE TABLE shipments (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    carrier_id BIGINT NOT NULL REFERENCES shipment_carriers (id) DEFERRABLE INITIALLY DEFERRED,
    dispatched_at TIMESTAMP NOT NULL,
    invoice_id BIGINT NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
    note {{text}},
    order_id BIGINT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    tracking_number {{text}} NOT NULL
);
CREATE INDEX shipments_updated_at ON shipments (updated_at);
CREATE INDEX shipments_created_at ON shipments (created_at);
CREATE INDEX shipments_carrier_id ON shipments (carrier_id);
CREATE INDEX shipments_invoice_id ON shipments (invoice_id);
CREATE INDEX shipments_order_id ON shipments (order_id);
CREATE INDEX shipments_seller_id ON shipments (seller_id);

CREATE TABLE shipment_statuses (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    shipment_id BIGINT NOT NULL REFERENCES shipments (id) DEFERRABLE INITIALLY DEFERRED,
    status {{text}} NOT NULL
);
CREATE INDEX shipment_statuses_seller_id ON shipment_statuses (seller_id);
CREATE INDEX shipment_statuses_shipment_id ON shipment_statuses (shipment_id);

CREATE TABLE shipped_items (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    line_item_id BIGINT NOT NULL REFERENCES line_items (id) DEFERRABLE INITIALLY DEFERRED,
    quantity BIGINT NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    shipment_id BIGINT NOT NULL REFERENCES shipments (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX shipped_items_line_item_id ON shipped_items (line_item_id);
CREATE INDEX shipped_items_seller_id ON shipped_items (seller_id);
CREATE INDEX shipped_items_shipment_id ON shipped_items (shipment_id);
