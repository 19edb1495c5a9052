package triage_test

import (
	"cmp"
	"flag"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"spoor/triage"
)

var worldCount = flag.Int("worlds", 25, "made-up sites to judge, of each a peaceful and a broken-into one")

// A worldTally counts shells of one kind.
type worldTally struct{ shells, first, high, critical, planted, claimed, listed int }

// worldTotals gathers what the worlds showed.
type worldTotals struct {
	kinds      map[string]*worldTally
	falseHigh  map[string]int // by path: candidates of 50 and above that are no shells
	trueHigh   int            // candidates of 50 and above
	at80, ok80 int
	alerts     map[string]int // benign lines marked medium or above, by rule and path
	benign     int
	found      map[string][2]int // hostile lines by label: marked or found low or above, all
}

func (tt *worldTotals) tally(kind string) *worldTally {
	t := tt.kinds[kind]
	if t == nil {
		t = &worldTally{}
		tt.kinds[kind] = t
	}
	return t
}

// judge surveys one world.
func (tt *worldTotals) judge(t *testing.T, w *world, seed int) {
	t.Helper()
	reqs := w.requests()
	log := triage.NewSliceLog(reqs, triage.NewJudge().Request)
	sv, err := triage.Examine(log, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	shells := map[string]*worldShell{}
	for _, s := range w.shells {
		shells[s.path] = s
	}
	rank := 0
	for i, c := range sv.Webshells {
		s := shells[c.Path]
		if s == nil && c.Score < triage.ShellScore {
			continue
		}
		if s == nil {
			rank++
			tt.falseHigh[c.Path]++
			if c.Score >= 80 {
				tt.at80++
			}
			t.Logf("world %d %v: false %s", seed, w.parts, describe(c))
			continue
		}
		delete(shells, c.Path)
		if c.Score >= triage.ShellScore {
			tt.trueHigh++
		}
		if c.Score >= 80 {
			tt.at80++
			tt.ok80++
		}
		for _, k := range append(s.kinds, "all") {
			x := tt.tally(k)
			x.shells++
			x.listed++
			if i <= len(w.shells)-1 && rank == 0 {
				x.first++
			}
			if c.Score >= triage.ShellScore {
				x.high++
			}
			if c.Score >= 80 {
				x.critical++
			}
			if c.PlantedBy != nil {
				x.claimed++
				if c.PlantedBy.Line == s.plant {
					x.planted++
				}
			}
		}
		if c.Score < triage.ShellScore && testing.Verbose() {
			t.Logf("world %d %v: low %s", seed, s.kinds, describe(c))
		}
		if s.plant != 0 && (c.PlantedBy == nil || c.PlantedBy.Line != s.plant) && testing.Verbose() {
			t.Logf("world %d %v: wrong plant %+v %q, want %d", seed, s.kinds, c.PlantedBy, c.PlantWhy, s.plant)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(shells)) {
		for _, k := range append(shells[path].kinds, "all") {
			tt.tally(k).shells++
		}
		t.Logf("world %d: not listed: %s %v", seed, path, shells[path].kinds)
	}
	tt.lines(w, sv, log)
}

// lines counts what the findings say of each line.
func (tt *worldTotals) lines(w *world, sv *triage.Survey, log *triage.SliceLog) {
	level := make([]triage.Level, len(w.entries))
	why := make([]string, len(w.entries))
	for _, m := range sv.Marks {
		f := sv.Findings[m.Finding]
		if f.Level > level[m.Row] {
			level[m.Row], why[m.Row] = f.Level, f.Rule
		}
	}
	_ = log.Visits(func(v *triage.Visit) bool {
		for _, f := range log.Findings(v.Judged) {
			level[v.Row] = max(level[v.Row], f.Level)
		}
		return true
	})
	for i, e := range w.entries {
		if e.label == "" {
			tt.benign++
			if why[i] != "" && level[i] >= triage.Medium {
				tt.alerts[why[i]+" "+e.req.Path]++
			}
			continue
		}
		n := tt.found[e.label]
		n[1]++
		if level[i] >= triage.Low {
			n[0]++
		}
		tt.found[e.label] = n
	}
}

func describe(c triage.Webshell) string {
	var out []string
	for _, r := range c.Reasons {
		out = append(out, r.ID+" "+strconv.Itoa(r.Weight))
	}
	return c.Path + " " + strconv.Itoa(c.Score) + ": " + strings.Join(out, ", ")
}

// Shells of many kinds on many sites: how many are found, how many harmless scripts are taken for one, and how
// often the planting request is the right one. The floors are a little below what was reached; go test
// ./triage -run TestWorlds -v -worlds 300 prints the table and every case that went wrong.
func TestWorlds(t *testing.T) {
	tt := &worldTotals{kinds: map[string]*worldTally{}, falseHigh: map[string]int{}, alerts: map[string]int{}, found: map[string][2]int{}}
	for seed := range *worldCount {
		tt.judge(t, newWorld(uint64(seed)), seed)
		broken := newWorld(uint64(seed) + 100_000)
		broken.intrude()
		tt.judge(t, broken, seed+100_000)
	}
	all := tt.tally("all")
	for _, k := range slices.SortedFunc(maps.Keys(tt.kinds), cmp.Compare) {
		x := tt.kinds[k]
		t.Logf("%-22s shells %4d  listed %4d  first %4d  >=50 %4d (%.2f)  >=80 %4d  plant named %4d right %4d", k, x.shells, x.listed, x.first, x.high, share(x.high, x.shells), x.critical, x.claimed, x.planted)
	}
	falses := 0
	for _, p := range slices.SortedFunc(maps.Keys(tt.falseHigh), func(a, b string) int { return cmp.Or(tt.falseHigh[b]-tt.falseHigh[a], cmp.Compare(a, b)) }) {
		falses += tt.falseHigh[p]
		t.Logf("false %3d %s", tt.falseHigh[p], p)
	}
	t.Logf("candidates of 50 and above: %.3f true of %d; of 80 and above: %.3f of %d; false a world %.3f", share(tt.trueHigh, tt.trueHigh+falses), tt.trueHigh+falses,
		share(tt.ok80, tt.at80), tt.at80, float64(falses)/float64(2**worldCount))
	alerts := 0
	for _, r := range slices.SortedFunc(maps.Keys(tt.alerts), func(a, b string) int { return cmp.Or(tt.alerts[b]-tt.alerts[a], cmp.Compare(a, b)) }) {
		alerts += tt.alerts[r]
		t.Logf("benign lines alerted %4d %s", tt.alerts[r], r)
	}
	t.Logf("benign lines alerted: %d of %d", alerts, tt.benign)
	for _, l := range slices.Sorted(maps.Keys(tt.found)) {
		t.Logf("hostile lines found: %-12s %.3f of %d", l, share(tt.found[l][0], tt.found[l][1]), tt.found[l][1])
	}
	if share(all.high, all.shells) < .75 || share(all.first, all.shells) < .88 || float64(falses) > .05*float64(2**worldCount) || share(all.planted, all.claimed) < .85 {
		t.Errorf("shells %+v, false candidates %d in %d worlds", *all, falses, 2**worldCount)
	}
}

func share(a, b int) float64 { return float64(a) / float64(max(b, 1)) }
