// Command crier is a marketplace API server in which webhooks are part of the
// GraphQL schema. This file wires the parts together: configuration, start,
// ordered stop; what they do is in their own folders.
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"crier/console"
	"crier/delivery"
	"crier/delivery/egress"
	"crier/graph"
	"crier/internal/check"
	"crier/internal/config"
	"crier/internal/demo"
	"crier/internal/document"
	"crier/internal/listen"
	"crier/internal/market"
	"crier/internal/reference"
	"crier/internal/remote"
	"crier/internal/sample"
	"crier/internal/shopify"
	"crier/internal/store"
	"crier/internal/stream"
	"crier/internal/telemetry"
	"crier/internal/terminal"
	"crier/internal/viewer"
	"crier/resolvers"
)

// version is the release; the commit is in the build information.
const version = "0.1.0"

// command is the command line (contract server.md).
type command struct {
	config.Config

	Serve    serveCommand    `cmd:"" default:"withargs" group:"run" settings:"all" help:"Serve the API, relay changes and deliver webhooks (the default)."`
	Demo     demoCommand     `cmd:"" group:"run" settings:"all" help:"Show the main job: changes made, webhooks received and verified."`
	Import   importCommand   `cmd:"" group:"run" settings:"database-url,secret-key,order-payment,log-format,log-level" help:"Load catalogues from Shopify product CSV."`
	Migrate  migrateCommand  `cmd:"" group:"run" settings:"database-url,secret-key,log-format,log-level" help:"Bring the database to this version's schema."`
	Listen   listenCommand   `cmd:"" group:"webhooks" settings:"header-prefix" help:"Receive webhooks on this machine: verify, show, forward, fail as told."`
	Trigger  remote.Trigger  `cmd:"" group:"webhooks" help:"Send an entity to a webhook, as if it had changed now."`
	Tail     remote.Tail     `cmd:"" group:"webhooks" help:"Follow the deliveries of a server as they happen."`
	Webhooks webhooksCommand `cmd:"" group:"webhooks" help:"Look after registered webhooks."`

	Completion reference.Complete `cmd:"" group:"about" help:"Print a script that has a shell complete commands and flags."`
	Reference  reference.Show     `cmd:"" group:"about" help:"Print the reference of all commands and flags, in Markdown."`
	Version    versionCommand     `cmd:"" group:"about" help:"Show version, commit and Go version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, out, errs io.Writer) int {
	var c command
	exit := -1
	parser, err := kong.New(&c, kong.Name("crier"), kong.Description("A GraphQL-native marketplace API server whose webhooks are part of the schema. Without a command it serves; crier serve --help lists the settings of a server."),
		kong.DefaultEnvars("CRIER"), reference.Groups(), reference.Help(), kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintln(errs, "crier:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err == nil {
		err = parsed.Run(&c.Config, terminal.Terminal{Ctx: ctx, Out: out, Err: errs}, parser.Model)
	}
	if err != nil {
		fmt.Fprintln(errs, "crier:", strings.ReplaceAll(err.Error(), "\n", "\ncrier: "))
		return 1
	}
	return 0
}

type versionCommand struct{ terminal.Output }

// Run shows the version.
func (v versionCommand) Run(t terminal.Terminal) error {
	return v.Print(t.Out, fmt.Sprintf("crier %s commit %s %s", version, commit(), runtime.Version()),
		map[string]string{"version": version, "commit": commit(), "go": runtime.Version()})
}

// commit is what the program was built from.
func commit() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}

type migrateCommand struct{ terminal.Output }

// Run migrates the database.
func (m migrateCommand) Run(c *config.Config, t terminal.Terminal) error {
	s, _, err := settings(c, t)
	if err != nil {
		return err
	}
	db, err := openStore(t.Ctx, s, logger(s, t.Err))
	if err != nil {
		return err
	}
	err = terminal.Wait(t.Err, "migrating", func() error { return db.Migrate(t.Ctx) })
	if err == nil {
		err = m.Print(t.Out, fmt.Sprintf("the %s database is at this version's schema", db.Dialect()), map[string]any{"database": db.Dialect(), "migrated": true})
	}
	return errors.Join(err, db.Close())
}

type serveCommand struct {
	Migrate bool `default:"true" negatable:"" help:"Bring the database to this version's schema first."`
	terminal.Output
}

// ballast is how many bytes a server holds without touching them, so that they
// take no memory. They count as heap for the garbage collector, which leaves a
// small one alone for longer.
const ballast = 48 << 20

// Run serves until the process is told to stop.
func (s serveCommand) Run(c *config.Config, t terminal.Terminal) error {
	defer runtime.KeepAlive(make([]byte, ballast))
	checked, log, err := settings(c, t)
	if err != nil {
		return err
	}
	log.InfoContext(t.Ctx, "starting", slog.String("version", version), slog.Any("settings", checked))
	srv, err := open(t.Ctx, checked, log, s.Migrate)
	if err != nil {
		return err
	}
	made, err := srv.market.EnsureOperatorKey(t.Ctx, checked.OperatorKey)
	if err != nil {
		return errors.Join(err, srv.close())
	}
	if made != "" {
		fmt.Fprintf(t.Err, "crier operator key (shown only now): %s\n", made)
	}
	return srv.run(t.Ctx, func(url string) {
		line := fmt.Sprintf("crier ready url=%s database=%s redis=%s", url, srv.store.Dialect(), srv.redis.Redacted())
		ready := map[string]string{"kind": "ready", "url": url, "database": srv.store.Dialect(), "redis": srv.redis.Redacted()}
		if err := s.Print(t.Out, line, ready); err != nil {
			log.WarnContext(t.Ctx, "nobody reads that the server is ready", slog.Any("error", err))
		}
	})
}

type demoCommand struct {
	Once bool `help:"End after a verified delivery of each class; fail where one does not come within 60 s."`
	terminal.Output
}

// sampleSeed makes the sample marketplace the same everywhere.
const sampleSeed = 1

// demoSecretKey encrypts the secrets of a demonstration that was given no key:
// its webhooks guard nothing, and a second run must be able to read them.
var demoSecretKey = []byte("crier demonstration secret key!!")

// Run starts a server on sample data and shows the way of a webhook on it.
func (d demoCommand) Run(c *config.Config, t terminal.Terminal) error {
	folder, err := os.MkdirTemp("", "crier-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	own := *c
	own.Listen, own.SampleData, own.EndpointAllowHTTP, own.EndpointAllow = "127.0.0.1:0", "true", "true", "127.0.0.0/8,::1/128"
	own.OrderPayment = string(market.PaymentPaid) // What is not paid is neither sent nor refunded.
	if own.DatabaseURL == defaultDatabase {
		own.DatabaseURL = "sqlite:" + filepath.Join(folder, "crier.db")
	}
	if own.SecretKey == "" {
		own.SecretKey = base64.StdEncoding.EncodeToString(demoSecretKey)
	}
	if own.LogLevel == "info" {
		own.LogLevel = "warn"
	}
	checked, log, err := settings(&own, t)
	if err != nil {
		return err
	}
	srv, err := open(t.Ctx, checked, log, true)
	if err != nil {
		return err
	}
	return d.show(srv, t)
}

// show runs the server and the demonstration beside it.
func (d demoCommand) show(srv *server, t terminal.Terminal) error {
	_, key, err := srv.market.CreateAPIKey(t.Ctx, market.Actor{ID: "demo"}, market.APIKeyAttributes{
		APITermsOfUse: true, Description: "demonstration", Organization: "demo",
	}, viewer.ValidScope)
	if err != nil {
		return errors.Join(err, srv.close())
	}
	ctx, stop := context.WithCancel(t.Ctx)
	defer stop()
	ready := make(chan string, 1)
	var group errgroup.Group
	group.Go(func() error {
		defer close(ready)
		return srv.run(ctx, func(url string) { ready <- url })
	})
	group.Go(func() error {
		url, ok := <-ready
		if !ok {
			return nil // the server's own error says why
		}
		err := demo.Run(ctx, demo.Options{URL: url, Key: key, Out: t.Out, Once: d.Once, JSON: d.JSON(), HeaderPrefix: srv.settings.HeaderPrefix})
		if d.Once || err != nil {
			stop()
		}
		return err
	})
	return group.Wait()
}

type listenCommand struct{ listen.Command }

// Run receives until it is told to stop.
func (l listenCommand) Run(c *config.Config, t terminal.Terminal) error {
	return l.Command.Run(t, c.HeaderPrefix)
}

type importCommand struct {
	Seller string   `placeholder:"NAME" help:"Business name of the seller who gets the products; created where missing."`
	Files  []string `arg:"" name:"file" type:"existingfile" help:"Shopify product CSV files."`
	terminal.Output
}

// Help shows examples.
func (importCommand) Help() string {
	return `A second run changes nothing. It may run beside a server, which delivers the events. Rows that cannot be loaded are named, the others are loaded; the exit code is then 1.

Examples:

  crier import catalogue.csv
  crier import --seller "Quay Pottery" spring.csv summer.csv
`
}

// Run loads catalogues straight into the database; a server beside it delivers the events.
func (i importCommand) Run(c *config.Config, t terminal.Terminal) error {
	s, log, err := settings(c, t)
	if err != nil {
		return err
	}
	db, err := openStore(t.Ctx, s, log)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(t.Ctx); err != nil {
		return err
	}
	loader := loader{market.New(db, market.Options{Payment: market.PaymentPolicy(s.OrderPayment)}), db}
	bad := 0
	for _, file := range i.Files {
		n, err := i.load(t, loader, file)
		if err != nil {
			return err
		}
		bad += n
	}
	if bad > 0 {
		return fmt.Errorf("%d bad rows were left out; the others are loaded", bad)
	}
	return nil
}

// load loads one file and returns how many of its rows were bad.
func (i importCommand) load(t terminal.Terminal, l loader, file string) (int, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	products, bad := shopify.Parse(f, file)
	bar := terminal.Bar(t.Err, filepath.Base(file), len(products))
	ctx := viewer.NewContext(t.Ctx, viewer.Viewer{Key: "import"})
	summary, refused, err := shopify.Load(ctx, l, market.Actor{ID: "import"}, i.Seller, products, func(done, _ int) { _ = bar.Set(done) })
	if err != nil {
		return 0, fmt.Errorf("import %s: %w", file, err)
	}
	bad = append(bad, refused...)
	for _, row := range bad {
		fmt.Fprintln(t.Err, row)
	}
	return len(bad), i.Print(t.Out, fmt.Sprintf("%s: %s", file, summary), map[string]any{"file": file, "products": summary.Products, "variants": summary.Variants,
		"created": summary.Created, "updated": summary.Updated, "unchanged": summary.Unchanged, "bad": bad})
}

type webhooksCommand struct {
	Check checkCommand `cmd:"" settings:"database-url,secret-key,log-format,log-level" help:"Check every registered document against this version's schema, changing nothing; exit 1 where one does not fit."`
}

type checkCommand struct {
	terminal.Output
}

// Help shows examples.
func (checkCommand) Help() string {
	return `Examples:

  crier webhooks check
  crier webhooks check --database-url sqlite:copy.db --output json
`
}

// Run reports what does not fit.
func (k checkCommand) Run(c *config.Config, t terminal.Terminal) error {
	s, log, err := settings(c, t)
	if err != nil {
		return err
	}
	db, err := openStore(t.Ctx, s, log)
	if err != nil {
		return err
	}
	defer db.Close()
	if pending, err := db.MigrationsPending(t.Ctx); err != nil || pending {
		return errors.Join(err, errors.New("the database does not have this version's schema: run crier migrate first, on a copy if need be"))
	}
	bar := terminal.Bar(t.Err, "webhooks checked", -1)
	ctx := viewer.NewContext(t.Ctx, viewer.Viewer{Key: "check"})
	report, err := check.Make(ctx, loader{market.New(db, market.Options{Documents: checker(document.DefaultLimits)}), db}, func() { _ = bar.Add(1) })
	if err != nil {
		return fmt.Errorf("check webhooks: %w", err)
	}
	_ = bar.Finish()
	write := report.Text
	if k.JSON() {
		write = report.JSON
	}
	if err := write(t.Out); err != nil || len(report.Misfits) == 0 {
		return err
	}
	return fmt.Errorf("%d documents do not fit this version's schema, or their keys' scopes", len(report.Misfits))
}

// checker proves documents. A schema without resolvers is enough for that.
func checker(limits document.Limits) *document.Documents {
	return document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{Limits: limits})
}

// loader is what commands need beside the rules: a look at what is there.
type loader struct {
	*market.Market
	store *store.Store
}

// Find fills dest, a *[]*T, with the entities that meet the conditions.
func (l loader) Find(ctx context.Context, dest any, conds ...market.Cond) error {
	_, err := l.store.Select(ctx, dest, market.Query{Where: conds})
	return err
}

// server is everything that runs.
type server struct {
	settings config.Settings
	log      *slog.Logger
	store    *store.Store
	redis    *stream.Redis
	feed     *stream.Feed
	market   *market.Market
	worker   *delivery.Worker
	egress   *egress.Client
	api      *resolvers.Handler
	handler  http.Handler
	listener net.Listener
	// debug is nil unless profiles are served.
	debug   net.Listener
	metrics *prometheus.Registry
	// tracer is nil unless traces are exported.
	tracer *telemetry.Tracer
}

// url is where the API is reached.
func (s *server) url() string { return "http://" + s.listener.Addr().String() }

// open wires the parts together. Redis may be away.
func open(ctx context.Context, s config.Settings, log *slog.Logger, migrate bool) (*server, error) {
	db, err := openStore(ctx, s, log)
	if err != nil {
		return nil, err
	}
	srv := &server{settings: s, log: log, store: db, metrics: telemetry.NewRegistry(version, commit())}
	if migrate {
		if err := db.Migrate(ctx); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if srv.redis, err = stream.Open(ctx, s.RedisURL, log); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	srv.feed = stream.NewFeed(srv.redis, db, log)
	if srv.listener, err = net.Listen("tcp", s.Listen); err != nil {
		return nil, errors.Join(fmt.Errorf("CRIER_LISTEN: %w", err), srv.close())
	}
	if err := errors.Join(srv.observe(ctx), srv.wire(ctx)); err != nil {
		return nil, errors.Join(err, srv.listener.Close(), srv.close())
	}
	return srv, nil
}

// observe opens what shows the process to its operators beside the main address.
func (s *server) observe(ctx context.Context) error {
	for name, pool := range s.store.Pools() {
		s.metrics.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}
	s.metrics.MustRegister(delivery.NewQueueCollector(s.redis, s.log), prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "crier_database_errors_total", Help: "Statements that the database failed or never got in this process, and connections that could not be made.",
	}, func() float64 { return float64(s.store.Failures()) }))
	traced, err := telemetry.Traced(os.Getenv)
	if err == nil && traced {
		s.tracer, err = telemetry.Export(ctx, version, s.log)
	}
	if err != nil || s.settings.DebugListen == "" {
		return err
	}
	if s.debug, err = net.Listen("tcp", s.settings.DebugListen); err != nil {
		return fmt.Errorf("CRIER_DEBUG_LISTEN: %w", err)
	}
	log := s.log.Info
	if address, ok := s.debug.Addr().(*net.TCPAddr); ok && !address.IP.IsLoopback() {
		log = s.log.Warn // others may reach it
	}
	log("profiles are served", slog.String("url", "http://"+s.debug.Addr().String()+"/debug/pprof/"))
	return nil
}

// wire builds market, API and worker on the open store and Redis.
func (s *server) wire(ctx context.Context) error {
	policy := egress.Policy{Allow: s.settings.EndpointAllow, AllowHTTP: s.settings.EndpointAllowHTTP}
	limits := document.DefaultLimits
	s.market = market.New(s.store, market.Options{
		Payment: market.PaymentPolicy(s.settings.OrderPayment), CheckEndpoint: policy.CheckURL, HeaderPrefix: s.settings.HeaderPrefix,
		Documents: checker(limits),
	})
	identity := delivery.Identity{Vertical: s.settings.Vertical, Prefix: s.settings.HeaderPrefix, UserAgent: "Crier/" + version}
	root := &resolvers.Resolver{Market: s.market, Reader: s.store, Payloads: s.store, Body: identity.Body, Currency: s.settings.Currency, BaseURL: s.url()}
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: root})
	scopes := document.TypeScopes(schema.Schema())
	root.Scopes = func(typeName string) string { return scopes[typeName] }
	documents := document.New(schema, document.Options{Limits: limits, Context: root.WithLoaders})
	root.Documents = documents
	s.egress = egress.New(policy, egress.Options{})
	var err error
	s.worker, err = delivery.New(delivery.Options{
		Store: s.store, Redis: s.redis, Documents: documents, Jobs: s.market, Egress: s.egress, Log: s.log,
		Identity: identity, Grace: s.settings.Grace, Retention: s.settings.Retention, Relay: s.settings.Relay, Deliver: s.settings.Deliver,
		Metrics: delivery.NewMetrics(s.metrics), Tracer: s.tracer,
	})
	if err != nil {
		return err
	}
	root.Ping, root.SecretsKnown = s.worker.Ping, delivery.SecretsKnown
	s.store.OnCommit(s.worker.Committed)
	if err := s.prove(ctx, documents.Fingerprint()); err != nil {
		return err
	}
	s.handler = s.routes(schema, root)
	if s.settings.SampleData {
		return sample.Load(ctx, s.store, market.Actor{ID: "sample"}, sampleSeed, time.Now())
	}
	return nil
}

// prove checks every registered document where the schema is not the one that
// they were proven under last.
func (s *server) prove(ctx context.Context, fingerprint string) error {
	known, err := s.store.ProvenSchema(ctx)
	if err != nil || known == fingerprint {
		return err
	}
	if err := s.market.ProveWebhooks(ctx); err != nil {
		return fmt.Errorf("check registered documents: %w", err)
	}
	return s.store.SetProvenSchema(ctx, fingerprint)
}

// routes are the paths of contract server.md.
func (s *server) routes(schema graphql.ExecutableSchema, root *resolvers.Resolver) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.Handle("GET /readyz", telemetry.ReadyHandler(s.ready))
	mux.Handle("GET /metrics", telemetry.MetricsHandler(s.metrics, s.log))
	if s.settings.API {
		requests := telemetry.NewHTTP(s.metrics, s.tracer)
		serve := func(pattern string, h http.Handler) {
			mux.Handle(pattern, requests.Handle(strings.TrimPrefix(pattern, "GET "), h))
		}
		keys := resolvers.CacheKeys(s.store)
		root.ForgetKeys = keys.Forget
		options := resolvers.Options{Keys: keys, Context: root.WithLoaders, PublicSchema: s.settings.PublicSchema,
			Limiter: s.redis, RateLimit: s.settings.RateLimit, Claims: s.store, Feed: s.feed, Log: s.log}
		s.api = resolvers.NewHandler(schema, options)
		serve("/graphql", s.api)
		serve("/schema.graphql", resolvers.SchemaHandler(schema.Schema(), options))
		serve("GET /images/", resolvers.ImageHandler(s.store))
		serve("/", console.Handler())
	}
	return mux
}

// ready says whether the process can do its work: the database answers and has
// this version's schema, and the loops of its roles turn. Mutations go on while
// Redis is away, so that is shown without making the process unready.
func (s *server) ready(ctx context.Context, r *telemetry.Readiness) {
	r.Redis, r.Database = "ready", "ready"
	if err := s.redis.Ping(ctx); err != nil {
		r.Redis = "away"
	}
	if pending, err := s.store.MigrationsPending(ctx); err != nil {
		r.Database = "away"
	} else if pending {
		r.Database = "waits for crier migrate"
	}
	if r.Database != "ready" {
		r.Refuse("database: " + r.Database)
	}
	r.Roles = s.worker.Progress(time.Now())
	for _, role := range slices.Sorted(maps.Keys(r.Roles)) {
		if state := r.Roles[role]; state != delivery.Working {
			r.Refuse(role + ": " + state)
		}
	}
}

// run serves until ctx ends, then stops in order: no new requests, subscriptions,
// deliveries in flight, connections.
func (s *server) run(ctx context.Context, ready func(url string)) error {
	web := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	group, working := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := web.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { return s.worker.Run(working) })
	if s.debug != nil {
		group.Go(func() error { return s.serveDebug(working) })
	}
	group.Go(func() error {
		<-working.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.settings.Grace)
		defer cancel()
		var live errgroup.Group
		if s.api != nil {
			live.Go(func() error { return s.api.Shutdown(grace) })
		}
		if err := errors.Join(web.Shutdown(grace), live.Wait()); err != nil {
			s.log.WarnContext(grace, "requests were cut off", slog.Any("error", err))
			return web.Close()
		}
		return nil
	})
	ready(s.url())
	return errors.Join(group.Wait(), s.close())
}

// serveDebug serves profiles until ctx ends; one that is being taken is cut off.
func (s *server) serveDebug(ctx context.Context) error {
	web := &http.Server{Handler: telemetry.DebugHandler(), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = web.Close() })() // Serve says how it ended
	if err := web.Serve(s.debug); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// close closes what open opened.
func (s *server) close() error {
	s.feed.Close()
	if s.egress != nil {
		s.egress.CloseIdle()
	}
	if s.debug != nil {
		_ = s.debug.Close() // its server has closed it, if there was one
	}
	if err := s.tracer.Close(); err != nil {
		s.log.Warn("traces are cut off", slog.Any("error", err)) // no reason to fail
	}
	return errors.Join(s.redis.Close(), s.store.Close())
}

const defaultDatabase = "sqlite:crier-data/crier.db"

// settings checks the configuration and makes the logger it asks for.
func settings(c *config.Config, t terminal.Terminal) (config.Settings, *slog.Logger, error) {
	s, err := c.Check()
	if _, refused := telemetry.Traced(os.Getenv); err != nil || refused != nil {
		return s, nil, errors.Join(err, refused)
	}
	made := logger(s, t.Err)
	// net/http reports there what receivers send unasked, as much as they please.
	log.SetOutput(slog.NewLogLogger(made.Handler(), slog.LevelDebug).Writer())
	return s, made, nil
}

// logger writes to standard error: text on a terminal, else JSON.
func logger(s config.Settings, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogFormat == "text" || s.LogFormat == "" && terminal.Is(out) {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}

// openStore opens the database; the key of an embedded one lies beside it.
func openStore(ctx context.Context, s config.Settings, log *slog.Logger) (*store.Store, error) {
	key := s.SecretKey
	if path, embedded := strings.CutPrefix(s.DatabaseURL, "sqlite:"); embedded && key == nil {
		var err error
		if key, err = config.KeyFile(filepath.Join(filepath.Dir(path), "secret.key")); err != nil {
			return nil, fmt.Errorf("the folder of CRIER_DATABASE_URL: %w", err)
		}
	}
	return store.Open(ctx, s.DatabaseURL, store.Options{SecretKey: key, Log: log})
}
