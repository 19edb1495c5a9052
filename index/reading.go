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

// A fileLoad is the reading of one source.
type fileLoad struct {
	*loader
	in     *Input
	p      *Parsed
	reader *source.Reader
	source int   // position in the manifest
	from   int64 // plain bytes that an earlier load has read
	before int64 // stored bytes of the inputs before

	known   []triage.NumberSeries // of what an earlier step or load has read
	numbers triage.Numbers        // of what this one reads
	tail    triage.FileHole       // the end of the last block, if a line is cut there

	packFile *os.File // of the step; nil if there is none
	pack     *source.PackWriter
}

// file reads one source. The error is one that ends the load, but that of ctx.
func (l *loader) file(ctx context.Context, in *Input, p *Parsed) error {
	f := &fileLoad{loader: l, in: in, p: p, before: l.at.BytesDone}
	known, resumed := l.sources[p.Source.SHA256]
	if resumed {
		src := &l.change.manifest.Sources[known]
		src.Partial.restore(p)
		f.source, f.from, f.known = known, p.Offset, p.Tally.Numbers
		if src.Format != p.Source.Format || src.Zone != p.Source.Zone {
			p.Err = &ResumeError{src.Format, src.Zone}
			return nil
		}
	}
	r, err := source.Open(in.Source.Abs)
	if err != nil {
		p.Err = err
		return nil
	}
	defer r.Close()
	f.reader = r
	sources := &l.change.manifest.Sources
	if resumed {
		(*sources)[f.source].Source = p.Source // it may have been moved meanwhile
	} else {
		f.source = len(*sources)
		*sources = append(*sources, storeSource{Source: p.Source})
		l.sources[p.Source.SHA256] = f.source
	}
	err = f.run(ctx)
	if l.stopped = err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()); l.stopped {
		err = nil
	}
	if err := errors.Join(err, f.closePack()); err != nil {
		return err
	}
	f.finish(ctx)
	return nil
}

// finish completes the account of the source.
func (f *fileLoad) finish(ctx context.Context) {
	p, sources := f.p, &f.change.manifest.Sources
	f.tally()
	unread := p.Offset == f.from && (f.stopped || p.Err != nil)
	if unread && f.stopped {
		p.Err = ctx.Err()
	}
	switch {
	case unread && f.from == 0: // so that it can be tried again
		*sources = (*sources)[:f.source]
		delete(f.sources, p.Source.SHA256)
		return
	case unread || f.stopped:
		p.Partial = true
		(*sources)[f.source].Partial = partialOf(p)
		return
	}
	p.Partial, (*sources)[f.source].Partial = false, nil
	if sum := f.reader.SHA256(); p.Err == nil && sum != "" && sum != f.in.Source.SHA256 {
		p.Err = fmt.Errorf("the file has changed since it was registered: SHA-256 is now %s", sum)
	}
	if t := f.reader.Truncated(); t != nil {
		p.Truncated = t.Error()
	}
	(*sources)[f.source].Tally = tallyOf(p)
}

// openPack begins the packed copy of what the step reads of a compressed source.
func (f *fileLoad) openPack() error {
	folder, err := f.folder()
	if err != nil {
		return err
	}
	name := f.p.Source.Key + ".pack"
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f.packFile, f.pack = file, source.NewPackWriter(file)
	src := &f.change.manifest.Sources[f.source]
	src.Packs = append(src.Packs, pack{path.Join(folder, name), f.p.Offset})
	return nil
}

func (f *fileLoad) closePack() error {
	if f.pack == nil {
		return nil
	}
	err := f.pack.Close()
	f.pack = nil
	if err != nil {
		f.packFile.Close()
		return err
	}
	return closeSynced(f.packFile)
}

// packBlock copies the plain bytes of a block. Bytes that the reader has cut out of a line are zeros.
func (f *fileLoad) packBlock(b *source.Block) error {
	if !f.reader.Compressed() {
		return nil
	}
	if f.pack == nil {
		if err := f.openPack(); err != nil {
			return err
		}
	}
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
	var bad errRead
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(order)
		defer close(jobs)
		err := f.read(ctx, jobs, order)
		if errors.As(err, &bad) {
			return nil
		}
		return err
	})
	for range workers {
		g.Go(func() error {
			w := &batcher{memo: f.memo}
			for j := range jobs {
				j.out <- w.batch(j.block, f.in.Format.Split(), j.parser)
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
	err := g.Wait()
	f.p.Err = bad.error
	return err
}

// read cuts the source into blocks and hands each to a worker, with a parser at the state it begins with.
func (f *fileLoad) read(ctx context.Context, jobs, order chan<- *job) error {
	parser := f.in.Format.NewParser(f.in.Zone)
	headers := f.in.Format.HasHeaders()
	var fatal error
	add, end := source.BlocksOf(f.in.Format.Split(), func(b source.Block) error {
		if b.Offset < f.from {
			if read := f.skip(&b); headers {
				applyHeaders(parser, read)
			}
			if fatal = ctx.Err(); fatal != nil || len(b.Data) == 0 {
				return fatal
			}
		}
		j := &job{b, parser.Clone(), f.reader.Stored(), make(chan *batch, 1)}
		if headers {
			applyHeaders(parser, b.Data)
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
	err := source.Blocks(f.reader, f.change.store.blockBytes, weblog.MaxLine, add)
	if fatal == nil {
		err = errors.Join(err, end()) // what could be read of the last record is kept
	}
	if fatal != nil || err == nil {
		return fatal
	}
	return errRead{err}
}

// skip takes off a block what an earlier load has read of it, which ends with a line, and gives that back.
// Nothing is added yet, so the account of the load is the reader's.
func (f *fileLoad) skip(b *source.Block) (read []byte) {
	n := min(f.from-b.Offset, int64(len(b.Data)))
	read, b.Data = b.Data[:n], b.Data[n:]
	b.Offset += n
	b.Line += int64(bytes.Count(read, []byte{'\n'}))
	stored := f.before + f.reader.Stored()
	f.at.Skipped += stored - f.at.BytesDone
	f.at.BytesDone = stored
	f.report()
	return read
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
		_, err := f.folder()
		if err == nil {
			f.builder, err = newBuilder(filepath.Join(f.dir, f.segmentName()))
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(f.packBlock(&j.block), f.builder.add(f.source, t)); err != nil {
		return err
	}
	p := f.p
	f.joinHoles(&j.block, t)
	p.Offset = j.block.Offset + int64(len(j.block.Data)) + max(j.block.Cut, 0)
	p.Read += t.parsed + t.rejected + t.comments
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
	if !f.builder.full(f.change.store.segmentRows) {
		return nil
	}
	p.Tally.Numbers = triage.JoinSeries(f.known, f.numbers.Series())
	f.change.manifest.Sources[f.source].Partial = partialOf(p)
	return errors.Join(f.closePack(), f.step())
}
