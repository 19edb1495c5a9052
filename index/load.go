package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// Hooks are called during a Load, never two at a time. Either may be nil.
type Hooks struct {
	Progress func(Progress) // about once a block of lines
	// Record is called when all is read and written, before it becomes visible: an error leaves the store as it
	// was. It is for whoever keeps a record of what is in the store.
	Record func([]Parsed) error
}

// Load reads web logs into the store, a row for each line that is no comment, and says what became of each.
//
// It is all or nothing: an error (a full disk, ctx done) leaves the store as it was. A file that cannot be read
// is no such error: its Parsed.Err or Parsed.Truncated says why, what could be read of it is loaded, and the
// rest goes on. A file whose bytes are in the store already gets ErrTaken.
func (s *Store) Load(ctx context.Context, in []Input, j Judge, h Hooks) ([]Parsed, error) {
	c, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer c.end()
	l := &loader{change: c, name: c.name("load", ""), memo: newMemo(j), tell: h.Progress}
	l.dir = filepath.Join(s.dir, l.name)
	if err := os.Mkdir(l.dir, 0o700); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	parsed, err := l.load(ctx, in)
	if err == nil {
		_ = os.Remove(l.dir) // only if nothing was read
		err = syncDir(s.dir)
	}
	if err == nil && h.Record != nil {
		err = h.Record(parsed)
	}
	if err == nil {
		err = c.commit()
	} else {
		err = errors.Join(err, os.RemoveAll(l.dir))
	}
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return parsed, nil
}

// A loader is one call of Load.
type loader struct {
	change  *change
	name    string // folder of the load in the store
	dir     string
	memo    *memo
	builder *builder // the segment being written; nil if there is none
	tell    func(Progress)
	at      Progress
}

func (l *loader) load(ctx context.Context, in []Input) ([]Parsed, error) {
	taken := map[string]bool{}
	for _, src := range l.change.manifest.Sources {
		taken[src.SHA256] = true
	}
	l.at.Files = len(in)
	for _, i := range in {
		l.at.Bytes += i.Source.SizeBytes
	}
	out := make([]Parsed, len(in))
	before := int64(0)
	for i := range in {
		p := &out[i]
		p.Source = in[i].Source
		p.Source.Format = in[i].Format.Name()
		l.at.File = p.Source.Path
		l.report()
		switch {
		case p.Source.SHA256 == "" || p.Source.Key == "":
			p.Err = errors.New("the source has no hash")
		case taken[p.Source.SHA256]:
			p.Err = ErrTaken
		default:
			if err := l.file(ctx, &in[i], p); err != nil {
				l.abandon()
				return nil, err
			}
			taken[p.Source.SHA256] = p.Err == nil || p.Read > 0
		}
		before += p.Source.SizeBytes
		l.at.FilesDone, l.at.BytesDone = i+1, before
		l.report()
	}
	return out, l.seal()
}

func (l *loader) report() {
	if l.tell != nil {
		l.tell(l.at)
	}
}

// file reads one source. The error is one that ends the load.
func (l *loader) file(ctx context.Context, in *Input, p *Parsed) error {
	r, err := source.Open(in.Source.Abs)
	if err != nil {
		p.Err = err
		return nil
	}
	defer r.Close()
	sources := &l.change.manifest.Sources
	f := &fileLoad{loader: l, in: in, p: p, reader: r, source: len(*sources), before: l.at.BytesDone}
	*sources = append(*sources, storeSource{Source: p.Source})
	if r.Compressed() {
		if err := f.openPack(); err != nil {
			return err
		}
	}
	if err := errors.Join(f.run(ctx), f.closePack()); err != nil {
		return err
	}
	if p.Read = p.Parsed + p.Rejected + p.Comments; p.Read == 0 && p.Err != nil {
		*sources = (*sources)[:f.source] // so that it can be tried again
		return nil
	}
	if sum := r.SHA256(); p.Err == nil && sum != "" && sum != in.Source.SHA256 {
		p.Err = fmt.Errorf("the file has changed since it was registered: SHA-256 is now %s", sum)
	}
	if t := r.Truncated(); t != nil {
		p.Truncated = t.Error()
	}
	return nil
}

// A fileLoad is the reading of one source.
type fileLoad struct {
	*loader
	in     *Input
	p      *Parsed
	reader *source.Reader
	source int
	before int64 // stored bytes of the files before

	packFile *os.File
	pack     *source.PackWriter
}

func (f *fileLoad) openPack() error {
	name := f.p.Source.Key + ".pack"
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f.packFile, f.pack = file, source.NewPackWriter(file)
	f.change.manifest.Sources[f.source].Pack = path.Join(f.name, name)
	return nil
}

func (f *fileLoad) closePack() error {
	if f.pack == nil {
		return nil
	}
	if err := f.pack.Close(); err != nil {
		f.packFile.Close()
		return err
	}
	return closeSynced(f.packFile)
}

// A job is a block on its way through a worker.
type job struct {
	block  source.Block
	parser *weblog.Parser
	stored int64 // bytes of the file read so far
	out    chan *batch
}

// errRead wraps what a source could not be read for, which does not end the load.
type errRead struct{ error }

// run reads, parses and judges on all cores, and joins the batches in order.
func (f *fileLoad) run(ctx context.Context) error {
	workers := max(2, runtime.GOMAXPROCS(0))
	jobs := make(chan *job)
	order := make(chan *job, workers) // bounds the blocks in memory
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(order)
		defer close(jobs)
		err := f.read(ctx, jobs, order)
		var bad errRead
		if errors.As(err, &bad) {
			f.p.Err = bad.error
			return nil
		}
		return err
	})
	for range workers {
		g.Go(func() error {
			w := &batcher{memo: f.memo}
			for j := range jobs {
				j.out <- w.batch(j.block, j.parser)
			}
			return nil
		})
	}
	g.Go(func() error {
		for j := range order {
			select {
			case t := <-j.out:
				if err := f.add(j, t); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

// read cuts the source into blocks and hands each to a worker, with a parser at the state it begins with.
func (f *fileLoad) read(ctx context.Context, jobs, order chan<- *job) error {
	parser := f.in.Format.NewParser(f.in.Zone)
	headers := f.in.Format.HasHeaders()
	var fatal error
	err := source.Blocks(f.reader, 0, weblog.MaxLine, func(b source.Block) error {
		j := &job{b, parser.Clone(), f.reader.Stored(), make(chan *batch, 1)}
		if headers {
			applyHeaders(parser, b.Data)
		}
		if f.pack != nil {
			if fatal = f.packBlock(&b); fatal != nil {
				return fatal
			}
		}
		for _, to := range []chan<- *job{order, jobs} {
			select {
			case to <- j:
			case <-ctx.Done():
				fatal = ctx.Err()
				return fatal
			}
		}
		return nil
	})
	if fatal != nil || err == nil {
		return fatal
	}
	return errRead{err}
}

// packBlock copies the plain bytes of a block. Bytes that the reader has cut out of a line are zeros.
func (f *fileLoad) packBlock(b *source.Block) error {
	if _, err := f.pack.Write(b.Data); err != nil {
		return err
	}
	zeros := make([]byte, min(max(b.Cut, 0), 1<<16))
	for rest := b.Cut; rest > 0; rest -= int64(len(zeros)) {
		if _, err := f.pack.Write(zeros[:min(rest, int64(len(zeros)))]); err != nil {
			return err
		}
	}
	return nil
}

// applyHeaders brings a parser to the state after a block.
func applyHeaders(p *weblog.Parser, data []byte) {
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		if bytes.IndexByte(line[:min(len(line), 8)], '#') >= 0 { // white space, NUL or a byte order mark may come before
			p.Header(line)
		}
		data = rest
	}
}

// add joins a batch to the segment being written, and to the account of the file.
func (f *fileLoad) add(j *job, t *batch) error {
	if f.builder == nil {
		var err error
		if f.builder, err = newBuilder(filepath.Join(f.dir, f.segmentName())); err != nil {
			return err
		}
	}
	if err := f.builder.add(f.source, t); err != nil {
		return err
	}
	p := f.p
	p.Parsed += t.parsed
	p.Rejected += t.rejected
	p.Comments += t.comments
	p.Rejects = append(p.Rejects, t.rejects[:min(len(t.rejects), MaxRejects-len(p.Rejects))]...)
	if t.first != 0 {
		if first := time.UnixMilli(t.first).UTC(); p.First.IsZero() || first.Before(p.First) {
			p.First = first
		}
		if last := time.UnixMilli(t.last).UTC(); last.After(p.Last) {
			p.Last = last
		}
	}
	f.at.Lines += t.parsed + t.rejected + t.comments
	f.at.BytesDone = f.before + j.stored
	f.report()
	if f.builder.full(f.change.store.segmentRows) {
		return f.seal()
	}
	return nil
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
