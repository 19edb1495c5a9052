package desk

// How the attacks of the case fared: a look at all requests with findings, at what the same pages answer to others,
// and at what guessers did afterwards. It is taken when the case is judged as a whole, and kept.

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
)

const (
	maxAttackRows  = 2_000_000 // requests with findings that are looked at
	maxCompareRows = 1_000_000 // ordinary requests that they are compared with
	maxGuesserRows = 500_000   // requests of guessers
)

// Outcomes is how the attacks of the case fared, SQL injection among them, what worked first. What was kept when the
// case was last judged is taken; if that was by another method, or never, it is made now. Dropped counts the requests
// beyond the bounds.
func (d *Desk) Outcomes(ctx context.Context) (*outcome.Result, error) {
	kept, err := d.Store.Outcomes()
	if err != nil {
		return nil, fmt.Errorf("read how the attacks fared: %w", err)
	}
	if kept == nil || !strings.HasPrefix(kept.Made, outcomeMethod()) {
		if kept, err = d.assess(ctx, nil); err != nil {
			return nil, err
		}
	}
	sql, err := d.Stolen(ctx)
	if err != nil {
		return nil, err
	}
	return &outcome.Result{Attacks: d.judgedBenign().attacks(outcome.Join(sql.Attacks, kept.Result.Attacks)), Dropped: kept.Result.Dropped + sql.Dropped}, nil
}

// keepOutcomes makes what Outcomes answers and keeps it, unless what is kept is of the same requests.
func (d *Desk) keepOutcomes(ctx context.Context) error {
	kept, err := d.Store.Outcomes()
	if err != nil {
		kept = nil // damaged: made again
	}
	made, err := d.assess(ctx, kept)
	if err != nil || made == kept {
		return err
	}
	return d.Store.PutOutcomes(made)
}

// outcomeMethod begins Outcomes.Made: what else than this made is of no use.
func outcomeMethod() string { return fmt.Sprintf("%d/%.16s/", outcome.Format, triage.RuleSetHash()) }

// assess reads the requests; old is the answer if it was made of the same.
func (d *Desk) assess(ctx context.Context, old *index.Outcomes) (*index.Outcomes, error) {
	made, err := d.assessedOf()
	if err != nil {
		return nil, err
	}
	if old != nil && old.Made == made {
		return old, nil
	}
	sql, err := d.Stolen(ctx)
	if err != nil {
		return nil, err
	}
	r := outcome.NewReader(d.survey())
	for _, a := range sql.Attacks {
		r.Known(a.Client, a.Path, a.Field)
	}
	hostile, dropped, err := d.readAttacks(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("read the attacks: %w", err)
	}
	if err := d.readOrdinary(ctx, r, hostile); err != nil {
		return nil, fmt.Errorf("read what the pages answer otherwise: %w", err)
	}
	n := 0
	err = d.Store.Whole().Of(r.Clients(), func(_ uint64, q *triage.Request, _ []triage.Finding) bool {
		r.Of(q)
		n++
		return n < maxGuesserRows && ctx.Err() == nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("read the requests of guessers: %w", err)
	}
	return &index.Outcomes{Made: made, Result: outcome.Result{Attacks: r.Result(), Dropped: dropped + r.Dropped()}}, nil
}

// assessedOf names what is looked at: the parts of the index, and what the survey says of them.
func (d *Desk) assessedOf() (string, error) {
	h, err := d.hashParts()
	if err != nil {
		return "", err
	}
	sv := d.survey()
	fmt.Fprintf(h, "%d %d\n", len(sv.Marks), len(sv.Spawned))
	for i := range sv.Webshells {
		w := &sv.Webshells[i]
		fmt.Fprintf(h, "%q %d %s %v\n", w.Path, w.Score, w.PlantConfidence, w.PlantedBy)
	}
	return outcomeMethod() + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// readAttacks gives the requests with findings to r; hostile are their rows, sorted.
func (d *Desk) readAttacks(ctx context.Context, r *outcome.Reader) (hostile []uint64, dropped int, err error) {
	res, err := d.Search(ctx, "level:>=low")
	if err != nil {
		return nil, 0, err
	}
	errEnough := errors.New("enough")
	err = res.EachJudged(ctx, func(row uint64, q *triage.Request, found []triage.Finding) error {
		if len(hostile) >= maxAttackRows {
			dropped = res.Len() - len(hostile)
			return errEnough
		}
		hostile = append(hostile, row)
		r.Attack(q, found)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	slices.Sort(hostile)
	return hostile, dropped, err
}

// readOrdinary gives the requests without findings to paths that r compares.
func (d *Desk) readOrdinary(ctx context.Context, r *outcome.Reader, hostile []uint64) error {
	n := 0
	whole := d.Store.Whole()
	err := whole.Requests(r.Compared, func(v *triage.Visit, path string) bool {
		_, attack := slices.BinarySearch(hostile, v.Row)
		row := v.Row
		ref := func() string { return whole.Cite(row).Ref }
		at := time.UnixMilli(v.Time).UTC()
		if attack {
			r.Fetched(path, at, int(v.Status), ref)
		} else {
			r.Ordinary(path, at, int(v.Status), v.Size, ref)
		}
		n++
		return n < maxCompareRows && ctx.Err() == nil
	})
	return errors.Join(err, ctx.Err())
}
