package index

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"
)

// A dict gives each distinct text of one column of a segment a number, in the order of arrival.
type dict struct {
	ids   map[string]int32
	texts []string
	rows  []int32 // of a tallied column: rows that have the text; may end early
}

// perText is about what a text costs in memory besides its bytes.
const perText = 84

// A builder writes one segment. It is for one goroutine, the one that knows the order of the rows; another one
// makes the word index meanwhile.
type builder struct {
	dir   string
	meta  segmentMeta
	dicts [textColumns]dict
	bytes int // memory of the dictionaries

	ints  [intColumns][]int64 // of the row group being filled
	texts [textColumns][]int32
	last  int64 // time of the last row

	file   *os.File
	writer *parquet.GenericWriter[row]
	values []parquet.Value

	words *wordWriter
}

// newBuilder makes the folder of a segment.
func newBuilder(dir string) (*builder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(dir, rowsFile))
	if err != nil {
		return nil, err
	}
	b := &builder{dir: dir, file: f, words: newWordWriter(dir)}
	b.writer = parquet.NewGenericWriter[row](f, parquet.CreatedBy("spoor", "1", ""), parquet.PageBufferSize(pageRows*8),
		parquet.DataPageStatistics(false)) // those of row groups are all that is asked for
	b.meta = segmentMeta{Ordered: true, Columns: columnNames, Signs: []int64{0}}
	for c := range b.dicts {
		b.dicts[c] = dict{ids: map[string]int32{"": 0}, texts: []string{""}}
	}
	for c := range b.texts {
		b.texts[c] = make([]int32, 0, groupRows)
	}
	for c := range b.ints {
		b.ints[c] = make([]int64, 0, groupRows)
	}
	return b, nil
}

// full reports whether the segment has reached its bounds.
func (b *builder) full(maxRows int64) bool { return b.meta.Rows >= maxRows || b.bytes >= maxDictBytes }

// intern is the number of a text.
func (b *builder) intern(c column, text string) (int32, error) {
	d := &b.dicts[c]
	if id, ok := d.ids[text]; ok {
		return id, nil
	}
	text = strings.Clone(text)
	id := int32(len(d.texts))
	d.texts = append(d.texts, text)
	d.ids[text] = id
	b.bytes += len(text) + perText
	if routed[c] && strings.IndexByte(text, '%') >= 0 {
		b.bytes += len(text) // its decoding
	}
	if c == colSigns {
		b.meta.Signs = append(b.meta.Signs, 0)
	}
	if routed[c] && len(d.texts)%blockTexts == 0 {
		return id, b.words.send(c, len(d.texts)/blockTexts-1, d.texts[len(d.texts)-blockTexts:])
	}
	return id, nil
}

// add appends a batch of rows of one source.
func (b *builder) add(source int, t *batch) error {
	var ids [textColumns][]int32
	for c := range textColumns {
		ids[c] = make([]int32, len(t.dicts[c].texts))
		for i, text := range t.dicts[c].texts {
			id, err := b.intern(c, text)
			if err != nil {
				return err
			}
			ids[c][i] = id
		}
	}
	for i := range t.rows() {
		b.addRow(source, t, i, &ids)
		if len(b.ints[0]) == groupRows {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) addRow(source int, t *batch, i int, ids *[textColumns][]int32) {
	for c := range textColumns {
		b.texts[c] = append(b.texts[c], ids[c][t.texts[c][i]])
	}
	for c := range intColumns {
		v := int64(source)
		if c != intSource {
			v = t.ints[c][i]
		}
		b.ints[c] = append(b.ints[c], v)
	}
	m := &b.meta
	line, when := t.ints[intLine][i], t.ints[intTime][i]
	if m.Rows%groupRows == 0 {
		m.Zones = append(m.Zones, zone{})
	}
	m.Zones[len(m.Zones)-1].add(when)
	if n := len(m.Spans); n == 0 || m.Spans[n-1].Source != source {
		m.Spans = append(m.Spans, span{Source: source, First: m.Rows, FirstLine: line})
	}
	last := &m.Spans[len(m.Spans)-1]
	last.Rows++
	last.LastLine = line
	m.Rows++
	m.Signs[b.texts[colSigns][len(b.texts[colSigns])-1]]++
	if t.texts[colReject][i] != 0 {
		m.Rejected++
	}
	if when == 0 || when < b.last {
		m.Ordered = false
	}
	if when != 0 {
		if m.First == 0 || when < m.First {
			m.First = when
		}
		m.Last = max(m.Last, when)
		b.last = when
	}
}

// flush writes the rows collected as a row group.
func (b *builder) flush() error {
	if len(b.ints[0]) == 0 {
		return nil
	}
	for c := range intColumns {
		b.values = b.values[:0]
		wide := c != intSource && c != intStatus
		for _, v := range b.ints[c] {
			if wide {
				b.values = append(b.values, parquet.Int64Value(v))
			} else {
				b.values = append(b.values, parquet.Int32Value(int32(v)))
			}
		}
		b.ints[c] = b.ints[c][:0]
		if err := b.writePages(parquetInts[c], intPageRows); err != nil {
			return err
		}
	}
	for c := range textColumns {
		b.values = b.values[:0]
		for _, v := range b.texts[c] {
			b.values = append(b.values, parquet.Int32Value(v))
		}
		if c < tallied {
			b.dicts[c].count(b.texts[c])
		}
		b.texts[c] = b.texts[c][:0]
		if err := b.writePages(parquetTexts[c], pageRows); err != nil {
			return err
		}
	}
	if err := b.writer.Flush(); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// writePages writes the values as pages of a column, of so many rows.
func (b *builder) writePages(column, rows int) error {
	w := b.writer.ColumnWriters()[column]
	for page := range slices.Chunk(b.values, rows) {
		if _, err := w.WriteRowValues(page); err != nil {
			return fmt.Errorf("write rows: %w", err)
		}
		if err := w.Flush(); err != nil {
			return fmt.Errorf("write rows: %w", err)
		}
	}
	return nil
}

// close completes the segment: after it the folder can be opened.
func (b *builder) close() error {
	err := b.flush()
	if err == nil {
		err = b.sendRest()
	}
	plain, wordsErr := b.words.close()
	if err == nil {
		err = wordsErr
	}
	if err != nil {
		b.file.Close()
		return err
	}
	var g errgroup.Group
	g.Go(b.words.builder.close)
	g.Go(func() error { return b.writeTexts(plain) })
	g.Go(func() error { return writeTally(filepath.Join(b.dir, tallyFile), b.dicts[:tallied]) })
	g.Go(func() error {
		if err := b.writer.Close(); err != nil {
			b.file.Close()
			return fmt.Errorf("write rows: %w", err)
		}
		return closeSynced(b.file)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if b.meta.Words, err = checksums(filepath.Join(b.dir, wordsDir)); err != nil {
		return err
	}
	meta, err := json.Marshal(&b.meta)
	if err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(b.dir, metaFile), meta); err != nil {
		return err
	}
	return syncDir(b.dir)
}

// abandon frees what the builder holds; the folder stays for the caller to remove.
func (b *builder) abandon() {
	b.words.abandon()
	b.file.Close()
}

// sendRest gives the last texts of each column, which fill no block, to the word index.
func (b *builder) sendRest() error {
	for c := range textColumns {
		texts := b.dicts[c].texts
		if rest := len(texts) % blockTexts; routed[c] && rest != 0 && len(texts) > 1 {
			if err := b.words.send(c, len(texts)/blockTexts, texts[len(texts)-rest:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeTexts writes texts.parquet. plain are the decodings of texts of each column, by number.
func (b *builder) writeTexts(plain [textColumns]map[int]string) error {
	f, err := os.Create(filepath.Join(b.dir, textsFile))
	if err != nil {
		return err
	}
	w := parquet.NewGenericWriter[textRow](f, parquet.CreatedBy("spoor", "1", ""))
	group := 0
	rows := make([]textRow, 0, textGroup)
	for c := range textColumns {
		texts := b.dicts[c].texts
		b.meta.Texts[c], b.meta.Groups[c] = len(texts), group
		for from := 0; from < len(texts); from += textGroup {
			rows = rows[:0]
			for i := from; i < min(from+textGroup, len(texts)); i++ {
				rows = append(rows, textRow{int32(c), []byte(texts[i]), []byte(plain[c][i])})
			}
			if err := writeGroup(w, rows); err != nil {
				f.Close()
				return fmt.Errorf("write texts: %w", err)
			}
			group++
		}
	}
	if err := w.Close(); err != nil {
		f.Close()
		return fmt.Errorf("write texts: %w", err)
	}
	return closeSynced(f)
}

func writeGroup(w *parquet.GenericWriter[textRow], rows []textRow) error {
	if _, err := w.Write(rows); err != nil {
		return err
	}
	return w.Flush()
}

// A wordWriter makes the word index of a segment in a goroutine of its own.
type wordWriter struct {
	blocks  chan textBlock
	failed  chan struct{} // closed when err is set
	done    chan struct{}
	builder wordBuilder
	plain   [textColumns]map[int]string // decodings that differ from the text, by its number
	err     error
}

// A textBlock is blockTexts texts of a column, or fewer at its end.
type textBlock struct {
	column column
	number int
	texts  []string
}

func newWordWriter(dir string) *wordWriter {
	w := &wordWriter{blocks: make(chan textBlock, 256), failed: make(chan struct{}), done: make(chan struct{})}
	w.builder = wordBuilder{tmp: dir, path: filepath.Join(dir, wordsDir), seen: map[string]struct{}{}}
	go w.run()
	return w
}

func (w *wordWriter) send(c column, number int, texts []string) error {
	select {
	case w.blocks <- textBlock{c, number, texts}:
		return nil
	case <-w.failed:
		return w.err
	}
}

func (w *wordWriter) run() {
	defer close(w.done)
	for t := range w.blocks {
		if w.err != nil {
			continue
		}
		if w.err = w.take(t); w.err != nil {
			close(w.failed)
		}
	}
}

// take makes a document of the texts and their decodings.
func (w *wordWriter) take(t textBlock) error {
	b := newBlock(t.column, t.number)
	for i, text := range t.texts {
		w.builder.words(b, text)
		if plain := decoded(t.column, text); plain != text {
			w.builder.words(b, plain)
			if w.plain[t.column] == nil {
				w.plain[t.column] = map[int]string{}
			}
			w.plain[t.column][t.number*blockTexts+i] = plain
		}
	}
	return w.builder.index(b)
}

// close waits for the blocks sent to be taken, and gives the decodings.
func (w *wordWriter) close() ([textColumns]map[int]string, error) {
	close(w.blocks)
	<-w.done
	return w.plain, w.err
}

// abandon stops the goroutine.
func (w *wordWriter) abandon() {
	close(w.blocks)
	<-w.done
}
