package desk

import (
	"cmp"
	"context"
	"slices"

	"spoor/cases"
	"spoor/index"
)

// maxReasons bounds the reasons that are told of one source; there are few.
const maxReasons = 20

// RejectedQuery finds the rejected lines of a log, or of all logs if source is empty. Of other evidence only the first
// rejected lines are kept, see cases.Evidence.Rejects.
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
		res, err := d.Search(ctx, RejectedQuery(e.Path))
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
