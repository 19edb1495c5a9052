package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/cli"
)

// bundled is the demo's evidence, as main embeds it.
func bundled() fs.FS { return os.DirFS(incidentDir) }

var incidentDir, _ = filepath.Abs("../../testdata/incident")

// keysDir holds the keys that seals are tested with.
var keysDir, _ = filepath.Abs("../../cases/seal/testdata")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"spoor": func() { os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.DirFS(os.Getenv("INCIDENT")))) },
	})
}

// The scripts drive the whole program; each says first what it is about.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Condition: func(cond string) (bool, error) {
			if cond != "mounts" {
				return false, errors.New("unknown condition")
			}
			// A file system of one's own needs Linux and the right to mount; where it lacks, the tests of package cases
			// fail the writes instead.
			return exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "none", os.TempDir()).Run() == nil, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("INCIDENT", incidentDir)
			e.Setenv("KEYS", keysDir)
			e.Setenv("GORACE", os.Getenv("GORACE")) // of the race run: how programs end
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// takeref NAME takes the first reference printed last as the variable NAME.
			"takeref": func(ts *testscript.TestScript, neg bool, args []string) {
				ref := regexp.MustCompile(`\b[rfwain]:[0-9a-f]+(?:\.\d+)?`).FindString(ts.ReadFile("stdout"))
				if ref == "" {
					ts.Fatalf("no reference was printed")
				}
				ts.Setenv(args[0], ref)
			},
			"bisection": writeBisection,
			// future DIR makes an empty case by a machine whose clock is a day ahead.
			"future": func(ts *testscript.TestScript, neg bool, args []string) {
				c, err := cases.Create(ts.MkAbs(args[0]), cases.Info{Name: "ahead", Created: time.Now().Add(24 * time.Hour)})
				ts.Check(err)
				ts.Check(c.Close())
			},
			// exits CODE ARGS... runs spoor and wants this exit code.
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				code := 0
				var exit *exec.ExitError
				if err := ts.Exec("spoor", args[1:]...); errors.As(err, &exit) {
					code = exit.ExitCode()
				} else {
					ts.Check(err)
				}
				if got := strconv.Itoa(code); got != args[0] {
					ts.Fatalf("spoor %s: exit %s, want %s", strings.Join(args[1:], " "), got, args[0])
				}
				if out := ts.ReadFile("stdout"); code == 2 && out != "" && !strings.Contains(out, "Usage") {
					ts.Fatalf("misuse prints data: %s", out)
				}
			},
		},
	})
}

// run runs one command in process.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(args, strings.NewReader(""), &out, &errs, bundled())
	return out.String(), errs.String(), code
}

// demoCase makes the bundled incident into a case and answers its folder.
func demoCase(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if _, errs, code := run(t, "demo"); code != 0 {
		t.Fatalf("demo exits %d: %s", code, errs)
	}
	return "spoor-demo"
}

func decode[T any](t *testing.T, jsonl string) []T {
	t.Helper()
	var out []T
	for dec := json.NewDecoder(strings.NewReader(jsonl)); dec.More(); {
		var v T
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// The whole program over the bundled incident: the screens' questions, answered by commands, agree.
func TestDemoTellsWhoDidWhat(t *testing.T) {
	dir := demoCase(t)
	type cite struct {
		Ref, Source string
		Line        int64
	}
	type shell struct {
		Path      string
		Score     int
		Clients   []string
		PlantedBy *cite `json:"planted_by"`
		File      *struct{ Verdict string }
	}
	out, _, _ := run(t, "webshells", dir, "--json")
	shells := decode[shell](t, out)
	if len(shells) == 0 || shells[0].Path != "/images/reviews/rthumb.php" || shells[0].Score < 80 || shells[0].PlantedBy == nil || len(shells[0].Clients) != 4 {
		t.Fatalf("web shells: %s", out)
	}
	if shells[0].File == nil || shells[0].File.Verdict != string(triage.Unknown) {
		t.Errorf("file of the shell: %+v", shells[0].File)
	}
	out, _, _ = run(t, "findings", dir, "--json", "ref:"+shells[0].PlantedBy.Ref)
	type finding struct {
		Ref, Class, Level, Query, Source string
		Line                             int64
	}
	planted := decode[finding](t, out)
	if len(planted) == 0 || planted[0].Class != "sqli" || planted[0].Level != "critical" || planted[0].Line != shells[0].PlantedBy.Line {
		t.Errorf("findings of the planting request: %s", out)
	}
	out, _, _ = run(t, "incidents", dir, "--json")
	type incident struct {
		Level, Ref string
		Steps      []struct{ Kind, Ref, Client string }
		Shells     []string
		Clients    []string
		Summary    []struct{ Text string }
		Lanes      []struct{ Label string }
		Gaps       []struct{ Kind, Text string }
		Mapped     []struct {
			ID   string
			Refs []string
		}
	}
	kinds := map[string]int{}
	chain := decode[incident](t, out)[0]
	for _, s := range chain.Steps {
		kinds[s.Kind]++
	}
	if kinds["recon"] != 1 || kinds["injection"] == 0 || kinds["plant"] != 1 || kinds["file"] != 1 || kinds["access"] != 1 || kinds["use"] != 5 {
		t.Errorf("steps of the incident: %v", kinds)
	}
	if len(chain.Clients) != 4 || len(chain.Lanes) != 2 || len(chain.Summary) < 4 || len(chain.Gaps) < 5 || len(chain.Mapped) < 2 || len(chain.Mapped[0].Refs) == 0 {
		t.Errorf("the incident: %s", out)
	}
	one, _, _ := run(t, "incidents", dir, chain.Ref, "--json")
	if first, _, _ := strings.Cut(out, "\n"); one != first+"\n" {
		t.Errorf("the incident by its reference: %s", one)
	}
	if _, bad, code := run(t, "incidents", dir, "i:00000000"); code != 1 || !strings.Contains(bad, chain.Ref) {
		t.Errorf("an incident that is not there: %d, %s", code, bad)
	}
	out, _, _ = run(t, "actors", dir, "--json")
	type actor struct {
		Clients, Shells []string
		Name            *string
		Verdict         string
		Consistent      []struct{ ID string }
	}
	actors := decode[actor](t, out)
	if len(actors) < 2 || len(actors[0].Clients) != 2 || len(actors[1].Clients) != 2 || len(actors[1].Shells) != 1 {
		t.Fatalf("actors: %s", out)
	}
	for _, a := range actors[:2] {
		if a.Name != nil || !strings.HasPrefix(a.Verdict, "unattributed") || len(a.Consistent) == 0 {
			t.Errorf("a log alone names an actor: %+v", a)
		}
	}
	out, _, _ = run(t, "files", dir, "--json")
	verdicts := map[string]int{}
	for _, f := range decode[struct{ Verdict string }](t, out) {
		verdicts[f.Verdict]++
	}
	if verdicts["changed"] != 2 || verdicts["known-good"] != 65 || verdicts["unknown"] == 0 {
		t.Errorf("files: %v", verdicts)
	}
}

// show says everything of any kind of record, for people and for programs.
func TestShow(t *testing.T) {
	dir := demoCase(t)
	note, _, _ := run(t, "note", dir, "-m", "seen", "--on", "w:046c4289")
	for ref, want := range map[string]struct{ kind, text string }{
		"r:62714d.8197": {"request", "INTO DUMPFILE"}, "w:046c4289": {"webshell", "+45"}, "a:0c25434b": {"actor", "unattributed"},
		"i:84e69ac4": {"incident", "plant"}, "f:65def09e": {"file", "webroot.sha256"}, "r:190865.5": {"listed", "is an entry of the hash list spoor-demo/evidence/webroot.sha256, line 5"}, strings.TrimSpace(note): {"note", "seen"},
	} {
		out, errs, code := run(t, "show", dir, ref)
		if code != 0 || !strings.Contains(out, want.text) {
			t.Errorf("show %s exits %d: %s%s", ref, code, out, errs)
		}
		out, errs, code = run(t, "show", dir, ref, "--json")
		if code != 0 {
			t.Errorf("show %s --json exits %d: %s", ref, code, errs)
			continue
		}
		x := decode[struct {
			Ref, Kind string
			Record    map[string]any
		}](t, out)[0]
		if x.Kind != want.kind || x.Ref != ref || len(x.Record) < 4 {
			t.Errorf("show %s --json: %s", ref, out)
		}
	}
}

// Every command's --help prints to stdout and exits with 0.
func TestHelp(t *testing.T) {
	for _, c := range []string{"", "load", "open", "demo", "search", "findings", "webshells", "incidents", "actors", "files", "timeline", "evidence", "show", "note", "notes", "verdict", "report", "verify", "seal"} {
		args := []string{"--help"}
		if c != "" {
			args = []string{c, "--help"}
		}
		if out, errs, code := run(t, args...); code != 0 || !strings.Contains(out, "Usage: spoor "+c) || errs != "" {
			t.Errorf("spoor %s --help exits %d: %q %q", c, code, out, errs)
		}
	}
}

// A hostile log reaches no terminal: whatever is printed holds no control byte but line feeds.
func TestHostileLogIsInert(t *testing.T) {
	t.Chdir(t.TempDir())
	var log strings.Builder
	evil := "\x1b]52;c;ZXZpbA==\x07\x1b[2J\u009b31m\u202e\xff\x00"
	for i := range 30 {
		log.WriteString(`192.0.2.1 - ` + evil + ` [08/Mar/2025:03:17:47 -0500] "GET /` + evil + `?id=1'+UNION+SELECT+1-- HTTP/1.1" 200 5 "` + evil + `" "` + evil + `"` + "\n")
		if i%3 == 0 {
			log.WriteString(evil + " no request\n")
		}
	}
	if err := os.WriteFile("evil"+"\x1b[31m"+".log", []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := [][]string{
		{"load", "case", "evil\x1b[31m.log"}, {"search", "case", ""}, {"search", "case", "--json", ""}, {"search", "case", "is:rejected"},
		{"findings", "case"}, {"findings", "case", "--json"}, {"webshells", "case"}, {"incidents", "case"}, {"actors", "case"}, {"actors", "case", "--json"},
		{"timeline", "case"}, {"evidence", "case"}, {"evidence", "case", "--json"}, {"note", "case", "-m", evil}, {"notes", "case"}, {"report", "case", "-o", "-"},
		{"report", "case", "-o", "-", "--format", "json"}, {"verify", "case"}, {"show", "case", evil}, {"search", "case", evil + ":x"}, {"load", "case", evil},
	}
	for _, args := range commands {
		out, errs, _ := run(t, args...)
		for _, r := range out + errs {
			if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x202e {
				t.Errorf("spoor %q prints %U: %q", args, r, firstLineWith(out+errs, r))
				break
			}
		}
	}
}

func firstLineWith(s string, r rune) string {
	for line := range strings.Lines(s) {
		if strings.ContainsRune(line, r) {
			return line
		}
	}
	return ""
}

// The index is disposable: loading the same files again brings back the same references, notes and verdicts.
func TestIndexCanBeRebuilt(t *testing.T) {
	dir := demoCase(t)
	if _, errs, code := run(t, "verdict", dir, "w:046c4289", "confirmed", "-m", "seen on disk"); code != 0 {
		t.Fatalf("verdict: %s", errs)
	}
	answers := func() string {
		var all strings.Builder
		for _, args := range [][]string{{"incidents", dir, "--json"}, {"webshells", dir, "--json"}, {"files", dir, "--json"}, {"findings", dir, "--json", "class:sqli level:>=high"}, {"show", dir, "w:046c4289"}} {
			out, _, _ := run(t, args...)
			all.WriteString(out)
		}
		return all.String()
	}
	before := answers()
	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	if _, errs, _ := run(t, "webshells", dir); !strings.Contains(errs, "the index lacks 1 of the registered logs") {
		t.Errorf("a missing index is not named: %q", errs)
	}
	if _, errs, code := run(t, "load", dir, filepath.Join(dir, "evidence")); code != 0 {
		t.Fatalf("load: %s", errs)
	}
	if after := answers(); after != before || len(before) < 10_000 {
		t.Errorf("the answers differ after a rebuild: %d and %d bytes", len(before), len(after))
	}
	if out, _, code := run(t, "verify", dir); code != 0 {
		t.Errorf("verify: %s", out)
	}
}
