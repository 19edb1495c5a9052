package triage

import "slices"

// A SliceLog is a Log, and the Whole of it, over requests in memory, for small logs, tests and evaluation.
type SliceLog struct {
	audits bool
	visits []Visit
	of     []*Request // by position in visits
	cites  []Cite
	texts  [Users + 1][]string
	sets   [][]Finding
}

// NewSliceLog makes a Log of the requests in their order, judged by judge. Rejected ones are left out. The requests
// stay with the Log and must not change.
func NewSliceLog(requests []Request, judge func(*Request) []Finding) *SliceLog {
	l := &SliceLog{sets: [][]Finding{nil}}
	var ids [Users + 1]map[string]uint32
	for c := range ids {
		ids[c] = map[string]uint32{"": 0}
		l.texts[c] = []string{""}
	}
	intern := func(c Column, s string) uint32 {
		id, ok := ids[c][s]
		if !ok {
			id = uint32(len(l.texts[c]))
			ids[c][s] = id
			l.texts[c] = append(l.texts[c], s)
		}
		return id
	}
	type key struct {
		body, answer                        string
		method, path, query, referer, agent uint32
	}
	judged := map[key]uint32{}
	sources := map[string]uint32{}
	for i := range requests {
		r := &requests[i]
		if r.Reject != "" {
			continue
		}
		v := Visit{
			Row: uint64(len(l.visits)), Client: intern(Clients, r.Client), Method: intern(Methods, r.Method),
			Path: intern(Paths, r.Path), Query: intern(Queries, r.Query), Referer: intern(Referers, r.Referer),
			Agent: intern(Agents, r.Agent), Host: intern(Hosts, r.Host), User: intern(Users, r.User),
			Status: uint16(r.Status), Size: r.Size, Millis: r.Millis,
		}
		if _, ok := sources[r.Source]; !ok {
			sources[r.Source] = uint32(len(sources))
		}
		v.Source, v.Audit = sources[r.Source], r.Audit
		l.audits = l.audits || r.Audit
		if !r.Time.IsZero() {
			v.Time = r.Time.UnixMilli()
		}
		k := key{r.Body, r.Answer, v.Method, v.Path, v.Query, v.Referer, v.Agent}
		set, ok := judged[k]
		if !ok {
			if f := judge(r); len(f) > 0 {
				set = uint32(len(l.sets))
				l.sets = append(l.sets, f)
			}
			judged[k] = set
		}
		v.Judged = set
		l.visits = append(l.visits, v)
		l.of = append(l.of, r)
		l.cites = append(l.cites, Cite{Ref: r.Ref, Source: r.Source, Line: r.Line})
	}
	return l
}

// Audits reports whether some request is of an audit log.
func (l *SliceLog) Audits() bool { return l.audits }

// Visits implements Log.
func (l *SliceLog) Visits(yield func(*Visit) bool) error {
	for i := range l.visits {
		v := l.visits[i]
		if !yield(&v) {
			return nil
		}
	}
	return nil
}

// Texts implements Log.
func (l *SliceLog) Texts(c Column) int { return len(l.texts[c]) }

// Text implements Log.
func (l *SliceLog) Text(c Column, id uint32) string { return l.texts[c][id] }

// Findings implements Log.
func (l *SliceLog) Findings(judged uint32) []Finding { return l.sets[judged] }

// Cite implements Log.
func (l *SliceLog) Cite(row uint64) Cite { return l.cites[row] }

// Clients implements Whole.
func (l *SliceLog) Clients() int {
	seen := map[uint32]bool{}
	for i := range l.visits {
		seen[l.visits[i].Client] = true
	}
	return len(seen)
}

// Count implements Whole.
func (l *SliceLog) Count(c Column, texts []string) ([]int, error) {
	n := make([]int, len(l.texts[c]))
	for i := range l.visits {
		switch c {
		case Clients:
			n[l.visits[i].Client]++
		case Agents:
			n[l.visits[i].Agent]++
		case Hosts:
			n[l.visits[i].Host]++
		}
	}
	out := make([]int, len(texts))
	for i, t := range texts {
		if id := slices.Index(l.texts[c], t); id >= 0 {
			out[i] = n[id]
		}
	}
	return out, nil
}

// Requests implements Whole.
func (l *SliceLog) Requests(path func(string) bool, yield func(*Visit, string) bool) error {
	for i := range l.visits {
		v := l.visits[i]
		if p := l.texts[Paths][v.Path]; path(p) && !yield(&v, p) {
			return nil
		}
	}
	return nil
}

// Client implements Whole.
func (l *SliceLog) Client(row uint64) (string, error) {
	return l.texts[Clients][l.visits[row].Client], nil
}

// Of implements Whole.
func (l *SliceLog) Of(clients []string, yield func(uint64, *Request, []Finding) bool) error {
	want := map[string]bool{}
	for _, c := range clients {
		want[c] = c != ""
	}
	for i := range l.visits {
		if v := &l.visits[i]; want[l.texts[Clients][v.Client]] && !yield(v.Row, l.of[i], l.sets[v.Judged]) {
			return nil
		}
	}
	return nil
}

// Examine surveys a log in memory as one part.
func Examine(l *SliceLog, files []File, processes []Process) (*Survey, error) {
	s, err := Summarise(l)
	if err != nil {
		return nil, err
	}
	return Conclude([]*Summary{s}, l, files, processes)
}
