// Package report renders one Report value to the formats that leave the case.
//
// The caller fills a Report with plain values, asks Citations which references its rendering cites,
// resolves those into Report.Cited, and calls Markdown or JSON.
//
// What is promised: every statement carries the references it rests on, and every reference is in the
// citation appendix with its source, line, SHA-256 and text, so that another can check it without spoor.
// Text from evidence is inert in every rendering. People's formats have their indicators defanged,
// machines' formats have them live.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"spoor/cases"
	"spoor/triage"
	"spoor/triage/outcome"
)

// A Report is all that a report says. Texts are as they were found: the renderings make them inert.
type Report struct {
	Case        cases.Info        `json:"case"`
	TLP         string            `json:"tlp"` // as cases.ParseTLP answers; empty takes that of Case
	GeneratedAt time.Time         `json:"generated_at"`
	GeneratedBy cases.Who         `json:"generated_by"`
	Version     string            `json:"version"`           // of spoor
	Without     []string          `json:"without,omitempty"` // IDs of Sections that renderings for people leave out
	Summary     []Statement       `json:"summary"`
	Scope       Scope             `json:"scope"`
	Evidence    []cases.Evidence  `json:"evidence"`
	EvidenceMD5 map[string]string `json:"evidence_md5,omitempty"` // MD5 by SHA-256, where a list knows no other hash
	Method      []Statement       `json:"method"`
	Limits      []Statement       `json:"limits"`
	Activity    Activity          `json:"activity"`
	Timeline    []Event           `json:"timeline"` // rendered in order of time
	Incidents   []triage.Incident `json:"incidents"`
	Webshells   []triage.Webshell `json:"webshells"`
	Intruders   []Intruder        `json:"intruders"`
	Findings    []ClassFindings   `json:"findings"`
	DataRead    DataRead          `json:"data_read"`
	Worked      []outcome.Attack  `json:"worked"` // attacks that succeeded or likely did
	Heat        Heat              `json:"heat"`
	// Processes are the suspicious ones, those that the server started first; ProcessesRead is how many process
	// creations the event logs hold, 0 if there are none.
	Processes     []Process       `json:"processes"`
	ProcessesRead int64           `json:"processes_read"`
	Files         []triage.File   `json:"files"`       // those worth a line: known-bad, changed, unknown
	Suspects      []triage.File   `json:"suspects"`    // with a finding of medium or above, most suspicious first
	FileCounts    []FileCount     `json:"file_counts"` // of all files
	Notes         []cases.Note    `json:"notes"`
	Verdicts      []cases.Verdict `json:"verdicts"`
	Advice        []Advice        `json:"advice"` // as Advise answers
	Indicators    []Indicator     `json:"indicators"`
	Gaps          []Statement     `json:"gaps"` // besides rejected lines, cut-off files and refused files, which are found in Evidence and Custody
	Custody       Custody         `json:"custody"`
	Cited         []Cited         `json:"cited"` // one for each of Citations
}

// A Statement is one sentence and the references it rests on.
type Statement struct {
	Text string   `json:"text"`
	Refs []string `json:"refs"`
}

// Scope is what the report speaks of.
type Scope struct {
	Statements []Statement `json:"statements"` // such as who asked for what; may be empty
	First      time.Time   `json:"first"`      // of the requests; zero if there are none
	Last       time.Time   `json:"last"`
	Zone       string      `json:"zone"` // assumed for logs without zone
	Requests   int64       `json:"requests"`
	Clients    int64       `json:"clients"`
}

// Activity is the requests of the case over time, in spans of equal length.
type Activity struct {
	First    time.Time     `json:"first"`  // start of the first span
	Bucket   time.Duration `json:"bucket"` // length of a span, in ns
	Requests []int64       `json:"requests"`
	Hostile  []int64       `json:"hostile"` // of these, with a finding of level medium or above
}

// Heat is how many hostile requests each of the busiest clients sent to each of the places most attacked.
type Heat struct {
	Clients []string  `json:"clients"`
	Paths   []string  `json:"paths"`
	Counts  [][]int64 `json:"counts"` // by client, then by path
}

// An Event is one line of the timeline.
type Event struct {
	Time   time.Time    `json:"time"`
	Level  triage.Level `json:"level"`
	Kind   string       `json:"kind"` // such as "injection", "plant", "use", "file"
	Client string       `json:"client"`
	Text   string       `json:"text"`
	Refs   []string     `json:"refs"`

	Outcome outcome.Outcome `json:"outcome,omitempty"` // how the attacks that it tells of fared
}

// An Intruder is a group of clients with what can be said of who it is.
type Intruder struct {
	triage.Intruder
	Label string `json:"label"` // such as "Intruder 1"; empty takes Intruder.Name
	// Fared counts its attacks, like requests of one client, by how they fared; nil if that is not known.
	Fared       map[string]int `json:"fared,omitempty"`
	Attribution Attribution    `json:"attribution"`
}

// An Attribution is an opinion, with what speaks against it.
type Attribution struct {
	Verdict      string       `json:"verdict"`      // such as "unattributed; consistent with 3 groups"
	Name         string       `json:"name"`         // empty unless the evidence is enough for one
	Likelihood   string       `json:"likelihood"`   // a word of ICD 203; may be empty
	Confidence   string       `json:"confidence"`   // may be empty
	Consistent   []Hypothesis `json:"consistent"`   // best first
	Alternatives []Statement  `json:"alternatives"` // such as an unknown actor or a false flag
	Why          []Statement  `json:"why"`
	WouldChange  []Statement  `json:"would_change"`
	NotCollected []Statement  `json:"not_collected"`
	Matrix       *Matrix      `json:"matrix,omitempty"` // what was weighed; nil if nothing was
	// Override is the analyst's own word with its reason, beside the computed one; nil if none was given.
	Override *cases.Attribution `json:"override"`
	// KnowledgeBase is what the computed answer rests on.
	KnowledgeBase string `json:"knowledge_base"`
}

// verdict is the answer to who an intruder is, in the words of its attribution: every format says the same.
func (in *Intruder) verdict() string { return or(in.Attribution.Verdict, "not enough to tell") }

// label is what the intruder at place i of the report is called.
func (in *Intruder) label(i int) string {
	return or(clean(in.Label), or(clean(in.Name), fmt.Sprintf("Intruder %d", i+1)))
}

// A Hypothesis is one known group that would fit.
type Hypothesis struct {
	ID      string      `json:"id"` // such as "G0009"
	Name    string      `json:"name"`
	Likely  string      `json:"likely"` // a word of ICD 203 with its band; may be empty
	For     []Statement `json:"for"`
	Against []Statement `json:"against"`
}

// ClassFindings is what was found of one class.
type ClassFindings struct {
	Class    triage.Class `json:"class"`
	Requests int64        `json:"requests"` // with a finding of the class: what was attempted
	Answered int64        `json:"answered"` // of these, with status 2xx; says nothing of success by itself
	// Fared counts the attacks of the class, like requests of one client, by how they fared; nil if that is not known.
	Fared   map[string]int `json:"fared,omitempty"`
	Clients int64          `json:"clients"`
	Highest triage.Level   `json:"highest"`
	First   time.Time      `json:"first"`
	Last    time.Time      `json:"last"`
	Samples []Sample       `json:"samples"`
}

// A Sample is one request that shows a finding.
type Sample struct {
	Ref    string    `json:"ref"`
	Time   time.Time `json:"time"`
	Client string    `json:"client"`
	Method string    `json:"method"`
	Target string    `json:"target"` // as logged
	Status int       `json:"status"` // 0 if unknown
	Rule   string    `json:"rule"`
	Match  string    `json:"match"` // decoded
	Why    string    `json:"why"`
}

// A Process is one process creation with the request that most likely led to it.
type Process struct {
	triage.Process
	Techniques []string `json:"techniques"` // ATT&CK ids
	ByServer   bool     `json:"by_server"`  // a web server, its interpreter or a database is behind it
	Client     string   `json:"client"`     // of the request; empty if there is none
	GapMS      int64    `json:"gap_ms"`     // from the request to the process
	Sure       bool     `json:"sure"`       // the request's path precedes such processes more often than by chance
}

// A FileCount is how many files have a verdict.
type FileCount struct {
	Verdict triage.FileVerdict `json:"verdict"`
	Files   int64              `json:"files"`
}

// An Indicator is something to look for elsewhere.
type Indicator struct {
	Kind  string   `json:"kind"`  // "client", "agent", "path", "url", "domain", "md5", "sha1", "sha256", "email"
	Value string   `json:"value"` // live
	Why   string   `json:"why"`
	Refs  []string `json:"refs"`
}

// Custody is how the report hangs together with the case.
type Custody struct {
	Records  int64       `json:"records"` // of the journal when the report was made
	Head     string      `json:"head"`    // SHA-256 of its last line then
	Runs     []cases.Run `json:"runs"`
	Warnings []string    `json:"warnings"` // of the journal
	// Seals are those that the case had; `spoor verify` says whether they hold.
	Seals []cases.Seal `json:"seals,omitempty"`
	Packs []cases.Pack `json:"packs,omitempty"` // archives made of the case
}

// A Cited is one cited record of evidence.
type Cited struct {
	Citation cases.Citation `json:"citation"`
	Missing  string         `json:"missing,omitempty"` // why the text could not be read; empty if it could
}

// JSON writes r as one indented JSON object, indicators live, with what a terminal might act on escaped. Texts that are not UTF-8 have their bad
// bytes replaced, except those of Cited, Notes and Verdicts' citations, which are given in base64.
func JSON(w io.Writer, r *Report) error {
	out := *r
	out.TLP = out.tlp()
	out.Intruders = append([]Intruder(nil), r.Intruders...)
	for i := range out.Intruders {
		if out.Intruders[i].Label == "" {
			out.Intruders[i].Label = out.Intruders[i].Name
		}
	}
	b, err := json.MarshalIndent(&out, "", "  ")
	if err == nil {
		_, err = w.Write(append(triage.VisibleJSON(b), '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	return nil
}

// Citations lists every reference to evidence that the renderings for people cite, each once, in order of
// appearance. References that the report itself explains (its web shells, incidents, intruders and notes)
// are not among them. It does not look at Cited.
func Citations(r *Report) []string {
	p := printer{w: io.Discard, report: r}
	p.body()
	return p.cited
}

func (r *Report) tlp() string {
	if r.TLP != "" {
		return r.TLP
	}
	return r.Case.TLP
}
