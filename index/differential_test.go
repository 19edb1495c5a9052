package index

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
)

// A naive test says of one row whether a query matches it, without any of the code of this package.
type naive func(r *Row, findings []triage.Finding) bool

// A querier makes random queries together with what they mean.
type querier struct {
	*rand.Rand
	decoded map[[2]string]string // what triage.DecodedText says, since it is asked often
	words   map[string][]string  // likewise
}

func newQuerier(seed uint64) querier {
	return querier{rand.New(rand.NewPCG(seed, 11)), map[[2]string]string{}, map[string][]string{}}
}

func (g querier) wordsOf(text string) []string {
	words, ok := g.words[text]
	if !ok {
		words = wordRun.FindAllString(text, -1)
		g.words[text] = words
	}
	return words
}

func (g querier) decode(path, query string) string {
	key := [2]string{path, query}
	text, ok := g.decoded[key]
	if !ok {
		text = triage.DecodedText(path, query)
		g.decoded[key] = text
	}
	return text
}

func (g querier) pick(s ...string) string { return s[g.IntN(len(s))] }

var wordRun = regexp.MustCompile(`[A-Za-z0-9_\x{80}-\x{10ffff}]+`)

// globRegexp is a wildcard pattern as a regular expression; any is what "*" and "?" stand for.
func globRegexp(glob, any string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(glob)
	quoted = strings.ReplaceAll(strings.ReplaceAll(quoted, `\*`, any+"*"), `\?`, any)
	return regexp.MustCompile(`(?is)^` + quoted + `$`)
}

// texts are the texts that free words are looked for in.
func (g querier) texts(r *Row, raw string) []string {
	return []string{r.Client, r.Method, r.Path, g.decode(r.Path, ""), r.Query, g.decode("", r.Query),
		r.Referer, g.decode("", r.Referer), r.Agent, r.Host, r.User, raw}
}

// word is a phrase of one to three words, some with wildcards.
func (g querier) word(raw func(*Row) string) (string, naive) {
	n := 1 + g.IntN(4)/3 + g.IntN(5)/4
	var words []string
	for range n {
		words = append(words, g.pick(vocabulary...))
	}
	return g.phrase(words, raw)
}

var vocabulary = []string{"union", "select", "sel*", "*ect", "u?ion", "passwd", "etc", "a", "item", "php", "12*", "*7*",
	"123456", "script", "curl", "10", "nothing", "get", "*", "abc123def456", "*c123d*", "garbage", "ünïon"}

func (g querier) phrase(words []string, raw func(*Row) string) (string, naive) {
	query := strings.Join(words, g.pick(".", "/", "-"))
	if len(words) > 1 && !strings.ContainsAny(query, "*?") && g.IntN(2) == 0 {
		query = `"` + strings.Join(words, " ") + `"`
	}
	var want []*regexp.Regexp
	for _, w := range words {
		want = append(want, globRegexp(w, `.`))
	}
	return query, func(r *Row, _ []triage.Finding) bool {
		for _, text := range g.texts(r, raw(r)) {
			found := g.wordsOf(text)
			if text != "" && query == "*" {
				return true
			}
			for i := 0; i+len(want) <= len(found); i++ {
				ok := true
				for k, w := range want {
					ok = ok && w.MatchString(found[i+k])
				}
				if ok {
					return true
				}
			}
		}
		return false
	}
}

// text is a test of a text field.
func (g querier) text() (string, naive) {
	return g.field(g.pick(textFields...), g.pick(textValues...), g.IntN(4) == 0)
}

var textFields = []string{"path", "query", "ua", "referer", "method", "host", "user", "reason"}

var textValues = []string{"", "/a/item.php", "/A/item.php", "/b c/x.php", "union select", "nion sel", "/*", "*.php", "*item*", "/?/*",
	"curl", "CURL/8.1", "example", "GET", "get", "bob", "*o*", "id=1", "7", "345", "abc123def456", "c123de", "%20", "*union*", "time", "no*"}

// field is the test of one field for a value.
func (g querier) field(field, value string, exact bool) (string, naive) {
	get := func(r *Row) (raw, plain string) {
		switch field {
		case "path":
			return r.Path, g.decode(r.Path, "")
		case "query":
			return r.Query, g.decode("", r.Query)
		case "ua":
			return r.Agent, r.Agent
		case "referer":
			return r.Referer, g.decode("", r.Referer)
		case "method":
			return r.Method, r.Method
		case "host":
			return r.Host, r.Host
		case "reason":
			return r.Reject, r.Reject
		}
		return r.User, r.User
	}
	switch {
	case exact:
		return field + ":" + Quote(value), func(r *Row, _ []triage.Finding) bool {
			raw, _ := get(r)
			return raw == value
		}
	case strings.ContainsAny(value, "*?"):
		re := globRegexp(value, `.`)
		return field + ":" + value, func(r *Row, _ []triage.Finding) bool {
			raw, plain := get(r)
			return re.MatchString(raw) || re.MatchString(plain)
		}
	}
	return field + `:"` + value + `"`, func(r *Row, _ []triage.Finding) bool {
		raw, plain := get(r)
		switch {
		case value == "":
			return raw == ""
		case field == "path":
			return raw == value || plain == value
		case field == "query" || field == "ua" || field == "referer" || field == "reason":
			return strings.Contains(strings.ToLower(raw), strings.ToLower(value)) || strings.Contains(strings.ToLower(plain), strings.ToLower(value))
		}
		return strings.EqualFold(raw, value)
	}
}

// number is a test of a field of numbers.
func (g querier) number() (string, naive) {
	field := g.pick("status", "size", "line")
	get := func(r *Row) int64 {
		switch field {
		case "status":
			if r.Status == 0 {
				return -1
			}
			return int64(r.Status)
		case "size":
			return r.Size
		}
		return r.Line
	}
	a := int64(g.IntN(600))
	b := a + int64(g.IntN(100))
	between := func(lo, hi int64) naive {
		return func(r *Row, _ []triage.Finding) bool { v := get(r); return v >= 0 && lo <= v && v <= hi }
	}
	switch g.IntN(5) {
	case 0:
		return fmt.Sprintf("%s:%d..%d", field, a, b), between(a, b)
	case 1:
		return fmt.Sprintf("%s:>=%d", field, a), between(a, maxInt)
	case 2:
		return fmt.Sprintf("%s:<%d", field, a), between(0, a-1)
	case 3:
		return "status:4xx", func(r *Row, _ []triage.Finding) bool { return r.Status >= 400 && r.Status < 500 }
	}
	return "line:" + fmt.Sprint(a), func(r *Row, _ []triage.Finding) bool { return r.Line == a }
}

// other is a test of any other field.
func (g querier) other() (string, naive) {
	switch g.IntN(8) {
	case 0:
		p := netip.MustParsePrefix(g.pick("10.0.0.0/8", "10.0.0.0/30", "2001:db8::/64", "192.0.2.0/24"))
		return "ip:" + p.String(), func(r *Row, _ []triage.Finding) bool {
			a, err := netip.ParseAddr(r.Client)
			return err == nil && p.Contains(a)
		}
	case 1:
		class := triage.Class(g.pick("sqli", "xss", "traversal", "scan", "bruteforce"))
		return "class:" + string(class), func(_ *Row, f []triage.Finding) bool {
			return slices.ContainsFunc(f, func(f triage.Finding) bool { return f.Class == class })
		}
	case 2:
		level := triage.Level(1 + g.IntN(5))
		return "level:>=" + level.String(), func(_ *Row, f []triage.Finding) bool {
			return slices.ContainsFunc(f, func(f triage.Finding) bool { return f.Level >= level })
		}
	case 3:
		level := triage.Level(g.IntN(6))
		return "level:" + level.String(), func(_ *Row, f []triage.Finding) bool {
			max := triage.None
			for _, f := range f {
				if f.Level > max {
					max = f.Level
				}
			}
			return max == level
		}
	case 4:
		return "rule:t*-s*", func(_ *Row, f []triage.Finding) bool {
			return slices.ContainsFunc(f, func(f triage.Finding) bool { return strings.HasPrefix(f.Rule, "t") && strings.Contains(f.Rule, "-s") })
		}
	case 5:
		at := time.Date(2025, 3, 8, g.IntN(24), g.IntN(60), 0, 0, time.UTC)
		return "after:" + at.Format("2006-01-02T15:04"), func(r *Row, _ []triage.Finding) bool { return !r.Time.IsZero() && !r.Time.Before(at) }
	case 6:
		at := time.Date(2025, 3, 8, g.IntN(24), 0, 0, 0, time.UTC)
		return "before:" + at.Format("2006-01-02T15:04:05Z"), func(r *Row, _ []triage.Finding) bool { return !r.Time.IsZero() && r.Time.Before(at) }
	}
	return g.pick("is:rejected", "source:b.log is:rejected"), nil
}

// query is a tree of tests.
func (g querier) query(depth int, raw func(*Row) string) (string, naive) {
	if depth > 0 {
		a, isA := g.query(depth-1, raw)
		b, isB := g.query(depth-1, raw)
		switch g.IntN(4) {
		case 0:
			return a + " " + b, func(r *Row, f []triage.Finding) bool { return isA(r, f) && isB(r, f) }
		case 1:
			return "(" + a + " OR " + b + ")", func(r *Row, f []triage.Finding) bool { return isA(r, f) || isB(r, f) }
		case 2:
			return "-(" + a + ") " + b, func(r *Row, f []triage.Finding) bool { return !isA(r, f) && isB(r, f) }
		}
	}
	switch g.IntN(4) {
	case 0:
		return g.word(raw)
	case 1:
		return g.text()
	case 2:
		return g.number()
	}
	query, is := g.other()
	if is == nil {
		is = func(r *Row, _ []triage.Finding) bool {
			return r.Reject != "" && (!strings.Contains(query, "b.log") || r.Source == "b.log")
		}
	}
	return query, is
}

// randomLog is a log of n lines out of few parts, one in ten no request.
func randomLog(g querier, n int) string {
	var b strings.Builder
	at := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
	for range n {
		if g.IntN(10) == 0 {
			b.WriteString(g.pick("garbage union\n", "curl 123456\n", "garbage\n", "\xff\xfe no\n"))
			continue
		}
		at = at.Add(time.Duration(g.IntN(200)-20) * time.Second)
		query := g.pick("", "", "?id="+fmt.Sprint(g.IntN(1000000)), "?q=union%20select%20"+fmt.Sprint(g.IntN(50)), "?s=abc123def456",
			"?f=..%2f..%2fetc%2fpasswd", "?x=%3cscript%3e", "?a=select+union", "?t=%C3%BCn%C3%AFon")
		if g.IntN(200) == 0 { // so few that most blocks of texts have no such word
			query = fmt.Sprintf("?h=%x", g.Uint64())
		}
		fmt.Fprintf(&b, "%s - %s [%s] \"%s %s%s HTTP/1.1\" %d %d \"%s\" \"%s\"\n",
			g.pick("10.0.0.1", "10.0.0.2", "10.1.2.3", "2001:db8::1", "192.0.2.7"), g.pick("-", "-", "bob", "Bob"),
			at.Format("02/Jan/2006:15:04:05 -0700"), g.pick("GET", "POST", "get"),
			g.pick("/a/item.php", "/A/item.php", "/b%20c/x.php", "/u/union.aspx", "/", fmt.Sprintf("/n/%d", g.IntN(3000))), query,
			g.pick2(), g.IntN(700), g.pick("-", "http://www.example.com/a?u=union", "http://x/%73elect"),
			g.pick("curl/8.1", "Mozilla/5.0", "-", "sqlmap/1.7"))
	}
	return b.String()
}

func (g querier) pick2() int { return []int{200, 404, 500, 302}[g.IntN(4)] }

// TestSearchAgainstNaive compares random queries with a naive filter over all rows, over several segments,
// with findings of behaviour.
func TestSearchAgainstNaive(t *testing.T) {
	g := newQuerier(7)
	s := newStore(t)
	logs := map[string][]string{}
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		text := randomLog(g, 600)
		logs[name] = strings.Split(text, "\n")
		load(t, s, evidence(t, name, text, weblog.Combined))
	}
	sv := &triage.Survey{Findings: []triage.Finding{
		{Rule: "test-scan", Class: triage.Scan, Level: triage.Low, Field: "behaviour"},
		{Rule: "test-brute", Class: triage.Bruteforce, Level: triage.High, Field: "behaviour"},
	}}
	for row := range uint64(1750) {
		for k := range uint32(2) {
			if g.IntN(15) == 0 {
				sv.Marks = append(sv.Marks, triage.Mark{Row: row, Finding: k})
			}
		}
	}
	if err := s.PutSurvey(sv); err != nil {
		t.Fatal(err)
	}
	raw := func(r *Row) string {
		if r.Reject == "" {
			return ""
		}
		return logs[r.Source][r.Line-1]
	}
	all := search(t, s, "")
	rows, err := all.Rows(0, all.Len())
	if err != nil || len(rows) != 1800 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	findings := make([][]triage.Finding, len(rows))
	for i := range rows {
		if findings[i], err = s.Findings(rows[i].Ref); err != nil {
			t.Fatal(err)
		}
	}
	matched := 0
	check := func(query string, is naive) {
		t.Helper()
		var want []string
		for i := range rows {
			if is(&rows[i], findings[i]) {
				want = append(want, rows[i].Ref)
			}
		}
		got := refs(t, search(t, s, query))
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d rows instead of %d; first difference at %s", query, len(got), len(want), firstDifference(got, want))
		}
		if len(want) > 0 {
			matched++
		}
	}
	for _, w := range vocabulary {
		check(g.phrase([]string{w}, raw))
	}
	for _, field := range textFields {
		for _, value := range textValues {
			check(g.field(field, value, false))
			check(g.field(field, value, true))
		}
	}
	for range 250 {
		check(g.query(g.IntN(3), raw))
	}
	if matched < 150 {
		t.Errorf("only %d queries matched anything: the test shows little", matched)
	}
}

func refs(t *testing.T, r *Result) []string {
	t.Helper()
	rows, err := r.Rows(0, r.Len())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range rows {
		out = append(out, rows[i].Ref)
	}
	return out
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%s, %s", a[i], b[i])
		}
	}
	return "the end"
}
