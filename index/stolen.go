package index

import (
	"path/filepath"
	"sync"
	"time"

	"spoor/triage/blind"
)

// Stolen is what injection read, as it was made of the requests of the case together.
type Stolen struct {
	Made   string // of what and by what it was made; the caller's own
	Result blind.Result
	Sent   []Sent
}

// Sent is what one client was sent.
type Sent struct {
	Client   string
	Intruder string // triage.Intruder.Ref; "" if it is nobody's
	Requests int
	Bytes    int64     // of the answers whose size the log has
	Unsized  int       // answers whose size it has not
	Since    time.Time // of the plant of a shell that the client used or planted; zero if there is none
	After    int       // requests since then
	Largest  []Answer  // answers since then, largest first
}

// An Answer is one answer that is large.
type Answer struct {
	Ref   string
	Time  time.Time
	Path  string
	Bytes int64
}

// lazyStolen is what was kept, read when it is first asked for.
type lazyStolen struct {
	once sync.Once
	v    *Stolen
	err  error
}

// Stolen is what PutLooks kept; nil before the first. The caller does not change it.
func (s *Store) Stolen() (*Stolen, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	if snap.stolen == nil {
		return nil, nil
	}
	l, name := snap.stolen, snap.manifest.Stolen
	l.once.Do(func() {
		v := new(Stolen)
		if l.err = readPart(filepath.Join(s.dir, name), v); l.err == nil {
			l.v = v
		}
	})
	return l.v, l.err
}
