package document

import (
	"encoding/json"
	"slices"
	"strings"

	"crier/internal/market"
)

// JSONSchemaDialect is the dialect of the JSON Schemas, draft 2020-12.
const JSONSchemaDialect = "https://json-schema.org/draft/2020-12/schema"

// responseError is the JSON Schema of an error of a response (GraphQL, section 7.1.2).
const responseError = `{"type":"object","properties":{` +
	`"message":{"type":"string"},` +
	`"path":{"type":"array","items":{"type":["string","integer"]}},` +
	`"locations":{"type":"array","items":{"type":"object","properties":{"line":{"type":"integer"},"column":{"type":"integer"}},"required":["line","column"],"additionalProperties":false}},` +
	`"extensions":{"type":"object"}},"required":["message"],"additionalProperties":false}`

// PayloadSchema is the JSON Schema, draft 2020-12, of the bodies that a webhook
// for entities of a type sends in a format: everything of it comes from the schema
// of the API. events are the webhook's own, none for all. A ping and what is sent on
// request, such as a backfill's update, fit it too. The error is a *Refused.
func (d *Documents) PayloadSchema(typeName, text string, format market.WebhookFormat, events []market.WebhookEventName) (json.RawMessage, error) {
	p, err := d.Prepare(text)
	if err != nil {
		return nil, err
	}
	names := eventNames(typeName, events)
	key := strings.Join([]string{typeName, string(format), strings.Join(names, " "), p.text}, "\x00")
	if known, found := d.schemas.get(key); found {
		return known, nil
	}
	data := d.resultOf(p, typeName)
	body := bodySchema(newTypedSchema(true), data, typeName, format, names)
	if len(body) > maxDescribed {
		body = bodySchema(newTypedSchema(false), data, typeName, format, names)
	}
	d.schemas.put(key, body, len(key)+len(body))
	return body, nil
}

// operational are the events of the class WEBHOOK, whose subject is a webhook (contract webhooks.md).
var operational = []string{"disabled", "failing", "invalid", "recovered"}

// eventNames are the names, sorted, that bodies of a webhook can bear: those it
// asked for, a ping, and the update that a trigger or a backfill sends.
func eventNames(typeName string, events []market.WebhookEventName) []string {
	names := []string{"ping", string(market.Update)}
	for _, e := range events {
		names = append(names, string(e.Action()))
	}
	if len(events) == 0 {
		names = append(names, string(market.Create), string(market.Destroy))
	}
	if typeName == "Webhook" {
		names = append(names, operational...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// bodySchema is the JSON Schema of a body around data.
func bodySchema(s *typedSchema, data *result, typeName string, format market.WebhookFormat, events []string) json.RawMessage {
	content := s.of(data)
	errorList := kind("array", false) + `,"items":{` + s.define("GraphQLError", responseError) + `}`
	var body string
	switch format {
	case market.FormatStandard:
		body = object(
			property{"type", kind("string", false) + `,"enum":` + texts(eventTypes("", typeName, events)), true},
			property{"timestamp", kind("string", false) + `,"format":"date-time"`, true},
			property{"data", content, true},
			property{"errors", errorList, false})
	case market.FormatCloudEvents:
		body = object(
			property{"specversion", `"const":"1.0"`, true},
			property{"id", kind("string", false), true},
			property{"source", kind("string", false) + `,"format":"uri-reference"`, true},
			property{"type", kind("string", false) + `,"enum":` + texts(eventTypes("crier.", typeName, events)), true},
			property{"subject", kind("string", false), false},
			property{"time", kind("string", false) + `,"format":"date-time"`, true},
			property{"sequence", kind("string", false) + `,"pattern":"^[0-9]+$"`, true},
			property{"datacontenttype", `"const":"application/json"`, true},
			property{"errors", s.text("The errors of the execution, as JSON in a text.") + kind("string", false), false},
			property{"data", content, true})
	default:
		body = object(property{"data", content, false}, property{"errors", errorList, false}) + `,"minProperties":1`
		if format == market.FormatRaw {
			break
		}
		body = object(
			property{"id", kind("string", false), true},
			property{"event_name", kind("string", false) + `,"enum":` + texts(events), true},
			property{"payload", s.define("Payload", "{"+body+"}"), true})
	}
	title := typeName + "Webhook"
	return json.RawMessage(`{"$schema":"` + JSONSchemaDialect + `","title":"` + title + `",` + body + `,"$defs":` + string(s.defs()) + `}`)
}

// property is a field of a body, with its keywords.
type property struct {
	name, keywords string
	required       bool
}

// object are the keywords of an object with just these properties.
func object(properties ...property) string {
	var written, required []string
	for _, p := range properties {
		written = append(written, quoted(p.name)+`:{`+p.keywords+`}`)
		if p.required {
			required = append(required, p.name)
		}
	}
	keywords := `"type":"object","properties":{` + strings.Join(written, ",") + `},"additionalProperties":false`
	if required != nil {
		keywords += `,"required":` + texts(required)
	}
	return keywords
}

// eventTypes are the types of events of STANDARD and CLOUDEVENTS; a ping is about nothing.
func eventTypes(prefix, typeName string, events []string) []string {
	past := map[string]string{string(market.Create): "created", string(market.Update): "updated", string(market.Destroy): "destroyed"}
	class := strings.ToLower(market.ClassOf(typeName))
	var types []string
	for _, e := range events {
		name := class + "." + e
		if past[e] != "" {
			name = class + "." + past[e]
		} else if e == "ping" {
			name = e
		}
		types = append(types, prefix+name)
	}
	return types
}
