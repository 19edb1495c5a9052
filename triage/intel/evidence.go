package intel

import (
	"fmt"
	"strings"
)

// Evidence is one item that may speak for or against groups.
//
// ID is what was seen: an ATT&CK technique or software ("T1505.003", "S0020"), an ATT&CK group that a source
// names ("G0009"), the sector of the victim ("sector:technology"), or any indicator such as an address, a
// domain or a hash. Of indicators the knowledge base knows nothing: Groups says whom Source ties them to.
type Evidence struct {
	ID      string   `json:"id"`
	Vertex  Vertex   `json:"vertex,omitempty"`  // empty: as the ID tells; always so for techniques and software
	Grade   string   `json:"grade,omitempty"`   // of the source and the item, see ParseGrade; empty is "F6"
	Why     string   `json:"why,omitempty"`     // what was seen
	Refs    []string `json:"refs,omitempty"`    // the records that show it
	Source  string   `json:"source,omitempty"`  // whose statement it is, such as "web logs" or a vendor; all without one count as one source
	Groups  []string `json:"groups,omitempty"`  // ids of the groups that Source ties it to
	Against []string `json:"against,omitempty"` // ids of the groups that Source says it speaks against
}

// A Vertex is a kind of evidence: a corner of the Diamond Model of Intrusion Analysis (Caltagirone,
// Pendergast and Betz, 2013, https://apps.dtic.mil/sti/citations/ADA586960).
type Vertex string

// The kinds of evidence.
const (
	Adversary      Vertex = "adversary"
	Infrastructure Vertex = "infrastructure"
	Capability     Vertex = "capability"
	Victim         Vertex = "victim"
)

var vertices = []Vertex{Adversary, Infrastructure, Capability, Victim}

// An Assessment is the answer to the question of who fits, with everything that it rests on. Likelihood (of
// candidates) and Confidence (in the whole) are two things and never share a sentence.
type Assessment struct {
	Verdict    string      `json:"verdict"`    // "not enough to tell", "unattributed; consistent with N groups" or "consistent with NAME (ID)"
	Name       *string     `json:"name"`       // the group's name if the gate opened, else nil
	Consistent []Candidate `json:"consistent"` // fewest inconsistencies first, then likeliest
	// Contradicted are groups with something for them and at least as much against them.
	Contradicted  []Candidate `json:"contradicted"`
	Rivals        []string    `json:"rivals"`     // what else would explain the evidence; always the same four
	Confidence    string      `json:"confidence"` // "low", "moderate" or "high"
	Why           []string    `json:"why"`        // reasons of the verdict and of the confidence, a sentence each
	WouldChange   []string    `json:"would_change"`
	NotCollected  []string    `json:"not_collected"` // kinds of evidence that there is none of
	Matrix        Matrix      `json:"matrix"`        // the evidence against the first groups and the rivals
	KnowledgeBase string      `json:"knowledge_base"`
	Notice        string      `json:"notice"`
}

// A Candidate is a group that the evidence may fit.
type Candidate struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Likelihood float64  `json:"likelihood"` // 0 to 1, to four places
	Band       string   `json:"band"`       // Likelihood in words, see Band
	Weight     float64  `json:"weight"`     // sum of the weights of evidence, natural logarithm, to four places
	Rank       int      `json:"rank"`       // from 1 among the consistent; 0 for a contradicted one
	Margin     float64  `json:"margin"`     // Weight less that of the first; for the first, less that of the second
	For        []string `json:"for"`        // never nil, as the two below
	Against    []string `json:"against"`
	Unknown    []string `json:"unknown"` // what the knowledge base does not say of the group
}

// bands are the seven ranges of likelihood of the standard, in its first row of words.
// Source: US Intelligence Community Directive 203, Analytic Standards (2015), D.6.e.(2)(a).
var bands = []struct {
	upTo float64
	word string
}{
	{0.05, "almost no chance"},
	{0.20, "very unlikely"},
	{0.45, "unlikely"},
	{0.55, "roughly even chance"},
	{0.80, "likely"},
	{0.95, "very likely"},
	{1, "almost certain"},
}

// Band is the ICD 203 word for a likelihood from 0 to 1; a border belongs to the lower band.
func Band(likelihood float64) string {
	for _, b := range bands {
		if likelihood <= b.upTo {
			return b.word
		}
	}
	return bands[len(bands)-1].word
}

// Range is the band of the likelihood in percent, as the standard has it: "5 to 20 %".
func (c *Candidate) Range() string {
	from := 0.0
	for _, b := range bands {
		if c.Likelihood <= b.upTo {
			return fmt.Sprintf("%.0f to %.0f %%", from*100, b.upTo*100)
		}
		from = b.upTo
	}
	return "95 to 100 %"
}

// Bands lists the ICD 203 words, least likely first.
func Bands() []string {
	var out []string
	for _, b := range bands {
		out = append(out, b.word)
	}
	return out
}

// Factors of the Admiralty Code: how much of an item's weight is left, by the reliability of its source
// (A to F) and the credibility of the item (1 to 6). The letters and figures are those of NATO AJP-2.1; it
// gives them no numbers, these are ours. "Cannot be judged" (F, 6) halves.
var (
	reliability = map[byte]float64{'A': 1, 'B': 0.9, 'C': 0.7, 'D': 0.4, 'E': 0.2, 'F': 0.5}
	credibility = map[byte]float64{'1': 1, '2': 0.9, '3': 0.7, '4': 0.4, '5': 0.2, '6': 0.5}
)

// Ungraded is the grade of evidence that has none: neither source nor item can be judged.
const Ungraded = "F6"

// ParseGrade reads an Admiralty grade such as "B2", in any case, and returns the factor that it leaves of an
// item's weight: 1 for A1, 0.81 for B2, 0.25 for F6. The empty grade is Ungraded. ok is false for anything
// else, with the factor of Ungraded.
func ParseGrade(grade string) (factor float64, ok bool) {
	grade = strings.ToUpper(strings.TrimSpace(grade))
	if grade == "" {
		grade = Ungraded
	}
	if len(grade) == 2 && reliability[grade[0]] > 0 && credibility[grade[1]] > 0 {
		return reliability[grade[0]] * credibility[grade[1]], true
	}
	return reliability[Ungraded[0]] * credibility[Ungraded[1]], false
}

// gradeOpens reports whether an item of this grade may open the name gate: A to C and 1 to 3.
func gradeOpens(grade string) bool {
	grade = strings.ToUpper(strings.TrimSpace(grade))
	return len(grade) == 2 && grade[0] >= 'A' && grade[0] <= 'C' && grade[1] >= '1' && grade[1] <= '3'
}
