package cases

// What the analyst decides beside what is computed: who belongs together, who it is, what the case is about,
// and which intelligence it uses. All of it is in the journal, with who said so and why.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// maxReason bounds the reason of a decision and maxFact each fact of a case, in bytes.
const (
	maxReason = 64 << 10
	maxFact   = 1000
)

// MaxRegrouped bounds the clients of one grouping.
const MaxRegrouped = 1000

// A Grouping is an analyst's word on which clients are one intruder.
type Grouping struct {
	triage.Regrouping
	At time.Time `json:"at"` // set by Regroup
}

// Regroup records that clients belong together or apart. The grouping takes effect with the next survey.
func (c *Case) Regroup(who Who, g triage.Regrouping) error {
	if err := g.Check(); err != nil {
		return err
	}
	if len(g.Clients) > MaxRegrouped {
		return fmt.Errorf("%d clients, the most is %d", len(g.Clients), MaxRegrouped)
	}
	if err := checkReason(g.Reason); err != nil {
		return err
	}
	return c.change(who, func() ([]entry, error) {
		g.Author = who.Analyst
		return []entry{{kindGrouping, Grouping{g, c.now().UTC()}}}, nil
	})
}

// Groupings lists what was decided of intruders, oldest first.
func (c *Case) Groupings() []Grouping {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.state.groupings)
}

// An Attribution is an analyst's word on who an intruder is. It stands beside the computed answer and never
// replaces it.
type Attribution struct {
	Actor      string    `json:"actor"`      // reference of the intruder
	Client     string    `json:"client"`     // its first client, by which it is found again
	Name       string    `json:"name"`       // whom the analyst holds it to be, or "unattributed"; empty takes the word back
	Likelihood string    `json:"likelihood"` // a word of ICD 203; empty if not told
	Confidence string    `json:"confidence"` // "low", "moderate", "high"; empty if not told
	Reason     string    `json:"reason"`
	Computed   string    `json:"computed"` // the verdict that it stands beside, as it was then
	Author     string    `json:"author"`   // set by SetAttribution
	At         time.Time `json:"at"`       // set by SetAttribution
}

// SetAttribution records a.Name for a.Actor, in place of the former word; an empty Name takes that back. A
// reason is needed.
func (c *Case) SetAttribution(who Who, a Attribution) error {
	switch a.Confidence {
	case "", "low", "moderate", "high":
	default:
		return fmt.Errorf("unknown confidence %q: want low, moderate or high", triage.VisibleN(a.Confidence, 40))
	}
	if a.Actor == "" || len(a.Name) > maxFact || len(a.Likelihood) > maxFact {
		return errors.New("an attribution needs an intruder and a name of at most 1000 bytes")
	}
	if err := checkReason(a.Reason); err != nil {
		return err
	}
	return c.change(who, func() ([]entry, error) {
		a.Author, a.At = who.Analyst, c.now().UTC()
		return []entry{{kindAttribution, a}}, nil
	})
}

// Attributions is the attribution in force by the reference of the intruder.
func (c *Case) Attributions() map[string]Attribution {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]Attribution{}
	for k, v := range c.state.attributions {
		out[k] = v
	}
	return out
}

func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errors.New("a decision needs its reason: say why with -m")
	}
	if len(reason) > maxReason {
		return fmt.Errorf("the reason has %d bytes, the most is %d", len(reason), maxReason)
	}
	return nil
}

// An Intel is a list of indicators or a knowledge base that the case uses; its file is kept in the case.
type Intel struct {
	ID      string    `json:"id"`     // "k:" + the first hex digits of SHA256
	Path    string    `json:"path"`   // as given
	Kept    string    `json:"kept"`   // the copy, relative to the case folder
	SHA256  string    `json:"sha256"` // of the file as given
	Format  string    `json:"format"`
	Source  string    `json:"source"` // whose statement it is
	Grade   string    `json:"grade"`  // Admiralty
	Entries int       `json:"entries"`
	Skipped int       `json:"skipped"` // lines or objects that could not be used
	Author  string    `json:"author"`  // set by AddIntel
	At      time.Time `json:"at"`      // set by AddIntel
	Removed bool      `json:"removed,omitempty"`
}

// IntelDir is the folder of the copies; it need not exist.
func (c *Case) IntelDir() string { return filepath.Join(c.dir, intelName) }

// KeepIntel writes the copy of intelligence that is to be added.
func (c *Case) KeepIntel(in Intel, b []byte) error {
	if err := os.MkdirAll(c.IntelDir(), 0o750); err != nil {
		return fmt.Errorf("keep a copy: %w", err)
	}
	if err := writeFile(filepath.Join(c.dir, filepath.FromSlash(in.Kept)), b); err != nil {
		return fmt.Errorf("keep a copy: %w", err)
	}
	return nil
}

// AddIntel records intelligence that is in IntelDir.
func (c *Case) AddIntel(who Who, in Intel) error {
	return c.change(who, func() ([]entry, error) {
		if _, ok := c.state.intelByID(in.ID); ok && !in.Removed {
			return nil, fmt.Errorf("%s is in the case already", in.ID)
		}
		in.Author, in.At = who.Analyst, c.now().UTC()
		return []entry{{kindIntel, in}}, nil
	})
}

// ErrNoIntel says that the case has no such intelligence.
var ErrNoIntel = errors.New("the case has no such intelligence")

// RemoveIntel records that intelligence is used no more. Its copy stays in the case.
func (c *Case) RemoveIntel(who Who, id string) (Intel, error) {
	c.mu.Lock()
	var found []Intel
	for _, in := range c.state.intel {
		if id != "" && (strings.HasPrefix(in.ID, id) || strings.HasPrefix(strings.TrimPrefix(in.ID, "k:"), id)) {
			found = append(found, in)
		}
	}
	c.mu.Unlock()
	if len(found) != 1 {
		return Intel{}, fmt.Errorf("%s: %w (%d fit): spoor intel list CASE prints them", triage.VisibleN(id, 60), ErrNoIntel, len(found))
	}
	in := found[0]
	in.Removed = true
	return in, c.AddIntel(who, in)
}

// Intel lists the intelligence in use, in the order it was added.
func (c *Case) Intel() []Intel {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.state.intel)
}

func (s *state) intelByID(id string) (int, bool) {
	i := slices.IndexFunc(s.intel, func(in Intel) bool { return in.ID == id })
	return i, i >= 0
}

// applyAnalyst replays a record of this file; it reports whether the kind is one.
func (s *state) applyAnalyst(r record) (bool, error) {
	switch r.Kind {
	case kindGrouping:
		var g Grouping
		if err := decode(r, &g); err != nil {
			return true, err
		}
		if err := g.Check(); err != nil {
			return true, err
		}
		s.groupings = append(s.groupings, g)
	case kindAttribution:
		var a Attribution
		if err := decode(r, &a); err != nil {
			return true, err
		}
		if a.Name == "" {
			delete(s.attributions, a.Actor)
		} else {
			s.attributions[a.Actor] = a
		}
	case kindFacts:
		f := new(Facts)
		if err := decode(r, f); err != nil {
			return true, err
		}
		s.facts = f
	case kindIntel:
		var in Intel
		if err := decode(r, &in); err != nil {
			return true, err
		}
		at, ok := s.intelByID(in.ID)
		switch {
		case in.Removed && ok:
			s.intel = slices.Delete(s.intel, at, at+1)
		case !in.Removed && !ok:
			s.intel = append(s.intel, in)
		}
	default:
		return false, nil
	}
	return true, nil
}
