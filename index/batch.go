package index

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// A localDict gives each distinct text of a batch a number.
type localDict struct {
	ids   map[string]int32
	texts []string
}

func (d *localDict) intern(text []byte) int32 {
	if len(text) == 0 {
		return 0
	}
	if id, ok := d.ids[string(text)]; ok {
		return id
	}
	return d.add(string(text))
}

func (d *localDict) add(text string) int32 {
	if id, ok := d.ids[text]; ok {
		return id
	}
	id := int32(len(d.texts))
	d.texts = append(d.texts, text)
	d.ids[text] = id
	return id
}

// A batch is the rows of one block of lines, with dictionaries of its own, so that blocks can be parsed and
// judged on all cores and joined in order.
type batch struct {
	ints  [intColumns][]int64
	texts [textColumns][]int32
	dicts [textColumns]localDict

	parsed, rejected, comments int64
	rejects                    []triage.Reject
	first, last                int64 // Unix ms, 0 if there is none

	holes        []batchHole
	lastRejected int64 // line of the last record, if it fits no format; else 0
	numbered     []batchNumber
}

// A batchNumber is a number that a log gave a record.
type batchNumber struct {
	what, of string
	number   int64
	at       triage.NumberEnd
}

// newBatch makes room for n rows at once, since growing twenty slices costs more than parsing.
func newBatch(n int) *batch {
	t := &batch{}
	ints, texts := make([]int64, n*int(intColumns)), make([]int32, n*int(textColumns))
	for c := range t.ints {
		t.ints[c] = ints[c*n : c*n : (c+1)*n]
	}
	for c := range t.texts {
		t.texts[c] = texts[c*n : c*n : (c+1)*n]
	}
	return t
}

func (t *batch) rows() int { return len(t.texts[0]) }

// A batcher turns blocks into batches. It is for one goroutine.
type batcher struct {
	memo   *memo
	uris   map[[4]int32]*verdict // by the numbers of method, path, query and protocol
	bodies map[[2]int32]*verdict // by the numbers of body and answer
	sets   map[[5]*verdict][2]int32
	// by the number of the text
	agents, referers, hosts []lookup
	t                       *batch
}

// A lookup is the verdict on a text of the batch, once it is asked for.
type lookup struct {
	v    *verdict
	done bool
}

// find is the verdict on the text with a number, from get the first time.
func find(known *[]lookup, id int32, get func() *verdict) *verdict {
	for int(id) >= len(*known) {
		*known = append(*known, lookup{})
	}
	l := &(*known)[id]
	if !l.done {
		*l = lookup{get(), true}
	}
	return l.v
}

// batch parses and judges a block. p is at the state that the block begins with.
func (w *batcher) batch(b source.Block, split source.Split, p *weblog.Parser) *batch {
	t := newBatch(bytes.Count(b.Data, []byte{'\n'}) + 1)
	for c := range t.dicts {
		t.dicts[c] = localDict{ids: map[string]int32{"": 0}, texts: []string{""}}
	}
	w.t, w.uris, w.sets = t, map[[4]int32]*verdict{}, map[[5]*verdict][2]int32{}
	w.bodies = map[[2]int32]*verdict{}
	w.agents, w.referers, w.hosts = w.agents[:0], w.referers[:0], w.hosts[:0]
	var rec weblog.Record
	hasZeros := bytes.Contains(b.Data, zeros)
	source.Records(b, split, func(line []byte, offset, n, lines int64) {
		kind, err := p.Parse(line, &rec)
		t.comments += lines - 1
		t.lastRejected = 0
		if hasZeros {
			t.zerosOf(line, n)
		}
		if kind == weblog.Comment {
			t.comments++
			return
		}
		reason := ""
		if kind == weblog.Rejected {
			reason = "no request"
			if err != nil {
				reason = err.Error()
			}
			rec = weblog.Record{Size: -1, Millis: -1}
			t.lastRejected = n
		} else if rec.Numbered.What != "" {
			t.numbered = append(t.numbered, batchNumber{rec.Numbered.What, string(rec.Numbered.Of), rec.Numbered.Number, triage.NumberEnd{Time: rec.Time, Line: n, Kept: true}})
		}
		w.addRow(&rec, line, offset, n, int64(len(line))+b.Cut, reason)
	})
	t.placeHoles()
	return t
}

func (w *batcher) addRow(rec *weblog.Record, line []byte, offset, number, length int64, reason string) {
	t := w.t
	for c, v := range [intColumns]int64{0, number, offset, length, rec.Time, int64(rec.Status), rec.Size, rec.Millis} {
		t.ints[c] = append(t.ints[c], v)
	}
	var ids [textColumns]int32
	if reason != "" {
		raw := line[:min(len(line), maxRaw)]
		ids[colReject] = t.dicts[colReject].add(reason)
		ids[colRaw] = t.dicts[colRaw].intern(raw)
		t.rejected++
		if len(t.rejects) < MaxRejects {
			text := string(line[:min(len(line), triage.MaxRejectText)])
			t.rejects = append(t.rejects, triage.Reject{Line: number, Reason: reason, Text: text})
		}
	} else {
		fields := [...][]byte{rec.Client, rec.Method, rec.Path, rec.Query, rec.Referer, rec.Agent, rec.Host, rec.User, rec.Protocol, rec.Body, rec.Answer}
		for c, f := range fields {
			ids[c] = t.dicts[c].intern(f)
		}
		ids[colJudged], ids[colSigns] = w.judge(&ids)
		t.parsed++
		if rec.Time != 0 {
			if t.first == 0 || rec.Time < t.first {
				t.first = rec.Time
			}
			t.last = max(t.last, rec.Time)
		}
	}
	for c, id := range ids {
		t.texts[c] = append(t.texts[c], id)
	}
}

// judge is the set of findings of a row and its signs.
func (w *batcher) judge(ids *[textColumns]int32) (judged, signs int32) {
	text := func(c column) string { return w.t.dicts[c].texts[ids[c]] }
	uri := [4]int32{ids[colMethod], ids[colPath], ids[colQuery], ids[colProtocol]}
	v, ok := w.uris[uri]
	if !ok {
		v = w.memo.uri(text(colMethod), text(colPath), text(colQuery), text(colProtocol))
		w.uris[uri] = v
	}
	agent := find(&w.agents, ids[colAgent], func() *verdict { return w.memo.agent(text(colAgent)) })
	referer := find(&w.referers, ids[colReferer], func() *verdict { return w.memo.referer(text(colReferer)) })
	host := find(&w.hosts, ids[colHost], func() *verdict { return w.memo.host(text(colHost)) })
	set := [5]*verdict{v, agent, referer, host, w.body(ids)}
	if set == [5]*verdict{} {
		return 0, 0
	}
	if n, ok := w.sets[set]; ok {
		return n[0], n[1]
	}
	var all []triage.Finding
	for _, v := range set {
		if v != nil {
			all = append(all, v.findings...)
		}
	}
	sortFindings(all)
	n := [2]int32{w.t.dicts[colJudged].add(findingsText(all)), w.t.dicts[colSigns].add(signsText(all))}
	w.sets[set] = n
	return n[0], n[1]
}

// body is the verdict on body and answer of a row; most rows have neither.
func (w *batcher) body(ids *[textColumns]int32) *verdict {
	pair := [2]int32{ids[colBody], ids[colAnswer]}
	if pair == [2]int32{} {
		return nil
	}
	v, ok := w.bodies[pair]
	if !ok {
		v = w.memo.body(w.t.dicts[colBody].texts[pair[0]], w.t.dicts[colAnswer].texts[pair[1]])
		w.bodies[pair] = v
	}
	return v
}

// sortFindings puts the highest level first, and then the rules by name.
func sortFindings(all []triage.Finding) {
	slices.SortStableFunc(all, func(a, b triage.Finding) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.Rule, b.Rule))
	})
}

// findingsText is the text of a set of findings in colJudged: a line a finding, its fields as Go strings, so
// that any bytes survive.
func findingsText(all []triage.Finding) string {
	var b []byte
	for i := range all {
		f := &all[i]
		for _, s := range [...]string{f.Rule, string(f.Class), f.Level.String(), f.Field, f.Match, f.Why, f.Target} {
			b = append(strconv.AppendQuote(b, s), ' ')
		}
		b[len(b)-1] = '\n'
	}
	return string(b)
}

// parseFindings reads what findingsText wrote.
func parseFindings(text string) ([]triage.Finding, error) {
	var all []triage.Finding
	for line := range strings.Lines(text) {
		var f [7]string
		for i := range f {
			text, n, err := quoted(line)
			if err != nil || len(line) == n {
				return nil, fmt.Errorf("bad findings %q; load the evidence again", triage.VisibleN(line, 80))
			}
			f[i], line = text, line[n+1:]
		}
		level, err := triage.ParseLevel(f[2])
		if err != nil {
			return nil, err
		}
		all = append(all, triage.Finding{Rule: f[0], Class: triage.Class(f[1]), Level: level, Field: f[3], Match: f[4], Why: f[5], Target: f[6]})
	}
	return all, nil
}

// quoted reads the Go string that s begins with; n is its length in s.
func quoted(s string) (text string, n int, err error) {
	if len(s) > 0 && s[0] == '"' { // mostly it has no escapes
		if n := strings.IndexByte(s[1:], '"'); n >= 0 && strings.IndexByte(s[1:1+n], '\\') < 0 {
			return s[1 : 1+n], n + 2, nil
		}
	}
	q, err := strconv.QuotedPrefix(s)
	if err == nil {
		text, err = strconv.Unquote(q)
	}
	return text, len(q), err
}

// A verdict is what one text shows. A nil verdict is: nothing.
type verdict struct{ findings []triage.Finding }

// memoBytes bounds one generation of a memo, in bytes of its texts and an allowance for each.
const memoBytes = 24 << 20

// A memo remembers verdicts by text: those of this generation and of the one before. A generation ends when
// it is full, so that millions of distinct requests do not grow the memory. It is safe for concurrent use.
type memo struct {
	judge    Judge
	mu       sync.Mutex
	now, old map[string]*verdict
	size     int
}

func newMemo(j Judge) *memo { return &memo{judge: j, now: map[string]*verdict{}} }

func (m *memo) uri(method, path, query, protocol string) *verdict {
	key := "u" + method + "\x00" + path + "\x00" + query + "\x00" + protocol
	return m.get(key, func() []triage.Finding { return m.judge.URI(method, path, query, protocol) })
}

func (m *memo) agent(agent string) *verdict {
	return m.get("a"+agent, func() []triage.Finding { return m.judge.Agent(agent) })
}

func (m *memo) referer(referer string) *verdict {
	return m.get("r"+referer, func() []triage.Finding { return m.judge.Referer(referer) })
}

func (m *memo) body(body, answer string) *verdict {
	return m.get("b"+body+"\x00"+answer, func() []triage.Finding { return m.judge.Body(body, answer) })
}

func (m *memo) host(host string) *verdict {
	return m.get("h"+host, func() []triage.Finding { return m.judge.Host(host) })
}

func (m *memo) get(key string, judge func() []triage.Finding) *verdict {
	m.mu.Lock()
	v, ok := m.now[key]
	if !ok {
		if v, ok = m.old[key]; ok {
			m.put(key, v)
		}
	}
	m.mu.Unlock()
	if ok {
		return v
	}
	if f := judge(); len(f) > 0 {
		v = &verdict{f}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, v)
	return v
}

// put remembers a verdict; m.mu is held.
func (m *memo) put(key string, v *verdict) {
	size := len(key) + 64
	if v != nil {
		for i := range v.findings {
			size += len(v.findings[i].Match) + len(v.findings[i].Target) + 256
		}
	}
	if m.size+size > memoBytes {
		m.old, m.now, m.size = m.now, map[string]*verdict{}, 0
	}
	m.size += size
	m.now[key] = v
}
