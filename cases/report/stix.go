package report

// STIX 2.1: what a report says, as objects that other tools join with their own.
//
// Ids are made from what an object stands for (UUID version 5), so two exports of one case name the same things
// alike. Intruders are intrusion sets of the case, never a group that somebody else has named, unless the report
// names one. Source of the forms: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// An object is one STIX object.
type object map[string]any

// Namespaces of UUIDs: that of cyber-observables is given by the specification (2.9), the other is ours.
const (
	observableSpace = "00abedb4-aa42-466c-9c01-fed23315a9b7"
	spoorSpace      = "5f0b5e0a-6d0c-5b6e-9d1e-73706f6f7201"
)

// tlpMarkings are the marking definitions of TLP 2.0 by label.
//
// Source: https://github.com/oasis-open/cti-stix-common-objects, extension-definition-specifications/tlp-2.0
var tlpMarkings = map[string]string{
	"CLEAR":        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	"GREEN":        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"AMBER":        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	"AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	"RED":          "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

const tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// STIX writes r as one STIX 2.1 bundle, indicators live: the case as a report, its incidents, intruders
// (intrusion-set), web shells (malware), techniques (attack-pattern), indicators with their sightings, observed
// requests, notes, and verdicts as opinions.
func STIX(w io.Writer, r *Report) error {
	s := &stix{report: r, ids: map[string]bool{}, of: map[string]string{}}
	s.build()
	bundle := object{"type": "bundle", "id": "bundle--" + uuid5(spoorSpace, "bundle", r.Case.ID, stixTime(r.GeneratedAt)), "objects": s.objects}
	b, err := json.MarshalIndent(bundle, "", "  ")
	if err == nil {
		_, err = w.Write(append(triage.VisibleJSON(b), '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the report as STIX: %w", err)
	}
	return nil
}

type stix struct {
	report  *Report
	objects []object
	ids     map[string]bool   // what is in objects
	of      map[string]string // object that a reference of the case stands for
	author  string
	marking string
}

func (s *stix) build() {
	r := s.report
	s.marking = tlpMarkings[r.tlp()]
	if s.marking != "" {
		s.put(object{"type": "marking-definition", "spec_version": "2.1", "id": s.marking, "created": "2022-10-01T00:00:00.000Z", "name": "TLP:" + r.tlp(),
			"extensions": object{tlpExtension: object{"extension_type": "property-extension", "tlp_2_0": strings.ToLower(r.tlp())}}})
	}
	name := or(r.Case.Analyst, "an analyst who is not recorded")
	s.author = s.sdo("identity", object{"name": name, "identity_class": "individual"}, "analyst", name)
	if r.Case.Sector != "" {
		s.sdo("identity", object{"name": "the organisation of case " + or(r.Case.Name, r.Case.ID), "identity_class": "organization", "sectors": []string{r.Case.Sector}}, "victim", r.Case.ID)
	}
	for i := range r.Webshells {
		s.webshell(&r.Webshells[i])
	}
	for i := range r.Intruders {
		s.intruder(&r.Intruders[i], i)
	}
	for i := range r.Incidents {
		s.incident(&r.Incidents[i])
	}
	for _, c := range r.Findings {
		for i := range c.Samples {
			s.sample(&c.Samples[i])
		}
	}
	for i := range r.Indicators {
		s.indicator(&r.Indicators[i])
	}
	s.words()
	s.whole()
}

// put adds an object once.
func (s *stix) put(o object) string {
	id := o["id"].(string)
	if !s.ids[id] {
		s.ids[id] = true
		s.objects = append(s.objects, o)
	}
	return id
}

// sdo adds a domain object or relationship of the case; key says what it stands for.
func (s *stix) sdo(kind string, o object, key ...string) string {
	o["type"], o["spec_version"] = kind, "2.1"
	o["id"] = kind + "--" + uuid5(spoorSpace, append([]string{kind, s.report.Case.ID}, key...)...)
	o["created"], o["modified"] = stixTime(s.report.Case.Created), stixTime(later(s.report.Case.Created, s.report.GeneratedAt))
	if s.author != "" {
		o["created_by_ref"] = s.author
	}
	if s.marking != "" {
		o["object_marking_refs"] = []string{s.marking}
	}
	return s.put(o)
}

// sco adds a cyber-observable, whose id comes from its telling properties alone, and answers its id.
func (s *stix) sco(kind string, o object, telling ...string) string {
	of := object{}
	for _, k := range telling {
		if v, ok := o[k]; ok {
			of[k] = v
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // with sorted keys and without spaces, which is RFC 8785 for plain texts
	enc.SetEscapeHTML(false)
	if err := enc.Encode(of); err != nil {
		panic("report: " + err.Error()) // texts and maps of them always encode
	}
	o["type"], o["spec_version"] = kind, "2.1"
	o["id"] = kind + "--" + uuid5(observableSpace, strings.TrimSuffix(b.String(), "\n"))
	if s.marking != "" {
		o["object_marking_refs"] = []string{s.marking}
	}
	return s.put(o)
}

func (s *stix) relate(from, verb, to string) {
	if from != "" && to != "" {
		s.sdo("relationship", object{"relationship_type": verb, "source_ref": from, "target_ref": to}, from, verb, to)
	}
}

// address adds the observable of a client; empty if the log has no address for it.
func (s *stix) address(client string) string {
	a, err := netip.ParseAddr(client)
	switch {
	case err != nil:
		return ""
	case a.Is4():
		return s.sco("ipv4-addr", object{"value": a.String()}, "value")
	}
	return s.sco("ipv6-addr", object{"value": a.WithZone("").String()}, "value")
}

// file adds the observable of a listed file; empty if its hashes are not known.
func (s *stix) file(f *triage.File) string {
	if f == nil {
		return ""
	}
	hashes, telling := object{}, ""
	for _, h := range [...]struct{ name, sum string }{{"MD5", f.MD5}, {"SHA-1", f.SHA1}, {"SHA-256", f.SHA256}} {
		if h.sum != "" {
			hashes[h.name] = h.sum
			telling = cmp.Or(telling, h.name)
		}
	}
	if telling == "" {
		return ""
	}
	name := clean(f.Path[strings.LastIndexAny(f.Path, `/\`)+1:])
	id := s.sco("file", object{"hashes": object{telling: hashes[telling]}, "name": name}, "hashes", "name")
	for i := range s.objects {
		if s.objects[i]["id"] == id {
			s.objects[i]["hashes"] = hashes // one of them alone makes the id (6.7.1)
			if f.Size >= 0 {
				s.objects[i]["size"] = f.Size
			}
		}
	}
	return id
}

func (s *stix) webshell(w *triage.Webshell) {
	o := object{"name": "web shell " + clean(w.Path), "is_family": false, "malware_types": []string{"webshell"},
		"description": fmt.Sprintf("Ranked by behaviour, score %d of 100; %d requests by %d clients.%s", w.Score, w.Requests, len(w.Clients), reasonWords(w.Reasons)),
		"confidence":  min(max(w.Score, 0), 100)}
	seen(o, "first_seen", w.First, "last_seen", w.Last)
	if f := s.file(w.File); f != "" {
		o["sample_refs"] = []string{f}
	}
	s.of[w.Ref] = s.sdo("malware", o, "shell", w.Ref)
}

func reasonWords(list []triage.Reason) string {
	var b strings.Builder
	for _, r := range list {
		fmt.Fprintf(&b, " (%+d) %s.", r.Weight, clean(r.Text))
	}
	return b.String()
}

// confidences are the scale of STIX for words: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html appendix A
var confidences = map[string]int{"low": 15, "moderate": 50, "medium": 50, "high": 85}

func (s *stix) intruder(in *Intruder, n int) {
	label := or(in.Label, or(in.Name, fmt.Sprintf("Intruder %d", n+1)))
	o := object{"name": fmt.Sprintf("%s of case %s", label, or(s.report.Case.Name, s.report.Case.ID)),
		"description": fmt.Sprintf("Clients that one hand is likely behind: %s. Who it is: %s.", clean(strings.Join(in.Clients, ", ")), clean(in.verdict()))}
	seen(o, "first_seen", in.First, "last_seen", in.Last)
	id := s.sdo("intrusion-set", o, "intruder", in.Ref)
	s.of[in.Ref] = id
	for _, c := range in.Clients {
		if a := s.address(c); a != "" {
			s.relate(id, "related-to", a)
		}
	}
	for _, w := range s.report.Webshells {
		if slices.Contains(in.Shells, w.Path) {
			s.relate(id, "uses", s.of[w.Ref])
		}
	}
	for _, seen := range in.Observed {
		if strings.HasPrefix(seen.ID, "T") {
			s.relate(id, "uses", s.technique(seen.ID))
		}
	}
	if name := in.Attribution.Name; name != "" {
		group := object{"name": clean(name), "description": "A group as public sources name it; see the report for what speaks for and against."}
		if c, ok := confidences[in.Attribution.Confidence]; ok {
			group["confidence"] = c
		}
		s.relate(id, "attributed-to", s.sdo("threat-actor", group, "group", name))
	}
}

// technique adds an ATT&CK technique.
func (s *stix) technique(id string) string {
	where := "https://attack.mitre.org/techniques/" + url.PathEscape(strings.ReplaceAll(id, ".", "/"))
	where = strings.ReplaceAll(where, "%2F", "/")
	return s.sdo("attack-pattern", object{"name": clean(id), "external_references": []object{{"source_name": "mitre-attack", "external_id": clean(id), "url": where}}}, "technique", id)
}

func (s *stix) incident(in *triage.Incident) {
	var b strings.Builder
	for _, st := range in.Steps {
		fmt.Fprintf(&b, "%s %s %s: %s [%s]\n", stixTime(st.Time), st.Kind, clean(st.Client), clean(st.Text), st.Ref)
	}
	id := s.sdo("incident", object{"name": or(clean(in.Title), "incident"), "description": or(b.String(), "no step is known")}, "incident", in.Ref)
	s.of[in.Ref] = id
	for _, w := range s.report.Webshells {
		if slices.Contains(in.Shells, w.Path) {
			s.relate(id, "related-to", s.of[w.Ref])
		}
	}
	for _, t := range in.Techniques {
		s.relate(id, "related-to", s.technique(t))
	}
	for _, x := range s.report.Intruders {
		if slices.ContainsFunc(x.Clients, func(c string) bool { return slices.Contains(in.Clients, c) }) {
			s.relate(id, "related-to", s.of[x.Ref])
		}
	}
}

// sample adds a request that shows a finding, as observed data.
func (s *stix) sample(x *Sample) {
	from := s.address(x.Client)
	if from == "" || x.Time.IsZero() {
		return
	}
	request := object{"request_method": strings.ToLower(or(clean(x.Method), "get")), "request_value": or(clean(x.Target), "/")}
	traffic := s.sco("network-traffic", object{"protocols": []string{"tcp", "http"}, "src_ref": from, "start": stixTime(x.Time),
		"extensions": object{"http-request-ext": request}}, "start", "src_ref", "protocols", "extensions")
	s.of[x.Ref] = s.sdo("observed-data", object{"first_observed": stixTime(x.Time), "last_observed": stixTime(x.Time), "number_observed": 1,
		"object_refs": []string{from, traffic}}, "record", x.Ref)
}

// patterns make STIX patterns of indicators by their kind.
var patterns = map[string]string{
	"agent":  "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
	"path":   "network-traffic:extensions.'http-request-ext'.request_value",
	"url":    "url:value",
	"domain": "domain-name:value",
	"md5":    "file:hashes.MD5",
	"sha1":   "file:hashes.'SHA-1'",
	"sha256": "file:hashes.'SHA-256'",
	"email":  "email-addr:value",
}

func pattern(kind, value string) string {
	field := patterns[kind]
	if kind == "client" {
		a, err := netip.ParseAddr(value)
		switch {
		case err != nil:
			field = "domain-name:value"
		case a.Is4():
			field = "ipv4-addr:value"
		default:
			field = "ipv6-addr:value"
		}
	}
	if field == "" {
		return ""
	}
	value = strings.ReplaceAll(strings.ReplaceAll(clean(value), `\`, `\\`), `'`, `\'`)
	return "[" + field + " = '" + value + "']"
}

func (s *stix) indicator(x *Indicator) {
	p := pattern(x.Kind, x.Value)
	if p == "" {
		return
	}
	first, last, n, about := s.sightings(x)
	if first.IsZero() {
		first = s.report.Case.Created
	}
	id := s.sdo("indicator", object{"name": x.Kind + " " + triage.VisibleN(x.Value, 120), "description": or(clean(x.Why), "seen in the case"), "indicator_types": []string{"malicious-activity"},
		"pattern": p, "pattern_type": "stix", "valid_from": stixTime(first)}, "indicator", x.Kind, x.Value)
	for _, to := range about {
		s.relate(id, "indicates", to)
	}
	if last.IsZero() {
		return
	}
	o := object{"sighting_of_ref": id, "first_seen": stixTime(first), "last_seen": stixTime(later(first, last))}
	if n > 0 {
		o["count"] = min(n, 999_999_999)
	}
	s.sdo("sighting", o, "sighting", x.Kind, x.Value)
}

// sightings says when and how often an indicator was seen (0 if that was not counted), and the objects that it
// points to.
func (s *stix) sightings(x *Indicator) (first, last time.Time, n int, about []string) {
	for i := range s.report.Intruders {
		in := &s.report.Intruders[i]
		if x.Kind == "client" && slices.Contains(in.Clients, x.Value) || x.Kind == "agent" && slices.Contains(in.Agents, x.Value) {
			about = append(about, s.of[in.Ref])
			first, last = in.First, in.Last
			if x.Kind == "client" && len(in.Clients) == 1 {
				n = in.Requests
			}
		}
	}
	for i := range s.report.Webshells {
		w := &s.report.Webshells[i]
		if f := w.File; x.Kind == "path" && w.Path == x.Value || f != nil && slices.Contains([]string{f.MD5, f.SHA1, f.SHA256}, x.Value) {
			about = append(about, s.of[w.Ref])
			first, last, n = w.First, w.Last, w.Requests
		}
	}
	return first, last, n, about
}

// opinions are verdicts on the scale of STIX (4.14).
var opinions = map[string]string{cases.Confirmed: "agree", cases.Benign: "disagree", cases.Unsure: "neutral"}

// words adds notes and verdicts. What they are about is the report itself if the bundle has no object for it.
func (s *stix) words() {
	whole := "report--" + uuid5(spoorSpace, "report", s.report.Case.ID, "whole")
	about := func(refs ...string) []string {
		var out []string
		for _, ref := range refs {
			if id := s.of[ref]; id != "" && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		if len(out) == 0 {
			out = []string{whole}
		}
		return out
	}
	for i := range s.report.Notes {
		n := &s.report.Notes[i]
		var refs []string
		for _, c := range n.On {
			refs = append(refs, c.Ref)
		}
		o := object{"content": or(clean(n.Text), "(empty)"), "object_refs": about(refs...)}
		if n.Author != "" {
			o["authors"] = []string{clean(n.Author)}
		}
		s.sdo("note", o, "note", n.Ref)
	}
	for i := range s.report.Verdicts {
		v := &s.report.Verdicts[i]
		opinion, ok := opinions[v.Value]
		if !ok {
			continue
		}
		o := object{"opinion": opinion, "explanation": clean(strings.TrimSpace(v.Value + " " + v.Ref + ": " + v.Reason)), "object_refs": about(v.Ref)}
		if v.Author != "" {
			o["authors"] = []string{clean(v.Author)}
		}
		s.sdo("opinion", o, "verdict", v.Ref)
	}
}

// whole adds the report that holds everything.
func (s *stix) whole() {
	var refs []string
	for _, o := range s.objects {
		refs = append(refs, o["id"].(string))
	}
	var text []string
	for _, st := range s.report.Summary {
		text = append(text, clean(st.Text))
	}
	s.sdo("report", object{"name": "Incident report: " + or(clean(s.report.Case.Name), "unnamed case"), "description": or(strings.Join(text, "\n"), "nothing was found that calls for a summary"),
		"report_types": []string{"observed-data"}, "published": stixTime(later(s.report.Case.Created, s.report.GeneratedAt)), "object_refs": refs}, "whole")
}

// clean makes text fit for JSON of other programs: valid UTF-8 without control characters but line ends.
func clean(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = triage.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

func seen(o object, firstKey string, first time.Time, lastKey string, last time.Time) {
	if !first.IsZero() {
		o[firstKey] = stixTime(first)
		o[lastKey] = stixTime(later(first, last))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// stixTime is a timestamp as STIX wants it (3.2), to the millisecond.
func stixTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// uuid5 is the name-based UUID (RFC 9562, 5.5) of the parts in a namespace.
func uuid5(space string, parts ...string) string {
	ns, err := hex.DecodeString(strings.ReplaceAll(space, "-", ""))
	if err != nil {
		panic("report: " + err.Error())
	}
	h := sha1.New()
	h.Write(ns)
	io.WriteString(h, strings.Join(parts, "\x00"))
	b := h.Sum(nil)[:16]
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
