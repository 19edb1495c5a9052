package triage_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"spoor/triage"
)

// hostileBodies are bodies of n bytes that are made to cost time.
var hostileBodies = []struct {
	name string
	make func(n int) string
}{
	{"parameters", func(n int) string { return cut(strings.Repeat("a=eval(x);&b=';--&", n/18+1), n) }},
	{"odd names", func(n int) string { return cut(strings.Repeat("a'b(%27)=1&", n/11+1), n) }},
	{"percent in percent", func(n int) string { return "a=" + cut(strings.Repeat("%25252525252527", n/15+1), n) }},
	{"base64 in base64", func(n int) string {
		s := "eval('x');"
		for len(s) < n/2 {
			s = base64.StdEncoding.EncodeToString([]byte(s + s))
		}
		return "a=" + url.QueryEscape(s)
	}},
	{"base64 off by each byte", func(n int) string { return "a=" + cut(strings.Repeat("QUJD", n/4+1), n-1) + "=" }},
	{"deep json", func(n int) string { return cut(strings.Repeat(`{"a":[`, n/6+1), n) }},
	{"wide json", func(n int) string { return "[" + cut(strings.Repeat(`"' or 1=1--",`, n/13+1), n) }},
	{"parts", func(n int) string {
		return cut("--x1\r\n"+strings.Repeat("Content-Disposition: form-data; name=\"a\"\r\n\r\neval($_POST[1]);\r\n--x1\r\n", n/72+1), n)
	}},
	{"one part of headers", func(n int) string {
		return cut("--x1\r\nContent-Disposition: form-data; "+strings.Repeat("name=name", n/9+1), n)
	}},
	{"elements", func(n int) string { return cut(strings.Repeat("<a b='c' d=\"e\">x'--</a>", n/23+1), n) }},
	{"open tags", func(n int) string { return cut(strings.Repeat("<a b='", n/6+1), n) }},
	{"code", func(n int) string {
		return "a=" + cut(url.QueryEscape(strings.Repeat(`@eval(base64_decode("ZXZhbCgieCIpOw=="));`, n/42+1)), n)
	}},
	{"quotes", func(n int) string { return "a=" + cut(strings.Repeat("'", n), n) }},
	{"brackets", func(n int) string { return "a=" + cut(strings.Repeat("((((", n/4+1), n) }},
	{"sql", func(n int) string {
		return "a=" + cut(strings.Repeat("1'+union+select+char(65,66)||concat(0x41,0x42)--+", n/48+1), n)
	}},
	{"shell", func(n int) string { return "a=" + cut(strings.Repeat("echo+x+>+/tmp/a;${IFS}c''at+|$(", n/31+1), n) }},
	{"markup", func(n int) string { return "a=" + cut(strings.Repeat("<svg/onload=<img+src=x+onerror=", n/31+1), n) }},
	{"chr", func(n int) string { return "a=" + cut(strings.Repeat("chr(101).", n/9+1), n) }},
	{"entities", func(n int) string { return "a=" + cut(strings.Repeat("&#x26;amp;", n/10+1), n) }},
	{"dots", func(n int) string { return "a=" + cut(strings.Repeat("../", n/3+1), n) }},
	{"jndi", func(n int) string { return "a=" + cut(strings.Repeat("${${lower:j}", n/12+1), n) }},
	{"random", func(n int) string {
		b := make([]byte, n*3/4)
		x := uint32(7)
		for i := range b {
			x = x*1664525 + 1013904223
			b[i] = byte(x >> 24)
		}
		return base64.StdEncoding.EncodeToString(b)
	}},
}

func cut(s string, n int) string { return s[:min(n, len(s))] }

func judgeBody(s string)  { triage.NewJudge().Body(s, s) }
func judgeQuery(s string) { triage.NewJudge().URI("GET", "/a.php", s, "HTTP/1.1") }
func judgePath(s string)  { triage.NewJudge().URI("GET", "/"+s, "", "HTTP/1.1") }

// BenchmarkHostile judges the largest bodies and targets that are read.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostileBodies {
		for _, how := range []struct {
			name string
			size int
			f    func(string)
		}{{"body", triage.MaxBody, judgeBody}, {"query", 16 << 10, judgeQuery}, {"path", 16 << 10, judgePath}} {
			s := h.make(how.size)
			b.Run(fmt.Sprintf("%s/%s", how.name, h.name), func(b *testing.B) {
				for b.Loop() {
					how.f(s)
				}
			})
		}
	}
}

// sizeNoise is what a longer text may cost more at once, since by chance it has the words of one rule more.
const sizeNoise = 10 * time.Millisecond

// Twice the input takes at most thrice the time: nothing is quadratic in what a client sends. The least of several
// runs is compared, and a pair that another process disturbed is run again.
func TestHostileSizeScales(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for seconds")
	}
	for _, h := range hostileBodies {
		for _, how := range []struct {
			name string
			size int
			f    func(string)
		}{{"body", triage.MaxBody / 2, judgeBody}, {"query", 8 << 10, judgeQuery}, {"path", 8 << 10, judgePath}} {
			one, two := h.make(how.size), h.make(2*how.size)
			var ratio float64
			for range 6 {
				if ratio = float64(leastTime(how.f, two)) / float64(leastTime(how.f, one)+sizeNoise); ratio <= 3 {
					break
				}
			}
			if ratio > 3 {
				t.Errorf("%s as %s: twice the size takes %.1f times as long", h.name, how.name, ratio)
			}
		}
	}
}

// leastTime is the shortest of a few runs.
func leastTime(f func(string), s string) time.Duration {
	least := time.Hour
	for range 2 {
		start := time.Now()
		f(s)
		least = min(least, time.Since(start))
	}
	return least
}
