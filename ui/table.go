package ui

import (
	"math"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
)

// A column is one field of a record of type T in a table.
type column[T any] struct {
	name   string                   // one word, as filters and sessions write it
	title  string                   // what stands over it; empty: its name
	width  int                      // columns it takes; of a column that grows, the least
	most   int                      // what it takes of a wide table, where those that grow have enough; 0: its width
	grow   int                      // its share of what the others leave; 0 for none
	from   int                      // the width of the table from which it is shown unless columns were chosen; never is only if chosen
	until  int                      // the width from which it is not shown unless columns were chosen; 0 for none
	right  bool                     // numbers stand at the right edge
	cell   func(*T) (string, look)  // what is drawn
	value  func(*T) string          // the whole value, for filters, counts and order; nil: what is drawn
	number func(*T) float64         // what orders it, of numbers and times; nil: the value
	cut    func(string, int) string // how a text too long is cut; nil: at its end
}

// ample is how wide a column that grows is before others get more than their width.
const ample = 60

// never is the width of a table that no terminal has.
const never = 1 << 20

// text is the whole value of a record in this column.
func (c *column[T]) text(item *T) string {
	if c.value != nil {
		return c.value(item)
	}
	s, _ := c.cell(item)
	return strings.TrimSpace(s)
}

// A table knows which columns of a list are shown, which one the keys act upon, and by which it is ordered.
type table[T any] struct {
	all    []column[T]
	chosen []string // names, in the order of all; nil: as many as fit
	at     string   // the column that the keys act upon
	sort   string   // empty: as the rows came
	desc   bool

	shown []column[T] // with their widths; set by fit
	first int         // of shown, the first one drawn: more were chosen than fit
}

// fit gives the columns their widths in a table that wide.
func (t *table[T]) fit(width int) {
	t.shown = t.shown[:0]
	used, grow := 0, 0
	for _, c := range t.all {
		if t.chosen == nil && (c.from > width || c.until > 0 && c.until <= width) || t.chosen != nil && !slices.Contains(t.chosen, c.name) {
			continue
		}
		t.shown = append(t.shown, c)
		used += c.width + 1
		grow += c.grow
	}
	rest := max(0, width-used+1)
	rest -= t.widen(rest)
	for i := range t.shown {
		if c := &t.shown[i]; c.grow > 0 {
			more := rest * c.grow / grow
			c.width += more
			rest -= more
			grow -= c.grow
		}
	}
	t.reveal(width)
}

// widen gives columns what they take at most, of the rest that those that grow do not need, and says how much that was.
func (t *table[T]) widen(rest int) int {
	spare := rest - 1 // one stays free before the scroll bar
	for _, c := range t.shown {
		if c.grow > 0 {
			spare -= max(0, ample-c.width)
		}
	}
	given := 0
	for i := range t.shown {
		c := &t.shown[i]
		if more := min(c.most-c.width, spare-given); more > 0 {
			c.width += more
			given += more
		}
	}
	return given
}

// reveal has the columns begin so that the one that the keys act upon is in sight.
func (t *table[T]) reveal(width int) {
	t.first = 0
	at := t.index()
	used := 0
	for i := at; i >= 0; i-- {
		used += t.shown[i].width + 1
		if used-1 > width && i < at {
			t.first = i + 1
			return
		}
	}
}

// index is the place of the column that the keys act upon; -1 if there is none.
func (t *table[T]) index() int {
	for i := range t.shown {
		if t.shown[i].name == t.at {
			return i
		}
	}
	if len(t.shown) == 0 {
		return -1
	}
	return 0
}

// current is the column that the keys act upon; nil if there is none.
func (t *table[T]) current() *column[T] {
	if i := t.index(); i >= 0 {
		return &t.shown[i]
	}
	return nil
}

// named finds a column; nil if there is none of that name.
func (t *table[T]) named(name string) *column[T] {
	for i := range t.all {
		if strings.EqualFold(t.all[i].name, name) {
			return &t.all[i]
		}
	}
	return nil
}

// move goes step columns to the right.
func (t *table[T]) move(step, width int) {
	if i := t.index(); i >= 0 {
		t.at = t.shown[max(0, min(i+step, len(t.shown)-1))].name
		t.reveal(width)
	}
}

// order goes through the orders of the column that the keys act upon: up, down, as the rows came.
func (t *table[T]) order() {
	c := t.current()
	switch {
	case c == nil:
	case t.sort != c.name:
		t.sort, t.desc = c.name, false
	case !t.desc:
		t.desc = true
	default:
		t.sort, t.desc = "", false
	}
}

// drawn is one cell in its width.
func (c *column[T]) drawn(s string) string {
	switch {
	case c.right:
		return cellRight(s, c.width)
	case c.cut != nil:
		return c.cut(s, c.width)
	}
	return cell(s, c.width)
}

// head makes the titles. The column that the keys act upon is in reverse, the one of the order has its sign.
func (t *table[T]) head() []run {
	var out []run
	at := t.index()
	for i := t.first; i < len(t.shown); i++ {
		c := t.shown[i]
		if i > t.first {
			out = append(out, run{" ", plain})
		}
		name := or(c.title, c.name)
		if c.name == t.sort {
			sign := map[bool]string{false: "^", true: "v"}[t.desc]
			if len(name)+2 <= c.width {
				sign = " " + sign
			}
			name = cell(name, min(len(name), c.width-len(sign))) + sign
		}
		l := muted
		if i == at {
			l = picked
		}
		out = append(out, run{c.drawn(name), l})
	}
	return out
}

// row draws a record. In the row under the cursor the cell that the keys act upon is set apart.
func (t *table[T]) row(item *T, cursor bool) []run {
	out := make([]run, 0, 2*len(t.shown))
	at := t.index()
	for i := t.first; i < len(t.shown); i++ {
		c := &t.shown[i]
		if i > t.first {
			out = append(out, run{" ", plain})
		}
		s, l := c.cell(item)
		if cursor && i == at {
			l = matched
		}
		out = append(out, run{c.drawn(s), l})
	}
	return out
}

// names lists all columns, and says which are shown.
func (t *table[T]) names() (all []string, shown map[string]bool) {
	shown = map[string]bool{}
	for _, c := range t.all {
		all = append(all, c.name)
	}
	for _, c := range t.shown {
		shown[c.name] = true
	}
	return all, shown
}

// choose shows the columns of these names only; none of them: as many as fit.
func (t *table[T]) choose(names []string) {
	t.chosen = nil
	for _, c := range t.all {
		if slices.Contains(names, c.name) {
			t.chosen = append(t.chosen, c.name)
		}
	}
}

// quoted writes a value so that a filter takes it as exactly that.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(triage.VisibleN(s, maxFilterValue)) + `"`
}

// maxFilterValue bounds the value of a filter made from a cell, in characters.
const maxFilterValue = 2000

// unix is a time as a number to order by; no number if there is none.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return math.NaN()
	}
	return float64(t.UnixMilli())
}

// saidOf is what the analyst said; empty if nothing.
func saidOf(v *cases.Verdict) string {
	if v == nil {
		return ""
	}
	return v.Value
}

// tagged puts what the analyst said in front of a name.
func tagged(v *cases.Verdict, name string) string {
	if w := saidOf(v); w != "" {
		return "[" + w + "] " + name
	}
	return name
}
