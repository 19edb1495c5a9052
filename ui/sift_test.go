package ui

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A thing is a record of a list for the tests.
type thing struct {
	name, owner string
	size        float64
	at          time.Time
}

func thingTable() *table[thing] {
	return &table[thing]{at: "name", all: []column[thing]{
		{name: "name", width: 8, cell: func(x *thing) (string, look) { return x.name, plain }},
		{name: "owner", width: 8, cell: func(x *thing) (string, look) { return "<" + x.owner + ">", plain }, value: func(x *thing) string { return x.owner }},
		{name: "size", width: 8, cell: func(x *thing) (string, look) { return "", plain }, number: func(x *thing) float64 { return x.size }},
	}}
}

func thingSpan(x *thing) (time.Time, time.Time) { return x.at, x.at }

var things = []thing{
	{"Alpha", "root", 10, day},
	{"beta gamma", "www", 200, day.Add(25 * time.Hour)},
	{`quo"te\`, "root", math.NaN(), time.Time{}},
	{"höher", "", 4, day.Add(50 * time.Hour)},
	{"a*c", "WWW", 0, day},
	{"-dash:x", "x", 1, day},
}

func TestSift(t *testing.T) {
	for _, c := range []struct {
		terms string
		want  []int
	}{
		{"", []int{0, 1, 2, 3, 4, 5}},
		// words, in any column, whatever their case
		{"alpha", []int{0}}, {"ROOT", []int{0, 2}}, {`"beta gamma"`, []int{1}}, {"beta gamma", []int{1}}, {"nowhere", nil}, {"-root", []int{1, 3, 4, 5}},
		// a column: part, whole, wildcards
		{"name:a", []int{0, 1, 4, 5}}, {`name:"Alpha"`, []int{0}}, {`name:"alpha"`, nil}, {"NAME:alpha", []int{0}}, {"name:*a", []int{0, 1}},
		{"name:h?her", []int{3}}, {"name:?????", []int{0, 3}}, {`name:"a*c"`, []int{4}}, {`name:""`, nil}, {`owner:""`, []int{3}}, {`-owner:""`, []int{0, 1, 2, 4, 5}},
		{`owner:"www"`, []int{1}}, {"owner:www", []int{1, 4}}, {`owner:"www" name:gamma`, []int{1}}, {`name:"quo\"te\\"`, []int{2}}, {`name:"-dash:x"`, []int{5}},
		// numbers; what is not known is neither more nor less
		{"size:>=10", []int{0, 1}}, {"size:<5", []int{3, 4, 5}}, {"size:<=4", []int{3, 4, 5}}, {"size:>200", nil}, {"-size:>=10", []int{2, 3, 4, 5}},
		// times; what has none is at none
		{"after:2025-03-08", []int{1, 3}}, {"before:2025-03-08", []int{0, 4, 5}}, {"after:2025-03-07T08:00:00Z before:2025-03-09", []int{0, 1, 4, 5}}, {"-after:2025-03-08", []int{0, 2, 4, 5}},
	} {
		table := thingTable()
		var filters []filter
		for _, term := range splitTerms(c.terms) {
			filters = append(filters, filter{text: term})
		}
		fits, err := sift(table, thingSpan, filters)
		if err != nil {
			t.Errorf("%s: %v", c.terms, err)
			continue
		}
		var got []int
		for i := range things {
			if fits(&things[i]) {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s fits %v, want %v", c.terms, got, c.want)
		}
	}
}

func TestSiftSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ term, want string }{
		{"nothing:x", `no column is called "nothing"; there are name, owner, size, after and before`},
		{"name:>4", "holds no numbers"}, {"size:>x", "needs a number"}, {"after:yesterday", "is no time"}, {"before:", "no time given"},
	} {
		if _, err := sift(thingTable(), thingSpan, []filter{{text: c.term}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.term, err, c.want)
		}
		if _, err := sift(thingTable(), thingSpan, []filter{{text: c.term, off: true}}); err != nil {
			t.Errorf("%s, switched off: %v", c.term, err)
		}
	}
	if _, err := sift(thingTable(), nil, []filter{{text: "after:2025-01-01"}}); err == nil {
		t.Error("a list without times takes after:")
	}
}

func TestTermsAreSplitAndJoined(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"", nil}, {"  a  b ", []string{"a", "b"}}, {`x:"a b" c`, []string{`x:"a b"`, "c"}}, {`x:"a\" b" c`, []string{`x:"a\" b"`, "c"}},
		{`x:"a\\" b`, []string{`x:"a\\"`, "b"}}, {`x:"open end`, []string{`x:"open end`}},
	} {
		if got := splitTerms(c.line); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
	all := with([]filter{{text: "a"}, {text: "b", off: true}}, "b")
	if joined(all) != "a b" || len(with(all, "a")) != 2 || joined(with(all, "c")) != "a b c" {
		t.Errorf("filters %v", all)
	}
}

// The laws of filters: the one made from a cell keeps its own row, its inverse drops it; a line of filters is what it
// is made of; nothing that is typed, and no value, makes it fail otherwise than by an error.
func FuzzSift(f *testing.F) {
	for _, x := range things {
		f.Add(x.name, "size:>=4 -after:2025-03-08 "+x.owner, x.size)
	}
	for _, h := range hostile {
		f.Add(h, `name:"`+h, 1.0)
	}
	f.Add(strings.Repeat("a", 3000)+"b", strings.Repeat("name:*a", 50)+"*b", math.Inf(1))
	f.Fuzz(func(t *testing.T, value, typed string, size float64) {
		item := thing{value, value + "|", size, day}
		r := records[thing]{table: *thingTable(), items: []thing{item}}
		r.b.list.set(make([]line, 1))
		r.table.fit(40)
		for _, col := range []string{"name", "owner"} {
			r.table.at = col
			term := r.Under()
			if got := splitTerms(term); len(got) > 1 || len(got) == 1 && got[0] != term {
				t.Fatalf("%q is split into %q", term, got)
			}
			for want, text := range map[bool]string{true: term, false: inverse(term)} {
				fits, err := sift(&r.table, thingSpan, []filter{{text: text}})
				if err != nil || fits(&item) != want {
					t.Fatalf("%q of %q: %v, fits %v, want %v", text, value, err, !want, want)
				}
			}
			if inverse(inverse(term)) != term {
				t.Fatalf("the inverse of the inverse of %q is %q", term, inverse(inverse(term)))
			}
		}
		filters, err := (&records[thing]{table: *thingTable(), span: thingSpan}).Parse(typed)
		if err != nil {
			return
		}
		fits, err := sift(&r.table, thingSpan, filters)
		if err != nil {
			t.Fatalf("%q: %v", typed, err)
		}
		again := splitTerms(joined(filters))
		if len(again) != len(filters) {
			t.Fatalf("%q: %v filters are %q when joined", typed, filters, again)
		}
		fits(&item)
	})
}

// The law of wildcards: * is any text and ? any character, as read off the definition.
func FuzzWild(f *testing.F) {
	for _, s := range []string{"a*c", "*", "?", "a?c*", "**?", "ö?", "日*本"} {
		f.Add(s, "abc")
		f.Add(s, "öß日本")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 12 || len(s) > 12 || !utf8.ValidString(pattern+s) {
			return
		}
		if got, want := wild(pattern, s), wildByDefinition([]rune(pattern), []rune(s)); got != want {
			t.Errorf("%q against %q: %v, want %v", pattern, s, got, want)
		}
	})
}

func wildByDefinition(p, s []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '*':
		return wildByDefinition(p[1:], s) || len(s) > 0 && wildByDefinition(p, s[1:])
	case len(s) == 0:
		return false
	}
	return (p[0] == '?' || p[0] == s[0]) && wildByDefinition(p[1:], s[1:])
}
