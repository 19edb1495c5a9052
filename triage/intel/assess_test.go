package intel_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"spoor/triage/intel"
)

// logged is evidence as web logs give it: from one source, capability only.
func logged(grade string, ids ...string) []intel.Evidence {
	var ev []intel.Evidence
	for _, id := range ids {
		ev = append(ev, intel.Evidence{ID: id, Grade: grade, Source: "web logs"})
	}
	return ev
}

// trap is the published case in which counting common tools names the wrong group.
func trap(grade string) []intel.Evidence {
	return logged(grade, "T1190", "S0020", "S0021", "S0013", "S0002")
}

func TestTrap(t *testing.T) {
	for _, grade := range []string{"", "C3", "B2", "A1"} {
		a := intel.Load().Assess(trap(grade))
		if a.Name != nil || a.Verdict != "unattributed; consistent with 81 groups" || a.Confidence != "low" {
			t.Errorf("grade %q: %q, name %v, confidence %s", grade, a.Verdict, a.Name, a.Confidence)
		}
		c := candidate(a.Consistent, "G0009")
		if c == nil {
			t.Fatalf("grade %q: Deep Panda is not among the consistent groups", grade)
		}
		// What ATT&CK does not say of Deep Panda is unknown, not against.
		if len(c.For) != 1 || len(c.Against) != 0 || len(c.Unknown) != 4 {
			t.Errorf("grade %q: Deep Panda %+v", grade, c)
		}
		for _, c := range a.Consistent {
			if c.Likelihood > 0.45 {
				t.Errorf("grade %q: shared tools make %s %s (%v)", grade, c.Name, c.Band, c.Likelihood)
			}
		}
		if len(a.Rivals) != 4 || len(a.WouldChange) == 0 || len(a.Why) == 0 || a.KnowledgeBase != intel.Load().String() {
			t.Errorf("grade %q: %+v", grade, a)
		}
	}
}

// The figures of the worked example above Assess.
func TestWorkedExample(t *testing.T) {
	a := intel.Load().Assess(trap("B2"))
	for _, c := range []struct {
		id     string
		weight float64
		likely float64
	}{{"G0009", 2.51, 0.01}, {"G0096", 3.63, 0.04}, {"G0001", 4.73, 0.12}} {
		got := candidate(a.Consistent, c.id)
		if got == nil || math.Abs(got.Weight-c.weight) > 0.005 || math.Abs(got.Likelihood-c.likely) > 0.005 {
			t.Errorf("%s: %+v, want weight %v, likelihood %v", c.id, got, c.weight, c.likely)
		}
	}
}

// Items that open the gate for Deep Panda when they come together with the trap.
var (
	domain   = intel.Evidence{ID: "c2.example.net", Grade: "B2", Source: "Vendor One", Groups: []string{"G0009"}}
	sakula   = intel.Evidence{ID: "S0074", Grade: "B2", Source: "sandbox"}           // listed for Deep Panda alone
	streamEx = intel.Evidence{ID: "S0142", Grade: "B2", Source: "incident response"} // as Sakula, by another publication
	other    = intel.Evidence{ID: "198.51.100.7", Grade: "B2", Source: "Vendor Two", Groups: []string{"G0096"}}
)

func TestGate(t *testing.T) {
	with := func(e intel.Evidence, change func(*intel.Evidence)) intel.Evidence {
		change(&e)
		return e
	}
	for _, c := range []struct {
		name  string
		added []intel.Evidence
		want  string // name, empty for none
		why   string // in the reasons
	}{
		{"two kinds, two sources, both own", []intel.Evidence{domain, sakula}, "Deep Panda", "Confidence is moderate"},
		{"one kind", []intel.Evidence{sakula}, "", "is of one kind (capability)"},
		{"two families of its own, known by two publications", []intel.Evidence{sakula, streamEx}, "Deep Panda", "Confidence is moderate"},
		{"two families of its own, both from one source", []intel.Evidence{sakula, with(streamEx, func(e *intel.Evidence) { e.Source = "sandbox" })}, "", "a name needs two kinds, or"},
		{"two families of its own, one badly graded", []intel.Evidence{sakula, with(streamEx, func(e *intel.Evidence) { e.Grade = "E5" })}, "", "a name needs two kinds, or"},
		{"infrastructure alone is not likely enough", []intel.Evidence{domain}, "", "a name needs to be likely"},
		{"one source", []intel.Evidence{
			with(domain, func(e *intel.Evidence) { e.Source = "Web Logs" }),
			with(sakula, func(e *intel.Evidence) { e.Source = "web logs" }),
		}, "", "comes from one source"},
		{"badly graded", []intel.Evidence{
			with(domain, func(e *intel.Evidence) { e.Grade = "D2" }),
			with(sakula, func(e *intel.Evidence) { e.Grade = "" }),
		}, "", "graded A to C and 1 to 3"},
		{"infrastructure that two groups share", []intel.Evidence{
			with(domain, func(e *intel.Evidence) { e.Groups = []string{"G0009", "G0073"} }),
		}, "", "No item points to"},
		{"two that contradict each other", []intel.Evidence{domain, sakula, other}, "", "198.51.100.7 points to APT41 alone"},
		{"contradicted", []intel.Evidence{domain, sakula, {ID: "203.0.113.9", Grade: "A1", Source: "CERT", Against: []string{"G0009"}}}, "", "against Deep Panda is not resolved"},
		{"three of three", []intel.Evidence{domain, sakula, {ID: "sector:technology", Grade: "A1", Source: "case"}}, "Deep Panda", "Confidence is high"},
	} {
		ev := append(trap("B2"), c.added...)
		a := intel.Load().Assess(ev)
		name := ""
		if a.Name != nil {
			name = *a.Name
		}
		if name != c.want {
			t.Errorf("%s: name %q, want %q: %v", c.name, name, c.want, a.Why)
		}
		if c.why != "" && !strings.Contains(strings.Join(a.Why, "\n"), c.why) {
			t.Errorf("%s: reasons %q, want %q in them", c.name, a.Why, c.why)
		}
		if c.want != "" && a.Verdict != "consistent with Deep Panda (G0009)" {
			t.Errorf("%s: verdict %q", c.name, a.Verdict)
		}
	}
}

// A technique that the knowledge base happens to list for one group only is not that group's own, whatever
// the vertex that the caller gives it.
func TestTechniqueIsNobodysOwn(t *testing.T) {
	kb := intel.Load()
	tested := 0
	for _, tech := range kb.Techniques() {
		if len(tech.Groups) != 1 {
			continue
		}
		tested++
		a := kb.Assess([]intel.Evidence{
			{ID: tech.ID, Grade: "A1", Source: "one", Vertex: intel.Adversary},
			{ID: "192.0.2.1", Grade: "A1", Source: "two", Groups: []string{tech.Groups[0], "G0009", "G0096"}},
		})
		if a.Name != nil {
			t.Errorf("%s gives the name %s", tech.ID, *a.Name)
		}
	}
	if tested == 0 {
		t.Error("no technique is listed for one group only")
	}
}

func TestContradictionIsShown(t *testing.T) {
	against := intel.Evidence{ID: "203.0.113.9", Grade: "A1", Source: "CERT", Against: []string{"G0009"}}
	a := intel.Load().Assess(append(trap("B2"), domain, sakula, against))
	if c := candidate(a.Consistent, "G0009"); c == nil || len(c.Against) != 1 || !strings.Contains(c.Against[0], "CERT") {
		t.Errorf("Deep Panda: %+v", c)
	}
	if h := a.Matrix.Hypotheses; len(h) == 0 || opposed(a, "G0009") != 1 || opposed(a, "unknown") != 0 {
		t.Errorf("matrix %+v", h)
	}
	for _, r := range a.Matrix.Rows {
		if r.ID == "203.0.113.9" && (!strings.Contains(r.Without, "consistent with Deep Panda (G0009)") || r.Tells != "high") {
			t.Errorf("without what contradicts: %+v", r)
		}
	}
	// What is another group's own is planted among what is Deep Panda's own.
	a = intel.Load().Assess(append(trap("B2"), domain, sakula, other))
	if c := candidate(a.Consistent, "G0009"); a.Name != nil || c == nil || len(c.Against) != 1 || !strings.Contains(c.Against[0], "points to APT41 alone") {
		t.Errorf("planted: %+v", c)
	}
	if first := a.Consistent[0]; len(first.Against) != 0 {
		t.Errorf("%s comes first with %d inconsistencies", first.Name, len(first.Against))
	}
	a = intel.Load().Assess(append(trap("B2"), against))
	if c := candidate(a.Contradicted, "G0009"); c == nil || candidate(a.Consistent, "G0009") != nil || len(c.For) != 1 {
		t.Errorf("contradicted: %+v", a.Contradicted)
	}
}

// Dependent items weigh no more than the heaviest of them.
// A revoked id or name is followed, and that it was is said.
func TestRevokedIsSaid(t *testing.T) {
	kb := intel.Load()
	for _, text := range []string{"T1100@B2", "t1100"} {
		e, err := kb.ParseObservable(text)
		if err != nil {
			t.Fatal(err)
		}
		a := kb.Assess([]intel.Evidence{e})
		if why := strings.Join(a.Why, "\n"); !strings.Contains(why, "T1100 (Web Shell) was revoked by ATT&CK and was read as T1505.003 Web Shell.") || a.Matrix.Rows[0].ID != "T1505.003" {
			t.Errorf("%s: %s; row %+v", text, why, a.Matrix.Rows[0])
		}
	}
}

// Two items are independent only if their sources are: what one source states, however it is spelled, names nobody.
func TestOneSourceNamesNobody(t *testing.T) {
	kb := intel.Load()
	assess := func(texts ...string) intel.Assessment {
		var ev []intel.Evidence
		for _, text := range texts {
			e, err := kb.ParseObservable(text)
			if err != nil {
				t.Fatal(err)
			}
			ev = append(ev, e)
		}
		return kb.Assess(ev)
	}
	for _, pair := range [][2]string{{"S0074", "S0142"}, {"S0074", "c2.example.net=G0009"}} {
		if a := assess(pair[0]+"@B2:One", pair[1]+"@B2:two"); a.Name == nil || *a.Name != "Deep Panda" {
			t.Errorf("%v of two sources: %s %v", pair, a.Verdict, a.Why)
		}
		if a := assess(pair[0]+"@B2:One", pair[1]+"@B2:ONE"); a.Name != nil || !strings.Contains(strings.Join(a.Why, " "), "comes from one source") {
			t.Errorf("%v of one source: %s %v", pair, a.Verdict, a.Why)
		}
		if a := assess(pair[0]+"@B2:One", pair[1]+"@D2:two"); a.Name != nil {
			t.Errorf("%v, one ill graded: %s", pair, a.Verdict)
		}
		if a := assess(pair[0], pair[1]); a.Name != nil {
			t.Errorf("%v without a source: %s", pair, a.Verdict)
		}
	}
}

func TestDependence(t *testing.T) {
	kb := intel.Load()
	weight := func(id string, ev ...intel.Evidence) float64 {
		if c := candidate(kb.Assess(ev).Consistent, id); c != nil {
			return c.Weight
		}
		return 0
	}
	chopper, shell := logged("B2", "S0020")[0], logged("B2", "T1505.003")[0]
	vuln, words := logged("B2", "T1595.002")[0], logged("B2", "T1595.003")[0]
	ten := []intel.Evidence{}
	for _, id := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
		ten = append(ten, intel.Evidence{ID: id, Grade: "B2", Source: "Vendor One", Groups: []string{"G0009"}})
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"a web shell is part of China Chopper for its user", weight("G0125", chopper, shell), weight("G0125", chopper)},
		{"but counts for a group without it", weight("G0009", chopper, shell), weight("G0009", shell)},
		{"a technique and its sub-technique", weight("G0096", vuln, logged("B2", "T1595")[0]), max(weight("G0096", vuln), weight("G0096", logged("B2", "T1595")...))},
		{"two sub-techniques", weight("G0096", vuln, words), max(weight("G0096", vuln), weight("G0096", words))},
		{"the same twice", weight("G0125", chopper, chopper), weight("G0125", chopper)},
		{"the same from another source, worse", weight("G0125", chopper, intel.Evidence{ID: "S0020", Grade: "C3", Source: "x"}), weight("G0125", chopper)},
		{"many addresses of one list", weight("G0009", ten...), weight("G0009", ten[0])},
	} {
		if c.got != c.want || c.want <= 0 {
			t.Errorf("%s: weight %v, want %v", c.name, c.got, c.want)
		}
	}
	if rare, common := weight("G0125", chopper), weight("G0125", logged("B2", "T1190")[0]); rare <= common {
		t.Errorf("China Chopper weighs %v, T1190 %v", rare, common)
	}
	if good, bad := weight("G0125", chopper), weight("G0125", logged("D4", "S0020")[0]); good <= bad {
		t.Errorf("graded B2 %v, graded D4 %v", good, bad)
	}
}

func TestAssessLittle(t *testing.T) {
	kb := intel.Load()
	for _, c := range []struct {
		name    string
		ev      []intel.Evidence
		verdict string
		why     string
	}{
		{"nothing", nil, "not enough to tell", "no evidence"},
		{"unknown id", []intel.Evidence{{ID: "S9999"}}, "not enough to tell", "S9999 is not in the knowledge base"},
		{"hostile id", []intel.Evidence{{ID: "\x1b[2J"}}, "not enough to tell", "<ESC>[2J is not"},
		{"revoked id", []intel.Evidence{{ID: "t1100", Grade: "Z9"}}, "unattributed; consistent with", "The grade Z9 of t1100"},
		{"only against", []intel.Evidence{{ID: "192.0.2.1", Against: []string{"G0009"}}}, "unattributed; consistent with 0 groups", "to no group"},
		{"one group", []intel.Evidence{{ID: "S0074"}}, "unattributed; consistent with 1 group", "one source"},
		{"too many", make([]intel.Evidence, 1000), "not enough to tell", "Only the first 500 of 1000"},
	} {
		a := kb.Assess(c.ev)
		if !strings.HasPrefix(a.Verdict, c.verdict) || a.Name != nil || !strings.Contains(strings.Join(a.Why, "\n"), c.why) {
			t.Errorf("%s: %q, %q", c.name, a.Verdict, a.Why)
		}
	}
}

func TestBandAndGrade(t *testing.T) {
	for _, c := range []struct {
		p    float64
		want string
	}{{0, "almost no chance"}, {0.05, "almost no chance"}, {0.1, "very unlikely"}, {0.3, "unlikely"}, {0.5, "roughly even chance"},
		{0.8, "likely"}, {0.81, "very likely"}, {0.99, "almost certain"}, {1, "almost certain"}} {
		if got := intel.Band(c.p); got != c.want {
			t.Errorf("Band(%v) = %q, want %q", c.p, got, c.want)
		}
	}
	for _, c := range []struct {
		grade string
		want  float64
		ok    bool
	}{{"A1", 1, true}, {" b2 ", 0.81, true}, {"", 0.25, true}, {"F6", 0.25, true}, {"G1", 0.25, false}, {"B22", 0.25, false}, {"B", 0.25, false}} {
		if got, ok := intel.ParseGrade(c.grade); math.Abs(got-c.want) > 1e-9 || ok != c.ok {
			t.Errorf("ParseGrade(%q) = %v, %v, want %v, %v", c.grade, got, ok, c.want, c.ok)
		}
	}
}

// JSON has the fields that exports promise, and null for nothing but the name.
func TestAssessJSON(t *testing.T) {
	for _, ev := range [][]intel.Evidence{nil, trap("B2")} {
		b, err := json.Marshal(intel.Load().Assess(ev))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "null"); n != 1 || !strings.Contains(string(b), `"name":null`) {
			t.Errorf("%d null in %s", n, b)
		}
	}
}

func candidate(list []intel.Candidate, id string) *intel.Candidate {
	for i := range list {
		if list[i].ID == id {
			return &list[i]
		}
	}
	return nil
}

// The laws of Assess: what is of one kind or from one source gives no name; likelihoods are in order, between
// 0 and 0.8, and together at most 1; the order of the evidence changes nothing; and what is said of likelihood
// is not said of confidence.
func FuzzAssess(f *testing.F) {
	f.Add("T1190 S0020 S0021 S0013 S0002", "B2", "logs", "", "")
	f.Add("S0074 c2.example.net", "A1", "logs vendor", "G0009", "")
	f.Add("S0074 c2.example.net sector:technology", "B2", "a b c", "G0009", "G0009")
	f.Add("T1595.002 T1595 T1595.003 T1100 G0057", "F6", "", "G0073 G0009", "G0096")
	f.Add("\x1b]0;x\x07 S0020\xff", "\x9b", "\u202e", "G", "G0001")
	kb := intel.Load()
	f.Fuzz(func(t *testing.T, ids, grade, sources, groups, against string) {
		names := strings.Fields(sources)
		var ev []intel.Evidence
		for i, id := range strings.Fields(ids) {
			e := intel.Evidence{ID: id, Grade: grade}
			if len(names) > 0 {
				e.Source = names[i%len(names)]
			}
			if i%2 == 1 {
				e.Groups = strings.Fields(groups)
			}
			if i%3 == 2 {
				e.Against = strings.Fields(against)
			}
			ev = append(ev, e)
		}
		if len(ev) > 100 {
			return
		}
		a := kb.Assess(ev)
		checkLaws(t, a)
		if a.Name != nil && len(names) < 2 {
			t.Fatalf("one source gives the name %s", *a.Name)
		}
		slices.Reverse(ev)
		one, _ := json.Marshal(a)
		two, _ := json.Marshal(kb.Assess(ev))
		if string(one) != string(two) {
			t.Fatalf("the order of evidence changes the answer:\n%s\n%s", one, two)
		}
		for i := range ev {
			ev[i].Source, ev[i].Groups = "web logs", nil
		}
		if b := kb.Assess(ev); b.Name != nil {
			t.Fatalf("web logs alone give the name %s", *b.Name)
		}
	})
}

func checkLaws(t *testing.T, a intel.Assessment) {
	t.Helper()
	var sum float64
	for i, c := range a.Consistent {
		if c.Likelihood < 0 || c.Likelihood > 0.8 || math.IsNaN(c.Likelihood) || c.Band != intel.Band(c.Likelihood) {
			t.Fatalf("%s: likelihood %v, %s", c.ID, c.Likelihood, c.Band)
		}
		if before := a.Consistent[max(0, i-1)]; len(c.Against) < len(before.Against) || len(c.Against) == len(before.Against) && c.Likelihood > before.Likelihood {
			t.Fatalf("%s is out of order", c.ID)
		}
		if len(c.For) == 0 {
			t.Fatalf("%s is consistent with nothing", c.ID)
		}
		sum += c.Likelihood
	}
	if sum > 1.01 {
		t.Fatalf("likelihoods sum to %v", sum)
	}
	if a.Name != nil && (a.Verdict != "consistent with "+*a.Name+" ("+a.Consistent[0].ID+")" || len(a.Consistent[0].Against) > 0) {
		t.Fatalf("named %s: %q", *a.Name, a.Verdict)
	}
	if a.Name == nil && a.Verdict != "not enough to tell" && !strings.HasPrefix(a.Verdict, "unattributed; consistent with ") {
		t.Fatalf("verdict %q", a.Verdict)
	}
	for _, s := range a.Why {
		if strings.Contains(s, "onfidence") && strings.Contains(s, "likely") {
			t.Fatalf("likelihood and confidence in one sentence: %q", s)
		}
	}
}

// opposed is the number of inconsistent cells of a hypothesis; -1 if the matrix lacks it.
func opposed(a intel.Assessment, id string) int {
	for _, h := range a.Matrix.Hypotheses {
		if h.ID == id {
			return h.Inconsistent
		}
	}
	return -1
}

// The laws of a matrix: a cell for every column in every row, sums that fit, four rivals whatever the evidence.
func TestMatrix(t *testing.T) {
	for _, ev := range [][]intel.Evidence{nil, trap("B2"), append(trap("B2"), domain, sakula, other)} {
		m := intel.Load().Assess(ev).Matrix
		n := len(m.Hypotheses)
		if n < 4 || m.Hypotheses[n-4].ID != "unknown" || m.Hypotheses[n-1].ID != "false-flag" {
			t.Fatalf("hypotheses %+v", m.Hypotheses)
		}
		for i, r := range m.Rows {
			if len(r.Cells) != n || r.Without == "" || r.Tells == "" {
				t.Errorf("row %+v of %d columns", r, n)
			}
			if i > 0 && r.Diagnosticity > m.Rows[i-1].Diagnosticity {
				t.Errorf("%s is out of order", r.ID)
			}
		}
		for j, h := range m.Hypotheses {
			fits := 0
			for _, r := range m.Rows {
				if r.Cells[j] == intel.Fits {
					fits++
				}
			}
			if fits != h.Consistent {
				t.Errorf("%s: %d consistent cells, says %d", h.ID, fits, h.Consistent)
			}
		}
	}
}
