package feed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A stixObject is the part of a STIX 2.0 or 2.1 object that is read.
// Source: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html
type stixObject struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Pattern     string `json:"pattern"`
	PatternType string `json:"pattern_type"`
	ValidFrom   string `json:"valid_from"`
	Confidence  *int   `json:"confidence"`
	Revoked     bool   `json:"revoked"`
	Relation    string `json:"relationship_type"`
	From        string `json:"source_ref"`
	To          string `json:"target_ref"`
	CreatedBy   string `json:"created_by_ref"`
	References  []struct {
		Source string `json:"source_name"`
	} `json:"external_references"`
}

// comparison is one comparison of a STIX pattern for equality. A pattern of several is read as all of them, each
// by itself: they are what to look for, and whether they come together is judged by whoever reads the findings. One
// that is denied (NOT) is left out.
var comparison = regexp.MustCompile(`(?i:(\bNOT)\s+)?([a-z0-9-]+):([A-Za-z0-9_.'"-]+)\s*=\s*'((?:[^'\\]|\\.)+)'`)

const maxComparisons = 50

func readSTIX(objects []json.RawMessage) (*Feed, error) {
	f := &Feed{Format: "STIX indicators"}
	var indicators []stixObject
	names, actors, attack := map[string]string{}, map[string]string{}, 0
	for _, raw := range objects {
		var o stixObject
		if err := json.Unmarshal(raw, &o); err != nil {
			f.reject(0, err.Error(), string(raw[:min(len(raw), 200)]))
			continue
		}
		switch o.Type {
		case "indicator":
			if len(indicators) < MaxIndicators {
				indicators = append(indicators, o)
			}
		case "identity", "intrusion-set", "threat-actor", "malware", "campaign":
			names[o.ID] = o.Name
		}
		if len(o.References) > 0 && o.References[0].Source == "mitre-attack" {
			attack++
		}
	}
	if len(indicators) == 0 {
		if attack > 0 {
			return nil, &KnowledgeError{ATTACK}
		}
		return nil, fmt.Errorf("%w: a STIX bundle without indicators and without ATT&CK objects", ErrUnknown)
	}
	for _, raw := range objects {
		var o stixObject
		if json.Unmarshal(raw, &o) != nil || o.Type != "relationship" || o.Relation != "indicates" && o.Relation != "attributed-to" {
			continue
		}
		if kind, _, _ := strings.Cut(o.To, "--"); kind == "intrusion-set" || kind == "threat-actor" || actors[o.From] == "" {
			actors[o.From] = names[o.To]
		}
	}
	for _, o := range indicators {
		if o.Revoked || o.PatternType != "" && o.PatternType != "stix" {
			f.reject(0, "an indicator that is revoked or no STIX pattern", o.Name)
			continue
		}
		n := len(f.Indicators)
		for _, m := range comparison.FindAllStringSubmatch(o.Pattern, maxComparisons) {
			not, kind, property, value := m[1], m[2], m[3], m[4]
			if not != "" {
				continue
			}
			if kind == "file" {
				switch {
				case strings.HasPrefix(property, "hashes."):
					kind = "hash"
				case property != "name":
					continue
				}
			}
			in, ok := typed(kind, strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(value))
			if !ok {
				continue
			}
			in.Actor, in.Source, in.Date, in.Comment = actors[o.ID], names[o.CreatedBy], o.ValidFrom, o.Name
			if o.Confidence != nil {
				in.Grade = gradeOf(fmt.Sprint(*o.Confidence))
			}
			if err := f.add(in); err != nil {
				return nil, err
			}
		}
		if len(f.Indicators) == n {
			f.reject(0, "no comparison of an address, domain, URL, hash or file name", o.Pattern)
		}
	}
	if len(f.Indicators) == 0 {
		return nil, fmt.Errorf("%w: no indicator of the bundle can be looked for", ErrUnknown)
	}
	return f, nil
}
