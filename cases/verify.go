package cases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/cases/seal"
	"spoor/triage"
)

// A WrittenReport is one report that was exported.
type WrittenReport struct {
	Path      string    `json:"path"` // relative to the case folder, with slashes, if it is inside; else absolute
	SHA256    string    `json:"sha256"`
	Format    string    `json:"format"`
	Citations int       `json:"citations"` // references it cites
	At        time.Time `json:"-"`
	By        Who       `json:"-"`
	// Cited are the records of evidence that it cites; empty in journals of earlier versions.
	Cited []CitedText `json:"cited,omitempty"`
}

// A CitedText is what a report rests on: a record and the text it had then.
type CitedText struct {
	Ref        string `json:"ref"`
	TextSHA256 string `json:"text_sha256"` // empty if it could not be read then
}

// RecordReport records that a report that cites these records was written to path.
func (c *Case) RecordReport(who Who, path, sha256, format string, cited []CitedText) error {
	path, err := c.reportPath(path)
	if err != nil {
		return err
	}
	return c.change(who, func() ([]entry, error) {
		return []entry{{kindReport, WrittenReport{Path: path, SHA256: sha256, Format: format, Citations: len(cited), Cited: cited}}}, nil
	})
}

// RecordUnmasked records that somebody had masked values shown, and which.
func (c *Case) RecordUnmasked(who Who, what string) error {
	return c.change(who, func() ([]entry, error) {
		return []entry{{kindUnmasked, unmasked{what}}}, nil
	})
}

// unmasked is the payload of the record.
type unmasked struct {
	What string `json:"what"`
}

// reportPath is path relative to the case folder if it is inside, so that a case can be moved, else absolute.
func (c *Case) reportPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("record the report: %w", err)
	}
	dir, err := filepath.Abs(c.dir)
	if err != nil {
		return "", fmt.Errorf("record the report: %w", err)
	}
	if rel, err := filepath.Rel(dir, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel), nil
	}
	return abs, nil
}

// Reports lists the reports that were written, oldest first.
func (c *Case) Reports() []WrittenReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]WrittenReport(nil), c.state.reports...)
}

// The kinds of problems.
const (
	ProblemJournal  = "journal"
	ProblemEvidence = "evidence"
	ProblemCitation = "citation"
	ProblemReport   = "report"
	ProblemSeal     = "seal"
)

// A Problem is one thing that Verify found to be other than recorded. Its texts are safe to draw.
type Problem struct {
	Kind   string `json:"kind"`
	What   string `json:"what"`
	Remedy string `json:"remedy"`
}

// maxProblems bounds the problems of one kind that Verify lists.
const maxProblems = 1000

// A Summary is what Verify looked at.
type Summary struct {
	Records    int64  `json:"records"` // of the journal
	Head       string `json:"head"`    // SHA-256 of its last line
	Evidence   int    `json:"evidence"`
	Bytes      int64  `json:"bytes"` // of evidence hashed
	Citations  int    `json:"citations"`
	Reports    int    `json:"reports"`     // compared with their recorded SHA-256
	ReportsOut int    `json:"reports_out"` // no longer where they were written; moved away is no problem
	// Seals are those of the case, in the order of the journal, then those that it does not name.
	Seals []SealCheck `json:"seals,omitempty"`
	// Remarks are oddities that leave everything as it was recorded: a clock that went back, a torn record
	// that was set aside. At most 100, safe to draw.
	Remarks []string `json:"remarks,omitempty"`
}

// Verify walks the chain of the journal from the first record, hashes every evidence file, every report
// that is still in its place, resolves every citation of notes (all versions) and verdicts again, and checks every
// seal. trust are the keys that the user knows; if it names any, a case without a seal of theirs is a problem.
//
// hash gives the SHA-256 of a file's bytes as stored, line the whole text that a reference stands for: a
// raw line without its line end, or what Citation.Text was. A nil line leaves citations out. Everything
// found is in problems, none of which ends the walk; the error is only for a cancelled ctx, a closed case
// or a journal that cannot be read. Nothing is written.
func (c *Case) Verify(ctx context.Context, hash func(ctx context.Context, path string) (sha string, size int64, err error),
	line func(ref string) ([]byte, error), trust *seal.Trust) ([]Problem, Summary, error) {
	v := verifier{dir: c.dir, hash: hash, line: line, trust: trust, count: map[string]int{}}
	if err := c.snapshot(&v); err != nil {
		return nil, v.sum, err
	}
	var err error
	if v.sealFiles, err = readSeals(c.dir); err != nil {
		v.add(ProblemSeal, err.Error(), "make the folder readable and verify again")
	}
	v.heads = v.sealFiles.wanted()
	if err := v.journal(ctx, filepath.Join(c.dir, journalName)); err != nil {
		return v.problems, v.sum, err
	}
	for _, step := range []func(context.Context) error{v.checkEvidence, v.checkCitations, v.checkReports, v.checkSeals} {
		if err := step(ctx); err != nil {
			return v.problems, v.sum, err
		}
	}
	return v.problems, v.sum, nil
}

// snapshot copies what is to be verified, so that the case is free for other work meanwhile.
func (c *Case) snapshot(v *verifier) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	if err := c.catchUp(); err != nil {
		v.add(ProblemJournal, err.Error(), "compare the journal with a copy or a report made before")
	}
	v.upTo = c.journal.size
	v.evidence = append(v.evidence, c.state.evidence...)
	v.reports = append(v.reports, c.state.reports...)
	v.caseID, v.seals = c.info.ID, append(v.seals, c.state.seals...)
	v.citations = c.state.quotes()
	if was, is := c.state.begun, c.info; was.ID == is.ID && !was.Same(is) {
		v.remark("%s is not as it was when the case was made: the first record of the journal says what it said", infoName)
	}
	entries, err := os.ReadDir(c.dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tornPrefix) {
			v.remark("%s holds a record that was torn by a crash: see what was to be recorded and do it again", e.Name())
		}
	}
	return err
}

// quotes lists the citations of notes, verdicts and reports.
func (s *state) quotes() []Quote {
	var out []Quote
	for _, ref := range s.order {
		for _, n := range s.notes[ref] {
			for _, on := range n.On {
				out = append(out, Quote{on, fmt.Sprintf("note %s version %d", n.Ref, n.Version)})
			}
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(s.verdicts)) {
		if v := s.verdicts[ref]; v.On.Ref != "" {
			out = append(out, Quote{v.On, "the verdict on " + v.Ref})
		}
	}
	for i := range s.reports {
		out = s.reports[i].quotes(out)
	}
	return out
}

// quotes adds what a report cites to what others do, each record and text once.
func (r *WrittenReport) quotes(to []Quote) []Quote {
	seen := map[CitedText]bool{}
	for _, c := range to {
		seen[CitedText{c.Ref, c.TextSHA256}] = true
	}
	for _, c := range r.Cited {
		if c.TextSHA256 != "" && !seen[c] {
			to = append(to, Quote{Citation{Ref: c.Ref, TextSHA256: c.TextSHA256}, "the report " + r.Path})
		}
	}
	return to
}

type verifier struct {
	dir       string
	hash      func(ctx context.Context, path string) (string, int64, error)
	line      func(ref string) ([]byte, error)
	upTo      int64 // bytes of the journal that the snapshot is made of
	evidence  []Evidence
	citations []Quote
	reports   []WrittenReport
	caseID    string
	seals     []Seal
	sealFiles SealFiles
	trust     *seal.Trust
	heads     map[int64]sealedLine // the records that seals speak of; zero until the walk comes to them
	problems  []Problem
	count     map[string]int
	sum       Summary
}

func (v *verifier) add(kind, what, remedy string) {
	v.count[kind]++
	switch n := v.count[kind]; {
	case n <= maxProblems:
		v.problems = append(v.problems, Problem{kind, triage.VisibleN(what, 2000), triage.VisibleN(remedy, 2000)})
	case n == maxProblems+1:
		v.problems = append(v.problems, Problem{kind, fmt.Sprintf("more than %d problems of this kind", maxProblems), "mend these first"})
	}
}

// maxRemarks bounds Summary.Remarks.
const maxRemarks = 100

func (v *verifier) remark(format string, args ...any) {
	if len(v.sum.Remarks) < maxRemarks {
		v.sum.Remarks = append(v.sum.Remarks, triage.VisibleN(fmt.Sprintf(format, args...), 2000))
	}
}

// journal walks the chain of a journal in a file.
func (v *verifier) journal(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("verify the journal: %w", err)
	}
	defer f.Close()
	return v.chain(ctx, f, func(record) {})
}

// chain walks a journal from its first byte and hands on what are records.
func (v *verifier) chain(ctx context.Context, journal io.Reader, yield func(record)) error {
	const remedy = "compare the journal with a copy or with the head quoted in a report made before"
	var at, seq, no int64
	head, broken := "", false
	var last time.Time
	return scanLines(journal, func(l *journalLine) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if at >= v.upTo { // written since, or torn in a folder that is read-only
			return nil
		}
		at += l.size
		no++
		r, err := l.record()
		switch {
		case err != nil:
			broken = true
			v.add(ProblemJournal, fmt.Sprintf("%s:%d: is no record: %v", journalName, no, err), remedy)
		case r.Prev != head || r.Seq != seq+1:
			broken = true
			v.add(ProblemJournal, fmt.Sprintf("%s:%d: record %d does not follow the line before it (record %d): one of them was changed, or records were removed or put between",
				journalName, no, r.Seq, seq), remedy)
		case r.Time.Before(last.Add(-clockSlack)):
			v.remark("%s:%d: record %d says %s, the one before it %s: a clock was wrong or set back; the order of records is that of the journal",
				journalName, no, r.Seq, r.Time.Format(time.RFC3339), last.Format(time.RFC3339))
		}
		if err == nil {
			seq, last = r.Seq, r.Time
			v.sum.Records++
			if _, sealed := v.heads[r.Seq]; sealed {
				v.heads[r.Seq] = sealedLine{l.sum, broken}
			}
			yield(r)
		}
		head = l.sum
		v.sum.Head = head
		return nil
	})
}

// clockSlack is how far the clock may step back between records before it is worth a word, such as when
// it is set by NTP.
const clockSlack = 2 * time.Minute

func (v *verifier) checkEvidence(ctx context.Context) error {
	for i := range v.evidence {
		e := &v.evidence[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		v.sum.Evidence++
		sha, size, err := v.hash(ctx, placeIn(v.dir, e))
		v.sum.Bytes += size
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			v.add(ProblemEvidence, fmt.Sprintf("%s: is no longer at %s", e.Path, e.Abs),
				"put the file back, its SHA-256 is "+e.SHA256)
		case err != nil:
			v.add(ProblemEvidence, fmt.Sprintf("%s: cannot be read: %v", e.Path, err), "make it readable and verify again")
		case sha != e.SHA256:
			v.add(ProblemEvidence, fmt.Sprintf("%s: has SHA-256 %s and %d bytes, was taken in with %s and %d bytes", e.Path, sha, size, e.SHA256, e.SizeBytes),
				"restore the file from the copy that was collected; what has changed since is no evidence of this case")
		}
	}
	return nil
}

func (v *verifier) checkCitations(ctx context.Context) error {
	if v.line == nil {
		return nil
	}
	for i := range v.citations {
		c := &v.citations[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		v.sum.Citations++
		text, err := v.line(c.Ref)
		gone := fmt.Sprintf("it was line %d of %s (SHA-256 %s): load that file again", c.Line, c.Source, c.SHA256)
		other := fmt.Sprintf("compare line %d of %s with the copy in the note", c.Line, c.Source)
		if c.Source == "" {
			gone, other = "put the evidence back and run spoor reindex", "compare the record with the copy in the report"
		}
		switch {
		case err != nil:
			v.add(ProblemCitation, fmt.Sprintf("%s cites %s, which does not resolve: %v", c.By, c.Ref, err), gone)
		case hexSum(text) != c.TextSHA256:
			v.add(ProblemCitation, fmt.Sprintf("%s cites %s, which now reads otherwise than when it was cited", c.By, c.Ref), other)
		}
	}
	return nil
}

// checkReports hashes the last report written to each path, if it is still there.
func (v *verifier) checkReports(ctx context.Context) error {
	seen := map[string]bool{}
	for i := len(v.reports) - 1; i >= 0; i-- {
		r := &v.reports[i]
		if seen[r.Path] {
			continue
		}
		seen[r.Path] = true
		path := filepath.FromSlash(r.Path)
		if !filepath.IsAbs(path) {
			path = filepath.Join(v.dir, path)
		}
		sha, _, err := v.hash(ctx, path)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			v.sum.ReportsOut++
		case err != nil:
			v.add(ProblemReport, fmt.Sprintf("%s: cannot be read: %v", r.Path, err), "make it readable and verify again")
		default:
			v.sum.Reports++
			if sha != r.SHA256 {
				v.add(ProblemReport, fmt.Sprintf("%s: was changed after it was written: has SHA-256 %s, was written with %s", r.Path, sha, r.SHA256),
					"write the report again")
			}
		}
	}
	return nil
}
