package triage

// Witnesses: what each log saw, thinned so that two logs of the same server keep the same requests.
//
// Two logs that saw the same requests tell on each other: by how much their clocks differ, and which lines one of them
// lacks (gaps_pairs.go). To find what both saw, each request is hashed by client, method, path and query, decoded so that
// formats compare, and of each family of logs the requests with the smallest hashes are kept: whatever two families both
// saw below the smaller of their limits is in both. A log of up to 16,384 distinct requests is kept whole. A second
// list leaves the client out, for a back end that sees only its proxy.

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
)

const (
	keptSeen     = 1 << 14 // requests kept of a family, by client
	keptBare     = 1 << 12 // and without
	maxWitnesses = 64      // families
	seenBits     = 48      // of a hash
)

// A sighting is a request that a family saw.
type sighting struct {
	Key    uint64 // of what was asked for
	Time   int64  // Unix s, of the first
	Row    uint64 // of the first
	Client uint16 // hash of who asked first
	N      uint32 // how often
}

// sightings are those with the smallest keys, sorted; every key below Limit that was seen is among them.
type sightings struct {
	List  []sighting
	Limit uint64
}

// A witness is what a family saw.
type witness struct{ Seen, Bare sightings }

// A gatherer fills one list.
type gatherer struct {
	at    map[uint64]int
	out   sightings
	bound int
}

func newGatherer(bound int) *gatherer {
	return &gatherer{at: map[uint64]int{}, out: sightings{Limit: math.MaxUint64}, bound: bound}
}

func (g *gatherer) add(s sighting) {
	if s.Key >= g.out.Limit {
		return
	}
	if i, ok := g.at[s.Key]; ok {
		g.out.List[i].N++
		return
	}
	g.at[s.Key] = len(g.out.List)
	g.out.List = append(g.out.List, s)
	if len(g.out.List) >= 2*g.bound {
		g.out.cut(g.bound)
		clear(g.at)
		for i := range g.out.List {
			g.at[g.out.List[i].Key] = i
		}
	}
}

// cut sorts and keeps at most n.
func (s *sightings) cut(n int) {
	slices.SortFunc(s.List, func(a, b sighting) int { return cmp.Compare(a.Key, b.Key) })
	if len(s.List) > n {
		s.Limit = s.List[n].Key
		s.List = s.List[:n:n]
	}
}

// merge adds what another part of the family saw.
func (s *sightings) merge(o *sightings, bound int) {
	all := slices.Concat(s.List, o.List)
	slices.SortStableFunc(all, func(a, b sighting) int { return cmp.Compare(a.Key, b.Key) })
	s.Limit = min(s.Limit, o.Limit)
	s.List = all[:0]
	for _, x := range all {
		switch n := len(s.List); {
		case x.Key >= s.Limit:
		case n > 0 && s.List[n-1].Key == x.Key:
			s.List[n-1].N += x.N
		default:
			s.List = append(s.List, x)
		}
	}
	s.cut(bound)
}

// witnesses reads who saw what in a part, audit logs too.
func witnesses(log Log) (map[string]*witness, error) {
	type pair struct{ seen, bare *gatherer }
	byName, bySource := map[string]*pair{}, map[uint32]*pair{}
	h := textHashes{log: log}
	err := log.Visits(func(v *Visit) bool {
		p, ok := bySource[v.Source]
		if !ok {
			name := familyOf(log.Cite(v.Row).Source)
			if p = byName[name]; p == nil && len(byName) < maxWitnesses {
				p = &pair{newGatherer(keptSeen), newGatherer(keptBare)}
				byName[name] = p
			}
			bySource[v.Source] = p
		}
		if p == nil || v.Time <= 0 || v.Time >= maxTimeMS || v.Path == 0 {
			return true
		}
		bare := mix(h.of(Methods, v.Method) ^ mix(h.of(Paths, v.Path)^mix(h.of(Queries, v.Query))))
		client := h.of(Clients, v.Client)
		s := sighting{Time: v.Time / 1000, Row: v.Row, Client: uint16(client >> 8), N: 1}
		s.Key = mix(bare^client) >> (64 - seenBits)
		p.seen.add(s)
		s.Key = bare >> (64 - seenBits)
		p.bare.add(s)
		return true
	})
	out := map[string]*witness{}
	for name, p := range byName {
		p.seen.out.cut(keptSeen)
		p.bare.out.cut(keptBare)
		out[name] = &witness{p.seen.out, p.bare.out}
	}
	return out, err
}

// textHashes are the hashes of texts of a log, each made once.
type textHashes struct {
	log Log
	by  [Users + 1][]uint64
}

func (h *textHashes) of(c Column, id uint32) uint64 {
	if h.by[c] == nil {
		h.by[c] = make([]uint64, h.log.Texts(c))
	}
	x := &h.by[c][id]
	if *x == 0 {
		*x = hashAsked(c, h.log.Text(c, id))
	}
	return *x
}

// hashAsked hashes a text as all formats would have it: decoded once, without the error that IIS appends to queries
// (such as "|22|80040e14|…"), and an IPv4 address not written as IPv6.
func hashAsked(c Column, s string) uint64 {
	switch c {
	case Queries:
		if i := strings.IndexByte(s, '|'); i >= 0 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			s = s[:i]
		}
		if s == "-" {
			s = ""
		}
	case Clients:
		s = strings.TrimPrefix(strings.ToLower(s), "::ffff:")
	}
	x := uint64(14695981039346656037) // FNV-1a
	for i := 0; i < len(s); i++ {
		b := s[i]
		if c == Queries || c == Paths {
			switch {
			case b == '+':
				b = ' '
			case b == '%' && i+2 < len(s):
				hi, lo := unhex(s[i+1]), unhex(s[i+2])
				if hi < 16 && lo < 16 {
					b = hi<<4 | lo
					i += 2
				}
			}
		}
		x = (x ^ uint64(b)) * 1099511628211
	}
	return mix(x+uint64(c)) | 1
}

func unhex(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return b - '0'
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return b | 0x20 - 'a' + 10
	}
	return 255
}

// mix spreads the bits of a hash (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// MarshalBinary encodes the list: of each sighting the difference to the one before of key and time, the row, client and
// count, as variable-length integers.
func (s *sightings) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint(nil, s.Limit)
	var last sighting
	for _, x := range s.List {
		b = binary.AppendUvarint(b, x.Key-last.Key)
		b = binary.AppendVarint(b, x.Time-last.Time)
		b = binary.AppendUvarint(b, x.Row)
		b = binary.AppendUvarint(b, uint64(x.Client))
		b = binary.AppendUvarint(b, uint64(x.N))
		last = x
	}
	return b, nil
}

var errSightings = errors.New("damaged list of what a log saw")

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *sightings) UnmarshalBinary(b []byte) error {
	*s = sightings{}
	ok := true
	next := func(signed bool) int64 {
		var v int64
		n := 0
		if signed {
			v, n = binary.Varint(b)
		} else {
			var u uint64
			u, n = binary.Uvarint(b)
			v = int64(u)
		}
		if n <= 0 {
			ok, b = false, nil
			return 0
		}
		b = b[n:]
		return v
	}
	s.Limit = uint64(next(false))
	var last sighting
	for ok && len(b) > 0 {
		last = sighting{last.Key + uint64(next(false)), last.Time + next(true), uint64(next(false)), uint16(next(false)), uint32(next(false))}
		s.List = append(s.List, last)
	}
	if !ok || len(s.List) > keptSeen {
		return errSightings
	}
	return nil
}
