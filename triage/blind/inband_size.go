package blind

import (
	"slices"
	"strconv"
	"strings"

	"spoor/triage"
)

// inbandReads is what the place's UNIONs and errors read, with how long it was as far as sizes tell, and what the log
// itself quotes of it.
func (x *place) inbandReads() []Read {
	out := x.unionReads()
	out = append(out, x.errorReads()...)
	out = slices.DeleteFunc(out, func(r Read) bool { return x.shown[string(r.Technique)+r.Expression] != nil })
	for _, s := range x.shownOrder {
		out = append(out, s.result())
	}
	slices.SortStableFunc(out, func(a, b Read) int { return a.First.Compare(b.First) })
	return out
}

// sizeRead is a read of which at most the size is known.
func (x *place) sizeRead(b *inband) Read {
	expr, columns := expressionOf(b.leaves)
	l := b.leaves[0]
	return Read{Client: x.client, Path: x.path, Field: x.field, Technique: b.by, Expression: expr, Column: columns, Table: l.table, Where: l.where,
		Row: l.row, Kind: "size", Length: -1, First: b.at, Last: b.at, Requests: 1, Refs: []string{b.ref}}
}

// A unionBase is the answers to one form of UNION with nothing but known texts.
type unionBase struct {
	pages   map[int64]int     // sizes less the known texts, how often each
	fixed   map[int]bool      // lengths of the known texts
	repeats [2]map[int64]bool // sizes less the payload, decoded and as sent
	refs    []string
}

// page is the size of the page without the texts; ok is false if the answers do not agree.
func (b *unionBase) page() (size int64, ok bool) {
	if b == nil || len(b.pages) != 1 {
		return 0, false
	}
	for size = range b.pages {
	}
	return size, true
}

// unionBases are the bases by form.
func (x *place) unionBases() map[string]*unionBase {
	out := map[string]*unionBase{}
	for i := range x.inbands {
		b := &x.inbands[i]
		if b.by != Union || len(b.leaves) > 0 || !b.plain || b.size < 0 || b.status/100 != 2 || b.fixed == 0 {
			continue
		}
		u := out[b.form]
		if u == nil {
			u = &unionBase{pages: map[int64]int{}, fixed: map[int]bool{}, repeats: [2]map[int64]bool{{}, {}}}
			out[b.form] = u
		}
		u.pages[b.size-int64(b.fixed)]++
		u.fixed[b.fixed] = true
		for i, sent := range b.sent {
			u.repeats[i][b.size-sent] = true
		}
		u.refs = append(u.refs, b.ref)
	}
	return out
}

// showsTexts are the records that prove that the page shows texts once, as they are: those of different lengths make
// it longer by as much, which the payload that it may repeat does not.
func (x *place) showsTexts() []string {
	bases := x.unionBases()
	for i := range x.inbands {
		if u := bases[x.inbands[i].form]; u != nil && x.inbands[i].by == Union {
			if _, ok := u.page(); ok && len(u.fixed) > 1 && len(u.repeats[0]) > 1 && len(u.repeats[1]) > 1 {
				return u.refs
			}
		}
	}
	return nil
}

func (x *place) unionReads() []Read {
	bases := x.unionBases()
	shown := len(x.showsTexts()) > 0
	var out []Read
	seen := map[string]int{}
	for i := range x.inbands {
		b := &x.inbands[i]
		if b.by != Union || len(b.leaves) == 0 {
			continue
		}
		r := x.sizeRead(b)
		if i, ok := seen[r.Expression]; ok {
			out[i].again(b)
			continue
		}
		page, ok := bases[b.form].page()
		if b.status/100 == 2 && b.size >= 0 && ok {
			if came := b.size - page - int64(b.fixed); came >= 0 {
				r.Length, r.Estimated = int(came), !shown || bases[b.form].pages[page] < 2 || b.leaves[0].many()
				r.Carried = shown && came > 0
			}
		} else if b.status/100 != 2 {
			r.Failed = true
		}
		seen[r.Expression] = len(out)
		out = append(out, r)
	}
	return out
}

// again counts one more request for the same.
func (r *Read) again(b *inband) {
	r.Requests++
	r.Last = b.at
	r.Refs = append(r.Refs[:min(len(r.Refs), triage.MaxRefs-1)], b.ref)
}

// A frame is what the sizes of the answers to one form of error say of the page without the value.
type frame struct {
	measure int   // what the size is less: nothing, the payload decoded, the payload as sent
	page    int64 // -1 if not known
	tests   []string
	sizes   map[int64]bool // of all tests, those that failed otherwise too
	agreed  bool           // all tests do
}

// measured is the size of an answer less what the page repeats of the payload and less the marks.
func (b *inband) measured(measure int) int64 {
	size := b.size - int64(b.fixed)
	if b.shows > 0 && b.fixed > b.shows {
		size = b.size - int64(b.shows)
	}
	if measure > 0 {
		size -= b.sent[measure-1]
	}
	return size
}

// frameOf finds the page without the value, from the answers to errors that quote nothing but known texts. Some of
// these fail for another reason, such as a bracket too many: what most agree on counts, and of as many the later.
func frameOf(tests []*inband) frame {
	best := frame{page: -1}
	sizes := map[int64]bool{}
	for _, b := range tests {
		sizes[b.size] = true
	}
	for m := range 3 {
		pages := map[int64]int{}
		page, most := int64(-1), 0
		for _, b := range tests {
			at := b.measured(m)
			if pages[at]++; at >= 0 && pages[at] > most {
				page, most = at, pages[at]
			}
		}
		if most <= len(best.tests) || 2*most <= len(tests) {
			continue
		}
		best = frame{measure: m, page: page, sizes: sizes, agreed: most == len(tests)}
		for _, b := range tests {
			if b.measured(m) == page {
				best.tests = append(best.tests, b.ref)
			}
		}
	}
	return best
}

// errorReads is what the place's errors read. Messages may be repeated, escaped or cut by the page, so a length is
// never more than likely. Where no error with a known text tells what the page is without it, no more came back than
// the whole page.
func (x *place) errorReads() []Read {
	tests := map[string][]*inband{}
	key := func(b *inband) string { return b.form + " " + strconv.Itoa(b.status) }
	for i := range x.inbands {
		if b := &x.inbands[i]; b.by == Error && len(b.leaves) == 0 && b.size >= 0 {
			tests[key(b)] = append(tests[key(b)], b)
		}
	}
	frames := map[string]frame{}
	var out []Read
	at := map[string]int{}
	parts := map[string]map[int]bool{} // by expression: the parts of it whose length was counted
	for i := range x.inbands {
		b := &x.inbands[i]
		if b.by != Error || len(b.leaves) == 0 {
			continue
		}
		k := key(b)
		if _, ok := frames[k]; !ok {
			frames[k] = frameOf(tests[k])
		}
		r := x.sizeRead(b)
		x.sized(&r, b, frames[k])
		n, ok := at[r.Expression]
		if !ok {
			at[r.Expression] = len(out)
			parts[r.Expression] = map[int]bool{b.from: r.known()}
			out = append(out, r)
			continue
		}
		old := &out[n]
		old.again(b)
		if !r.known() || parts[r.Expression][b.from] {
			continue
		}
		parts[r.Expression][b.from] = true
		old.add(&r)
	}
	return out
}

// known reports a size of which more is known than that it cannot be more than the page.
func (r *Read) known() bool { return r.Length >= 0 || r.Low > 0 }

// add puts the size of another part to that of a read.
func (r *Read) add(o *Read) {
	switch {
	case !r.known():
		r.Length, r.Low, r.High = o.Length, o.Low, o.High
	case r.Length >= 0 && o.Length >= 0:
		r.Length += o.Length
	default: // one of them was cut
		r.Low, r.High, r.Length = max(int64(r.Length), r.Low)+max(int64(o.Length), o.Low), max(int64(r.Length), r.High)+max(int64(o.Length), o.High), -1
	}
	r.Estimated, r.Failed = true, false
}

// sized says how much came back in one answer.
func (x *place) sized(r *Read, b *inband, f frame) {
	switch {
	case b.status/100 == 4:
		r.Failed = true
	case b.size < 0:
	case f.page >= 0 && b.measured(f.measure) >= f.page:
		came := b.measured(f.measure) - f.page
		if b.count >= 0 && came > int64(b.count) {
			break // the page shows it in another way
		}
		r.Estimated = true
		if b.shows > 0 && int(came)+b.fixed >= b.shows && came != int64(b.count) { // the message is full
			r.Low, r.High = came, max(came, b.size)
		} else {
			r.Length = int(came)
		}
		if len(f.tests) > 1 && came > 0 && (f.agreed || !f.sizes[b.size]) {
			x.grow(b, &f)
		}
	case f.page < 0:
		r.High = max(0, b.size-int64(b.fixed))
		if b.shows > 0 {
			r.High = min(r.High, int64(max(0, b.shows-b.fixed)))
		}
		if b.count >= 0 {
			r.High = min(r.High, int64(b.count)*utf8Max)
		}
		r.Estimated = true
	}
}

// grow notes an error page that is longer by what was asked for. One size may be that of any other page where some of
// the tests had another page too.
func (x *place) grow(b *inband, f *frame) {
	x.grown = append(x.grown[:min(len(x.grown), triage.MaxRefs-1)], b.ref)
	x.errorsAgree = x.errorsAgree || f.agreed
	if x.grownTo == nil {
		x.grownTo = map[int64]bool{}
	}
	x.grownTo[b.size] = true
}

// utf8Max is how many bytes a character has at most.
const utf8Max = 4

// failing keeps what a payload has the database fail on, and what the log quotes of it.
func (x *place) failing(q *triage.Request, p *payload, ask *errorAsk, errorText string) {
	var pieces []piece
	if ask != nil && ask.reads() {
		pieces = ask.pieces
	}
	if errorText != "" {
		if m := columnNamed.FindStringSubmatch(errorText); m != nil && p.groups() {
			x.named(q, m[1])
		} else if pieces != nil {
			if v, ok := quotes(errorText, pieces, p.text, ask.weak); ok && !(ask.alone && sent(q, v.text)) {
				x.showing(q, Error, pieces, v)
			}
		}
	}
	if ask == nil || ask.weak {
		return
	}
	if pieces != nil && q.Answer != "" {
		if v, ok := inPage(q.Answer, pieces, p.text); ok {
			x.showing(q, Error, pieces, v)
		}
	}
	if len(x.inbands) >= maxInbands {
		return
	}
	b := inband{by: Error, ref: q.Ref, at: q.Time, status: q.Status, size: q.Size, form: ask.call, shows: ask.of.shows, from: 1, count: -1,
		sent: [2]int64{int64(len(p.text)), int64(len(q.Query) - len(errorText))}}
	b.fixed, b.leaves = known(ask.pieces)
	if _, _, _, read := around(ask.pieces); len(read) == 1 {
		b.from, b.count = read[0].from, read[0].count
	}
	x.inbands = append(x.inbands, b)
}

// sent reports that a text stands in any value of a request, which the error may then be about.
func sent(q *triage.Request, text string) bool {
	request := *q
	request.Query, _ = cutServerError(q.Query)
	plain := strings.NewReplacer(" ", "_", "+", "_")
	text = strings.ToLower(plain.Replace(text))
	for _, v := range triage.Values(&request) {
		if strings.Contains(strings.ToLower(plain.Replace(v.Text)), text) {
			return true
		}
	}
	return false
}

// groups reports a payload that groups, whose errors name columns.
func (p *payload) groups() bool {
	for i := range p.parser.t {
		if t := &p.parser.t[i]; t.kind == tokWord && (t.up == "HAVING" || t.up == "GROUP") {
			return true
		}
	}
	return false
}
