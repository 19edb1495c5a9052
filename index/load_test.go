package index

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"spoor/triage/weblog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLoadLedger(t *testing.T) {
	s := newStore(t)
	zipped := gzipped(t, strings.ReplaceAll(sampleLog, "198.51.100.7", "198.51.100.8"))
	plain := evidence(t, "access.log", sampleLog+"\nno\n", weblog.Combined)
	packed := evidence(t, "access.log.1.gz", zipped, weblog.Combined)
	cut := evidence(t, "cut.gz", gzipped(t, string(syntheticLog(300)))[:4000], weblog.Combined)
	gone := evidence(t, "gone.log", "x\n", weblog.Combined)
	if err := os.Remove(gone.Source.Abs); err != nil {
		t.Fatal(err)
	}
	empty := evidence(t, "empty.log", "", weblog.Combined)
	var last Progress
	parsed, err := s.Load(context.Background(), []Input{plain, packed, gone, cut, empty, plain}, testJudge{}, Hooks{Progress: func(p Progress) { last = p }})
	if err != nil {
		t.Fatal(err)
	}
	p := parsed[0]
	if p.Read != 11 || p.Parsed != 8 || p.Rejected != 2 || p.Comments != 1 || p.Err != nil || p.Truncated != "" || p.Source.Format != "combined" {
		t.Errorf("plain: %+v", p)
	}
	if len(p.Rejects) != 2 || p.Rejects[0].Line != 8 || p.Rejects[0].Text != "this is no request at all" || p.Rejects[1].Line != 11 {
		t.Errorf("plain: rejects %+v", p.Rejects)
	}
	if want := time.Date(2025, 3, 8, 2, 59, 59, 0, time.UTC); !p.First.Equal(want) {
		t.Errorf("plain: first %v", p.First)
	}
	if p := parsed[1]; p.Read != 9 || p.Parsed != 8 || p.Err != nil || p.Truncated != "" {
		t.Errorf("gzip: %+v", p)
	}
	if p := parsed[2]; !errors.Is(p.Err, fs.ErrNotExist) || p.Read != 0 {
		t.Errorf("gone: %+v", p)
	}
	if p := parsed[3]; p.Truncated == "" || p.Parsed == 0 || p.Err != nil {
		t.Errorf("cut: %+v", p)
	}
	if p := parsed[4]; p.Read != 0 || p.Err != nil {
		t.Errorf("empty: %+v", p)
	}
	if p := parsed[5]; !errors.Is(p.Err, ErrTaken) {
		t.Errorf("again: %+v", p)
	}
	if last.FilesDone != 6 || last.BytesDone != last.Bytes || last.Lines == 0 {
		t.Errorf("progress %+v", last)
	}
	if n := len(s.Sources()); n != 4 {
		t.Errorf("%d sources", n)
	}
	c := s.Counts()
	if want := parsed[0].Parsed + parsed[1].Parsed + parsed[3].Parsed; c.Requests != want || c.Rejected < 3 {
		t.Errorf("counts %+v, want %d requests", c, want)
	}
}

func TestRaw(t *testing.T) {
	s := newStore(t)
	plain := evidence(t, "a.log", sampleLog, weblog.Combined)
	crlf := strings.ReplaceAll(sampleLog, "\n", "\r\n")
	packed := evidence(t, "b.log.gz", gzipped(t, crlf), weblog.Combined)
	load(t, s, plain, packed)
	want := strings.Split(sampleLog, "\n")
	all := search(t, s, "")
	rows, err := all.Rows(0, all.Len())
	if err != nil || len(rows) != 18 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i := range rows {
		raw, err := s.Raw(&rows[i].Request)
		if err != nil || string(raw) != want[rows[i].Line-1] {
			t.Errorf("%s: %q, %v", rows[i].Ref, raw, err)
		}
		again, err := s.Request(rows[i].Ref)
		if err != nil || *again != rows[i].Request {
			t.Errorf("%s: %+v, %v", rows[i].Ref, again, err)
		}
		if at := all.Find(rows[i].Ref); at != i {
			t.Errorf("%s: found at %d, want %d", rows[i].Ref, at, i)
		}
	}
	first := rows[slices.IndexFunc(rows, func(r Row) bool { return r.Source == "a.log" })].Request
	if err := os.WriteFile(plain.Source.Abs, []byte(strings.ToUpper(sampleLog)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(plain.Source.Abs, time.Time{}, plain.Source.ModTime.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Raw(&first); !errors.Is(err, ErrChanged) {
		t.Errorf("changed file: %v", err)
	}
	if err := os.Remove(plain.Source.Abs); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Raw(&first); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed file: %v", err)
	}
	for _, ref := range []string{"", "r:", "r:zz.1", "r:" + plain.Source.Key + ".99", "r:" + plain.Source.Key + ".x", "w:1"} {
		if _, err := s.Request(ref); !errors.Is(err, ErrNotFound) {
			t.Errorf("request %q: %v", ref, err)
		}
	}
}

// everything is all that a store says about its rows, as text.
func everything(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, seg := range s.now.segments {
		for row := range seg.meta.Rows {
			r, err := s.now.row(seg.base + row)
			if err != nil {
				t.Fatal(err)
			}
			f, err := (&rowReader{snap: s.now}).findings(seg.base + row)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%v %v\n", r, f)
		}
	}
	return b.String()
}

// TestOrderOfRows loads the same evidence on one core and on four, cut into several segments.
func TestOrderOfRows(t *testing.T) {
	g := newQuerier(3)
	texts := []string{randomLog(g, 20000), randomLog(g, 500)}
	var want string
	for _, cores := range []int{1, 4} {
		before := runtime.GOMAXPROCS(cores)
		s := newStore(t)
		s.segmentRows = 5000
		load(t, s, evidence(t, "a.log", texts[0], weblog.Combined), evidence(t, "b.log", texts[1], weblog.Combined))
		runtime.GOMAXPROCS(before)
		if len(s.now.segments) < 2 {
			t.Fatalf("%d segments", len(s.now.segments))
		}
		got := everything(t, s)
		if want == "" {
			want = got
		} else if got != want {
			t.Error("another number of cores gives other rows")
		}
	}
}

// TestHeaders loads a W3C log of several blocks whose fields change on the way.
func TestHeaders(t *testing.T) {
	var b strings.Builder
	b.WriteString("#Fields: date time c-ip cs-method cs-uri-stem sc-status\n")
	for i := range 30000 {
		fmt.Fprintf(&b, "2025-03-08 03:00:%02d 192.0.2.1 GET /one/%d 200\n", i%60, i)
	}
	b.WriteString("#Fields: cs-uri-stem cs-method date time sc-status c-ip\n")
	for i := range 30000 {
		fmt.Fprintf(&b, "/two/%d POST 2025-03-08 04:00:%02d 404 192.0.2.2\n", i, i%60)
	}
	s := newStore(t)
	p := load(t, s, evidence(t, "u_ex.log", b.String(), weblog.W3C))[0]
	if p.Parsed != 60000 || p.Comments != 2 || p.Rejected != 0 {
		t.Fatalf("%+v", p)
	}
	for query, want := range map[string]int{"path:/one/* method:GET ip:192.0.2.1 status:200": 30000, "path:/two/* method:POST ip:192.0.2.2 status:404": 30000} {
		if n := search(t, s, query).Len(); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
}

func folderNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestKilledLoad puts what a killed load leaves into the folder: the store is as before, and the next load
// removes it.
func TestKilledLoad(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	before := everything(t, s)
	left := filepath.Join(s.dir, "load-2", "segment-1")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(left, rowsFile), filepath.Join(s.dir, manifestFile+".new"), filepath.Join(s.dir, "survey-9.zst")} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if everything(t, again) != before {
		t.Error("the store has changed")
	}
	load(t, again, evidence(t, "b.log", "x\n", weblog.Combined))
	if got, want := folderNames(t, s.dir), []string{"load-1", "load-2", "lock", manifestFile}; !slices.Equal(got, want) {
		t.Errorf("folder holds %v, want %v", got, want)
	}
	if got := folderNames(t, filepath.Join(s.dir, "load-2")); !slices.Equal(got, []string{"segment-1"}) {
		t.Errorf("load-2 holds %v", got)
	}
}

func TestTwoProcesses(t *testing.T) {
	a := newStore(t)
	load(t, a, evidence(t, "a.log", sampleLog, weblog.Combined))
	b, err := Open(a.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if n := search(t, b, "union").Len() + search(t, a, "union").Len(); n != 2 {
		t.Errorf("two readers found %d", n)
	}
	c, err := a.begin()
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Load(context.Background(), nil, testJudge{}, Hooks{})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("second writer: %v", err)
	}
	c.end()
	load(t, b, evidence(t, "b.log", "x\n", weblog.Combined))
	load(t, a, evidence(t, "c.log", "y\n", weblog.Combined))
	if n := search(t, a, "").Len(); n != 11 {
		t.Errorf("%d rows after two writers", n)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, ErrNotFound) {
		t.Errorf("no store: %v", err)
	}
	s := newStore(t)
	if _, err := Create(s.dir); !errors.Is(err, ErrExists) {
		t.Errorf("create again: %v", err)
	}
	for text, want := range map[string]string{`{"version": 99, "sources": 7}`: "newer", `{"version": 0}`: "load the evidence again", `{`: "load the evidence again"} {
		if err := os.WriteFile(filepath.Join(dir, manifestFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
		var v *VersionError
		if want == "newer" && !errors.As(err, &v) {
			t.Errorf("%s: %T", text, err)
		}
	}
	closed, err := Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(closed.Close(), closed.Close()); err != nil {
		t.Fatal(err)
	}
	q, _ := Parse("")
	if _, err := closed.Search(context.Background(), q); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// TestSearchWhileLoading searches in one goroutine while another one loads.
func TestSearchWhileLoading(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	r := search(t, s, "union")
	done := make(chan error)
	go func() {
		_, err := s.Load(context.Background(), []Input{syntheticInput(t, 20000)}, testJudge{}, Hooks{})
		done <- err
	}()
	for running := true; running; {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			running = false
		default:
			if n := search(t, s, "ip:203.0.113.9").Len(); n != 3 {
				t.Errorf("%d rows", n)
			}
		}
	}
	if got := lines(t, r); !slices.Equal(got, []int64{3}) {
		t.Errorf("a result of before has lines %v", got)
	}
	if n := search(t, s, "").Len(); n != 20009 {
		t.Errorf("%d rows", n)
	}
}

// An error of the record hook leaves the store as it was; the hook sees what was read.
func TestLoadUnrecorded(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	before, names := everything(t, s), folderNames(t, s.dir)
	full := errors.New("no space for the record")
	var seen int64
	_, err := s.Load(context.Background(), []Input{syntheticInput(t, 2000)}, testJudge{}, Hooks{Record: func(p []Parsed) error {
		seen = p[0].Read
		return full
	}})
	if !errors.Is(err, full) || seen != 2000 {
		t.Errorf("error %v after %d lines", err, seen)
	}
	if got := folderNames(t, s.dir); !slices.Equal(got, names) || everything(t, s) != before {
		t.Errorf("the store has changed: %v, want %v", got, names)
	}
}
