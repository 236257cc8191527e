package bench_test

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crier/internal/servicetest"
)

// The catalogue of BenchmarkVolume, and what it holds the import and the pages to.
const (
	products           = 10_000
	variantsPerProduct = 3
	// mostMemory bounds the resident memory of the import, in MiB.
	mostMemory = 256
	// mostGrowth bounds the memory of its last quarter, as a ratio to the first.
	mostGrowth = 1.25
	// mostDepth bounds the time of the last page, as a ratio to the first.
	mostDepth = 1.5
)

// BenchmarkVolume loads a large catalogue with the import command, whose memory
// it watches, and then walks its pages, two adverts each, to compare the last
// with the first.
func BenchmarkVolume(b *testing.B) {
	inPlaces(b, func(b *testing.B, r *rig) {
		file, binary := catalogue(b), servicetest.Crier(b)
		b.ResetTimer()
		for round := range b.N {
			began := time.Now()
			memory := r.load(b, binary, file, fmt.Sprintf("Volume %d", round))
			b.ReportMetric(products/time.Since(began).Seconds(), "products/s")
			warm := memory[len(memory)/10:]
			first, last := slices.Max(warm[:len(warm)/4]), slices.Max(warm[len(warm)*3/4:])
			b.ReportMetric(slices.Max(memory), "MiB")
			held(b, "MiB-growth", last/first, mostGrowth)
			if slices.Max(memory) > mostMemory {
				b.Errorf("the import took %.0f MiB", slices.Max(memory))
			}
			server, pages := r.serve(b), products*(round+1)/2
			held(b, "depth-ratio", depth(b, server, pages, nil), mostDepth)
			held(b, "sorted-depth-ratio", depth(b, server, pages, []map[string]any{{"field": "UPDATED_AT", "ordering": "DESCENDING"}}), mostDepth)
		}
	})
}

// held reports a ratio and holds it to a bound.
func held(b *testing.B, name string, ratio, most float64) {
	b.Helper()
	b.ReportMetric(ratio, name)
	if ratio > most {
		b.Errorf("%s is %.2f, above %.2f", name, ratio, most)
	}
}

// catalogue writes a Shopify CSV.
func catalogue(b *testing.B) string {
	b.Helper()
	var text bytes.Buffer
	rows := csv.NewWriter(&text)
	write := func(cells ...string) { must(b, rows.Write(cells)) }
	write("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
		"Variant SKU", "Variant Inventory Qty", "Variant Price", "Image Src")
	for i := range products {
		handle := fmt.Sprintf("jug-%d", i)
		about := []string{fmt.Sprintf("Stoneware jug no. %d", i), "<p>" + strings.Repeat("Thrown by hand and fired twice. ", 8) + "</p>",
			fmt.Sprintf("Potter %d", i%50), fmt.Sprintf("Jugs of %d litres", i%40), "stoneware, hand made", "TRUE", "Size"}
		picture := fmt.Sprintf("https://img.example/%d.jpg", i)
		for j := range variantsPerProduct {
			size, sku := strconv.Itoa(j), fmt.Sprintf("J%d-%d", i, j)
			write(append(append([]string{handle}, about...), size, sku, strconv.Itoa(i%30), "39.50", picture)...)
			about, picture = make([]string, len(about)), ""
		}
	}
	rows.Flush()
	must(b, rows.Error())
	file := filepath.Join(b.TempDir(), "catalogue.csv")
	must(b, os.WriteFile(file, text.Bytes(), 0o600))
	return file
}

// load runs the import command on the rig's database and returns its resident
// memory over time, in MiB.
func (r *rig) load(b *testing.B, binary, file, seller string) (memory []float64) {
	b.Helper()
	cmd := exec.Command(binary, "import", "--seller", seller, file)
	cmd.Env = append(os.Environ(), "CRIER_DATABASE_URL="+r.database, "CRIER_SECRET_KEY="+base64.StdEncoding.EncodeToString(secretKey))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	must(b, cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			if want := fmt.Sprintf("%d products with %d variants", products, products*variantsPerProduct); err != nil || !strings.Contains(said.String(), want) {
				b.Fatalf("import: %v, and said %s", err, &said)
			}
			return memory
		case <-look.C:
			if m, ok := resident(cmd.Process.Pid); ok {
				memory = append(memory, m)
			}
		}
	}
}

// resident is the resident memory of a process in MiB (proc(5)).
func resident(pid int) (float64, bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false // it has ended
	}
	_, rest, found := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(rest + " -")[0])
	return float64(kib) / 1024, found && err == nil
}

const pageOfTwo = `query($after: String, $sort: [AdvertsWhereSort!]) {
	advertsWhere(first: 2, after: $after, sort: $sort) { pageInfo { endCursor hasNextPage } nodes { id title updatedAt } }
}`

// depth walks to the last page, which is the wanted one, and returns how much longer it takes than the
// first, each in the median of many, in turns.
func depth(b *testing.B, server api, want int, sort any) float64 {
	b.Helper()
	client := connected(b, 1)
	page := func(after any) (next string, more bool) {
		answer, err := server.post(client, request(b, pageOfTwo, map[string]any{"after": after, "sort": sort}))
		must(b, err)
		var got struct {
			Data struct {
				AdvertsWhere struct {
					PageInfo struct {
						EndCursor   string
						HasNextPage bool
					}
					Nodes []struct{ ID string }
				}
			}
		}
		if err := json.Unmarshal(answer, &got); err != nil || len(got.Data.AdvertsWhere.Nodes) != 2 {
			must(b, errors.Join(err, fmt.Errorf("no page of two: %s", answer)))
		}
		return got.Data.AdvertsWhere.PageInfo.EndCursor, got.Data.AdvertsWhere.PageInfo.HasNextPage
	}
	var last any
	pages := 1
	for next, more := page(nil); more; next, more = page(next) {
		last, pages = next, pages+1
	}
	if pages != want {
		b.Errorf("the adverts are on %d pages of two, want %d", pages, want)
	}
	took := map[any][]time.Duration{}
	for range 300 {
		for _, after := range []any{nil, last} {
			began := time.Now()
			page(after)
			took[after] = append(took[after], time.Since(began))
		}
	}
	median := func(d []time.Duration) float64 { slices.Sort(d); return d[len(d)/2].Seconds() }
	return median(took[last]) / median(took[nil])
}
