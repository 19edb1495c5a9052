package index

import (
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"

	"spoor/triage"
)

// The survey, the files and the hash lists are whole values, read when the store is opened or when asked for.
// Each is a zstd-compressed gob stream in a file of its own: https://pkg.go.dev/encoding/gob

// maxPart bounds what a damaged or hostile file of a store may unpack to, in bytes.
const maxPart = 4 << 30

// partWindow is how far back a part is compressed against: it bounds the memory of writing one.
const partWindow = 1 << 20

// partWriters are used again: the tables of one are larger than most parts.
var partWriters = sync.Pool{New: func() any {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(partWindow))
	if err != nil {
		panic("index: options of zstd: " + err.Error())
	}
	return w
}}

func writePart(path string, v any) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := partWriters.Get().(*zstd.Encoder)
	defer partWriters.Put(w)
	w.Reset(f)
	if err = errors.Join(gob.NewEncoder(w).Encode(v), w.Close()); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return closeSynced(f)
}

func readPart(path string, v any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPart))
	if err != nil {
		return err
	}
	defer r.Close()
	if err := gob.NewDecoder(r).Decode(v); err != nil {
		return fmt.Errorf("%s: %w; load the evidence again", path, err)
	}
	return nil
}

// readParts fills in the survey and the files; those that old has already are taken over.
func (snap *snapshot) readParts(dir string, old *snapshot) error {
	m := &snap.manifest
	switch {
	case m.Survey == "":
	case old != nil && old.manifest.Survey == m.Survey:
		snap.survey, snap.marks = old.survey, old.plain.marks
	default:
		snap.survey = &triage.Survey{}
		if err := readPart(filepath.Join(dir, m.Survey), snap.survey); err != nil {
			return err
		}
		snap.marks = marksOf(snap.survey)
	}
	switch {
	case m.Files == "":
	case old != nil && old.manifest.Files == m.Files:
		snap.files = old.plain.files
	default:
		if err := readPart(filepath.Join(dir, m.Files), &snap.files); err != nil {
			return err
		}
	}
	switch {
	case m.Stolen == "":
	case old != nil && old.manifest.Stolen == m.Stolen:
		snap.stolen = old.stolen
	default:
		snap.stolen = &lazyStolen{}
	}
	switch {
	case m.Outcomes == "":
	case old != nil && old.manifest.Outcomes == m.Outcomes:
		snap.outcomes = old.outcomes
	default:
		snap.outcomes = &lazyOutcomes{}
	}
	switch {
	case m.Told == "":
	case old != nil && old.manifest.Told == m.Told:
		snap.told = old.told
	default:
		var list []Told
		if err := readPart(filepath.Join(dir, m.Told), &list); err != nil {
			return err
		}
		snap.told = toldOf(list)
	}
	return nil
}

// PutSurvey keeps what the requests of the case together show, in place of the survey before.
func (s *Store) PutSurvey(sv *triage.Survey) error {
	return s.putPart("survey", sv, func(m *manifest, name string) { m.Survey = name })
}

// Survey is what PutSurvey kept; nil before the first. The caller does not change it.
func (s *Store) Survey() *triage.Survey {
	snap, err := s.hold()
	if err != nil {
		return nil
	}
	defer s.release()
	return snap.survey
}

// PutFiles keeps the files of the case, in place of those before.
func (s *Store) PutFiles(files []triage.File) error {
	return s.putPart("files", files, func(m *manifest, name string) { m.Files = name })
}

// Files is what PutFiles kept, in its order. The caller does not change it.
func (s *Store) Files() []triage.File {
	snap, err := s.hold()
	if err != nil {
		return nil
	}
	defer s.release()
	return snap.files
}

// AddEntries keeps a hash list as it was read. role says what it is for.
func (s *Store) AddEntries(src triage.Source, role string, e []triage.HashEntry) error {
	return s.putPart("entries", EntryList{src, role, e}, func(m *manifest, name string) {
		m.Entries = append(slices.Clone(m.Entries), name)
	})
}

// Entries reads the hash lists kept, in the order of AddEntries.
func (s *Store) Entries() ([]EntryList, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	out := make([]EntryList, len(snap.manifest.Entries))
	for i, name := range snap.manifest.Entries {
		if err := readPart(filepath.Join(s.dir, name), &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// putPart writes v to a new file of the store and has use name it in the manifest.
func (s *Store) putPart(kind string, v any, use func(*manifest, string)) error {
	c, err := s.begin()
	if err != nil {
		return err
	}
	defer c.end()
	if err := c.put(kind, v, use); err != nil {
		return err
	}
	return c.commit()
}

// put is putPart as a part of a change.
func (c *change) put(kind string, v any, use func(*manifest, string)) error {
	name := c.name(kind, ".zst")
	path := filepath.Join(c.store.dir, name)
	if err := writePart(path, v); err != nil {
		os.Remove(path)
		return err
	}
	use(&c.manifest, name)
	return nil
}

// marks are the findings of behaviour of rows.
type marks struct {
	all      []triage.Mark // sorted by row
	findings []triage.Finding
	signs    []sign // of each finding
}

// hiding is the finding of a mark that takes all signs of its row away: what the analyst judged benign.
const hiding = math.MaxUint32

func marksOf(sv *triage.Survey) marks {
	m := marks{findings: sv.Findings, signs: make([]sign, len(sv.Findings))}
	for i := range sv.Findings {
		m.signs[i] = signOf(&sv.Findings[i])
	}
	for _, k := range sv.Marks {
		if int(k.Finding) < len(sv.Findings) {
			m.all = append(m.all, k)
		}
	}
	if !sort.SliceIsSorted(m.all, func(i, j int) bool { return m.all[i].Row < m.all[j].Row }) {
		sort.SliceStable(m.all, func(i, j int) bool { return m.all[i].Row < m.all[j].Row })
	}
	return m
}

// between are the marks of the rows from first to end-1.
func (m *marks) between(first, end int64) []triage.Mark {
	i := sort.Search(len(m.all), func(i int) bool { return m.all[i].Row >= uint64(first) })
	j := i + sort.Search(len(m.all)-i, func(j int) bool { return m.all[i+j].Row >= uint64(end) })
	return m.all[i:j]
}
