package index

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"spoor/triage/weblog"
)

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		query string
		col   int
		msg   string // part of the message
	}{
		{"colour:red", 1, "unknown field"},
		{"x colour:red", 3, "ip method path"},
		{"http://x", 1, "double quotes"},
		{"(a", 1, "not closed"},
		{"a)", 2, "opens"},
		{"()", 2, "missing"},
		{"a OR", 5, "missing"},
		{"OR a", 1, "missing before OR"},
		{"a AND AND b", 7, "missing before AND"},
		{"NOT", 1, ""}, // a word: nothing follows it
		{"a -", 3, ""},
		{"-(a", 2, "not closed"},
		{`é "b`, 3, "quotation mark"},
		{`""`, 1, "nothing between"},
		{"path:", 6, "missing"},
		{"path: x", 6, "missing"},
		{"status:abc", 8, "no number"},
		{"status:-1", 8, "no number"},
		{"status:400..x", 8, "no number"},
		{"ip:10.0.0.0/99", 4, "network"},
		{"level:huge", 7, "unknown level"},
		{"level:=>low", 7, "comparison"},
		{"class:bad", 7, "one of"},
		{"is:odd", 4, "rejected"},
		{"after:yesterday", 7, "2025-03-08"},
		{"day:2025-03-08T03", 5, "want a day"},
		{"day:2025-03-08..", 5, "want a day"},
		{"hour:24", 6, "0 to 23"},
		{"hour:-1", 6, "0 to 23"},
		{"time:3..", 6, "2025-03-08"},
		{"hash:12ab", 6, "whole MD5"},
		{strings.Repeat("(", 200) + "a", 102, "parentheses"},
		{strings.Repeat("-", 200) + "a", 102, "levels"},
		{strings.Repeat("a ", 2000), 2001, "more than"},
		{strings.Repeat("a", maxQuery+1), 1, "longer"},
	} {
		_, err := Parse(c.query)
		var syntax *SyntaxError
		if c.msg == "" {
			if err != nil && !errors.As(err, &syntax) {
				t.Errorf("%.40s: %v", c.query, err)
			}
			continue
		}
		if !errors.As(err, &syntax) || syntax.Col != c.col || !strings.Contains(syntax.Msg, c.msg) {
			t.Errorf("%.40s: %v, want column %d and %q", c.query, err, c.col, c.msg)
		}
	}
}

// TestFields parses the example of each field.
func TestFields(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if f.Values == "" || !strings.HasPrefix(f.Example, f.Name+":") || seen[f.Name] {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
		if _, err := Parse(f.Example); err != nil {
			t.Errorf("%s: %v", f.Example, err)
		}
	}
	for _, name := range strings.Fields("ip method path query status size ua referer host user source line class rule level actor hash name verdict note ref is after before") {
		if !seen[name] {
			t.Errorf("no field %s", name)
		}
	}
}

func TestParseRange(t *testing.T) {
	for _, c := range []struct {
		text   string
		lo, hi int64
	}{
		{"404", 404, 404}, {"4xx", 400, 499}, {"4*", 0, -1}, {"4**", 400, 499}, {"5XX", 500, 599}, {">=400", 400, maxInt}, {">400", 401, maxInt},
		{"<=9", 0, 9}, {"<9", 0, 8}, {"400..499", 400, 499}, {"9..1", 9, 1}, {">9223372036854775807", 1, 0}, {"<0", 0, -1},
	} {
		lo, hi, err := parseRange(c.text, true)
		if c.text == "4*" {
			if err == nil {
				t.Error("4* is no status")
			}
			continue
		}
		if lo != c.lo || hi != c.hi || err != nil {
			t.Errorf("%s: %d..%d, %v", c.text, lo, hi, err)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		query, text string
		want        bool
	}{
		{"a*c", "abc", true}, {"a*c", "ac", true}, {"a?c", "ac", false}, {"a*", "", false}, {"*", "", true}, {"*b*", "abc", true},
		{"*aab", "aaaab", true}, {`a\*c`, "abc", false}, {`a\*c`, "a*c", true}, {"**x", "zzx", true}, {"?", "x", true}, {"a*b*c", "aXbYd", false},
	} {
		p := &parser{in: c.query}
		v, err := p.value()
		if err != nil || v.match(c.text, false) != c.want {
			t.Errorf("%s on %q: want %v (%v)", c.query, c.text, c.want, err)
		}
	}
}

func TestWordKinds(t *testing.T) {
	for word, want := range map[string]wordKind{
		"union": plainWord, "1234": plainWord, "12345": numberWord, "utf8": plainWord, "abcdef1234": mixedWord,
		strings.Repeat("x", maxTerm): plainWord, strings.Repeat("x", maxTerm+1): mixedWord,
	} {
		if got := kindOf(word); got != want {
			t.Errorf("%s: %d, want %d", word, got, want)
		}
	}
}

// FuzzParse asserts laws of every text taken as a query: an error is a SyntaxError with a column inside the
// query or just behind it; what can be read can be asked; putting it in parentheses or denying it twice
// changes no answer.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "union", `"a b" OR -c`, "status:>=400 (path:/a* OR ua:curl)", `path:="x\"y"`, "ip:10.0.0.0/8", "a:b", "((", `\`, "-", "NOT NOT a",
		"after:2025-03-08", "level:>=low", "x*y?z", "hash:ab*", "ref:r:12.3", "=\"a\"", "+a -b", "ip:(a OR b)", "\xff\x00"} {
		f.Add(s)
	}
	s := fuzzStore(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Col < 1 || syntax.Col > len([]rune(text))+1 || syntax.Msg == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if q.String() != text {
			t.Fatalf("%q became %q", text, q)
		}
		want := refsOf(t, s, q)
		for _, same := range []string{"(" + text + ")", "-(-(" + text + "))"} {
			if strings.TrimSpace(text) == "" {
				continue
			}
			again, err := Parse(same)
			if err != nil {
				if strings.HasSuffix(text, `\`) || strings.Contains(err.Error(), "in one another") || strings.Contains(err.Error(), "longer") || strings.Contains(err.Error(), "more than") {
					continue // the parenthesis is taken for a character, or is one too many
				}
				t.Fatalf("%q: %v", same, err)
			}
			if got := refsOf(t, s, again); !slices.Equal(got, want) {
				t.Fatalf("%q finds %v, %q finds %v", text, want, same, got)
			}
		}
	})
}

// FuzzQuote asserts that field:Quote(text) is passed by that text and by no other one.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "a", `"`, `\`, `a\"b`, "*", "?", "a b", ")", "10.0.0.0/8", "\x00\xff", `="x"`, "A", "é"} {
		f.Add(s, s+"x")
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		if len(text) > maxQuery/4 {
			return
		}
		for _, field := range []string{"ip", "path", "query", "ua", "referer", "host", "user", "method"} {
			q, err := Parse(field + ":" + Quote(text))
			if err != nil {
				t.Fatalf("%s %q: %v", field, text, err)
			}
			n, ok := q.root.(textNode)
			if !ok || !n.match(text, "") || n.match(other, "") != (text == other) || n.match(strings.ToUpper(text), "") != (text == strings.ToUpper(text)) {
				t.Fatalf("%s %q against %q: %+v", field, text, other, n)
			}
		}
	})
}

func fuzzStore(f *testing.F) *Store {
	f.Helper()
	s := newStore(f)
	load(f, s, evidence(f, "access.log", sampleLog, weblog.Combined))
	return s
}

func refsOf(t *testing.T, s *Store, q *Query) []string {
	t.Helper()
	r, err := s.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%q: %v", q, err)
	}
	rows, err := r.Rows(0, r.Len())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range rows {
		out = append(out, row.Ref)
	}
	return out
}
