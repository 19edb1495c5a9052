package blind

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// How much an answer carried.
//
// UNION and error injection put what they read into the page itself. The log has the page's size, not its text, so
// no value follows; how long it was does. Where one form of payload was also sent with texts of known length, such as
// a random marker, the page's size less that text's length is the page without it, and the size of any other answer to
// that form less this is what came back. Two different known lengths that agree prove that the page shows the text once,
// as it is; without them the length is said to be an estimate, and is no sign of success.

// An inband is one request that has the page show what it reads.
type inband struct {
	ref    string
	at     time.Time
	status int
	size   int64
	form   string
	fixed  int     // bytes of markers and separators
	plain  bool    // one row of nothing but texts of known length
	leaves []*leaf // what is read

}

// A place is one injection point of one client, with what was seen of it whatever the technique.
type place struct {
	client, path, field string
	requests            int
	first, last         time.Time
	refs                []string
	statuses            map[int]int
	orders              []columnTest // ORDER BY n
	inbands             []inband
	files               []fileWrite
	errors              []string // records with the database's error text
	errorText           string
	unions              int
}

// An columnTest is a test of how many columns there are.
type columnTest struct {
	n      int
	status int
	size   int64
	ref    string
}

// A fileWrite is a file that a payload has the database write.
type fileWrite struct {
	path string
	ref  string
	at   time.Time
}

const (
	maxPlaces  = 20000
	maxInbands = 4096 // of one place
)

// note keeps what a payload shows of its injection point.
func (r *Reader) note(q *triage.Request, field string, p *payload, errorText string) {
	order := 0
	var union []*node
	for _, s := range p.stmts {
		order = max(order, s.order)
		union = append(union, s.union...)
	}
	if len(union) == 0 && order == 0 && len(p.parser.files) == 0 && errorText == "" && !p.asks {
		return
	}
	key := q.Client + "\x00" + q.Path + "\x00" + field
	x := r.places[key]
	if x == nil {
		if len(r.places) >= maxPlaces {
			r.dropped++
			return
		}
		x = &place{client: q.Client, path: q.Path, field: field, first: q.Time, statuses: map[int]int{}}
		r.places[key] = x
		r.placeOrder = append(r.placeOrder, x)
	}
	x.requests++
	x.last = q.Time
	x.statuses[q.Status]++
	if len(x.refs) < triage.MaxRefs {
		x.refs = append(x.refs, q.Ref)
	}
	if errorText != "" && len(x.errors) < triage.MaxRefs {
		x.errors = append(x.errors, q.Ref)
		x.errorText = cmp.Or(x.errorText, errorText)
	}
	if order > 0 && len(x.orders) < 1024 {
		x.orders = append(x.orders, columnTest{order, q.Status, q.Size, q.Ref})
	}
	for _, f := range p.parser.files {
		if len(x.files) < 64 {
			w := fileWrite{f, q.Ref, q.Time}
			x.files = append(x.files, w)
			r.wrote(w)
		}
	}
	if len(union) > 0 {
		x.unions++
		if len(x.inbands) < maxInbands {
			x.inbands = append(x.inbands, r.inband(q, p, union))
		}
	}
}

// inband reads what a UNION asks for.
func (r *Reader) inband(q *triage.Request, p *payload, union []*node) inband {
	out := inband{ref: q.Ref, at: q.Time, status: q.Status, size: q.Size}
	var form strings.Builder
	for i := 0; i < len(p.parser.t) && p.parser.t[i].up != "UNION"; i++ {
		form.WriteString(string(rune('0' + p.parser.t[i].kind)))
		form.WriteString(p.parser.t[i].up)
		if p.parser.t[i].kind == tokOp {
			form.WriteString(p.parser.t[i].text)
		}
	}
	for _, u := range union {
		if u.kind != nodeSelect {
			continue
		}
		form.WriteByte('/')
		for _, c := range u.sel.columns {
			e := &evaluator{leaves: r.leaves, scope: []*selection{u.sel}}
			fixed, leaves, ok := e.shown(c, 0)
			switch {
			case !ok:
				form.WriteByte('?')
			case c.kind == nodeNull:
				form.WriteByte('n')
			case c.kind == nodeNumber:
				form.WriteByte('0')
				out.fixed += fixed
			default:
				form.WriteByte('x')
				out.fixed += fixed
				out.leaves = append(out.leaves, leaves...)
			}
		}
	}
	out.form = form.String()
	out.plain = len(union) == 1 && union[0].kind == nodeSelect && union[0].sel.from == "" && len(union[0].sel.unions) == 0
	return out
}

// shown is how many bytes of a column are known, and what the others are of.
func (e *evaluator) shown(n *node, depth int) (fixed int, leaves []*leaf, ok bool) {
	if depth > maxDepth {
		return 0, nil, false
	}
	if n.kind == nodeNull {
		return 0, nil, true
	}
	n = unwrap(n)
	parts := []*node(nil)
	switch {
	case n.kind == nodeCall && n.op == "CONCAT", n.kind == nodeBinary && (n.op == "||" || n.op == "+"):
		parts = n.args
	case n.kind == nodeSelect && len(n.sel.columns) == 1:
		e.scope = append(e.scope, n.sel)
		defer func() { e.scope = e.scope[:len(e.scope)-1] }()
		return e.shown(n.sel.columns[0], depth+1)
	default:
		v := e.eval(n, depth)
		switch v.kind {
		case vString:
			return len(v.s), nil, true
		case vNumber:
			return len(asText(v)), nil, true
		case vPart:
			return 0, []*leaf{v.leaf}, true
		}
		if n.kind == nodeCase { // a test: 1 or 0
			return 1, nil, len(n.args) == 3 && n.args[1].kind == nodeNumber && n.args[2].kind == nodeNumber && n.args[1].num < 10 && n.args[2].num < 10
		}
		return 0, nil, false
	}
	for _, a := range parts {
		f, l, fine := e.shown(a, depth+1)
		if !fine {
			return 0, nil, false
		}
		fixed += f
		leaves = append(leaves, l...)
	}
	return fixed, leaves, true
}

// many reports that there may be several rows, each with markers and markup of its own.
func (l *leaf) many() bool {
	if l.row >= 0 || l.table == "" {
		return false
	}
	c := strings.ToUpper(l.column)
	for _, f := range [...]string{"COUNT(", "GROUP_CONCAT(", "STRING_AGG(", "JSON_ARRAYAGG(", "LISTAGG(", "MIN(", "MAX(", "SUM("} {
		if strings.HasPrefix(c, f) {
			return false
		}
	}
	return true
}

// inbandReads is what the place's UNIONs read, with how long it was.
func (x *place) inbandReads() []Read {
	base := map[string]map[int64]int{} // by form: the page without the text, how often
	fixed := map[string]map[int]bool{} // by form: the known lengths
	for _, b := range x.inbands {
		if len(b.leaves) == 0 && b.plain && b.size >= 0 && b.status/100 == 2 && b.fixed > 0 {
			if base[b.form] == nil {
				base[b.form], fixed[b.form] = map[int64]int{}, map[int]bool{}
			}
			fixed[b.form][b.fixed] = true
			base[b.form][b.size-int64(b.fixed)]++
		}
	}
	shown := false // texts of different lengths make the page longer by as much: it shows them once, as they are
	for form := range base {
		shown = shown || len(base[form]) == 1 && len(fixed[form]) > 1
	}
	var out []Read
	seen := map[string]int{}
	for _, b := range x.inbands {
		if len(b.leaves) == 0 {
			continue
		}
		var expr, columns []string
		for _, l := range b.leaves {
			expr = append(expr, l.expr)
			columns = append(columns, l.column)
		}
		l := b.leaves[0]
		if len(b.leaves) > 1 {
			one := *l
			one.expr = "(" + strings.Join(columns, ", ") + ")"
			if l.table != "" {
				one.expr = strings.Replace(l.expr, l.column, strings.Join(columns, ", "), 1)
			}
			expr = []string{one.expr}
		}
		key := strings.Join(expr, "\x00")
		if i, ok := seen[key]; ok {
			out[i].Requests++
			out[i].Last = b.at
			out[i].Refs = append(out[i].Refs[:min(len(out[i].Refs), triage.MaxRefs-1)], b.ref)
			continue
		}
		r := Read{Client: x.client, Path: x.path, Field: x.field, Technique: Union, Expression: expr[0], Column: strings.Join(columns, ", "), Table: l.table, Where: l.where,
			Row: l.row, Kind: "size", Length: -1, First: b.at, Last: b.at, Requests: 1, Refs: []string{b.ref}}
		if b.status/100 == 2 && b.size >= 0 && len(base[b.form]) == 1 {
			for page, n := range base[b.form] {
				if came := b.size - page - int64(b.fixed); came >= 0 {
					r.Length, r.Estimated = int(came), !shown || n < 2 || l.many()
				}
			}
		} else if b.status/100 != 2 {
			r.Failed = true
		}
		seen[key] = len(out)
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Read) int { return a.First.Compare(b.First) })
	return out
}
