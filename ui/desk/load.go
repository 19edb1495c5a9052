package desk

// Taking evidence in: what is it, have we it already, who reads it, what came of it.

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
	"time"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/intel"
	"spoor/triage/process"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// LoadOptions says what to take in.
type LoadOptions struct {
	Paths    []string       // files, or folders that are walked
	Baseline []string       // hash lists of known-good files
	KnownBad []string       // hash lists of known-bad files
	Webroots []string       // folders that are copies of a web root
	Format   string         // a name of weblog.Formats for every file of Paths; empty finds it from the content
	Zone     *time.Location // for times without zone; nil is UTC
	ZoneName string         // how the zone was given, for the journal; empty is "UTC"
}

// A Ledger says what became of everything that a load was given.
type Ledger struct {
	Files   []cases.Evidence // taken in, in the order of reading
	Already []Already        // in the case before, not read again
	Refused []cases.Refused  // not taken in
	Waiting []string         // paths that the load did not come to, since it was stopped
	Counts  index.Counts     // of the whole case afterwards
	Elapsed time.Duration
	MD5     map[string]string // of Files by SHA-256; nil if it was not asked for
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
	zone   *time.Location  // for times without zone; nil is UTC
	known  *cases.Evidence // registered before, but missing from the index or in it only in part
}

// Load takes evidence in. Files that cannot be read or are nothing it knows are refused by name in the ledger
// and the rest goes on; the error is for what stops the load as a whole.
//
// A path that does not exist, or a disk that is full at once, leaves the case as before, and the ledger is nil.
// Otherwise the ledger comes with the error and says what was kept: after a cancelled ctx all that was read,
// after a full disk the steps before. Doing the same load again goes on from there.
func (d *Desk) Load(ctx context.Context, o LoadOptions, progress func(Progress)) (*Ledger, error) {
	l := &loader{d: d, o: o, ctx: ctx, progress: progress, pace: newPace(time.Now), started: time.Now().UTC(), ledger: &Ledger{},
		partial: map[string]index.Parsed{}, evidence: map[string]cases.Evidence{}}
	for _, p := range d.Store.Partial() {
		l.partial[p.Source.SHA256] = p
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
	pace     *pace
	ledger   *Ledger
	items    []item
	partial  map[string]index.Parsed   // what the index held in part before, by SHA-256
	evidence map[string]cases.Evidence // of the items read so far, by SHA-256
	kept     bool                      // something of this load is in the case
	again    bool                      // it reads what the register has, into a new index: the journal is left alone
}

func (l *loader) run() (*Ledger, error) {
	if err := l.gather(); err != nil {
		return nil, err
	}
	err := l.read()
	if err != nil && !l.kept && l.ctx.Err() == nil {
		return nil, err
	}
	if err == nil || l.kept { // whatever stopped the load, what is in the case is judged
		l.tell(Progress{Stage: "judging the whole"}, 0)
		err = errors.Join(err, l.d.Resurvey())
	}
	l.ledger.Counts = l.d.Store.Counts()
	l.ledger.Elapsed = time.Since(l.started)
	return l.ledger, err
}

// tell reports progress. skipped are the bytes that an earlier load has read.
func (l *loader) tell(p Progress, skipped int64) {
	if l.progress != nil {
		l.pace.fill(&p, skipped)
		l.progress(p)
	}
}

// gather lists, hashes and recognises the files.
func (l *loader) gather() error {
	type given struct {
		path, shown, role string
		size              int64
	}
	var all []given
	at := Progress{Stage: "hashing"}
	add := func(paths []string, role string) error {
		for _, p := range paths {
			err := walk(p, l.d.Case.Dir(), func(path, shown string) error {
				if len(all) >= maxLoadFiles {
					return fmt.Errorf("more than %d files: load them in parts", maxLoadFiles)
				}
				g := given{path: path, shown: shown, role: role}
				if st, err := os.Stat(path); err == nil {
					g.size = st.Size()
				}
				all = append(all, g)
				at.Files, at.Bytes = len(all), at.Bytes+g.size
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
	before := int64(0)
	for i, g := range all {
		at.FilesDone, at.BytesDone, at.File = i, before, g.shown
		l.tell(at, 0)
		err := l.take(g.path, g.shown, g.role, func(read int64) {
			at.BytesDone = before + min(read, g.size)
			l.tell(at, 0)
		})
		if err != nil {
			return err
		}
		before += g.size
	}
	for _, dir := range l.o.Webroots {
		if err := l.takeWebroot(dir); err != nil {
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
func (l *loader) take(path, shown, role string, tell func(read int64)) error {
	sum, size, err := source.HashTelling(l.ctx, path, tell)
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
	it := item{role: role, known: known, zone: l.o.Zone, src: triage.Source{Path: shown, SHA256: sum, SizeBytes: size, Zone: l.zoneName()}}
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
	if begun, ok := l.partial[sum]; ok && (begun.Source.Zone != it.src.Zone || begun.Source.Format != it.src.Format) {
		l.refuse(shown, &index.ResumeError{Format: begun.Source.Format, Zone: begun.Source.Zone})
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

// indexed reports whether the index holds a registered source, whole. Lists are held as entries.
func (l *loader) indexed(e cases.Evidence) bool {
	if _, ok := l.partial[e.SHA256]; ok {
		return false
	}
	if e.Role == cases.RoleLog {
		return slices.ContainsFunc(l.d.Store.Sources(), func(s triage.Source) bool { return s.SHA256 == e.SHA256 })
	}
	if e.Role == cases.RoleProcesses {
		return slices.ContainsFunc(l.d.Store.ProcessSources(), func(s triage.Source) bool { return s.SHA256 == e.SHA256 })
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
	if listErr == nil && list == triage.FormatWebroot { // whatever --format says of logs
		it.role, it.src.Format = triage.RoleListing, list
		return nil
	}
	if format == 0 {
		if events, err := process.Detect(sample); err == nil {
			it.role, it.src.Format = cases.RoleProcesses, events
			return nil
		}
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
			inputs = append(inputs, index.Input{Source: it.src, Format: it.format, Zone: it.zone})
		}
	}
	lists, evidence, err := l.readLists()
	if err != nil {
		return err
	}
	// The journal is written when the rows of a step are ready and before they become visible, so that a full
	// disk leaves neither without the other.
	commit := func(parsed []index.Parsed) error {
		l.tell(Progress{Stage: "recording"}, 0)
		for _, p := range parsed {
			evidence[p.Source.SHA256] = logEvidence(p)
		}
		if len(evidence) == 0 && l.ctx.Err() != nil {
			return nil // stopped before anything was read
		}
		err := l.record(evidence)
		clear(evidence)
		l.kept = l.kept || err == nil
		return err
	}
	var stopped error
	if len(inputs) > 0 {
		stopped, err = l.readLogs(inputs, commit)
	} else if len(evidence) > 0 {
		err = commit(nil)
	}
	if err != nil || !l.kept && len(inputs)+len(lists) > 0 {
		return errors.Join(err, stopped)
	}
	for _, list := range lists {
		if err := l.d.Store.AddEntries(list.Source, list.Role, list.Entries); err != nil {
			return err
		}
	}
	return errors.Join(stopped, l.readProcesses(stopped != nil))
}

// readLogs reads logs into the index. stopped is set if ctx was done before all was read; what was read is kept.
func (l *loader) readLogs(inputs []index.Input, commit func([]index.Parsed) error) (stopped, err error) {
	parsed, err := l.d.Store.Load(l.ctx, inputs, triage.NewJudge(), index.Hooks{Record: commit, Progress: func(p index.Progress) {
		l.tell(Progress{Stage: "reading", Files: p.Files, FilesDone: p.FilesDone, Bytes: p.Bytes, BytesDone: p.BytesDone, Lines: p.Lines, File: p.File}, p.Skipped)
	}})
	if err == nil || parsed == nil {
		return nil, err
	}
	for _, p := range parsed {
		if p.Err != nil && errors.Is(p.Err, l.ctx.Err()) {
			l.ledger.Waiting = append(l.ledger.Waiting, p.Source.Path)
		}
	}
	return err, nil
}

func logEvidence(p index.Parsed) cases.Evidence {
	e := cases.Evidence{Source: p.Source, Role: cases.RoleLog, Read: p.Read, Parsed: p.Parsed, Rejected: p.Rejected,
		Comments: p.Comments, First: p.First, Last: p.Last, Rejects: p.Rejects, Truncated: p.Truncated}
	if p.Partial {
		e.Partial, e.Reached = true, p.Offset
	}
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
		if it.role == cases.RoleLog || it.role == cases.RoleProcesses {
			continue
		}
		l.tell(Progress{Stage: "reading", Files: len(l.items), FilesDone: i, File: it.src.Path}, 0)
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
	st, err := hashlist.Read(r, it.src, it.zone, func(h triage.HashEntry) error {
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

// record writes what a step has read, and the run so far, to the journal.
func (l *loader) record(step map[string]cases.Evidence) error {
	maps.Copy(l.evidence, step)
	run := cases.Run{Version: Version, Args: l.d.who.Args, RuleSet: triage.RuleSetHash(), KnowledgeBase: intel.Load().Version(),
		Zone: l.zoneName(), Started: l.started, Ended: time.Now().UTC(), Refused: l.ledger.Refused}
	var fresh []cases.Evidence
	l.ledger.Files = nil
	for _, it := range l.items {
		e, ok := l.evidence[it.src.SHA256]
		if !ok {
			continue
		}
		was := l.partial[it.src.SHA256]
		run.Read, run.Parsed, run.Rejected = run.Read+e.Read-was.Read, run.Parsed+e.Parsed-was.Parsed, run.Rejected+e.Rejected-was.Rejected
		l.ledger.Files = append(l.ledger.Files, e)
		if _, ok := step[it.src.SHA256]; !ok {
			continue
		}
		if known, ok := l.d.Case.HasSource(it.src.SHA256); !ok || known.Partial {
			fresh = append(fresh, e)
		}
	}
	if l.again {
		return nil
	}
	return l.d.Case.TakeIn(l.d.who.cases(), fresh, run)
}
