package index

import (
	"path/filepath"
	"sync"

	"spoor/triage/outcome"
)

// Outcomes is how the attacks of the case fared, SQL injection apart.
type Outcomes struct {
	Made   string // of what and by what it was made; the caller's own
	Result outcome.Result
}

// lazyOutcomes is what was kept, read when it is first asked for.
type lazyOutcomes struct {
	once sync.Once
	v    *Outcomes
	err  error
}

// PutLooks keeps what injection read and how the attacks fared, in place of what was kept before; nil leaves that.
func (s *Store) PutLooks(stolen *Stolen, outcomes *Outcomes) error {
	if stolen == nil && outcomes == nil {
		return nil
	}
	c, err := s.begin()
	if err != nil {
		return err
	}
	defer c.end()
	if stolen != nil {
		if err := c.put("stolen", stolen, func(m *manifest, name string) { m.Stolen = name }); err != nil {
			return err
		}
	}
	if outcomes != nil {
		if err := c.put("outcomes", outcomes, func(m *manifest, name string) { m.Outcomes = name }); err != nil {
			return err
		}
	}
	return c.commit()
}

// Outcomes is what PutLooks kept; nil before the first. The caller does not change it.
func (s *Store) Outcomes() (*Outcomes, error) {
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	if snap.outcomes == nil {
		return nil, nil
	}
	l, name := snap.outcomes, snap.manifest.Outcomes
	l.once.Do(func() {
		v := new(Outcomes)
		if l.err = readPart(filepath.Join(s.dir, name), v); l.err == nil {
			l.v = v
		}
	})
	return l.v, l.err
}
