package desk

// The index made anew from the register: nothing in it is anybody's work, so it may be lost, and come back.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// ErrIncomplete says that a new index was not put in place, since it would hold less than the old one.
var ErrIncomplete = errors.New("the old index stays: the new one would lack evidence that it holds")

// ReindexOptions says where evidence may be now.
type ReindexOptions struct {
	From []string // folders or files to look in, by SHA-256, for evidence that is no longer where it was
	Less bool     // put the new index in place even if it holds less than the old one
}

// A Rebuilt says what became of each registered file.
type Rebuilt struct {
	Files   []cases.Evidence `json:"files"`   // read again
	Moved   []Elsewhere      `json:"moved"`   // of those: found by its bytes elsewhere
	Lacking []cases.Refused  `json:"lacking"` // not read: gone, changed or not to be read, and why
	Differs []cases.Refused  `json:"differs"` // read otherwise than before, as by another version of spoor
	Elapsed time.Duration    `json:"elapsed_ns"`
}

// Elsewhere is a registered file that was found in another place.
type Elsewhere struct {
	Path string `json:"path"` // as in the register
	Now  string `json:"now"`
}

// Reindex makes the index of the case in dir anew, from the evidence that the register names, each file with the
// format, role and time zone it was taken in with, load by load as they were. References, notes and verdicts are
// the same afterwards, since they are in the journal.
//
// The old index stays in use until the new one is whole; whatever stops it, running it again starts afresh. The
// error wraps ErrIncomplete if evidence that the old index holds cannot be read any more; the answer is then given too.
func Reindex(ctx context.Context, dir string, who Who, o ReindexOptions, progress func(Progress)) (*Rebuilt, error) {
	c, err := cases.Open(dir)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if who.Analyst == "" {
		who.Analyst = c.Info().Analyst
	}
	held, err := heldBy(c.IndexDir())
	if err != nil {
		return nil, err
	}
	next, err := index.Replace(c.IndexDir())
	if err != nil {
		return nil, err
	}
	r := &rebuild{ctx: ctx, d: &Desk{Case: c, Store: next.Store, who: who}, o: o, progress: progress, started: time.Now().UTC(),
		out: &Rebuilt{Files: []cases.Evidence{}, Moved: []Elsewhere{}, Lacking: []cases.Refused{}, Differs: []cases.Refused{}}}
	err = r.run()
	if err == nil && !o.Less {
		for _, e := range r.lacking {
			if held[e.SHA256] {
				err = ErrIncomplete
			}
		}
	}
	if err == nil {
		err = r.record()
	}
	r.out.Elapsed = time.Since(r.started)
	if err != nil {
		return r.out, errors.Join(err, next.Abort())
	}
	return r.out, next.Commit()
}

// heldBy lists the sources that an index holds, by SHA-256. One that is absent or damaged holds none.
func heldBy(dir string) (map[string]bool, error) {
	held := map[string]bool{}
	if err := index.Settle(dir); err != nil {
		return nil, err
	}
	old, err := index.Open(dir)
	if err != nil {
		var newer *index.VersionError
		if errors.As(err, &newer) {
			return nil, err
		}
		return held, nil
	}
	defer old.Close()
	for _, s := range slices.Concat(old.Sources(), old.ProcessSources()) {
		held[s.SHA256] = true
	}
	for _, p := range old.Partial() {
		held[p.Source.SHA256] = true
	}
	if lists, err := old.Entries(); err == nil {
		for _, l := range lists {
			held[l.Source.SHA256] = true
		}
	}
	return held, nil
}

type rebuild struct {
	ctx      context.Context
	d        *Desk
	o        ReindexOptions
	progress func(Progress)
	started  time.Time
	out      *Rebuilt
	lacking  []cases.Evidence
	found    map[string]string // by SHA-256: files below o.From of a size that is wanted; nil until looked for
	read     []cases.Evidence  // as the register should have it now
}

func (r *rebuild) run() error {
	judged := r.loader(nil)
	for _, load := range r.d.Case.Loads() {
		var items []item
		for i := range load {
			it, err := r.item(&load[i])
			if r.ctx.Err() != nil {
				return r.ctx.Err()
			}
			if err != nil {
				r.lacking = append(r.lacking, load[i])
				r.out.Lacking = append(r.out.Lacking, cases.Refused{Path: triage.Visible(load[i].Path), Reason: triage.Visible(err.Error())})
				continue
			}
			items = append(items, it)
		}
		l := r.loader(items)
		if err := l.read(); err != nil {
			return err
		}
		for i := range l.ledger.Files {
			r.compare(&l.ledger.Files[i])
		}
	}
	judged.tell(Progress{Stage: "judging the whole"}, 0)
	return r.d.Resurvey()
}

func (r *rebuild) loader(items []item) *loader {
	return &loader{d: r.d, ctx: r.ctx, progress: r.progress, pace: newPace(time.Now), started: r.started, ledger: &Ledger{},
		items: items, partial: map[string]index.Parsed{}, evidence: map[string]cases.Evidence{}, again: true}
}

// item finds a registered file and says how it is to be read.
func (r *rebuild) item(e *cases.Evidence) (item, error) {
	it := item{role: e.Role, known: e, src: e.Source}
	place, err := r.place(e)
	if err != nil {
		return it, err
	}
	it.src.Abs = place
	if it.zone, err = ParseZone(e.Zone); err != nil {
		return it, err
	}
	if e.Role == cases.RoleLog {
		it.format, err = weblog.ByName(e.Format)
	}
	return it, err
}

// place is where the bytes of a registered file are now.
func (r *rebuild) place(e *cases.Evidence) (string, error) {
	place := r.d.Case.Place(e)
	sum, _, err := source.Hash(r.ctx, place)
	switch {
	case err == nil && sum == e.SHA256:
		return place, nil
	case r.ctx.Err() != nil:
		return "", r.ctx.Err()
	}
	elsewhere, lookErr := r.elsewhere(e)
	if lookErr != nil {
		return "", lookErr
	}
	if elsewhere != "" {
		r.out.Moved = append(r.out.Moved, Elsewhere{triage.Visible(e.Path), triage.Visible(elsewhere)})
		return elsewhere, nil
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("it is no longer at %s: put it back, or say with --from where it is; its SHA-256 is %s", place, e.SHA256)
	case err != nil:
		return "", errors.New(reasonOf(err))
	}
	return "", fmt.Errorf("%s was changed: it has SHA-256 %s, was taken in with %s: restore the copy that was collected", place, sum, e.SHA256)
}

// elsewhere looks for the bytes of a registered file in the folders given; empty if they are not there.
func (r *rebuild) elsewhere(e *cases.Evidence) (string, error) {
	if r.found == nil {
		r.found = map[string]string{}
		wanted := map[int64]bool{}
		for _, e := range r.d.Case.Evidence() {
			wanted[e.SizeBytes] = true
		}
		for _, from := range r.o.From {
			err := walk(from, r.d.Case.Dir(), func(path, _ string) error {
				if st, err := os.Stat(path); err != nil || !wanted[st.Size()] {
					return nil
				}
				sum, _, err := source.Hash(r.ctx, path)
				if abs, absErr := filepath.Abs(path); err == nil && absErr == nil && r.found[sum] == "" {
					r.found[sum] = abs
				}
				return r.ctx.Err()
			}, func(string, error) {})
			if err != nil {
				return "", err
			}
		}
	}
	return r.found[e.SHA256], nil
}

// compare sets what was read now against the register.
func (r *rebuild) compare(now *cases.Evidence) {
	r.out.Files = append(r.out.Files, *now)
	was, _ := r.d.Case.HasSource(now.SHA256)
	if was.Partial {
		r.read = append(r.read, *now)
		return
	}
	if was.Parsed != now.Parsed || was.Rejected != now.Rejected || was.Comments != now.Comments {
		r.out.Differs = append(r.out.Differs, cases.Refused{Path: triage.Visible(now.Path), Reason: fmt.Sprintf(
			"parsed %d, rejected %d, passed over %d; the register says %d, %d, %d: it was taken in by another version, or ended early then or now",
			now.Parsed, now.Rejected, now.Comments, was.Parsed, was.Rejected, was.Comments)})
	}
}

// record writes to the journal that the index was made anew; a file that had been read only in part is whole now.
func (r *rebuild) record() error {
	run := cases.Run{Version: Version, Args: r.d.who.Args, RuleSet: triage.RuleSetHash(), KnowledgeBase: intel.Load().Version(),
		Zone: "as registered", Started: r.started, Ended: time.Now().UTC(), Refused: r.out.Lacking}
	for _, e := range r.out.Files {
		run.Read, run.Parsed, run.Rejected = run.Read+e.Read, run.Parsed+e.Parsed, run.Rejected+e.Rejected
	}
	return r.d.Case.TakeIn(r.d.who.cases(), r.read, run)
}
