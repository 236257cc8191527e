-- +goose Up

-- The order of a page ends with the number, so that PostgreSQL finds every page
-- in an index, however many rows have the same time. SQLite's indexes hold the
-- number anyway.
{{postgres}}DROP INDEX adverts_created_at;
{{postgres}}DROP INDEX adverts_updated_at;
{{postgres}}DROP INDEX adverts_seller_id_updated_at;
{{postgres}}DROP INDEX invoices_created_at;
{{postgres}}DROP INDEX invoices_updated_at;
{{postgres}}DROP INDEX invoices_seller_id_updated_at;
{{postgres}}DROP INDEX orders_created_at;
{{postgres}}DROP INDEX orders_updated_at;
{{postgres}}DROP INDEX variants_updated_at;
{{postgres}}CREATE INDEX adverts_created_at ON adverts (created_at, id);
{{postgres}}CREATE INDEX adverts_updated_at ON adverts (updated_at, id);
{{postgres}}CREATE INDEX adverts_seller_id_updated_at ON adverts (seller_id, updated_at, id);
{{postgres}}CREATE INDEX invoices_created_at ON invoices (created_at, id);
{{postgres}}CREATE INDEX invoices_updated_at ON invoices (updated_at, id);
{{postgres}}CREATE INDEX invoices_seller_id_updated_at ON invoices (seller_id, updated_at, id);
{{postgres}}CREATE INDEX orders_created_at ON orders (created_at, id);
{{postgres}}CREATE INDEX orders_updated_at ON orders (updated_at, id);
{{postgres}}CREATE INDEX variants_updated_at ON variants (updated_at, id);
