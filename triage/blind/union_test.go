package blind_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/blind"
)

// A unionSite answers payloads in a statement of three columns, of which it shows the second.
type unionSite struct {
	rng      *rand.Rand
	injected bool // payloads reach the statement; else they do not matter
	echo     int  // times that the page repeats the value
	noise    int  // bytes that the size of a page varies by
	log      []triage.Request
}

const unionPage = 700

// send asks for a value. text is what the second column then has, status what a statement with it gives.
func (s *unionSite) send(value, text string, status int) {
	size := unionPage + s.echo*len(value)
	if s.injected {
		size += len(text)
	} else {
		status = 200
	}
	if status != 200 {
		size = 55
	}
	if s.noise > 0 {
		size += s.rng.IntN(s.noise)
	}
	s.log = append(s.log, triage.Request{Ref: fmt.Sprintf("s:%d", len(s.log)), Client: "192.0.2.8", Method: "GET", Path: "/p.php", Query: "id=" + url.QueryEscape(value), Status: status, Size: int64(size), Millis: -1})
}

// spelled is a text as CHR(n)||CHR(n).
func spelled(text string) string {
	var all []string
	for _, c := range []byte(text) {
		all = append(all, fmt.Sprintf("CHR(%d)", c))
	}
	return "(" + strings.Join(all, "||") + ")"
}

// byTool is what tools send: the number of columns, texts of their own between marks, tests, and all rows at once.
func byTool(s *unionSite) {
	for n := range 4 {
		s.send(fmt.Sprintf("7 ORDER BY %d-- x", n+1), "", []int{200, 200, 200, 500}[n])
	}
	union := func(expr, text string) { s.send("7 UNION ALL SELECT NULL,"+expr+",NULL-- x", text, 200) }
	lead, tail := "qabcq", "qzyxq"
	for _, own := range []string{"abcdefghijklmnopqrstuvwxyz", "XYZXYZXYZXYZ"} {
		union(spelled(lead)+"||"+spelled(own)+"||"+spelled(tail), lead+own+tail)
	}
	for i := range 5 {
		union(fmt.Sprintf("%s||(SELECT (CASE WHEN (%d=%d) THEN (CHR(49)) ELSE (CHR(48)) END))||%s", spelled(lead), 40+i, 40+i%2*i, spelled(tail)), lead+"1"+tail)
	}
	union("ARRAY_AGG("+spelled(lead)+"||COALESCE(login::text,CHR(32))||"+spelled("ppnog")+"||COALESCE(pw::text,CHR(32))||"+spelled(tail)+")::text", strings.Repeat("x", 331))
	s.log[len(s.log)-1].Query = strings.Replace(s.log[len(s.log)-1].Query, "NULL--", "NULL+FROM+members--", 1)
}

// byHand is what a person sends: the columns, what is shown, and then row after row.
func byHand(s *unionSite) {
	for _, v := range []string{"7 AND 1=1", "7 AND 2=2", "7 ORDER BY 2", "7 ORDER BY 3"} {
		s.send(v, "", 200)
	}
	s.send("7 ORDER BY 4", "", 500)
	s.send("-7 UNION SELECT 1,2,3", "2", 200)
	for i, pw := range []string{"secret", "correct horse", "5f4dcc3b5aa765d61d8327deb882cf99", "letmein1"} {
		s.send(fmt.Sprintf("-7 UNION SELECT 1,login||pw,3 FROM members LIMIT %d,1", i), pw, 200)
	}
}

// byWidth finds the number of columns by UNIONs of more and more of them.
func byWidth(s *unionSite) {
	for n := range 5 {
		s.send("7 UNION SELECT "+strings.Repeat("NULL,", n)+"NULL-- -", "", map[bool]int{true: 200, false: 500}[n == 2])
	}
}

// How UNION fared is told by sizes alone: never success where the payload does not matter, whatever the page repeats
// and however its size varies.
func TestUnionOutcome(t *testing.T) {
	for name, style := range map[string]struct {
		send func(*unionSite)
		want blind.Outcome
		id   string
	}{
		"tool":  {byTool, blind.Succeeded, "answers-carry"},
		"hand":  {byHand, blind.Likely, "columns-found"},
		"rows":  {byHand, blind.Likely, "rows-follow"},
		"width": {byWidth, blind.Likely, "union-fits"},
	} {
		outcome := func(s *unionSite) (blind.Outcome, []triage.Reason) {
			style.send(s)
			a := recoverAll(s.log).Attacks
			if len(a) != 1 {
				t.Fatalf("%s: %d attacks", name, len(a))
			}
			return a[0].Outcome, a[0].Reasons
		}
		got, why := outcome(&unionSite{injected: true})
		if !slices.ContainsFunc(why, func(r triage.Reason) bool { return r.ID == style.id }) || got != style.want {
			t.Errorf("%s: %s because of %+v", name, got, why)
		}
		for seed := range uint64(400) {
			s := &unionSite{rng: rand.New(rand.NewPCG(seed, 3)), echo: int(seed % 4), noise: []int{0, 2, 9, 300}[seed/4%4]}
			if got, why := outcome(s); got == blind.Likely || got == blind.Succeeded {
				t.Errorf("%s into a page that repeats it %d times, seed %d: %s because of %+v", name, s.echo, seed, got, why)
			}
		}
	}
}
