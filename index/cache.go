package index

import (
	"container/list"
	"sync"
)

// cacheBytes bounds what a Store keeps of decoded columns and texts.
const cacheBytes = 96 << 20

// A cache keeps decoded pieces of segments, those used last, up to a number of bytes. What it gives out is
// shared and never changed.
type cache struct {
	mu      sync.Mutex
	max     int
	used    int
	entries map[cacheKey]*list.Element
	recent  *list.List // of *cacheEntry, the one used last in front
}

// A cacheKey names a piece.
type cacheKey struct {
	seg    *segment
	kind   pieceKind
	column int // of rows.parquet, or of texts and tallies
	number int // of the row group or page
}

// A pieceKind says what a cache keeps under a key.
type pieceKind int

const (
	wholeGroups pieceKind = iota // a column of a row group
	pages                        // a column of a Parquet page of rows
	textPages
	tallies
	keptPieces // of kept.zst
)

type cacheEntry struct {
	key   cacheKey
	value any
	size  int
}

func newCache(max int) *cache {
	return &cache{max: max, entries: map[cacheKey]*list.Element{}, recent: list.New()}
}

// get is the piece kept under key, or else what load makes of it. Two callers may load the same piece at
// once; both results are the same.
func (c *cache) get(key cacheKey, load func() (value any, size int, err error)) (any, error) {
	c.mu.Lock()
	if e, ok := c.entries[key]; ok {
		c.recent.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*cacheEntry).value, nil
	}
	c.mu.Unlock()
	value, size, err := load()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		return e.Value.(*cacheEntry).value, nil
	}
	c.entries[key] = c.recent.PushFront(&cacheEntry{key, value, size})
	c.used += size
	for c.used > c.max && c.recent.Len() > 1 {
		last := c.recent.Back()
		old := c.recent.Remove(last).(*cacheEntry)
		delete(c.entries, old.key)
		c.used -= old.size
	}
	return value, nil
}
