package blind

import (
	"strings"
	"testing"
)

// Every failure says why and whence, and no two claim one function.
func TestFailures(t *testing.T) {
	ids, calls := map[string]bool{}, map[string]bool{}
	for _, f := range failures {
		if ids[f.id] || f.id == "" || f.why == "" || !strings.HasPrefix(f.from, "https://") || f.of == 0 {
			t.Errorf("%+v", f)
		}
		ids[f.id] = true
		for _, c := range f.calls {
			if calls[c] || c != strings.ToUpper(c) {
				t.Errorf("%s: %s", f.id, c)
			}
			calls[c] = true
		}
	}
}

// Every message is known by its own form alone, whole and cut.
func TestMessages(t *testing.T) {
	for i, m := range messages {
		for j, o := range messages {
			g := o.closed.FindStringSubmatch(m.hit)
			if i == j && (g == nil || g[1] != m.value) {
				t.Errorf("%s: quotes %q of %s", m.id, g, m.hit)
			}
			if i != j && g != nil {
				t.Errorf("%s is taken for %s", m.id, o.id)
			}
		}
		cut := m.hit[:strings.LastIndex(m.hit, m.value)+len(m.value)]
		if g := m.open.FindStringSubmatch(cut); g == nil || g[1] != m.value {
			t.Errorf("%s: quotes %q of %s", m.id, g, cut)
		}
		if v, ok := quotes(cut, []piece{{leaf: &leaf{}, from: 1, count: -1}}, "", false); !ok || v.whole || v.text != m.value {
			t.Errorf("%s: %+v of %s", m.id, v, cut)
		}
	}
}

// What must fail is told from what need not.
func TestErrorAsk(t *testing.T) {
	for _, c := range []struct{ payload, want string }{ // the failure's id, "?" if it may be a comparison only, "" if none
		{"1 AND 1=CONVERT(int,(SELECT @@version))", "cast"},
		{"1 AND 1=CONVERT(int,(SELECT COUNT(*) FROM users))", ""},
		{"1 AND CAST(LENGTH(pw) AS INT)>3", ""},
		{"1 AND (SELECT TOP 1 name FROM sysobjects)>0", "cast?"},
		{"1 AND ASCII(SUBSTRING((SELECT TOP 1 name FROM sysobjects),1,1))>64", ""},
		{"1 AND CAST(pw AS SIGNED)>1 AND SLEEP(1)", ""},
		{"1 AND CAST(pw AS CHAR)='x'", ""},
		{"1 AND CASE WHEN (SUBSTR(pw,1,1)='a') THEN CAST(version() AS INT) ELSE 1 END=1", ""},
		{"1 AND (SELECT pw FROM users)::date IS NULL", "cast"},
		{"1 AND EXTRACTVALUE(1,'/a')", "xpath"},
		{"1 PROCEDURE ANALYSE(EXTRACTVALUE(1,CONCAT(0x5c,(SELECT pw FROM users))),1)", "xpath"},
		{"1 AND (SELECT COUNT(*) FROM a GROUP BY b)>1", ""},
		{"1 AND (SELECT 1 FROM (SELECT COUNT(*),CONCAT(version(),0x3a,FLOOR(RAND(14)*2)) k FROM information_schema.tables GROUP BY k) t)", "group"},
		{"1 AND ST_Contains(POLYGON(0,1),2)", ""},
		{"1 AND NAME_CONST((SELECT version()),1)", "name"},
		{"1 AND dbms_utility.sqlid_to_sqlhash((SELECT banner FROM v$version WHERE rownum=1)) IS NOT NULL", "name-of-object"},
	} {
		p := new(tokenizer).read(c.payload, false)
		if p == nil {
			t.Errorf("%s: not read", c.payload)
			continue
		}
		got := ""
		if a := NewReader().errorAsk(p, false); a != nil {
			got = a.of.id
			if a.weak {
				got += "?"
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.payload, got, c.want)
		}
	}
}
