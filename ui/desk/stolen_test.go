package desk

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bisection is the log of a client that bisects a text of one column of the table staff; where true answers have one
// size and false ones another. A shell, planted in between, is used by it too if plant is set.
func bisection(client, secret, column string, plant bool) string {
	var b strings.Builder
	at := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
	line := func(method, uri string, size int) {
		fmt.Fprintf(&b, "%s - - [%s] \"%s %s HTTP/1.1\" 200 %d \"-\" \"x\"\n", client, at.Format("02/Jan/2006:15:04:05 -0700"), method, uri, size)
		at = at.Add(time.Second)
	}
	ask := func(condition string, truth bool) {
		line("GET", "/item.php?id="+url.PathEscape("3 AND "+condition), map[bool]int{true: 2000, false: 700}[truth])
	}
	for _, t := range [][2]int{{4, 4}, {4, 5}, {77, 77}, {77, 12}, {31, 31}, {31, 30}} {
		ask(fmt.Sprintf("%d=%d", t[0], t[1]), t[0] == t[1])
	}
	for pos := 1; pos <= len(secret)+1; pos++ {
		code, lo, hi := 0, 0, 127
		if pos <= len(secret) {
			code = int(secret[pos-1])
		}
		for lo < hi {
			mid := (lo + hi) / 2
			ask(fmt.Sprintf("ASCII(SUBSTR((SELECT %s FROM staff LIMIT 2,1),%d,1))>%d", column, pos, mid), code > mid)
			if code > mid {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
	}
	if plant {
		line("GET", "/item.php?id="+url.PathEscape("3' UNION SELECT 0x3c3f706870,2 INTO OUTFILE '/var/www/html/img/t.php'-- -"), 11)
		for i := range 12 {
			at = at.Add(3 * time.Minute)
			line("POST", "/img/t.php", 100+i*1000)
		}
	}
	return b.String()
}

func loaded(t *testing.T, dir string, logs map[string]string) *Desk {
	t.Helper()
	d, err := OpenOrCreate(filepath.Join(dir, "case"), Who{Analyst: "kim"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	var o LoadOptions
	for name, text := range logs {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o.Paths = append(o.Paths, path)
	}
	if _, err := d.Load(context.Background(), o, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// What injection read is kept with the case: it is there without another look, comes anew with new evidence, and
// stays as it is when nothing that it is made of changed.
func TestStolenIsKept(t *testing.T) {
	dir := t.TempDir()
	d := loaded(t, dir, map[string]string{"a.log": bisection("198.51.100.7", "ann@corp.example", "mail", true)})
	kept, err := d.Store.Stolen()
	if err != nil || kept == nil {
		t.Fatalf("kept %v, %v", kept, err)
	}
	loot, err := d.Stolen(context.Background())
	if err != nil || len(loot.Reads) != 1 || loot.Reads[0].Value != "ann@corp.example" || !loot.Reads[0].Certain {
		t.Fatalf("%+v, %v", loot, err)
	}
	if err := d.Resurvey(); err != nil {
		t.Fatal(err)
	}
	if again, _ := d.Store.Stolen(); again != kept {
		t.Error("judging the same again looked at the requests again")
	}
	proof := loot.Reads[0].Chars[2].Refs[0]
	if r, err := d.Request(proof); err != nil || r.AskedIn != loot.Reads[0].Ref || !strings.HasPrefix(r.Asked, "character 3 of ") {
		t.Errorf("%s asked %q in %q, %v", proof, r.Asked, r.AskedIn, err)
	}
	if len(loot.Sent) != 1 {
		t.Fatalf("sent %+v", loot.Sent)
	}
	s := loot.Sent[0]
	if s.Client != "198.51.100.7" || s.Intruder == "" || s.Since.IsZero() || s.After != 13 || len(s.Largest) != maxLargest || s.Largest[0].Bytes != 11100 || s.Largest[4].Bytes != 7100 {
		t.Errorf("sent %+v", s)
	}
	steps := 0
	for _, in := range d.Incidents() {
		for _, st := range in.Steps {
			if st.Kind == "read" {
				steps++
				if st.Client != s.Client || st.Lane == "" || st.Confidence != "seen" || !strings.Contains(st.Text, "1 value of table staff by boolean injection") || !strings.HasPrefix(st.Ref, "r:") {
					t.Errorf("step %+v", st)
				}
			}
		}
		if in.Mapped[len(in.Mapped)-1].ID != in.Techniques[len(in.Techniques)-1] || !strings.Contains(strings.Join(in.Techniques, " "), "T1213.006") {
			t.Errorf("techniques %v", in.Techniques)
		}
	}
	if steps != 1 {
		t.Errorf("%d steps of what was read", steps)
	}
	for _, in := range d.survey().Incidents {
		for _, st := range in.Steps {
			if st.Kind == "read" {
				t.Error("the step is in the survey too")
			}
		}
	}
	if s.Requests != 6+17*7+1+12 {
		t.Errorf("%d requests", s.Requests)
	}
	loaded(t, dir, map[string]string{"b.log": bisection("203.0.113.5", "turquoise", "colour", false)})
	d.Close()
	d, err = Open(filepath.Join(dir, "case"), Who{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if loot, err = d.Stolen(context.Background()); err != nil || len(loot.Reads) != 2 {
		t.Fatalf("after more evidence: %+v, %v", loot, err)
	}
	old := *kept
	old.Made = "0/of another method"
	if err := d.Store.PutLooks(&old, nil); err != nil {
		t.Fatal(err)
	}
	if loot := d.keptStolen(); loot == nil || len(loot.Reads) != 2 { // old has one
		t.Errorf("what another method made is taken for this one's: %+v", loot)
	}
	if loot, err = d.Stolen(context.Background()); err != nil || len(loot.Reads) != 2 {
		t.Fatalf("what another method made: %+v, %v", loot, err)
	}
}
