package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// textColumnNamed is a column of texts by its name in queries.
func textColumnNamed(name string) (column, bool) {
	switch name {
	case "ip":
		return colClient, true
	case "method":
		return colMethod, true
	case "path":
		return colPath, true
	case "query":
		return colQuery, true
	case "ua":
		return colAgent, true
	case "referer":
		return colReferer, true
	case "host":
		return colHost, true
	case "user":
		return colUser, true
	case "reason":
		return colReject, true
	}
	return 0, false
}

// intColumnNamed is a column of numbers by its name in queries.
func intColumnNamed(name string) (intColumn, bool) {
	switch name {
	case "time":
		return intTime, true
	case "status":
		return intStatus, true
	case "size":
		return intSize, true
	case "millis":
		return intMillis, true
	case "line":
		return intLine, true
	}
	return 0, false
}

// keys are sort keys of a column for the rows of the result, in the order of their numbers.
func (r *Result) keys(ctx context.Context, name string) ([]uint64, error) {
	if c, ok := intColumnNamed(name); ok {
		return r.intKeys(ctx, c, func(v int64) uint64 {
			if !known(c, v) {
				return unknownKey
			}
			return uint64(v) ^ 1<<63
		})
	}
	if c, ok := textColumnNamed(name); ok {
		return r.textKeys(ctx, c)
	}
	switch name {
	case "source":
		rank := sourceRanks(r.snap.manifest.Sources)
		return r.intKeys(ctx, intSource, func(v int64) uint64 { return rank[v] })
	case "level":
		return r.levelKeys(ctx)
	}
	return nil, fmt.Errorf("cannot sort by %q", name)
}

// fill makes a key for each row of the result, in the order of their numbers, on all cores. key puts those of the
// rows of one row group into dst, which has room for just them.
func (r *Result) fill(ctx context.Context, key func(p *picked, rows []int, dst []uint64) error) ([]uint64, error) {
	picks := r.allPicks()
	starts := make([]int, len(picks)+1)
	for i := range picks {
		starts[i+1] = starts[i] + picks[i].rows
	}
	out := make([]uint64, r.Len())
	err := eachGroup(ctx, len(picks), func(i int) error {
		return key(&picks[i], r.rowsOf(&picks[i]), out[starts[i]:starts[i+1]])
	})
	return out, err
}

func (r *Result) intKeys(ctx context.Context, c intColumn, key func(int64) uint64) ([]uint64, error) {
	return r.fill(ctx, func(p *picked, rows []int, dst []uint64) error {
		ints, err := p.seg.ints(c, p.group)
		if err != nil {
			return err
		}
		for k, i := range rows {
			dst[k] = key(ints[i])
		}
		return nil
	})
}

// sourceRanks are the places of the sources when they are sorted by path.
func sourceRanks(sources []storeSource) []uint64 {
	at := make([]int, len(sources))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int { return strings.Compare(sources[i].Path, sources[j].Path) })
	rank := make([]uint64, len(sources))
	for place, i := range at {
		rank[i] = uint64(place)
	}
	return rank
}

// levelKeys are the highest levels of the rows.
func (r *Result) levelKeys(ctx context.Context) ([]uint64, error) {
	return r.fill(ctx, func(p *picked, rows []int, dst []uint64) error {
		sets, err := p.seg.signSets()
		if err != nil {
			return err
		}
		ids, err := p.seg.ids(colSigns, p.group)
		if err != nil {
			return err
		}
		levels := make([]uint64, len(sets))
		for id, signs := range sets {
			levels[id] = uint64(highest(signs))
		}
		first := p.first()
		all := r.snap.marks.between(first, first+int64(p.seg.groupLen(p.group)))
		for k, i := range rows {
			row := uint64(first) + uint64(i)
			for len(all) > 0 && all[0].Row < row {
				all = all[1:]
			}
			dst[k] = levels[ids[i]]
			if len(all) > 0 && all[0].Row == row {
				var signs []sign
				signs, all = r.snap.marks.take(sets[ids[i]], all)
				dst[k] = uint64(highest(signs))
			}
		}
		return nil
	})
}

// used are the numbers of the texts of a column that rows of the result have, by segment.
func (r *Result) used(ctx context.Context, c column) (map[*segment]bitset, error) {
	used := map[*segment]bitset{}
	var some []picked
	for _, seg := range r.snap.segments {
		n := r.between(seg.base, seg.base+seg.meta.Rows)
		if n == 0 {
			continue
		}
		used[seg] = newBitset(seg.meta.Texts[c])
		if n == int(seg.meta.Rows) {
			used[seg].fill(seg.meta.Texts[c]) // there is no text that no row has
			continue
		}
		some = append(some, r.picks(seg)...)
	}
	read := func(p *picked) ([]int32, error) { return p.seg.ids(c, p.group) }
	err := scan(ctx, r, some, read, func(p *picked, rows []int, ids []int32) {
		set := used[p.seg]
		for _, i := range rows {
			set.set(int(ids[i]))
		}
	})
	return used, err
}

// A place is a text of a column of a segment.
type place struct {
	text string
	seg  *segment
	id   int
}

// sortedPart is how many texts are sorted in one go; between two goes a sort can be stopped.
const sortedPart = 1 << 16

// places are the texts of a column that rows of the result have, sorted, but the empty one.
func (r *Result) places(ctx context.Context, c column) ([]place, error) {
	used, err := r.used(ctx, c)
	if err != nil {
		return nil, err
	}
	type part struct {
		seg      *segment
		from, to int
	}
	var parts []part
	for _, seg := range r.snap.segments {
		for from := 1; used[seg] != nil && from < seg.meta.Texts[c]; from += sortedPart {
			parts = append(parts, part{seg, from, min(from+sortedPart, seg.meta.Texts[c])})
		}
	}
	lists := make([][]place, len(parts))
	err = eachGroup(ctx, len(parts), func(i int) error {
		p, set := parts[i], used[parts[i].seg]
		err := p.seg.eachText(c, p.from, p.to, func(id int, text, _ string) bool {
			if set.has(id) {
				lists[i] = append(lists[i], place{text, p.seg, id})
			}
			return true
		})
		slices.SortFunc(lists[i], func(a, b place) int { return strings.Compare(a.text, b.text) })
		return err
	})
	for err == nil && len(lists) > 1 {
		merged := make([][]place, (len(lists)+1)/2)
		err = eachGroup(ctx, len(merged), func(i int) error {
			merged[i] = lists[2*i]
			if 2*i+1 < len(lists) {
				merged[i] = mergePlaces(lists[2*i], lists[2*i+1])
			}
			return nil
		})
		lists = merged
	}
	if err != nil || len(lists) == 0 {
		return nil, err
	}
	return lists[0], nil
}

// mergePlaces makes one sorted list of two.
func mergePlaces(a, b []place) []place {
	out := make([]place, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].text <= b[0].text {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// textKeys are the places of the texts of the rows when they are sorted, the empty text being unknown.
func (r *Result) textKeys(ctx context.Context, c column) ([]uint64, error) {
	all, err := r.places(ctx, c)
	if err != nil {
		return nil, err
	}
	ranks := map[*segment][]uint64{}
	for _, seg := range r.snap.segments {
		ranks[seg] = make([]uint64, seg.meta.Texts[c])
		ranks[seg][0] = unknownKey
	}
	rank := uint64(0)
	for i, p := range all {
		if i > 0 && p.text != all[i-1].text {
			rank++
		}
		ranks[p.seg][p.id] = rank
	}
	return r.fill(ctx, func(p *picked, rows []int, dst []uint64) error {
		ids, err := p.seg.ids(c, p.group)
		if err != nil {
			return err
		}
		rank := ranks[p.seg]
		for k, i := range rows {
			dst[k] = rank[ids[i]]
		}
		return nil
	})
}

// signValues are the values that Facet counts for a request with such signs.
func signValues(name string, signs []sign) []string {
	var out []string
	switch name {
	case "level":
		if len(signs) > 0 {
			out = append(out, highest(signs).String())
		}
	case "class":
		for _, c := range classesOf(signs) {
			out = append(out, string(c))
		}
	case "rule":
		for _, s := range signs {
			if !slices.Contains(out, s.Rule) {
				out = append(out, s.Rule)
			}
		}
	}
	return out
}
