package desk

// How the attacks of the case fared: a look at all requests with findings, at what the same pages answer to others,
// and at what guessers did afterwards. It is taken when the case is judged as a whole, and kept.

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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
	stolen, kept, err := d.looks(ctx, true)
	if err != nil {
		return nil, err
	}
	return &outcome.Result{Attacks: d.judgedBenign().attacks(outcome.Join(stolen.Result.Attacks, &kept.Result)), Dropped: kept.Result.Dropped + stolen.Result.Dropped}, nil
}

// outcomeMethod begins Outcomes.Made: what else than this made is of no use.
func outcomeMethod() string { return fmt.Sprintf("%d/%.16s/", outcome.Format, triage.RuleSetHash()) }

// An outcomeLook is a look at how the attacks fared.
type outcomeLook struct {
	desk    *Desk
	made    string
	reader  *outcome.Reader
	hostile []uint64 // rows of requests with findings
	dropped int
}

// outcomeLook prepares a look; nil if old was made of the same. elsewhere is as for outcome.NewReader.
func (d *Desk) outcomeLook(old *index.Outcomes, elsewhere func(client, path, field string) bool) (*outcomeLook, error) {
	made, err := d.assessedOf()
	if err != nil || old != nil && old.Made == made {
		return nil, err
	}
	return &outcomeLook{desk: d, made: made, reader: outcome.NewReader(d.survey(), elsewhere)}, nil
}

// add takes a request with findings.
func (l *outcomeLook) add(row uint64, q *triage.Request, found []triage.Finding) {
	if len(l.hostile) >= maxAttackRows {
		l.dropped++
		return
	}
	l.hostile = append(l.hostile, row)
	l.reader.Attack(q, found)
}

// result reads what else the look needs and is what it found; nil of no look.
func (l *outcomeLook) result(ctx context.Context) (*index.Outcomes, error) {
	if l == nil {
		return nil, nil
	}
	d, r := l.desk, l.reader
	slices.Sort(l.hostile)
	if err := d.readOrdinary(ctx, r, l.hostile); err != nil {
		return nil, fmt.Errorf("read what the pages answer otherwise: %w", err)
	}
	n := 0
	err := d.Store.Whole().Of(r.Clients(), func(_ uint64, q *triage.Request, _ []triage.Finding) bool {
		r.Of(q)
		n++
		return n < maxGuesserRows && ctx.Err() == nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("read the requests of guessers: %w", err)
	}
	out := &index.Outcomes{Made: l.made, Result: r.Result()}
	out.Result.Dropped += l.dropped
	return out, nil
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

// readOrdinary gives the requests without findings to paths that r compares.
func (d *Desk) readOrdinary(ctx context.Context, r *outcome.Reader, hostile []uint64) error {
	n := 0
	whole := d.Store.Whole()
	err := d.Store.Asked(r.Compared, r.Asked, func(v *triage.Visit, path string, a *index.Asked) bool {
		_, attack := slices.BinarySearch(hostile, v.Row)
		row := v.Row
		ref := func() string { return whole.Cite(row).Ref }
		at := time.UnixMilli(v.Time).UTC()
		if attack {
			r.Fetched(path, at, int(v.Status), ref)
		} else {
			o := outcome.Ordinary{Path: path, Time: at, Status: int(v.Status), Size: v.Size, Ref: ref}
			if a != nil {
				o.Method, o.Query, o.Body = a.Method, a.Query, a.Body
			}
			r.Ordinary(&o)
		}
		n++
		return n < maxCompareRows && ctx.Err() == nil
	})
	return errors.Join(err, ctx.Err())
}
