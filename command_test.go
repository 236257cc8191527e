package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"crier/internal/servicetest"
)

func parseInt(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// command runs the program to its end and returns what it printed and its exit code.
func command(t *testing.T, p place, args ...string) (out, errs string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, servicetest.Crier(t), args...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = p.environ(), &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

func TestDemoShowsEachClassOnce(t *testing.T) {
	t.Parallel()
	places := map[string]func(t *testing.T) place{
		"embedded": func(*testing.T) place { return nil },
		// No secret key: a demonstration has one of its own.
		"production": func(t *testing.T) place {
			return place{"CRIER_DATABASE_URL=" + servicetest.Postgres(t), "CRIER_REDIS_URL=" + servicetest.Redis(t)}
		},
	}
	for name, at := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := at(t)
			out, errs, code := command(t, p, "demo", "--once")
			if code != 0 {
				t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
			}
			wanted := []string{"mutation OfferATeapot", "mutation BuyTwo", "mutation SendThem", "mutation AskOneBack", "mutation TakeItBack", "mutation PayItBack",
				`"Stoneware teapot"`, `"trackingNumber": "TP-0001"`, `"The lid does not fit."`}
			for _, class := range []string{"ADVERT", "VARIANT", "INVOICE", "SHIPMENT", "REFUND_REQUEST"} {
				wanted = append(wanted, "webhookCreate for "+class, "received for "+class+", signature verified")
			}
			for _, want := range wanted {
				if !strings.Contains(out, want) {
					t.Errorf("the demonstration does not show %q:\n%s", want, out)
				}
			}
			if p == nil {
				return
			}
			out, errs, code = command(t, p, "demo", "--once", "--output", "json")
			if code != 0 {
				t.Errorf("the second run ends with %d\n%s\n%s", code, out, errs)
			}
			for line := range strings.Lines(out) {
				var d struct{ Kind, Class, Verdict string }
				if err := json.Unmarshal([]byte(line), &d); err != nil || d.Kind != "delivery" || d.Class == "" || d.Verdict != "verified" {
					t.Errorf("the second run shows %s", line)
				}
			}
		})
	}
}

// catalogues are real catalogues outside of the project.
func catalogues(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../shared/data/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		if os.Getenv("CRIER_TEST_REQUIRE") != "" {
			t.Fatal("the catalogues of ../shared/data are missing")
		}
		t.Skip("the catalogues of ../shared/data are missing")
	}
	return files
}

func TestImportLoadsCataloguesOnce(t *testing.T) {
	t.Parallel()
	files := catalogues(t)
	p := embedded(t)
	args := append([]string{"import", "--seller", "Catalogue House"}, files...)
	out, errs, code := command(t, p, args...)
	if code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
	}
	s := serve(t, p)
	const all = `{ advertsWhere(first: 500) { totalCount nodes {
		id title updatedAt published lowestPrice brand { name } taxon { title } images { totalCount }
		variants(first: 100) { nodes { id sku countOnHand lowestPriceCents updatedAt variantOptionValues { nodes { optionValue { name } } } } }
	} } }`
	before := s.ask(all, nil)
	nodes, _ := at(t, before, "advertsWhere", "nodes").([]any)
	if want := handles(t, files); len(nodes) != want {
		t.Errorf("%d adverts for %d products", len(nodes), want)
	}
	r := receive(t, nil)
	s.register("ADVERT", r.server.URL, advertDocument, nil)
	if out, errs, code := command(t, p, args...); code != 0 {
		t.Fatalf("the second run: exit code %d\n%s\n%s", code, out, errs)
	}
	if after := s.ask(all, nil); !equalJSON(t, before, after) {
		t.Errorf("the second run changed something:\n%v\n%v", before, after)
	}
	advert, _ := s.advertise(s.open(), "Afterwards")
	if first := r.next(); first.subject(t) != advert {
		t.Errorf("the second run raised an event: %s", first.body)
	}
}

// handles counts the distinct products of Shopify CSV files: lines begin with the handle.
func handles(t *testing.T, files []string) int {
	t.Helper()
	seen := map[string]bool{}
	for _, file := range files {
		for _, handle := range firstColumn(t, file) {
			seen[handle] = true
		}
	}
	return len(seen)
}

func TestImportReportsBadRowsAndLoadsTheGoodOnes(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	file := filepath.Join(t.TempDir(), "mixed.csv")
	content := "Handle,Title,Type,Variant SKU,Variant Inventory Qty,Variant Price\n" +
		"good,Good Cup,Cups,G1,3,9.50\n" + "bad,Bad Cup,Cups,B1,3,cheap\n" + "better,Better Cup,Cups,G2,4,12\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, p, "import", file)
	if code != 1 || !strings.Contains(errs, file+":3") || !strings.Contains(errs, "cheap") {
		t.Errorf("exit code %d\n%s\n%s", code, out, errs)
	}
	s := serve(t, p)
	data := s.ask(`{ advertsWhere { nodes { title } } }`, nil)
	nodes, _ := at(t, data, "advertsWhere", "nodes").([]any)
	if len(nodes) != 2 {
		t.Errorf("%d adverts were loaded, want the two good ones: %v", len(nodes), nodes)
	}
}

func TestVersionAndMigrate(t *testing.T) {
	t.Parallel()
	if out, _, code := command(t, nil, "version"); code != 0 || !strings.HasPrefix(out, "crier ") || !strings.Contains(out, " go1.") {
		t.Errorf("version: %d %q", code, out)
	}
	p := embedded(t)
	for range 2 {
		if out, errs, code := command(t, p, "migrate"); code != 0 {
			t.Errorf("migrate: %d %s %s", code, out, errs)
		}
	}
}

func TestBadConfigurationIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	_, errs, code := command(t, place{"CRIER_GRACE=soon", "CRIER_CURRENCY=dollars", "CRIER_OPERATOR_KEY=short"}, "serve")
	if code == 0 {
		t.Error("the server started")
	}
	for _, variable := range []string{"CRIER_GRACE", "CRIER_CURRENCY", "CRIER_OPERATOR_KEY"} {
		if !strings.Contains(errs, variable) {
			t.Errorf("%s is not named: %s", variable, errs)
		}
	}
}

func TestWhatCannotBeOpenedIsNamed(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t))
	taken := "CRIER_LISTEN=" + strings.TrimPrefix(s.url, "http://")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for variable, p := range map[string]place{
		"CRIER_LISTEN": embedded(t).with(taken), "CRIER_DATABASE_URL": {"CRIER_DATABASE_URL=sqlite:" + file + "/crier.db"},
	} {
		if _, errs, code := command(t, p, "serve"); code != 1 || !strings.Contains(errs, variable) {
			t.Errorf("%s is not named: exit code %d\n%s", variable, code, errs)
		}
	}
}

func TestTheGeneratedOperatorKeyIsShownOnceAndWorks(t *testing.T) {
	t.Parallel()
	p := embedded(t).with("CRIER_OPERATOR_KEY=")
	s := serve(t, p)
	key := await(t, s.logs, `shown only now\): (\S{32,})`)
	if data, errs := s.try(key, `{ apiKeyPrincipal { name } }`, nil); len(errs) > 0 || data["apiKeyPrincipal"] == nil {
		t.Errorf("the key does not work: %v %v", data, errs)
	}
	s.stop()
	if again := serve(t, p); strings.Contains(again.logs.String(), "shown only now") {
		t.Error("the key is shown again")
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t))
	for _, path := range []string{"/healthz", "/readyz"} {
		response, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", path, response.StatusCode)
		}
	}
}

// It runs before the parallel tests of this package: a browser that starts cold
// beside all of them has been slower than its patience.
func TestPlaygroundAndVoyagerWorkInABrowserWithoutNetwork(t *testing.T) {
	chromium := servicetest.Chromium(t)
	installed(t, "console")
	s := serve(t, embedded(t))
	cmd := exec.Command(servicetest.Node(t), "e2e/explore.mjs", "--type", "Advert", "--type", "Invoice", "--type", "Webhook", s.url, operatorKey)
	cmd.Dir = "console"
	cmd.Env = append(os.Environ(), "CHROMIUM="+chromium)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// From an empty database, on a wide and a narrow screen. The pictures stay in console/e2e/screenshots.
func TestTheConsoleWorksInABrowserWithoutNetwork(t *testing.T) {
	chromium := servicetest.Chromium(t)
	installed(t, "console")
	s := serve(t, embedded(t))
	cmd := exec.Command(servicetest.Node(t), "e2e/console.mjs", s.url, operatorKey, "e2e/screenshots")
	cmd.Dir = "console"
	cmd.Env = append(os.Environ(), "CHROMIUM="+chromium)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
