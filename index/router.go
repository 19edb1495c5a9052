package index

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// The bleve index of a segment says which texts may hold a word. Its documents are blocks of blockTexts
// consecutive texts of one column; the field is the column's name, the terms are the words of the texts, as
// logged and decoded. What it proposes is verified on the texts, so that it may say too much, but never too
// little: words that would bloat it stand as one of 65,536 buckets.

// blockTexts is how many texts make a document.
const blockTexts = 32

// maxTerms bounds the distinct terms of a segment; words that come later stand as buckets.
const maxTerms = 1 << 18

// batchDocuments is how many documents bleve analyses at once; it bounds the memory of a load.
const batchDocuments = 2000

// A block is a document for bleve: the texts of one column with numbers from number*blockTexts.
type block struct {
	id     string
	column column
	terms  bleve.TokenFrequencies
}

// newBlock makes an empty document.
func newBlock(c column, number int) *block {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(c)<<48|uint64(number))
	return &block{id: string(id[:]), column: c, terms: bleve.TokenFrequencies{}}
}

func (b *block) add(term string) {
	if f, ok := b.terms[term]; ok {
		f.SetFrequency(f.Frequency() + 1)
		return
	}
	f := &bleve.TokenFreq{Term: []byte(term)}
	f.SetFrequency(1)
	b.terms[term] = f
}

// The methods below make *block a bleve document with two fields: the words, and bleve's own "_id".

func (b *block) ID() string                                 { return b.id }
func (b *block) Size() int                                  { return len(b.id) + b.terms.Size() }
func (b *block) VisitComposite(bleve.CompositeFieldVisitor) {}
func (b *block) HasComposite() bool                         { return false }
func (b *block) NumPlainTextBytes() uint64                  { return 0 }
func (b *block) AddIDField()                                {}
func (b *block) StoredFieldsBytes() uint64                  { return 0 }
func (b *block) Indexed() bool                              { return true }

func (b *block) VisitFields(visit bleve.FieldVisitor) {
	visit(&field{name: "_id", value: []byte(b.id), options: bleve.IndexField | bleve.StoreField,
		terms: bleve.TokenFrequencies{b.id: idFreq(b.id)}})
	visit(&field{name: columnNames[b.column], options: bleve.IndexField | bleve.SkipFreqNorm, terms: b.terms})
}

func idFreq(id string) *bleve.TokenFreq {
	f := &bleve.TokenFreq{Term: []byte(id)}
	f.SetFrequency(1)
	return f
}

// A field is a field of a block with its terms made beforehand.
type field struct {
	name    string
	value   []byte
	options bleve.FieldIndexingOptions
	terms   bleve.TokenFrequencies
}

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Analyze()                                         {}
func (f *field) Options() bleve.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return len(f.terms) }
func (f *field) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }

// A wordBuilder writes the bleve index of one segment. It is for one goroutine.
type wordBuilder struct {
	tmp, path string              // folder for temporary files, folder of the index
	builder   *scorch.Builder     // nil before the first document
	seen      map[string]struct{} // terms that stand as themselves
}

// words adds the words of a text to a block.
func (w *wordBuilder) words(b *block, text string) {
	eachWord(text, func(word string) bool {
		word = fold(word)
		if _, ok := b.terms[word]; ok {
			return true
		}
		kind := kindOf(word)
		if kind == plainWord {
			if _, ok := w.seen[word]; ok {
				b.add(word)
				return true
			}
			if len(w.seen) < maxTerms {
				word = string([]byte(word))
				w.seen[word] = struct{}{}
				b.add(word)
				return true
			}
			kind = mixedWord
		}
		if b.add(bucket(word)); kind == numberWord {
			b.add(numberMark)
		} else {
			b.add(mixedMark)
		}
		return true
	})
}

// index adds a finished block.
func (w *wordBuilder) index(b *block) (err error) {
	if len(b.terms) == 0 {
		return nil
	}
	if w.builder == nil {
		w.builder, err = scorch.NewBuilder(map[string]any{
			"path": w.path, "buildPathPrefix": w.tmp, "batchSize": batchDocuments, "mergeMax": 50,
		})
	}
	if err == nil {
		err = w.builder.Index(b)
	}
	if err != nil {
		return fmt.Errorf("build the word index: %w", err)
	}
	return nil
}

// close completes the index, if there is any document.
func (w *wordBuilder) close() error {
	if w.builder == nil {
		return nil
	}
	if err := w.builder.Close(); err != nil {
		return fmt.Errorf("build the word index: %w", err)
	}
	return nil
}

// A router asks the bleve index of a segment. It is opened when it is first asked.
type router struct {
	dir   string
	files map[string]uint32 // that the index consists of, with their CRC-32C; none if no text has a word

	open   sync.Once
	queue  *bleve.AnalysisQueue
	index  bleve.Index
	reader bleve.IndexReader
	err    error
}

func (r *router) use() (bleve.IndexReader, error) {
	r.open.Do(func() {
		if r.err = r.check(); r.err != nil {
			return
		}
		r.queue = bleve.NewAnalysisQueue(1)
		r.index, r.err = scorch.NewScorch(scorch.Name, map[string]any{
			"path": r.dir, "read_only": true, "bolt_timeout": "2s",
		}, r.queue)
		if r.err != nil {
			return
		}
		if r.err = r.index.Open(); r.err != nil {
			r.index = nil
			return
		}
		r.reader, r.err = r.index.Reader()
	})
	if r.err != nil {
		return nil, fmt.Errorf("open the word index %s: %w", r.dir, r.err)
	}
	return r.reader, nil
}

// check compares the files with their checksums, since bleve takes a damaged index for an empty one, or worse.
func (r *router) check() error {
	found, err := checksums(r.dir)
	if err == nil && !maps.Equal(found, r.files) {
		err = errors.New("the word index is damaged; load the evidence again")
	}
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksums are the CRC-32C of the files of a folder; none if there is no such folder.
func checksums(dir string) (map[string]uint32, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	sums := map[string]uint32{}
	for _, e := range entries {
		f, openErr := os.Open(filepath.Join(dir, e.Name()))
		if openErr != nil {
			return nil, openErr
		}
		h := crc32.New(castagnoli)
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return nil, err
		}
		sums[e.Name()] = h.Sum32()
	}
	return sums, err
}

func (r *router) close() error {
	r.open.Do(func() { r.err = ErrClosed })
	var err error
	if r.reader != nil {
		err = r.reader.Close()
	}
	if r.index != nil {
		err = errors.Join(err, r.index.Close())
	}
	if r.queue != nil {
		r.queue.Close()
	}
	return err
}

// blocks finds the blocks of a column that may hold all of some words; ok is false if it cannot tell, and every
// block may.
func (r *router) blocks(ctx context.Context, c column, blocks int, words []pattern) (found bitset, ok bool, err error) {
	if len(r.files) == 0 {
		return newBitset(blocks), true, nil
	}
	reader, err := r.use()
	if err != nil {
		return nil, false, err
	}
	for _, w := range words {
		terms, ok, err := r.terms(reader, c, w)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			continue
		}
		one := newBitset(blocks)
		if err := r.postings(ctx, reader, c, terms, one); err != nil {
			return nil, false, err
		}
		if found == nil {
			found = one
		} else {
			found.and(one)
		}
	}
	return found, found != nil, nil
}

// terms lists the terms under which texts with a word stand; ok is false if they could be any.
func (r *router) terms(reader bleve.IndexReader, c column, w pattern) (terms []string, ok bool, err error) {
	if !w.hasWild() {
		terms = append(terms, bucket(w.text))
		if kindOf(w.text) == plainWord {
			terms = append(terms, w.text)
		}
		return terms, true, nil
	}
	if w.prefix() == "" {
		return nil, false, nil // to read all terms, and most texts after that, takes longer than all texts
	}
	letters := false
	for i := range len(w.text) {
		letters = letters || !w.isWild(i) && w.text[i]-'0' >= 10
	}
	if terms = append(terms, mixedMark); !letters {
		terms = append(terms, numberMark)
	}
	dict, err := reader.FieldDictPrefix(columnNames[c], []byte(w.prefix()))
	if err != nil {
		return nil, false, err
	}
	for {
		e, err := dict.Next()
		if err != nil || e == nil {
			return terms, true, errors.Join(err, dict.Close())
		}
		if w.match(e.Term, false) {
			terms = append(terms, e.Term)
		}
	}
}

// postings adds the blocks that have any of the terms to set.
func (r *router) postings(ctx context.Context, reader bleve.IndexReader, c column, terms []string, set bitset) error {
	for _, t := range terms {
		if err := ctx.Err(); err != nil {
			return err
		}
		docs, err := reader.TermFieldReader(ctx, []byte(t), columnNames[c], false, false, false)
		if err != nil {
			return err
		}
		for {
			d, err := docs.Next(nil)
			if err != nil || d == nil {
				if err := errors.Join(err, docs.Close()); err != nil {
					return err
				}
				break
			}
			id, err := reader.ExternalID(d.ID)
			if err != nil || len(id) != 8 {
				return fmt.Errorf("document %x of %s: %w", id, r.dir, errors.Join(err, docs.Close()))
			}
			n := binary.BigEndian.Uint64([]byte(id)) & (1<<48 - 1)
			if n < uint64(len(set)*64) {
				set.set(int(n))
			}
		}
	}
	return nil
}
