package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/process"
	"spoor/triage/source"
)

// maxReasons bounds the reasons that are told of one source; there are few.
const maxReasons = 20

// RejectedQuery finds the rejected lines of a log, or of all logs if source is empty. Those of other evidence are not in
// the index, see EachRejected.
func RejectedQuery(source string) string {
	if source == "" {
		return "is:rejected"
	}
	return "is:rejected source:" + index.Quote(source)
}

// RejectReasons counts why lines of a source were rejected, the most frequent reason first. Of evidence that is no log
// it counts the lines that are kept; all reports whether that is all that were rejected.
func (d *Desk) RejectReasons(ctx context.Context, e *cases.Evidence) (reasons []index.Count, all bool, err error) {
	if e.Rejected == 0 {
		return nil, true, nil
	}
	if e.Role == cases.RoleLog {
		res, err := d.Search(ctx, "is:rejected source:"+e.Key)
		if err != nil {
			return nil, false, err
		}
		reasons, err = res.Facet(ctx, "reason", maxReasons)
		return reasons, int64(res.Len()) == e.Rejected, err
	}
	n := map[string]int{}
	for _, r := range e.Rejects {
		if i, ok := n[r.Reason]; ok {
			reasons[i].Count++
			continue
		}
		n[r.Reason] = len(reasons)
		reasons = append(reasons, index.Count{Value: r.Reason, Count: 1})
	}
	slices.SortStableFunc(reasons, func(a, b index.Count) int { return cmp.Compare(b.Count, a.Count) })
	return reasons[:min(len(reasons), maxReasons)], int64(len(e.Rejects)) == e.Rejected, nil
}

// A RejectedLine is a line of evidence that fits no format.
type RejectedLine struct {
	triage.Reject        // the text is its first bytes
	Ref           string // of a log's; empty for others, which are no records
	Source, Role  string
}

// ErrNoSource says that no evidence has a name.
var ErrNoSource = errors.New("no such source")

// ErrNotAsTaken says that a file is not there any more as it was taken in.
var ErrNotAsTaken = errors.New("the file is not there as it was taken in")

// EachRejected gives every rejected line of the evidence to yield, source by source in the order of the register and of
// lines within; of one source if a path or key is given. Logs are read from the index. Of lists and event logs the first
// lines are in the register; where there are more the file is read again, if its hash is still the same, else the error
// wraps ErrNotAsTaken after those that are kept.
func (d *Desk) EachRejected(ctx context.Context, of string, yield func(RejectedLine) error) error {
	found := false
	var problems error
	for _, e := range d.Evidence() {
		if of != "" && of != e.Path && of != e.Key {
			continue
		}
		found = true
		var err error
		switch {
		case e.Rejected == 0:
		case e.Role == cases.RoleLog:
			err = d.eachRejectedRequest(ctx, &e, yield)
		default:
			err = d.eachRejectedEntry(ctx, &e, yield)
		}
		if errors.Is(err, ErrNotAsTaken) {
			problems = errors.Join(problems, err)
		} else if err != nil {
			return err
		}
	}
	if !found && of != "" {
		return fmt.Errorf("%s: %w", triage.VisibleN(of, 100), ErrNoSource)
	}
	return problems
}

// rejectedRows is how many rows of the index are read at a time.
const rejectedRows = 1000

func (d *Desk) eachRejectedRequest(ctx context.Context, e *cases.Evidence, yield func(RejectedLine) error) error {
	res, err := d.Search(ctx, "is:rejected source:"+e.Key)
	if err == nil {
		err = res.Sort(ctx, "line", false)
	}
	if err != nil {
		return err
	}
	for from := 0; from < res.Len(); from += rejectedRows {
		rows, err := res.Rows(from, rejectedRows)
		if err != nil {
			return err
		}
		for i := range rows {
			r := &rows[i]
			text := r.Raw[:min(len(r.Raw), triage.MaxRejectText)]
			if err := yield(RejectedLine{triage.Reject{Line: r.Line, Reason: r.Reject, Text: text}, r.Ref, e.Path, e.Role}); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// eachRejectedEntry gives those of a list or an event log.
func (d *Desk) eachRejectedEntry(ctx context.Context, e *cases.Evidence, yield func(RejectedLine) error) error {
	give := func(r triage.Reject) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return yield(RejectedLine{r, "", e.Path, e.Role})
	}
	missing := error(nil)
	path := d.Case.Place(e)
	if int64(len(e.Rejects)) < e.Rejected {
		sum, err := md5Of(ctx, path, e.SHA256)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && sum != "" {
			return readRejects(path, e, give)
		}
		missing = fmt.Errorf("%s: %d of %d rejected lines are kept: %w", triage.Visible(e.Path), len(e.Rejects), e.Rejected, ErrNotAsTaken)
	}
	for _, r := range e.Rejects {
		if err := give(r); err != nil {
			return err
		}
	}
	return missing
}

func readRejects(path string, e *cases.Evidence, yield func(triage.Reject) error) error {
	r, err := source.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	zone := time.UTC // no reason depends on it
	if e.Role == cases.RoleProcesses {
		return process.Rejects(r, e.Source, zone, yield)
	}
	return hashlist.Rejects(r, e.Source, zone, yield)
}
