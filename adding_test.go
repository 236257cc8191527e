package main_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"crier/internal/servicetest"
)

// guide is a document of which a test does what it says.
const guide = "docs/adding-an-entity.md"

// block is one code block of the guide.
type block struct {
	// path is the file that it is the content of, "" for none.
	path string
	// language is what follows the fence: sh for commands.
	language, text string
}

// fenced finds code blocks, with the heading that names a file before those that have one.
var fenced = regexp.MustCompile("(?ms)(?:^### `([^`]+)`\n\n)?^```(\\w+)\n(.*?)^```$")

// guideBlocks reads the guide's blocks in their order.
func guideBlocks(t *testing.T) (all []block) {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		all = append(all, block{m[1], m[2], m[3]})
	}
	if headings := strings.Count(string(text), "\n### `"); headings != len(files(all)) {
		t.Fatalf("%d files are headed in the guide, and %d blocks were found for them", headings, len(files(all)))
	}
	return all
}

// files are the paths that blocks are the content of, sorted.
func files(blocks []block) (paths []string) {
	for _, b := range blocks {
		if b.path != "" {
			paths = append(paths, b.path)
		}
	}
	slices.Sort(paths)
	return paths
}

// documents are the blocks that are sent to the server.
func documents(blocks []block) (texts []string) {
	for _, b := range blocks {
		if b.path == "" && b.language == "graphql" {
			texts = append(texts, b.text)
		}
	}
	return texts
}

// The guide to adding an entity is true: its files and its commands, and nothing
// else, make an entity whose webhooks are delivered. It runs by itself, since it
// builds the whole program on every processor.
func TestTheGuideAddsAnEntity(t *testing.T) {
	servicetest.Program(t, "git")
	servicetest.Program(t, "make")
	blocks, copied := guideBlocks(t), scratch(t)
	before := digests(t, copied)
	for i, b := range blocks {
		blocks[i].path = numbered(t, copied, b.path)
		switch {
		case blocks[i].path != "":
			write(t, filepath.Join(copied, blocks[i].path), b.text)
		case b.language == "sh":
			run(t, copied, b.text)
		}
	}
	after := digests(t, copied)
	if changed := changedFiles(before, after); !slices.Equal(changed, files(blocks)) {
		t.Errorf("beside graph/, the files %q were changed, and the guide names %q", changed, files(blocks))
	}
	for _, b := range blocks {
		if b.path != "" && after[b.path] != sha256.Sum256([]byte(b.text)) {
			t.Errorf("make generate would write %s otherwise than the guide has it", b.path)
		}
	}
	run(t, copied, "go build -o crier-with-announcements .")
	announced(t, filepath.Join(copied, "crier-with-announcements"), documents(blocks))
}

// scratch copies the project, what is not committed yet included, to a folder of the test.
func scratch(t *testing.T) string {
	t.Helper()
	list, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	folder := t.TempDir()
	for path := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue // It was removed, which is not committed yet.
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, path), string(text))
		if info, err := os.Stat(path); err != nil || os.Chmod(filepath.Join(folder, path), info.Mode().Perm()) != nil {
			t.Fatalf("%s cannot be copied with its mode: %v", path, err)
		}
	}
	return folder
}

// write makes a file, and the folders on its path.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// numbered is a path with the next free number of a migration in the place of NNNN.
func numbered(t *testing.T, folder, path string) string {
	t.Helper()
	present, err := filepath.Glob(filepath.Join(folder, filepath.Dir(path), "[0-9][0-9][0-9][0-9]_*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(path, "NNNN", fmt.Sprintf("%04d", len(present)+1), 1)
}

// run runs commands of the guide.
func run(t *testing.T, folder, commands string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", commands)
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v\n%s", commands, err, out)
	}
}

// digests are the digests of all files of a folder.
func digests(t *testing.T, folder string) map[string][sha256.Size]byte {
	t.Helper()
	all := map[string][sha256.Size]byte{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := strings.CutPrefix(path, folder+string(filepath.Separator))
		all[name] = sha256.Sum256(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// changedFiles are the files that were added, changed or removed, sorted, those of graph/ aside.
func changedFiles(before, after map[string][sha256.Size]byte) (paths []string) {
	for path, digest := range after {
		if was, there := before[path]; (!there || was != digest) && !strings.HasPrefix(path, "graph/") {
			paths = append(paths, path)
		}
	}
	for path := range before {
		if _, there := after[path]; !there {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// announced sends the guide's documents to a server with the new entity: a
// webhook's, a mutation and a subscription.
func announced(t *testing.T, binary string, texts []string) {
	t.Helper()
	if len(texts) != 3 {
		t.Fatalf("the guide has %d documents, want those of a webhook, a mutation and a subscription", len(texts))
	}
	s := serveBy(t, binary, embedded(t).with("CRIER_LOG_LEVEL=debug"))
	o, other := s.open(), s.open()
	key, otherKey := s.key(object{"sellerId": o.seller}), s.key(object{"sellerId": other.seller})
	r, others := receive(t, nil), receive(t, nil)
	_, secret := s.register("ANNOUNCEMENT", r.server.URL, texts[0], object{"sellerId": o.seller})
	_, othersSecret := s.register("ANNOUNCEMENT", others.server.URL, texts[0], object{"sellerId": other.seller})

	id := s.announce(key, texts[1], object{"title": "Closed on Monday", "body": "We are at the fair.", "publishedOn": "2026-03-01T09:30:00+11:00"})
	isAnnouncement(t, r.next(), secret, "create", object{
		"id": id, "title": "Closed on Monday", "body": "We are at the fair.", "publishedOn": "2026-02-28", "seller": object{"businessName": "Quay Pottery"},
	})
	later := object{"id": id, "title": "Closed until Tuesday", "publishedOn": nil}
	s.announce(key, texts[1], later)
	s.announce(key, texts[1], later) // It changes nothing and raises no event.
	last := object{
		"id": id, "title": "Closed until Tuesday", "body": "We are at the fair.", "publishedOn": nil, "seller": object{"businessName": "Quay Pottery"},
	}
	isAnnouncement(t, r.next(), secret, "update", last)
	s.hidden(id, otherKey, texts[1])
	s.asked(key, `mutation($id: ID!) { announcementDelete(input: { id: $id }) { status } }`, object{"id": id})
	isAnnouncement(t, r.next(), secret, "destroy", last)
	foreign := s.announce(otherKey, texts[1], object{"title": "Sale", "body": "Everything must go."})
	isAnnouncement(t, others.next(), othersSecret, "create", object{
		"id": foreign, "title": "Sale", "body": "Everything must go.", "publishedOn": nil, "seller": object{"businessName": "Quay Pottery"},
	})
	t.Run("live", func(t *testing.T) { followed(t, s, key, texts) })
}

// asked executes a document with a key; errors of GraphQL fail the test.
func (s *process) asked(key, document string, variables object) object {
	s.t.Helper()
	data, errs := s.try(key, document, variables)
	if len(errs) > 0 {
		s.t.Fatalf("%s\nanswers %v\n%s", document, errs, s.logs)
	}
	return data
}

// announce runs the guide's mutation and returns the announcement's id.
func (s *process) announce(key, document string, input object) string {
	s.t.Helper()
	data := s.asked(key, document, object{"input": input})
	if at(s.t, data, "announcementUpsert", "errors") != nil {
		s.t.Fatalf("%v is refused: %v", input, data)
	}
	return text(s.t, data, "announcementUpsert", "announcement", "id")
}

// isAnnouncement expects a signed delivery that shows an announcement.
func isAnnouncement(t *testing.T, a arrival, secret, event string, want object) {
	t.Helper()
	a.verify(t, secret)
	got := a.json(t)
	if text(t, got, "event_name") != event || !equalJSON(t, at(t, got, "payload"), object{"data": object{"node": want}}) {
		t.Errorf("the delivery is %s, want a %s of %v", a.body, event, want)
	}
}

// hidden expects that a seller neither sees nor changes another's announcement, and the operator sees it.
func (s *process) hidden(id, otherKey, upsert string) {
	s.t.Helper()
	const look = `query($id: ID!) { node(id: $id) { id } announcements { totalCount nodes { id } } }`
	seen := s.ask(look, object{"id": id})
	if !equalJSON(s.t, seen, object{"node": object{"id": id}, "announcements": object{"totalCount": 1, "nodes": []object{{"id": id}}}}) {
		s.t.Errorf("the operator sees %v", seen)
	}
	seen, errs := s.try(otherKey, look, object{"id": id})
	if at(s.t, seen, "node") != nil || at(s.t, seen, "announcements", "totalCount") != float64(0) || len(errs) != 1 ||
		text(s.t, errs[0], "extensions", "code") != "NOT_FOUND" {
		s.t.Errorf("another seller sees %v %v", seen, errs)
	}
	refused := s.asked(otherKey, upsert, object{"input": object{"id": id, "title": "Mine"}})
	if at(s.t, refused, "announcementUpsert", "status") != float64(404) {
		s.t.Errorf("another seller changes it: %v", refused)
	}
}

// followed expects that the guide's subscription shows a new announcement.
func followed(t *testing.T, s *process, key string, texts []string) {
	c := connect(t, s)
	c.subscribe("live", "sse", key, texts[2], nil)
	s.announce(key, texts[1], object{"title": "Back again", "body": "Come in."})
	got := at(t, c.next("live", "next"), "data", "announcementChanged")
	if !equalJSON(t, at(t, got, "announcement"), object{"title": "Back again"}) || at(t, got, "eventName") != "CREATE" {
		t.Errorf("the subscription shows %v", got)
	}
}
