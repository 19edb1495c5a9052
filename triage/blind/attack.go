package blind

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// An Attack is all injection of one client into one place, and how it fared.
type Attack struct {
	Client   string          `json:"client"`
	Path     string          `json:"path"`
	Field    string          `json:"field"`
	Outcome  Outcome         `json:"outcome"`
	Reasons  []triage.Reason `json:"reasons"` // heaviest first; Weight is the step towards the outcome
	First    time.Time       `json:"first"`
	Last     time.Time       `json:"last"`
	Requests int             `json:"requests"`
}

// An Outcome says how an attack fared, as far as the log tells.
type Outcome string

// The outcomes, worst for the attacker first.
const (
	Failed    Outcome = "failed"             // every answer refuses, or none follows what was asked
	NoSign    Outcome = "no sign of success" // nothing speaks for it; the log may not show it
	Likely    Outcome = "likely succeeded"   // the page obeys the payloads
	Succeeded Outcome = "succeeded"          // data was read or a file written
)

// written is what came of a file that a payload had the database write.
type written struct {
	path string
	ref  string // of the payload
	at   time.Time
	got  string // first request that was answered with 2xx afterwards
}

// Holds reports whether the attack of a client on a place will be in the Result.
func (r *Reader) Holds(client, path, field string) bool {
	return r.places[client+"\x00"+path+"\x00"+field] != nil
}

// follow looks whether a request fetches a file that a payload wrote before.
func (r *Reader) follow(q *triage.Request) {
	if len(r.answered) == 0 || q.Status/100 != 2 {
		return
	}
	base := strings.ToLower(q.Path[strings.LastIndexByte(q.Path, '/')+1:])
	if w, ok := r.answered[base]; ok && w.got == "" && strings.HasSuffix(strings.ReplaceAll(strings.ToLower(w.path), `\`, "/"), strings.ToLower(q.Path)) {
		w.got = q.Ref
		r.answered[base] = w
	}
}

// wrote notes a file that a payload writes.
func (r *Reader) wrote(f fileWrite) {
	p := strings.ReplaceAll(strings.ToLower(f.path), `\`, "/")
	base := p[strings.LastIndexByte(p, '/')+1:]
	if _, ok := r.answered[base]; !ok && base != "" && len(r.answered) < 1024 {
		r.answered[base] = written{path: f.path, ref: f.ref, at: f.at}
	}
}

// An attack is assessed by what the page did, reason by reason; its outcome is that of the heaviest.
const (
	weightFailed    = 1
	weightLikely    = 2
	weightSucceeded = 3
)

// attacks assesses every place. groups and reads are those of the result.
func (r *Reader) attacks(reads []Read) []Attack {
	var out []Attack
	for _, x := range r.placeOrder {
		a := Attack{Client: x.client, Path: x.path, Field: x.field, First: x.first, Last: x.last, Requests: x.requests, Outcome: NoSign}
		add := func(weight int, id, text string, refs ...string) {
			a.Reasons = append(a.Reasons, triage.Reason{ID: id, Weight: weight, Text: text, Refs: refs[:min(len(refs), triage.MaxRefs)]})
		}
		r.readReasons(x, reads, add)
		r.truthReasons(x, add)
		x.pageReasons(r, add)
		slices.SortStableFunc(a.Reasons, func(p, q triage.Reason) int { return cmp.Compare(q.Weight, p.Weight) })
		if n := len(a.Reasons); n > 0 && a.Reasons[0].Weight > weightFailed {
			a.Reasons = slices.DeleteFunc(a.Reasons, func(r triage.Reason) bool { return r.Weight == weightFailed })
		}
		if len(a.Reasons) > 0 {
			a.Outcome = map[int]Outcome{weightFailed: Failed, weightLikely: Likely, weightSucceeded: Succeeded}[a.Reasons[0].Weight]
		}
		out = append(out, a)
	}
	return out
}

// tried drops what was asked for in places where nothing says that an answer came.
func tried(reads []Read, attacks []Attack) []Read {
	worked := map[[3]string]bool{}
	for _, a := range attacks {
		if a.Outcome == Likely || a.Outcome == Succeeded {
			worked[[3]string{a.Client, a.Path, a.Field}] = true
		}
	}
	return slices.DeleteFunc(reads, func(r Read) bool { return r.Kind == "size" && !worked[[3]string{r.Client, r.Path, r.Field}] })
}

type addReason func(weight int, id, text string, refs ...string)

// readReasons are values that were read.
func (r *Reader) readReasons(x *place, reads []Read, add addReason) {
	if refs := x.showsTexts(); len(refs) > 0 {
		add(weightLikely, "page-shows", "texts of different lengths that it added to the page's rows make the page longer by as much", refs...)
	}
	values, sizes, quoted := 0, 0, 0
	var refs, sizeRefs, quotedRefs []string
	for i := range reads {
		d := &reads[i]
		if d.Client != x.client || d.Path != x.path || d.Field != x.field {
			continue
		}
		switch {
		case d.Kind == "size" && d.Length > 0 && (!d.Estimated || d.Carried):
			sizes++
			sizeRefs = append(sizeRefs, d.Refs...)
		case d.Source != "" && d.Value != "":
			quoted++
			quotedRefs = append(quotedRefs, d.Refs...)
		case d.Kind != "size" && d.Value != "":
			values++
			refs = append(refs, d.Refs...)
		}
	}
	if values > 0 {
		add(weightSucceeded, "values-read", fmt.Sprintf("%d values can be put together from the answers to its questions", values), refs...)
	}
	if quoted > 0 {
		add(weightSucceeded, "values-quoted", fmt.Sprintf("%d values that it asked for stand in the log itself, quoted by the database's errors or in pages that were kept", quoted), quotedRefs...)
	}
	if len(x.grownTo) > 1 || x.errorsAgree {
		add(weightLikely, "errors-grow", fmt.Sprintf("%d pages with an error are longer by what was asked for than those with a known text", len(x.grown)), x.grown...)
	}
	if sizes > 0 {
		add(weightSucceeded, "answers-carry", fmt.Sprintf("%d answers are longer than the page by what was asked for", sizes), sizeRefs...)
	}
}

// truthReasons are answers that follow, or do not follow, conditions that are true or false of themselves.
func (r *Reader) truthReasons(x *place, add addReason) {
	type answerKind struct {
		status int
		size   int64
	}
	followed, ignored := 0, 0
	var refs, ignoredRefs []string
	for _, g := range r.order {
		if g.client != x.client || g.path != x.path || g.field != x.field {
			continue
		}
		if g.accepted != nil {
			add(weightLikely, "answers-follow", fmt.Sprintf("%d answers fall into two kinds by %s that follow the truth of the conditions (%s)", g.accepted.labelled(), g.accepted.channel, g.technique), refsOf(g.records)...)
			continue
		}
		if g.technique == Union || g.technique == Error {
			continue // the page shows the truth as a text, whose length does not tell it
		}
		kinds := [2]map[answerKind]int{{}, {}}
		n := [2]int{}
		var all []string
		for _, rec := range g.records {
			if rec.shape != nil || rec.known == triUnknown || rec.size < 0 {
				continue
			}
			i := 0
			if rec.known == triTrue {
				i = 1
			}
			kinds[i][answerKind{rec.status, rec.size}]++
			n[i]++
			all = append(all, rec.ref)
		}
		if n[0] == 0 || n[1] == 0 {
			continue
		}
		apart := true
		for k := range kinds[0] {
			apart = apart && kinds[1][k] == 0
		}
		switch {
		case apart && len(kinds[0]) == 1 && len(kinds[1]) == 1 && n[0]+n[1] >= manyTests && min(n[0], n[1]) > 1:
			followed += n[0] + n[1]
			refs = append(refs, all...)
		case len(kinds[0]) == 1 && len(kinds[1]) == 1 && !apart:
			ignored += n[0] + n[1]
			ignoredRefs = append(ignoredRefs, all...)
		}
	}
	if followed > 0 {
		add(weightLikely, "tests-follow", fmt.Sprintf("%d tests: those that are true have one answer, those that are false another", followed), refs...)
	}
	if ignored > 0 {
		add(weightFailed, "tests-ignored", fmt.Sprintf("%d tests: true and false ones have the same answer", ignored), ignoredRefs...)
	}
}

func refsOf(records []*record) []string {
	var out []string
	for _, r := range records[:min(len(records), triage.MaxRefs)] {
		out = append(out, r.ref)
	}
	return out
}

// pageReasons are what the page did otherwise: error texts, the number of columns, files, refusals.
func (x *place) pageReasons(r *Reader, add addReason) {
	if len(x.errors) > 0 {
		add(weightLikely, "error-text", "the server logged the database's error: "+triage.VisibleN(withoutValue(x.errorText), 160), x.errors...)
	}
	if n, refs := x.columns(); n > 0 {
		add(weightLikely, "columns-found", fmt.Sprintf("ORDER BY is obeyed up to %d and refused beyond: the statement has %d columns", n, n), refs...)
	}
	if n, refs := x.width(); n > 0 {
		add(weightLikely, "union-fits", fmt.Sprintf("UNION is answered with %d columns and refused with other numbers of them", n), refs...)
	}
	if n, refs := x.rowsFollow(); n > 0 {
		add(weightLikely, "rows-follow", fmt.Sprintf("the same question about %d rows, in payloads of one length, has answers of %d sizes; most that add no rows have one to the byte", len(refs), n), refs...)
	}
	for _, f := range x.files {
		p := strings.ReplaceAll(strings.ToLower(f.path), `\`, "/")
		if w, ok := r.answered[p[strings.LastIndexByte(p, '/')+1:]]; ok && w.got != "" && w.path == f.path {
			add(weightSucceeded, "file-written", "it had the database write "+triage.VisibleN(f.path, 120)+", which was then fetched", f.ref, w.got)
		}
	}
	refused := 0
	for s, n := range x.statuses {
		if s >= 400 {
			refused += n
		}
	}
	if refused == x.requests {
		add(weightFailed, "refused", fmt.Sprintf("all %d answers are errors", refused), x.refs...)
	}
}

// columns is the number of columns that ORDER BY n shows: up to it one answer, beyond it another, of payloads that
// begin in the same form.
func (x *place) columns() (int, []string) {
	forms := map[string][]columnTest{}
	var order []string
	for _, t := range x.orders {
		if forms[t.form] == nil {
			order = append(order, t.form)
		}
		forms[t.form] = append(forms[t.form], t)
	}
	for _, form := range order {
		if n, refs := obeyed(forms[form]); n > 0 {
			return n, refs
		}
	}
	return 0, nil
}

func obeyed(tests []columnTest) (int, []string) {
	if len(tests) < 3 {
		return 0, nil
	}
	slices.SortStableFunc(tests, func(a, b columnTest) int { return a.n - b.n })
	n, changes := 0, 0
	for i := 1; i < len(tests); i++ {
		if tests[i].n == tests[i-1].n && tests[i].status != tests[i-1].status {
			return 0, nil
		}
		if tests[i].status != tests[i-1].status {
			changes++
			n = tests[i-1].n
			if tests[i].n != n+1 {
				return 0, nil
			}
		}
	}
	if changes != 1 || tests[0].status >= 400 {
		return 0, nil
	}
	var refs []string
	for _, t := range tests {
		refs = append(refs, t.ref)
	}
	return n, refs
}

// width is the number of columns of the UNIONs that are answered, where at least two other numbers are refused and none
// is answered.
func (x *place) width() (int, []string) {
	type widths struct {
		answered, refused map[int]string // by number: a record
	}
	forms := map[string]*widths{}
	for i := range x.inbands {
		b := &x.inbands[i]
		if b.by != Union || b.width == 0 {
			continue
		}
		w := forms[b.lead]
		if w == nil {
			w = &widths{map[int]string{}, map[int]string{}}
			forms[b.lead] = w
		}
		switch {
		case b.status/100 == 2:
			w.answered[b.width] = b.ref
		case b.status >= 400:
			w.refused[b.width] = b.ref
		}
	}
	for i := range x.inbands {
		w := forms[x.inbands[i].lead]
		if w == nil || len(w.answered) != 1 {
			continue
		}
		for n, ref := range w.answered {
			delete(w.refused, n) // of that number some are refused for what they read
			if len(w.refused) < 2 {
				continue
			}
			refs := []string{ref}
			for _, k := range slices.Sorted(maps.Keys(w.refused)) {
				refs = append(refs, w.refused[k])
			}
			return n, refs
		}
	}
	return 0, nil
}

// minRows are so many rows that were asked for in turn that chance does not give each an answer of its own.
const minRows = 3

// rowsFollow is how many sizes the answers to one question about different rows have, if nothing but the row explains
// them: the payloads are as long as each other, most answers to payloads that add no rows have one size, and no two
// sizes of these are as near to each other as those of the rows, as they are on a page that varies of itself.
func (x *place) rowsFollow() (int, []string) {
	most, all := 0, 0
	for _, n := range x.sizes {
		most = max(most, n)
		all += n
	}
	if most <= minRows || 2*most < all {
		return 0, nil
	}
	plain := slices.Sorted(maps.Keys(x.sizes))
	type rows struct {
		sizes map[int64]bool
		which map[string]bool
		refs  []string
	}
	asked := map[string]*rows{}
	for i := range x.inbands {
		b := &x.inbands[i]
		if b.by != Union || len(b.leaves) == 0 || b.status/100 != 2 || b.size < 0 {
			continue
		}
		l := b.leaves[0]
		if l.table == "" || l.row < 0 && l.where == "" {
			continue
		}
		_, columns := expressionOf(b.leaves)
		key := fmt.Sprint(b.form, " ", columns, " ", l.table, b.sent)
		a := asked[key]
		if a == nil {
			a = &rows{sizes: map[int64]bool{}, which: map[string]bool{}}
			asked[key] = a
		}
		if which := fmt.Sprint(l.row, " ", l.where); !a.which[which] {
			a.which[which] = true
			a.sizes[b.size] = true
			a.refs = append(a.refs, b.ref)
		}
		if len(a.sizes) < minRows || 2*len(a.sizes) <= len(a.refs) {
			continue
		}
		sizes := slices.Sorted(maps.Keys(a.sizes))
		near := false
		for j := 1; j < len(plain); j++ {
			near = near || plain[j]-plain[j-1] <= sizes[len(sizes)-1]-sizes[0]
		}
		if !near {
			return len(a.sizes), a.refs
		}
	}
	return 0, nil
}
