package blind

import (
	"cmp"
	"strconv"
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
	lead   string  // form of the payload before the UNION
	width  int     // columns of the UNION
	fixed  int     // bytes of markers and separators
	plain  bool    // one row of nothing but texts of known length
	leaves []*leaf // what is read
	by     Technique
	sent   [2]int64 // bytes of the payload, decoded and as sent: pages that repeat it grow with them
	from   int      // of an error: the first character that is shown of the one leaf
	count  int      // how many are at most, -1 if all
	shows  int      // bytes of the text that the page shows at most, 0 if that is not known
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
	sizes               map[int64]int          // of answers 2xx to payloads that add no rows
	shown               map[string]*shownValue // what the log quotes of what was asked for
	shownOrder          []*shownValue
	grown               []string       // records of error pages that are longer by what was asked for
	grownTo             map[int64]bool // their sizes
	errorsAgree         bool           // error pages have the texts that they are asked to
}

// A columnTest is a test of how many columns there are.
type columnTest struct {
	n      int
	status int
	ref    string
	form   string // of the payload before it
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
	maxPlain   = 256  // sizes kept of one place
)

// placeKey names the injection point of a request.
func placeKey(q *triage.Request, field string) string {
	return q.Client + "\x00" + q.Path + "\x00" + field
}

// count adds a request.
func (x *place) count(q *triage.Request) {
	x.requests++
	x.last = q.Time
	x.statuses[q.Status]++
	if len(x.refs) < triage.MaxRefs {
		x.refs = append(x.refs, q.Ref)
	}
}

// plain counts the size of an answer to a payload that adds no rows.
func (x *place) plain(size int64) {
	if x.sizes == nil {
		x.sizes = map[int64]int{}
	}
	if _, ok := x.sizes[size]; ok || len(x.sizes) < maxPlain {
		x.sizes[size]++
	}
}

// note keeps what a payload shows of its injection point. It is plain if that is its question and no more.
func (r *Reader) note(q *triage.Request, field string, p *payload, errorText string) (plain bool) {
	order := 0
	var union []*node
	for _, s := range p.stmts {
		order = max(order, s.order)
		union = append(union, s.union...)
	}
	ask := r.errorAsk(p, errorText != "")
	fails := ask != nil && !ask.weak
	if len(union) == 0 && order == 0 && len(p.parser.files) == 0 && (errorText == "" || p.faint && ask == nil) && !p.asks && !fails {
		return false
	}
	key := placeKey(q, field)
	x := r.places[key]
	if x == nil {
		if len(r.places) >= maxPlaces {
			r.dropped++
			return false
		}
		x = &place{client: q.Client, path: q.Path, field: field, first: q.Time, statuses: map[int]int{}}
		r.places[key] = x
		r.placeOrder = append(r.placeOrder, x)
	}
	x.count(q)
	if errorText != "" && len(x.errors) < triage.MaxRefs {
		x.errors = append(x.errors, q.Ref)
		x.errorText = cmp.Or(x.errorText, errorText)
	}
	if order > 0 && len(x.orders) < 1024 {
		x.orders = append(x.orders, columnTest{order, q.Status, q.Ref, p.before("ORDER")})
	}
	for _, f := range p.parser.files {
		if len(x.files) < 64 {
			w := fileWrite{f, q.Ref, q.Time}
			x.files = append(x.files, w)
			r.wrote(w)
		}
	}
	if len(union) > 0 {
		if len(x.inbands) < maxInbands {
			x.inbands = append(x.inbands, r.inband(x, q, p, union))
		}
	}
	if len(union) == 0 && q.Status/100 == 2 && q.Size >= 0 {
		x.plain(q.Size)
	}
	if ask != nil || errorText != "" {
		x.failing(q, p, ask, errorText)
	}
	return len(union) == 0 && order == 0 && len(p.parser.files) == 0 && ask == nil && errorText == "" && !p.faint
}

// before is the form of what stands before a word: what the payload breaks out of, and its tokens without the texts
// and numbers.
func (p *payload) before(word string) string {
	var form strings.Builder
	form.WriteString(strconv.Itoa(p.closes))
	form.WriteByte(p.quote)
	for i := 0; i < len(p.parser.t) && p.parser.t[i].up != word; i++ {
		t := &p.parser.t[i]
		form.WriteString(string(rune('0' + t.kind)))
		form.WriteString(t.up)
		if t.kind == tokOp {
			form.WriteString(t.text)
		}
	}
	return form.String()
}

// inband reads what a UNION asks for.
func (r *Reader) inband(x *place, q *triage.Request, p *payload, union []*node) inband {
	out := inband{by: Union, ref: q.Ref, at: q.Time, status: q.Status, size: q.Size, sent: [2]int64{int64(len(p.text)), int64(len(q.Query))}}
	out.lead = p.before("UNION")
	var form strings.Builder
	form.WriteString(out.lead)
	for _, u := range union {
		if u.kind != nodeSelect {
			continue
		}
		form.WriteByte('/')
		out.width = len(u.sel.columns)
		for _, c := range u.sel.columns {
			e := &evaluator{leaves: r.leaves, scope: []*selection{u.sel}}
			pieces, ok := e.pieces(c, 0)
			fixed, leaves := known(pieces)
			if len(leaves) > 0 && q.Answer != "" {
				if v, found := inPage(q.Answer, pieces, p.text); found {
					x.showing(q, Union, pieces, v)
				}
			}
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

// many reports that there may be several rows, each with markers and markup of its own.
func (l *leaf) many() bool {
	if l.row >= 0 || l.table == "" {
		return false
	}
	c := strings.ToUpper(l.column)
	name, _, call := strings.Cut(c, "(")
	return !call || !isAggregate(name) && name != "COUNT" && name != "MIN" && name != "MAX" && name != "SUM"
}
