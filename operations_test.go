package main_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"crier/internal/config"
	"crier/internal/servicetest"
)

// afterGrace is the time that a stop may take beyond its grace, for what was interrupted.
const afterGrace = 5 * time.Second

// deployed is what a file has run.
type deployed struct {
	environment map[string]string
	args        []string
	stopsWithin time.Duration
}

// The files that run Crier configure it as this version reads its configuration, and
// give a stop the time that it needs.
func TestDeploymentsAreConfigurations(t *testing.T) {
	t.Parallel()
	for file, read := range map[string]func(*testing.T, string) []deployed{
		"compose.yaml": composed, "deploy/kubernetes/crier.yaml": orchestrated, "deploy/systemd/crier.service": supervised, "Dockerfile": contained,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			known := variables(t)
			for _, name := range regexp.MustCompile(`\bCRIER_[A-Z_]+\b`).FindAllString(string(text), -1) {
				if !slices.Contains(known, name) {
					t.Errorf("%s is no variable of the program", name)
				}
			}
			list := read(t, string(text))
			if len(list) == 0 {
				t.Fatal("nothing is run")
			}
			for _, d := range list {
				d.check(t)
			}
		})
	}
}

// check holds what is run to the configuration's own rules.
func (d deployed) check(t *testing.T) {
	t.Helper()
	var program struct {
		config.Config
		Serve struct{} `cmd:"" default:"1"`
	}
	given := map[string]string{"CRIER_SECRET_KEY": base64.StdEncoding.EncodeToString(make([]byte, 32))}
	for name, value := range d.environment {
		given[name] = value
	}
	parser, err := kong.New(&program, kong.DefaultEnvars("CRIER"))
	if err != nil {
		t.Fatal(err)
	}
	args := d.args
	for _, flag := range parser.Model.Flags {
		for _, name := range flag.Envs {
			if value, ok := given[name]; ok {
				args = append([]string{"--" + flag.Name + "=" + value}, args...)
			}
		}
	}
	if _, err = parser.Parse(args); err != nil {
		t.Fatalf("%v: %v", d.args, err)
	}
	settings, err := program.Check()
	if err != nil {
		t.Errorf("%v %v: %v", d.args, d.environment, err)
	}
	if d.stopsWithin < settings.Grace+afterGrace {
		t.Errorf("a stop has %v, and takes up to %v and %v", d.stopsWithin, settings.Grace, afterGrace)
	}
}

// composed reads compose.yaml with what its head tells to export.
func composed(t *testing.T, text string) (list []deployed) {
	text = regexp.MustCompile(`\$\{CRIER_SECRET_KEY:\?[^}]*\}`).ReplaceAllString(text, base64.StdEncoding.EncodeToString(make([]byte, 32)))
	text = regexp.MustCompile(`\$\{[A-Z_]+:\?[^}]*\}`).ReplaceAllString(text, strings.Repeat("k", 32))
	text = regexp.MustCompile(`\$\{[A-Z_]+:-([^}]*)\}`).ReplaceAllString(text, "'$1'")
	var file struct {
		Services map[string]struct {
			Image       string
			Environment map[string]string
			StopsWithin string `yaml:"stop_grace_period"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	for _, service := range file.Services {
		if service.Image == "crier" {
			list = append(list, deployed{service.Environment, []string{"serve"}, duration(t, service.StopsWithin)})
		}
	}
	return list
}

// orchestrated reads a manifest of Kubernetes, and has its probes answered by a server.
func orchestrated(t *testing.T, text string) (list []deployed) {
	type probe struct {
		HTTPGet struct{ Path string } `yaml:"httpGet"`
	}
	var environment map[string]string
	server := serve(t, embedded(t))
	for _, part := range strings.Split(text, "\n---\n") {
		var object struct {
			Kind string
			Data map[string]string
			Spec struct {
				Template struct {
					Spec struct {
						Seconds    int `yaml:"terminationGracePeriodSeconds"`
						Containers []struct {
							Args      []string
							Startup   probe `yaml:"startupProbe"`
							Liveness  probe `yaml:"livenessProbe"`
							Readiness probe `yaml:"readinessProbe"`
							Lifecycle struct {
								PreStop struct{ Sleep struct{ Seconds int } } `yaml:"preStop"`
							}
						}
					}
				}
			}
		}
		if err := yaml.Unmarshal([]byte(part), &object); err != nil {
			t.Fatal(err)
		}
		if object.Kind == "ConfigMap" {
			environment = object.Data
		}
		pod := object.Spec.Template.Spec
		for _, c := range pod.Containers {
			for _, p := range []probe{c.Startup, c.Liveness, c.Readiness} {
				if status, body := server.get(p.HTTPGet.Path); status != 200 {
					t.Errorf("the probe %s gets %d: %s", p.HTTPGet.Path, status, body)
				}
			}
			list = append(list, deployed{environment, c.Args, time.Duration(pod.Seconds-c.Lifecycle.PreStop.Sleep.Seconds) * time.Second})
		}
	}
	return list
}

// supervised reads a unit of systemd.
func supervised(t *testing.T, text string) []deployed {
	d := deployed{environment: map[string]string{}}
	for _, m := range regexp.MustCompile(`(?m)^(\w+)=(.*)$`).FindAllStringSubmatch(text, -1) {
		switch m[1] {
		case "ExecStart":
			d.args = strings.Fields(m[2])[1:]
		case "Environment":
			name, value, _ := strings.Cut(m[2], "=")
			d.environment[name] = value
		case "TimeoutStopSec":
			d.stopsWithin = duration(t, m[2]+"s")
		}
	}
	return []deployed{d}
}

// contained reads the Dockerfile, where docker stop decides how long a stop may take.
func contained(_ *testing.T, text string) []deployed {
	d := deployed{environment: map[string]string{}, stopsWithin: 35*time.Second + afterGrace}
	for _, m := range regexp.MustCompile(`(CRIER_[A-Z_]+)=(\S+)`).FindAllStringSubmatch(text, -1) {
		d.environment[m[1]] = m[2]
	}
	return []deployed{d}
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What docs/operations.md backs up while the server runs is there again after it is
// restored: entities, secrets, and what was due.
func TestBackupsAreRestored(t *testing.T) {
	t.Parallel()
	steps := blocks(t, "docs/operations.md", "Backup and restore")
	if len(steps) != 4 {
		t.Fatalf("the guide has %d steps, want backup and restore of both databases", len(steps))
	}
	for _, name := range []string{"sqlite3", "pg_dump", "pg_restore", "redis-cli"} {
		servicetest.Program(t, name)
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		restored(t, folder, place{"CRIER_DATABASE_URL=sqlite:" + filepath.Join(folder, "crier-data", "crier.db")}, steps[0], steps[1])
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		restored(t, t.TempDir(), production(t, servicetest.StartRedis(t)), steps[2], steps[3])
	})
}

// restored backs up, loses everything since, and looks at what is there.
func restored(t *testing.T, folder string, p place, backup, restore string) {
	s, r := serve(t, p), receive(t, nil)
	webhook, secret := s.register("ADVERT", r.server.URL, advertDocument, nil)
	advert, _ := s.advertise(s.open(), "Teapot")
	r.nextFor(advert)
	s.ask(`mutation($id: ID!) { webhookUpdate(input: { webhookId: $id, attributes: { enabled: false } }) { status } }`, object{"id": webhook})
	s.retitle(advert, "Kettle")
	s.awaitEvents(webhook, "HELD", 1)
	runs(t, folder, p, backup)
	s.retitle(advert, "Lost")
	s.ask(`mutation($id: ID!) { webhookDelete(input: { webhookId: $id }) { status } }`, object{"id": webhook})
	s.stop()
	runs(t, folder, p, restore)
	s = serve(t, p)
	s.ask(`mutation($id: ID!) { webhookUpdate(input: { webhookId: $id, attributes: { enabled: true } }) { status } }`, object{"id": webhook})
	a := r.nextFor(advert)
	a.verify(t, secret)
	if title := text(t, a.json(t), "payload", "data", "node", "title"); title != "Kettle" {
		t.Errorf("after the restore %q arrives", title)
	}
}

// runs runs commands of a guide to their end, at a place.
func runs(t *testing.T, folder string, p place, commands string) {
	t.Helper()
	var out lockedBuffer
	if err := shell(t, folder, p.exports()+commands, &out).Wait(); err != nil {
		t.Fatalf("%s\n%v: %s", commands, err, &out)
	}
}

// exports are the variables of a place, as a shell reads them.
func (p place) exports() string {
	var lines strings.Builder
	for _, v := range p {
		name, value, _ := strings.Cut(v, "=")
		fmt.Fprintf(&lines, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	return lines.String()
}
