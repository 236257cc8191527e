package console_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"crier/console"
)

var (
	handler = console.Handler()

	// built is the folder that the binary embeds, as it is on disk.
	built = os.DirFS("dist")
)

func get(t *testing.T, target string, header ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return string(content)
}

func wantHeader(t *testing.T, response *http.Response, name, want string) {
	t.Helper()
	if got := response.Header.Get(name); got != want {
		t.Errorf("%s: %q, want %q", name, got, want)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	reference := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`)
	for target, title := range map[string]string{
		"/":                        "Crier",
		"/webhooks":                "Crier",
		"/webhooks/V2ViaG9vay0x":   "Crier",
		"/webhooks/a%3D%3D/edit":   "Crier",
		"/compose":                 "Crier",
		"/deliveries?status=SENT":  "Crier",
		"/deliveries/V2ViaG9vay0x": "Crier",
		"/jobs":                    "Crier",
		"/schema":                  "Crier",
		"/playground":              "Playground",
		"/voyager":                 "Voyager",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			response := get(t, target)
			if response.StatusCode != http.StatusOK {
				t.Fatalf("status %d, want 200", response.StatusCode)
			}
			wantHeader(t, response, "Content-Type", "text/html; charset=utf-8")
			wantHeader(t, response, "Cache-Control", "no-cache")
			body := readAll(t, response.Body)
			if !strings.Contains(body, "<title>"+title) {
				t.Errorf("the page is not titled %s:\n%s", title, body)
			}
			assets := 0
			for _, match := range reference.FindAllStringSubmatch(body, -1) {
				if !strings.HasPrefix(match[1], "/console/assets/") {
					continue
				}
				assets++
				if asset := get(t, match[1]); asset.StatusCode != http.StatusOK {
					t.Errorf("%s: status %d, want 200", match[1], asset.StatusCode)
				}
			}
			if assets == 0 {
				t.Error("the page names no asset")
			}
		})
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
		".ttf": "font/ttf",
	}
	files, err := fs.Glob(built, "assets/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("built assets: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			want, err := fs.ReadFile(built, file)
			if err != nil {
				t.Fatalf("read: %v", err)
			}
			for _, encoding := range []string{"", "gzip"} {
				response := get(t, "/console/"+file, "Accept-Encoding", encoding)
				if response.StatusCode != http.StatusOK {
					t.Fatalf("status %d, want 200", response.StatusCode)
				}
				wantHeader(t, response, "Content-Type", types[path.Ext(file)])
				wantHeader(t, response, "Content-Encoding", encoding)
				wantHeader(t, response, "Vary", "Accept-Encoding")
				wantHeader(t, response, "Cache-Control", "public, max-age=31536000, immutable")
				if decoded(t, response) != string(want) {
					t.Errorf("encoding %q: the content is not that of the built file", encoding)
				}
			}
		})
	}
}

func decoded(t *testing.T, response *http.Response) string {
	t.Helper()
	if response.Header.Get("Content-Encoding") != "gzip" {
		return readAll(t, response.Body)
	}
	reader, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatalf("gzip: %v", err)
	}
	return readAll(t, reader)
}

func TestAcceptEncoding(t *testing.T) {
	t.Parallel()
	scripts, err := fs.Glob(built, "assets/playground-*.js")
	if err != nil || len(scripts) != 1 {
		t.Fatalf("the playground's script: %v, %v", scripts, err)
	}
	for header, want := range map[string]string{
		"":                         "",
		"identity":                 "",
		"br":                       "",
		"*":                        "",
		"gzip":                     "gzip",
		"GZIP":                     "gzip",
		"gzip, deflate, br, zstd":  "gzip",
		"br;q=1.0, gzip;q=0.8":     "gzip",
		"br , gzip ; q=0.001":      "gzip",
		"gzip;q=0":                 "",
		"gzip;q=0.000, identity":   "",
		"gzip;q=much":              "",
		"x-gzip-not, gzipped, zip": "",
	} {
		response := get(t, "/console/"+scripts[0], "Accept-Encoding", header)
		if got := response.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q, want %q", header, got, want)
		}
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/other",
		"/index.html",
		"/webhooks/",
		"/webhooks/1/other",
		"/deliveries/1/edit",
		"/playground/",
		"/console/",
		"/console/assets/",
		"/console/assets/missing.js",
		"/console/assets/..%2Fplayground.html",
		"/console/assets/.",
	} {
		response := get(t, target, "Accept-Encoding", "gzip")
		if response.StatusCode == http.StatusOK {
			t.Errorf("%s: status 200", target)
		}
		if cached := response.Header.Get("Cache-Control"); cached != "" {
			t.Errorf("%s: Cache-Control %q on a refusal", target, cached)
		}
	}
}

func TestLicenses(t *testing.T) {
	t.Parallel()
	response := get(t, "/console/licenses.md")
	wantHeader(t, response, "Content-Type", "text/plain; charset=utf-8")
	body := readAll(t, response.Body)
	for _, name := range []string{"graphiql", "graphql-voyager", "monaco-editor", "react"} {
		if !strings.Contains(body, "\n## "+name+" - ") {
			t.Errorf("no license of %s", name)
		}
	}
}

// Whatever a page may load or run is listed here; everything else is a hole.
func TestContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	base := []string{
		"default-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "object-src 'none'",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}
	voyager := append(slices.Clone(base), "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self' blob:")
	for target, want := range map[string][]string{
		"/":                          base,
		"/webhooks/1/edit":           base,
		"/playground":                base,
		"/voyager":                   voyager,
		"/console/licenses.md":       base,
		"/console/assets/missing.js": base,
	} {
		response := get(t, target)
		wantHeader(t, response, "Content-Security-Policy", strings.Join(want, "; "))
		wantHeader(t, response, "X-Content-Type-Options", "nosniff")
		wantHeader(t, response, "Referrer-Policy", "no-referrer")
	}
}

// What the console asks of the API is written by hand: it fits the schema, and every operation is used.
func TestOperationsFitTheSchema(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(os.DirFS("../schema"), "*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatalf("schema: %v, %v", files, err)
	}
	var sources []*ast.Source
	for _, file := range files {
		sources = append(sources, &ast.Source{Name: file, Input: readFile(t, "../schema/"+file)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatalf("schema: %v", err)
	}
	operations, errs := gqlparser.LoadQueryWithRules(schema, readFile(t, "src/console/api.graphql"), rules.NewDefaultRules())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var scripts strings.Builder
	for _, file := range sourcesOfTheConsole(t) {
		scripts.WriteString(readFile(t, "src/console/"+file))
	}
	for _, operation := range operations.Operations {
		if !strings.Contains(scripts.String(), "'"+operation.Name+"'") {
			t.Errorf("%s is not used", operation.Name)
		}
	}
}

func sourcesOfTheConsole(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("src/console"), "*.ts*")
	if err != nil || len(files) == 0 {
		t.Fatalf("sources: %v, %v", files, err)
	}
	return files
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return string(content)
}

// mostScript is how much the console's own pages may load, in bytes of gzip: all of its views, not only the first.
const mostScript = 500 << 10

func TestTheConsoleIsSmall(t *testing.T) {
	t.Parallel()
	page := readAll(t, get(t, "/").Body)
	sizes := map[string]int{}
	first := loaded(t, page, sizes)
	for again := true; again; {
		again = false
		for _, name := range slices.Collect(maps.Keys(sizes)) {
			again = loaded(t, decoded(t, get(t, "/console/assets/"+name, "Accept-Encoding", "gzip")), sizes) > 0 || again
		}
	}
	all := 0
	for _, size := range sizes {
		all += size
	}
	t.Logf("%d KiB of compressed script at first, %d KiB for all views", first>>10, all>>10)
	if all > mostScript {
		t.Errorf("the console's views load %d bytes of compressed script, more than %d", all, mostScript)
	}
	if first == 0 || first >= all {
		t.Errorf("the first view loads %d of %d bytes: the editor is not loaded lazily", first, all)
	}
}

var scriptName = regexp.MustCompile(`[\w.-]+\.js\b`)

// loaded adds the scripts that a text names to sizes, as they are sent, and returns what they have together.
func loaded(t *testing.T, text string, sizes map[string]int) (total int) {
	t.Helper()
	for _, name := range scriptName.FindAllString(text, -1) {
		response := get(t, "/console/assets/"+name, "Accept-Encoding", "gzip")
		if _, known := sizes[name]; !known && response.StatusCode == http.StatusOK {
			sizes[name] = len(readAll(t, response.Body))
			total += sizes[name]
		}
	}
	return total
}

// foreign finds what would make a browser load something from another host. Links that a person may follow, and
// names such as the SVG namespace, are none of that.
var foreign = map[string]*regexp.Regexp{
	".html": regexp.MustCompile(`(?i)\b(?:src|srcset|href|data|action|poster)\s*=\s*["']?\s*(?:(?:https?|wss?):)?//`),
	".css":  regexp.MustCompile(`(?i)(?:\burl\(|@import)\s*["']?\s*(?:https?:)?//`),
	".js": regexp.MustCompile("(?i)" +
		"(?:\\b(?:import|fetch|importScripts|Worker|WebSocket|EventSource|Request|url)\\(|" +
		"\\b(?:import|from)\\b|\\.src=|\\bsrc:|@import)" +
		"\\s*[\"'`]\\s*(?:(?:https?|wss?):)?//[a-z0-9]|" +
		`\burl\((?:https?:)?//[a-z0-9]`),
	".svg": regexp.MustCompile(`(?i)href\s*=\s*["']?\s*(?:https?:)?//`),
}

func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(built, ".", func(file string, entry fs.DirEntry, err error) error {
		pattern := foreign[path.Ext(file)]
		if err != nil || entry.IsDir() || pattern == nil {
			return err
		}
		content, err := fs.ReadFile(built, file)
		if err != nil {
			return err
		}
		for _, found := range loadedFromElsewhere(pattern, string(content)) {
			t.Errorf("%s: %q", file, found)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk: %v", err)
	}
}

// loadedFromElsewhere returns the surroundings of each // at which the pattern matches: a few bytes around a few
// thousand places, where the pattern itself would have to look at millions.
func loadedFromElsewhere(pattern *regexp.Regexp, content string) []string {
	var found []string
	for at := 0; ; at += 2 {
		next := strings.Index(content[at:], "//")
		if next < 0 {
			return found
		}
		at += next
		if around := content[max(0, at-40):min(len(content), at+60)]; pattern.MatchString(around) {
			found = append(found, around)
		}
	}
}

func TestForeignFindsWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, sample := range []struct{ extension, text string }{
		{".html", `<script type="module" src="https://cdn.example/x.js">`},
		{".html", `<link rel="stylesheet" href='//cdn.example/x.css'>`},
		{".css", `@font-face{src:url(https://fonts.example/x.woff2)}`},
		{".css", `@import "https://fonts.example/x.css";`},
		{".js", `import e from"https://esm.example/react"`},
		{".js", "await import(`https://esm.example/x`)"},
		{".js", `fetch("https://api.example/v1")`},
		{".js", `new Worker('//cdn.example/w.js')`},
		{".js", `new WebSocket("wss://push.example")`},
		{".js", `i.src="https://pixel.example/1.gif"`},
		{".js", "css`background:url(https://img.example/a.png)`"},
		{".svg", `<image href="https://img.example/a.png"/>`},
	} {
		found := loadedFromElsewhere(foreign[sample.extension], strings.Repeat("a // b\n", 100)+sample.text)
		if len(found) == 0 {
			t.Errorf("%s: %s passes", sample.extension, sample.text)
		}
	}
}
