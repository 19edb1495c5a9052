package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// The roles of evidence.
const (
	RoleLog      = "log"
	RoleListing  = triage.RoleListing
	RoleBaseline = triage.RoleBaseline
	RoleKnownBad = triage.RoleKnownBad
	// RoleProcesses is an event log of process creations.
	RoleProcesses = "processes"
)

// MinKey is the least length of a source key, in hex digits.
const MinKey = 6

// maxRejects bounds the samples of rejected lines that the register keeps of one source.
const maxRejects = 20

// ErrTaken says that a file with the same SHA-256 is in the case already, whole.
var ErrTaken = errors.New("already in the case")

// Evidence is one entry of the register: a file, who took it in and when, and what became of its lines.
type Evidence struct {
	triage.Source
	Role        string // RoleLog, RoleListing, RoleBaseline, RoleKnownBad or RoleProcesses
	TakenBy     string // Who.Analyst; empty if not told
	TakenAtHost string // Who.Host; empty if not told
	TakenAt     time.Time
	Read        int64 // lines; Read = Parsed + Rejected + Comments
	Parsed      int64
	Rejected    int64
	Comments    int64 // header and blank lines, and lines of a record after its first; of an event log, events of other kinds
	First       time.Time
	Last        time.Time
	Rejects     []triage.Reject // the first rejected lines, at most 20
	Truncated   string          // why the file ended early; empty if it did not
	Partial     bool            // the load was stopped in the middle; taking the same bytes in again goes on from there
	Reached     int64           // plain bytes read, if Partial
}

// Shortfall says in words what of the file is not in the case, and what to do; empty if all of it is. It holds
// text of the evidence's making: make it visible before it is drawn.
func (e *Evidence) Shortfall() string {
	switch {
	case e.Partial && e.Truncated != "":
		return fmt.Sprintf("stopped at line %d: %s; load it again to go on", e.Read, e.Truncated)
	case e.Partial:
		return fmt.Sprintf("stopped at line %d; load it again to go on", e.Read)
	}
	return e.Truncated
}

// A Run is one run of the program that took evidence in.
type Run struct {
	Version       string    `json:"version"` // of spoor
	Args          []string  `json:"args"`
	RuleSet       string    `json:"rule_set"`       // hex SHA-256 over the rules
	KnowledgeBase string    `json:"knowledge_base"` // version of the embedded knowledge base
	Zone          string    `json:"zone"`           // assumed for times without one
	Read          int64     `json:"read"`           // lines, as the next two
	Parsed        int64     `json:"parsed"`
	Rejected      int64     `json:"rejected"`
	Started       time.Time `json:"started"`
	Ended         time.Time `json:"ended"`
	Refused       []Refused `json:"refused,omitempty"`
	Who           Who       `json:"who,omitzero"` // who ran it; set when read from the journal
}

// sameLoad reports whether another run record is a later step of the same load.
func (r *Run) sameLoad(later *Run) bool {
	return !r.Started.IsZero() && r.Started.Equal(later.Started) && r.Who == later.Who && slices.Equal(r.Args, later.Args)
}

// A Refused is a file that was given to a run and not taken in.
type Refused struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// SourceKey is the key for a source with the SHA-256: that of the register if it is there, else the
// shortest prefix of at least MinKey digits that no other registered source and none of others starts
// with. others are hashes that are about to be registered in the same TakeIn.
//
// A key once given never changes, so it may later be a prefix of a longer key; a whole key always wins.
func (c *Case) SourceKey(sha256 string, others ...string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i, ok := c.state.bySHA[sha256]; ok {
		return c.state.evidence[i].Key
	}
	n := MinKey
	longer := func(other string) {
		for other != sha256 && n < len(sha256) && strings.HasPrefix(other, sha256[:n]) {
			n++
		}
	}
	for i := range c.state.evidence {
		longer(c.state.evidence[i].SHA256)
	}
	for _, o := range others {
		longer(o)
	}
	return sha256[:min(n, len(sha256))]
}

// TakeIn records evidence and the run that read it, all or nothing, in one write. TakenBy, TakenAtHost
// and TakenAt are set here. The error wraps ErrTaken if one of them is in the case already; filter with
// HasSource first. Evidence that is Partial in the case is superseded instead: the journal keeps both records,
// and the register shows the later one. A load that records in several steps gives each the same run.Started
// and its totals so far; Runs shows the last of them.
func (c *Case) TakeIn(who Who, ev []Evidence, run Run) error {
	return c.change(who, func() ([]entry, error) {
		keys := map[string]string{} // the hash that has the key
		for _, e := range c.state.evidence {
			keys[e.Key] = e.SHA256
		}
		seen := map[string]bool{}
		now := c.now().UTC()
		entries := make([]entry, 0, len(ev)+1)
		for _, e := range ev {
			path := triage.VisibleN(e.Path, 200)
			i, known := c.state.bySHA[e.SHA256]
			if known && !c.state.evidence[i].Partial || seen[e.SHA256] {
				return nil, fmt.Errorf("%s: %w (SHA-256 %s)", path, ErrTaken, e.SHA256)
			}
			if len(e.SHA256) != 64 || len(e.Key) < MinKey || !strings.HasPrefix(e.SHA256, e.Key) ||
				keys[e.Key] != "" && keys[e.Key] != e.SHA256 || known && c.state.evidence[i].Key != e.Key {
				return nil, fmt.Errorf("%s: source key %q does not fit SHA-256 %q: take it from SourceKey", path, e.Key, e.SHA256)
			}
			seen[e.SHA256], keys[e.Key] = true, e.SHA256
			e.TakenBy, e.TakenAtHost, e.TakenAt = who.Analyst, who.Host, now
			entries = append(entries, entry{kindEvidence, e})
		}
		run.Who = Who{} // the record has it
		return append(entries, entry{kindRun, runRecord{run, len(ev)}}), nil
	})
}

// Evidence is the register, in the order of first taking in. The caller may keep it.
func (c *Case) Evidence() []Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Evidence(nil), c.state.evidence...)
}

// Loads is the register by load, oldest load first, each in the order of first taking in. Evidence that was read
// in parts belongs to the load that read it last.
func (c *Case) Loads() [][]Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	byLoad := make([][]Evidence, c.state.loads+1)
	for i, e := range c.state.evidence {
		n := c.state.loadOf[i]
		byLoad[n] = append(byLoad[n], e)
	}
	return slices.DeleteFunc(byLoad, func(l []Evidence) bool { return len(l) == 0 })
}

// Place is where an evidence file is looked for: where it was, or in the case's own evidence folder, which moves
// with the case.
func (c *Case) Place(e *Evidence) string { return placeIn(c.dir, e) }

// placeIn is Place for the case folder dir. Whoever reads the file compares its hash, so that a file of the same
// name in the folder does no harm.
func placeIn(dir string, e *Evidence) string {
	abs := filepath.ToSlash(e.Abs)
	within := ""
	if e.Path == evidenceName+"/"+path.Base(abs) {
		within = path.Base(abs)
	} else if _, err := os.Lstat(e.Abs); err == nil {
		return e.Abs
	} else if i := strings.LastIndex(abs, "/"+evidenceName+"/"); i >= 0 {
		within = abs[i+len(evidenceName)+2:]
	}
	if own := filepath.FromSlash(within); filepath.IsLocal(own) {
		own = filepath.Join(dir, evidenceName, own)
		if _, err := os.Lstat(own); err == nil {
			return own
		}
	}
	return e.Abs
}

// Runs lists the runs that took evidence in, oldest first.
func (c *Case) Runs() []Run {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Run(nil), c.state.runs...)
}

// HasSource finds a registered file by the SHA-256 of its bytes as stored.
func (c *Case) HasSource(sha256 string) (Evidence, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i, ok := c.state.bySHA[sha256]; ok {
		return c.state.evidence[i], true
	}
	return Evidence{}, false
}

// A runRecord closes the evidence records before it: without it, or with another count, they are not
// taken in. So a load is in the journal whole or not at all, however its write was cut short.
type runRecord struct {
	Run
	Sources int `json:"sources"`
}

// An evidenceRecord is Evidence as the journal has it.
type evidenceRecord struct {
	Key       string          `json:"key"`
	Path      rawText         `json:"path"`
	Abs       rawText         `json:"abs"`
	SHA256    string          `json:"sha256"`
	Size      int64           `json:"size"`
	ModTime   time.Time       `json:"mtime"`
	Format    string          `json:"format"`
	Zone      string          `json:"zone"`
	Role      string          `json:"role"`
	TakenBy   string          `json:"taken_by"`
	TakenHost string          `json:"taken_at_host"`
	TakenAt   time.Time       `json:"taken_at"`
	Read      int64           `json:"read"`
	Parsed    int64           `json:"parsed"`
	Rejected  int64           `json:"rejected"`
	Comments  int64           `json:"comments"`
	First     time.Time       `json:"first"`
	Last      time.Time       `json:"last"`
	Rejects   []triage.Reject `json:"rejects,omitempty"`
	Truncated string          `json:"truncated,omitempty"`
	Partial   bool            `json:"partial,omitempty"`
	Reached   int64           `json:"reached,omitempty"`
}

func toEvidenceRecord(e Evidence) evidenceRecord {
	rejects := append([]triage.Reject(nil), e.Rejects[:min(len(e.Rejects), maxRejects)]...)
	for i := range rejects {
		rejects[i].Text = cut(rejects[i].Text, triage.MaxRejectText)
		rejects[i].Reason = cut(rejects[i].Reason, 1000)
	}
	return evidenceRecord{
		Key: e.Key, Path: rawText(e.Path), Abs: rawText(e.Abs), SHA256: e.SHA256, Size: e.SizeBytes,
		ModTime: e.ModTime.UTC(), Format: e.Format, Zone: e.Zone, Role: e.Role,
		TakenBy: e.TakenBy, TakenHost: e.TakenAtHost, TakenAt: e.TakenAt.UTC(),
		Read: e.Read, Parsed: e.Parsed, Rejected: e.Rejected, Comments: e.Comments,
		First: e.First.UTC(), Last: e.Last.UTC(), Rejects: rejects, Truncated: cut(e.Truncated, 1000),
		Partial: e.Partial, Reached: e.Reached,
	}
}

// MarshalJSON writes evidence as the journal has it: lower-case keys, and paths that are no UTF-8 as
// {"base64": "..."}.
func (e Evidence) MarshalJSON() ([]byte, error) { return json.Marshal(toEvidenceRecord(e)) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Evidence) UnmarshalJSON(b []byte) error {
	var r evidenceRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	*e = r.evidence()
	return nil
}

func (r evidenceRecord) evidence() Evidence {
	return Evidence{
		Source: triage.Source{Key: r.Key, Path: string(r.Path), Abs: string(r.Abs), SHA256: r.SHA256,
			SizeBytes: r.Size, ModTime: r.ModTime, Format: r.Format, Zone: r.Zone},
		Role: r.Role, TakenBy: r.TakenBy, TakenAtHost: r.TakenHost, TakenAt: r.TakenAt,
		Read: r.Read, Parsed: r.Parsed, Rejected: r.Rejected, Comments: r.Comments,
		First: r.First, Last: r.Last, Rejects: r.Rejects, Truncated: r.Truncated,
		Partial: r.Partial, Reached: r.Reached,
	}
}
