package resolvers_test

import "crier/internal/market"

// catalogueStories are those of the catalogue.
var catalogueStories = map[string]story{
	"advertUpsert": {steps: []step{
		{name: "a new advert", do: `advertUpsert(input: { attributes: { title: "Clogs", taxonId: "Taxon-3", sellerId: "Seller-1", price: "20", attemptAutoPublish: true
			externalIds: [{ key: "erp", value: "C-5" }], metadata: [{ key: "season", value: "summer" }], images: [{ sourceUrl: "https://img.example/c.png" }]
			advertOptionValues: [{ optionTypeId: "OptionType-2", textValue: "wood" }], variants: [{ sku: "E1", countOnHand: 1, optionValueIds: ["OptionValue-1"] }] } })`,
			changes: []string{"Advert-5 create", "Variant-8 create"}},
		{name: "a title", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { title: "Crimson boots" } })`, again: 200,
			changes: []string{"Advert-1 update [fullTitle title]"}},
		{name: "a price", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { price: "99.95", salePrice: "89" } })`, again: 200,
			changes: []string{"Advert-1 update [editablePriceCents editableSalePriceCents lowestPriceCents]"}},
		{name: "publication", do: `advertUpsert(input: { advertId: "Advert-2", attributes: { price: "10", attemptAutoPublish: true } })`, again: 200,
			changes: []string{"Advert-2 update [displayable editablePriceCents lowestPriceCents published]"}},
		{name: "a choice", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { advertOptionValues: [{ optionTypeId: "OptionType-2", textValue: "suede" }] } })`, again: 200,
			changes: []string{"Advert-1 update [advertOptionValues]"}},
		{name: "a picture", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { images: [{ sourceUrl: "https://img.example/third.png" }] } })`, again: 200,
			changes: []string{"Advert-1 update [images]"}},
		{name: "ids and notes", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { externalIds: [{ key: "erp", value: "R-2" }], metadata: [{ key: "season", value: null }] } })`, again: 200,
			changes: []string{"Advert-1 update [externalIds metadata]"}},
		{name: "a variant", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { variants: [{ id: "Variant-1", price: "30", countOnHand: 9 }, { sku: "E2" }] } })`, again: 200,
			changes: []string{"Advert-1 update [variants]", "Variant-1 update [buyable countOnHand editablePriceCents lowestPriceCents]", "Variant-9 create"}},
		{name: "ids and notes of a variant", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { variants: [{ sku: "A1", externalIds: [{ key: "erp", value: "V" }], metadata: [{ key: "k", value: "v" }] }] } })`, again: 200,
			changes: []string{"Variant-1 update [externalIds metadata]"}},
		{name: "nothing", do: `advertUpsert(input: { advertId: "Advert-1", attributes: {} })`, again: 200},
		{name: "no title", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { title: null, price: "1", variants: [{ sku: "A1", countOnHand: 3 }] } })`, status: 422, again: 422},
		{name: "another seller's", do: `advertUpsert(input: { advertId: "Advert-1", attributes: { title: "Mine" } })`, as: south, status: 404},
	}},
	"advertDelete": {steps: []step{
		{name: "another seller's", do: `advertDelete(input: { id: "Advert-1" })`, as: south, status: 404},
		{name: "with its variants", do: `advertDelete(input: { id: "Advert-1" })`, as: north, again: 404,
			changes: []string{"Advert-1 destroy", "Variant-1 destroy", "Variant-2 destroy", "Variant-3 destroy"}},
		{name: "deleted before", do: `advertDelete(input: { id: "Advert-4" })`, status: 404},
	}},
	"advertPublishedUpdate": {steps: []step{
		{name: "taken back", do: `advertPublishedUpdate(input: { id: "Advert-1", published: false })`, again: 200, changes: []string{"Advert-1 update [displayable published]"}},
		{name: "published", do: `advertPublishedUpdate(input: { id: "Advert-1", published: true })`, again: 200, changes: []string{"Advert-1 update [displayable published]"}},
		{name: "without a price", do: `advertPublishedUpdate(input: { id: "Advert-2", published: true })`, status: 422, again: 422},
	}},
	"variantUpdate": {steps: []step{
		{name: "stock", do: `variantUpdate(input: { variantId: "Variant-1", attributes: { countOnHand: 4 } })`, again: 200,
			changes: []string{"Advert-1 update [variants]", "Variant-1 update [buyable countOnHand]"}},
		{name: "a price", do: `variantUpdate(input: { attributes: { id: "Variant-1", price: "27.5" } })`, again: 200,
			changes: []string{"Advert-1 update [variants]", "Variant-1 update [editablePriceCents lowestPriceCents]"}},
		{name: "a choice", do: `variantUpdate(input: { variantId: "Variant-1", attributes: { optionValueIds: ["OptionValue-2"] } })`, again: 200,
			changes: []string{"Advert-1 update [variants]", "Variant-1 update [label optionValues variantOptionValues]"}},
		{name: "a picture", do: `variantUpdate(input: { variantId: "Variant-1", attributes: { images: [{ sourceUrl: "https://img.example/v.png" }] } })`, again: 200,
			changes: []string{"Advert-1 update [variants]", "Variant-1 update [images]"}},
		{name: "ids and notes", do: `variantUpdate(input: { variantId: "Variant-1", attributes: { externalIds: [{ key: "erp", value: "V" }], metadata: [{ key: "k", value: "v" }] } })`, again: 200,
			changes: []string{"Variant-1 update [externalIds metadata]"}},
		{name: "everything", do: `variantUpdate(input: { variantId: "Variant-2", attributes: { barcode: "1", externalId: "x", infiniteQuantity: true, notes: "n", published: false, sku: "A9" } })`, again: 200,
			changes: []string{"Advert-1 update [variants]", "Variant-2 update [barcode buyable displayable externalId infiniteQuantity notes published sku]"}},
		{name: "nothing", do: `variantUpdate(input: { variantId: "Variant-1", attributes: {} })`, again: 200},
		{name: "a price of nothing", do: `variantUpdate(input: { variantId: "Variant-1", attributes: { price: "0", countOnHand: 1 } })`, status: 422},
		{name: "deleted before", do: `variantUpdate(input: { variantId: "Variant-4", attributes: { countOnHand: 1 } })`, status: 404},
	}},
	"variantDelete": {steps: []step{
		{name: "another seller's", do: `variantDelete(input: { id: "Variant-1" })`, as: south, status: 404},
		{name: "a variant", do: `variantDelete(input: { id: "Variant-1" })`, again: 404, changes: []string{"Advert-1 update [variants]", "Variant-1 destroy"}},
	}},
	"taxonCreateOrUpdate": {steps: []step{
		{name: "a new taxon", do: `taxonCreateOrUpdate(input: { title: "Hats", parentId: "Taxon-1", externalIds: [{ key: "erp", value: "T-5" }] })`, changes: []string{"Taxon-5 create"}},
		{name: "a title", do: `taxonCreateOrUpdate(input: { id: "Taxon-1", title: "Clothes" })`, again: 200, changes: []string{"Taxon-1 update [title treeName urlSlug]"}},
		{name: "a place", do: `taxonCreateOrUpdate(input: { id: "Taxon-5", parentId: "Taxon-4" })`, again: 200, changes: []string{"Taxon-5 update [parent]"}},
		{name: "an id", do: `taxonCreateOrUpdate(input: { id: "Taxon-1", externalIds: [{ key: "erp", value: "T-1" }] })`, again: 200, changes: []string{"Taxon-1 update [externalIds]"}},
		{name: "a circle", do: `taxonCreateOrUpdate(input: { id: "Taxon-1", title: "Round", parentId: "Taxon-3" })`, status: 422},
	}},
	"prototypeCreateOrUpdate": {steps: []step{ // no class
		{name: "a new prototype", do: `prototypeCreateOrUpdate(input: { name: "Headwear" })`},
		{name: "a name", do: `prototypeCreateOrUpdate(input: { id: "Prototype-1", name: "Shoes", externalIds: [{ key: "erp", value: "P" }] })`, again: 200},
		{name: "no name", do: `prototypeCreateOrUpdate(input: { id: "Prototype-1", name: "" })`, status: 422},
	}},
	"optionTypeCreateOrUpdate": {steps: []step{
		{name: "a new option type", do: `optionTypeCreateOrUpdate(input: { name: "colour", appliedTo: VARIANT, fieldType: SINGLE_SELECT, prototypeIds: ["Prototype-1"] })`, changes: []string{"OptionType-3 create"}},
		{name: "a name", do: `optionTypeCreateOrUpdate(input: { id: "OptionType-1", displayName: "Length", optional: true })`, again: 200, changes: []string{"OptionType-1 update [displayName optional]"}},
		{name: "a prototype less", do: `optionTypeCreateOrUpdate(input: { id: "OptionType-2", prototypeIdsToRemove: ["Prototype-1"] })`, again: 200, changes: []string{"OptionType-2 update [prototypes]"}},
		{name: "an id", do: `optionTypeCreateOrUpdate(input: { id: "OptionType-1", externalIds: [{ key: "erp", value: "O-1" }] })`, again: 200, changes: []string{"OptionType-1 update [externalIds]"}},
		{name: "another use", do: `optionTypeCreateOrUpdate(input: { id: "OptionType-1", appliedTo: ADVERT })`, status: 422},
	}},
	"optionValueCreateOrUpdate": {steps: []step{
		{name: "a new option value", do: `optionValueCreateOrUpdate(input: { name: "41", optionTypeId: "OptionType-1" })`, changes: []string{"OptionValue-3 create"}},
		{name: "a name", do: `optionValueCreateOrUpdate(input: { id: "OptionValue-1", displayName: "EU 40", position: 5 })`, again: 200, changes: []string{"OptionValue-1 update [displayName position presentation]"}},
		{name: "an id", do: `optionValueCreateOrUpdate(input: { id: "OptionValue-1", externalIds: [{ key: "erp", value: "40" }] })`, again: 200, changes: []string{"OptionValue-1 update [externalIds]"}},
		{name: "of free text", do: `optionValueCreateOrUpdate(input: { name: "x", optionTypeId: "OptionType-2" })`, status: 422},
	}},
	"brandCreateOrUpdate": {steps: []step{ // no class
		{name: "a new brand", do: `brandCreateOrUpdate(input: { name: "Nova" })`},
		{name: "a name", do: `brandCreateOrUpdate(input: { id: "Brand-1", name: "Ostrea Mare", externalIds: [{ key: "erp", value: "B" }] })`, again: 200},
		{name: "no name", do: `brandCreateOrUpdate(input: { name: " " })`, status: 422},
	}},
}

// accountStories are those of sellers and what they work with.
var accountStories = map[string]story{
	"sellerCreate": {steps: []step{
		{name: "a new seller", do: `sellerCreate(input: { attributes: { businessName: "West Shop", legalBusinessName: "West", phone: "1", emailAddress: "w@shop.example", accountType: RETAILER
			metadata: [{ key: "tier", value: "gold" }], logo: { sourceUrl: "https://img.example/w.png" }, address: { address: "1 Pier", city: "Salem", postcode: "97301", country: { code: "US" } } } })`,
			changes: []string{"Seller-3 create"}},
		{name: "no e-mail", do: `sellerCreate(input: { attributes: { businessName: "West Shop", legalBusinessName: "West", phone: "1", accountType: RETAILER
			address: { address: "1 Pier", city: "Salem", postcode: "97301", country: { code: "US" } } } })`, status: 422},
	}},
	"sellerUpdate": {steps: []step{
		{name: "a name", do: `sellerUpdate(input: { sellerId: "Seller-1", attributes: { businessName: "Northern Shop" } })`, again: 200, changes: []string{"Seller-1 update [businessName]"}},
		{name: "an address", do: `sellerUpdate(input: { attributes: { address: { city: "Salem" } } })`, as: north, again: 200, changes: []string{"Seller-1 update [address]"}},
		{name: "a logo", do: `sellerUpdate(input: { attributes: { logo: { sourceUrl: "https://img.example/n.png" } } })`, as: north, again: 200, changes: []string{"Seller-1 update [logo]"}},
		{name: "notes", do: `sellerUpdate(input: { attributes: { metadata: [{ key: "tier", value: "gold" }], tags: ["new"] } })`, as: north, again: 200, changes: []string{"Seller-1 update [metadata tags]"}},
		{name: "nothing", do: `sellerUpdate(input: { sellerId: "Seller-1" })`, again: 200},
		{name: "no name", do: `sellerUpdate(input: { sellerId: "Seller-1", attributes: { phone: "2", businessName: null } })`, status: 422},
		{name: "another", do: `sellerUpdate(input: { sellerId: "Seller-2", attributes: { phone: "2" } })`, as: north, status: 404},
	}},
	"sellerDelete": {
		prepare: []string{
			`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", sellerId: "Seller-2" } })`,
			`marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "shop", organization: "South", sellerId: "Seller-2" })`,
			`advertDelete(input: { id: "Advert-3" })`,
		},
		steps: []step{
			{name: "with adverts", do: `sellerDelete(input: { sellerId: "Seller-1" })`, status: 422, again: 422},
			{name: "a seller", do: `sellerDelete(input: { sellerId: "Seller-2" })`, again: 404, changes: []string{"Seller-2 destroy", "Webhook-1 destroy"}},
		},
	},
	"marketplacerApiKeyCreate": {steps: []step{ // no class
		{name: "a new key", do: `marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "shop", organization: "South", sellerId: "Seller-2" })`},
		{name: "no terms", do: `marketplacerApiKeyCreate(input: { apiTermsOfUse: false, description: "shop", organization: "South" })`, status: 422},
	}},
	"marketplacerApiKeyUpdate": {
		prepare: []string{`marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "shop", organization: "South", sellerId: "Seller-2" })`},
		steps: []step{ // no class
			{name: "other scopes", do: `marketplacerApiKeyUpdate(input: { apiKeyId: "MarketplacerAPIKey-1", scopes: ["adverts:read"] })`},
			{name: "no scope of that name", do: `marketplacerApiKeyUpdate(input: { apiKeyId: "MarketplacerAPIKey-1", scopes: ["ponies:read"] })`, status: 422},
		},
	},
	"marketplacerApiKeyDelete": {
		prepare: []string{`marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "shop", organization: "South", sellerId: "Seller-2" })`},
		steps: []step{ // no class
			{name: "a key", do: `marketplacerApiKeyDelete(input: { apiKeyId: "MarketplacerAPIKey-1" })`, again: 404},
			{name: "deleted before", do: `marketplacerApiKeyDelete(input: { apiKeyId: "MarketplacerAPIKey-1" })`, status: 404},
		},
	},
	"shipmentCarrierCreate": {steps: []step{ // no class
		{name: "a new carrier", do: `shipmentCarrierCreate(input: { name: "Bike" })`},
		{name: "no name", do: `shipmentCarrierCreate(input: { name: "" })`, status: 422},
	}},
}

// webhookStories are those of registrations, whose changes only the relay reads.
var webhookStories = map[string]story{
	"webhookCreate": {steps: []step{
		{name: "a registration", do: `webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", identifier: "erp" } })`, again: 200, changes: []string{"Webhook-1 create"}},
		{name: "a wrong document", do: `webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", queryString: "missing" } })`, status: 422},
	}},
	"webhookUpdate": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "a pause", do: `webhookUpdate(input: { webhookId: "Webhook-1", attributes: { enabled: false } })`, again: 200, changes: []string{"Webhook-1 update [enabled state stateSince]"}},
			{name: "a limit", do: `webhookUpdate(input: { webhookId: "Webhook-1", attributes: { maxRetries: 3 } })`, again: 200, changes: []string{"Webhook-1 update [maxRetries]"}},
			{name: "too many", do: `webhookUpdate(input: { webhookId: "Webhook-1", attributes: { maxRetries: 51 } })`, status: 422},
		},
	},
	"webhookDelete": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "another seller's", do: `webhookDelete(input: { webhookId: "Webhook-1" })`, as: south, status: 404},
			{name: "a registration", do: `webhookDelete(input: { webhookId: "Webhook-1" })`, again: 404, changes: []string{"Webhook-1 destroy"}},
		},
	},
	"webhookPing": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "another seller's", do: `webhookPing(input: { webhookId: "Webhook-1" })`, as: south, status: 404},
			{name: "a ping", do: `webhookPing(input: { webhookId: "Webhook-1" })`},
		},
	},
	"webhookSecretRotate": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "another seller's", do: `webhookSecretRotate(input: { webhookId: "Webhook-1" })`, as: south, status: 404},
			{name: "too long", do: `webhookSecretRotate(input: { webhookId: "Webhook-1", overlapSeconds: 604801 })`, status: 422},
			{name: "another secret", do: `webhookSecretRotate(input: { webhookId: "Webhook-1" })`, changes: []string{"Webhook-1 update [secrets]"}},
		},
	},
	"webhookTrigger": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "what there is not", do: `webhookTrigger(input: { webhookId: "Webhook-1", subjectId: "Advert-99" })`, status: 404},
			{name: "an entity", do: `webhookTrigger(input: { webhookId: "Webhook-1", subjectId: "Advert-1" })`, changes: []string{"Advert-1 update for webhook 1"}},
			{name: "as destroyed", do: `webhookTrigger(input: { webhookId: "Webhook-1", subjectId: "Advert-1", eventName: DESTROY })`, changes: []string{"Advert-1 destroy for webhook 1"}},
		},
	},
	"webhookEventResend": {
		stored: func() []market.Entity { return []market.Entity{waitingEvent(1)} }, prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "what is stored", do: `webhookEventResend(input: { webhookEventId: "WebhookEvent-1" })`, changes: []string{"Advert-1 update for webhook 1"}},
			{name: "executed again", do: `webhookEventResend(input: { webhookEventId: "WebhookEvent-1", mode: REEXECUTE })`, changes: []string{"Advert-1 update for webhook 1"}},
			{name: "what there is not", do: `webhookEventResend(input: { webhookEventId: "WebhookEvent-9" })`, status: 404},
		},
	},
	"webhookEventCancel": {
		stored: func() []market.Entity { return []market.Entity{waitingEvent(1)} }, prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "what there is not", do: `webhookEventCancel(input: { webhookEventId: "WebhookEvent-9" })`, status: 404},
			{name: "what waits", do: `webhookEventCancel(input: { webhookEventId: "WebhookEvent-1" })`, again: 409},
		},
	},
	"webhookReplay": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "too fast", do: `webhookReplay(input: { webhookId: "Webhook-1", since: "2026-03-01", ratePerSecond: 10001 })`, status: 422},
			{name: "a day", do: `webhookReplay(input: { webhookId: "Webhook-1", since: "2026-03-01", until: "2026-03-02" })`},
		},
	},
	"webhookBackfill": {
		prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "too fast", do: `webhookBackfill(input: { webhookId: "Webhook-1", ratePerSecond: 10001 })`, status: 422},
			{name: "everything", do: `webhookBackfill(input: { webhookId: "Webhook-1" })`},
		},
	},
	"webhookJobCancel": {
		stored: func() []market.Entity { return []market.Entity{openJob(1)} }, prepare: []string{`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook" } })`},
		steps: []step{
			{name: "what there is not", do: `webhookJobCancel(input: { jobId: "WebhookJob-9" })`, status: 404},
			{name: "a job", do: `webhookJobCancel(input: { jobId: "WebhookJob-1" })`, again: 409},
		},
	},
}
