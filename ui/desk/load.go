package desk

// Taking evidence in: what is it, have we it already, who reads it, what came of it.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/intel"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// LoadOptions says what to take in.
type LoadOptions struct {
	Paths    []string       // files, or folders that are walked
	Baseline []string       // hash lists of known-good files
	KnownBad []string       // hash lists of known-bad files
	Format   string         // a name of weblog.Formats for every file of Paths; empty finds it from the content
	Zone     *time.Location // for times without zone; nil is UTC
	ZoneName string         // how the zone was given, for the journal; empty is "UTC"
}

// Progress is how far a load has come.
type Progress struct {
	Stage            string // "hashing", "reading", "judging the whole", "recording"
	Files, FilesDone int
	Bytes, BytesDone int64 // as stored
	Lines            int64
	File             string // being read; may be empty
}

// A Ledger says what became of everything that a load was given.
type Ledger struct {
	Files   []cases.Evidence // taken in, in the order of reading
	Already []Already        // in the case before, not read again
	Refused []cases.Refused  // not taken in
	Counts  index.Counts     // of the whole case afterwards
	Elapsed time.Duration
}

// Already is a file whose bytes the case holds under another entry or the same.
type Already struct {
	Path string
	As   string // Source.Path of the one in the case
}

const (
	sniffBytes    = 64 << 10
	maxLoadFiles  = 1_000_000
	maxEntriesAll = 20_000_000
)

// an item is one file on its way in.
type item struct {
	src    triage.Source
	role   string
	format weblog.Format
	known  *cases.Evidence // registered before, but missing from the index
}

// Load takes evidence in. Files that cannot be read or are nothing it knows are refused by name in the ledger
// and the rest goes on; the error is for what stops the load as a whole, after which the case is as before:
// a cancelled ctx, a full disk, a path that does not exist.
func (d *Desk) Load(ctx context.Context, o LoadOptions, progress func(Progress)) (*Ledger, error) {
	l := &loader{d: d, o: o, ctx: ctx, progress: progress, started: time.Now().UTC(), ledger: &Ledger{}}
	if l.progress == nil {
		l.progress = func(Progress) {}
	}
	if o.Format != "" {
		f, err := weblog.ByName(o.Format)
		if err != nil {
			return nil, err
		}
		l.forced = f
	}
	return l.run()
}

type loader struct {
	d        *Desk
	o        LoadOptions
	ctx      context.Context
	progress func(Progress)
	started  time.Time
	forced   weblog.Format
	ledger   *Ledger
	items    []item
}

func (l *loader) run() (*Ledger, error) {
	if err := l.gather(); err != nil {
		return nil, err
	}
	if err := l.read(); err != nil {
		return nil, err
	}
	if err := l.d.Resurvey(); err != nil {
		return nil, err
	}
	l.ledger.Counts = l.d.Store.Counts()
	l.ledger.Elapsed = time.Since(l.started)
	return l.ledger, nil
}

// gather lists, hashes and recognises the files.
func (l *loader) gather() error {
	type given struct {
		path, shown, role string
	}
	var all []given
	add := func(paths []string, role string) error {
		for _, p := range paths {
			err := walk(p, l.d.Case.Dir(), func(path, shown string) error {
				if len(all) >= maxLoadFiles {
					return fmt.Errorf("more than %d files: load them in parts", maxLoadFiles)
				}
				all = append(all, given{path, shown, role})
				return nil
			}, l.refuse)
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := errors.Join(add(l.o.Paths, ""), add(l.o.Baseline, triage.RoleBaseline), add(l.o.KnownBad, triage.RoleKnownBad)); err != nil {
		return err
	}
	for i, g := range all {
		l.progress(Progress{Stage: "hashing", Files: len(all), FilesDone: i, File: g.shown})
		if err := l.take(g.path, g.shown, g.role); err != nil {
			return err
		}
	}
	return l.ctx.Err()
}

func (l *loader) refuse(path string, err error) {
	l.ledger.Refused = append(l.ledger.Refused, cases.Refused{Path: triage.Visible(path), Reason: reasonOf(err)})
}

// reasonOf is an error's text without the path, which stands beside it.
func reasonOf(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return "no permission to read it: ask its owner, or read a copy"
		default:
			return triage.Visible(pe.Err.Error())
		}
	}
	return triage.Visible(err.Error())
}

// take hashes one file, says what it is and adds it to the items.
func (l *loader) take(path, shown, role string) error {
	sum, size, err := source.Hash(l.ctx, path)
	if err != nil {
		if l.ctx.Err() != nil {
			return l.ctx.Err()
		}
		l.refuse(shown, err)
		return nil
	}
	for _, it := range l.items {
		if it.src.SHA256 == sum {
			l.ledger.Already = append(l.ledger.Already, Already{shown, it.src.Path})
			return nil
		}
	}
	var known *cases.Evidence
	if e, ok := l.d.Case.HasSource(sum); ok {
		if l.indexed(e) {
			l.ledger.Already = append(l.ledger.Already, Already{shown, e.Path})
			return nil
		}
		known = &e
		role = e.Role
	}
	it := item{role: role, known: known, src: triage.Source{Path: shown, SHA256: sum, SizeBytes: size, Zone: l.zoneName()}}
	if it.src.Abs, err = filepath.Abs(path); err != nil {
		return err
	}
	if st, err := os.Stat(path); err == nil {
		it.src.ModTime = st.ModTime().UTC()
	}
	if err := l.recognise(&it, path); err != nil {
		l.refuse(shown, err)
		return nil
	}
	it.src.Key = l.d.Case.SourceKey(sum, l.sums()...)
	if known != nil {
		it.src.Key, it.src.Path = known.Key, known.Path
	}
	l.items = append(l.items, it)
	return nil
}

func (l *loader) zoneName() string {
	if l.o.ZoneName == "" {
		return "UTC"
	}
	return l.o.ZoneName
}

func (l *loader) sums() []string {
	var out []string
	for _, it := range l.items {
		out = append(out, it.src.SHA256)
	}
	return out
}

// indexed reports whether the index holds a registered source. Lists are held as entries.
func (l *loader) indexed(e cases.Evidence) bool {
	if e.Role == cases.RoleLog {
		return slices.ContainsFunc(l.d.Store.Sources(), func(s triage.Source) bool { return s.SHA256 == e.SHA256 })
	}
	lists, err := l.d.Store.Entries()
	return err == nil && slices.ContainsFunc(lists, func(x index.EntryList) bool { return x.Source.SHA256 == e.SHA256 })
}

// recognise finds role and format from the first bytes.
func (l *loader) recognise(it *item, path string) error {
	r, err := source.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	sample := make([]byte, sniffBytes)
	n, err := io.ReadFull(r, sample)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	sample = sample[:n]
	list, listErr := hashlist.Detect(sample)
	if it.role == triage.RoleBaseline || it.role == triage.RoleKnownBad {
		it.src.Format = list
		return listErr
	}
	format, logErr := l.forced, error(nil)
	if format == 0 {
		format, logErr = weblog.Detect(sample)
	}
	switch {
	case logErr == nil:
		it.role, it.format, it.src.Format = cases.RoleLog, format, format.Name()
	case listErr == nil:
		it.role, it.src.Format = triage.RoleListing, list
	default:
		return logErr
	}
	return nil
}

// read reads the items into the index and records them in the case.
func (l *loader) read() error {
	if len(l.items) == 0 {
		if len(l.ledger.Refused) > 0 {
			return l.record(nil) // that it was offered and refused is part of the case's story
		}
		return nil
	}
	var inputs []index.Input
	for _, it := range l.items {
		if it.role == cases.RoleLog {
			inputs = append(inputs, index.Input{Source: it.src, Format: it.format, Zone: l.o.Zone})
		}
	}
	lists, evidence, err := l.readLists()
	if err != nil {
		return err
	}
	judge := triage.NewJudge()
	// The journal is written when the rows are ready and before they become visible, so that a full disk
	// leaves neither without the other.
	commit := func(parsed []index.Parsed) error {
		l.progress(Progress{Stage: "recording"})
		for _, p := range parsed {
			evidence[p.Source.SHA256] = logEvidence(p)
		}
		return l.record(evidence)
	}
	if len(inputs) > 0 {
		_, err = l.d.Store.Load(l.ctx, inputs, judge, index.Hooks{Record: commit, Progress: func(p index.Progress) {
			l.progress(Progress{Stage: "reading", Files: p.Files, FilesDone: p.FilesDone, Bytes: p.Bytes, BytesDone: p.BytesDone, Lines: p.Lines, File: p.File})
		}})
	} else {
		err = commit(nil)
	}
	if err != nil {
		return err
	}
	for _, list := range lists {
		if err := l.d.Store.AddEntries(list.Source, list.Role, list.Entries); err != nil {
			return err
		}
	}
	return nil
}

func logEvidence(p index.Parsed) cases.Evidence {
	e := cases.Evidence{Source: p.Source, Role: cases.RoleLog, Read: p.Read, Parsed: p.Parsed, Rejected: p.Rejected,
		Comments: p.Comments, First: p.First, Last: p.Last, Rejects: p.Rejects, Truncated: p.Truncated}
	if p.Err != nil && e.Truncated == "" {
		e.Truncated = reasonOf(p.Err)
	}
	return e
}

// readLists reads the hash lists.
func (l *loader) readLists() ([]triage.HashList, map[string]cases.Evidence, error) {
	var lists []triage.HashList
	evidence := map[string]cases.Evidence{}
	total := 0
	for i, it := range l.items {
		if it.role == cases.RoleLog {
			continue
		}
		l.progress(Progress{Stage: "reading", Files: len(l.items), FilesDone: i, File: it.src.Path})
		list, e, err := l.readList(it)
		if err != nil {
			if l.ctx.Err() != nil {
				return nil, nil, l.ctx.Err()
			}
			e.Truncated = reasonOf(err)
		}
		if total += len(list.Entries); total > maxEntriesAll {
			return nil, nil, fmt.Errorf("the hash lists hold more than %d entries: load them in parts", maxEntriesAll)
		}
		lists = append(lists, list)
		evidence[it.src.SHA256] = e
	}
	return lists, evidence, nil
}

func (l *loader) readList(it item) (triage.HashList, cases.Evidence, error) {
	list := triage.HashList{Source: it.src, Role: it.role}
	e := cases.Evidence{Source: it.src, Role: it.role}
	r, err := source.Open(it.src.Abs)
	if err != nil {
		return list, e, err
	}
	defer r.Close()
	st, err := hashlist.Read(r, it.src, l.o.Zone, func(h triage.HashEntry) error {
		if len(list.Entries) >= maxEntriesAll {
			return fmt.Errorf("more than %d entries", maxEntriesAll)
		}
		if !h.ModTime.IsZero() {
			if e.First.IsZero() || h.ModTime.Before(e.First) {
				e.First = h.ModTime
			}
			if h.ModTime.After(e.Last) {
				e.Last = h.ModTime
			}
		}
		list.Entries = append(list.Entries, h)
		return l.ctx.Err()
	})
	e.Read, e.Parsed, e.Rejected, e.Comments, e.Rejects = st.Read, st.Parsed, st.Rejected, st.Comments, st.Rejects
	if t := r.Truncated(); t != nil {
		e.Truncated = reasonOf(t)
	}
	return list, e, err
}

// record writes the register and the run to the journal.
func (l *loader) record(evidence map[string]cases.Evidence) error {
	run := cases.Run{Version: Version, Args: l.d.who.Args, RuleSet: triage.RuleSetHash(), KnowledgeBase: intel.Load().Version(),
		Zone: l.zoneName(), Started: l.started, Ended: time.Now().UTC(), Refused: l.ledger.Refused}
	var fresh []cases.Evidence
	for _, it := range l.items {
		e, ok := evidence[it.src.SHA256]
		if !ok {
			continue
		}
		run.Read, run.Parsed, run.Rejected = run.Read+e.Read, run.Parsed+e.Parsed, run.Rejected+e.Rejected
		l.ledger.Files = append(l.ledger.Files, e)
		if it.known == nil {
			fresh = append(fresh, e)
		}
	}
	return l.d.Case.TakeIn(l.d.who.cases(), fresh, run)
}

// walk calls yield for each regular file at or below path, in order of name, with the path under which it is
// shown. What cannot be read goes to refuse. The case's own folder is left out.
func walk(path, caseDir string, yield func(path, shown string) error, refuse func(string, error)) error {
	if _, err := os.Lstat(path); err != nil {
		return fmt.Errorf("%s: %s", triage.Visible(path), reasonOf(err))
	}
	own, _ := filepath.Abs(caseDir)
	root := filepath.Clean(path)
	return filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		shown := shownPath(root, p)
		if err != nil {
			refuse(shown, err)
			if e != nil && e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			if abs, err := filepath.Abs(p); err == nil && abs == own {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() && p != root {
			refuse(shown, errors.New("not a regular file (a link, device or pipe): name it itself to have it read"))
			return nil
		}
		return yield(p, shown)
	})
}

// shownPath is how a source is named from then on: the path as given if it is relative and inside the working
// folder, else from the last part of what was given on.
func shownPath(root, path string) string {
	if filepath.IsLocal(path) {
		return filepath.ToSlash(path)
	}
	rel, err := filepath.Rel(filepath.Dir(root), path)
	if err != nil || !filepath.IsLocal(rel) {
		rel = filepath.Base(path)
	}
	return strings.TrimPrefix(filepath.ToSlash(rel), "./")
}
