package desk

// The two looks at the requests of the case, at what injection read and at how the attacks fared, take one reading of
// the rows: what injected is mostly hostile by its text too.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/blind"
)

// remade is what the looks found anew, without being kept: a case that another version judged has them of another
// method.
type remade struct {
	of       *triage.Survey
	stolen   *index.Stolen
	outcomes *index.Outcomes
}

// looks are what is kept of the looks, if this program can use it, and else what they find now. Of a case on which they
// were never taken both are nil, unless they are wanted all the same.
func (d *Desk) looks(ctx context.Context, wanted bool) (*index.Stolen, *index.Outcomes, error) {
	stolen, err := d.Store.Stolen()
	if err != nil {
		return nil, nil, fmt.Errorf("read what injection read: %w", err)
	}
	outcomes, err := d.Store.Outcomes()
	if err != nil {
		return nil, nil, fmt.Errorf("read how the attacks fared: %w", err)
	}
	current := stolen != nil && strings.HasPrefix(stolen.Made, stolenMethod()) && outcomes != nil && strings.HasPrefix(outcomes.Made, outcomeMethod())
	if current {
		return stolen, outcomes, nil
	}
	d.remadeMu.Lock()
	defer d.remadeMu.Unlock()
	if sv := d.survey(); d.remade == nil || d.remade.of != sv {
		if !wanted && (d.noLooks || stolen == nil || outcomes == nil) {
			return nil, nil, nil
		}
		r := &remade{of: sv}
		if r.stolen, r.outcomes, err = d.takeLooks(ctx, nil, nil, false); err != nil {
			return nil, nil, err
		}
		d.remade = r
	}
	return d.remade.stolen, d.remade.outcomes, nil
}

// keepLooks makes what Stolen and Outcomes answer and keeps it, unless what is kept is of the same requests.
func (d *Desk) keepLooks(ctx context.Context) error {
	oldStolen, err := d.Store.Stolen()
	if err != nil {
		oldStolen = nil // damaged: made again
	}
	oldOutcomes, err := d.Store.Outcomes()
	if err != nil {
		oldOutcomes = nil
	}
	stolen, outcomes, err := d.takeLooks(ctx, oldStolen, oldOutcomes, true)
	if err != nil {
		return err
	}
	return d.Store.PutLooks(stolen, outcomes)
}

// takeLooks takes both looks; what it gives is nil where what is old is of the same requests. keep is as for readLooks.
func (d *Desk) takeLooks(ctx context.Context, oldStolen *index.Stolen, oldOutcomes *index.Outcomes, keep bool) (*index.Stolen, *index.Outcomes, error) {
	s, err := d.stolenLook(ctx, oldStolen)
	if err != nil {
		return nil, nil, fmt.Errorf("look at what injection read: %w", err)
	}
	elsewhere := func(client, path, field string) bool { return s.reader.Holds(client, path, field) }
	if s == nil {
		elsewhere = judgedBy(oldStolen.Result.Attacks)
	}
	o, err := d.outcomeLook(oldOutcomes, elsewhere)
	if err != nil {
		return nil, nil, fmt.Errorf("look how the attacks fared: %w", err)
	}
	if err := d.readLooks(ctx, s, o, keep); err != nil {
		return nil, nil, err
	}
	outcomes, err := o.result(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("look how the attacks fared: %w", err)
	}
	return s.result(), outcomes, nil
}

// judgedBy reports whether injection of a client into a place is one of the attacks.
func judgedBy(attacks []blind.Attack) func(client, path, field string) bool {
	known := map[[3]string]bool{}
	for _, a := range attacks {
		known[[3]string{a.Client, a.Path, a.Field}] = true
	}
	return func(client, path, field string) bool { return known[[3]string{client, path, field}] }
}

// readLooks gives the requests to the looks, either of which may be nil: in one reading those with findings and those
// of the first clients that are asked for, and then those of the other clients. With keep, the next looks read the
// first ones faster.
func (d *Desk) readLooks(ctx context.Context, s *stolenLook, o *outcomeLook, keep bool) error {
	var hostile *index.Result
	var err error
	if o != nil {
		if hostile, err = d.Search(ctx, "level:>=low"); err != nil {
			return fmt.Errorf("find the attacks: %w", err)
		}
	}
	read := func(rows *index.Result, clients []string, s *stolenLook) error {
		if keep && hostile != nil {
			if err := rows.Keep(ctx); err != nil {
				return err
			}
		}
		return d.readRows(ctx, rows, hostile, clients, s, o)
	}
	if s == nil || len(s.clients) == 0 {
		return read(hostile, nil, nil)
	}
	for group := range slices.Chunk(s.clients, stolenGroup) {
		rows, err := d.clientRows(ctx, group)
		if err != nil {
			return err
		}
		if hostile != nil {
			rows = rows.With(hostile)
		}
		if err := read(rows, group, s); err != nil {
			return err
		}
		hostile = nil // read
	}
	return nil
}

var errEnough = errors.New("enough")

// readRows gives rows to the looks: those of some clients to s, those of hostile to o. hostile may be nil.
func (d *Desk) readRows(ctx context.Context, rows, hostile *index.Result, clients []string, s *stolenLook, o *outcomeLook) error {
	if rows == nil {
		return nil
	}
	wanted := map[string]bool{}
	for _, c := range clients {
		wanted[c] = true
	}
	attack := func(row uint64) bool { return hostile != nil && hostile.HasRow(row) }
	n, read := 0, 0
	err := rows.EachJudged(ctx, attack, func(row uint64, q *triage.Request, found []triage.Finding) error {
		if wanted[q.Client] {
			if n++; n <= maxOfInjector {
				s.add(q)
			} else {
				s.more++
			}
		}
		if len(found) > 0 && attack(row) {
			o.add(row, q, found)
		}
		read++
		if (s == nil || n > maxOfInjector) && (hostile == nil || o.dropped > 0) { // enough
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		if s != nil {
			s.more += rows.Len() - read
		}
		if hostile != nil {
			o.dropped += rows.Len() - read
		}
		err = nil
	}
	if err != nil {
		return fmt.Errorf("read the requests that the looks want: %w", err)
	}
	return nil
}

// clientRows finds the requests of some clients.
func (d *Desk) clientRows(ctx context.Context, clients []string) (*index.Result, error) {
	var query []string
	for _, c := range clients {
		query = append(query, "ip:"+index.Quote(c))
	}
	res, err := d.Search(ctx, strings.Join(query, " OR "))
	if err != nil {
		return nil, fmt.Errorf("find the requests of %s: %w", triage.VisibleN(strings.Join(clients, ", "), 100), err)
	}
	return res, nil
}
