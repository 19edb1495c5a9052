package blind

import (
	"fmt"
	"testing"

	"spoor/triage"
)

// What is remembered of a side of a comparison says the same as working the whole comparison out for each character.
func TestSidesAgree(t *testing.T) {
	one := []string{"ASCII(SUBSTR(%s,1,1))", "ORD(MID(%s,2,1))", "UNICODE(SUBSTRING(%s,1,1))", "SUBSTR(%s,1,1)", "LOWER(SUBSTR(%s,1,1))", "ASCII(UPPER(RIGHT(LEFT(%s,3),1)))",
		"ASCII(SUBSTR(%s,1,1))-7", "ASCII(SUBSTR(%s,1,1))&15", "IFNULL(ASCII(SUBSTR(%s,4,1)),0)", "(ASCII(SUBSTR(%s,1,1))=70)", "HEX(SUBSTR(%s,1,1))", "LENGTH(SUBSTR(%s,1,1))"}
	seen := 0
	for _, from := range []string{"", " FROM users LIMIT 0,1"} {
		r := NewReader()
		for _, side := range one {
			for _, op := range []string{">", "<", "=", "<>", ">=", "<=", "<=>"} {
				for _, k := range []int{0, 1, 64, 97, 127, 128, 200, 255, 300} {
					text := fmt.Sprintf(side, "(SELECT pw"+from+")")
					for _, cond := range []string{fmt.Sprintf("%s%s%d", text, op, k), fmt.Sprintf("%d%s%s", k, op, text)} {
						r.Add(&triage.Request{Ref: "r:1.1", Client: "c", Method: "GET", Path: "/a", Query: "id=" + "1+AND+" + urlEscape(cond), Status: 200, Size: 9})
					}
				}
			}
		}
		for key, s := range r.shapes {
			if s.bound.kind != varChar || s.other() == nil {
				continue
			}
			seen++
			plain := *s
			plain.yes, plain.no = set{}, set{}
			plain.put(cellEnd, endChar)
			for c := 1; c < cellHigh; c++ {
				plain.put(c, int64(c))
			}
			for c := range cellHigh {
				if s.yes.has(c) != plain.yes.has(c) || s.no.has(c) != plain.no.has(c) {
					t.Fatalf("%s: character %d: remembered %v/%v, worked out %v/%v", key, c, s.yes.has(c), s.no.has(c), plain.yes.has(c), plain.no.has(c))
				}
			}
		}
	}
	if seen < 500 {
		t.Fatalf("only %d questions were compared", seen)
	}
}

func urlEscape(s string) string {
	out := ""
	for i := range len(s) {
		out += fmt.Sprintf("%%%02X", s[i])
	}
	return out
}
