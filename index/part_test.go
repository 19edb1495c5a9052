package index

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/weblog"
)

// severalLoads is a store of several loads, of one segment or more each.
func severalLoads(t testing.TB, seed uint64) *Store {
	t.Helper()
	g := newQuerier(seed)
	s := newStore(t)
	s.segmentRows = 2000
	load(t, s, evidence(t, "a.log", randomLog(g, 6000), weblog.Combined), evidence(t, "b.log", randomLog(g, 300), weblog.Combined))
	for i := range 4 {
		load(t, s, evidence(t, fmt.Sprintf("day%d.log", i), randomLog(g, 700), weblog.Combined))
	}
	load(t, s, evidence(t, "rejects.log", "no request\nnor this\n", weblog.Combined))
	return s
}

// visited is one request with its texts in place of numbers.
type visited struct {
	visit    triage.Visit
	texts    [len(textOf)]string
	findings string
}

// resolve puts texts in place of the numbers of a Visit.
func resolveVisit(l triage.Log, v *triage.Visit) visited {
	out := visited{visit: *v, findings: fmt.Sprint(l.Findings(v.Judged))}
	for c, id := range []*uint32{&out.visit.Client, &out.visit.Method, &out.visit.Path, &out.visit.Query,
		&out.visit.Referer, &out.visit.Agent, &out.visit.Host, &out.visit.User} {
		out.texts[c] = l.Text(triage.Column(c), *id)
		*id = 0
	}
	out.visit.Judged = 0
	return out
}

func visits(t testing.TB, l triage.Log) []visited {
	t.Helper()
	var out []visited
	if err := l.Visits(func(v *triage.Visit) bool { out = append(out, resolveVisit(l, v)); return true }); err != nil {
		t.Fatal(err)
	}
	return out
}

// The parts one after the other are the rows of the store as Rows reads them.
func TestPartsAgainstRows(t *testing.T) {
	s := severalLoads(t, 21)
	parts, err := s.Parts()
	if err != nil || len(parts) < 7 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	var got []visited
	next := uint64(0)
	for i := range parts {
		p := &parts[i]
		if p.First != next || slices.ContainsFunc(parts[:i], func(q Part) bool { return q.ID == p.ID }) {
			t.Errorf("part %s begins with row %d, want %d", p.ID, p.First, next)
		}
		next += uint64(p.Rows)
		l, err := p.Log()
		if err != nil {
			t.Fatal(err)
		}
		for c := range triage.Column(len(textOf)) {
			seen := map[string]bool{}
			for id := range l.Texts(c) {
				text := l.Text(c, uint32(id))
				if seen[text] || (id == 0) != (text == "") {
					t.Errorf("part %s: text %d of column %d is %q", p.ID, id, c, text)
				}
				seen[text] = true
			}
		}
		got = append(got, visits(t, l)...)
	}
	var want []visited
	for row := range s.now.rows {
		r, err := s.now.request(row)
		if err != nil {
			t.Fatal(err)
		}
		if r.Reject != "" {
			continue
		}
		f, err := (&rowReader{snap: s.now}).findings(row)
		if err != nil {
			t.Fatal(err)
		}
		v := visited{triage.Visit{Row: uint64(row), Status: uint16(r.Status), Size: r.Size, Millis: r.Millis},
			[len(textOf)]string{r.Client, r.Method, r.Path, r.Query, r.Referer, r.Agent, r.Host, r.User}, fmt.Sprint(f)}
		seg, i := s.now.locate(row)
		source, err := seg.int(intSource, i)
		if err != nil {
			t.Fatal(err)
		}
		v.visit.Source = uint32(source)
		if !r.Time.IsZero() {
			v.visit.Time = r.Time.UnixMilli()
		}
		want = append(want, v)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the parts have %d requests that are not the store's %d", len(got), len(want))
	}
	all, err := parts[0].Log()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range want[:50] {
		r, _ := s.now.request(int64(v.visit.Row))
		if c := all.Cite(v.visit.Row); c != (triage.Cite{Ref: r.Ref, Source: r.Source, Line: r.Line}) {
			t.Errorf("row %d is cited as %+v", v.visit.Row, c)
		}
	}
}

// Row numbers and names of parts stay when more is loaded.
func TestPartsStay(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	before, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	if err := before[0].PutSummary([]byte("what a part shows")); err != nil {
		t.Fatal(err)
	}
	l, err := before[0].Log()
	if err != nil {
		t.Fatal(err)
	}
	want := visits(t, l)
	load(t, s, evidence(t, "b.log", randomLog(newQuerier(5), 50), weblog.Combined))
	after, err := s.Parts()
	if err != nil || len(after) != 2 {
		t.Fatalf("%d parts, %v", len(after), err)
	}
	if after[0].ID != before[0].ID || after[1].ID == after[0].ID || after[1].First != uint64(before[0].Rows) {
		t.Errorf("parts %+v after %+v", after, before)
	}
	if l, err = after[0].Log(); err != nil || !slices.Equal(visits(t, l), want) {
		t.Errorf("the first part has other requests, %v", err)
	}
	for i, want := range []string{"what a part shows", ""} {
		if b, err := after[i].Summary(); err != nil || string(b) != want {
			t.Errorf("summary %d is %q, %v", i, b, err)
		}
	}
}

func TestSummary(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	parts, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	p := &parts[0]
	r := rand.New(rand.NewPCG(3, 4))
	long := make([]byte, 1<<20)
	for i := range long {
		long[i] = byte(r.Uint32N(r.Uint32N(256) + 1)) // uneven, so that it packs
	}
	name := filepath.Join(p.seg.dir, summaryFile)
	for _, want := range [][]byte{nil, {0}, []byte("one"), long, []byte("two"), nil} {
		if err := p.PutSummary(want); err != nil {
			t.Fatal(err)
		}
		got, err := p.Summary()
		if err != nil || !bytes.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%d bytes instead of %d, %v", len(got), len(want), err)
		}
	}
	if err := p.PutSummary([]byte("the summary of a part")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole { // cut short, or with a byte changed, it is none
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << r.IntN(8)
		for _, b := range [][]byte{whole[:i], bad} {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := p.Summary(); err != nil || got != nil && string(got) != "the summary of a part" {
				t.Errorf("damaged at %d: %q, %v", i, got, err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Summary(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, err := p.Log(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := p.PutSummary([]byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// What cannot be read of a part is an error of its Visits, not an empty part.
func TestPartDamaged(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	parts, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	l, err := parts[0].Log()
	if err != nil {
		t.Fatal(err)
	}
	if text := l.Text(triage.Paths, 1<<20); text != "" {
		t.Errorf("a text out of nowhere: %q", text)
	}
	if err := parts[0].PutSummary([]byte("of half the texts")); err == nil {
		t.Error("a summary of what could not be read was kept")
	}
	err = l.Visits(func(*triage.Visit) bool { return true })
	if err == nil || !strings.Contains(err.Error(), "load the evidence again") {
		t.Errorf("error %v", err)
	}
}
