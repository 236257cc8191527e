-- +goose Up

-- Buyers are found by their email address in any case: an index for the form in
-- which the store writes that. SQLite's for other letters than ASCII, which such
-- addresses hardly have, is a function of this program, and so takes no index.
{{postgres}}CREATE INDEX orders_email_address_lower ON orders (lower(email_address COLLATE "default"));
{{sqlite}}CREATE INDEX orders_email_address_lower ON orders (lower(email_address));

-- Refund requests are found by what is to be done about their lines.
CREATE INDEX refund_request_line_items_status_refund_request_id ON refund_request_line_items (status, refund_request_id);
