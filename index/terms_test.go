package index

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage/weblog"
)

func TestTerms(t *testing.T) {
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", nil},
		{" \t", nil},
		{"a", []string{"a"}},
		{" a  b ", []string{"a", "b"}},
		{"a AND -b AND NOT c", []string{"a", "-b", "NOT c"}},
		{"+a --b NOT -c", []string{"+a", "--b", "NOT -c"}},
		{`ip:="203.0.113.9" -path:"/a b.php"`, []string{`ip:="203.0.113.9"`, `-path:"/a b.php"`}},
		{"status:>=400 (ua:curl OR ua:sqlmap) ip:(a OR b)", []string{"status:>=400", "(ua:curl OR ua:sqlmap)", "ip:(a OR b)"}},
		{"(a b) (c)", []string{"(a b)", "(c)"}},
		{`a(b)"c"d`, []string{"a", "(b)", `"c"`, "d"}}, // no white space between terms
		{`a\ b c`, []string{`a\ b`, "c"}},
		// alternatives
		{"a OR b", []string{"(a OR b)"}},
		{" a b OR c ", []string{"(a b OR c)"}},
		{"(a OR b)", []string{"(a OR b)"}},
		{`"x OR y" z`, []string{`"x OR y"`, "z"}},
		// what would swallow what follows
		{`a b\`, []string{"a", `b\\`}},
		{`a OR b\`, []string{`(a OR b\\)`}},
		{`a -`, []string{"a", "-"}},
		{`"a\"`, nil}, // an error
	} {
		got, err := Terms(c.query)
		if _, bad := Parse(c.query); (err != nil) != (bad != nil) || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, %v; want %q", c.query, got, err, c.want)
		}
	}
}

// FuzzTerms asserts that the terms of a query, joined, are the query, that each is a query of one term, and that
// they can be put in another order: the terms of the reversed query are the terms reversed.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"", "a b", "a OR b", `x\`, `a(b)"c"`, "NOT NOT a AND -(b OR c)", `="x" = "y"`, "- a", `a\ `, `path:="\"\\" ua:""`, "+", `-"a"b-c`, "a OR b c\\", `\`, "AND(a)", "\xff \x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		terms, errTerms := Terms(text)
		if (err != nil) != (errTerms != nil) {
			t.Fatalf("%q: parsed with %v, taken apart with %v", text, err, errTerms)
		}
		if err != nil {
			return
		}
		joined := strings.Join(terms, " ")
		again, err := Parse(joined)
		if err != nil {
			if len(joined) > len(text) && (strings.Contains(err.Error(), "longer") || strings.Contains(err.Error(), "in one another")) {
				return // the spaces or the parentheses are too many
			}
			t.Fatalf("%q: terms %q: %v", text, terms, err)
		}
		if !reflect.DeepEqual(q.root, again.root) {
			t.Fatalf("%q means %#v, its terms %q mean %#v", text, q.root, terms, again.root)
		}
		for _, term := range terms {
			if one, err := Terms(term); err != nil || !slices.Equal(one, []string{term}) {
				t.Fatalf("%q: term %q has the terms %q, %v", text, term, one, err)
			}
		}
		slices.Reverse(terms)
		if back, err := Terms(strings.Join(terms, " ")); err != nil || !slices.Equal(back, terms) {
			t.Fatalf("%q: terms %q became %q, %v", text, terms, back, err)
		}
	})
}

// TestIsFields writes a value for each field that has exact ones, and the empty value.
func TestIsFields(t *testing.T) {
	for field, values := range map[string][]string{
		"ip": {"203.0.113.9", "", "*", "10.0.0.0/8"}, "path": {`/a"b\c d*`, ""}, "query": {"", "a=1&b=%20 (c)"}, "ua": {"", "\xff\x00"}, "referer": {""},
		"host": {""}, "user": {"", "-"}, "method": {"GET", ""}, "status": {"404", ""}, "size": {"0", "", "1000..9999"}, "millis": {"", "7"}, "line": {"7"},
		"source": {"a b.log"}, "class": {"sqli", ""}, "rule": {"sqli-union", "sigma:a b", ""}, "level": {"high", "", "none"},
		"day": {"2025-03-08", ""}, "hour": {"0", "23", "03", ""}, "time": {"2025-03-08T03:00:05.123Z", ""}, "verdict": {"confirmed", ""}, "ref": {"r:12.3"},
		"actor": {"a:12345678"}, "name": {"up.aspx"}, "is": {"rejected"}, "reason": {"no time in brackets", ""}, "body": {""}, "answer": {"x y"},
	} {
		for _, value := range values {
			terms, err := Terms(Is(field, value))
			if err != nil || len(terms) != 1 {
				t.Errorf("%s %q: %q, %v", field, value, Is(field, value), err)
			}
		}
	}
	for _, field := range []string{"note", "after", "before", "colour", ""} {
		if got := Is(field, "x"); got != "" {
			t.Errorf("%s: %s", field, got)
		}
	}
}

// TestIsFindsWhatFacetCounts asks for each value that Facet counts: the rows are as many as it says, also of a part
// of the store.
func TestIsFindsWhatFacetCounts(t *testing.T) {
	g := newQuerier(5)
	s := newStore(t)
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		in := evidence(t, name, randomLog(g, 200), weblog.Combined)
		if name == "b.log" {
			in.Source.Path = "x/a.log" // another file of the same name
		}
		load(t, s, in)
	}
	for _, query := range []string{"", "status:>=400", "-is:rejected ip:10.0.0.0/8", "is:rejected"} {
		for _, column := range []string{"ip", "method", "path", "query", "status", "ua", "referer", "host", "user", "source", "class", "rule", "level", "reason"} {
			counts, err := search(t, s, query).Facet(context.Background(), column, 60)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range counts {
				is := Is(column, c.Value)
				if got := search(t, s, query+" "+is).Len(); int64(got) != c.Count {
					t.Errorf("%s and %s: %d rows, counted %d", query, is, got, c.Count)
				}
			}
		}
	}
}

// TestMoments compares the fields of times with the times of the rows.
func TestMoments(t *testing.T) {
	s := newStore(t)
	load(t, s, evidence(t, "a.log", randomLog(newQuerier(6), 2000), weblog.Combined))
	all := search(t, s, "")
	rows, err := all.Rows(0, all.Len())
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		out, err := time.Parse("2006-01-02T15:04:05", text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	within := func(from, end string) func(time.Time) bool {
		return func(when time.Time) bool { return !when.IsZero() && !when.Before(at(from)) && when.Before(at(end)) }
	}
	hours := func(all ...int) func(time.Time) bool {
		return func(when time.Time) bool { return !when.IsZero() && slices.Contains(all, when.Hour()) }
	}
	for query, is := range map[string]func(time.Time) bool{
		"day:2025-03-08":                            within("2025-03-08T00:00:00", "2025-03-09T00:00:00"),
		"day:2025-03-08..2025-03-09":                within("2025-03-08T00:00:00", "2025-03-10T00:00:00"),
		"time:2025-03-08..2025-03-09T03":            within("2025-03-08T00:00:00", "2025-03-09T04:00:00"),
		"time:2025-03-08T03:1":                      nil,
		"time:2025-03-08T03:10..2025-03-08T03:20":   within("2025-03-08T03:10:00", "2025-03-08T03:21:00"),
		Is("time", "2025-03-08T05"):                 within("2025-03-08T05:00:00", "2025-03-08T06:00:00"),
		"hour:3":                                    hours(3),
		"hour:22..1":                                hours(22, 23, 0, 1),
		"-hour:0..23":                               time.Time.IsZero,
		Is("day", ""):                               time.Time.IsZero,
		"time:" + rows[9].Time.Format(time.RFC3339): func(when time.Time) bool { return when.Equal(rows[9].Time) },
	} {
		q, err := Parse(query)
		if is == nil {
			if err == nil {
				t.Errorf("%s was read", query)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		var want []string
		for i := range rows {
			if is(rows[i].Time) {
				want = append(want, rows[i].Ref)
			}
		}
		if got := refsOf(t, s, q); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: %d rows, want %d", query, len(got), len(want))
		}
	}
}

func TestHourOf(t *testing.T) {
	for at, want := range map[string]int64{"1969-12-31T23:59:59.999Z": 23, "1969-12-31T00:00:00Z": 0, "1970-01-01T00:00:00.001Z": 0, "2025-03-08T22:59:59Z": 22} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil || hourOf(when.UnixMilli()) != want {
			t.Errorf("%s: hour %d, %v", at, hourOf(when.UnixMilli()), err)
		}
	}
}
