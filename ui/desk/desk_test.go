package desk_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/cases"
	"spoor/ui/desk"
)

// accessLog is a small log: visitors, an injection that writes a shell, and its use.
func accessLog() string {
	var b strings.Builder
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	line := func(client, request string, status int, referer string) {
		fmt.Fprintf(&b, "%s - - [%s] \"%s HTTP/1.1\" %d 512 \"%s\" \"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\"\n", client, at.Format("02/Jan/2006:15:04:05 -0700"), request, status, referer)
	}
	for i := range 400 {
		at = at.Add(20 * time.Minute)
		client := fmt.Sprintf("192.0.2.%d", i%60+1)
		line(client, "GET /", 200, "-")
		line(client, "GET /item.php?id="+fmt.Sprint(i), 200, "https://shop.example/list.php")
		line(client, fmt.Sprintf("GET /pics/%d.jpg", i%20), 200, "https://shop.example/item.php")
	}
	line("203.0.113.9", "GET /item.php?id=1+UNION+SELECT+0x41,2+INTO+OUTFILE+'/srv/www/pics/t.php'--+-", 200, "-")
	for range 3 {
		at = at.Add(time.Minute)
		line("203.0.113.9", "POST /pics/t.php", 200, "-")
	}
	return b.String()
}

const webroot = `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc  /srv/www/pics/t.php
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  /srv/www/item.php
`

// newDesk makes a case over the small log in a folder of its own.
func newDesk(t *testing.T) *desk.Desk {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "logs/access.log", accessLog())
	write(t, "webroot.sha256", webroot)
	d, err := desk.OpenOrCreate("case", desk.Who{Analyst: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	load(t, d, "logs", "webroot.sha256")
	return d
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, d *desk.Desk, paths ...string) *desk.Ledger {
	t.Helper()
	l, err := d.Load(context.Background(), desk.LoadOptions{Paths: paths}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// From the planting request one can go to the shell, its users, the file and the intruder, and back.
func TestPivots(t *testing.T) {
	d := newDesk(t)
	shell := d.Webshells()[0]
	if shell.Path != "/pics/t.php" || shell.PlantedBy == nil || shell.File == nil {
		t.Fatalf("web shell: %+v", shell)
	}
	plant, err := d.Request(shell.PlantedBy.Ref)
	if err != nil {
		t.Fatal(err)
	}
	target := ""
	for _, f := range plant.Findings {
		if f.Target != "" {
			target = f.Target
		}
	}
	if plant.Intruder == nil || !strings.Contains(string(plant.Raw), "OUTFILE") || target != "/srv/www/pics/t.php" {
		t.Fatalf("plant: intruder %v, target %q, raw %q", plant.Intruder, target, plant.Raw)
	}
	for _, c := range []struct {
		kind, value, screen, ref string
		requests                 int // of the first pivot with a query
	}{
		{"writes", target, "webshells", shell.Ref, 3},
		{"writes", target, "files", shell.File.Ref, 3},
		{"client", "203.0.113.9", "actors", plant.Intruder.Ref, 4},
		{"path", shell.Path, "webshells", shell.Ref, 3},
		{"actor", plant.Intruder.Ref, "actors", plant.Intruder.Ref, 4},
		{"file", shell.File.Path, "files", "", 3},
		{"hash", shell.File.SHA256, "files", "", -1},
		{"time", plant.Request.Time.Format(time.RFC3339), "requests", "", 4},
		{"rule", "webshell-use", "requests", "", 3},
	} {
		pivots := d.Pivots(c.kind, c.value)
		if !slices.ContainsFunc(pivots, func(p desk.Pivot) bool { return p.Screen == c.screen && (c.ref == "" || p.Ref == c.ref) }) {
			t.Errorf("from %s %s no way to %s %s: %+v", c.kind, c.value, c.screen, c.ref, pivots)
			continue
		}
		for _, p := range pivots {
			if p.Query == "" {
				continue
			}
			res, err := d.Search(context.Background(), p.Query)
			if err != nil {
				t.Errorf("pivot %q: query %q: %v", p.Label, p.Query, err)
			}
			if p.Screen == "requests" && c.requests >= 0 {
				if res.Len() != c.requests {
					t.Errorf("from %s %s, %q: %d requests, want %d", c.kind, c.value, p.Query, res.Len(), c.requests)
				}
				break
			}
		}
	}
	if p := d.Pivots("client", ""); p != nil {
		t.Errorf("an empty value has pivots: %v", p)
	}
}

// A value of an attacker's making cannot change what a pivot asks.
func TestPivotsQuoteHostileValues(t *testing.T) {
	d := newDesk(t)
	for _, v := range []string{`" OR status:200`, `a) OR (b`, `*`, `-x`, "\x1b[2J", `\`, "a b\tc", `ip:1`} {
		for _, kind := range []string{"client", "path", "agent", "referer", "user", "host", "rule", "hash", "writes", "file"} {
			for _, p := range d.Pivots(kind, v) {
				if p.Query == "" {
					continue
				}
				res, err := d.Search(context.Background(), p.Query)
				if err != nil {
					t.Errorf("%s %q: query %q: %v", kind, v, p.Query, err)
				} else if res.Len() > 0 {
					t.Errorf("%s %q: query %q finds %d requests", kind, v, p.Query, res.Len())
				}
			}
		}
	}
}

func TestResolve(t *testing.T) {
	d := newDesk(t)
	shell := d.Webshells()[0]
	note, err := d.AddNote("see [["+shell.PlantedBy.Ref+"]]", []string{shell.Ref})
	if err != nil {
		t.Fatal(err)
	}
	if len(note.On) != 2 || note.On[1].Text == "" || len(note.On[1].SHA256) != 64 {
		t.Errorf("note cites %+v", note.On)
	}
	for ref, want := range map[string]string{
		shell.PlantedBy.Ref: "request", "[[" + shell.PlantedBy.Ref + "]]": "request", shell.Ref: "webshell", shell.Ref[:6]: "webshell",
		d.Intruders()[0].Ref: "actor", d.Incidents()[0].Ref: "incident", shell.File.Ref: "file", note.Ref: "note",
		shell.File.Cites[0].Ref: "listed",
	} {
		if kind, _, title, err := d.Resolve(ref); err != nil || kind != want || title == "" {
			t.Errorf("%s is %q %q, %v; want %s", ref, kind, title, err, want)
		}
		if _, err := d.Cite(ref); err != nil {
			t.Errorf("cite %s: %v", ref, err)
		}
	}
	for _, ref := range []string{"", "r", "r:", "r:ffffff.1", "w:00000000", "x:1", "f:", "[[]]", shell.PlantedBy.Ref + "9999999"} {
		if kind, _, _, err := d.Resolve(ref); err == nil {
			t.Errorf("%q resolves to a %s", ref, kind)
		}
	}
}

// A note that cites what is not there is refused, and what was typed stays.
func TestNoteOnNothingIsKeptAsDraft(t *testing.T) {
	d := newDesk(t)
	if _, err := d.AddNote("about [[r:ffffff.1]]", nil); !errors.Is(err, desk.ErrNoRecord) {
		t.Errorf("error is %v", err)
	}
	if len(d.Notes()) != 0 || d.Drafts()["note"] != "about [[r:ffffff.1]]" {
		t.Errorf("notes %v, drafts %v", d.Notes(), d.Drafts())
	}
}

// A truncated gzip gives what was readable, and the ledger says that it ends early.
func TestLoadTruncatedGzip(t *testing.T) {
	d := newDesk(t)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(strings.ReplaceAll(accessLog(), "192.0.2.", "198.51.100.")))
	z.Close()
	write(t, "cut.log.gz", b.String()[:b.Len()*2/3])
	l := load(t, d, "cut.log.gz")
	e := l.Files[0]
	if e.Truncated == "" || e.Parsed == 0 || e.Read != e.Parsed+e.Rejected+e.Comments {
		t.Errorf("ledger: %+v", e)
	}
	if again := load(t, d, "cut.log.gz"); len(again.Already) != 1 {
		t.Errorf("loaded again: %+v", again)
	}
}

// A cancelled load leaves the case as it was, and it can be done again.
func TestCancelledLoad(t *testing.T) {
	d := newDesk(t)
	before, records := d.Counts(), len(d.Evidence())
	write(t, "more.log", strings.ReplaceAll(accessLog(), "192.0.2.", "198.51.100."))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := d.Load(ctx, desk.LoadOptions{Paths: []string{"more.log"}}, func(p desk.Progress) {
		if p.Stage == "reading" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	if after := d.Counts(); after.Requests != before.Requests || len(d.Evidence()) != records {
		t.Errorf("%d requests and %d sources after a cancelled load, %d and %d before", after.Requests, len(d.Evidence()), before.Requests, records)
	}
	if l := load(t, d, "more.log"); l.Counts.Requests != 2*before.Requests {
		t.Errorf("%d requests after all, want %d", l.Counts.Requests, 2*before.Requests)
	}
}

// When the journal cannot be written, the rows do not become visible either.
func TestLoadAndJournalGoTogether(t *testing.T) {
	d := newDesk(t)
	before := d.Counts()
	if err := d.Case.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, "more.log", strings.ReplaceAll(accessLog(), "192.0.2.", "198.51.100."))
	if _, err := d.Load(context.Background(), desk.LoadOptions{Paths: []string{"more.log"}}, nil); !errors.Is(err, cases.ErrClosed) {
		t.Fatalf("error is %v", err)
	}
	if after := d.Counts(); after.Requests != before.Requests {
		t.Errorf("%d requests after a load that was not recorded, %d before", after.Requests, before.Requests)
	}
}

func TestShownPaths(t *testing.T) {
	d := newDesk(t)
	var shown []string
	for _, e := range d.Evidence() {
		shown = append(shown, e.Path)
	}
	if want := []string{"logs/access.log", "webroot.sha256"}; !slices.Equal(shown, want) {
		t.Errorf("sources are shown as %q, want %q", shown, want)
	}
	abs, _ := filepath.Abs("elsewhere/b.log")
	write(t, abs, "192.0.2.7 - - [08/Mar/2025:03:17:47 -0500] \"GET / HTTP/1.1\" 200 5 \"-\" \"M\"\n")
	if l := load(t, d, abs); l.Files[0].Path != "b.log" {
		t.Errorf("an absolute path is shown as %q", l.Files[0].Path)
	}
}

// The report holds every citation with its line, and the timeline is in order.
func TestReportIsCited(t *testing.T) {
	d := newDesk(t)
	r, err := d.Report(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cited) < 5 {
		t.Fatalf("%d citations", len(r.Cited))
	}
	for _, c := range r.Cited {
		if c.Missing != "" || c.Citation.Text == "" || len(c.Citation.SHA256) != 64 || c.Citation.Source == "" {
			t.Errorf("citation %+v", c)
		}
	}
	for i, e := range d.Timeline() {
		if i > 0 && e.Time.Before(d.Timeline()[i-1].Time) {
			t.Errorf("event %d goes back in time", i)
		}
	}
	path, err := d.WriteReport(context.Background(), "", desk.ReportOptions{})
	if err != nil || !strings.HasPrefix(path, d.Case.ReportsDir()) {
		t.Errorf("report at %q, %v", path, err)
	}
	if _, err := d.WriteReport(context.Background(), path, desk.ReportOptions{}); err == nil {
		t.Error("a report is overwritten")
	}
	if _, err := d.WriteReport(context.Background(), "", desk.ReportOptions{Format: "papyrus"}); err == nil {
		t.Error("an unknown format is written")
	}
	if v, err := d.Verify(context.Background(), nil); err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %+v, %v", v, err)
	}
}

// Verdicts and notes reach the searches at once.
func TestAnnotationsAreSearchable(t *testing.T) {
	d := newDesk(t)
	ref := d.Webshells()[0].PlantedBy.Ref
	if err := d.SetVerdict(ref, cases.Confirmed, "seen"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddNote("the planting of it", []string{ref}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"verdict:confirmed", "note:planting", "is:noted"} {
		if res, err := d.Search(context.Background(), q); err != nil || res.Len() != 1 {
			t.Errorf("%s: %v requests, %v", q, res, err)
		}
	}
	if err := d.SetVerdict(ref, "", ""); err != nil {
		t.Fatal(err)
	}
	if res, _ := d.Search(context.Background(), "verdict:confirmed"); res.Len() != 0 {
		t.Error("a verdict that was taken back is found")
	}
}

// Two programs on one case: each sees what the other wrote.
func TestTwoDesks(t *testing.T) {
	d := newDesk(t)
	other, err := desk.Open("case", desk.Who{Analyst: "Grace"})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ref := d.Webshells()[0].PlantedBy.Ref
	if _, err := other.AddNote("from the other", []string{ref}); err != nil {
		t.Fatal(err)
	}
	if notes := d.Notes(); len(notes) != 1 || notes[0].Author != "Grace" {
		t.Fatalf("notes: %+v", notes)
	}
	if res, err := d.Search(context.Background(), "note:other"); err != nil || res.Len() != 1 {
		t.Errorf("the other's note is found %v times, %v", res.Len(), err)
	}
	if _, err := d.AddNote("from this one", nil); err != nil {
		t.Fatal(err)
	}
	if len(other.Notes()) != 2 {
		t.Errorf("the other sees %d notes", len(other.Notes()))
	}
}
