package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
)

func TestFacet(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	load(t, s, evidence(t, "b.log", sampleLog+"x\n", weblog.Combined)) // a second segment
	for _, c := range []struct {
		query, column string
		n             int
		want          []Count
	}{
		{"", "ip", 2, []Count{{"203.0.113.9", 6, 0}, {"198.51.100.7", 4, 0}}},
		{"source:a.log", "ip", 2, []Count{{"203.0.113.9", 3, 0}, {"198.51.100.7", 2, 0}}},
		{"", "method", 9, []Count{{"GET", 12, 0}, {"", 3, 0}, {"HEAD", 2, 0}, {"POST", 2, 0}}},
		{"", "status", 2, []Count{{"200", 8, 0}, {"", 3, 0}}},
		{"", "source", 9, []Count{{"b.log", 10, 0}, {"a.log", 9, 0}}},
		{"ua:curl", "path", 9, []Count{{"/upload/up.aspx", 2, 0}}},
		{"ua:curl", "path", 0, []Count{}},
		{"class:sqli", "class", 9, []Count{{"scan", 2, 0}, {"sqli", 2, 0}}},
		{"", "rule", 9, []Count{{"t-agent", 4, 0}, {"t-referer", 2, 0}, {"t-sqli", 2, 0}}},
		{"", "level", 9, []Count{{"high", 4, 0}, {"info", 2, 0}}},
		{"nothing", "user", 9, []Count{}},
	} {
		got, err := search(t, s, c.query).Facet(context.Background(), c.column, c.n)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s by %s: %v, %v; want %v", c.query, c.column, got, err, c.want)
		}
	}
	for _, column := range []string{"query", "ua", "referer", "host", "user", "rule", "level"} {
		if _, err := search(t, s, "").Facet(context.Background(), column, 10); err != nil {
			t.Errorf("%s: %v", column, err)
		}
	}
	if _, err := search(t, s, "").Facet(context.Background(), "colour", 1); err == nil {
		t.Error("a facet by colour")
	}
}

func TestSort(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	r := search(t, s, "")
	for _, c := range []struct {
		column string
		desc   bool
		want   []int64
	}{
		{"time", false, []int64{6, 1, 2, 3, 4, 5, 7, 9, 8}},
		{"time", true, []int64{9, 7, 5, 4, 3, 2, 1, 6, 8}},
		{"line", false, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"line", true, []int64{9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"status", false, []int64{1, 2, 5, 7, 6, 9, 4, 3, 8}},
		{"ip", false, []int64{1, 2, 5, 6, 7, 3, 4, 9, 8}},
		{"user", false, []int64{2, 1, 3, 4, 5, 6, 7, 8, 9}},
		{"source", true, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"time", false, []int64{6, 1, 2, 3, 4, 5, 7, 9, 8}},
	} {
		if err := r.Sort(context.Background(), c.column, c.desc); err != nil {
			t.Fatal(err)
		}
		if got := lines(t, r); !slices.Equal(got, c.want) {
			t.Errorf("by %s %v: %v, want %v", c.column, c.desc, got, c.want)
		}
	}
	if err := r.Sort(context.Background(), "class", false); err == nil {
		t.Error("sorted by class")
	}
	if err := r.Sort(context.Background(), "level", true); err != nil || !slices.Equal(lines(t, r)[:3], []int64{3, 4, 6}) {
		t.Errorf("by level: %v", err)
	}
	if rows, err := r.Rows(7, 10); err != nil || len(rows) != 2 {
		t.Errorf("last page: %d rows, %v", len(rows), err)
	}
	if rows, err := r.Rows(9, 10); err != nil || len(rows) != 0 {
		t.Errorf("behind the last page: %d rows, %v", len(rows), err)
	}
}

// TestSortRows compares sorts of keys of many widths with a stable sort.
func TestSortRows(t *testing.T) {
	g := newQuerier(48)
	for _, n := range []int{0, 1, 100, fewKeys, 20000} {
		for _, span := range []int64{1, 2, 300, 1 << 11, 1<<11 + 1, 1 << 22, 1<<32 - 2, 1<<32 - 1, 1 << 32, 1 << 62} {
			for _, desc := range []bool{false, true} {
				rows, keys := make([]uint32, n), make([]uint64, n)
				for i := range rows {
					rows[i], keys[i] = uint32(3*i+7), 1<<60+uint64(g.Int64N(span))
					if g.IntN(10) == 0 {
						keys[i] = unknownKey
					}
				}
				want := make([]int, n)
				for i := range want {
					want[i] = i
				}
				slices.SortStableFunc(want, func(i, j int) int {
					a, b := keys[i], keys[j]
					if desc && a != unknownKey && b != unknownKey {
						a, b = b, a
					}
					return cmp.Compare(a, b)
				})
				got := sortRows(slices.Clone(rows), slices.Clone(keys), desc)
				if got == nil {
					got = rows
				}
				for i, at := range want {
					if got[i] != rows[at] {
						t.Fatalf("%d rows, span %d: row %d in place %d, want %d", n, span, got[i], i, rows[at])
					}
				}
			}
		}
	}
}

// TestSortByLargeKeys sorts keys that leave no room for a position.
func TestSortByLargeKeys(t *testing.T) {
	got := sortRows([]uint32{0, 1, 2}, []uint64{1 << 63, 0, unknownKey}, false)
	if !slices.Equal(got, []uint32{1, 0, 2}) {
		t.Errorf("order %v", got)
	}
}

func TestHistogram(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	h, err := search(t, s, "").Histogram(context.Background(), 2)
	if err != nil || !slices.Equal(h.Counts, []int64{5, 3}) || !slices.Equal(h.Hot, []int64{2, 0}) {
		t.Errorf("%+v, %v", h, err)
	}
	if want := time.Date(2025, 3, 8, 2, 59, 59, 0, time.UTC); !h.First.Equal(want) {
		t.Errorf("first %v", h.First)
	}
	if h, err := search(t, s, "is:rejected").Histogram(context.Background(), 5); err != nil || h.Counts != nil {
		t.Errorf("without times: %+v, %v", h, err)
	}
	if h, err := search(t, s, "line:1").Histogram(context.Background(), 3); err != nil || !slices.Equal(h.Counts, []int64{1, 0, 0}) {
		t.Errorf("of one request: %+v, %v", h, err)
	}
}

func TestSurvey(t *testing.T) {
	s := newStore(t)
	in := evidence(t, "a.log", sampleLog, weblog.Combined)
	load(t, s, in)
	if s.Survey() != nil {
		t.Error("a survey before the first")
	}
	before := s.Counts()
	want := &triage.Survey{
		Findings:  []triage.Finding{{Rule: "test-brute", Class: triage.Bruteforce, Level: triage.Critical, Field: "behaviour", Match: "\xff\x00", Why: "so"}},
		Marks:     []triage.Mark{{Row: 2, Finding: 0}, {Row: 4, Finding: 0}},
		Webshells: []triage.Webshell{{Ref: "w:1", Path: "/upload/up.aspx", First: time.Unix(5, 0).UTC(), Uses: []triage.Cite{{Ref: "r:1.1"}}, PlantedBy: &triage.Cite{Line: 3}}},
		Incidents: []triage.Incident{{Ref: "i:1", Level: triage.High, Steps: []triage.Step{{Ref: triage.RequestRef(in.Source.Key, 4), Refs: []string{triage.RequestRef(in.Source.Key, 5)}}}}},
		Intruders: []triage.Intruder{{Ref: "a:12345678", Name: "Intruder 1", Clients: []string{"203.0.113.9", "2001:db8::5"}}},
	}
	if err := s.PutSurvey(&triage.Survey{}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutSurvey(want); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := again.Survey(); !reflect.DeepEqual(got, want) {
		t.Errorf("survey %+v, want %+v", got, want)
	}
	for query, want := range map[string][]int64{
		"class:bruteforce": {3, 5}, "rule:test-*": {3, 5}, "level:critical class:bruteforce": {3, 5}, "class:bruteforce class:sqli": {3},
		"actor:1": {3, 4, 5, 9}, `actor:"intruder 1"`: {3, 4, 5, 9}, "actor:a:1234*": nil, "actor:a:1234": {3, 4, 5, 9}, "actor:2": nil,
		"ref:w:1": {5}, "ref:i:1": {4, 5}, "ref:a:12345678": {3, 4, 5, 9},
	} {
		if got := lines(t, search(t, again, query)); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	rows, err := search(t, again, "line:3").Rows(0, 1)
	if err != nil || rows[0].Level != triage.Critical || !slices.Equal(rows[0].Classes, []triage.Class{triage.SQLi, triage.Bruteforce, triage.Scan}) {
		t.Errorf("row %+v, %v", rows, err)
	}
	f, err := again.Findings(triage.RequestRef(in.Source.Key, 5))
	if err != nil || !slices.Contains(f, want.Findings[0]) {
		t.Errorf("findings %+v, %v", f, err)
	}
	after := again.Counts()
	if after.ByClass[triage.Bruteforce] != 2 || after.ByLevel[triage.Critical] < 2 || after.ByClass[triage.SQLi] != before.ByClass[triage.SQLi] {
		t.Errorf("counts %+v, before %+v", after, before)
	}
	if n := int64(search(t, again, "is:finding").Len()); after.Findings != n {
		t.Errorf("%d requests with findings, a search finds %d", after.Findings, n)
	}
}

// TestEachFinding reads the findings of a query in the order of the requests.
func TestEachFinding(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	q, err := Parse("ip:203.0.113.9")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = s.EachFinding(context.Background(), q, func(r triage.Request, f triage.Finding) error {
		got = append(got, fmt.Sprint(r.Line, f.Rule))
		return nil
	})
	var want []string
	for _, line := range lines(t, search(t, s, "ip:203.0.113.9 is:finding")) {
		all, err := s.Findings(triage.RequestRef(s.Sources()[0].Key, line))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			want = append(want, fmt.Sprint(line, f.Rule))
		}
	}
	if err != nil || len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	stop := errors.New("enough")
	if err := s.EachFinding(context.Background(), q, func(triage.Request, triage.Finding) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped with %v", err)
	}
}

func TestFilesAndEntries(t *testing.T) {
	s := newStore(t)
	files := []triage.File{
		{Ref: "f:1", Path: "C:\\inetpub\\up.aspx", MD5: "d41d8cd98f00b204e9800998ecf8427e", Size: 7, Verdict: triage.KnownBad},
		{Ref: "f:2", Path: "/var/www/a b/index.php", SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Size: -1,
			ModTime: time.Date(2025, 3, 8, 3, 0, 0, 0, time.UTC), Verdict: triage.Unknown},
	}
	if err := s.PutFiles(files); err != nil {
		t.Fatal(err)
	}
	list := EntryList{triage.Source{Key: "abc", Path: "known.txt"}, "baseline", []triage.HashEntry{{Path: "x", MD5: "00", Size: -1, Line: 3}}}
	for range 2 {
		if err := s.AddEntries(list.Source, list.Role, list.Entries); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Annotate([]Annotation{{"f:2", "verdict", "benign"}, {"f:2", "note", "shipped by the vendor"}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Entries()
	if err != nil || !reflect.DeepEqual(got, []EntryList{list, list}) {
		t.Errorf("entries %+v, %v", got, err)
	}
	if !reflect.DeepEqual(s.Files(), files) {
		t.Errorf("files %+v", s.Files())
	}
	for query, want := range map[string]string{
		"": "f:1f:2", "hash:d41d8cd98f00b204e9800998ecf8427E": "f:1", "hash:e3b0*": "f:2", "name:UP.aspx": "f:1", "name:index.*": "f:2",
		"path:*.php": "f:2", `path:"/var/www/a b/index.php"`: "f:2", "verdict:known-bad": "f:1", "verdict:benign": "f:2", "note:vendor": "f:2",
		"inetpub": "f:1", "size:<9": "f:1", "after:2025-03-08": "f:2", "before:2025-03-08": "", "-name:up.aspx": "f:2", "ip:1.2.3.4": "", "-ip:1.2.3.4": "",
		"hash:e3b0* OR ip:1.2.3.4": "f:2", "ref:f:1": "f:1", "is:file": "f:1f:2", "is:noted": "f:2", "is:finding": "", "unknown": "f:2",
	} {
		refs := ""
		for _, f := range search(t, s, query).Files() {
			refs += f.Ref
		}
		if refs != want {
			t.Errorf("%s: files %s, want %s", query, refs, want)
		}
	}
}

func TestAnnotate(t *testing.T) {
	s := newStore(t)
	in := evidence(t, "a.log", sampleLog, weblog.Combined)
	later := evidence(t, "b.log", sampleLog+"x\n", weblog.Combined)
	load(t, s, in)
	err := s.Annotate([]Annotation{
		{triage.RequestRef(in.Source.Key, 3), "verdict", "confirmed"}, {triage.RequestRef(in.Source.Key, 3), "note", "the first injection"},
		{triage.RequestRef(in.Source.Key, 5), "note", "Shell upload"}, {triage.RequestRef(later.Source.Key, 10), "verdict", "benign"}, {"r:bad", "note", "x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := search(t, s, "line:3")
	if rows, err := r.Rows(0, 1); err != nil || rows[0].Verdict != "confirmed" || !rows[0].Noted {
		t.Errorf("%+v, %v", rows, err)
	}
	for query, want := range map[string][]int64{"verdict:confirmed": {3}, "verdict:*": {3}, "note:shell": {5}, `note:"first injection"`: {3}, "is:noted": {3, 5}, "-is:noted ip:203.0.113.9": {4, 9}} {
		if got := lines(t, search(t, s, query)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	load(t, s, later)
	if got := lines(t, search(t, s, "verdict:benign")); !slices.Equal(got, []int64{10}) {
		t.Errorf("after a later load: %v", got)
	}
	if err := s.Annotate(nil); err != nil {
		t.Fatal(err)
	}
	if rows, err := r.Rows(0, 1); err != nil || rows[0].Noted {
		t.Errorf("a result of before shows the notes of before: %+v, %v", rows, err)
	}
}
