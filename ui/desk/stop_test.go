package desk_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/cases"
	"spoor/triage/weblog/loggen"
	"spoor/ui/desk"
)

// generated makes a log of several blocks.
func generated(t *testing.T, lines int, seed uint64) string {
	t.Helper()
	var b bytes.Buffer
	if err := loggen.Write(&b, loggen.Options{Lines: lines, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// stopAfter loads paths and cancels once so many lines are read.
func stopAfter(t *testing.T, d *desk.Desk, lines int64, o desk.LoadOptions) (*desk.Ledger, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return d.Load(ctx, o, func(p desk.Progress) {
		if p.Stage == "reading" && p.Lines >= lines {
			cancel()
		}
	})
}

// answers is what a case says, but for when and how it was loaded.
func answers(t *testing.T, d *desk.Desk) string {
	t.Helper()
	var b strings.Builder
	register := d.Evidence()
	slices.SortFunc(register, func(a, b cases.Evidence) int { return cmp.Compare(a.Path, b.Path) })
	for i := range register {
		register[i].TakenAt = time.Time{}
	}
	for _, v := range []any{d.Webshells(), d.Incidents(), d.Files(), d.Intruders(), d.Counts(), register} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", text)
	}
	for _, q := range []string{"", "class:sqli", "is:rejected", "status:404 method:POST"} {
		res, err := d.Search(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %d\n", q, res.Len())
	}
	return b.String()
}

// A load that is stopped says how far it came and keeps that; the same load again ends up where one in one go does.
func TestStoppedLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "logs/a.log", generated(t, 30000, 1))
	write(t, "logs/b.log", accessLog())
	write(t, "webroot.sha256", webroot)
	o := desk.LoadOptions{Paths: []string{"logs", "webroot.sha256"}}
	open := func(dir string) *desk.Desk {
		d, err := desk.OpenOrCreate(dir, desk.Who{Analyst: "Ada"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	straight := open("straight")
	if _, err := straight.Load(context.Background(), o, nil); err != nil {
		t.Fatal(err)
	}

	d := open("case")
	l, err := stopAfter(t, d, 5000, o)
	if !errors.Is(err, context.Canceled) || l == nil || len(l.Files) != 2 || !reflect.DeepEqual(l.Waiting, []string{"logs/b.log"}) {
		t.Fatalf("%+v, %v", l, err)
	}
	e := l.Files[0]
	if !e.Partial || e.Read < 5000 || e.Read >= 30000 || e.Reached == 0 || l.Counts.Requests+l.Counts.Rejected+e.Comments != e.Read {
		t.Errorf("the ledger says %+v, the case has %+v", e, l.Counts)
	}
	if want := fmt.Sprintf("stopped at line %d; load it again to go on", e.Read); e.Shortfall() != want {
		t.Errorf("%q, want %q", e.Shortfall(), want)
	}
	if u := d.Unfinished(); len(u) != 1 || u[0].Read != e.Read || len(d.Missing()) != 0 || len(d.Files()) != 2 || len(d.Evidence()) != 2 {
		t.Errorf("unfinished %+v, missing %+v, %d files", u, d.Missing(), len(d.Files()))
	}
	if d.Store.Survey() == nil {
		t.Error("what was kept is not judged")
	}
	if v, err := d.Verify(context.Background(), nil); err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %+v, %v", v, err)
	}

	zone := desk.LoadOptions{Paths: []string{"logs/a.log"}}
	zone.ZoneName, zone.Zone = "-05:00", time.FixedZone("", -5*3600)
	if l, err := d.Load(context.Background(), zone, nil); err != nil || len(l.Refused) != 1 || !strings.Contains(l.Refused[0].Reason, "times in UTC") {
		t.Errorf("gone on with in another zone: %+v, %v", l, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open("case")
	if l, err = stopAfter(t, d, 3000, o); !errors.Is(err, context.Canceled) || l.Files[0].Read < e.Read+3000 {
		t.Fatalf("%+v, %v", l, err)
	}
	l, err = d.Load(context.Background(), o, nil)
	if err != nil || l.Files[0].Partial || l.Files[0].Read != 30000 || len(d.Unfinished()) != 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	read := int64(0)
	for _, run := range d.Case.Runs() {
		read += run.Read
	}
	if want := int64(30000 + 1204 + 2); read != want {
		t.Errorf("the runs read %d lines, want %d", read, want)
	}
	if got, want := answers(t, d), answers(t, straight); got != want {
		t.Errorf("a stopped load ends in\n%s\nwant\n%s", got, want)
	}
}

// A load stopped before its first line leaves the case as it was.
func TestStoppedAtOnce(t *testing.T) {
	d := newDesk(t)
	write(t, "more.log", generated(t, 2000, 2))
	runs := len(d.Case.Runs())
	ctx, cancel := context.WithCancel(context.Background())
	l, err := d.Load(ctx, desk.LoadOptions{Paths: []string{"more.log"}}, func(p desk.Progress) {
		if p.Stage == "reading" {
			cancel()
		}
	})
	cancel()
	if !errors.Is(err, context.Canceled) || len(l.Files) != 0 || len(l.Waiting) != 1 || len(d.Case.Runs()) != runs {
		t.Errorf("%+v, %v", l, err)
	}
}

// When the index is lost after a stopped load, or is behind the journal, loading again brings all back.
func TestStoppedLoadWithoutIndex(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.log", generated(t, 20000, 3))
	o := desk.LoadOptions{Paths: []string{"a.log"}}
	d, err := desk.OpenOrCreate("case", desk.Who{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stopAfter(t, d, 6000, o); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join("case", "index")); err != nil {
		t.Fatal(err)
	}
	if d, err = desk.Open("case", desk.Who{}); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if len(d.Missing()) != 1 {
		t.Errorf("missing %+v", d.Missing())
	}
	if _, err := stopAfter(t, d, 1000, o); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if l, err := d.Load(context.Background(), o, nil); err != nil || l.Files[0].Read != 20000 || l.Files[0].Partial {
		t.Fatalf("%+v, %v", l, err)
	}
	if ev := d.Evidence(); len(ev) != 1 || ev[0].Partial || ev[0].Role != cases.RoleLog || len(d.Missing()) != 0 {
		t.Errorf("%+v", ev)
	}
}
