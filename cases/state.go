package cases

import (
	"encoding/json"
	"fmt"
	"strings"

	"spoor/triage"
)

// A state is what the records so far amount to.
type state struct {
	begun    Info // of the first record
	evidence []Evidence
	loadOf   []int          // of each evidence, the number of the load that read it
	loads    int            // seen so far
	bySHA    map[string]int // position in evidence
	pending  []Evidence     // evidence records whose run record has not come yet
	dropped  int            // evidence records that the last apply found to be of a load cut short
	runs     []Run
	notes    map[string][]Note // versions by reference
	order    []string          // references by first version
	verdicts map[string]Verdict
	reports  []WrittenReport
	seals    []Seal
	packs    []Pack

	groupings    []Grouping
	attributions map[string]Attribution // by intruder
	facts        *Facts                 // recorded after the case was made; nil if none
	intel        []Intel                // in use
}

func newState() state {
	return state{bySHA: map[string]int{}, notes: map[string][]Note{}, verdicts: map[string]Verdict{}, attributions: map[string]Attribution{}}
}

// apply replays one record, and sets dropped.
func (s *state) apply(r record) error {
	s.dropped = 0
	if r.Kind != kindEvidence && r.Kind != kindRun {
		s.dropped, s.pending = len(s.pending), nil
	}
	switch r.Kind {
	case kindCase:
		return decode(r, &s.begun)
	case kindEvidence:
		var e Evidence
		if err := decode(r, &e); err != nil {
			return err
		}
		s.pending = append(s.pending, e)
	case kindRun:
		return s.applyRun(r)
	case kindNote:
		return s.applyNote(r)
	case kindVerdict:
		var v Verdict
		if err := decode(r, &v); err != nil {
			return err
		}
		if v.Value == "" {
			delete(s.verdicts, v.Ref)
		} else {
			s.verdicts[v.Ref] = v
		}
	case kindReport:
		var w WrittenReport
		if err := decode(r, &w); err != nil {
			return err
		}
		w.At, w.By = r.Time, r.Who
		s.reports = append(s.reports, w)
	case kindSeal:
		var x Seal
		if err := decode(r, &x); err != nil {
			return err
		}
		x.By = r.Who
		s.seals = append(s.seals, x)
	case kindPack:
		var p Pack
		if err := decode(r, &p); err != nil {
			return err
		}
		p.At, p.By = r.Time, r.Who
		s.packs = append(s.packs, p)
	case kindUnmasked:
		return decode(r, new(unmasked))
	default:
		known, err := s.applyAnalyst(r)
		if !known {
			err = fmt.Errorf("unknown kind %q", triage.VisibleN(r.Kind, 40))
		}
		return err
	}
	return nil
}

func decode(r record, to any) error {
	if err := json.Unmarshal(r.Payload, to); err != nil {
		return fmt.Errorf("%s: %w", r.Kind, err)
	}
	return nil
}

func (s *state) applyRun(r record) error {
	var run runRecord
	pending := s.pending
	s.pending = nil
	if err := decode(r, &run); err != nil {
		return err
	}
	// A torn load can leave evidence records of its own before those of the load that was then repeated.
	if run.Sources < 0 || run.Sources > len(pending) {
		s.dropped = len(pending)
		return fmt.Errorf("run names %d sources, %d precede it: none of them counts", run.Sources, len(pending))
	}
	s.dropped = len(pending) - run.Sources
	pending = pending[len(pending)-run.Sources:]
	run.Run.Who = r.Who
	if n := len(s.runs); n > 0 && s.runs[n-1].sameLoad(&run.Run) {
		s.runs = s.runs[:n-1]
	} else {
		s.loads++
	}
	for _, e := range pending {
		if i, ok := s.bySHA[e.SHA256]; ok {
			if s.evidence[i].Partial {
				s.evidence[i], s.loadOf[i] = e, s.loads
			}
			continue
		}
		s.bySHA[e.SHA256] = len(s.evidence)
		s.evidence, s.loadOf = append(s.evidence, e), append(s.loadOf, s.loads)
	}
	s.runs = append(s.runs, run.Run)
	return nil
}

func (s *state) applyNote(r record) error {
	var n noteRecord
	if err := decode(r, &n); err != nil {
		return err
	}
	versions := s.notes[n.Ref]
	note := Note{Ref: n.Ref, Text: string(n.Text), On: n.On, Tags: n.Tags, Author: r.Who.Analyst,
		Created: n.At, Edited: n.At, Version: len(versions) + 1}
	if len(versions) == 0 {
		s.order = append(s.order, n.Ref)
	} else {
		note.Created = versions[0].Created
	}
	s.notes[n.Ref] = append(versions, note)
	return nil
}

// note finds the latest version by reference or unique prefix.
func (s *state) note(ref string) (Note, error) {
	want := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(ref), "n:"))
	shown := triage.VisibleN(ref, 60)
	if v := s.notes["n:"+want]; len(v) > 0 {
		return v[len(v)-1], nil
	}
	found := ""
	for _, r := range s.order {
		if want == "" || !strings.HasPrefix(r, "n:"+want) {
			continue
		}
		if found != "" {
			return Note{}, fmt.Errorf("%s stands for %s and %s at least: give more digits", shown, found, r)
		}
		found = r
	}
	if found == "" {
		return Note{}, fmt.Errorf("%s: %w", shown, ErrNoNote)
	}
	v := s.notes[found]
	return v[len(v)-1], nil
}
