package ui

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// A probedRow is one row of a list as the tests see it, whatever the list is of.
type probedRow struct {
	id     string // what it is about; the same for the same record in any order and under any filter
	ref    string
	text   map[string]string  // by column, in full
	number map[string]float64 // of columns that are ordered by a number; NaN if it is not known
	from   time.Time
	hot    bool
}

// A probe is a list that the tests look into.
type probe interface {
	lister
	probed(t testing.TB) []probedRow // as shown
	unsifted(t testing.TB) []probedRow
	cursor() int
	height() int
	columnAt() (name string, shown []string)
	order() (column string, desc bool)
	inContext() int
	theBand() *band
}

func (r *records[T]) rowsOf(items []T) []probedRow {
	out := make([]probedRow, len(items))
	for i := range items {
		s := r.subject(&items[i])
		p := probedRow{id: s.ref + "|" + s.title + "|" + s.copied, ref: s.ref, text: map[string]string{}, number: map[string]float64{}}
		for j := range r.table.all {
			c := &r.table.all[j]
			p.text[c.name] = c.text(&items[i])
			if c.number != nil {
				p.number[c.name] = c.number(&items[i])
			}
		}
		if r.span != nil {
			p.from, _ = r.span(&items[i])
		}
		p.hot = r.hot != nil && r.hot(&items[i])
		out[i] = p
	}
	return out
}

func (r *records[T]) probed(testing.TB) []probedRow     { return r.rowsOf(r.items) }
func (r *records[T]) unsifted(testing.TB) []probedRow   { return r.rowsOf(r.all) }
func (r *records[T]) cursor() int                       { return r.b.list.cur }
func (r *records[T]) height() int                       { return r.b.list.height }
func (r *records[T]) columnAt() (string, []string)      { return tableAt(&r.table) }
func (r *records[T]) order() (column string, desc bool) { return r.table.sort, r.table.desc }
func (r *records[T]) inContext() int                    { return 0 }
func (r *records[T]) theBand() *band                    { return &r.b.band }

func tableAt[T any](t *table[T]) (string, []string) {
	var shown []string
	for i := range t.shown {
		shown = append(shown, t.shown[i].name)
	}
	if c := t.current(); c != nil {
		return c.name, shown
	}
	return "", shown
}

func (r *requests) rowsOf(t testing.TB, query string, sorted bool) []probedRow {
	t.Helper()
	res, err := r.c.desk.Search(context.Background(), query)
	if err == nil && sorted {
		res, err = r.pages.res, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := r.c.desk.Rows(res, 0, res.Len())
	if err != nil {
		t.Fatal(err)
	}
	out := make([]probedRow, len(rows))
	for i := range rows {
		x := &rows[i]
		p := probedRow{id: x.Ref, ref: x.Ref, text: map[string]string{}, from: x.Time, hot: x.Level >= triage.Medium,
			number: map[string]float64{"time": unix(x.Time), "status": numberOr(int64(x.Status), 1), "size": numberOr(x.Size, 0), "millis": numberOr(x.Millis, 0), "level": float64(x.Level), "line": float64(x.Line)}}
		for j := range r.table.all {
			c := &r.table.all[j]
			p.text[c.name] = c.text(x)
		}
		p.text["class"] = classesText(x)
		out[i] = p
	}
	return out
}

func numberOr(n, least int64) float64 {
	if n < least {
		return math.NaN()
	}
	return float64(n)
}

func (r *requests) probed(t testing.TB) []probedRow   { return r.rowsOf(t, joined(r.filters), true) }
func (r *requests) unsifted(t testing.TB) []probedRow { return r.rowsOf(t, "", false) }
func (r *requests) cursor() int                       { return r.rows.cur }
func (r *requests) height() int                       { return r.rows.height }
func (r *requests) columnAt() (string, []string)      { return tableAt(&r.table) }
func (r *requests) order() (column string, desc bool) { return r.table.sort, r.table.desc }
func (r *requests) inContext() int                    { return r.around.kind }
func (r *requests) theBand() *band                    { return &r.band }

// body is a listing with times; the second file has none.
const body = `0|/var/www/html/img/thumb.php|11|r/rrwxrwxrwx|33|33|512|1741501000|1741501000|1741501000|0
0|/var/www/html/INDEX.php|12|r/rrwxrwxrwx|33|33|2048|0|0|0|0
0|/var/www/html/shop/item.php|13|r/rrwxrwxrwx|33|33|900|1741000000|1741000000|1741000000|0
0|/var/www/html/shop/list.php|14|r/rrwxrwxrwx|33|33|77|1741100000|1741100000|1741100000|0
`

// fullCase has something on every list: an incident, values that were read, processes, files, notes, tasks, verdicts
// and losses. Tests that share it add nothing to it.
func fullCase(t testing.TB) *desk.Desk {
	t.Helper()
	dk := openCase(t, map[string]string{"access.log": incidentLog(), "blind.log": bisectionLog(), "web.log": processLog, "events.json": processEvents,
		"files.sha256": listing, "body.txt": body, "good.sha256": baseline, "photo.jpg": "\xff\xd8\xff\xe0 not a log \x00\x01"})
	res, err := dk.Search(context.Background(), "class:sqli outfile")
	if err != nil || res.Len() != 1 {
		t.Fatalf("the plant: %v", err)
	}
	rows, err := dk.Rows(res, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	plant := rows[0].Ref
	at := day.Add(100 * time.Hour)
	dk.Case.SetClock(func() time.Time { at = at.Add(25 * time.Minute); return at })
	for _, text := range []string{"It writes the shell: [[" + plant + "]] #plant", "Ask for more:\n- [ ] the proxy log\n- [x] the listing", "Zebra"} {
		if _, err := dk.AddNote(text, []string{plant}); err != nil {
			t.Fatal(err)
		}
	}
	for ref, v := range map[string]string{plant: cases.Confirmed, shell(t, dk).Ref: cases.Unsure} {
		if err := dk.SetVerdict(ref, v, "seen"); err != nil {
			t.Fatal(err)
		}
	}
	return dk
}

// lists says how every list is reached.
var lists = []struct {
	name string
	open func(d *driver)
}{
	{"requests", func(d *driver) { d.press(d.m.keys.Screens[tabRequests]) }},
	{"findings", func(d *driver) { d.search("level:>=medium") }},
	{"webshells", func(d *driver) { d.press(d.m.keys.Screens[tabWebshells]) }},
	{"actors", func(d *driver) { d.press(d.m.keys.Screens[tabActors]) }},
	{"timeline", func(d *driver) { d.press(d.m.keys.Screens[tabTimeline]) }},
	{"files", func(d *driver) { d.press(d.m.keys.Screens[tabFiles]) }},
	{"notes", func(d *driver) { d.press(d.m.keys.Screens[tabNotes]) }},
	{"evidence", func(d *driver) { d.press(d.m.keys.Screens[tabEvidence]) }},
	{"incidents", func(d *driver) { d.commandLine("incidents") }},
	{"outcomes", func(d *driver) { d.commandLine("outcomes") }},
	{"processes", func(d *driver) { d.commandLine("processes"); d.press(d.m.keys.Cycle) }},
	{"stolen", func(d *driver) { d.commandLine("stolen") }},
	{"injections", func(d *driver) { d.commandLine("stolen"); d.press(d.m.keys.Cycle) }},
	{"frequency", func(d *driver) { d.press(d.m.keys.Screens[tabRequests], d.m.keys.Tally) }},
}

// listLaws are what holds of every list.
var listLaws = []struct {
	name  string
	width int
	check func(t *testing.T, d *driver)
}{
	{"columns are gone through", 100, checkColumnsAreGoneThrough},
	{"is filtered by the value under the cursor", 160, checkIsFilteredByTheValueUnderTheCursor},
	{"column is counted", 160, checkColumnIsCounted},
	{"is ordered", 160, checkIsOrdered},
	{"columns are chosen", 100, checkColumnsAreChosen},
	{"filters are switched", 160, checkFiltersAreSwitched},
	{"goes to a time", 160, checkGoesToATime},
	{"findings and marks", 160, checkFindingsAndMarks},
	{"histogram keys do what they say", 160, checkHistogramKeys},
}

func TestLists(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many frames: the run without -short has it")
	}
	dk := fullCase(t)
	for _, l := range lists {
		t.Run(l.name, func(t *testing.T) {
			for _, law := range listLaws {
				d := drive(t, dk, law.width, 40)
				l.open(d)
				if n := len(d.list().probed(t)); n < 2 {
					t.Fatalf("%d rows are too few for a test", n)
				}
				t.Run(law.name, func(t *testing.T) { d.t = t; law.check(t, d) })
			}
		})
	}
}

// list is the list shown.
func (d *driver) list() probe {
	d.t.Helper()
	p, ok := d.m.top().(probe)
	if !ok {
		d.t.Fatalf("%T is no list:\n%s", d.m.top(), d.view())
	}
	return p
}

// under is the row under the cursor.
func (d *driver) under() probedRow {
	d.t.Helper()
	rows := d.list().probed(d.t)
	if i := d.list().cursor(); i < len(rows) {
		return rows[i]
	}
	d.t.Fatalf("there is no row under the cursor:\n%s", d.view())
	return probedRow{}
}

// column moves to a column by keys.
func (d *driver) column(name string) {
	d.t.Helper()
	for range 40 {
		d.press(d.m.keys.Left)
	}
	for range 40 {
		if at, _ := d.list().columnAt(); at == name {
			return
		}
		d.press(d.m.keys.Right)
	}
	d.t.Fatalf("no key leads to the column %s", name)
}

// row moves to a row by keys.
func (d *driver) row(i int) {
	d.t.Helper()
	d.press(d.m.keys.Home)
	for range i {
		d.press(d.m.keys.Down)
	}
	if at := d.list().cursor(); at != i {
		d.t.Fatalf("the cursor is on row %d, want %d", at, i)
	}
}

// allColumns shows every column there is.
func (d *driver) allColumns() []string {
	all, _ := d.list().Columns()
	d.run(d.list().SetColumns(all))
	return all
}

func ids(rows []probedRow) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = rows[i].id
	}
	return out
}

// same fails unless two lists have the same records; their order does not count.
func same(t *testing.T, what string, got, want []probedRow) {
	t.Helper()
	a, b := ids(got), ids(want)
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Errorf("%s: %d rows, want %d\n got %.600q\nwant %.600q", what, len(a), len(b), a, b)
	}
}

func those(rows []probedRow, fit func(*probedRow) bool) []probedRow {
	var out []probedRow
	for i := range rows {
		if fit(&rows[i]) {
			out = append(out, rows[i])
		}
	}
	return out
}

// someRows are rows to try things on: a first one, the middle, the last.
func someRows(n int) []int {
	all := []int{1, n / 2, n - 1}
	if n > 100 {
		all = all[1:]
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(i int) bool { return i < 0 || i >= n })
}

// h and l go through the columns shown, and no further.
func checkColumnsAreGoneThrough(t *testing.T, d *driver) {
	k := d.m.keys
	_, shown := d.list().columnAt()
	for range len(shown) + 1 {
		d.press(k.Left)
	}
	for i, want := range append(slices.Clone(shown), shown[len(shown)-1]) {
		if at, _ := d.list().columnAt(); at != want {
			t.Fatalf("after %d times %s: column %s, want %s", i, k.Right.Help().Key, at, want)
		}
		before := d.m.View()
		d.press(k.Right)
		if i < len(shown)-1 && d.m.View() == before {
			t.Errorf("the column right of %s is not seen", want)
		}
	}
}

// + shows the rows that have the value under the cursor and no others, - all others; Esc leads back to how it was.
func checkIsFilteredByTheValueUnderTheCursor(t *testing.T, d *driver) {
	k := d.m.keys
	all := d.list().probed(t)
	for _, col := range d.allColumns() {
		d.column(col)
		if name, _ := d.list().Tally(); name == "" && d.list().Under() == "" {
			continue // a column that cannot be asked for
		}
		for _, i := range someRows(len(all)) {
			d.row(i)
			row := d.under()
			was := d.m.View()
			what := fmt.Sprintf("%s of row %d is %q", col, i, row.text[col])
			has := func(p *probedRow) bool {
				if col == "class" && strings.Contains(row.text[col], " ") {
					return strings.Contains(p.text[col], strings.Fields(row.text[col])[0])
				}
				if col == "class" && row.text[col] != "" {
					return strings.Contains(p.text[col], row.text[col])
				}
				return p.text[col] == row.text[col]
			}
			d.press(k.In)
			same(t, "+: "+what, d.list().probed(t), those(all, has))
			if got := d.under(); got.id != row.id {
				t.Errorf("+: %s: the cursor went to %q", what, got.id)
			}
			f := d.list().Filters()
			if n := len(f); n == 0 || !strings.Contains(d.view(), crumbOf(f[n-1].text)) {
				t.Errorf("+: %s: no crumb of %v:\n%s", what, f, d.view())
			}
			d.press(k.Back)
			d.m.said = ""
			if now := d.m.View(); now != was {
				t.Fatalf("+: %s: Esc did not lead back:\n%s\nwant\n%s", what, now, was)
			}
			d.press(k.Out)
			same(t, "-: "+what, d.list().probed(t), those(all, func(p *probedRow) bool { return !has(p) }))
			d.press(k.Back)
			if got := d.under(); got.id != row.id {
				t.Errorf("-: %s: Esc led to %q", what, got.id)
			}
		}
	}
}

// = counts every value of a column: the sums are the rows, and Enter shows the rows of one.
func checkColumnIsCounted(t *testing.T, d *driver) {
	k := d.m.keys
	all := d.list().probed(t)
	for _, col := range d.allColumns() {
		d.column(col)
		if name, read := d.list().Tally(); name == "" || read == nil {
			continue
		}
		d.press(k.Tally)
		f, ok := d.m.top().(*frequency)
		if !ok {
			t.Fatalf("%s: = shows %T", col, d.m.top())
		}
		sum := int64(0)
		for _, x := range f.items {
			sum += x.n
		}
		if col != "class" && sum != int64(len(all)) { // a request may be of several classes
			t.Errorf("%s: %d counted of %d", col, sum, len(all))
		}
		for _, i := range someRows(len(f.items)) {
			d.row(i)
			x := f.items[i]
			d.press(k.Enter)
			got := d.list().probed(t)
			if int64(len(got)) != x.n {
				t.Errorf("%s %q: %d counted, Enter shows %d", col, x.value, x.n, len(got))
			}
			same(t, fmt.Sprintf("Enter on %s %q", col, x.value), got, those(all, func(p *probedRow) bool {
				if col == "class" && x.value != "" {
					return slices.Contains(strings.Fields(p.text[col]), x.value)
				}
				if least, most, ok := strings.Cut(x.value, ".."); ok { // sizes and times taken are counted by ranges
					lo, _ := strconv.ParseFloat(least, 64)
					hi, err := strconv.ParseFloat(most, 64)
					return p.number[col] >= lo && (err != nil || p.number[col] <= hi)
				}
				return p.text[col] == x.value
			}))
			// Counted again where it is the filter already, it is one value, and Enter opens the same rows.
			d.column(col)
			d.press(k.Tally)
			if again, ok := d.m.top().(*frequency); ok && col != "class" {
				if len(again.items) != 1 || again.items[0].n != x.n {
					t.Errorf("%s %q counted where it is the filter: %d values", col, x.value, len(again.items))
				}
				d.press(k.Enter)
				if d.m.top() == screen(again) {
					t.Errorf("Enter on %s %q, which is the filter, opens nothing: %s", col, x.value, d.m.said)
				}
				same(t, fmt.Sprintf("Enter on %s %q, which is the filter", col, x.value), d.list().probed(t), got)
				d.press(k.Back)
			}
			d.press(k.Back)
			d.press(k.Back)
			if d.m.top() != screen(f) {
				t.Fatalf("Esc led to %T", d.m.top())
			}
		}
		d.press(k.Back)
	}
}

// s orders by a column, the other way round, and as the rows came; what is not known is last both times, and the
// cursor stays on its record.
func checkIsOrdered(t *testing.T, d *driver) {
	k := d.m.keys
	came := d.list().probed(t)
	for _, col := range d.allColumns() {
		d.column(col)
		if _, ok := d.m.top().(*requests); ok && requestFields[col].order == "" {
			continue
		}
		d.row(len(came) / 2)
		row := d.under()
		for _, desc := range []bool{false, true} {
			d.press(k.Sort)
			if by, down := d.list().order(); by != col || down != desc {
				t.Fatalf("s on %s: ordered by %q, %v", col, by, down)
			}
			got := d.list().probed(t)
			same(t, "s on "+col, got, came)
			for i := 1; i < len(got); i++ {
				if n := inOrder(&got[i-1], &got[i], col, desc); n > 0 {
					t.Errorf("s on %s (down %v): row %d %q before %q", col, desc, i, got[i-1].text[col], got[i].text[col])
					break
				}
			}
			if now := d.under(); now.id != row.id {
				t.Errorf("s on %s (down %v): the cursor went from %q to %q", col, desc, row.id, now.id)
			}
		}
		d.press(k.Sort)
		if by, _ := d.list().order(); by != "" || !slices.Equal(ids(d.list().probed(t)), ids(came)) {
			t.Errorf("s on %s for the third time: ordered by %q, not as they came", col, by)
		}
	}
}

// ordered compares neighbours as an order by a column has to.
func inOrder(a, b *probedRow, col string, desc bool) int {
	x, isNumber := a.number[col]
	y := b.number[col]
	n := 0
	switch {
	case isNumber && (math.IsNaN(x) || math.IsNaN(y)):
		return btoi(math.IsNaN(x)) - btoi(math.IsNaN(y))
	case isNumber:
		n = cmp.Compare(x, y)
	case a.text[col] == "" || b.text[col] == "":
		return btoi(a.text[col] == "") - btoi(b.text[col] == "")
	case col == "client":
		return 0 // addresses have an order of their own, see TestClientsAreOrderedAsAddresses
	default:
		n = cmp.Compare(strings.ToLower(a.text[col]), strings.ToLower(b.text[col]))
	}
	if desc {
		return -n
	}
	return n
}

// c shows and hides each column, keeps one, and goes back to those that fit.
func checkColumnsAreChosen(t *testing.T, d *driver) {
	k := d.m.keys
	all, fit := d.list().Columns()
	row := d.under().id
	d.press(k.Columns)
	for i, name := range all {
		d.press(k.ToggleAll, k.Home)
		for range i {
			d.press(k.Down)
		}
		d.press(k.Toggle)
		if _, shown := d.list().Columns(); shown[name] == fit[name] {
			t.Errorf("%s was shown: %v, and is: %v", name, fit[name], shown[name])
		}
		checkSize(t, d.m.View(), 100, 40)
	}
	d.press(k.ToggleAll, k.Home)
	for i, name := range all {
		if i > 0 && fit[name] {
			d.press(k.Toggle)
		}
		d.press(k.Down)
	}
	d.press(k.Home)
	if _, now := d.list().Columns(); !now[all[0]] {
		d.press(k.Toggle) // the first one was hidden; it is alone now
	}
	d.press(k.Toggle)
	d.wants("one column has to stay")
	d.press(k.ToggleAll)
	if _, now := d.list().Columns(); fmt.Sprint(now) != fmt.Sprint(fit) {
		t.Errorf("after %s: %v, want %v", k.ToggleAll.Help().Key, now, fit)
	}
	d.press(k.Back)
	if d.m.over != nil || d.under().id != row {
		t.Error("Esc did not close the columns, or the cursor moved")
	}
}

// F lists the filters with their counts, switches one and all, edits and drops; the cursor stays on its record.
func checkFiltersAreSwitched(t *testing.T, d *driver) {
	k := d.m.keys
	whole := d.list().unsifted(t)
	before := d.list().probed(t)
	had := len(d.list().Filters())
	d.row(len(before) / 2)
	row := d.under()
	d.press(k.In)
	one := d.list().probed(t)
	f := d.list().Filters()
	if len(f) != had+1 {
		t.Fatalf("filters %v after +", f)
	}
	stays := func(what string, want []probedRow) {
		t.Helper()
		same(t, what, d.list().probed(t), want)
		if got := d.under(); got.id != row.id {
			t.Errorf("%s: the cursor went from %q to %q", what, row.id, got.id)
		}
	}
	d.press(k.Filters)
	n := len(one)
	if had > 0 {
		n = len(those(whole, func(p *probedRow) bool { at, _ := d.list().columnAt(); return p.text[at] == row.text[at] }))
	}
	d.wants("[x]", counted(n, "row fits", "rows fit"), string([]rune(f[had].text)[:8]))
	for range had {
		d.press(k.Down)
	}
	d.press(k.Toggle)
	stays("off", before)
	d.wants("[ ]", "("+string([]rune(f[had].text)[:8]))
	d.press(k.Toggle)
	stays("on again", one)
	d.press(k.ToggleAll)
	if slices.ContainsFunc(d.list().Filters(), func(f filter) bool { return !f.off }) {
		t.Errorf("all off: %v", d.list().Filters())
	}
	stays("all off", whole)
	d.press(k.ToggleAll)
	stays("all on", one)
	// Editing puts another in its place.
	d.press(k.Enter)
	d.wants("filter: ")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.typed("nonsense:x OR (\n")
	if d.m.over == nil || slices.ContainsFunc(d.list().Filters(), func(f filter) bool { return strings.Contains(f.text, "nonsense") }) {
		t.Fatalf("a bad filter was taken:\n%s", d.view())
	}
	d.send(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.typed(inverse(f[had].text) + "\n")
	same(t, "edited", d.list().probed(t), those(before, func(p *probedRow) bool { return !slices.Contains(ids(one), p.id) }))
	d.press(k.Filters)
	for range had {
		d.press(k.Down)
	}
	d.press(k.Drop)
	if got := d.list().Filters(); len(got) != had {
		t.Errorf("dropped: %v", got)
	}
	same(t, "dropped", d.list().probed(t), before)
}

// t goes to a time in every form, and by a span narrows to it; what is no time stays in the prompt with the reason.
func checkGoesToATime(t *testing.T, d *driver) {
	k := d.m.keys
	if !d.list().Keys().Jump.Enabled() {
		if d.list().Keys().NextDay.Enabled() {
			t.Error("d is enabled where t is not")
		}
		return
	}
	rows := d.list().probed(t)
	timed := those(rows, func(p *probedRow) bool { return !p.from.IsZero() })
	slices.SortStableFunc(timed, func(a, b probedRow) int { return a.from.Compare(b.from) })
	first, last := timed[0].from, timed[len(timed)-1].from
	// wanted is the time that a jump to at has to lead to.
	wanted := func(at time.Time) time.Time {
		for _, p := range timed {
			if !p.from.Before(at) {
				return p.from
			}
		}
		return last
	}
	jump := func(text string, at time.Time) {
		t.Helper()
		d.press(k.Jump)
		d.typed(text + "\n")
		if got, want := d.under().from, wanted(at); !got.Equal(want) {
			t.Errorf("t %s led to %s, want %s (for %s)", text, stamp(got), stamp(want), stamp(at))
		}
	}
	mid := first.Add(last.Sub(first) / 2).Truncate(time.Minute)
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "01-02 15:04:05", "01-02 15:04"} {
		d.row(slices.IndexFunc(rows, func(p probedRow) bool { return !p.from.IsZero() }))
		at := mid
		if year := d.under().from.Year(); year != mid.Year() && strings.HasPrefix(form, "01-") {
			at = at.AddDate(year-mid.Year(), 0, 0)
		}
		jump(mid.Format(form), at)
	}
	midnight := mid.Truncate(24 * time.Hour)
	jump(mid.Format("2006-01-02"), midnight)
	from := d.under().from
	jump("15:04", from.Truncate(24*time.Hour).Add(15*time.Hour+4*time.Minute))
	from = d.under().from
	jump("-2h", from.Add(-2*time.Hour))
	from = d.under().from
	jump("+1.5d", from.Add(36*time.Hour))
	jump("1999-01-01", first.AddDate(-30, 0, 0))
	jump("2099-01-01", last.AddDate(60, 0, 0))
	d.wants("last row before it")
	// A day on and back.
	from = d.under().from
	d.press(k.PrevDay)
	if got, want := d.under().from, wanted(from.AddDate(0, 0, -1)); !got.Equal(want) {
		t.Errorf("D led to %s, want %s", stamp(got), stamp(want))
	}
	from = d.under().from
	d.press(k.NextDay)
	if got, want := d.under().from, wanted(from.AddDate(0, 0, 1)); !got.Equal(want) {
		t.Errorf("d led to %s, want %s", stamp(got), stamp(want))
	}
	for _, bad := range []string{"", "yesterday", "2025-13-40", "+2y", "25:99", "2025-03-09..2025-03-01", "..", "\x1b[2J", "+" + strings.Repeat("9", 400) + "h"} {
		d.press(k.Jump)
		for _, c := range bad {
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}})
		}
		was := d.list().cursor()
		d.press(k.Enter)
		p, ok := d.m.over.(*prompt)
		if !ok || p.err == nil || d.list().cursor() != was {
			t.Fatalf("t %q was taken:\n%s", bad, d.view())
		}
		d.press(k.Back)
	}
	if d.list().probed(t); len(timed) < 2 {
		return
	}
	d.press(k.Jump)
	d.typed(first.Format(time.RFC3339) + "..+1h\n")
	until := first.Add(time.Hour)
	got := d.list().probed(t)
	for i := range got {
		if got[i].from.IsZero() || !got[i].from.Before(until) {
			t.Errorf("the span holds %s", stamp(got[i].from))
		}
	}
	for _, p := range timed {
		if p.from.Before(until) && !slices.Contains(ids(got), p.id) {
			t.Errorf("the span lacks %s at %s", p.id, stamp(p.from))
		}
	}
	d.wants("after:" + filterTime(first))
	d.press(k.Back)
	same(t, "Esc after a span", d.list().probed(t), rows)
}

// e and E go through the findings of a list in its order, whatever that is; u and U through the marks.
func checkFindingsAndMarks(t *testing.T, d *driver) {
	k := d.m.keys
	check := func(what string) {
		t.Helper()
		rows := d.list().probed(t)
		walk := func(b key.Binding, start, step int, fit func(*probedRow) bool, none string) {
			t.Helper()
			if !d.list().Keys().Next.Enabled() && none == "finding" {
				return
			}
			d.press(map[int]key.Binding{1: k.Home, -1: k.End}[step])
			var got []int
			for range len(rows) + 1 {
				at := d.list().cursor()
				d.press(b)
				if d.list().cursor() == at {
					break
				}
				got = append(got, d.list().cursor())
			}
			var want []int
			for i := start + step; i >= 0 && i < len(rows); i += step {
				if fit(&rows[i]) {
					want = append(want, i)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s (%s) went to %v, want %v", what, b.Help().Key, none, short(got), short(want))
			} else {
				d.wants("no further " + none)
			}
		}
		hot := func(p *probedRow) bool { return p.hot }
		walk(k.Next, 0, 1, hot, "finding")
		walk(k.Prev, len(rows)-1, -1, hot, "finding")
		if d.under().ref == "" {
			return
		}
		for _, i := range someRows(len(rows)) {
			if i > 0 {
				d.row(i)
				d.press(k.Mark)
			}
		}
		marked := func(p *probedRow) bool { return p.ref != "" && d.m.marks[p.ref] }
		if len(d.m.marks) == 0 {
			return
		}
		walk(k.NextMark, 0, 1, marked, "mark")
		walk(k.PrevMark, len(rows)-1, -1, marked, "mark")
		clear(d.m.marks)
		d.send(marksMsg{})
	}
	check("as it came")
	at, _ := d.list().columnAt()
	d.press(k.Sort)
	if by, _ := d.list().order(); by == "" {
		t.Fatalf("no order by %s", at)
	}
	check("ordered by " + at)
	d.press(k.Sort)
	check("ordered by " + at + " down")
}

func short(rows []int) []int { return rows[:min(len(rows), 40)] }

// With the keys in the histogram, what is listed does something and what is not does nothing.
func checkHistogramKeys(t *testing.T, d *driver) {
	k := d.m.keys
	d.view()
	d.press(k.Tab, k.Tab)
	if !d.list().Measuring() {
		return // it has no times
	}
	d.press(k.Home, k.Right, k.Right)
	if d.list().theBand().at != 2 {
		t.Fatalf("the cursor is on group %d, want 2", d.list().theBand().at)
	}
	for _, group := range d.list().Keys().FullHelp()[:2] {
		for _, b := range group {
			was := d.m.View()
			if b.Enabled() || slices.ContainsFunc(b.Keys(), func(key string) bool { return slices.Contains(k.Begin.Keys(), key) }) {
				continue
			}
			if d.press(b); d.m.View() != was {
				t.Errorf("%s (%s) is disabled but does something", b.Help().Key, b.Help().Desc)
			}
		}
	}
	for _, b := range []key.Binding{k.Pivot, k.Mark, k.Next, k.Jump, k.Reload, k.Note} {
		if s := shortHelp(keysOf(d.m.top()), 2000); strings.Contains(s, helpItem(b)) {
			t.Errorf("the help lists %s, which does nothing here", helpItem(b))
		}
	}
	from, _ := d.list().theBand().span(2, 2)
	d.press(k.Begin, k.Right, k.Right)
	_, to := d.list().theBand().span(2, 4)
	d.press(k.Enter)
	d.wants("after:" + filterTime(from))
	for _, p := range d.list().probed(t) {
		if _, isRequests := d.m.top().(*requests); isRequests && (p.from.Before(from) || !p.from.Before(to)) {
			t.Errorf("the span holds %s", stamp(p.from))
		}
	}
	d.press(k.Back)
	if d.list().Measuring() {
		t.Error("the histogram keeps the keys")
	}
}
