package intel_test

import (
	"slices"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/intel"
)

// The facts are those of ATT&CK Enterprise 18.1.
func TestFacts(t *testing.T) {
	kb := intel.Load()
	if v := kb.Version(); v != "ATT&CK Enterprise 18.1, MISP galaxy threat-actor 349" {
		t.Errorf("Version = %q", v)
	}
	if len(kb.Hash()) != 64 || !strings.Contains(kb.String(), kb.Hash()[:12]) {
		t.Errorf("Hash = %q, String = %q", kb.Hash(), kb)
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"groups", len(kb.Groups()), 172},
		{"software", len(kb.Software()), 784},
		{"techniques", len(kb.Techniques()), 691},
		{"campaigns", len(kb.Campaigns()), 52},
		{"actors", len(kb.Actors()), 1041},
		{"sources", len(kb.Sources()), 2},
	} {
		if c.got != c.want {
			t.Errorf("%d %s, want %d", c.got, c.what, c.want)
		}
	}
	users := map[string]string{
		"S0020": "G0027 G0065 G0093 G0096 G0117 G0125 G0129 G0135 G1022", // China Chopper
		"S0021": "G0001 G0009 G0065 G0096",                               // Derusbi
		"S0225": "G0096 G0130",                                           // sqlmap
	}
	for id, want := range users {
		s, ok := kb.SoftwareByID(id)
		if got := strings.Join(s.Groups, " "); !ok || got != want {
			t.Errorf("users of %s = %s, want %s", id, got, want)
		}
	}
	if s, _ := kb.SoftwareByID("S0002"); len(s.Groups) != 51 {
		t.Errorf("%d users of Mimikatz, want 51", len(s.Groups))
	}
	g, _ := kb.Group("g0009")
	if g.Name != "Deep Panda" || !slices.Contains(g.Techniques, "T1505.003") || slices.Contains(g.Software, "S0020") {
		t.Errorf("G0009 = %+v", g)
	}
	if !slices.Contains(g.Aliases, intel.Alias{Name: "Shell Crew", By: "RSA"}) || !slices.Contains(g.Countries, intel.Alias{Name: "CN", By: "MISP"}) {
		t.Errorf("aliases of G0009 = %v, countries %v", g.Aliases, g.Countries)
	}
	if c, ok := kb.Campaign("C0024"); !ok || c.First != "2019-08-01" || !slices.Equal(c.Groups, []string{"G0016"}) {
		t.Errorf("C0024 = %+v", c)
	}
	if tech, _ := kb.Technique("T1505.003"); tech.Parent != "T1505" || !slices.Equal(tech.Tactics, []string{"persistence"}) {
		t.Errorf("T1505.003 = %+v", tech)
	}
	if refs := kb.Cited("G0009", "S0021"); len(refs) == 0 || !strings.HasPrefix(refs[0].URL, "http") {
		t.Errorf("Cited(G0009, S0021) = %v", refs)
	}
}

// The ids that triage observes in web logs have names and pages.
func TestNames(t *testing.T) {
	kb := intel.Load()
	for id, want := range map[string]string{
		"T1190": "Exploit Public-Facing Application", "T1505.003": "Web Shell", "T1110": "Brute Force",
		"T1595": "Active Scanning", "T1595.002": "Vulnerability Scanning", "T1595.003": "Wordlist Scanning",
		"T1059": "Command and Scripting Interpreter", "T1046": "Network Service Discovery",
		"S0225": "sqlmap", "S0020": "China Chopper", "G0009": "Deep Panda", "C0024": "SolarWinds Compromise",
		"T1": "", "": "", "S9999": "", "x\x1b": "",
	} {
		if got := kb.Name(id); got != want {
			t.Errorf("Name(%q) = %q, want %q", id, got, want)
		}
	}
	for id, want := range map[string]string{
		"T1505.003": "https://attack.mitre.org/techniques/T1505/003/", "S0020": "https://attack.mitre.org/software/S0020/",
		"G0009": "https://attack.mitre.org/groups/G0009/", "C0024": "https://attack.mitre.org/campaigns/C0024/",
		"": "", "T15": "", "../../x": "", "T1505.0031": "",
	} {
		if got := intel.URL(id); got != want {
			t.Errorf("URL(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestRevoked(t *testing.T) {
	kb := intel.Load()
	for old, now := range map[string]string{
		"G0057": "G0049", "G0118": "G0016", "G0042": "G0040", // APT34, UNC2452, MONSOON
		"T1066": "T1027.005", "S0209": "S0012", "T1100": "T1505.003",
	} {
		if got := kb.Current(old); got != now {
			t.Errorf("Current(%s) = %s, want %s", old, got, now)
		}
		found := kb.Lookup(old)
		if len(found) != 1 || found[0].ID != now || !slices.Contains(found[0].By, "MITRE ATT&CK, revoked") {
			t.Errorf("Lookup(%s) = %+v", old, found)
		}
	}
	if g, ok := kb.Group("G0057"); !ok || g.Name != "OilRig" {
		t.Errorf("Group(G0057) = %s, %v", g.Name, ok)
	}
	for _, g := range kb.Groups() {
		for _, id := range slices.Concat(g.Techniques, g.Software, g.Campaigns) {
			if kb.Name(id) == "" || kb.Current(id) != id {
				t.Errorf("%s has %s, which is not current", g.ID, id)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	kb := intel.Load()
	for _, c := range []struct{ name, want string }{
		// one spelling of a name is every spelling of it
		{"Deep Panda", "actor APT19->G0009,G0073; group G0009"},
		{"DEEP-PANDA ", "actor APT19->G0009,G0073; group G0009"},
		{"APT 41", "actor APT41->G0044,G0096; group G0096"},
		// one name, two groups of ATT&CK, besides MISP's actors
		{"Sandworm", "actor Sandworm->G0034"},
		{"china chopper", "software S0020"},
		{"web shell", "technique T1505.003"},
		// known to MISP alone
		{"Hurricane Panda", "actor HURRICANE PANDA->"},
		{"LAPSUS$", "actor LAPSUS->; group G1004"},
		{"no such name", ""},
		{"", ""},
		{"...", ""},
		{strings.Repeat("x", 1000), ""},
	} {
		if got := brief(kb.Lookup(c.name)); got != c.want {
			t.Errorf("Lookup(%.30q) = %s, want %s", c.name, got, c.want)
		}
	}
}

// An ambiguous name lists all that it may mean, each with who says so.
func TestLookupAmbiguous(t *testing.T) {
	kb := intel.Load()
	ambiguous := 0
	for _, g := range kb.Groups() {
		for _, a := range g.Aliases {
			found := kb.Lookup(a.Name)
			if len(found) == 0 {
				t.Errorf("Lookup(%q) does not find the alias of %s", a.Name, g.ID)
			}
			groups := map[string]bool{}
			for _, m := range found {
				if len(m.By) == 0 || m.As == "" || m.Name == "" {
					t.Errorf("Lookup(%q): %+v does not say who says so", a.Name, m)
				}
				if m.Kind == "group" {
					groups[m.ID] = true
				}
				for _, id := range m.Groups {
					groups[id] = true
				}
			}
			if !groups[g.ID] {
				t.Errorf("Lookup(%q) does not lead to %s", a.Name, g.ID)
			}
			if len(groups) > 1 {
				ambiguous++
			}
		}
	}
	if ambiguous < 100 {
		t.Errorf("%d ambiguous aliases: the test looks at nothing", ambiguous)
	}
}

func brief(found []intel.Match) string {
	var out []string
	for _, m := range found {
		s := m.Kind + " " + m.ID
		if m.Kind == "actor" {
			s = m.Kind + " " + m.Name + "->" + strings.Join(m.Groups, ",")
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// What the knowledge base holds comes from outside too; it is inert as it is.
func TestInert(t *testing.T) {
	kb := intel.Load()
	check := func(s string) {
		if triage.Visible(s) != s {
			t.Errorf("%q is not inert", s)
		}
	}
	for _, g := range kb.Groups() {
		check(g.Name)
		for _, a := range slices.Concat(g.Aliases, g.Countries) {
			check(a.Name + a.By)
		}
		for _, r := range g.Refs {
			check(r.Name + r.URL)
		}
	}
	for _, s := range kb.Software() {
		check(s.Name)
		for _, a := range s.Aliases {
			check(a.Name + a.By)
		}
	}
	for _, a := range kb.Actors() {
		check(a.Name + strings.Join(a.URLs, "") + strings.Join(a.Sectors, ""))
		for _, al := range a.Aliases {
			check(al.Name + al.By)
		}
	}
	for _, x := range kb.Techniques() {
		check(x.Name)
	}
}
