package blind

import (
	"fmt"
	"net/url"
	"testing"

	"spoor/triage"
)

func TestDialect(t *testing.T) {
	for _, c := range []struct {
		sql  string
		want dialect
	}{
		{"SUBSTR((SELECT COALESCE(CAST(a AS TEXT),CHAR(32)) FROM t),1,1)>CHAR(51)", sqlite},
		{"SUBSTR((SELECT a FROM t LIMIT 0,1),1,1)>CHAR(51)", mysql | sqlite},
		{"ASCII(SUBSTR((SELECT a FROM t LIMIT 0,1),1,1))>51", mysql},
		{"SUBSTR((SELECT a FROM t LIMIT 1 OFFSET 0),1,1)>'3'", mysql | postgres | sqlite},
		{"SUBSTR((SELECT a FROM t OFFSET 3 LIMIT 1),1,1)>'3'", mysql | postgres | sqlite},
		{"ASCII(SUBSTRING((SELECT a FROM t WHERE id=1),1,1))>51", mysql | postgres | mssql},
		{"UNICODE(SUBSTRING((SELECT a FROM t),1,1))>51", mssql | sqlite},
		{"ASCII(SUBSTR((SELECT CAST(a AS CHAR(99)) FROM t),1,1))>51", mysql | postgres | oracle},
		{"ASCII(SUBSTR((SELECT CAST((SELECT 1 AS text) AS CHAR) FROM t),1,1))>51", mysql | postgres | oracle},
		{"ASCII(SUBSTR((SELECT table_name FROM information_schema.tables),1,1))>51", mysql | postgres},
		{"LEFT(limit,1)='a'", anyDialect},
		{"a>'3'", anyDialect},
		{"PG_SLEEP(1) AND SLEEP(1)", anyDialect}, // a test of several systems
	} {
		var z tokenizer
		p := z.read("1 AND "+c.sql, false)
		if p == nil {
			t.Errorf("%s is no payload", c.sql)
			continue
		}
		if got := dialectOf(p.parser.t); got != c.want {
			t.Errorf("%s: systems %05b, want %05b", c.sql, got, c.want)
		}
	}
}

// Codes above 127 are characters of Unicode in SQLite; of others only the code is known.
func TestBeyondASCII(t *testing.T) {
	for _, c := range []struct {
		test, text string
		state      State
	}{
		{"SUBSTR((SELECT CAST(a AS TEXT) FROM t),%d,1)>CHAR(%d)", "ë", Certain},
		{"ASCII(SUBSTRING((SELECT a::text FROM t) FROM %d FOR 1))>%d", "", Bounded},
	} {
		r := NewReader()
		n := 0
		ask := func(cond string, truth bool) {
			q := &triage.Request{Ref: fmt.Sprintf("r:%d", n), Client: "192.0.2.1", Method: "GET", Path: "/a", Status: 200, Size: 500, Millis: -1,
				Query: "id=" + url.QueryEscape("1 AND "+cond)}
			if truth {
				q.Size = 900
			}
			n++
			r.Add(q)
		}
		for i := range 3 {
			ask(fmt.Sprintf("%d=%d", 30+i, 30+i), true)
			ask(fmt.Sprintf("%d=%d", 30+i, 40+i), false)
		}
		for pos, code := range []int{'z', 0xeb, 0} {
			for lo, hi := 0, 512; lo < hi; {
				mid := (lo + hi) / 2
				ask(fmt.Sprintf(c.test, pos+1, mid), code > mid)
				if code > mid {
					lo = mid + 1
				} else {
					hi = mid
				}
			}
		}
		res := r.Result()
		if len(res.Reads) != 1 || len(res.Reads[0].Chars) != 2 {
			t.Errorf("%s: %+v", c.test, res.Reads)
			continue
		}
		if got := res.Reads[0].Chars[1]; got.Text != c.text || got.State != c.state || got.Low != 0xeb || got.High != 0xeb {
			t.Errorf("%s: %+v", c.test, got)
		}
	}
}
