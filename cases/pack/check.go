package pack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"spoor/cases"
	"spoor/cases/seal"
	"spoor/triage"
)

// ProblemPack is the kind of problems with the members of a pack.
const ProblemPack = "pack"

const (
	maxMembers  = 200_000
	maxSmall    = 64 << 20 // of a manifest, of generated texts: what is kept in memory
	maxCited    = 64 << 20 // one line of cited.jsonl
	maxProblems = 1000
)

// A Checked is what Check found.
type Checked struct {
	Head     Head
	Info     cases.Info
	Members  int
	Problems []cases.Problem
	Summary  cases.Summary
}

// Check reads a pack, packed or unpacked, and names everything that does not hold: members that are not those of the
// manifest, the chain of the journal, the seals, reports and manifests of web roots that are not those that the journal
// recorded, and citations whose text is not in the pack or not what was cited. version is that of this program: texts
// that another version generated from the journal are not compared. The error is for what is no pack, or cannot be
// read.
func Check(ctx context.Context, path, version string, trust *seal.Trust) (*Checked, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	defer src.close()
	c := &checker{ctx: ctx, src: src, sums: map[string]string{}, small: map[string][]byte{}, seals: cases.SealFiles{}}
	for _, step := range []func() error{c.members, c.head, c.manifest} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if err := c.journal(trust); err != nil {
		return nil, err
	}
	if err := c.cited(); err != nil {
		return nil, err
	}
	c.recorded()
	if c.out.Info.ID == c.replay.Info.ID && !c.out.Info.Same(c.replay.Info) {
		c.add(ProblemPack, compare, "%s does not say what the journal says", InfoName)
	}
	if c.out.Head.Program == version {
		if err := c.generated(); err != nil {
			return nil, err
		}
	}
	return &c.out, nil
}

type checker struct {
	ctx    context.Context
	src    source
	sums   map[string]string // SHA-256 by member
	small  map[string][]byte // members that are looked into
	seals  cases.SealFiles
	replay *cases.Replay
	out    Checked
}

func (c *checker) add(kind, remedy, format string, args ...any) {
	if len(c.out.Problems) < maxProblems {
		c.out.Problems = append(c.out.Problems, cases.Problem{Kind: kind, What: triage.VisibleN(fmt.Sprintf(format, args...), 2000), Remedy: remedy})
	}
}

const compare = "compare with another copy of the pack, or with the case"

// members hashes each member and keeps those that the other steps look into.
func (c *checker) members() error {
	return c.src.each(func(name string, r io.Reader) error {
		if c.out.Members++; c.out.Members > maxMembers {
			return fmt.Errorf("it has more than %d members", maxMembers)
		}
		if _, twice := c.sums[name]; twice {
			c.add(ProblemPack, compare, "%s is in it twice", name)
		}
		sealed := strings.HasPrefix(name, "seals/")
		var keep bytes.Buffer
		var limit int64
		switch {
		case sealed:
			limit = seal.MaxFile
		case slices.Contains([]string{HeadName, InfoName, ManifestName}, name):
			limit = maxSmall
		}
		hash := sha256.New()
		r = io.TeeReader(&stopper{c.ctx, r}, hash)
		if _, err := io.Copy(&keep, io.LimitReader(r, limit)); err != nil {
			return fmt.Errorf("read %s: %w", triage.Visible(name), err)
		}
		if n, err := io.Copy(io.Discard, r); err != nil {
			return fmt.Errorf("read %s: %w", triage.Visible(name), err)
		} else if n > 0 {
			keep.Reset()
		}
		c.sums[name] = hex.EncodeToString(hash.Sum(nil))
		switch {
		case sealed:
			c.seals[strings.TrimPrefix(name, "seals/")] = keep.Bytes()
		case limit > 0:
			c.small[name] = keep.Bytes()
		}
		return nil
	})
}

// ErrNoPack says that something is no pack.
var ErrNoPack = errors.New("it is no pack of spoor")

func (c *checker) head() error {
	err := json.Unmarshal(c.small[HeadName], &c.out.Head)
	switch {
	case err != nil || c.out.Head.Spoor != "pack":
		return ErrNoPack
	case c.out.Head.Version > headVersion:
		return fmt.Errorf("the pack has version %d, this spoor reads up to %d: use the newer spoor that made it", c.out.Head.Version, headVersion)
	}
	if err := json.Unmarshal(c.small[InfoName], &c.out.Info); err != nil {
		c.add(ProblemPack, compare, "%s cannot be read: %v", InfoName, err)
	} else if c.out.Info.ID != c.out.Head.Case {
		c.add(ProblemPack, compare, "%s is of the case %s, the pack of %s", InfoName, c.out.Info.ID, c.out.Head.Case)
	}
	return nil
}

// manifest compares the members with what the manifest says.
func (c *checker) manifest() error {
	listed := map[string]bool{ManifestName: true}
	for line := range strings.Lines(string(c.small[ManifestName])) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || len(sum) != 64 {
			c.add(ProblemPack, compare, "%s has a line that is none of sha256sum", ManifestName)
			continue
		}
		listed[name] = true
		switch has, ok := c.sums[name]; {
		case !ok:
			c.add(ProblemPack, compare, "%s is missing", name)
		case has != sum:
			c.add(ProblemPack, compare, "%s was changed: it has SHA-256 %s, the manifest says %s", name, has, sum)
		}
	}
	for _, name := range []string{ManifestName, InfoName, JournalName, CitedName} {
		if _, ok := c.sums[name]; !ok && (name == ManifestName || !listed[name]) {
			c.add(ProblemPack, compare, "%s is missing", name)
		}
	}
	var extra []string
	for name := range c.sums {
		if !listed[name] {
			extra = append(extra, name)
		}
	}
	slices.Sort(extra)
	for _, name := range extra {
		c.add(ProblemPack, "it is no part of the pack: somebody put it there", "%s is not in the manifest", name)
	}
	return nil
}

// only reads one member.
func (c *checker) only(name string, read func(io.Reader) error) error {
	done := false
	return c.src.each(func(has string, r io.Reader) error {
		if has != name || done {
			return nil
		}
		done = true
		return read(&stopper{c.ctx, r})
	})
}

func (c *checker) journal(trust *seal.Trust) error {
	c.replay = &cases.Replay{}
	err := c.only(JournalName, func(r io.Reader) (err error) {
		c.replay, err = cases.VerifyJournal(c.ctx, r, c.out.Head.Case, c.seals, trust)
		return err
	})
	if err != nil {
		return err
	}
	c.out.Problems = append(c.out.Problems, c.replay.Problems...)
	c.out.Summary = c.replay.Summary
	if h := c.out.Head; c.replay.Begun.ID != h.Case || c.replay.Summary.Records != h.Records || c.replay.Summary.Head != h.Journal {
		c.add(cases.ProblemJournal, compare, "the journal is of the case %s with %d records and the head %s; the pack says %s, %d and %s",
			c.replay.Begun.ID, c.replay.Summary.Records, c.replay.Summary.Head, h.Case, h.Records, h.Journal)
	}
	return nil
}

// cited checks the text of each record that the journal says was cited.
func (c *checker) cited() error {
	type key struct{ ref, sum string }
	have := map[key]bool{}
	missing := map[string]string{}
	err := c.only(CitedName, func(r io.Reader) error {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxCited)
		for n := 1; lines.Scan(); n++ {
			var x Cited
			if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
				c.add(cases.ProblemCitation, compare, "%s:%d cannot be read: %v", CitedName, n, err)
				continue
			}
			sum := sha256.Sum256([]byte(x.Text))
			switch {
			case x.Missing != "":
				missing[x.Ref] = x.Missing
			case hex.EncodeToString(sum[:]) != x.TextSHA256:
				c.add(cases.ProblemCitation, compare, "%s:%d: the text of %s was changed", CitedName, n, x.Ref)
			default:
				have[key{x.Ref, x.TextSHA256}] = true
			}
		}
		return lines.Err()
	})
	if err != nil {
		return err
	}
	for i := range c.replay.Quotes {
		q := &c.replay.Quotes[i]
		if q.TextSHA256 == "" || q.Ref == "" {
			continue
		}
		c.out.Summary.Citations++
		if !have[key{q.Ref, q.TextSHA256}] {
			why := "the pack does not hold it"
			if m, ok := missing[q.Ref]; ok {
				why = "when the pack was made: " + m
			}
			c.add(cases.ProblemCitation, "look the line up in the evidence", "%s cites %s: %s", q.By, q.Ref, why)
		}
	}
	return nil
}

// recorded compares reports and manifests with the hashes that the journal has of them.
func (c *checker) recorded() {
	seen := map[string]bool{}
	for i := len(c.replay.Reports) - 1; i >= 0; i-- {
		r := &c.replay.Reports[i]
		if seen[r.Path] {
			continue
		}
		seen[r.Path] = true
		switch sum, ok := c.sums[r.Path]; {
		case !ok:
			c.out.Summary.ReportsOut++
		case sum != r.SHA256:
			c.add(cases.ProblemReport, compare, "%s was changed after it was written: has SHA-256 %s, was written with %s", r.Path, sum, r.SHA256)
		default:
			c.out.Summary.Reports++
		}
	}
	for i := range c.replay.Evidence {
		e := &c.replay.Evidence[i]
		if sum, ok := c.sums[filepath.ToSlash(e.Path)]; ok && strings.HasPrefix(e.Path, "evidence/") {
			c.out.Summary.Evidence++
			c.out.Summary.Bytes += e.SizeBytes
			if sum != e.SHA256 {
				c.add(cases.ProblemEvidence, compare, "%s: has SHA-256 %s, was taken in with %s", e.Path, sum, e.SHA256)
			}
		}
	}
}

// generated compares the texts that follow from the journal with what the journal says.
func (c *checker) generated() error {
	files, err := Standard(c.out.Head, c.replay.Evidence, c.replay.Notes)
	if err != nil {
		return err
	}
	for _, f := range files {
		sum := sha256.Sum256(f.Data)
		if has, ok := c.sums[f.Name]; ok && has != hex.EncodeToString(sum[:]) {
			c.add(ProblemPack, compare, "%s does not say what the journal says", f.Name)
		}
	}
	return nil
}
