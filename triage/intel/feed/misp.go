package feed

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A mispEvent is the part of a MISP event that is read.
// Source: https://www.misp-standard.org/rfc/misp-standard-core.html
type mispEvent struct {
	Event struct {
		Info      string                `json:"info"`
		Date      string                `json:"date"`
		Orgc      struct{ Name string } `json:"Orgc"`
		Attribute []mispAttribute       `json:"Attribute"`
		Object    []struct {
			Attribute []mispAttribute `json:"Attribute"`
		} `json:"Object"`
		Galaxy []struct {
			Type    string `json:"type"`
			Cluster []struct {
				Value string `json:"value"`
			} `json:"GalaxyCluster"`
		} `json:"Galaxy"`
	} `json:"Event"`
}

type mispAttribute struct {
	Type    string `json:"type"`
	Value   string `json:"value"`
	Comment string `json:"comment"`
	IDS     *bool  `json:"to_ids"`
}

func readMISP(events []json.RawMessage) (*Feed, error) {
	f := &Feed{Format: "MISP event"}
	for _, raw := range events {
		var e mispEvent
		if err := json.Unmarshal(raw, &e); err != nil {
			f.reject(0, err.Error(), string(raw[:min(len(raw), 200)]))
			continue
		}
		actor := ""
		for _, g := range e.Event.Galaxy {
			if (g.Type == "threat-actor" || g.Type == "mitre-intrusion-set") && len(g.Cluster) > 0 {
				actor, _, _ = strings.Cut(g.Cluster[0].Value, " - G") // "Deep Panda - G0009"
			}
		}
		f.Publisher = e.Event.Orgc.Name
		all := e.Event.Attribute
		for _, o := range e.Event.Object {
			all = append(all, o.Attribute...)
		}
		for _, a := range all {
			if a.IDS != nil && !*a.IDS {
				continue // the event says that it is context, not to be looked for
			}
			values := strings.Split(a.Value, "|")
			took := false
			for i, kind := range strings.Split(a.Type, "|") { // "filename|md5" has both
				if i >= len(values) {
					break
				}
				in, ok := typed(kind, values[i])
				if !ok || in.Kind == Name && strings.Contains(a.Type, "|") {
					continue
				}
				took = true
				in.Actor, in.Source, in.Date, in.Comment = actor, e.Event.Orgc.Name, e.Event.Date, strings.TrimSpace(e.Event.Info+" "+a.Comment)
				if err := f.add(in); err != nil {
					return nil, err
				}
			}
			if !took {
				f.reject(0, fmt.Sprintf("type %q is not looked for", a.Type), a.Value)
			}
		}
	}
	if len(f.Indicators) == 0 {
		return nil, fmt.Errorf("%w: no MISP event with attributes to look for", ErrUnknown)
	}
	return f, nil
}
