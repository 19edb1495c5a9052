package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"spoor/triage"
)

// Hooks are called during a Load, never two at a time. Either may be nil.
type Hooks struct {
	Progress func(Progress) // about once a block of lines
	// Record is called when a step is read and written, before it becomes visible, with the sources that the step
	// has brought on: an error leaves the store as it was before the step. It is for whoever keeps a record of
	// what is in the store.
	Record func([]Parsed) error
}

// Load reads web logs into the store, a row for each line that is no comment, and says what became of each.
//
// It goes in steps of a segment each (two million rows, or fewer of very varied ones), and each is all or
// nothing: after an error (a full disk) or a crash, the store has the steps before. When ctx is done, what was
// read by then is the last step, and the accounts come with an error that wraps ctx's. A source that was left
// in the middle is Partial in its account and in Store.Partial; the next Load of the same bytes goes on there,
// and the rows are in the end those of a load in one go. A source that this load did not come to has ctx's error as its Err.
//
// A file that cannot be read is no such error: its Parsed.Err or Parsed.Truncated says why, what could be read
// of it is loaded, and the rest goes on. A file whose bytes are in the store already gets ErrTaken.
func (s *Store) Load(ctx context.Context, in []Input, j Judge, h Hooks) ([]Parsed, error) {
	c, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer c.end()
	l := &loader{change: c, memo: newMemo(j), hooks: h, out: make([]Parsed, len(in)), open: -1}
	if err = l.load(ctx, in); err == nil {
		err = l.step()
	}
	if err != nil {
		l.abandon()
		if l.dir != "" {
			err = errors.Join(err, os.RemoveAll(l.dir))
		}
		return nil, fmt.Errorf("load: %w", err)
	}
	if l.stopped {
		return l.out, fmt.Errorf("load: %w", ctx.Err())
	}
	return l.out, nil
}

// A loader is one call of Load.
type loader struct {
	change  *change
	memo    *memo
	hooks   Hooks
	at      Progress
	sources map[string]int // positions in the manifest, by SHA-256
	out     []Parsed
	changed []int // accounts that the step has completed
	open    int   // the account of the source being read; -1 if there is none
	stopped bool  // ctx was done before all was read

	name, dir string   // folder of the step in the store; empty before something is written
	builder   *builder // the segment being written; nil if there is none
}

func (l *loader) load(ctx context.Context, in []Input) error {
	l.sources = map[string]int{}
	for i, src := range l.change.manifest.Sources {
		l.sources[src.SHA256] = i
	}
	l.at.Files = len(in)
	for i := range in {
		l.at.Bytes += in[i].Source.SizeBytes
		l.out[i].Source = in[i].Source
		l.out[i].Source.Format = in[i].Format.Name()
	}
	before := int64(0)
	for i := range in {
		if l.stopped = l.stopped || ctx.Err() != nil; l.stopped {
			l.leave(ctx, &l.out[i])
			continue
		}
		l.at.File = in[i].Source.Path
		l.report()
		if err := l.input(ctx, &in[i], i); err != nil {
			return err
		}
		if l.stopped {
			continue
		}
		before += in[i].Source.SizeBytes
		l.at.FilesDone, l.at.BytesDone = i+1, before
		l.report()
	}
	return nil
}

func (l *loader) report() {
	if l.hooks.Progress != nil {
		l.hooks.Progress(l.at)
	}
}

// leave is the account of an input that this load did not begin with.
func (l *loader) leave(ctx context.Context, p *Parsed) {
	if known, ok := l.sources[p.Source.SHA256]; ok {
		src := &l.change.manifest.Sources[known]
		if src.Partial == nil {
			p.Err = ErrTaken
			return
		}
		src.Partial.restore(p)
	}
	p.Err = ctx.Err()
}

// input takes one input in. The error is one that ends the load, but that of ctx.
func (l *loader) input(ctx context.Context, in *Input, i int) error {
	p := &l.out[i]
	known, ok := l.sources[p.Source.SHA256]
	switch {
	case p.Source.SHA256 == "" || p.Source.Key == "":
		p.Err = errors.New("the source has no hash")
	case ok && l.change.manifest.Sources[known].Partial == nil:
		p.Err = ErrTaken
		l.at.Skipped += p.Source.SizeBytes
	default:
		l.open = i
		err := l.file(ctx, in, p)
		l.open = -1
		if err != nil {
			return err
		}
	}
	if !l.stopped || p.Err == nil {
		l.changed = append(l.changed, i)
	}
	return nil
}

// folder is the name of the folder of the step, which is made now if it is not there.
func (l *loader) folder() (string, error) {
	if l.dir == "" {
		name := l.change.name("load", "")
		dir := filepath.Join(l.change.store.dir, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return "", err
		}
		l.name, l.dir = name, dir
	}
	return l.name, nil
}

// step makes what was read since the last step durable, recorded and visible.
func (l *loader) step() error {
	if err := l.seal(); err != nil {
		return err
	}
	if l.dir != "" {
		if os.Remove(l.dir) == nil { // nothing of it was kept
			l.dir = ""
		} else if err := syncDir(l.dir); err != nil {
			return err
		}
	}
	if err := syncDir(l.change.store.dir); err != nil {
		return err
	}
	var parsed []Parsed
	for _, i := range l.changed {
		parsed = append(parsed, l.out[i])
	}
	if l.open >= 0 {
		parsed = append(parsed, l.out[l.open])
		parsed[len(parsed)-1].Partial = true
	}
	if l.hooks.Record != nil {
		if err := l.hooks.Record(parsed); err != nil {
			return err
		}
	}
	l.changed, l.dir = nil, ""
	return l.change.commit()
}

func (l *loader) segmentName() string {
	return fmt.Sprintf("segment-%d", len(l.change.manifest.Segments))
}

// seal completes the segment being written, if there is one with rows.
func (l *loader) seal() error {
	b := l.builder
	if b == nil {
		return nil
	}
	l.builder = nil
	if b.meta.Rows == 0 {
		b.abandon()
		return os.RemoveAll(b.dir)
	}
	if err := b.close(); err != nil {
		return err
	}
	l.change.manifest.Segments = append(l.change.manifest.Segments, path.Join(l.name, filepath.Base(b.dir)))
	return nil
}

func (l *loader) abandon() {
	if l.builder != nil {
		l.builder.abandon()
		l.builder = nil
	}
}

// sourceOf is the position of a source by its key or a longer or shorter unique prefix of its hash.
func (m *manifest) sourceOf(key string) (int, error) {
	found := -1
	for i := range m.Sources {
		src := &m.Sources[i]
		if src.Key == key {
			return i, nil
		}
		if len(key) >= 2 && len(src.SHA256) >= len(key) && src.SHA256[:len(key)] == key {
			if found >= 0 {
				return -1, fmt.Errorf("source %s is ambiguous: %w; give more of its hash", triage.VisibleN(key, 64), ErrNotFound)
			}
			found = i
		}
	}
	if found < 0 {
		return -1, fmt.Errorf("no source %s: %w", triage.VisibleN(key, 64), ErrNotFound)
	}
	return found, nil
}
