package resolvers

import (
	"context"
	"errors"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// outcome turns the result of a change into what its payload says: a status and
// the fields that were refused. What concerns no field is left as an error of
// the whole request.
func outcome(err error) (status int, fields []*market.FieldError, rest error) {
	var invalid *market.Invalid
	switch {
	case err == nil:
		return 200, nil, nil
	case errors.As(err, &invalid):
		for i := range invalid.Fields {
			fields = append(fields, &invalid.Fields[i])
		}
		return invalid.Status, fields, nil
	case errors.Is(err, market.ErrNotFound):
		return 404, []*market.FieldError{{Field: "id", Messages: []string{"was not found"}}}, nil
	}
	return 0, nil, err
}

// presenter shows clients the errors that are meant for them. All others are
// logged and masked; the request id stands in both places.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if seen := document.Present(ctx, err); seen != nil {
			return seen
		}
		path := graphql.GetPath(ctx)
		logInternal(ctx, log, err, slog.String("path", path.String()))
		seen := masked(ctx)
		seen.Path = path
		var located *gqlerror.Error
		if errors.As(err, &located) {
			seen.Locations = located.Locations
		}
		return seen
	}
}

// masked is what a client learns of a failure of our own.
func masked(ctx context.Context) *gqlerror.Error {
	err := document.Errorf(document.CodeInternal, "internal error")
	err.Extensions["requestId"] = RequestID(ctx)
	return err
}

// logInternal logs a failure of our own; that the client went away is none.
func logInternal(ctx context.Context, log *slog.Logger, err error, more ...slog.Attr) {
	level := slog.LevelError
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		level = slog.LevelInfo
	}
	v, _ := viewer.FromContext(ctx)
	attrs := append(more, slog.Any("error", err), slog.String("request_id", RequestID(ctx)),
		slog.String("key", v.Key), slog.String("traceparent", v.Traceparent))
	var panicked *document.Panic
	if errors.As(err, &panicked) {
		attrs = append(attrs, slog.String("stack", string(panicked.Stack)))
	}
	log.LogAttrs(ctx, level, "graphql: internal error", attrs...)
}
