package cli_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// A verdict of benign hides the findings of a record everywhere, and lowers what is built upon it.
func TestBenign(t *testing.T) {
	dir := demoCase(t)
	const shell, plant = "w:046c4289", "r:62714d.8197"
	ok := func(args ...string) (out, errs string) {
		t.Helper()
		out, errs, code := run(t, args...)
		if code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
		return out, errs
	}
	found := func() int {
		out, _ := ok("findings", dir, "ref:"+plant)
		return strings.Count(out, plant)
	}
	summed := func() string {
		out, _ := ok("evidence", dir)
		return regexp.MustCompile(`(?m)^case: .*$|^  sqli .*$`).FindString(out)
	}
	before, total := found(), summed()
	if before == 0 || total == "" {
		t.Fatalf("the demo shows nothing of %s: %q", plant, total)
	}
	ok("verdict", dir, plant, "benign", "-m", "our own test", "--analyst", "Ada")
	if found() != 0 || summed() == total {
		t.Errorf("a benign request still has findings: %d, %s", found(), summed())
	}
	if out, _ := ok("search", dir, "class:sqli", "--json"); strings.Contains(out, `"`+plant+`"`) {
		t.Error("a benign request is still found by class")
	}
	out, _ := ok("findings", dir, "ref:"+plant, "--hidden")
	if strings.Count(out, plant) != before {
		t.Errorf("--hidden shows %q", out)
	}
	if _, errs := ok("search", dir, "class:sqli"); !strings.Contains(errs, "1 record judged benign: findings hidden; --hidden shows them") {
		t.Errorf("that something is hidden is not said: %q", errs)
	}
	if out, _ := ok("show", dir, plant); !strings.Contains(out, "verdict: benign by Ada") || !strings.Contains(out, "sqli") {
		t.Errorf("show does not give the record whole:\n%s", out)
	}
	if out, _ := ok("webshells", dir); !strings.Contains(out, "was held to have planted it was judged benign by Ada: our own test") {
		t.Errorf("the shell still stands on a benign request:\n%s", out)
	}
	ok("verdict", dir, plant, "none")
	if found() != before || summed() != total {
		t.Errorf("a verdict taken back leaves something: %d, %s", found(), summed())
	}

	// The shell.
	type ranked struct {
		Ref   string
		Score int
	}
	first := func() ranked {
		out, _ := ok("webshells", dir, "--json")
		return decode[ranked](t, out)[0]
	}
	if w := first(); w.Ref != shell || w.Score < 50 {
		t.Fatalf("the first is %+v", w)
	}
	ok("verdict", dir, shell, "benign", "-m", "the shop's own", "--analyst", "Ada")
	if w := first(); w.Ref == shell || w.Score >= 50 {
		t.Errorf("a benign shell leads: %+v", w)
	}
	out, _ = ok("incidents", dir, "--json")
	var in struct {
		Ref     string
		Level   string
		Summary []struct{ Text string }
		Shells  []string
	}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if err := json.Unmarshal([]byte(line), &in); err != nil {
			t.Fatal(err)
		}
		if len(in.Shells) > 0 {
			break
		}
	}
	if in.Level != "low" || len(in.Summary) == 0 || !strings.Contains(in.Summary[0].Text, "rthumb.php was judged benign by Ada: the shop's own") {
		t.Errorf("its incident: %+v", in)
	}
	if out, _ := ok("actors", dir, "--json"); strings.Contains(out, `"shells":["/images/reviews/rthumb.php"]`) {
		t.Error("an intruder still has the shell")
	}
	type weighed struct {
		Ref      string
		Observed []struct{ ID string }
		Why      []string
	}
	out, _ = ok("actors", dir, "--json")
	for _, a := range decode[weighed](t, out) {
		if strings.Contains(strings.Join(a.Why, "\n"), "Not weighed: T1505.003") != (a.Ref == "a:0c25434b" || a.Ref == "a:e219e92e") {
			t.Errorf("%s says %q", a.Ref, a.Why)
		}
		for _, o := range a.Observed {
			if o.ID == "T1505.003" {
				t.Errorf("%s is still weighed by the shell", a.Ref)
			}
		}
	}
	report, _ := ok("report", dir, "-o", "-")
	if strings.Contains(report, "address of Intruder") || !strings.Contains(report, "was judged benign by Ada") {
		t.Error("the report still gives its users as indicators, or does not say what was judged")
	}

	// The incident itself.
	ok("verdict", dir, in.Ref, "benign", "-m", "an exercise")
	if out, _ := ok("incidents", dir, in.Ref); !strings.Contains(out, "This incident was judged benign by an analyst who was not named: an exercise.") {
		t.Errorf("a benign incident:\n%s", out)
	}
	if out, _ := ok("verify", dir); !strings.Contains(out, "everything is as recorded") {
		t.Errorf("verify: %s", out)
	}
}
