package weblog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor/triage/weblog"
)

// show is a record in one line: what it has, in a fixed order.
func show(r *weblog.Record) string {
	var b strings.Builder
	if r.Time != 0 {
		b.WriteString(time.UnixMilli(r.Time).UTC().Format("2006-01-02T15:04:05.999Z"))
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{"c", r.Client}, {"u", r.User}, {"m", r.Method}, {"p", r.Path}, {"q", r.Query}, {"v", r.Protocol}, {"ref", r.Referer}, {"ua", r.Agent}, {"h", r.Host}, {"body", r.Body}, {"answer", r.Answer}} {
		if len(f.text) > 0 {
			text := fmt.Sprintf("%q", f.text)
			fmt.Fprintf(&b, " %s=%s", f.name, text[1:len(text)-1])
		}
	}
	for _, f := range []struct {
		name string
		n    int64
		none int64
	}{{"st", int64(r.Status), 0}, {"sz", r.Size, -1}, {"ms", r.Millis, -1}} {
		if f.n != f.none {
			fmt.Fprintf(&b, " %s=%d", f.name, f.n)
		}
	}
	return strings.TrimSpace(b.String())
}

const t0 = "2025-03-08T08:17:47Z" // of the time that most lines below bear

// clf lines, what they hold, and the format that a file of them is.
var clf = []struct{ name, line, want, format string }{
	// The three formats as documented.
	{"common", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a?b=c HTTP/1.1" 200 512`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/1.1 st=200 sz=512`, "common"},
	{"combined", `192.0.2.1 - ann [08/Mar/2025:03:17:47 -0500] "POST / HTTP/2.0" 302 - "https://shop.example/" "Mozilla/5.0 (X11)"`,
		t0 + ` c=192.0.2.1 u=ann m=POST p=/ v=HTTP/2.0 ref=https://shop.example/ ua=Mozilla/5.0 (X11) st=302 sz=0`, "combined"},
	{"vhost combined", `shop.example:443 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "x"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=x h=shop.example:443 st=200 sz=1`, "vhost-combined"},
	{"vhost without port", `shop.example 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "x" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=x h=shop.example st=200 sz=1`, "vhost-combined"},
	{"vhost that is an address", `192.0.2.9:80 2001:db8::1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "x"`,
		t0 + ` c=2001:db8::1 m=GET p=/ v=HTTP/1.1 ua=x h=192.0.2.9:80 st=200 sz=1`, "vhost-combined"},
	// Clients and users.
	{"ipv6", `2001:db8:99:4::1f - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=2001:db8:99:4::1f m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"ipv6 with zone", `fe80::1%eth0 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=fe80::1%eth0 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"client with port", `192.0.2.1:50123 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"client with port, user with spaces", `192.0.2.1:50123 - ann b [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 u=ann b m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"ipv6 client with port", `[2001:db8::1]:50123 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=2001:db8::1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"ipv6 of letters, user with spaces", `fe80::a - ann b [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=fe80::a u=ann b m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"name of hex letters", `cafe.dead.beef 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 h=cafe.dead.beef st=200 sz=1`, "vhost-combined"},
	{"host name", `crawl-1.example - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=crawl-1.example m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"forwarded list", `192.0.2.1, 198.51.100.2 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"user with spaces", `192.0.2.1 - ann of example [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 401 1 "-" "-"`,
		t0 + ` c=192.0.2.1 u=ann of example m=GET p=/ v=HTTP/1.1 st=401 sz=1`, "combined"},
	{"user with brackets", `192.0.2.1 - a [b] [x] [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 401 1 "-" "-"`,
		t0 + ` c=192.0.2.1 u=a [b] [x] m=GET p=/ v=HTTP/1.1 st=401 sz=1`, "combined"},
	{"user that forges a line", `192.0.2.1 - x [01/Jan/2000:00:00:00 +0000] \"GET /forged HTTP/1.1\" 200 1 [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 401 1 "-" "-"`,
		t0 + ` c=192.0.2.1 u=x [01/Jan/2000:00:00:00 +0000] \"GET /forged HTTP/1.1\" 200 1 m=GET p=/ v=HTTP/1.1 st=401 sz=1`, "combined"},
	{"syslog before it", `Mar  8 03:17:47 web1 nginx[7]: 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"syslog with priority", `<190>Mar  8 03:17:47 web1 nginx: 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"tabs", "192.0.2.1\t-\t-\t[08/Mar/2025:03:17:47 -0500]\t\"GET / HTTP/1.1\"\t200\t1\t\"-\"\t\"x y\"",
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=x y st=200 sz=1`, "combined"},
	{"byte order mark", "\ufeff" + `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"line end kept", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1` + "\r\n",
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	// Requests that are none, or odd ones.
	{"tls", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "\x16\x03\x01\x02" 400 226 "-" "-"`,
		t0 + ` c=192.0.2.1 p=\x16\x03\x01\x02 st=400 sz=226`, "combined"},
	{"dash", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "-" 408 - "-" "-"`,
		t0 + ` c=192.0.2.1 p=- st=408 sz=0`, "combined"},
	{"nothing", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "" 400 0 "-" "-"`,
		t0 + ` c=192.0.2.1 st=400 sz=0`, "combined"},
	{"no protocol", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /x?y" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/x q=y st=200 sz=1`, "combined"},
	{"spaces in the target", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a b?c=' OR 1=1 HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/a b q=c=' OR 1=1 v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"proxy target", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET http://other.example/?a HTTP/1.1" 404 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=http://other.example/ q=a v=HTTP/1.1 st=404 sz=1`, "combined"},
	{"connect", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "CONNECT mail.example:25 HTTP/1.0" 405 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=CONNECT p=mail.example:25 v=HTTP/1.0 st=405 sz=1`, "combined"},
	{"another protocol", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "SSH-2.0-Go" 400 1 "-" "-"`,
		t0 + ` c=192.0.2.1 p=SSH-2.0-Go st=400 sz=1`, "combined"},
	{"words", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "Gh0st says hi" 400 1 "-" "-"`,
		t0 + ` c=192.0.2.1 p=Gh0st says hi st=400 sz=1`, "combined"},
	{"webdav method", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "VERSION-CONTROL /a HTTP/1.1" 405 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=VERSION-CONTROL p=/a v=HTTP/1.1 st=405 sz=1`, "combined"},
	// Escapes and quotes.
	{"apache escapes", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /\"a\\b\tc\x41 HTTP/1.1" 200 1 "r\"" "u\" \"v\\"`,
		t0 + ` c=192.0.2.1 m=GET p=/\"a\\b\tcA v=HTTP/1.1 ref=r\" ua=u\" \"v\\ st=200 sz=1`, "combined"},
	{"nginx escapes", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /\x22\x5C\xC3\xA4 HTTP/1.1" 200 1 "-" "\x22"`,
		t0 + ` c=192.0.2.1 m=GET p=/\"\\ä v=HTTP/1.1 ua=\" st=200 sz=1`, "combined"},
	{"backslash that is no escape", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /\d\'\xZZ\x4 HTTP/1.1" 200 1 "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/\\d\\'\\xZZ\\x4 v=HTTP/1.1 st=200 sz=1`, "combined"},
	{"unescaped quotes", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /"><b>" HTTP/1.1" 200 1 "-" "a "b" c"`,
		t0 + ` c=192.0.2.1 m=GET p=/\"><b>\" v=HTTP/1.1 ua=a \"b\" c st=200 sz=1`, "combined"},
	{"quote inside an agent", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "a"b"c"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=a\"b\"c st=200 sz=1`, "combined"},
	{"backslash before the last quote", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a\" 200 1 "-" "b\"`,
		t0 + ` c=192.0.2.1 m=GET p=/a\\ ua=b\\ st=200 sz=1`, "combined"},
	// More fields than the format has, or fewer.
	{"more fields", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "a b" "192.0.2.7, 192.0.2.8" 0.004 - "x"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=a b st=200 sz=1`, "combined"},
	{"fields before the referer", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 0.004 17 "-" "a"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=a st=200 sz=1`, "combined"},
	{"common with time taken", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 350`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"no size", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200`, "common"},
	{"cut in the agent", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0 (X1`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=Mozilla/5.0 (X1 st=200 sz=1`, "combined"},
	{"cut in the referer", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "http://a`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ref=http://a st=200 sz=1`, "common"},
	{"status unknown", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" - - "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 sz=0`, "combined"},
	// Times.
	{"no zone", `192.0.2.1 - - [08/Mar/2025:03:17:47] "GET / HTTP/1.1" 200 1`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"no zone, in summer", `192.0.2.1 - - [10/Mar/2025:04:17:47] "GET / HTTP/1.1" 200 1`,
		`2025-03-10T08:17:47Z c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"fraction", `192.0.2.1 - - [08/Mar/2025:03:17:47.250 -0500] "GET / HTTP/1.1" 200 1`,
		`2025-03-08T08:17:47.25Z c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"iso 8601", `192.0.2.1 - - [2025-03-08T03:17:47-05:00] "GET / HTTP/1.1" 200 1`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"zone of minutes", `192.0.2.1 - - [08/Mar/2025:13:47:47 +0530] "GET / HTTP/1.1" 200 1`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
	{"leap second", `192.0.2.1 - - [31/Dec/2016:23:59:60 +0000] "GET / HTTP/1.1" 200 1`,
		`2016-12-31T23:59:59Z c=192.0.2.1 m=GET p=/ v=HTTP/1.1 st=200 sz=1`, "common"},
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zones here")
	}
	return zone
}

func TestParseCLF(t *testing.T) {
	zone := newYork(t)
	for _, c := range clf {
		var rec weblog.Record
		f, err := weblog.Detect([]byte(c.line))
		if err != nil || f.Name() != c.format {
			t.Errorf("%s: Detect = %q, %v, want %q", c.name, f.Name(), err, c.format)
		}
		kind, err := f.NewParser(zone).Parse([]byte(c.line), &rec)
		if got := show(&rec); kind != weblog.Parsed || err != nil || got != c.want {
			t.Errorf("%s: %v, %v\n got %s\nwant %s", c.name, kind, err, got, c.want)
		}
	}
}

// The format that is forced matters in one thing: what the first of four fields is.
func TestParseForced(t *testing.T) {
	line := `web crawl.example - ann [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"`
	for name, want := range map[string]string{
		"vhost-combined": t0 + ` c=crawl.example u=ann m=GET p=/ v=HTTP/1.1 h=web st=200 sz=1`,
		"Combined":       t0 + ` c=web u=- ann m=GET p=/ v=HTTP/1.1 st=200 sz=1`,
	} {
		f, err := weblog.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		var rec weblog.Record
		if kind, err := f.NewParser(nil).Parse([]byte(line), &rec); kind != weblog.Parsed || show(&rec) != want {
			t.Errorf("%s: %v, %v, %s", name, kind, err, show(&rec))
		}
	}
	if _, err := weblog.ByName("iis"); err == nil || !strings.Contains(err.Error(), "common, combined, vhost-combined, w3c") {
		t.Errorf("unknown name: %v", err)
	}
}

func TestParseRejects(t *testing.T) {
	for _, c := range []struct{ name, line, reason string }{
		{"words", `hello world`, "no time in brackets"},
		{"no time", `192.0.2.1 - - "GET / HTTP/1.1" 200 1`, "no time in brackets"},
		{"no request", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] GET / 200 1`, "no request in quotes"},
		{"nothing after the time", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500]`, "no request in quotes"},
		{"open request", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HT`, "the quotes of the request do not close before a status"},
		{"no status", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1"`, "the quotes of the request do not close before a status"},
		{"bad status", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 2000 1`, "the quotes of the request do not close before a status"},
		{"bad size", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 many`, "size is no number"},
		{"no ident", `192.0.2.1 [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1`, "fewer than three fields before the time"},
		{"no such day", `192.0.2.1 - - [30/Feb/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1`, "time does not parse: 30/Feb/2025:03:17:47 -0500"},
		{"no such hour", `192.0.2.1 - - [08/Mar/2025:24:17:47 -0500] "GET / HTTP/1.1" 200 1`, "time does not parse: 08/Mar/2025:24:17:47 -0500"},
		{"no such month", `192.0.2.1 - - [08/Mrz/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1`, "time does not parse: 08/Mrz/2025:03:17:47 -0500"},
		{"no such zone", `192.0.2.1 - - [08/Mar/2025:03:17:47 EST] "GET / HTTP/1.1" 200 1`, "time does not parse: 08/Mar/2025:03:17:47 EST"},
		{"hostile time", "192.0.2.1 - - [\x1b[2J] \"GET / HTTP/1.1\" 200 1", "time does not parse: <ESC>[2J"},
		{"zeros", "\x00\x00\x00\x00", "only NUL bytes, as an interrupted write leaves them"},
		{"long", strings.Repeat("x", weblog.MaxLine+1), "line longer than 1 MiB"},
	} {
		var rec weblog.Record
		kind, err := weblog.Combined.NewParser(nil).Parse([]byte(c.line), &rec)
		if kind != weblog.Rejected || err == nil || err.Error() != c.reason {
			t.Errorf("%s: %v, %v, want %q", c.name, kind, err, c.reason)
		}
		if got := show(&rec); got != "" {
			t.Errorf("%s: the record holds %s", c.name, got)
		}
	}
	var rec weblog.Record
	if kind, err := weblog.Combined.NewParser(nil).Parse([]byte(" \t\r\n"), &rec); kind != weblog.Comment || err != nil {
		t.Errorf("blank line: %v, %v", kind, err)
	}
}

// A parser carries no text from one line to the next.
func TestParseForgets(t *testing.T) {
	p := weblog.Combined.NewParser(nil)
	var rec weblog.Record
	for range 2 {
		for _, c := range clf[:9] {
			if _, err := p.Parse([]byte(c.line), &rec); err != nil || show(&rec) != c.want {
				t.Errorf("%s: %v\n got %s\nwant %s", c.name, err, show(&rec), c.want)
			}
		}
	}
}

// The laws of parsing: a line has one of three ends; fields of a parsed line come from the line; a second
// parser gives the same; a clone with the same state gives the same; nothing in the line changes.
func FuzzParse(f *testing.F) {
	for _, c := range clf {
		f.Add([]byte(c.line), byte(1))
	}
	for _, c := range w3c {
		f.Add([]byte(c.in), byte(3))
	}
	for i, name := range weblog.Formats() {
		for _, c := range others {
			if c.format == name {
				f.Add([]byte(c.line), byte(i))
			}
		}
	}
	f.Add([]byte(transaction("1f2e3d4c", "a=b")), byte(5))
	f.Fuzz(func(t *testing.T, in []byte, which byte) {
		name := weblog.Formats()[int(which)%len(weblog.Formats())]
		format, err := weblog.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		p := format.NewParser(nil)
		before := bytes.Clone(in)
		for line := range bytes.SplitSeq(in, []byte{'\n'}) {
			var a, b weblog.Record
			clone := p.Clone()
			kind, reason := p.Parse(line, &a)
			if (kind == weblog.Rejected) != (reason != nil) || kind < weblog.Parsed || kind > weblog.Rejected {
				t.Fatalf("%q: %v, %v", line, kind, reason)
			}
			if kind != weblog.Parsed && show(&a) != "" {
				t.Fatalf("%q: %v with %s", line, kind, show(&a))
			}
			again, _ := clone.Parse(line, &b)
			if again != kind || show(&a) != show(&b) {
				t.Fatalf("%q: %s, and then %s", line, show(&a), show(&b))
			}
			size := 0
			for _, field := range [][]byte{a.Client, a.User, a.Method, a.Path, a.Query, a.Protocol, a.Referer, a.Agent, a.Host, a.Body, a.Answer} {
				size += len(field)
			}
			if size > len(line)+len("HTTP/") && name != "w3c" || a.Status < 0 || a.Status > 999 || a.Size < -1 || a.Millis < -1 || a.Time < -15*3600*1000 {
				t.Fatalf("%q: %d bytes of fields: %s", line, size, show(&a))
			}
		}
		if !bytes.Equal(in, before) {
			t.Fatalf("the line was changed: %q", before)
		}
	})
}

// The law of escapes: a target escaped as Apache and as nginx do comes back as it was.
func FuzzEscapeRoundTrip(f *testing.F) {
	f.Add("/a\"b\\c\x00\n\xff ä")
	f.Add(`/\x41\"`)
	apache := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			switch c := s[i]; {
			case c == '"' || c == '\\':
				b.WriteString(`\` + string(rune(c)))
			case c == '\n':
				b.WriteString(`\n`)
			case c < ' ' || c > '~':
				fmt.Fprintf(&b, `\x%02x`, c)
			default:
				b.WriteByte(c)
			}
		}
		return b.String()
	}
	nginx := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			if c := s[i]; c == '"' || c == '\\' || c < ' ' || c > '~' {
				fmt.Fprintf(&b, `\x%02X`, c)
			} else {
				b.WriteByte(c)
			}
		}
		return b.String()
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "?") || len(text) > 1000 {
			t.Skip()
		}
		for _, escape := range []func(string) string{apache, nginx} {
			line := `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /` + escape(text) + ` HTTP/1.1" 200 1 "` + escape("r"+text) + `" "` + escape("a"+text) + `"`
			var rec weblog.Record
			if kind, err := weblog.Combined.NewParser(nil).Parse([]byte(line), &rec); kind != weblog.Parsed {
				t.Fatalf("%s: %v", line, err)
			}
			if string(rec.Path) != "/"+text || string(rec.Referer) != "r"+text || string(rec.Agent) != "a"+text || rec.Status != 200 {
				t.Fatalf("%s: path %q, referer %q, agent %q, want %q in each", line, rec.Path, rec.Referer, rec.Agent, text)
			}
		}
	})
}

// The law of times: what package time writes is read as the same instant.
func FuzzTime(f *testing.F) {
	f.Add(int64(1741421867), 300)
	f.Add(int64(0), -330)
	f.Fuzz(func(t *testing.T, sec int64, zoneMinutes int) {
		zoneMinutes %= 15 * 60
		at := time.Unix(86400+(sec&0x3fffffffff)%(8000*365*86400), 0).In(time.FixedZone("", zoneMinutes*60))
		line := `x - - [` + at.Format("02/Jan/2006:15:04:05 -0700") + `] "GET / HTTP/1.1" 200 1`
		p := weblog.Common.NewParser(nil)
		var rec weblog.Record
		for range 2 { // the second time from memory
			if _, err := p.Parse([]byte(line), &rec); err != nil || rec.Time != at.UnixMilli() {
				t.Fatalf("%s: %d, %v, want %d", line, rec.Time, err, at.UnixMilli())
			}
		}
	})
}

var (
	benchCombined = []string{
		`203.0.113.7 - - [08/Mar/2025:03:17:47 -0500] "GET /images/products/p19.jpg HTTP/1.1" 200 16241 "https://www.shop.example/products.php?cat=2&page=3" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"`,
		`2001:db8:99:4::1f - ann [08/Mar/2025:03:17:48 -0500] "GET /search.php?q=%27%20OR%201=1--&note=\"x\" HTTP/1.1" 500 - "-" "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"`,
	}
	vhostLines = []string{
		`shop.example:443 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "x"`,
		`shop.example 2001:db8::1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "x"`,
	}
	benchW3C = []string{
		`2025-03-08 08:17:47 10.20.0.5 GET /images/products/p19.jpg - 443 - 203.0.113.7 Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/120.0.0.0+Safari/537.36 https://www.shop.example/products.aspx?cat=2&page=3 200 0 0 16241 300 2`,
		`2025-03-08 08:17:48 10.20.0.5 POST /upload/new.aspx q=1+2 443 SHOP\ann 203.0.113.8 - - 404 0 2 1245 400 31`,
	}
)

func benchmark(b *testing.B, p *weblog.Parser, lines []string) {
	text, n := make([][]byte, len(lines)), 0
	for i, line := range lines {
		text[i] = []byte(line)
		n += len(line)
	}
	var rec weblog.Record
	b.SetBytes(int64(n / len(lines)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if kind, err := p.Parse(text[i%len(text)], &rec); kind != weblog.Parsed {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkParse parses lines of each syntax.
func BenchmarkParse(b *testing.B) {
	b.Run("combined", func(b *testing.B) { benchmark(b, weblog.Combined.NewParser(nil), benchCombined) })
	b.Run("vhost-combined", func(b *testing.B) { benchmark(b, weblog.VhostCombined.NewParser(nil), vhostLines) })
	b.Run("w3c", func(b *testing.B) {
		p := weblog.W3C.NewParser(nil)
		p.Header([]byte(iisFields))
		benchmark(b, p, benchW3C)
	})
}

// The common path allocates nothing.
func TestParseAllocs(t *testing.T) {
	for _, c := range []struct {
		format weblog.Format
		lines  []string
	}{{weblog.Combined, benchCombined}, {weblog.Combined, vhostLines}, {weblog.VhostCombined, vhostLines}, {weblog.W3C, benchW3C}} {
		p := c.format.NewParser(nil)
		p.Header([]byte(iisFields))
		for _, line := range c.lines {
			var rec weblog.Record
			text := []byte(line)
			if n := testing.AllocsPerRun(100, func() {
				if kind, err := p.Parse(text, &rec); kind != weblog.Parsed {
					t.Fatal(err)
				}
			}); n > 0 {
				t.Errorf("%v allocations for %s", n, line)
			}
		}
	}
}
