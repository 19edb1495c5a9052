package desk

// What injection read, and whether it worked: a second look at all requests of the clients that injected.

import (
	"context"
	"fmt"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/blind"
)

const (
	maxInjectors  = 5000 // clients that are looked at
	stolenPage    = 2000 // requests read at a time
	maxOfInjector = 1 << 20
)

// Stolen is what SQL injection read, and how the attacks fared, from all requests of the clients with a finding of
// injection: their plain requests too, since the pace of a client tells how long its answers took. Clients beyond
// maxInjectors and requests of one beyond maxOfInjector are not looked at; they count as Dropped.
func (d *Desk) Stolen(ctx context.Context) (*blind.Result, error) {
	clients, more, err := d.injectors(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the clients that injected: %w", err)
	}
	r := blind.NewReader()
	for _, c := range clients {
		n, err := d.readClient(ctx, c, r)
		if err != nil {
			return nil, fmt.Errorf("read the requests of %s: %w", triage.Visible(c), err)
		}
		more += n
	}
	out := r.Result()
	out.Dropped += more
	return out, nil
}

// injectors are the clients with a finding of SQL injection, in the order of their first.
func (d *Desk) injectors(ctx context.Context) (clients []string, more int, err error) {
	res, err := d.Search(ctx, "class:sqli")
	if err != nil {
		return nil, 0, err
	}
	seen := map[string]bool{}
	err = eachRow(ctx, res, res.Len(), func(row *index.Row) {
		if seen[row.Client] {
			return
		}
		if len(clients) >= maxInjectors {
			more++
			return
		}
		seen[row.Client] = true
		clients = append(clients, row.Client)
	})
	return clients, more, err
}

// readClient gives all requests of a client to r; it returns how many were left out.
func (d *Desk) readClient(ctx context.Context, client string, r *blind.Reader) (int, error) {
	res, err := d.Search(ctx, "ip:"+index.Quote(client))
	if err != nil {
		return 0, err
	}
	err = eachRow(ctx, res, min(res.Len(), maxOfInjector), func(row *index.Row) {
		if row.Reject == "" {
			r.Add(&row.Request)
		}
	})
	return max(0, res.Len()-maxOfInjector), err
}

// eachRow reads the first n requests of a result in pages.
func eachRow(ctx context.Context, res *index.Result, n int, yield func(*index.Row)) error {
	for from := 0; from < n; from += stolenPage {
		rows, err := res.Rows(from, min(stolenPage, n-from))
		if err != nil {
			return err
		}
		for i := range rows {
			yield(&rows[i])
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// Unmasked records in the journal that masked values were shown.
func (d *Desk) Unmasked(what string) error { return d.Case.RecordUnmasked(d.who.cases(), what) }
