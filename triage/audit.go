package triage

// Doubles: an audit log repeats, with bodies, requests that an access log of the same server may have too. Counted
// twice they would make two visits of one, and guessing of a slow log-in. Which of them are doubles is known only
// when all parts of the case are: so a part sums up the rows of its audit logs apart, a day each, and Conclude adds
// a day to its counts only if no access log of the case has a request on it. What bodies show counts always.
//
// An example: access.log of March and modsec_audit.log of February and March. The audit rows of March give their
// commands and payloads and nothing else; those of February are all that is known of it, and are ranked as any.

import "slices"

// maxAuditRows bounds the rows of audit logs of a part that behaviour is read from; the findings of those beyond
// stay. It bounds memory: about a hundred bytes a row.
const maxAuditRows = 1 << 19

// An auditor is a Log that may hold rows of audit logs. A Log that is none holds no such rows.
type auditor interface {
	// Audits reports whether a Visit of the log may have Audit set.
	Audits() bool
}

// An auditDay is what the audit logs of a part show of one day (UTC).
type auditDay struct {
	sum    *Summary
	bodies *Summary                  // of the sums, those that rest on bodies
	counts map[Column]map[string]int // requests by client, agent and host
}

// encodedDay is an auditDay as gob writes it.
type encodedDay struct {
	Sum, Bodies []byte
	Counts      map[Column]map[string]int
}

func (d *auditDay) encode() (e encodedDay, err error) {
	if e.Sum, err = d.sum.MarshalBinary(); err == nil {
		e.Bodies, err = d.bodies.MarshalBinary()
	}
	e.Counts = d.counts
	return e, err
}

func (e *encodedDay) decode() (*auditDay, error) {
	d := &auditDay{new(Summary), new(Summary), e.Counts}
	err := d.sum.UnmarshalBinary(e.Sum)
	if err == nil {
		err = d.bodies.UnmarshalBinary(e.Bodies)
	}
	return d, err
}

// accessLog is a Log without the rows of audit logs.
type accessLog struct{ Log }

// Visits implements Log.
func (l accessLog) Visits(yield func(*Visit) bool) error {
	return l.Log.Visits(func(v *Visit) bool { return v.Audit || yield(v) })
}

// A subLog is some rows of a Log, with dictionaries of their own.
type subLog struct {
	log    Log
	visits []Visit
	texts  [Users + 1][]uint32 // numbers in log
}

func newSubLog(log Log, visits []Visit) *subLog {
	l := &subLog{log: log, visits: visits}
	var ids [Users + 1]map[uint32]uint32
	for c := range ids {
		ids[c], l.texts[c] = map[uint32]uint32{0: 0}, []uint32{0}
	}
	for i := range l.visits {
		v := &l.visits[i]
		for c, id := range [...]*uint32{Clients: &v.Client, Methods: &v.Method, Paths: &v.Path, Queries: &v.Query, Referers: &v.Referer, Agents: &v.Agent, Hosts: &v.Host, Users: &v.User} {
			n, ok := ids[c][*id]
			if !ok {
				n = uint32(len(l.texts[c]))
				ids[c][*id] = n
				l.texts[c] = append(l.texts[c], *id)
			}
			*id = n
		}
	}
	return l
}

// Visits implements Log.
func (l *subLog) Visits(yield func(*Visit) bool) error {
	for i := range l.visits {
		if v := l.visits[i]; !yield(&v) {
			break
		}
	}
	return nil
}

// Texts implements Log.
func (l *subLog) Texts(c Column) int { return len(l.texts[c]) }

// Text implements Log.
func (l *subLog) Text(c Column, id uint32) string { return l.log.Text(c, l.texts[c][id]) }

// Findings implements Log.
func (l *subLog) Findings(judged uint32) []Finding { return l.log.Findings(judged) }

// Cite implements Log.
func (l *subLog) Cite(row uint64) Cite { return l.log.Cite(row) }

// auditDays sums up the audit rows of a part by day.
func auditDays(log Log) (map[int64]*auditDay, error) {
	byDay := map[int64][]Visit{}
	n := 0
	err := log.Visits(func(v *Visit) bool {
		if v.Audit {
			if n++; n > maxAuditRows {
				return false
			}
			byDay[v.Time/dayMS] = append(byDay[v.Time/dayMS], *v)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	out := map[int64]*auditDay{}
	for _, day := range sortedKeys(byDay) {
		sub := newSubLog(log, byDay[day])
		d := &auditDay{counts: map[Column]map[string]int{Clients: {}, Agents: {}, Hosts: {}}}
		for i := range sub.visits {
			v := &sub.visits[i]
			for c, id := range map[Column]uint32{Clients: v.Client, Agents: v.Agent, Hosts: v.Host} {
				d.counts[c][sub.Text(c, id)]++
			}
		}
		if d.sum, err = summarise(sub); err != nil {
			return nil, err
		}
		d.sum.spans, d.sum.families = nil, nil // an audit log has gaps by its nature
		d.bodies = bodySums(sub, d.sum)
		out[day] = d
		delete(byDay, day)
	}
	return out, nil
}

// bodySums are the sums of a log that rest on bodies: which scripts were sent commands, and who attacked in a body
// what shows in no other part of the request.
func bodySums(log *subLog, sum *Summary) *Summary {
	p := &part{log: log, out: &partOut{Foes: map[string]*foe{}}}
	for i := range log.visits {
		v := &log.visits[i]
		found := log.Findings(v.Judged)
		inBody := slices.DeleteFunc(slices.Clone(found), func(f Finding) bool { return !ofBody(f) })
		if len(inBody) == 0 {
			continue
		}
		if rest := slices.DeleteFunc(slices.Clone(found), ofBody); topLevel(rest) >= Low {
			for _, f := range inBody { // the access log has the request as a hostile one
				if f.Target != "" {
					p.addTarget(v, f)
				}
			}
			continue
		}
		p.addFoe(v, inBody)
	}
	out := &Summary{scripts: map[string]*script{}, foes: p.out.Foes, targets: p.out.Targets}
	for plain, s := range sum.scripts {
		if len(s.Bodies) > 0 {
			out.scripts[plain] = &script{Bodies: s.Bodies}
		}
	}
	return out
}

// ofBody reports whether a finding is of what only logs with bodies have.
func ofBody(f Finding) bool {
	return f.Field == "body" || f.Field == "answer" || len(f.Field) > 5 && f.Field[:5] == "body:"
}

// addAudits adds what the audit logs show, and gives the summaries of the days that are no doubles.
func (w *survey) addAudits(parts []*Summary) []*Summary {
	covered := map[int64]bool{}
	for _, p := range parts {
		for _, day := range p.days {
			covered[day] = true
		}
	}
	var added []*Summary
	doubles := map[Column]map[string]int{Clients: {}, Agents: {}, Hosts: {}}
	for _, p := range parts {
		for _, day := range sortedKeys(p.audit) {
			d := p.audit[day]
			if !covered[day] {
				w.add(d.sum)
				added = append(added, d.sum)
				continue
			}
			w.addBodies(d.bodies)
			for c, counts := range d.counts {
				for text, n := range counts {
					doubles[c][text] += n
				}
			}
		}
	}
	if len(doubles[Clients]) > 0 {
		w.whole = &withoutDoubles{w.whole, doubles}
	}
	return added
}

// addBodies adds what the bodies of doubles show.
func (w *survey) addBodies(p *Summary) {
	for _, plain := range sortedKeys(p.scripts) {
		if s := w.scripts[plain]; s != nil {
			s.Bodies = boundedRows(s.Bodies, p.scripts[plain].Bodies)
		}
	}
	w.add(&Summary{foes: p.foes, targets: p.targets})
}

// withoutDoubles is a Whole whose counts leave doubles out.
type withoutDoubles struct {
	Whole
	doubles map[Column]map[string]int
}

// Count implements Whole.
func (w *withoutDoubles) Count(c Column, texts []string) ([]int, error) {
	out, err := w.Whole.Count(c, texts)
	for i := range out {
		out[i] = max(0, out[i]-w.doubles[c][texts[i]])
	}
	return out, err
}
