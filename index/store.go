package index

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"spoor/triage"
	"spoor/triage/weblog"
)

// A store's folder holds
//
//	manifest.json  what belongs to the store; replaced by renaming, so that it is the old one or the new one
//	lock           locked by the process that writes
//	load-N/        what one load has written: segments, and packed copies of compressed sources
//	survey-N.zst, files-N.zst, entries-N.zst, processes-N.parquet
//
// Whatever the manifest does not name is a leftover of a writer that was stopped; the next one removes it.
const (
	manifestFile = "manifest.json"
	lockFile     = "lock"
	version      = 4
)

// A manifest says what belongs to a store.
type manifest struct {
	Version   int            `json:"version"`
	Next      int            `json:"next"` // number for the next folder or file
	Sources   []storeSource  `json:"sources"`
	Segments  []string       `json:"segments"` // folders, in the order of load
	Survey    string         `json:"survey,omitempty"`
	Files     string         `json:"files,omitempty"`
	Stolen    string         `json:"stolen,omitempty"`
	Outcomes  string         `json:"outcomes,omitempty"`
	Entries   []string       `json:"entries,omitempty"`
	Processes []processTable `json:"processes,omitempty"` // event logs, in the order of load
	Told      string         `json:"told,omitempty"`      // findings on processes that come from elsewhere
	Counts    *Counts        `json:"counts,omitempty"`    // of all this
	Counted   int            `json:"counted"`             // segments whose texts are in Counts, the first ones
}

// A storeSource is a source whose lines are in the store.
type storeSource struct {
	triage.Source
	Packs   []pack   `json:"Pack,omitempty"` // the packed copies of its plain bytes in order, if it is compressed
	Partial *partial `json:",omitempty"`     // nil if it is read to its end
	// Tally is what it tells of its wholeness; nil if nothing, and in stores of older versions.
	Tally *triage.Tally `json:",omitempty"`
}

// audit reports whether the source repeats requests that an access log may have too.
func (src *storeSource) audit() bool { return src.Format == weblog.ModSec.Name() }

// A Store is an index open for use. Its methods may be called from many goroutines; searches go on over what
// was there before while a load runs. Several processes may read a store, and one of them write.
type Store struct {
	dir         string
	cache       *cache
	segmentRows int64 // rows of a segment, at which it is closed after a block
	blockBytes  int   // of a block; 0 is source.DefaultBlock

	writing sync.Mutex // held by the method that changes the store

	mu     sync.RWMutex // guards what follows; readers hold it while they use a snapshot
	closed bool
	now    *snapshot
	notes  []Annotation
	hidden bool // ShowHidden was told to show
}

// A snapshot is what a store holds at one time. It never changes.
type snapshot struct {
	cache    *cache
	manifest manifest
	segments []*segment
	rows     int64
	survey   *triage.Survey
	marks    marks
	files    []triage.File
	stolen   *lazyStolen   // nil if none was kept
	outcomes *lazyOutcomes // nil if none was kept
	told     told
	notes    noted
	counts   func() (Counts, error)
	plain    plain
}

// Create makes a store in an empty or absent folder. The error wraps ErrExists if there is one already.
func Create(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create index: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, manifestFile)); err == nil {
		return nil, fmt.Errorf("%s: %w", dir, ErrExists)
	}
	if err := writeManifest(dir, &manifest{Version: version, Next: 1}); err != nil {
		return nil, fmt.Errorf("create index: %w", err)
	}
	return Open(dir)
}

// Open opens the store in a folder. The error wraps ErrNotFound if there is none, and is a *VersionError if a
// newer program has written it.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, cache: newCache(cacheBytes), segmentRows: maxSegmentRows}
	snap, err := s.read(nil)
	if errors.Is(err, fs.ErrNotExist) { // a writer may have replaced a file between two reads
		if snap, err = s.read(nil); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: no index here, or a damaged one: %w: %w", dir, ErrNotFound, err)
		}
	}
	if err != nil {
		return nil, err
	}
	s.now = snap
	return s, nil
}

// Empty is a store that holds nothing, for a case whose index is absent where none can be made. What would change it
// fails.
func Empty(dir string) (*Store, error) {
	s := &Store{dir: dir, cache: newCache(cacheBytes), segmentRows: maxSegmentRows}
	var err error
	s.now, err = s.snapshot(&manifest{Version: version, Next: 1}, nil)
	return s, err
}

// Close frees the store. It waits for calls that are running. Results of the store cannot be used after it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var err error
	for _, seg := range s.now.segments {
		err = errors.Join(err, seg.close())
	}
	return err
}

// hold gives the snapshot of now, which stays usable until release is called.
func (s *Store) hold() (*snapshot, error) {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, ErrClosed
	}
	return s.now, nil
}

func (s *Store) release() { s.mu.RUnlock() }

// read makes a snapshot of what the folder holds; segments that old has open are taken over.
func (s *Store) read(old *snapshot) (*snapshot, error) {
	m, err := readManifest(s.dir)
	if err != nil {
		return nil, err
	}
	return s.snapshot(m, old)
}

// snapshot opens what a manifest names.
func (s *Store) snapshot(m *manifest, old *snapshot) (*snapshot, error) {
	snap := &snapshot{cache: s.cache, manifest: *m}
	var err error
	for i, name := range m.Segments {
		var seg *segment
		if old != nil && i < len(old.segments) {
			seg = old.segments[i]
		} else if seg, err = openSegment(filepath.Join(s.dir, filepath.FromSlash(name)), snap.rows, s.cache); err != nil {
			return nil, err
		}
		for _, sp := range seg.meta.Spans {
			if sp.Source < 0 || sp.Source >= len(m.Sources) {
				return nil, fmt.Errorf("%s: rows of source %d, which %s does not name; load the evidence again", seg.dir, sp.Source, manifestFile)
			}
		}
		snap.segments = append(snap.segments, seg)
		snap.rows += seg.meta.Rows
	}
	if err := snap.readParts(s.dir, old); err != nil {
		return nil, err
	}
	snap.counts = sync.OnceValues(func() (Counts, error) {
		if snap.manifest.Counts != nil {
			return *snap.manifest.Counts, nil
		}
		return snap.count()
	})
	snap.plain = plain{snap.marks, snap.files, snap.counts}
	return snap, nil
}

func readManifest(dir string) (*manifest, error) {
	name := filepath.Join(dir, manifestFile)
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(b, &struct {
		Version *int `json:"version"`
	}{&m.Version}); err == nil && m.Version > version {
		return nil, &VersionError{dir, m.Version, version}
	}
	if err := m.decode(b); err != nil {
		return nil, fmt.Errorf("%s: %w; remove the folder and load the evidence again", name, err)
	}
	if m.Version != version {
		return nil, fmt.Errorf("%s: unknown format %d; remove the folder and load the evidence again", name, m.Version)
	}
	return m, nil
}

// decode reads a manifest.
func (m *manifest) decode(b []byte) error {
	*m = manifest{}
	if err := json.Unmarshal(b, m); err != nil {
		return err
	}
	if m.Counts != nil && (m.Counted != len(m.Segments) || m.Counts.ByClass == nil || m.Counts.ByLevel == nil) {
		m.Counts, m.Counted = nil, 0
	}
	return nil
}

// writeManifest replaces the manifest in one step.
func writeManifest(dir string, m *manifest) error {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	tmp := filepath.Join(dir, manifestFile+".new")
	if err := writeSynced(tmp, b); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(dir, manifestFile)); err != nil {
		return err
	}
	return syncDir(dir)
}

// writeSynced writes a file and waits until it is on the disk.
func writeSynced(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		return err
	}
	return closeSynced(f)
}

func closeSynced(f *os.File) error {
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// syncDir makes the names in a folder durable. Systems that cannot do it for a folder do it by themselves.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}

// A change is one writer's turn.
type change struct {
	store    *Store
	lock     *fileLock
	manifest manifest
}

// begin waits for the turn to write within this process, and claims the store against others: the error wraps
// ErrInUse if another process writes. It takes in what other processes have written, and removes leftovers.
func (s *Store) begin() (*change, error) {
	s.writing.Lock()
	lock, err := lockDir(s.dir)
	if err != nil {
		s.writing.Unlock()
		return nil, err
	}
	c := &change{store: s, lock: lock}
	old, err := s.hold()
	if err == nil {
		s.release()
		var m *manifest
		if m, err = readManifest(s.dir); err == nil {
			c.manifest = *m
			c.manifest.Sources = slices.Clone(m.Sources)
			if len(m.Segments) < len(old.segments) {
				err = fmt.Errorf("%s: another index has taken the place of the one that is open; open it again", s.dir)
			}
		}
	}
	if err == nil {
		err = sweep(s.dir, &c.manifest)
	}
	if err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// end gives up the turn.
func (c *change) end() {
	c.lock.unlock()
	c.store.writing.Unlock()
}

// name is a new name for a file or folder of the store.
func (c *change) name(kind, suffix string) string {
	n := fmt.Sprintf("%s-%d%s", kind, c.manifest.Next, suffix)
	c.manifest.Next++
	return n
}

// commit makes the manifest of the change the store's, with its counts.
func (c *change) commit() error {
	s := c.store
	old, err := s.hold()
	if err != nil {
		return err
	}
	s.release()
	snap, err := c.next(old)
	if err != nil {
		return err
	}
	if err := writeManifest(s.dir, &snap.manifest); err != nil {
		snap.closeSince(old)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err = ErrClosed
	if !s.closed {
		var notes noted
		if notes, err = resolveNotes(snap, s.notes); err == nil {
			snap.annotate(notes, s.hidden)
		}
	}
	if err != nil {
		snap.closeSince(old)
		return err
	}
	s.now = snap
	return nil
}

// next opens what the change has made, and counts it.
func (c *change) next(old *snapshot) (*snapshot, error) {
	b, err := json.Marshal(&c.manifest)
	if err != nil {
		return nil, err
	}
	m := &manifest{} // apart from that of the change, which may go on changing
	if err := json.Unmarshal(b, m); err != nil {
		return nil, err
	}
	snap, err := c.store.snapshot(m, old)
	if err != nil {
		return nil, err
	}
	counts, err := snap.count()
	if err != nil {
		snap.closeSince(old)
		return nil, err
	}
	for _, m := range []*manifest{&snap.manifest, &c.manifest} {
		m.Counts, m.Counted = &counts, len(m.Segments)
	}
	snap.counts = func() (Counts, error) { return counts, nil }
	snap.plain.counts = snap.counts
	return snap, nil
}

// closeSince frees the segments that old does not have.
func (snap *snapshot) closeSince(old *snapshot) {
	for _, seg := range snap.segments[len(old.segments):] {
		_ = seg.close()
	}
}

// sweep removes what the manifest does not name.
func sweep(dir string, m *manifest) error {
	keep := map[string]bool{manifestFile: true, lockFile: true, m.Survey: true, m.Files: true, m.Stolen: true, m.Outcomes: true, m.Told: true}
	for _, name := range m.Entries {
		keep[name] = true
	}
	for i := range m.Processes {
		keep[m.Processes[i].File] = true
	}
	for _, name := range m.Segments {
		first, _, _ := strings.Cut(name, "/")
		keep[first] = true
	}
	for i := range m.Sources {
		for _, p := range m.Sources[i].Packs {
			first, _, _ := strings.Cut(p.Name, "/")
			keep[first] = true
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		ours := strings.HasPrefix(name, "load-") || strings.HasPrefix(name, "survey-") || strings.HasPrefix(name, "files-") || strings.HasPrefix(name, "stolen-") || strings.HasPrefix(name, "outcomes-") ||
			strings.HasPrefix(name, "entries-") || strings.HasPrefix(name, "processes-") || name == manifestFile+".new"
		if ours && !keep[name] {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("remove what an earlier load left: %w", err)
			}
		}
	}
	return nil
}

// Sources lists the sources whose lines are in the store, in the order of load.
func (s *Store) Sources() []triage.Source {
	snap, err := s.hold()
	if err != nil {
		return nil
	}
	defer s.release()
	out := make([]triage.Source, len(snap.manifest.Sources))
	for i := range out {
		out[i] = snap.manifest.Sources[i].Source
	}
	return out
}
