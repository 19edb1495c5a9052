package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"spoor/ui/desk"
)

// sorts puts all requests into the order of each column, each once, as at its first use.
func sorts(d *desk.Desk) (a answers, err error) {
	res, err := d.Search(context.Background(), "")
	if err != nil {
		return a, err
	}
	for _, column := range []string{"size", "ip", "path", "query", "status", "ua", "level"} {
		start := time.Now()
		if err := res.Sort(context.Background(), column, true); err != nil {
			return a, err
		}
		a.Times = append(a.Times, timed{column, []time.Duration{time.Since(start)}})
	}
	return a, nil
}

// moves goes about in all requests: to times at random, to the neighbours of requests at random in their source and of
// their client, and into hours of the histogram; and it makes the map of findings beside the list.
func moves(d *desk.Desk) (a answers, err error) {
	ctx := context.Background()
	rows, err := sample(d, "", 60)
	if err != nil {
		return a, err
	}
	res, err := d.Search(ctx, "")
	if err != nil {
		return a, err
	}
	rnd := rand.New(rand.NewPCG(8, 3))
	for _, of := range []struct {
		name string
		do   func(i int) error
	}{
		{"to a time", func(i int) error {
			at, err := res.At(rows[i].Time.Add(time.Duration(rnd.IntN(3600)) * time.Second))
			if err == nil {
				_, err = res.Rows(at, pageRows)
			}
			return err
		}},
		{"lines around one", func(i int) error {
			_, _, err := d.Store.Near(ctx, rows[i].Ref, 20, 20, false)
			return err
		}},
		{"requests of its client around one", func(i int) error {
			_, _, err := d.Store.Near(ctx, rows[i].Ref, 20, 20, true)
			return err
		}},
		{"map of findings", func(int) error {
			_, err := res.Hot(ctx, 50)
			return err
		}},
		{"an hour of the histogram", func(i int) error {
			_, err := res.HistogramIn(ctx, rows[i].Time, rows[i].Time.Add(time.Hour), 60)
			return err
		}},
	} {
		t := timed{Name: of.name}
		for i := range rows {
			start := time.Now()
			if err := of.do(i); err != nil {
				return a, fmt.Errorf("%s: %w", of.name, err)
			}
			t.Took = append(t.Took, time.Since(start))
		}
		a.Times = append(a.Times, t)
	}
	return a, nil
}
