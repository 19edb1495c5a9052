package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/cases/report"
	"spoor/triage"
)

// required are the properties that the STIX 2.1 specification requires of each type, besides the common ones.
var required = map[string][]string{
	"identity":           {"name"},
	"malware":            {"is_family"},
	"intrusion-set":      {"name"},
	"threat-actor":       {"name"},
	"attack-pattern":     {"name"},
	"incident":           {"name"},
	"indicator":          {"pattern", "pattern_type", "valid_from"},
	"observed-data":      {"first_observed", "last_observed", "number_observed", "object_refs"},
	"relationship":       {"relationship_type", "source_ref", "target_ref"},
	"sighting":           {"sighting_of_ref"},
	"note":               {"content", "object_refs"},
	"opinion":            {"opinion", "object_refs"},
	"report":             {"name", "published", "object_refs"},
	"marking-definition": {"extensions"},
	"ipv4-addr":          {"value"},
	"ipv6-addr":          {"value"},
	"file":               {"hashes"},
	"network-traffic":    {"protocols", "src_ref"},
}

var observables = map[string]bool{"ipv4-addr": true, "ipv6-addr": true, "file": true, "network-traffic": true}

var (
	stixID    = regexp.MustCompile(`^([a-z0-9-]+)--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	stixStamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	// stixPattern is what one comparison of a pattern may look like; quotes inside are escaped.
	stixPattern = regexp.MustCompile(`^\[[a-z0-9-]+:[a-zA-Z0-9_.'-]+ = '(?:[^'\\]|\\['\\])*'\]$`)
)

// checkSTIX gives what breaks the rules of STIX 2.1 in a bundle.
func checkSTIX(b []byte) (wrong []string, types map[string]int) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var bundle struct {
		Type, ID string
		Objects  []map[string]any
	}
	if err := json.Unmarshal(b, &bundle); err != nil {
		return []string{err.Error()}, nil
	}
	if m := stixID.FindStringSubmatch(bundle.ID); bundle.Type != "bundle" || m == nil || m[1] != "bundle" {
		say("bundle %q %q", bundle.Type, bundle.ID)
	}
	ids := map[string]bool{}
	types = map[string]int{}
	for _, o := range bundle.Objects {
		id, _ := o["id"].(string)
		if ids[id] {
			say("%s stands twice", id)
		}
		ids[id] = true
	}
	for _, o := range bundle.Objects {
		id, _ := o["id"].(string)
		kind, _ := o["type"].(string)
		types[kind]++
		if m := stixID.FindStringSubmatch(id); m == nil || m[1] != kind {
			say("id %q of type %q", id, kind)
		}
		if o["spec_version"] != "2.1" {
			say("%s: spec_version %v", id, o["spec_version"])
		}
		want, known := required[kind]
		if !known {
			say("%s: type that the test does not know", id)
		}
		if !observables[kind] && kind != "marking-definition" {
			want = append(slices.Clone(want), "created", "modified")
		}
		for _, p := range want {
			if v, ok := o[p]; !ok || v == "" {
				say("%s lacks %s", id, p)
			}
		}
		for key, v := range o {
			checkProperty(say, ids, id, key, v)
		}
		order := func(a, b string) {
			x, okX := o[a].(string)
			y, okY := o[b].(string)
			if okX && okY && x > y {
				say("%s: %s %s is after %s %s", id, a, x, b, y)
			}
		}
		order("created", "modified")
		order("first_seen", "last_seen")
		order("first_observed", "last_observed")
	}
	return wrong, types
}

func checkProperty(say func(string, ...any), ids map[string]bool, id, key string, v any) {
	ref := func(to any) {
		if s, ok := to.(string); !ok || !ids[s] {
			say("%s: %s names %v, which is not in the bundle", id, key, to)
		}
	}
	switch {
	case strings.HasSuffix(key, "_ref"):
		ref(v)
	case strings.HasSuffix(key, "_refs"):
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			say("%s: %s is %v", id, key, v)
		}
		for _, to := range list {
			ref(to)
		}
	case slices.Contains([]string{"created", "modified", "published", "valid_from", "first_seen", "last_seen", "first_observed", "last_observed", "start"}, key):
		if s, ok := v.(string); !ok || id != "" && !stixStamp.MatchString(s) {
			say("%s: %s %v", id, key, v)
		}
	case key == "confidence":
		if n, ok := v.(float64); !ok || n < 0 || n > 100 {
			say("%s: confidence %v", id, v)
		}
	case key == "pattern":
		if s, ok := v.(string); !ok || !stixPattern.MatchString(s) {
			say("%s: pattern %v", id, v)
		}
	case key == "opinion":
		if !slices.Contains([]string{"strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"}, v.(string)) {
			say("%s: opinion %v", id, v)
		}
	case key == "relationship_type":
		if !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(v.(string)) {
			say("%s: relationship_type %v", id, v)
		}
	}
}

func render(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSTIX(t *testing.T) {
	r := sample()
	b := render(t, func(b *bytes.Buffer) error { return report.STIX(b, r) })
	wrong, types := checkSTIX(b)
	for _, w := range wrong {
		t.Error(w)
	}
	for kind, n := range map[string]int{"marking-definition": 1, "identity": 2, "malware": 2, "intrusion-set": 2, "incident": 1, "indicator": 4, "observed-data": 1,
		"note": 1, "opinion": 1, "report": 1, "ipv4-addr": 2, "file": 1, "sighting": 2, "threat-actor": 0} {
		if types[kind] != n {
			t.Errorf("%d objects of type %s, want %d", types[kind], kind, n)
		}
	}
	if again := render(t, func(b *bytes.Buffer) error { return report.STIX(b, sample()) }); !bytes.Equal(b, again) {
		t.Error("a second export differs")
	}
	r.Intruders[0].Attribution.Name, r.Intruders[0].Attribution.Confidence = "Example Fox", "low"
	r.Indicators = append(r.Indicators, report.Indicator{Kind: "agent", Value: `it's \ "odd"` + "\x1b[2J", Why: "\u202eodd"})
	wrong, types = checkSTIX(render(t, func(b *bytes.Buffer) error { return report.STIX(b, r) }))
	if len(wrong) > 0 || types["threat-actor"] != 1 || types["indicator"] != 5 {
		t.Errorf("with a name and an odd agent: %v, %v", wrong, types)
	}
	wrong, _ = checkSTIX(render(t, func(b *bytes.Buffer) error { return report.STIX(b, &report.Report{}) }))
	if len(wrong) > 0 {
		t.Errorf("an empty report: %v", wrong)
	}
}

// The checker itself sees what is wrong.
func TestSTIXCheckSeesFaults(t *testing.T) {
	for _, bad := range []string{
		`{"type":"bundle","id":"bundle--x","objects":[]}`,
		`{"type":"bundle","id":"bundle--5f0b5e0a-6d0c-5b6e-9d1e-73706f6f7201","objects":[{"type":"note","spec_version":"2.1","id":"note--5f0b5e0a-6d0c-5b6e-9d1e-73706f6f7201","created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z","content":"x","object_refs":["report--5f0b5e0a-6d0c-5b6e-9d1e-73706f6f7201"]}]}`,
		`{"type":"bundle","id":"bundle--5f0b5e0a-6d0c-5b6e-9d1e-73706f6f7201","objects":[{"type":"identity","spec_version":"2.1","id":"identity--5f0b5e0a-6d0c-5b6e-9d1e-73706f6f7201","created":"2025-01-01","modified":"2025-01-01T00:00:00.000Z"}]}`,
	} {
		if wrong, _ := checkSTIX([]byte(bad)); len(wrong) == 0 {
			t.Errorf("nothing is found wrong in %s", bad)
		}
	}
}

func TestMISP(t *testing.T) {
	var out struct {
		Event struct {
			UUID, Info, Date, Analysis, Distribution, Timestamp string
			ThreatLevel                                         string `json:"threat_level_id"`
			Published                                           *bool
			Tag                                                 []struct{ Name string }
			Orgc                                                struct{ UUID, Name string }
			Attribute                                           []struct {
				UUID, Type, Category, Value, Distribution, Timestamp string
				ToIDs                                                *bool  `json:"to_ids"`
				FirstSeen                                            string `json:"first_seen"`
			}
		}
	}
	if err := json.Unmarshal(render(t, func(b *bytes.Buffer) error { return report.MISP(b, sample()) }), &out); err != nil {
		t.Fatal(err)
	}
	e := out.Event
	if e.ThreatLevel != "1" || e.Date != "2026-03-09" || e.Published == nil || *e.Published || e.Distribution != "0" || len(e.Tag) != 1 || e.Tag[0].Name != "tlp:amber" || e.Orgc.Name != "Ann Okoro" {
		t.Errorf("event: %+v", e)
	}
	got := map[string]string{}
	for _, a := range e.Attribute {
		if a.ToIDs == nil || a.UUID == "" || a.Timestamp == "" || a.Distribution != "5" {
			t.Errorf("attribute: %+v", a)
		}
		got[a.Type+" "+a.Value] = a.Category
	}
	for key, category := range map[string]string{"ip-src 198.51.100.9": "Network activity", "ip-src 2001:db8::77": "Network activity", "url https://drop.example/x.txt": "Network activity",
		"sha256 " + badSHA: "Artifacts dropped", "text ATT&CK T1505.003": "External analysis"} {
		if got[key] != category {
			t.Errorf("%s has category %q, want %q; all: %v", key, got[key], category, got)
		}
	}
}

func TestNavigator(t *testing.T) {
	var layer struct {
		Name, Domain string
		Versions     map[string]string
		Techniques   []struct {
			TechniqueID, Comment string
			Score                int
			Enabled              bool
			Metadata             []struct{ Name, Value string }
		}
		Gradient struct {
			Colors             []string
			MinValue, MaxValue int
		}
	}
	if err := json.Unmarshal(render(t, func(b *bytes.Buffer) error { return report.Navigator(b, sample()) }), &layer); err != nil {
		t.Fatal(err)
	}
	if layer.Domain != "enterprise-attack" || layer.Versions["layer"] != "4.5" || len(layer.Techniques) != 2 || len(layer.Gradient.Colors) < 2 || layer.Gradient.MaxValue != 2 {
		t.Fatalf("layer: %+v", layer)
	}
	if x := layer.Techniques[1]; x.TechniqueID != "T1505.003" || x.Score != 2 || !x.Enabled || x.Comment != "planted and used a web shell" || len(x.Metadata) != 2 {
		t.Errorf("technique: %+v", x)
	}
}

func TestTimesketch(t *testing.T) {
	r := sample()
	r.Timeline = append(r.Timeline, report.Event{Kind: "odd", Text: "no time"}, report.Event{Time: clock(1, 0, 0).Add(1234 * time.Microsecond), Kind: "use", Level: triage.Low, Text: "two\nlines \x1b[2J"})
	b := render(t, func(b *bytes.Buffer) error { return report.Timesketch(b, r) })
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) != len(r.Timeline)-1+len(r.Intruders) {
		t.Fatalf("%d lines of %d events:\n%s", len(lines), len(r.Timeline), b)
	}
	last := ""
	for _, l := range lines {
		var e struct {
			Message, DateTime, Source string
			Desc                      string `json:"timestamp_desc"`
			Timestamp                 int64
			File                      string `json:"source_file"`
		}
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse("2006-01-02T15:04:05.000000-07:00", e.DateTime)
		if err != nil || at.UnixMicro() != e.Timestamp || e.Message == "" || e.Desc == "" || e.DateTime < last {
			t.Errorf("%v: %s", err, l)
		}
		last = e.DateTime
	}
	for _, want := range []string{`"datetime":"2026-03-08T01:00:00.001234+00:00"`, `"source_file":"access.log:4"`, `"timestamp_desc":"Content Modification Time"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in\n%s", want, b)
		}
	}
	if strings.ContainsAny(string(b), "\x1b") {
		t.Error("an escape sequence comes through")
	}
}
