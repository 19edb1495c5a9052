package blind

import "fmt"

// InFull has a reader read every value in full.
func InFull(r *Reader) *Reader {
	r.memo.off = true
	return r
}

// Remembered is how many texts a reader remembers.
func Remembered(r *Reader) int { return r.memo.asked }

// Trace is all that a reader took from its requests, a line for each question, test and place.
func Trace(r *Reader) []string {
	var out []string
	for _, g := range r.order {
		out = append(out, fmt.Sprintf("group %q %q %q %s %q %v", g.client, g.path, g.field, g.technique, g.skeleton, g.delay))
		for _, x := range g.records {
			line := fmt.Sprintf("%s %v %d %d %d %d %d %d %d %d", x.ref, x.at, x.status, x.size, x.millis, x.ahead, x.behind, x.raw, x.decoded, x.known)
			if x.shape != nil {
				line += fmt.Sprintf(" %q %q %d %d %d %t %t", x.shape.key, x.about.leaf.key, x.about.kind, x.about.pos, x.about.len, x.about.last, x.prefix != nil)
				if r.leaves[x.about.leaf.key] != x.about.leaf || r.shapes[x.shape.key] != x.shape {
					line += " of another reader"
				}
			}
			out = append(out, line)
		}
	}
	for _, x := range r.placeOrder {
		out = append(out, fmt.Sprintf("place %q %q %q %d %v %v %v %v %v %v %d", x.client, x.path, x.field, x.requests, x.first, x.last, x.refs, x.statuses, x.errors, x.orders, len(x.inbands)))
	}
	return append(out, fmt.Sprint(r.dropped, r.records, len(r.leaves), len(r.shapes)))
}
