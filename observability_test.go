package main_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"crier/internal/telemetry"
)

var update = flag.Bool("update", false, "write what is generated: the table of metrics in docs/observability.md, docs/commands.md")

// get reads a page of the server.
func (s *process) get(path string) (status int, body string) {
	s.t.Helper()
	response, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// series reads one series of a scrape.
func (s *process) series(name string) string {
	s.t.Helper()
	_, scrape := s.get("/metrics")
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(scrape)
	if m == nil {
		s.t.Fatalf("there is no %s in\n%s", name, scrape)
	}
	return m[1]
}

// watched is a server that has delivered one change.
func watched(t *testing.T, p place) *process {
	t.Helper()
	s, r := serve(t, p), receive(t, nil)
	s.register("ADVERT", r.server.URL, advertDocument, nil)
	advert, _ := s.advertise(s.open(), "Watched")
	s.settled(r.nextFor(advert).header.Get("webhook-id"), "Sent")
	return s
}

func TestTheMetricsOfAServer(t *testing.T) {
	t.Parallel()
	s := watched(t, embedded(t))
	for series, want := range map[string]string{
		`crier_delivery_attempts_total{answer="2xx",outcome="sent"}`: "1", `crier_executions_total{result="ok"}`: "1", "crier_delivery_lag_seconds_count": "1",
		"crier_relay_active": "1", "crier_redis_up": "1", "crier_database_errors_total": "0", "crier_queue_waiting_events": "0",
	} {
		if got := s.series(series); got != want {
			t.Errorf("%s is %s, want %s", series, got, want)
		}
	}
	if s.series(`crier_http_requests_total{code="OK",operation="mutation",status="200"}`) == "0" {
		t.Error("no mutation was counted")
	}
	_, scrape := s.get("/metrics")
	problems, err := promlint.New(strings.NewReader(scrape)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// metric is a metric as a scrape declares it.
type metric struct{ name, kind, labels, help string }

// declared reads the metrics of a scrape.
func declared(scrape string) map[string]metric {
	found := map[string]metric{}
	for _, m := range regexp.MustCompile(`(?m)^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n\S*?(?:\{(.*)\})? \S+$`).FindAllStringSubmatch(scrape, -1) {
		var labels []string
		for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[4], -1) {
			if l[1] != "le" {
				labels = append(labels, "`"+l[1]+"`")
			}
		}
		found[m[1]] = metric{m[1], m[3], strings.Join(labels, ", "), m[2]}
	}
	return found
}

func TestTheDocumentedMetricsAreThoseOfAServer(t *testing.T) {
	t.Parallel()
	s := watched(t, embedded(t))
	_, scrape := s.get("/metrics")
	metrics := declared(scrape)
	table := "\n| metric | type | labels | meaning |\n|---|---|---|---|\n"
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		if m := metrics[name]; strings.HasPrefix(name, "crier_") {
			table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", m.name, m.kind, m.labels, m.help)
		}
	}
	const file, end = "docs/observability.md", "<!-- end of metrics -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`(?s)(<!-- metrics: [^\n]*-->\n).*?(` + end + `)`)
	want := marks.ReplaceAllString(string(text), "${1}"+table+"\n${2}")
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("%s has other metrics than the server: go test -run %s -update . writes\n%s", file, t.Name(), table)
	}
	checkQueries(t, metrics)
}

// checkQueries checks that dashboard and alerts ask for nothing that is not there.
func checkQueries(t *testing.T, metrics map[string]metric) {
	t.Helper()
	known := map[string]bool{}
	for name, m := range metrics {
		known[name] = true
		if m.kind == "histogram" {
			delete(known, name) // the series of a histogram have suffixes
			known[name+"_bucket"], known[name+"_sum"], known[name+"_count"] = true, true, true
		}
	}
	asked := map[string]bool{}
	for place, query := range queries(t) {
		bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(query, `""`)
		if strings.Count(bare, "(") != strings.Count(bare, ")") || strings.Count(bare, "{") != strings.Count(bare, "}") {
			t.Errorf("%s is not balanced: %s", place, query)
		}
		names := regexp.MustCompile(`\b(crier|go|process)_\w+`).FindAllString(bare, -1)
		if len(names) == 0 {
			t.Errorf("%s asks for no metric: %s", place, query)
		}
		for _, name := range names {
			asked[name] = true
			if !known[name] {
				t.Errorf("%s asks for %s, which no server has", place, name)
			}
		}
	}
	for name, m := range metrics {
		if strings.HasPrefix(name, "crier_") && !asked[name] && !asked[name+"_bucket"] {
			t.Errorf("neither dashboard nor alerts show %s, %s", name, m.help)
		}
	}
}

// queries are those of the dashboard and of the alerts, by where they stand.
func queries(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	var dashboard struct {
		Panels []struct {
			Title, Type string
			Targets     []struct{ RefID, Expr string }
		}
	}
	var alerts struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For string
				Labels           map[string]string
				Annotations      map[string]string
			}
		}
	}
	read := func(file string, into any, decode func([]byte, any) error) {
		text, err := os.ReadFile(file)
		if err == nil {
			err = decode(text, into)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	read("docs/grafana/crier.json", &dashboard, json.Unmarshal)
	read("docs/prometheus/alerts.yml", &alerts, func(text []byte, into any) error { return yaml.Unmarshal(text, into) })
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			found["the panel "+panel.Title+" "+target.RefID] = target.Expr
		}
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("the panel %s shows nothing", panel.Title)
		}
	}
	for _, group := range alerts.Groups {
		for _, rule := range group.Rules {
			found["the alert "+rule.Alert] = rule.Expr
			if rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" {
				t.Errorf("the alert %s has no severity or summary", rule.Alert)
			}
		}
	}
	if len(found) < 40 {
		t.Errorf("only %d queries were found", len(found))
	}
	return found
}

// spanCollector is a collector of OpenTelemetry.
type spanCollector struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*tracepb.Span
}

func collectSpans(t *testing.T) *spanCollector {
	t.Helper()
	c := &spanCollector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &request)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// of returns the spans of a trace by their names.
func (c *spanCollector) of(trace string) map[string]*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := map[string]*tracepb.Span{}
	for _, s := range c.spans {
		if fmt.Sprintf("%x", s.TraceId) == trace {
			found[s.Name] = s
		}
	}
	return found
}

func TestOneTraceFromTheRequestToTheReceiver(t *testing.T) {
	t.Parallel()
	c := collectSpans(t)
	s, r := serve(t, embedded(t).with("OTEL_EXPORTER_OTLP_ENDPOINT="+c.URL)), receive(t, nil)
	shop := s.open()
	s.register("ADVERT", r.server.URL, advertDocument, nil)
	advert, _ := s.advertise(shop, "Traced")
	handed := r.nextFor(advert).header.Get("traceparent")
	s.stop() // sends what waits
	spans := c.of(handed[3:35])
	request, attempt := spans["mutation"], spans["POST"]
	if request == nil || attempt == nil || spans["relay"] == nil || spans["execute"] == nil {
		t.Fatalf("the trace of %s has %v", handed, slices.Sorted(maps.Keys(spans)))
	}
	if len(request.ParentSpanId) > 0 {
		t.Errorf("the request is below %x", request.ParentSpanId)
	}
	for name, span := range spans {
		if name != "mutation" && !bytes.Equal(span.ParentSpanId, request.SpanId) {
			t.Errorf("%s is below %x, not below the request %x", name, span.ParentSpanId, request.SpanId)
		}
	}
	if handed[36:52] != fmt.Sprintf("%x", attempt.SpanId) {
		t.Errorf("the receiver got %s, not the attempt %x", handed, attempt.SpanId)
	}
}

func TestReadyzNamesTheRoles(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t).with("CRIER_ROLES=api,relay"))
	status, body := s.get("/readyz")
	var found telemetry.Readiness
	if err := json.Unmarshal([]byte(body), &found); err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK || !found.Ready || found.Database != "ready" || found.Redis != "ready" || found.Roles["send"] != "" {
		t.Errorf("%d %s", status, body)
	}
}

func TestProfilesHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t).with("CRIER_DEBUG_LISTEN=127.0.0.1:0"))
	response, err := http.Get(await(t, s.logs, `"url":"(http://127\.0\.0\.1:\d+/debug/pprof/)"`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("profiles answer %d", response.StatusCode)
	}
	if status, _ := s.get("/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("the main address answers %d", status)
	}
	s.stop()
}
