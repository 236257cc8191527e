-- +goose Up

-- Tables and columns are bun's names of internal/market's kinds and fields.
-- References are checked when a transaction commits, so that the rules may write
-- in any order; none cascades, since every deletion is a change of its own. A
-- seller_id without a reference is 0 where the marketplace itself is the owner.

CREATE TABLE images (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    alt {{text}},
    content_type {{text}},
    filename {{text}},
    height BIGINT,
    owner_type {{text}} NOT NULL,
    owner_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    seller_id BIGINT NOT NULL,
    size BIGINT,
    source_url {{text}},
    width BIGINT,
    digest {{text}} NOT NULL
);
CREATE INDEX images_owner_type_owner_id ON images (owner_type, owner_id);
CREATE INDEX images_seller_id ON images (seller_id);

CREATE TABLE image_data (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    image_id BIGINT NOT NULL REFERENCES images (id) DEFERRABLE INITIALLY DEFERRED,
    bytes {{bytes}}
);
CREATE UNIQUE INDEX image_data_image_id_unique ON image_data (image_id);

CREATE TABLE brands (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    is_default BOOLEAN NOT NULL,
    logo_id BIGINT REFERENCES images (id) DEFERRABLE INITIALLY DEFERRED,
    name {{text}} NOT NULL,
    slug {{text}} NOT NULL
);
CREATE INDEX brands_name ON brands (name);
CREATE INDEX brands_slug ON brands (slug);
CREATE INDEX brands_logo_id ON brands (logo_id);

CREATE TABLE option_types (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    applied_to {{text}} NOT NULL,
    category {{text}} NOT NULL,
    description {{text}} NOT NULL,
    display_name {{text}} NOT NULL,
    field_type {{text}} NOT NULL,
    name {{text}} NOT NULL,
    optional BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    presentation {{text}}
);
CREATE INDEX option_types_name ON option_types (name);

CREATE TABLE option_values (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    display_name {{text}} NOT NULL,
    name {{text}} NOT NULL,
    option_type_id BIGINT NOT NULL REFERENCES option_types (id) DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL,
    presentation {{text}} NOT NULL
);
CREATE INDEX option_values_option_type_id ON option_values (option_type_id);

CREATE TABLE prototypes (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    name {{text}} NOT NULL
);

CREATE TABLE prototype_options (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    prototype_id BIGINT NOT NULL REFERENCES prototypes (id) DEFERRABLE INITIALLY DEFERRED,
    option_type_id BIGINT NOT NULL REFERENCES option_types (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX prototype_options_prototype_id_option_type_id_unique ON prototype_options (prototype_id, option_type_id);
CREATE INDEX prototype_options_option_type_id ON prototype_options (option_type_id);

CREATE TABLE taxons (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    description {{text}},
    display_name {{text}} NOT NULL,
    image_id BIGINT REFERENCES images (id) DEFERRABLE INITIALLY DEFERRED,
    parent_id BIGINT REFERENCES taxons (id) DEFERRABLE INITIALLY DEFERRED,
    prototype_id BIGINT NOT NULL REFERENCES prototypes (id) DEFERRABLE INITIALLY DEFERRED,
    taxon_type {{text}} NOT NULL,
    tax_rate DOUBLE PRECISION,
    title {{text}} NOT NULL,
    url_slug {{text}} NOT NULL
);
CREATE INDEX taxons_url_slug ON taxons (url_slug);
CREATE INDEX taxons_image_id ON taxons (image_id);
CREATE INDEX taxons_parent_id ON taxons (parent_id);
CREATE INDEX taxons_prototype_id ON taxons (prototype_id);

CREATE TABLE sellers (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    account_type {{text}},
    address_id BIGINT,
    base_commission_rate DOUBLE PRECISION,
    base_domestic_shipping_cost_cents BIGINT NOT NULL,
    business_name {{text}} NOT NULL,
    business_number {{text}} NOT NULL,
    domestic_shipping_free_threshold_cents BIGINT,
    email_address {{text}} NOT NULL,
    email_cc {{text}},
    invoice_dispatch_days_threshold BIGINT,
    legal_business_name {{text}} NOT NULL,
    logo_id BIGINT REFERENCES images (id) DEFERRABLE INITIALLY DEFERRED,
    marketplace_shipping_rules_enabled BOOLEAN NOT NULL,
    mobile {{text}},
    online BOOLEAN NOT NULL,
    online_only BOOLEAN NOT NULL,
    opening_hours {{text}},
    phone {{text}} NOT NULL,
    refund_request_allowed BOOLEAN,
    seller_rating {{text}},
    store_category {{text}},
    store_description {{text}},
    tags {{text}},
    youtube_video_url {{text}}
);
CREATE INDEX sellers_business_name ON sellers (business_name);
CREATE INDEX sellers_created_at ON sellers (created_at);
CREATE INDEX sellers_updated_at ON sellers (updated_at);
CREATE INDEX sellers_logo_id ON sellers (logo_id);

CREATE TABLE adverts (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP,
    editable_price_cents BIGINT,
    editable_sale_price_cents BIGINT,
    recommended_retail_price_cents BIGINT,
    sale_price_start_at TIMESTAMP,
    sale_price_end_at TIMESTAMP,
    base_domestic_shipping_cost_cents BIGINT,
    brand_id BIGINT REFERENCES brands (id) DEFERRABLE INITIALLY DEFERRED,
    code {{text}},
    condition {{text}} NOT NULL,
    description {{text}},
    external_id {{text}},
    has_free_domestic_shipping BOOLEAN,
    is_featured BOOLEAN,
    product_features {{text}},
    published BOOLEAN NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    specifications {{text}},
    taxon_id BIGINT NOT NULL REFERENCES taxons (id) DEFERRABLE INITIALLY DEFERRED,
    title {{text}} NOT NULL,
    vetted BOOLEAN NOT NULL,
    year BIGINT
);
CREATE INDEX adverts_created_at ON adverts (created_at);
CREATE INDEX adverts_updated_at ON adverts (updated_at);
CREATE INDEX adverts_external_id ON adverts (external_id);
CREATE INDEX adverts_code ON adverts (code);
CREATE INDEX adverts_seller_id_id ON adverts (seller_id, id);
CREATE INDEX adverts_seller_id_updated_at ON adverts (seller_id, updated_at);
CREATE INDEX adverts_brand_id ON adverts (brand_id);
CREATE INDEX adverts_taxon_id ON adverts (taxon_id);

CREATE TABLE variants (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP,
    editable_price_cents BIGINT,
    editable_sale_price_cents BIGINT,
    recommended_retail_price_cents BIGINT,
    sale_price_start_at TIMESTAMP,
    sale_price_end_at TIMESTAMP,
    advert_id BIGINT NOT NULL REFERENCES adverts (id) DEFERRABLE INITIALLY DEFERRED,
    barcode {{text}},
    count_on_hand BIGINT NOT NULL,
    external_id {{text}},
    infinite_quantity BOOLEAN NOT NULL,
    label {{text}} NOT NULL,
    notes {{text}},
    published BOOLEAN NOT NULL,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    sku {{text}}
);
CREATE INDEX variants_sku ON variants (sku);
CREATE INDEX variants_barcode ON variants (barcode);
CREATE INDEX variants_external_id ON variants (external_id);
CREATE INDEX variants_updated_at ON variants (updated_at);
CREATE INDEX variants_advert_id ON variants (advert_id);
CREATE INDEX variants_seller_id ON variants (seller_id);

CREATE TABLE advert_option_values (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    advert_id BIGINT NOT NULL REFERENCES adverts (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    option_type_id BIGINT NOT NULL REFERENCES option_types (id) DEFERRABLE INITIALLY DEFERRED,
    option_value_id BIGINT REFERENCES option_values (id) DEFERRABLE INITIALLY DEFERRED,
    text_value {{text}}
);
CREATE INDEX advert_option_values_advert_id ON advert_option_values (advert_id);
CREATE INDEX advert_option_values_seller_id ON advert_option_values (seller_id);
CREATE INDEX advert_option_values_option_type_id ON advert_option_values (option_type_id);
CREATE INDEX advert_option_values_option_value_id ON advert_option_values (option_value_id);

CREATE TABLE variant_option_values (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    variant_id BIGINT NOT NULL REFERENCES variants (id) DEFERRABLE INITIALLY DEFERRED,
    seller_id BIGINT NOT NULL REFERENCES sellers (id) DEFERRABLE INITIALLY DEFERRED,
    option_type_id BIGINT NOT NULL REFERENCES option_types (id) DEFERRABLE INITIALLY DEFERRED,
    option_value_id BIGINT REFERENCES option_values (id) DEFERRABLE INITIALLY DEFERRED,
    text_value {{text}}
);
CREATE INDEX variant_option_values_variant_id ON variant_option_values (variant_id);
CREATE INDEX variant_option_values_seller_id ON variant_option_values (seller_id);
CREATE INDEX variant_option_values_option_type_id ON variant_option_values (option_type_id);
CREATE INDEX variant_option_values_option_value_id ON variant_option_values (option_value_id);

CREATE TABLE external_ids (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP,
    key {{text}} NOT NULL,
    owner_type {{text}} NOT NULL,
    owner_id BIGINT NOT NULL,
    value {{text}} NOT NULL
);
CREATE UNIQUE INDEX external_ids_owner_type_key_value_unique ON external_ids (owner_type, key, value) WHERE deleted_at IS NULL;
CREATE INDEX external_ids_owner_type_owner_id ON external_ids (owner_type, owner_id);
CREATE INDEX external_ids_value ON external_ids (value);

CREATE TABLE metadata (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    key {{text}} NOT NULL,
    owner_type {{text}} NOT NULL,
    owner_id BIGINT NOT NULL,
    value {{text}} NOT NULL
);
CREATE UNIQUE INDEX metadata_owner_type_owner_id_key_unique ON metadata (owner_type, owner_id, key);

CREATE TABLE marketplacer_api_keys (
    id {{pk}},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    created_by_id BIGINT NOT NULL,
    created_by_type {{text}} NOT NULL,
    description {{text}} NOT NULL,
    digest {{text}} NOT NULL,
    organization {{text}} NOT NULL,
    scopes {{text}},
    seller_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX marketplacer_api_keys_digest_unique ON marketplacer_api_keys (digest);
CREATE INDEX marketplacer_api_keys_seller_id ON marketplacer_api_keys (seller_id);
