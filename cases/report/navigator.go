package report

// Navigator: the techniques of a case as a layer for the ATT&CK Navigator.

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"spoor/triage"
)

// A technique is one ATT&CK technique with who did it and why it is thought to be one.
type technique struct {
	id  string
	by  []string // labels of intruders and titles of incidents
	why []string
}

// techniques gathers the techniques of incidents and intruders, by id.
func (r *Report) techniques() []technique {
	of := map[string]*technique{}
	get := func(id string) *technique {
		t := of[id]
		if t == nil {
			t = &technique{id: id}
			of[id] = t
		}
		return t
	}
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, in := range r.Intruders {
		for _, o := range in.Observed {
			if strings.HasPrefix(o.ID, "T") {
				t := get(o.ID)
				add(&t.by, or(in.Label, in.Name))
				add(&t.why, clean(o.Why))
			}
		}
	}
	for _, in := range r.Incidents {
		for _, id := range in.Techniques {
			add(&get(id).by, clean(in.Title))
		}
	}
	var out []technique
	for _, t := range of {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b technique) int { return strings.Compare(a.id, b.id) })
	return out
}

// navigatorLayer has the keys of layer format 4.5.
//
// Source: https://github.com/mitre-attack/attack-navigator/blob/master/layers/LAYERFORMATv4_5.md
type navigatorLayer struct {
	Name        string               `json:"name"`
	Versions    map[string]string    `json:"versions"`
	Domain      string               `json:"domain"`
	Description string               `json:"description"`
	Techniques  []navigatorTechnique `json:"techniques"`
	Gradient    navigatorGradient    `json:"gradient"`
	Metadata    []navigatorPair      `json:"metadata"`
}

type navigatorTechnique struct {
	ID       string          `json:"techniqueID"`
	Score    int             `json:"score"` // how many intruders and incidents show it
	Comment  string          `json:"comment"`
	Enabled  bool            `json:"enabled"`
	ShowSubs bool            `json:"showSubtechniques"`
	Metadata []navigatorPair `json:"metadata"`
}

type navigatorPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type navigatorGradient struct {
	Colors []string `json:"colors"`
	Min    int      `json:"minValue"`
	Max    int      `json:"maxValue"`
}

// Navigator writes the techniques of r as a layer of the enterprise domain.
func Navigator(w io.Writer, r *Report) error {
	layer := navigatorLayer{Name: "spoor: " + or(clean(r.Case.Name), "unnamed case"), Versions: map[string]string{"layer": "4.5", "attack": "18", "navigator": "5.1.0"},
		Domain: "enterprise-attack", Description: "Techniques seen in the evidence of the case. The score counts intruders and incidents that show one; a technique that is absent was not seen, which is not proof that it was not used.",
		Techniques: []navigatorTechnique{}, Gradient: navigatorGradient{[]string{"#fff3b0", "#e07a3f", "#9b2226"}, 0, 1},
		Metadata: []navigatorPair{{"case", or(r.Case.ID, "-")}, {"tlp", or(r.tlp(), "not set")}}}
	for i := range r.Intruders {
		in := &r.Intruders[i]
		layer.Description += fmt.Sprintf(" %s: %s.", in.label(i), clean(in.verdict()))
		layer.Metadata = append(layer.Metadata, navigatorPair{in.label(i), clean(in.verdict())})
	}
	for _, t := range r.techniques() {
		x := navigatorTechnique{ID: clean(t.id), Score: max(1, len(t.by)), Comment: strings.Join(t.why, "; "), Enabled: true, ShowSubs: strings.Contains(t.id, "."), Metadata: []navigatorPair{}}
		for _, by := range t.by {
			x.Metadata = append(x.Metadata, navigatorPair{"by", by})
		}
		layer.Gradient.Max = max(layer.Gradient.Max, x.Score)
		layer.Techniques = append(layer.Techniques, x)
	}
	b, err := json.MarshalIndent(layer, "", "  ")
	if err == nil {
		_, err = w.Write(append(triage.VisibleJSON(b), '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the report as a Navigator layer: %w", err)
	}
	return nil
}
