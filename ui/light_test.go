package ui

import (
	"strings"
	"testing"

	"spoor/triage"
)

// lit is s with what is lit up in brackets.
func lit(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		if r.look == matched {
			b.WriteString("[" + r.text + "]")
		} else {
			b.WriteString(r.text)
		}
	}
	return b.String()
}

func TestLight(t *testing.T) {
	for _, x := range []struct{ name, s, match, want string }{
		{"as it stands", "id=1 union select 2", "union select", "id=1 [union select] 2"},
		{"each place", "a;id;b;id;", "id", "a;[id];b;[id];"},
		{"percent-encoded", "id=1%27%20union%20select 2", "' union select", "id=1[%27%20union%20select] 2"},
		{"plus for a space", "q=1+union+select", "1 union", "q=[1+union]+select"},
		{"encoded twice", "q=%2527%2520or%25201", "' or 1", "q=[%2527%2520or%25201]"},
		{"%u", "q=%u003cscript%u003e", "<script>", "q=[%u003cscript%u003e]"},
		{"hex literal", "id=select%200x3c3f706870,2", "<?php", "id=select%200x[3c3f706870],2"},
		{"hex literal in a mixed text", "x=0x41424344 y", "BC", "x=0x41[4243]44 y"},
		{"base64", "q=PD9waHAgZWNobyAxOw==&z", "<?php echo", "q=[PD9waHAgZWNob]yAxOw==&z"},
		{"not there", "id=1", "union", "id=1"},
		{"one byte is no match", "aaa", "a", "aaa"},
		{"broken escapes", "%zz%4%u12 id", "id", "%zz%4%u12 [id]"},
		{"at the end", "%27or", "'or", "[%27or]"},
	} {
		got := lit(light(x.s, []triage.Finding{{Match: x.match}}, nil))
		if got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

// A match is lit up in the field that it was found in, and nowhere else.
func TestLightInField(t *testing.T) {
	r := &triage.Request{Path: "/nikto/x", Query: "a=nikto", Agent: "nikto/2"}
	raw := `GET /nikto/x?a=nikto HTTP/1.1" 200 "nikto/2"`
	for _, x := range []struct{ field, want string }{
		{"agent", `GET /nikto/x?a=nikto HTTP/1.1" 200 "[nikto]/2"`},
		{"query:a", `GET /nikto/x?a=[nikto] HTTP/1.1" 200 "nikto/2"`},
		{"path", `GET /[nikto]/x?a=nikto HTTP/1.1" 200 "nikto/2"`},
		{"method", `GET /[nikto]/x?a=[nikto] HTTP/1.1" 200 "[nikto]/2"`},
	} {
		if got := lit(light(raw, []triage.Finding{{Field: x.field, Match: "nikto"}}, fieldIn(raw, r))); got != x.want {
			t.Errorf("%s: %s, want %s", x.field, got, x.want)
		}
	}
}

// Whatever the bytes, lighting up loses and adds none of them.
func FuzzLight(f *testing.F) {
	f.Add("id=%27%u0041+0x4142 PD9waHAgZWNobyAxOw==", "AB", 3, 9)
	f.Add("%", "%%", 0, 1)
	f.Fuzz(func(t *testing.T, s, match string, lo, hi int) {
		lo, hi = max(0, lo), max(0, hi)
		var b strings.Builder
		for _, r := range light(s, []triage.Finding{{Match: match}}, func(string) (int, int) { return lo, hi }) {
			b.WriteString(r.text)
		}
		if b.String() != s {
			t.Errorf("%q became %q", s, b.String())
		}
	})
}
