package index

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"spoor/triage/weblog"
)

// changingW3C is a W3C log whose fields change again and again, with times that need the #Date.
func changingW3C(g querier, n int) string {
	var b strings.Builder
	for i := range n {
		if i%97 == 0 {
			fmt.Fprintf(&b, "#Software: other\n#Date: 2025-03-%02d 00:00:00\n#Fields: %s\n", i/97%28+1,
				g.pick("time c-ip cs-method cs-uri-stem sc-status", "time c-ip cs-method sc-status cs-uri-stem"))
		}
		fmt.Fprintf(&b, "03:%02d:%02d 192.0.2.%d GET %s %s\n", i/60%60, i%60, g.IntN(9), g.pick("200", "/a", "404", "/x.php"), g.pick("/b", "500", "301"))
	}
	return b.String()
}

// auditLog is an audit log of ModSecurity with transactions that are cut, and bodies that look like others.
func auditLog(g querier, n int) string {
	var b strings.Builder
	for i := range n {
		mark := fmt.Sprintf("%08x", g.Uint32())
		part := func(k, text string) { fmt.Fprintf(&b, "--%s-%s--\n%s\n", mark, k, text) }
		part("A", fmt.Sprintf("[08/Mar/2025:03:%02d:%02d -0500] id 192.0.2.%d 4711 10.0.0.1 80", i/60%60, i%60, g.IntN(9)))
		part("B", "POST "+g.pick("/a", "/x.php", "/b?q=union")+" HTTP/1.1\nHost: shop.example\n")
		part("C", g.pick("a=1", "b=etc/passwd", "--0a0b0c0d-A--\nno header", "--0a0b0c0d-Z--\n\n--0a0b0c0d-A--", strings.Repeat("long=", 900)))
		if g.IntN(12) != 0 {
			part("F", "HTTP/1.1 200 OK\n")
			part("Z", "")
		}
	}
	return b.String()
}

// longLines puts a line that is too long between others.
func longLines(g querier) string {
	return randomLog(g, 60) + strings.Repeat("y", weblog.MaxLine+300) + "\n" + randomLog(g, 60)
}

// loadInPieces loads in until nothing is left, stopping the load after a random number of blocks of lines each
// time, and gives the last account of each input that was brought on.
func loadInPieces(t *testing.T, g querier, s *Store, in []Input, blocks int) (last map[string]Parsed, stops int) {
	t.Helper()
	last = map[string]Parsed{}
	for range 10_000 {
		ctx, cancel := context.WithCancel(context.Background())
		left, lines := g.IntN(blocks), int64(-1)
		recorded := map[string]Parsed{}
		parsed, err := s.Load(ctx, in, testJudge{}, Hooks{
			Progress: func(p Progress) {
				if p.Lines == lines {
					return
				}
				if lines = p.Lines; left == 0 {
					cancel()
				}
				left--
			},
			Record: func(all []Parsed) error {
				for _, p := range all {
					recorded[p.Source.SHA256] = p
				}
				return nil
			},
		})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		for _, p := range parsed {
			r, ok := recorded[p.Source.SHA256]
			if ok && !errors.Is(p.Err, ErrTaken) {
				last[p.Source.SHA256] = p
			}
			if ok != (p.Err == nil) && !errors.Is(p.Err, ErrTaken) || ok && p.Err == nil && !reflect.DeepEqual(p, r) {
				t.Fatalf("recorded %+v (%v), answered %+v", r, ok, p)
			}
		}
		if err == nil {
			if left := s.Partial(); len(left) != 0 {
				t.Fatalf("left: %+v", left)
			}
			return last, stops
		}
		stops++
		checkPartial(t, s, parsed)
	}
	t.Fatal("the load never ends")
	return nil, 0
}

// checkPartial compares what a stopped load answers with what the store says.
func checkPartial(t *testing.T, s *Store, parsed []Parsed) {
	t.Helper()
	var want []Parsed
	for _, p := range parsed {
		if p.Partial {
			p.Err = nil // set if this load did not come to it
			want = append(want, p)
			if p.Read == 0 || p.Offset == 0 || p.Read != p.Parsed+p.Rejected+p.Comments {
				t.Fatalf("partial: %+v", p)
			}
		}
	}
	if got := s.Partial(); !reflect.DeepEqual(got, want) {
		t.Fatalf("the store has %+v in part, the load said %+v", got, want)
	}
	if len(want) > 1 {
		t.Fatalf("%d sources in part", len(want))
	}
}

// Law: a load that is stopped anywhere, any number of times, and gone on with gives the rows, the accounts, the
// raw lines and the answers of a load in one go.
func TestStoppedLoads(t *testing.T) {
	g := newQuerier(11)
	inputs := []Input{
		evidence(t, "a.log", randomLog(g, 1500), weblog.Combined),
		evidence(t, "b.log.gz", gzipped(t, randomLog(g, 1500)), weblog.Combined),
		evidence(t, "u_ex.log", changingW3C(g, 1500), weblog.W3C),
		evidence(t, "cut.gz", gzipped(t, string(syntheticLog(600)))[:9000], weblog.Combined),
		evidence(t, "empty.log", "", weblog.Combined),
		evidence(t, "long.log.gz", gzipped(t, longLines(g)), weblog.Combined),
		evidence(t, "modsec_audit.log", auditLog(g, 700), weblog.ModSec),
		evidence(t, "modsec_audit.log.gz", gzipped(t, auditLog(g, 700)), weblog.ModSec),
		evidence(t, "notes.log", strings.Repeat("\n", 5000), weblog.Combined),
	}
	whole := newStore(t)
	want := map[string]Parsed{}
	for _, p := range load(t, whole, inputs...) {
		want[p.Source.SHA256] = p
	}
	rows, raw := everything(t, whole), rawLines(t, whole)
	for round := range 4 {
		s := newStore(t)
		s.blockBytes = []int{4 << 10, 20 << 10, 20 << 10, 64 << 10}[round]
		s.segmentRows = []int64{maxSegmentRows, 500, 2000, 3000}[round]
		last, stops := loadInPieces(t, g, s, inputs, []int{100, 12, 3, 30}[round])
		if round == 2 && stops < 10 {
			t.Errorf("only %d stops", stops)
		}
		if !reflect.DeepEqual(last, want) {
			t.Errorf("round %d, %d stops: accounts %+v\nwant %+v", round, stops, last, want)
		}
		if everything(t, s) != rows {
			t.Errorf("round %d, %d stops: other rows", round, stops)
		}
		if !slices.Equal(rawLines(t, s), raw) {
			t.Errorf("round %d, %d stops: other raw lines", round, stops)
		}
		for _, q := range []string{"", "union", "class:sqli status:200", "is:rejected", "path:/n/* -ip:10.0.0.1", "source:u_ex.log status:404"} {
			if got, want := lines(t, search(t, s, q)), lines(t, search(t, whole, q)); !slices.Equal(got, want) {
				t.Errorf("round %d, %d stops: %s finds %d rows, want %d", round, stops, q, len(got), len(want))
			}
		}
		again, err := Open(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		if everything(t, again) != rows {
			t.Errorf("round %d: other rows when opened again", round)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
		t.Logf("round %d: %d stops, %d segments", round, stops, len(s.now.segments))
	}
}

// rawLines are the references and raw lines of all rows, in order.
func rawLines(t *testing.T, s *Store) []string {
	t.Helper()
	var out []string
	for row := range s.now.rows {
		r, err := s.now.request(row)
		if err != nil {
			t.Fatal(err)
		}
		line, err := s.Raw(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Ref+" "+string(line[:min(len(line), 300)]))
	}
	return out
}

// A load stopped before its first block of lines leaves the store as it was.
func TestStoppedAtOnce(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", sampleLog, weblog.Combined))
	before, names := everything(t, s), folderNames(t, s.dir)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	parsed, err := s.Load(ctx, []Input{syntheticInput(t, 5000)}, testJudge{}, Hooks{})
	if !errors.Is(err, context.Canceled) || len(parsed) != 1 || !errors.Is(parsed[0].Err, context.Canceled) || parsed[0].Partial {
		t.Errorf("%+v, %v", parsed, err)
	}
	if got := folderNames(t, s.dir); !slices.Equal(got, names) || everything(t, s) != before || len(s.Partial()) != 0 {
		t.Errorf("the store has changed: %v, want %v", got, names)
	}
}

// When a later step fails, as on a full disk, the steps before stay and the load can be gone on with.
func TestStepFails(t *testing.T) {
	g := newQuerier(5)
	text := randomLog(g, 2500)
	whole, s := newStore(t), newStore(t)
	plain, packed := evidence(t, "a.log", text, weblog.Combined), evidence(t, "b.log.gz", gzipped(t, strings.ToUpper(text)), weblog.Combined)
	load(t, whole, plain, packed)
	s.blockBytes, s.segmentRows = 8<<10, 1000
	full := errors.New("no space for the record")
	for fail := 0; ; fail++ {
		kept, steps := s.Counts(), 0
		_, err := s.Load(context.Background(), []Input{plain, packed}, testJudge{}, Hooks{Record: func([]Parsed) error {
			if steps++; steps == 2 {
				return full
			}
			kept = s.Counts()
			return nil
		}})
		if err == nil {
			break
		}
		if !errors.Is(err, full) || fail > 20 {
			t.Fatal(err)
		}
		if got := s.Counts().Requests; got < kept.Requests || fail == 0 && (got == 0 || len(s.Partial()) != 1) {
			t.Errorf("%d requests after a failed step, %d before it", got, kept.Requests)
		}
	}
	if everything(t, s) != everything(t, whole) || !slices.Equal(rawLines(t, s), rawLines(t, whole)) {
		t.Error("other rows than those of a load in one go")
	}
}

// A source is gone on with as it was begun, or not at all; a file that is gone stays in part.
func TestResumeRefused(t *testing.T) {
	s := newStore(t)
	s.blockBytes = 8 << 10
	in := syntheticInput(t, 2000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := s.Load(ctx, []Input{in}, testJudge{}, Hooks{Progress: func(p Progress) {
		if p.Lines > 100 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	before, rows := s.Partial(), everything(t, s)
	zone, format, gone := in, in, in
	zone.Source.Zone, format.Format, gone.Source.Abs = "-05:00", weblog.Common, in.Source.Abs+".gone"
	for _, other := range []Input{zone, format, gone} {
		p, err := s.Load(context.Background(), []Input{other}, testJudge{}, Hooks{})
		if err != nil || p[0].Err == nil || !p[0].Partial || p[0].Read != before[0].Read {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if !reflect.DeepEqual(s.Partial(), before) || everything(t, s) != rows {
		t.Error("the store has changed")
	}
	var resumed *ResumeError
	if p, _ := s.Load(context.Background(), []Input{zone}, testJudge{}, Hooks{}); !errors.As(p[0].Err, &resumed) || resumed.Format != "combined" {
		t.Errorf("%v", p[0].Err)
	}
	moved := evidence(t, "moved.log", string(syntheticLog(2000)), weblog.Combined)
	moved.Source.Key = in.Source.Key
	if p := load(t, s, moved); p[0].Read != 2000 || p[0].Partial {
		t.Errorf("%+v", p)
	}
	if rows := rawLines(t, s); len(rows) != 2000 {
		t.Errorf("%d rows", len(rows))
	}
}

// What was read by an earlier load is told apart in the progress.
func TestResumeProgress(t *testing.T) {
	s := newStore(t)
	s.blockBytes = 8 << 10
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(syntheticLog(20000))
	w.Close()
	in := evidence(t, "a.log.gz", z.String(), weblog.Combined)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	parsed, err := s.Load(ctx, []Input{in}, testJudge{}, Hooks{Progress: func(p Progress) {
		if p.Lines > 15000 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	var last Progress
	if _, err := s.Load(context.Background(), []Input{in}, testJudge{}, Hooks{Progress: func(p Progress) {
		if p.BytesDone < last.BytesDone || p.Skipped > p.BytesDone || p.Lines > 0 && p.Skipped == 0 {
			t.Errorf("progress %+v after %+v", p, last)
		}
		last = p
	}}); err != nil {
		t.Fatal(err)
	}
	if last.Lines != 20000-parsed[0].Read || last.BytesDone != last.Bytes || last.Skipped >= last.Bytes {
		t.Errorf("%+v, %d lines read before", last, parsed[0].Read)
	}
}
