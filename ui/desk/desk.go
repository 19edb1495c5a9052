// Package desk is a case with its index: what the screens and the commands both call.
//
// Open takes an existing case, OpenOrCreate makes one if needed. Load takes evidence in, Search asks, and the
// other methods answer from what is there. The package joins cases and index, which do not know each other:
// notes and verdicts of the journal become annotations of the index, and records of the index become the
// citations of notes and reports. It draws nothing.
//
// A Desk is safe for use by several goroutines.
package desk

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
)

// Version is the version of spoor that runs and reports record.
const Version = "0.1.0"

// Who says who is at the desk; empty fields are recorded as not told.
type Who struct {
	Analyst, Host string
	Args          []string // of the command line, for the journal
}

func (w Who) cases() cases.Who { return cases.Who{Analyst: w.Analyst, Host: w.Host} }

// A Desk is an open case with its index.
type Desk struct {
	Case  *cases.Case
	Store *index.Store
	who   Who

	noLooks bool // no look at what injection read and how attacks fared: BenchmarkImpactOfLoad has it follow

	intelMu sync.Mutex
	known   *intelligence // what was added to the case; nil until asked for
	knownOf string        // what it was made from

	remadeMu sync.Mutex
	remade   *remade // nil until the looks had to be taken anew

	mu      sync.Mutex
	actors  []Actor                     // of the survey in force; nil until asked for
	weighed string                      // the victim's sector and what was benign when they were assessed
	lists   map[string]*index.EntryList // by source key; nil until asked for
	joined  *fared                      // of the outcomes in force; nil until asked for
}

// Open opens an existing case. The error wraps cases.ErrNotFound, cases.ErrNotCase or a
// *cases.VersionError, or says what is wrong with the index.
func Open(dir string, who Who) (*Desk, error) {
	c, err := cases.Open(dir)
	if err != nil {
		return nil, err
	}
	return withIndex(c, who)
}

// OpenOrCreate opens the case in dir, or makes one there if dir does not exist or is an empty folder.
func OpenOrCreate(dir string, who Who) (*Desk, error) {
	c, err := cases.Open(dir)
	if errors.Is(err, cases.ErrNotFound) || errors.Is(err, cases.ErrNotCase) && emptyFolder(dir) {
		c, err = cases.Create(dir, cases.Info{Name: filepath.Base(filepath.Clean(dir)), Analyst: who.Analyst})
	}
	if err != nil {
		return nil, err
	}
	return withIndex(c, who)
}

func emptyFolder(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

func withIndex(c *cases.Case, who Who) (*Desk, error) {
	if err := index.Settle(c.IndexDir()); err != nil {
		c.Close()
		return nil, fmt.Errorf("open the index of %s: %w", c.Dir(), err)
	}
	store, err := index.Open(c.IndexDir())
	if errors.Is(err, index.ErrNotFound) {
		if c.ReadOnly() {
			store, err = index.Empty(c.IndexDir())
		} else {
			store, err = index.Create(c.IndexDir())
		}
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("open the index of %s: %w", c.Dir(), err)
	}
	if who.Analyst == "" {
		who.Analyst = c.Info().Analyst
	}
	d := &Desk{Case: c, Store: store, who: who}
	if err := d.annotate(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close closes the index and the case. What was recorded is on disk already.
func (d *Desk) Close() error { return errors.Join(d.Store.Close(), d.Case.Close()) }

// Info is what case.json says.
func (d *Desk) Info() cases.Info { return d.Case.Info() }

// Evidence is the register.
func (d *Desk) Evidence() []cases.Evidence { return d.Case.Evidence() }

// Missing lists the registered logs that the index does not hold as far as they were read, as after index/ was
// deleted. Loading them again brings them back.
func (d *Desk) Missing() []cases.Evidence {
	lines := map[string]int64{} // that the index holds, by SHA-256
	for _, s := range d.Store.Sources() {
		lines[s.SHA256] = math.MaxInt64
	}
	for _, p := range d.Store.Partial() {
		lines[p.Source.SHA256] = p.Read
	}
	for _, s := range d.Store.ProcessSources() {
		lines[s.SHA256] = math.MaxInt64
	}
	var out []cases.Evidence
	for _, e := range d.Case.Evidence() {
		if n, ok := lines[e.SHA256]; (e.Role == cases.RoleLog || e.Role == cases.RoleProcesses) && (!ok || n < e.Read) {
			out = append(out, e)
		}
	}
	return out
}

// Unfinished lists the logs of which a load that was stopped has read only a part. Loading them again goes on.
func (d *Desk) Unfinished() []cases.Evidence {
	return slices.DeleteFunc(d.Case.Evidence(), func(e cases.Evidence) bool { return !e.Partial })
}

// Counts sums up the index.
func (d *Desk) Counts() index.Counts { return d.Store.Counts() }

// survey is never nil.
func (d *Desk) survey() *triage.Survey {
	if sv := d.Store.Survey(); sv != nil {
		return sv
	}
	return &triage.Survey{}
}

// Webshells lists the web-shell candidates, best first, those lowered that the analyst judged benign.
func (d *Desk) Webshells() []triage.Webshell {
	list := d.judgedBenign().webshells(d.survey().Webshells)
	f := d.told()
	if len(f.attacks) == 0 {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		out[i].Outcome = string(outcome.Best(f.attacks, func(a *outcome.Attack) bool { return a.Class == triage.WebshellUse && a.Path == out[i].Path }))
	}
	return out
}

// Incidents lists the incidents, gravest first, those lowered of which the analyst judged a part benign, with what
// is kept of how the attacks fared and of what their clients read by injection.
func (d *Desk) Incidents() []triage.Incident {
	sv, b := d.survey(), d.judgedBenign()
	list := d.told().steps(b.incidents(sv.Incidents, b.shells(sv.Webshells)))
	loot := d.keptStolen()
	if loot == nil || len(loot.Reads) == 0 {
		return list
	}
	out := make([]triage.Incident, len(list))
	for i := range list {
		out[i] = list[i].With(readSteps(&list[i], loot.Reads))
	}
	return out
}

// Files lists the collected files with their verdicts, by path.
func (d *Desk) Files() []triage.File { return d.Store.Files() }

// annotate brings the notes and verdicts of the journal to the index.
func (d *Desk) annotate() error {
	var out []index.Annotation
	for _, n := range d.Case.Notes() {
		for _, on := range n.On {
			out = append(out, index.Annotation{Ref: on.Ref, Kind: "note", Text: n.Text})
			for _, tag := range n.Tags {
				out = append(out, index.Annotation{Ref: on.Ref, Kind: "tag", Text: tag})
			}
		}
	}
	for ref, v := range d.Case.Verdicts() {
		out = append(out, index.Annotation{Ref: ref, Kind: "verdict", Text: v.Value})
	}
	return d.Store.Annotate(out)
}
