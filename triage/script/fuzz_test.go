package script_test

import (
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/script"
)

// FuzzRead asserts that any bytes under any name give a bounded, ordered, printable reading, twice the same.
func FuzzRead(f *testing.F) {
	for _, r := range script.Rules() {
		for _, s := range append(append([]script.Sample{}, r.Hit...), r.Miss...) {
			f.Add(s.Name, []byte(s.Text))
		}
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		got := script.Read(name, text)
		if len(got.Findings) > 12 {
			t.Fatalf("%d findings", len(got.Findings))
		}
		for i, x := range got.Findings {
			if x.Rule == "" || x.Field != "content" || x.Level < triage.Info || x.Level > triage.Critical || x.Why == "" {
				t.Fatalf("a finding that says nothing: %+v", x)
			}
			if x.Match != triage.Visible(x.Match) || len(x.Match) > 4*triage.MaxMatch {
				t.Fatalf("a match that is not fit to be drawn: %q", x.Match)
			}
			if i > 0 && got.Findings[i-1].Level < x.Level {
				t.Fatal("not the gravest first")
			}
		}
		again := script.Read(name, text)
		if len(again.Findings) != len(got.Findings) || again.Stats != got.Stats {
			t.Fatalf("read twice: %+v and %+v", got, again)
		}
	})
}

// TestLinear reads inputs of growing size that make careless readers quadratic, and asks that four times the
// bytes do not take much more than four times as long.
func TestLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	shapes := map[string]func(n int) string{
		"open brackets":      func(n int) string { return strings.Repeat("(", n) },
		"nested calls":       func(n int) string { return strings.Repeat("f(", n/2) + strings.Repeat(")", n/4) },
		"open quotes":        func(n int) string { return strings.Repeat(`"`, n) + `'` },
		"appended constants": func(n int) string { return strings.Repeat("$x.='a';", n/8) },
		"joined constants":   func(n int) string { return "$x=" + strings.Repeat("'a'.", n/4) + "'b';" },
		"many variables": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				b.WriteString("$v" + strings.Repeat("x", i%40) + "=$_GET['a'];")
			}
			return b.String()
		},
		"many calls":     func(n int) string { return strings.Repeat("$f($x);eval($y);", n/16) },
		"functions":      func(n int) string { return strings.Repeat("function f($a){return $a;}f($_GET[1]);", n/38) },
		"open functions": func(n int) string { return strings.Repeat("function(){", n/11) },
		"replaced constants": func(n int) string {
			return "$x='" + strings.Repeat("ab", 2000) + "';" + strings.Repeat("$x=str_replace('a','aa',$x);", n/28)
		},
		"open comments":      func(n int) string { return strings.Repeat("/*", n/2) },
		"heredocs":           func(n int) string { return strings.Repeat("<<<X\n", n/5) },
		"open tags":          func(n int) string { return strings.Repeat("<?php ", n/6) },
		"dollars":            func(n int) string { return strings.Repeat("$", n) },
		"strings of dollars": func(n int) string { return `$a="` + strings.Repeat("$a ", n/3) + `";` },
		"ternaries":          func(n int) string { return "$x=" + strings.Repeat("$a?", n/3) },
		"arrows":             func(n int) string { return "$x" + strings.Repeat("->a", n/3) },
		"new":                func(n int) string { return strings.Repeat("new ", n/4) },
		"lists": func(n int) string {
			return "$x=[" + strings.Repeat("'a',", n/4) + "];" + strings.Repeat("$y=$x;", 1000)
		},
		"elements of a list": func(n int) string {
			return "$x=[" + strings.Repeat("'a',", 4000) + "];" + strings.Repeat("$y.=$x[$i];", n/11)
		},
		"if without braces":   func(n int) string { return strings.Repeat("if(1)", n/5) },
		"minified expression": func(n int) string { return strings.Repeat("a=b?c:d,e&&(f=g.h(i)),", n/22) },
	}
	for name, shape := range shapes {
		for _, ext := range []string{"a.php", "a.jsp", "a.asp", "a.cfm"} {
			take := func(n int) time.Duration {
				open, end := "<%", "%>"
				if ext == "a.php" {
					open, end = "<?php ", ""
				} else if ext == "a.cfm" {
					open, end = "<cfscript>", "</cfscript>"
				}
				text := []byte(open + shape(n) + end)
				start := time.Now()
				script.Read(ext, text)
				return time.Since(start)
			}
			small, large := take(16<<10), take(64<<10)
			for n := 0; n < 4 && large > 12*small+300*time.Millisecond; n++ { // the machine may have been busy
				small, large = max(small, take(16<<10)), min(large, take(64<<10))
			}
			if large > 12*small+300*time.Millisecond {
				t.Errorf("%s in %s: %v for 16 KiB, %v for 64 KiB", name, ext, small, large)
			}
		}
	}
}
