package blind

import (
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// Bounds of one recovery.
const (
	maxDull    = 4096    // paths, agents and referrers remembered as such
	maxRecords = 1 << 20 // questions and tests kept
	maxGroups  = 50000
)

// A record is one question, or one test that is true or false of itself, with what was observed of its answer.
type record struct {
	ref    string
	at     time.Time
	status int
	size   int64 // -1 if unknown
	millis int64 // -1 if unknown
	// ahead and behind are the milliseconds to the client's next request and from its previous one, -1 if there is none
	ahead, behind int64
	raw, decoded  int32 // length of the value as sent and decoded: pages that show it grow with it
	shape         *shape
	about         variable
	prefix        *prefixTest // of a question about more than the one character
	known         tri         // of a test
	grid          *grid
}

// A group is the requests of one client that put questions into one place in one form.
type group struct {
	client, path, field string
	technique           Technique
	skeleton            string
	delay               float64 // seconds asked for
	records             []*record
	accepted            *hypothesis
}

// clientState is what pacing needs to know.
type clientState struct {
	last    time.Time
	pending []*record // of the last request
}

// A Reader takes requests one by one and then gives what they show. Its memory grows with the questions in them, not
// with the requests.
type Reader struct {
	groups  map[string]*group
	order   []*group
	leaves  map[string]*leaf
	shapes  map[string]*shape
	sides   map[string]*sides // see shape.tabulate
	clients map[string]*clientState
	records int
	dropped int

	tokenizer tokenizer
	memo      memo

	places     map[string]*place
	placeOrder []*place
	dull       map[string]bool    // paths, agents and referrers in which nothing was put
	answered   map[string]written // by base name of files that payloads wrote: what came of it
}

// NewReader returns an empty Reader.
func NewReader() *Reader {
	return &Reader{groups: map[string]*group{}, leaves: map[string]*leaf{}, shapes: map[string]*shape{}, sides: map[string]*sides{}, dull: map[string]bool{}, clients: map[string]*clientState{}, places: map[string]*place{}, answered: map[string]written{}}
}

// Add reads one request. Requests of one client come in the order of the log.
func (r *Reader) Add(q *triage.Request) {
	c := r.clients[q.Client]
	if c == nil {
		c = &clientState{}
		r.clients[q.Client] = c
	}
	behind := int64(-1)
	if !c.last.IsZero() && !q.Time.IsZero() {
		behind = max(0, q.Time.Sub(c.last).Milliseconds())
		for _, p := range c.pending {
			p.ahead = behind
		}
	}
	c.pending = c.pending[:0]
	if !q.Time.IsZero() {
		c.last = q.Time
	}
	request := *q
	var errorText string
	request.Query, errorText = cutServerError(q.Query)
	r.follow(q)
	for _, f := range [...]*string{&request.Path, &request.Agent, &request.Referer} {
		if r.dull[*f] {
			*f = ""
		}
	}
	clean := true
	for _, v := range triage.Values(&request) {
		switch v.Field {
		case "path":
			v.Text = brokenOut(v.Text, "/")
		case "referer":
			v.Text = brokenOut(v.Text, "/=&")
		case "agent":
			v.Text = brokenOut(v.Text, "")
		}
		clean = clean && (v.Text == "" || v.Field != "path" && v.Field != "referer" && v.Field != "agent")
		rec := r.value(q, v, errorText)
		if rec == nil {
			continue
		}
		rec.behind = behind
		c.pending = append(c.pending, rec)
	}
	if clean && len(r.dull) < maxDull {
		for _, s := range [...]string{request.Path, request.Agent, request.Referer} {
			if s != "" {
				r.dull[s] = true
			}
		}
	}
}

// cutServerError parts a query from the error text that IIS appends to it: "|22|80040e14|Unclosed...".
func cutServerError(query string) (string, string) {
	for i := strings.IndexByte(query, '|'); i >= 0; {
		j := i + 1
		for j < len(query) && isDigit(query[j]) {
			j++
		}
		if j > i+1 && j+9 < len(query) && query[j] == '|' && query[j+9] == '|' {
			hex := true
			for _, c := range []byte(query[j+1 : j+9]) {
				hex = hex && isHex(c)
			}
			if hex {
				return query[:i], query[i:]
			}
		}
		n := strings.IndexByte(query[i+1:], '|')
		if n < 0 {
			break
		}
		i += 1 + n
	}
	return query, ""
}

// brokenOut is the part of a path, referrer or agent in which a quote stands or a word of logic follows, from the last
// of the signs before it on; "" if there is none. Brackets and blanks are common in them, and no sign.
func brokenOut(s, signs string) string {
	i := strings.IndexByte(s, '\'')
	if j := strings.IndexByte(s, '"'); j >= 0 && (i < 0 || j < i) {
		i = j
	}
	for j := 0; j+4 < len(s) && (i < 0 || j < i); j++ {
		if s[j] != ' ' && s[j] != ';' {
			continue
		}
		rest := strings.TrimLeft(s[j:min(len(s), j+16)], "; ")
		switch {
		case hasPrefix(rest, "and "), hasPrefix(rest, "or "), hasPrefix(rest, "union "), hasPrefix(rest, "rlike "), s[j] == ';' && (hasPrefix(rest, "select ") || hasPrefix(rest, "waitfor ")):
			i = j
		}
	}
	if i < 0 {
		return ""
	}
	return s[strings.LastIndexAny(s[:i], signs)+1:]
}

// value reads one value of a request; nil if it tests nothing.
func (r *Reader) value(q *triage.Request, v triage.Value, errorText string) *record {
	if errorText == "" {
		if rec := r.again(q, v); rec != nil {
			return rec
		}
	}
	p := r.tokenizer.read(v.Text, errorText != "")
	if p == nil {
		return nil
	}
	ask, rec := r.choose(p)
	p.asks = rec != nil
	plain := r.note(q, v.Field, p, errorText)
	if rec == nil {
		return nil
	}
	if r.records >= maxRecords {
		r.dropped++
		return nil
	}
	technique, delay := p.technique()
	skeleton := p.skeleton(ask)
	key := groupKey(q, v.Field, technique, skeleton)
	g := r.groups[key]
	if g == nil {
		if len(r.groups) >= maxGroups {
			r.dropped++
			return nil
		}
		g = &group{client: q.Client, path: q.Path, field: v.Field, technique: technique, skeleton: skeleton}
		r.groups[key] = g
		r.order = append(r.order, g)
	}
	g.delay = max(g.delay, delay)
	if plain {
		r.remember(v.Text, p, ask, rec, technique, delay, skeleton)
	}
	return r.keep(g, rec, q, v)
}

// groupKey names the group of a request's questions of one form.
func groupKey(q *triage.Request, field string, technique Technique, skeleton string) string {
	return q.Client + "\x00" + q.Path + "\x00" + field + "\x00" + string(technique) + "\x00" + skeleton
}

// keep adds a record to its group.
func (r *Reader) keep(g *group, rec *record, q *triage.Request, v triage.Value) *record {
	rec.ref, rec.at, rec.status, rec.size, rec.millis = q.Ref, q.Time, q.Status, q.Size, q.Millis
	rec.ahead, rec.behind = -1, -1
	rec.raw, rec.decoded = int32(len(q.Query)+len(q.Path)), int32(len(v.Text))
	g.records = append(g.records, rec)
	r.records++
	return rec
}

// choose finds the condition of a payload that asks most plainly, or that is a test. The record has what is asked.
func (r *Reader) choose(p *payload) (*question, *record) {
	d := dialectOf(p.parser.t)
	asks, plain := p.questions()
	p.asked = len(asks)
	var best *question
	var out *record
	rank := 0
	for i := range asks {
		a := &asks[i]
		e := &evaluator{leaves: r.leaves, prefix: p.prefix}
		e.scope = append(e.scope, a.scope...)
		e.pick(a.filters)
		v := e.eval(a.node, 0)
		if v.kind == vPart {
			e.numeric(v)
		}
		n := 0
		if len(e.seen) == 1 {
			n = map[variableKind]int{varChar: 4, varLength: 3, varSpan: 2, varNumber: 1}[e.seen[0].kind]
		}
		if n > rank {
			if e.seen[0].kind == varSpan {
				if x := r.span(a.node, e, e.seen[0], d); x != nil {
					rank, best, out = n, a, x
				}
				continue
			}
			s := r.shape(a, e, e.seen[0], d)
			if s == nil {
				continue
			}
			rank, best, out = n, a, &record{shape: s, about: e.seen[0]}
			p.reading = e
		}
	}
	if best != nil {
		return best, out
	}
	if plain != nil {
		e := &evaluator{}
		t := e.eval(plain.node, 0).truth()
		if t == triNull {
			t = triFalse
		}
		if t != triUnknown && len(e.seen) == 0 {
			return plain, &record{known: t}
		}
	}
	return nil, nil
}

// pick narrows the row that is asked about by further conditions.
func (e *evaluator) pick(filters []*node) {
	if len(filters) == 0 {
		return
	}
	if n := len(e.scope); n > 0 && len(e.scope[n-1].tables) > 0 {
		s := *e.scope[n-1]
		for _, f := range filters {
			if s.where == nil {
				s.where = f
			} else {
				s.where = &node{kind: nodeBinary, op: "AND", args: []*node{s.where, f}, unknown: true}
			}
		}
		e.scope[n-1] = &s
		return
	}
	var b strings.Builder
	for i, f := range filters {
		if i > 0 {
			b.WriteString(" AND ")
		}
		f.write(&b, 0)
	}
	e.prefix = b.String()
}

// shape is the question without what it asks about.
func (r *Reader) shape(a *question, e *evaluator, v variable, d dialect) *shape {
	key := string(rune('0'+v.kind)) + string(rune('0'+d)) + shapeKey(a.node, e.parts)
	if s := r.shapes[key]; s != nil {
		return s
	}
	if len(r.shapes) >= maxShapes {
		r.dropped++
		return nil
	}
	s := &shape{key: key, node: a.node, dialect: d, scope: e.scope, prefix: e.prefix, bound: v, leaves: e.nodes}
	collectConstants(a.node, 0, &s.constants)
	if v.kind == varChar {
		s.tabulate(r.sides, e.parts)
	} else {
		s.truths(3)
	}
	r.shapes[key] = s
	return s
}

// span is a question about several characters as one about the last of them.
func (r *Reader) span(n *node, e *evaluator, v variable, d dialect) *record {
	p := e.spanTest(n, d)
	if p == nil {
		return nil
	}
	last := p.elems[len(p.elems)-1]
	key := "p" + strconv.FormatUint(last.upTo, 16) + strconv.FormatBool(p.not) + string(rune('0'+d))
	s := r.shapes[key]
	if s == nil {
		if len(r.shapes) >= maxShapes {
			r.dropped++
			return nil
		}
		s = &shape{key: key, yes: last.yes, no: last.no, not: p.not}
		if len(p.elems) == 1 {
			s.pattern = last.upTo
		}
		if p.not {
			s.yes, s.no = s.no, s.yes
		}
		r.shapes[key] = s
	}
	out := &record{shape: s, about: variable{leaf: v.leaf, kind: varChar, pos: p.pos + len(p.elems) - 1}}
	if len(p.elems) > 1 || p.trueOnly {
		out.prefix = p
	}
	return out
}

// technique is how a payload means to read the answer, and for how many seconds it asks to wait.
func (p *payload) technique() (Technique, float64) {
	out, delay := Boolean, 0.0
	t := p.parser.t
	for i := range t {
		if t[i].kind != tokWord {
			continue
		}
		switch t[i].up {
		case "SLEEP", "PG_SLEEP", "RECEIVE_MESSAGE", "PG_SLEEP_FOR", "WAITFOR", "BENCHMARK", "RANDOMBLOB":
			if t[i].up != "WAITFOR" && (i+1 >= len(t) || t[i+1].kind != tokOpen) {
				continue
			}
			out = Time
			delay = max(delay, seconds(t[i:]))
		case "UNION":
			if out == Boolean {
				out = Union
			}
		case "EXTRACTVALUE", "UPDATEXML", "GTID_SUBSET", "GTID_SUBTRACT", "XMLTYPE", "DRITHSX", "GET_HOST_ADDRESS", "JSON_KEYS":
			if out == Boolean {
				out = Error
			}
		}
	}
	for _, s := range p.stmts {
		if len(s.delay) > 0 {
			out = Time
		}
	}
	if out == Boolean && p.heavy() {
		out, delay = Time, heavySeconds
	}
	return out, delay
}

// seconds is the delay that the function at the start of t asks for: the largest number in its brackets.
func seconds(t []token) float64 {
	if t[0].up == "BENCHMARK" || t[0].up == "RANDOMBLOB" {
		return heavySeconds
	}
	out, depth := 0.0, 0
	for i := 1; i < len(t) && i < 64; i++ {
		switch t[i].kind {
		case tokOpen:
			depth++
		case tokClose:
			if depth--; depth <= 0 {
				return out
			}
		case tokNumber:
			if v := numberNode(t[i].text).num; v <= 120 && depth <= 1 {
				out = max(out, v)
			}
		case tokString:
			if t[0].up == "WAITFOR" {
				return clockSeconds(t[i].text)
			}
		}
	}
	return out
}

// heavy reports a product of many tables, which takes long to count.
func (p *payload) heavy() bool {
	heavy := false
	var walk func(n *node, depth int)
	walk = func(n *node, depth int) {
		if n == nil || depth > maxDepth || heavy {
			return
		}
		if n.kind == nodeSelect {
			same := map[string]int{}
			for _, t := range n.sel.tables {
				if same[strings.ToLower(t)]++; same[strings.ToLower(t)] >= 3 {
					heavy = true
				}
			}
			for _, c := range n.sel.columns {
				walk(c, depth+1)
			}
			for _, c := range n.sel.inner {
				walk(c, depth+1)
			}
		}
		for _, a := range n.args {
			walk(a, depth+1)
		}
	}
	for _, s := range p.stmts {
		for _, e := range s.exprs {
			walk(e, 0)
		}
	}
	return heavy
}
