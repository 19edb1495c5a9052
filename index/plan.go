package index

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/parquet-go/parquet-go"

	"spoor/triage"
)

// A plan is a query for one segment.
type plan struct {
	op   planOp
	kids []*plan
	// test puts the rows of a group that pass into out, which is empty.
	test func(group int, out bitset) error
}

type planOp int

const (
	planNone planOp = iota
	planAll
	planAnd
	planOr
	planNot
	planTest
)

// A planner makes the plans of a query for one segment.
type planner struct {
	ctx  context.Context
	snap *snapshot
	seg  *segment
}

func (p *planner) plan(n node) (*plan, error) {
	switch n := n.(type) {
	case allNode:
		return &plan{op: planAll}, nil
	case andNode:
		return p.join(planAnd, planNone, planAll, n.kids)
	case orNode:
		return p.join(planOr, planAll, planNone, n.kids)
	case notNode:
		kid, err := p.plan(n.kid)
		switch {
		case err != nil:
			return nil, err
		case kid.op == planNone:
			return &plan{op: planAll}, nil
		case kid.op == planAll:
			return &plan{op: planNone}, nil
		}
		return &plan{op: planNot, kids: []*plan{kid}}, nil
	case wordNode:
		return p.word(n)
	case textNode:
		return p.text(n)
	case clientsNode:
		return p.clients(n)
	case rangeNode:
		return p.numbers(n), nil
	case hourNode:
		return p.hours(n), nil
	case signNode:
		return p.signs(n.match)
	case sourceNode:
		return p.source(n), nil
	case rowsNode:
		return p.rows(n), nil
	case isNode:
		return p.is(n)
	}
	return nil, fmt.Errorf("index: no plan for %T", n)
}

// join plans the parts of AND or OR. A part that is whole decides it; one that is idle does not matter.
func (p *planner) join(op, whole, idle planOp, nodes []node) (*plan, error) {
	out := &plan{op: op}
	for _, n := range nodes {
		kid, err := p.plan(n)
		if err != nil {
			return nil, err
		}
		switch kid.op {
		case whole:
			return kid, nil
		case idle:
		default:
			out.kids = append(out.kids, kid)
		}
	}
	switch len(out.kids) {
	case 0:
		return &plan{op: idle}, nil
	case 1:
		return out.kids[0], nil
	}
	return out, nil
}

// idTest tests a column of texts for a set of numbers.
func (p *planner) idTest(c column, set bitset) *plan {
	seg := p.seg
	if set.empty() {
		return &plan{}
	}
	if set.count() == seg.meta.Texts[c] {
		return &plan{op: planAll}
	}
	lo, hi := limits(set)
	return &plan{op: planTest, test: func(group int, out bitset) error {
		if min, max, ok := seg.bounds(parquetTexts[c], group); ok && (max < int64(lo) || min > int64(hi)) {
			return nil
		}
		test := func(ids []int32, out bitset) bool { return testPage(ids, set, out) }
		if lo == hi {
			test = func(ids []int32, out bitset) bool {
				matchPage(ids, int32(lo), out)
				return true
			}
		}
		return seg.testIDs(c, group, test, out)
	}}
}

// testIDs puts the rows of a row group whose text in a column passes a test of a page into out, which is empty. It
// reads past the cache, which a scan of a whole column would only fill.
func (s *segment) testIDs(c column, group int, test func(ids []int32, out bitset) bool, out bitset) error {
	p, err := s.rowsParquet()
	if err != nil {
		return err
	}
	at, ok := 0, true
	err = eachPage(p, parquetTexts[c], group, func(page parquet.Page) {
		data := page.Data()
		ids := data.Int32()
		ok = ok && at%64 == 0 && at+len(ids) <= s.groupLen(group) && test(ids, out[at/64:])
		at += len(ids)
	})
	if err == nil && (!ok || at != s.groupLen(group)) {
		err = fmt.Errorf("%s: column %s is damaged; load the evidence again", p.file.Name(), columnNames[c])
	}
	return err
}

// testPage puts the positions of the numbers that are in a set into out; false if a number can be in no such set.
func testPage(ids []int32, set, out bitset) bool {
	for k := 0; len(ids) > 0; k++ {
		n := min(64, len(ids))
		word := uint64(0) // filled from above, since a shift by a constant is the fastest
		for _, id := range ids[:n] {
			at := uint32(id) >> 6
			if at >= uint32(len(set)) {
				return false
			}
			word = word>>1 | set[at]>>(uint32(id)&63)<<63
		}
		out[k] = word >> (64 - n)
		ids = ids[n:]
	}
	return true
}

// matchPage puts the positions of one number into out.
func matchPage(ids []int32, want int32, out bitset) {
	for k := 0; len(ids) > 0; k++ {
		n := min(64, len(ids))
		word := uint64(0)
		for i, id := range ids[:n] {
			if id == want {
				word |= 1 << (i & 63)
			}
		}
		out[k] = word
		ids = ids[n:]
	}
}

// limits are the least and greatest number of a set that is not empty.
func limits(set bitset) (lo, hi int) {
	lo = -1
	set.each(func(i int) bool {
		if lo < 0 {
			lo = i
		}
		hi = i
		return true
	})
	return lo, hi
}

// word plans a phrase: the texts that may hold it, from the bleve index, are read to see.
func (p *planner) word(n wordNode) (*plan, error) {
	out := &plan{op: planOr}
	for c := range textColumns {
		if !routed[c] && c != colMethod {
			continue
		}
		set, err := p.textSet(c, n.phrase.words, func(text, plain string) bool {
			return n.phrase.match(text) || n.phrase.match(plain)
		})
		if err != nil {
			return nil, err
		}
		if kid := p.idTest(c, set); kid.op != planNone {
			out.kids = append(out.kids, kid)
		}
	}
	if len(out.kids) == 0 {
		return &plan{}, nil
	}
	return out, nil
}

func (p *planner) text(n textNode) (*plan, error) {
	var words []pattern
	if !n.prefix.IsValid() {
		words = wordsIn(n.pattern, n.contains)
	}
	set, err := p.textSet(n.column, words, n.match)
	if err != nil {
		return nil, err
	}
	return p.idTest(n.column, set), nil
}

func (p *planner) clients(n clientsNode) (*plan, error) {
	set, err := p.textSet(colClient, nil, func(text, _ string) bool { return n.clients[text] })
	if err != nil {
		return nil, err
	}
	return p.idTest(colClient, set), nil
}

// textSet is the set of texts of a column that pass. words are words that each of these texts, as logged or
// decoded, must have.
func (p *planner) textSet(c column, words []pattern, pass func(text, plain string) bool) (bitset, error) {
	seg := p.seg
	texts := seg.meta.Texts[c]
	set := newBitset(texts)
	if pass("", "") {
		set.set(0)
	}
	check := func(id int, text, plain string) bool {
		if pass(text, plain) {
			set.set(id)
		}
		return id&1023 != 0 || p.ctx.Err() == nil
	}
	if texts == 1 {
		return set, nil
	}
	if routed[c] && len(words) > 0 && texts > blockTexts {
		count := (texts + blockTexts - 1) / blockTexts
		blocks, ok, err := seg.words.blocks(p.ctx, c, count, words)
		if err != nil {
			return nil, err
		}
		if ok {
			var failed error
			blocks.each(func(b int) bool {
				failed = seg.eachText(c, max(1, b*blockTexts), min(texts, (b+1)*blockTexts), check)
				return failed == nil
			})
			return set, firstError(failed, p.ctx.Err())
		}
	}
	err := seg.eachText(c, 1, texts, check)
	return set, firstError(err, p.ctx.Err())
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// known reports whether a number of a column says something.
func known(c intColumn, v int64) bool {
	switch c {
	case intTime:
		return v != 0
	case intStatus:
		return v > 0
	}
	return v >= 0
}

func (p *planner) numbers(n rangeNode) *plan {
	seg := p.seg
	return &plan{op: planTest, test: func(group int, out bitset) error {
		min, max, ok := seg.bounds(parquetInts[n.column], group)
		if ok && (max < n.lo || min > n.hi) {
			return nil
		}
		if ok && n.lo <= min && max <= n.hi && known(n.column, min) && (min > 0 || n.column != intTime) {
			out.fill(seg.groupLen(group))
			return nil
		}
		ints, err := seg.ints(n.column, group)
		if err != nil {
			return err
		}
		for i, v := range ints {
			if n.lo <= v && v <= n.hi && known(n.column, v) {
				out.set(i)
			}
		}
		return nil
	}}
}

// signs plans a test of the findings of a request, those of behaviour included.
func (p *planner) signs(match func([]sign) bool) (*plan, error) {
	seg := p.seg
	sets, err := seg.signSets()
	if err != nil {
		return nil, err
	}
	set := newBitset(len(sets))
	for id, signs := range sets {
		if match(signs) {
			set.set(id)
		}
	}
	base := p.idTest(colSigns, set)
	marked := &p.snap.marks
	if len(marked.between(seg.base, seg.base+seg.meta.Rows)) == 0 {
		return base, nil
	}
	return &plan{op: planTest, test: func(group int, out bitset) error {
		first := seg.base + int64(group)*groupRows
		all := marked.between(first, first+int64(seg.groupLen(group)))
		if len(all) == 0 {
			return base.run(seg, group, out)
		}
		ids, err := seg.ids(colSigns, group)
		if err != nil {
			return err
		}
		testPage(ids, set, out)
		for len(all) > 0 {
			i := int(int64(all[0].Row) - first)
			var signs []sign
			signs, all = marked.take(sets[ids[i]], all)
			out.clear(i)
			if match(signs) {
				out.set(i)
			}
		}
		return nil
	}}, nil
}

// take adds the signs of the marks of the first row of all to base, or none if it is hidden, and gives the marks of
// the other rows.
func (m *marks) take(base []sign, all []triage.Mark) (signs []sign, rest []triage.Mark) {
	signs = slices.Clone(base)
	row, hidden := all[0].Row, false
	for len(all) > 0 && all[0].Row == row {
		if all[0].Finding == hiding {
			hidden = true
		} else {
			signs = append(signs, m.signs[all[0].Finding])
		}
		all = all[1:]
	}
	if hidden {
		signs = nil
	}
	return signs, all
}

func (p *planner) source(n sourceNode) *plan {
	seg, sources := p.seg, p.snap.manifest.Sources
	return &plan{op: planTest, test: func(group int, out bitset) error {
		first := int64(group) * groupRows
		end := first + int64(seg.groupLen(group))
		for _, sp := range seg.meta.Spans {
			if !n.match(&sources[sp.Source].Source) {
				continue
			}
			for i := max(first, sp.First); i < min(end, sp.First+sp.Rows); i++ {
				out.set(int(i - first))
			}
		}
		return nil
	}}
}

func (p *planner) rows(n rowsNode) *plan {
	seg := p.seg
	find := func(row int64) int { return sort.Search(len(n.rows), func(i int) bool { return n.rows[i] >= row }) }
	if find(seg.base) == find(seg.base+seg.meta.Rows) {
		return &plan{}
	}
	return &plan{op: planTest, test: func(group int, out bitset) error {
		first := seg.base + int64(group)*groupRows
		end := first + int64(seg.groupLen(group))
		for _, row := range n.rows[find(first):find(end)] {
			out.set(int(row - first))
		}
		return nil
	}}
}

func (p *planner) is(n isNode) (*plan, error) {
	if n.what == "finding" {
		return p.signs(func(signs []sign) bool { return len(signs) > 0 })
	}
	set := newBitset(p.seg.meta.Texts[colReject])
	set.set(0)
	if n.what == "rejected" {
		set.not(p.seg.meta.Texts[colReject])
	}
	return p.idTest(colReject, set), nil
}

// run puts the rows of a group that pass into out, which is empty.
func (pl *plan) run(seg *segment, group int, out bitset) error {
	rows := seg.groupLen(group)
	switch pl.op {
	case planAll:
		out.fill(rows)
	case planTest:
		return pl.test(group, out)
	case planNot:
		if err := pl.kids[0].run(seg, group, out); err != nil {
			return err
		}
		out.not(rows)
	case planAnd, planOr:
		if err := pl.kids[0].run(seg, group, out); err != nil {
			return err
		}
		one := newBitset(rows)
		for _, kid := range pl.kids[1:] {
			if pl.op == planAnd && out.empty() {
				return nil
			}
			clear(one)
			if err := kid.run(seg, group, one); err != nil {
				return err
			}
			if pl.op == planAnd {
				out.and(one)
			} else {
				out.or(one)
			}
		}
	}
	return nil
}
