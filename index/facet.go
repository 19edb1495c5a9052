package index

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A Count is how many requests of a result have a value.
type Count struct {
	Value string // as logged; of a number, it or its range; empty if requests have none
	Count int64
	Hot   int64 // of FacetHot: of these, with a finding of level medium or above
}

// Facet counts the values of a column over the result, and gives the n most frequent ones, the most frequent
// first, and equal ones by value; where not all texts of a count fit in, they are the first in the order of load.
//
// Columns are ip, method, path, query, status, ua, referer, host, user, source, verdict, class, rule, level, and in
// ranges: size and millis (0, 1..9, 10..99 and so on), day and hour (of the day), both UTC. A request counts once for
// each class and each rule of its findings, and for the highest level of them; one without findings does not count in
// these. Is writes the query for a value. The error is ctx's if it is done.
func (r *Result) Facet(ctx context.Context, column string, n int) ([]Count, error) {
	return r.facet(ctx, column, n, nil)
}

// FacetHot is Facet with Count.Hot, which takes about the time of another Facet over the requests with findings.
func (r *Result) FacetHot(ctx context.Context, column string, n int) ([]Count, error) {
	if _, err := r.hold(); err != nil {
		return nil, err
	}
	hot, err := r.hotRows(ctx)
	r.store.release()
	if err != nil {
		return nil, err
	}
	return r.facet(ctx, column, n, r.within(hot))
}

// facet counts the values of a column; hot is the requests to count apart, nil if there are none.
func (r *Result) facet(ctx context.Context, column string, n int, hot *Result) ([]Count, error) {
	snap, err := r.hold()
	if err != nil {
		return nil, err
	}
	defer r.store.release()
	if c, ok := textColumnNamed(column); ok && c < tallied {
		return r.textFacet(ctx, c, n, hot)
	}
	counts, err := r.values(ctx, snap, column)
	if err != nil {
		return nil, err
	}
	var some map[string]int64
	if hot != nil {
		if some, err = hot.values(ctx, snap, column); err != nil {
			return nil, err
		}
	}
	return top(counts, some, n), nil
}

// values counts the values of a column that has few.
func (r *Result) values(ctx context.Context, snap *snapshot, column string) (map[string]int64, error) {
	counts := map[string]int64{}
	switch column {
	case "status", "size", "millis", "day", "hour":
		return counts, r.countNumbers(ctx, numberFacets[column], counts)
	case "source":
		for _, seg := range snap.segments {
			for _, sp := range seg.meta.Spans {
				if n := r.between(seg.base+sp.First, seg.base+sp.First+sp.Rows); n > 0 {
					counts[snap.manifest.Sources[sp.Source].Path] += int64(n)
				}
			}
		}
		return counts, nil
	case "reason":
		return counts, r.countFew(ctx, colReject, counts)
	case "verdict":
		counts[""] = int64(r.Len())
		for row, said := range snap.notes.rows {
			if r.set.Contains(uint32(row)) {
				counts[""]--
				counts[said.verdict]++
			}
		}
		return counts, nil
	case "class", "rule", "level":
		return counts, r.countSigns(ctx, func(signs []sign, n int64) {
			for _, v := range signValues(column, signs) {
				counts[v] += n
			}
		})
	}
	return nil, fmt.Errorf("cannot count by %q", column)
}

// top gives the n largest counts; equal ones by value.
func top(counts, hot map[string]int64, n int) []Count {
	out := make([]Count, 0, len(counts))
	for v, c := range counts {
		if c != 0 {
			out = append(out, Count{v, c, hot[v]})
		}
	}
	sortCounts(out)
	return out[:max(0, min(n, len(out)))]
}

// sortCounts puts the largest counts first; equal ones by value.
func sortCounts(all []Count) {
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
}

// countSigns calls add for the signs of the requests of the result, those of behaviour included, with the number
// of requests that have these. The number is negative where add has got signs for a request that has more.
func (r *Result) countSigns(ctx context.Context, add func(signs []sign, n int64)) error {
	for _, seg := range r.snap.segments {
		if err := r.countSignsOf(ctx, seg, add); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) countSignsOf(ctx context.Context, seg *segment, add func(signs []sign, n int64)) error {
	sets, err := seg.signSets()
	if err != nil {
		return err
	}
	counts := seg.meta.Signs
	picks := r.picks(seg)
	if r.between(seg.base, seg.base+seg.meta.Rows) != int(seg.meta.Rows) {
		counts = make([]int64, len(sets))
		read := func(p *picked) ([]int32, error) { return seg.ids(colSigns, p.group) }
		err = scan(ctx, r, picks, read, func(_ *picked, rows []int, ids []int32) {
			for _, i := range rows {
				counts[ids[i]]++
			}
		})
		if err != nil {
			return err
		}
	}
	for id, n := range counts[:min(len(counts), len(sets))] {
		if n != 0 {
			add(sets[id], n)
		}
	}
	for i := range picks {
		if err := r.snap.remark(&picks[i], sets, r.set.Contains, add); err != nil {
			return err
		}
	}
	return nil
}

// remark calls add for the rows of a row group that have marks: with the signs of the text, less one, and with all
// signs, one more.
func (snap *snapshot) remark(p *picked, sets [][]sign, in func(row uint32) bool, add func(signs []sign, n int64)) error {
	first := p.first()
	all := snap.marks.between(first, first+int64(p.seg.groupLen(p.group)))
	if len(all) == 0 {
		return nil
	}
	ids, err := p.seg.ids(colSigns, p.group)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		row := all[0].Row
		base := sets[ids[int64(row)-first]]
		var signs []sign
		if signs, all = snap.marks.take(base, all); in(uint32(row)) {
			add(base, -1)
			add(signs, 1)
		}
	}
	return nil
}

// A counted is how many rows have each text of a column of a segment, by its number.
type counted struct {
	seg  *segment
	rows []int32
	hot  []int32 // of these, those to count apart; nil if there are none
}

func (c *counted) hotOf(id int) int64 {
	if c.hot == nil {
		return 0
	}
	return int64(c.hot[id])
}

// A topText is a text with the number of rows that have it.
type topText struct {
	seg        *segment // one that has the text
	id         int32
	count, hot int64
}

// textFacet counts by number of text in each segment, and reads only the texts that are among the first n.
func (r *Result) textFacet(ctx context.Context, c column, n int, hot *Result) ([]Count, error) {
	counts, err := r.countTexts(ctx, c)
	if err != nil || n <= 0 {
		return nil, err
	}
	if hot != nil {
		some, err := hot.countTexts(ctx, c)
		if err != nil {
			return nil, err
		}
		of := map[*segment][]int32{}
		for _, s := range some {
			of[s.seg] = s.rows
		}
		for i := range counts {
			counts[i].hot = of[counts[i].seg]
		}
	}
	best, err := mergeTop(c, counts, n)
	if err != nil {
		return nil, err
	}
	out := make([]Count, len(best))
	for i, t := range best {
		out[i].Count, out[i].Hot = t.count, t.hot
		if out[i].Value, err = t.seg.text(c, t.id); err != nil {
			return nil, err
		}
	}
	sortCounts(out)
	return out, nil
}

// countTexts counts the texts of the result in each segment. What is counted of whole segments is known.
func (r *Result) countTexts(ctx context.Context, c column) ([]counted, error) {
	var out []counted
	for _, seg := range r.snap.segments {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch r.between(seg.base, seg.base+seg.meta.Rows) {
		case 0:
			continue
		case int(seg.meta.Rows):
			t, err := seg.tally(c)
			if err != nil {
				return nil, err
			}
			out = append(out, counted{seg: seg, rows: t.rows})
			continue
		}
		of := make([]int32, seg.meta.Texts[c])
		read := func(p *picked) ([]int32, error) { return seg.ids(c, p.group) }
		err := scan(ctx, r, r.picks(seg), read, func(_ *picked, rows []int, ids []int32) {
			for _, i := range rows {
				of[ids[i]]++
			}
		})
		if err != nil {
			return nil, err
		}
		out = append(out, counted{seg: seg, rows: of})
	}
	return out, nil
}

// mergeTop gives the n texts with the largest sums over the segments.
//
// A text can be among them only if the sum is at least what n texts have in some segment alone. Sums of texts
// whose hashes share their lowest bits are an upper bound for each of them, so that most texts are left out before
// they are told apart.
func mergeTop(c column, counts []counted, n int) ([]topText, error) {
	least := leastTop(counts, n)
	var all []topText
	if len(counts) == 1 {
		for id, rows := range counts[0].rows {
			if int64(rows) >= least {
				all = append(all, topText{counts[0].seg, int32(id), int64(rows), counts[0].hotOf(id)})
			}
		}
		return firstTop(all, n), nil
	}
	near := make([]int64, 1<<nearBits)
	const low = 1<<nearBits - 1
	tallies := make([]*tally, len(counts))
	for i, of := range counts {
		var err error
		if tallies[i], err = of.seg.tally(c); err != nil {
			return nil, err
		}
		for id, h := range tallies[i].hashes {
			near[h&low] += int64(of.rows[id])
		}
	}
	at := map[uint64]int{}
	for i, of := range counts {
		for id, h := range tallies[i].hashes {
			if of.rows[id] == 0 || near[h&low] < least {
				continue
			}
			k, ok := at[h]
			if !ok {
				k = len(all)
				at[h] = k
				all = append(all, topText{seg: of.seg, id: int32(id)})
			}
			all[k].count += int64(of.rows[id])
			all[k].hot += of.hotOf(id)
		}
	}
	return firstTop(all, n), nil
}

// leastTop is a number of rows, at least 1, that n texts or more reach in one of the segments; 1 if none has so
// many. It is within a factor of two of the largest such number.
func leastTop(counts []counted, n int) int64 {
	least := int64(1)
	for _, of := range counts {
		var lens [33]int // texts by the length of their count in bits
		for _, rows := range of.rows {
			lens[bits.Len32(uint32(rows))]++
		}
		for k, sum := 32, 0; k > 0; k-- {
			if sum += lens[k]; sum >= n {
				least = max(least, 1<<(k-1))
				break
			}
		}
	}
	return least
}

// firstTop gives the n texts with the largest counts; equal ones as they stand.
func firstTop(all []topText, n int) []topText {
	slices.SortStableFunc(all, func(a, b topText) int { return cmp.Compare(b.count, a.count) })
	return all[:min(n, len(all))]
}

// countFew counts the texts of a column that has no tally, since it has few texts.
func (r *Result) countFew(ctx context.Context, c column, counts map[string]int64) error {
	for _, seg := range r.snap.segments {
		if r.between(seg.base, seg.base+seg.meta.Rows) == 0 {
			continue
		}
		of := make([]int64, seg.meta.Texts[c])
		read := func(p *picked) ([]int32, error) { return seg.ids(c, p.group) }
		err := scan(ctx, r, r.picks(seg), read, func(_ *picked, rows []int, ids []int32) {
			for _, i := range rows {
				of[ids[i]]++
			}
		})
		if err != nil {
			return err
		}
		for id, n := range of {
			if n == 0 {
				continue
			}
			text, err := seg.text(c, int32(id))
			if err != nil {
				return err
			}
			counts[text] += n
		}
	}
	return nil
}
