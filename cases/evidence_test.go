package cases_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// evidence is a file whose SHA-256 is all one hex digit.
func evidence(path string, digit byte) cases.Evidence {
	sha := strings.Repeat(string(digit), 64)
	return cases.Evidence{
		Source: triage.Source{Key: sha[:6], Path: path, Abs: "/evidence/" + path, SHA256: sha, SizeBytes: 10,
			ModTime: noon.Add(-time.Hour), Format: "combined", Zone: "UTC"},
		Role: cases.RoleLog, Read: 5, Parsed: 3, Rejected: 1, Comments: 1, First: noon.Add(-3 * time.Hour), Last: noon.Add(-2 * time.Hour),
		Rejects: []triage.Reject{{Line: 4, Reason: "no quote", Text: "x"}},
	}
}

func TestTakeIn(t *testing.T) {
	c := create(t)
	odd := evidence("logs/a\xff\x1b.log", 'a')
	odd.Truncated = "the gzip stream ends early"
	run := cases.Run{Version: "1.2", Args: []string{"spoor", "load"}, RuleSet: "ff", KnowledgeBase: "v17", Zone: "UTC", Read: 10, Parsed: 6,
		Rejected: 2, Started: noon, Ended: noon.Add(time.Second), Refused: []cases.Refused{{Path: "b.jpg", Reason: "is no log"}}}
	if err := c.TakeIn(ann, []cases.Evidence{odd, evidence("b.log", 'b')}, run); err != nil {
		t.Fatal(err)
	}
	want := []cases.Evidence{odd, evidence("b.log", 'b')}
	for i := range want {
		want[i].TakenBy, want[i].TakenAtHost, want[i].TakenAt = ann.Analyst, ann.Host, noon
	}
	run.Who = ann
	for _, c := range []*cases.Case{c, reopen(t, c)} {
		if got := c.Evidence(); !reflect.DeepEqual(got, want) {
			t.Errorf("Evidence() = %+v\nwant %+v", got, want)
		}
		if got := c.Runs(); len(got) != 1 || !reflect.DeepEqual(got[0], run) {
			t.Errorf("Runs() = %+v\nwant %+v", got, run)
		}
		if e, ok := c.HasSource(odd.SHA256); !ok || e.Path != odd.Path {
			t.Errorf("HasSource = %+v, %v", e, ok)
		}
		if _, ok := c.HasSource(strings.Repeat("c", 64)); ok {
			t.Error("HasSource has what was never taken in")
		}
	}
}

func TestTakeInRefuses(t *testing.T) {
	c := create(t)
	if err := c.TakeIn(ann, []cases.Evidence{evidence("a.log", 'a')}, cases.Run{}); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, journalOf(c))
	short, wrong, same := evidence("c.log", 'c'), evidence("c.log", 'c'), evidence("c.log", 'c')
	short.Key = "ccc"
	wrong.Key = "dddddd"
	same.SHA256 = "aaaaaa" + same.SHA256[6:]
	same.Key = "aaaaaa"
	for _, tc := range []struct {
		name string
		ev   []cases.Evidence
		want error
	}{
		{"the same file", []cases.Evidence{evidence("b.log", 'b'), evidence("copy.log", 'a')}, cases.ErrTaken},
		{"one file twice", []cases.Evidence{evidence("b.log", 'b'), evidence("b2.log", 'b')}, cases.ErrTaken},
		{"a short key", []cases.Evidence{short}, nil},
		{"a key of another hash", []cases.Evidence{wrong}, nil},
		{"a key in use", []cases.Evidence{same}, nil},
		{"no hash", []cases.Evidence{{}}, nil},
	} {
		if err := c.TakeIn(ann, tc.ev, cases.Run{}); err == nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if readFile(t, journalOf(c)) != before || len(c.Evidence()) != 1 {
		t.Error("a refused TakeIn was recorded in part")
	}
}

// A partial record is superseded by what goes on from it, also in the journal read again; a whole one is not.
func TestTakeInGoesOn(t *testing.T) {
	c := create(t)
	step := func(read int64, partial bool) cases.Evidence {
		e := evidence("a.log", 'a')
		e.Read, e.Parsed, e.Rejected, e.Comments, e.Partial = read, read, 0, 0, partial
		if partial {
			e.Reached = read * 100
		}
		return e
	}
	run := func(started time.Time, read int64) cases.Run {
		return cases.Run{Args: []string{"load"}, Started: started, Read: read}
	}
	other := step(1, true)
	other.Key = other.SHA256[:9]
	for i, s := range []struct {
		ev   []cases.Evidence
		run  cases.Run
		runs int
		read int64
	}{
		{[]cases.Evidence{step(10, true), evidence("b.log", 'b')}, run(noon, 15), 1, 10},
		{[]cases.Evidence{step(20, true)}, run(noon, 25), 1, 20}, // the next step of the same load
		{[]cases.Evidence{step(18, true)}, run(noon.Add(time.Minute), 3), 2, 18},
		{[]cases.Evidence{step(30, false)}, run(noon.Add(time.Hour), 12), 3, 30},
	} {
		if i > 0 {
			if err := c.TakeIn(ann, []cases.Evidence{other}, cases.Run{}); err == nil {
				t.Error("a source gets another key")
			}
		}
		if err := c.TakeIn(ann, s.ev, s.run); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			ev, runs := c.Evidence(), c.Runs()
			if len(ev) != 2 || ev[0].Read != s.read || ev[0].Partial != (i < 3) || ev[1].Path != "b.log" {
				t.Errorf("step %d: %+v", i, ev)
			}
			if len(runs) != s.runs || runs[len(runs)-1].Read != s.run.Read {
				t.Errorf("step %d: runs %+v", i, runs)
			}
			if e, ok := c.HasSource(ev[0].SHA256); !ok || e.Reached != ev[0].Reached || e.Partial && e.Reached != 100*e.Read {
				t.Errorf("step %d: %+v", i, e)
			}
			c = reopen(t, c)
		}
	}
	if err := c.TakeIn(ann, []cases.Evidence{step(40, true)}, cases.Run{}); !errors.Is(err, cases.ErrTaken) {
		t.Errorf("a whole source again: %v", err)
	}
	if n := strings.Count(readFile(t, journalOf(c)), `"path":"a.log"`); n != 4 {
		t.Errorf("the journal has %d records of the file, want 4", n)
	}
}

func TestShortfall(t *testing.T) {
	for _, tc := range []struct {
		e    cases.Evidence
		want string
	}{
		{cases.Evidence{}, ""},
		{cases.Evidence{Truncated: "cut off"}, "cut off"},
		{cases.Evidence{Partial: true, Read: 7}, "stopped at line 7; load it again to go on"},
		{cases.Evidence{Partial: true, Read: 7, Truncated: "is gone"}, "stopped at line 7: is gone; load it again to go on"},
	} {
		if got := tc.e.Shortfall(); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestSourceKey(t *testing.T) {
	c := create(t)
	pad := func(s string) string { return s + strings.Repeat("0", 64-len(s)) }
	first := evidence("a.log", 'a')
	first.SHA256 = pad("abcdef12")
	first.Key = c.SourceKey(first.SHA256)
	if err := c.TakeIn(ann, []cases.Evidence{first}, cases.Run{}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, sha string
		others    []string
		want      string
	}{
		{"registered", pad("abcdef12"), nil, "abcdef"},
		{"alone", pad("123456"), nil, "123456"},
		{"like one registered", pad("abcdef13"), nil, "abcdef13"},
		{"like one to come", pad("1234567"), []string{pad("12345678"), pad("1234567")}, "12345670"},
		{"unlike one to come", pad("1234567"), []string{pad("2")}, "123456"},
	} {
		if got := c.SourceKey(tc.sha, tc.others...); got != tc.want {
			t.Errorf("%s: SourceKey = %s, want %s", tc.name, got, tc.want)
		}
	}
}

// A load whose write was cut short by a crash does not count in part, and says so.
func TestLoadCutShort(t *testing.T) {
	c := create(t)
	if err := c.TakeIn(ann, []cases.Evidence{evidence("a.log", 'a'), evidence("b.log", 'b')}, cases.Run{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(readFile(t, journalOf(c)), "\n")
	for _, tc := range []struct {
		name string
		next func(c *cases.Case) error
		want int
	}{
		{"a note next", func(c *cases.Case) error { _, err := c.AddNote(ann, "x", nil, noon); return err }, 0},
		{"the load again", func(c *cases.Case) error {
			return c.TakeIn(ann, []cases.Evidence{evidence("b.log", 'b')}, cases.Run{})
		}, 1},
	} {
		c.Close()
		writeFile(t, journalOf(c), lines[0]+lines[1]+lines[2][:30])
		c = reopen(t, c)
		if n := len(c.Evidence()); n != 0 {
			t.Errorf("%s: %d sources before", tc.name, n)
		}
		if err := tc.next(c); err != nil {
			t.Fatal(err)
		}
		if w := c.Warnings(); len(w) != 2 || !strings.Contains(w[1], "1 evidence records do not count") {
			t.Errorf("%s: warnings %q", tc.name, w)
		}
		c = reopen(t, c)
		if n := len(c.Evidence()); n != tc.want {
			t.Errorf("%s: %d sources after, want %d", tc.name, n, tc.want)
		}
	}
}

// hashes answers as a disk with these files would.
func hashes(files map[string]string) func(context.Context, string) (string, int64, error) {
	return func(_ context.Context, path string) (string, int64, error) {
		sha, ok := files[path]
		if !ok {
			return "", 0, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		if sha == "" {
			return "", 0, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
		}
		return sha, 10, nil
	}
}

func TestVerify(t *testing.T) {
	c := create(t)
	a, b := evidence("a.log", 'a'), evidence("b.log", 'b')
	if err := c.TakeIn(ann, []cases.Evidence{a, b}, cases.Run{}); err != nil {
		t.Fatal(err)
	}
	raw := "GET /\xff HTTP/1.1"
	on := cases.Citation{Ref: "r:aaaaaa.7", Source: "a.log", Line: 7, SHA256: a.SHA256, Text: raw}
	if _, err := c.AddNote(ann, "look", []cases.Citation{on}, noon); err != nil {
		t.Fatal(err)
	}
	if err := c.SetVerdict(ann, cases.Verdict{Ref: on.Ref, Value: cases.Confirmed, On: on}); err != nil {
		t.Fatal(err)
	}
	in, out := filepath.Join(c.ReportsDir(), "one.md"), filepath.Join(t.TempDir(), "two.md")
	for _, p := range []string{in, out, in} { // the later of two counts
		if err := c.RecordReport(ann, p, strings.Repeat("e", 64), "md", nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Reports(); len(got) != 3 || got[0].Path != "reports/one.md" || got[1].Path != out || got[2].By != ann {
		t.Errorf("Reports() = %+v", got)
	}
	good := map[string]string{a.Abs: a.SHA256, b.Abs: b.SHA256, in: strings.Repeat("e", 64), out: strings.Repeat("e", 64)}
	with := func(path, sha string) map[string]string {
		m := map[string]string{path: sha}
		for k, v := range good {
			if k != path {
				m[k] = v
			}
		}
		return m
	}
	without := func(path string) map[string]string {
		m := with(path, "")
		delete(m, path)
		return m
	}
	for _, tc := range []struct {
		name  string
		files map[string]string
		line  string
		want  []string // kind and a word of each problem
	}{
		{"all well", good, raw, nil},
		{"evidence changed", with(a.Abs, strings.Repeat("0", 64)), raw, []string{"evidence a.log"}},
		{"evidence gone", without(b.Abs), raw, []string{"evidence no longer"}},
		{"evidence locked away", with(b.Abs, ""), raw, []string{"evidence permission"}},
		{"a line that reads otherwise", good, "GET / HTTP/1.1", []string{"citation reads otherwise", "citation reads otherwise"}},
		{"a line that is gone", good, "", []string{"citation does not resolve", "citation does not resolve"}},
		{"a report changed", with(in, strings.Repeat("1", 64)), raw, []string{"report reports/one.md"}},
		{"a report moved away", without(in), raw, nil},
	} {
		problems, s, err := c.Verify(context.Background(), hashes(tc.files), func(ref string) ([]byte, error) {
			if tc.line == "" {
				return nil, errors.New("no such line")
			}
			return []byte(tc.line), nil
		}, nil)
		if err != nil || len(problems) != len(tc.want) {
			t.Errorf("%s: %v, problems %+v", tc.name, err, problems)
			continue
		}
		for i, p := range problems {
			kind, word, _ := strings.Cut(tc.want[i], " ")
			if p.Kind != kind || !strings.Contains(p.What, word) || p.Remedy == "" {
				t.Errorf("%s: problem %+v, want %s", tc.name, p, tc.want[i])
			}
		}
		if s.Evidence != 2 || s.Citations != 2 || s.Records != 9 || s.Reports+s.ReportsOut != 2 {
			t.Errorf("%s: summary %+v", tc.name, s)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := c.Verify(ctx, hashes(good), nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A case that is moved as a whole, with its reports, stays whole.
func TestMovedCase(t *testing.T) {
	c := create(t)
	addNote(t, c, "one")
	path := filepath.Join(c.ReportsDir(), "r.md")
	if err := c.RecordReport(ann, path, "ee", "md", nil); err != nil {
		t.Fatal(err)
	}
	c.Close()
	to := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(c.Dir(), to); err != nil {
		t.Fatal(err)
	}
	again, err := cases.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	p, s, err := again.Verify(context.Background(), hashes(map[string]string{filepath.Join(to, "reports", "r.md"): "ee"}), nil, nil)
	if err != nil || len(p) != 0 || s.Reports != 1 {
		t.Errorf("verify: %v %v %+v", err, p, s)
	}
}

// A clock that goes back is told, and nothing is lost by it.
func TestClockGoesBack(t *testing.T) {
	c := create(t)
	addNote(t, c, "one")
	c.SetClock(func() time.Time { return noon.Add(-time.Hour) })
	addNote(t, c, "two")
	p, s, err := c.Verify(context.Background(), nil, nil, nil)
	if err != nil || len(p) != 0 || len(s.Remarks) != 1 || !strings.Contains(s.Remarks[0], "record 3 says 2026-03-08T11:00:00Z") {
		t.Errorf("verify: %v %+v %+v", err, p, s)
	}
}

// Law: evidence comes out of JSON as it went in, byte for byte.
func FuzzCitationJSON(f *testing.F) {
	for _, s := range []string{"", "GET / HTTP/1.1", "\xff\x00", "{", `{"base64":"AA=="}`, "\u2028<&>", "\ufffd"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		in := cases.Citation{Ref: "r:aaaaaa.1", Source: source, Line: 1, Text: text}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out cases.Citation
		if err := json.Unmarshal(b, &out); err != nil || out != in {
			t.Fatalf("%+v became %+v by way of %s: %v", in, out, b, err)
		}
	})
}
