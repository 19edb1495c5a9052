package blind_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// labDir is the labelled incident that comes with the project's evidence, beside the checkout.
const labDir = "../../../shared/data/lab-dev"

// readLogs reads logs into requests, as the store does.
func readLogs(t testing.TB, paths ...string) []triage.Request {
	t.Helper()
	var out []triage.Request
	for i, path := range paths {
		r, err := source.Open(path)
		if err != nil {
			t.Skip("shared evidence is not here")
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		format, err := weblog.Detect(data[:min(len(data), 64<<10)])
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		p := format.NewParser(nil)
		var rec weblog.Record
		source.Lines(source.Block{Data: data, Line: 1}, func(line []byte, offset, n int64) bool {
			if kind, _ := p.Parse(line, &rec); kind == weblog.Parsed {
				q := triage.Request{Ref: fmt.Sprintf("%d:%d", i, n), Line: n, Client: string(rec.Client), Method: string(rec.Method), Path: string(rec.Path),
					Query: string(rec.Query), Protocol: string(rec.Protocol), Status: rec.Status, Size: rec.Size, Millis: rec.Millis,
					Referer: string(rec.Referer), Agent: string(rec.Agent)}
				if rec.Time != 0 {
					q.Time = time.UnixMilli(rec.Time).UTC()
				}
				out = append(out, q)
			}
			return true
		})
	}
	return out
}

func recoverAll(reqs []triage.Request) *blind.Result {
	return blind.Recover(func(yield func(*triage.Request) bool) {
		for i := range reqs {
			if !yield(&reqs[i]) {
				return
			}
		}
	})
}

// A wanted read: how it was read, of what, and the value; a value that is not certain ends in "?".
type wanted struct{ technique, expression, value string }

func wantReads(t *testing.T, result *blind.Result, want []wanted) {
	t.Helper()
	var got []wanted
	for _, r := range result.Reads {
		if r.Kind == "size" {
			continue
		}
		w := wanted{string(r.Technique), r.Expression, r.Value}
		if !r.Certain {
			w.value += "?"
		}
		got = append(got, w)
		if r.Contradictions > 0 {
			t.Errorf("%s: %d contradictions", r.Expression, r.Contradictions)
		}
		for _, c := range r.Chars {
			if c.State == blind.Certain && len(c.Refs) == 0 {
				t.Errorf("%s: character %d is certain and cites nothing", r.Expression, c.Pos)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("reads:\n%q\nwant:\n%q", got, want)
	}
}

var labUsers = []wanted{
	{"boolean", "SELECT COUNT(*) FROM brightpan.users", "49"},
	{"boolean", "SELECT email FROM brightpan.users ORDER BY pw LIMIT 46, 1", "user37@mail.example"},
	{"boolean", "SELECT pw FROM brightpan.users ORDER BY pw LIMIT 46, 1", "ec0e9deff1c56d76619607ce3dd53648"},
	{"boolean", "SELECT email FROM brightpan.users ORDER BY pw LIMIT 47, 1", "user24@mail.example"},
	{"boolean", "SELECT pw FROM brightpan.users ORDER BY pw LIMIT 47, 1", "f1989646013b7a98cb7464d18a9ad36f"},
	{"boolean", "SELECT email FROM brightpan.users ORDER BY pw LIMIT 48, 1", "user7@mail.example"},
	{"boolean", "SELECT pw FROM brightpan.users ORDER BY pw LIMIT 48, 1", "fa73ef60e7e1adb5c227eedc9bec3244"},
}

// The whole labelled incident. Its reads were checked by hand against the answers' sizes: the e-mail addresses have
// the form of the site's, the hashes are 32 hex digits. The clock of the combined log gives no end for what was read
// by time, since after its last question the client paused.
func TestLabCombined(t *testing.T) {
	reqs := readLogs(t, labDir+"/access.log.gz")
	wantReads(t, recoverAll(reqs), append(slices.Clone(labUsers), wanted{"time", "CURRENT_USER()", "brightpan@localhost?"}))
}

// The bisection alone, without the tests that came before it.
func TestLabBisectionAlone(t *testing.T) {
	reqs := readLogs(t, labDir+"/access.log.gz")
	i := slices.IndexFunc(reqs, func(r triage.Request) bool { return r.Line >= 21085 })
	j := slices.IndexFunc(reqs, func(r triage.Request) bool { return r.Line > 22167 })
	wantReads(t, recoverAll(reqs[i:j]), labUsers)
}

// The same as IIS wrote it: times are those of the answers' ends, and how long each took is logged.
func TestLabIIS(t *testing.T) {
	files, _ := filepath.Glob(labDir + "/iis/*.log.gz")
	if len(files) == 0 {
		t.Skip("shared evidence is not here")
	}
	reqs := readLogs(t, files...)
	wantReads(t, recoverAll(reqs), append(slices.Clone(labUsers), wanted{"time", "CURRENT_USER()", "brightpan@localhost"}))
}

// Logs without injection give nothing.
func TestNothingStolen(t *testing.T) {
	for _, name := range []string{"elastic_apache_combined.log.gz", "hackers-access_combined.log.gz", "iis_tunna_webshell_tunnel.log.gz"} {
		reqs := readLogs(t, labDir+"/../logs/"+name)
		if r := recoverAll(reqs); len(r.Reads) > 0 {
			t.Errorf("%s: %+v", name, r.Reads)
		}
	}
}

// Thousands of payloads against a page whose size changes by chance: no value, and no success.
func TestChanceIsNoAnswer(t *testing.T) {
	f, err := source.Open(labDir + "/../requests/libinjection.jsonl.gz")
	if err != nil {
		t.Skip("shared evidence is not here")
	}
	defer f.Close()
	var payloads []string
	for dec := json.NewDecoder(f); ; {
		var x struct{ Payload string }
		if dec.Decode(&x) != nil {
			break
		}
		payloads = append(payloads, x.Payload)
	}
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r := blind.NewReader()
		for i, p := range payloads {
			r.Add(&triage.Request{Ref: fmt.Sprintf("r:%d", i), Client: "192.0.2.1", Path: fmt.Sprintf("/%d", i%5), Query: "id=" + p, Status: 200, Millis: -1,
				Size: []int64{500, 900}[rng.IntN(2)], Time: time.Unix(int64(i), 0)})
		}
		result := r.Result()
		for _, x := range result.Reads {
			t.Errorf("seed %d: %s = %q", seed, x.Expression, x.Value)
		}
		for _, a := range result.Attacks {
			if a.Outcome == blind.Likely || a.Outcome == blind.Succeeded {
				t.Errorf("seed %d: %s: %s %+v", seed, a.Path, a.Outcome, a.Reasons)
			}
		}
	}
}

func BenchmarkLab(b *testing.B) {
	if _, err := os.Stat(labDir); err != nil {
		b.Skip("shared evidence is not here")
	}
	var reqs []triage.Request // those of clients that injected, as desk gives them
	for _, r := range readLogs(b, labDir+"/access.log.gz") {
		switch r.Client {
		case "198.51.100.203", "203.0.113.77", "192.0.2.201", "198.51.100.182", "198.51.100.222":
			reqs = append(reqs, r)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		recoverAll(reqs)
	}
}

// What came back in the page itself, and how each attack fared.
func TestLabAttacks(t *testing.T) {
	result := recoverAll(readLogs(t, labDir+"/access.log.gz"))
	sizes := map[string]int{}
	for _, r := range result.Reads {
		if r.Kind == "size" {
			sizes[r.Client+" "+r.Expression] = r.Length
		}
	}
	// the table has 49 rows (two digits), as the bisection of another day says; an address, an id, a hash of 32 and a role
	for expr, want := range map[string][2]int{"SELECT COUNT(*) FROM brightpan.users": {2, 2}, "SELECT email, id, pw, role FROM brightpan.users LIMIT 8, 1": {50, 70}} {
		if n, ok := sizes["203.0.113.77 "+expr]; !ok || n < want[0] || n > want[1] {
			t.Errorf("%s brought %d bytes (%v), want %v", expr, n, ok, want)
		}
	}
	got := map[string]blind.Outcome{}
	for _, a := range result.Attacks {
		if a.Outcome == blind.Likely || a.Outcome == blind.Succeeded || a.Requests > 3 {
			got[a.Client+" "+a.Path+" "+a.Field] = a.Outcome
		}
	}
	want := map[string]blind.Outcome{"198.51.100.203 /products.php query:cat": blind.Succeeded, "203.0.113.77 /products.php query:cat": blind.Succeeded,
		"192.0.2.201 /search.php query:q": blind.Failed, "198.51.100.182 /product.php query:id": blind.Failed}
	if !maps.Equal(got, want) {
		t.Errorf("outcomes %v, want %v", got, want)
	}
}
