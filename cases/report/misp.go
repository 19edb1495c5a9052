package report

// MISP: the report as one event, for an instance to take in.

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"spoor/triage"
)

// mispEvent and mispAttribute have the keys of the MISP core format.
//
// Source: https://www.misp-standard.org/rfc/misp-standard-core.html
type mispEvent struct {
	UUID         string          `json:"uuid"`
	Info         string          `json:"info"`
	Date         string          `json:"date"`
	ThreatLevel  string          `json:"threat_level_id"` // "1" high to "4" undefined
	Analysis     string          `json:"analysis"`        // "0" initial, "1" ongoing, "2" complete
	Distribution string          `json:"distribution"`    // "0" your organisation only
	Published    bool            `json:"published"`
	Timestamp    string          `json:"timestamp"`
	Orgc         mispOrg         `json:"Orgc"`
	Tags         []mispTag       `json:"Tag"`
	Attributes   []mispAttribute `json:"Attribute"`
}

type mispOrg struct {
	UUID string `json:"uuid"`
	Name string `json:"name"`
}

type mispTag struct {
	Name string `json:"name"`
}

type mispAttribute struct {
	UUID         string `json:"uuid"`
	Type         string `json:"type"`
	Category     string `json:"category"`
	Value        string `json:"value"`
	Comment      string `json:"comment"`
	ToIDs        bool   `json:"to_ids"`
	Timestamp    string `json:"timestamp"`
	Distribution string `json:"distribution"` // "5" as the event
	FirstSeen    string `json:"first_seen,omitempty"`
	LastSeen     string `json:"last_seen,omitempty"`
}

// mispTypes are type and category of indicators by kind.
var mispTypes = map[string][2]string{
	"client": {"ip-src", "Network activity"},
	"agent":  {"user-agent", "Network activity"},
	"path":   {"uri", "Network activity"},
	"url":    {"url", "Network activity"},
	"domain": {"domain", "Network activity"},
	"email":  {"email", "Payload delivery"},
	"md5":    {"md5", "Artifacts dropped"},
	"sha1":   {"sha1", "Artifacts dropped"},
	"sha256": {"sha256", "Artifacts dropped"},
}

// MISP writes r as one MISP event in JSON, indicators live and unpublished, for the organisation's own eyes until
// somebody changes that. Agents and paths are not marked for detection, since others may send them too.
func MISP(w io.Writer, r *Report) error {
	stamp := strconv.FormatInt(r.GeneratedAt.Unix(), 10)
	e := mispEvent{UUID: uuid5(spoorSpace, "misp", r.Case.ID), Info: "Incident report: " + or(clean(r.Case.Name), "unnamed case"),
		Date: r.GeneratedAt.UTC().Format("2006-01-02"), ThreatLevel: mispThreat(r), Analysis: "1", Distribution: "0", Timestamp: stamp,
		Orgc: mispOrg{uuid5(spoorSpace, "misp-org", r.Case.Analyst), or(clean(r.Case.Analyst), "not recorded")}, Tags: []mispTag{}, Attributes: []mispAttribute{}}
	if tlp := r.tlp(); tlp != "" {
		e.Tags = append(e.Tags, mispTag{"tlp:" + strings.ToLower(tlp)})
	}
	add := func(kind, category, value, comment string, detect bool) *mispAttribute {
		e.Attributes = append(e.Attributes, mispAttribute{UUID: uuid5(spoorSpace, "misp", r.Case.ID, kind, value), Type: kind, Category: category,
			Value: clean(value), Comment: clean(comment), ToIDs: detect, Timestamp: stamp, Distribution: "5"})
		return &e.Attributes[len(e.Attributes)-1]
	}
	s := stix{report: r, of: map[string]string{}}
	for i := range r.Indicators {
		x := &r.Indicators[i]
		of, ok := mispTypes[x.Kind]
		if !ok {
			continue
		}
		if _, err := netip.ParseAddr(x.Value); x.Kind == "client" && err != nil {
			of = mispTypes["domain"]
		}
		a := add(of[0], of[1], x.Value, x.Why, x.Kind != "agent" && x.Kind != "path")
		if first, last, _, _ := s.sightings(x); !first.IsZero() {
			a.FirstSeen, a.LastSeen = stixTime(first), stixTime(later(first, last))
		}
	}
	for _, t := range r.techniques() {
		add("text", "External analysis", "ATT&CK "+t.id, strings.Join(t.why, "; "), false)
	}
	for i := range r.Intruders {
		in := &r.Intruders[i]
		add("text", "Attribution", fmt.Sprintf("%s: %s", in.label(i), in.verdict()), "Clients: "+strings.Join(in.Clients, ", "), false)
		if in.Attribution.Name != "" {
			add("threat-actor", "Attribution", in.Attribution.Name, in.Attribution.Verdict, false)
		}
	}
	b, err := json.MarshalIndent(map[string]mispEvent{"Event": e}, "", "  ")
	if err == nil {
		_, err = w.Write(append(triage.VisibleJSON(b), '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the report as a MISP event: %w", err)
	}
	return nil
}

func mispThreat(r *Report) string {
	highest := triage.None
	for _, in := range r.Incidents {
		highest = max(highest, in.Level)
	}
	switch {
	case highest >= triage.High:
		return "1"
	case highest == triage.Medium:
		return "2"
	case highest > triage.None:
		return "3"
	}
	return "4"
}
