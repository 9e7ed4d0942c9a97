// River at work for the bench: river setup|publish|drain|drain-tx|live URL [EVENTS]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

const (
	workers = 500
	chunk   = 5000
	upsert  = `
		INSERT INTO bench_state AS s (key, state, events, last_seq) VALUES ($1, $2, 1, $3)
		    ON CONFLICT (key) DO UPDATE
		   SET state = EXCLUDED.state, events = s.events + 1, last_seq = EXCLUDED.last_seq`
)

// What an incident's event holds; what no handler needs is left in the raw text.
type incident struct {
	Number string    `json:"number"`
	State  string    `json:"state"`
	Due    time.Time `json:"due"`
}

func (incident) Kind() string { return "bench" }

// The jobs as they are published: the payload goes in as it came.
type raw struct{ json.RawMessage }

func (raw) Kind() string { return "bench" }

func drain(pool *pgxpool.Pool) func(context.Context, *river.Job[incident]) error {
	return func(ctx context.Context, job *river.Job[incident]) error {
		_, err := pool.Exec(ctx, upsert, job.Args.Number, job.Args.State, job.ID)
		return err
	}
}

// As drain, but the job is completed in the transaction of its effect.
func drainTx(pool *pgxpool.Pool) func(context.Context, *river.Job[incident]) error {
	return func(ctx context.Context, job *river.Job[incident]) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, upsert, job.Args.Number, job.Args.State, job.ID); err != nil {
				return err
			}
			_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
			return err
		})
	}
}

func live(pool *pgxpool.Pool) func(context.Context, *river.Job[incident]) error {
	pid := os.Getpid()
	return func(ctx context.Context, job *river.Job[incident]) error {
		_, err := pool.Exec(ctx, `INSERT INTO bench_effect (due, pid) VALUES ($1, $2)`,
			job.Args.Due, pid)
		return err
	}
}

func publish(ctx context.Context, pool *pgxpool.Pool, events int) error {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return err
	}
	jobs, err := os.ReadFile(os.Getenv("PEER_JOBS_SQL"))
	if err != nil {
		return err
	}
	for first := 1; first <= events; first += chunk {
		rows, err := pool.Query(ctx, string(jobs), first, min(first+chunk-1, events))
		if err != nil {
			return err
		}
		params, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (river.InsertManyParams, error) {
			var key, payload string
			err := row.Scan(&key, &payload)
			return river.InsertManyParams{Args: raw{json.RawMessage(payload)}}, err
		})
		if err != nil {
			return err
		}
		if _, err := client.InsertManyFast(ctx, params); err != nil {
			return err
		}
	}
	_, err = pool.Exec(ctx, `VACUUM ANALYZE`)
	return err
}

func setUp(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Works until the context ends.
func work(ctx context.Context, pool *pgxpool.Pool,
	handler func(context.Context, *river.Job[incident]) error) error {
	registry := river.NewWorkers()
	river.AddWorker(registry, river.WorkFunc(handler))
	warnings := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		FetchCooldown:     time.Millisecond,
		FetchPollInterval: 100 * time.Millisecond,
		Logger:            slog.New(warnings),
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers:           registry,
	})
	if err != nil {
		return err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	stopping, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return client.Stop(stopping)
}

func run(ctx context.Context, verb, url string, rest []string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	switch verb {
	case "setup":
		return setUp(ctx, pool)
	case "publish":
		events, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		return publish(ctx, pool, events)
	case "drain":
		return work(ctx, pool, drain(pool))
	case "drain-tx":
		return work(ctx, pool, drainTx(pool))
	case "live":
		return work(ctx, pool, live(pool))
	}
	return errors.New("there is no verb " + verb)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: river setup|publish|drain|drain-tx|live URL [EVENTS]")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "river:", err)
		os.Exit(1)
	}
}
