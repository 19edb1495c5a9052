package index

import (
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
func (r *Result) keys(name string) ([]uint64, error) {
	if c, ok := intColumnNamed(name); ok {
		return r.intKeys(c, func(v int64) uint64 {
			if !known(c, v) {
				return unknownKey
			}
			return uint64(v) ^ 1<<63
		})
	}
	if c, ok := textColumnNamed(name); ok {
		return r.textKeys(c)
	}
	switch name {
	case "source":
		rank := sourceRanks(r.snap.manifest.Sources)
		return r.intKeys(intSource, func(v int64) uint64 { return rank[v] })
	case "level":
		return r.levelKeys()
	}
	return nil, fmt.Errorf("cannot sort by %q", name)
}

func (r *Result) intKeys(c intColumn, key func(int64) uint64) ([]uint64, error) {
	out := make([]uint64, 0, r.Len())
	err := r.eachRows(func(seg *segment, group int, rows []int) error {
		ints, err := seg.ints(c, group)
		if err != nil {
			return err
		}
		for _, i := range rows {
			out = append(out, key(ints[i]))
		}
		return nil
	})
	return out, err
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
func (r *Result) levelKeys() ([]uint64, error) {
	out := make([]uint64, 0, r.Len())
	err := r.eachSigned(func(signs []sign) { out = append(out, uint64(highest(signs))) })
	return out, err
}

// eachSigned calls yield with the signs of each row of the result, in the order of their numbers.
func (r *Result) eachSigned(yield func(signs []sign)) error {
	return r.eachRows(func(seg *segment, group int, rows []int) error {
		sets, err := seg.signSets()
		if err != nil {
			return err
		}
		ids, err := seg.ids(colSigns, group)
		if err != nil {
			return err
		}
		first := seg.base + int64(group)*groupRows
		all := r.snap.marks.between(first, first+int64(seg.groupLen(group)))
		for _, i := range rows {
			row := uint64(first) + uint64(i)
			for len(all) > 0 && all[0].Row < row {
				all = all[1:]
			}
			signs := sets[ids[i]]
			if len(all) > 0 && all[0].Row == row {
				signs, all = r.snap.marks.take(signs, all)
			}
			yield(signs)
		}
		return nil
	})
}

// used are the numbers of the texts of a column that rows of the result have, by segment.
func (r *Result) used(c column) (map[*segment]bitset, error) {
	used := map[*segment]bitset{}
	err := r.eachRows(func(seg *segment, group int, rows []int) error {
		set := used[seg]
		if set == nil {
			set = newBitset(seg.meta.Texts[c])
			used[seg] = set
		}
		ids, err := seg.ids(c, group)
		if err != nil {
			return err
		}
		for _, i := range rows {
			set.set(int(ids[i]))
		}
		return nil
	})
	return used, err
}

// textKeys are the places of the texts of the rows when they are sorted, the empty text being unknown.
func (r *Result) textKeys(c column) ([]uint64, error) {
	used, err := r.used(c)
	if err != nil {
		return nil, err
	}
	type place struct {
		text string
		seg  *segment
		id   int
	}
	var all []place
	ranks := map[*segment][]uint64{}
	for _, seg := range r.snap.segments {
		set := used[seg]
		if set == nil {
			continue
		}
		ranks[seg] = make([]uint64, seg.meta.Texts[c])
		ranks[seg][0] = unknownKey
		err := seg.eachText(c, 1, seg.meta.Texts[c], func(id int, text, _ string) bool {
			if set.has(id) {
				all = append(all, place{text, seg, id})
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b place) int { return strings.Compare(a.text, b.text) })
	rank := uint64(0)
	for i, p := range all {
		if i > 0 && p.text != all[i-1].text {
			rank++
		}
		ranks[p.seg][p.id] = rank
	}
	out := make([]uint64, 0, r.Len())
	err = r.eachRows(func(seg *segment, group int, rows []int) error {
		ids, err := seg.ids(c, group)
		if err != nil {
			return err
		}
		for _, i := range rows {
			out = append(out, ranks[seg][ids[i]])
		}
		return nil
	})
	return out, err
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
