package weblog_test

import (
	"strings"
	"testing"

	"spoor/triage/weblog"
)

const iisFields = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"

const iisHead = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2025-03-08 00:00:27\n" + iisFields + "\n"

// w3c files and what their lines hold, line by line; rejected lines as "!reason", comments left out.
var w3c = []struct{ name, in, want string }{
	{"iis", iisHead + `2025-03-08 08:17:47 10.20.0.5 GET /a.aspx q=a+b%20c 443 SHOP\ann+b 192.0.2.1 Mozilla/5.0+(X;+Y) https://shop.example/?q=a+b 200 0 0 1044 358 38` + "\r",
		t0 + ` c=192.0.2.1 u=SHOP\\ann b m=GET p=/a.aspx q=q=a+b%20c ref=https://shop.example/?q=a+b ua=Mozilla/5.0 (X; Y) st=200 sz=1044 ms=38`},
	{"dashes", iisHead + `2025-03-08 08:17:47 10.20.0.5 GET / - 443 - 192.0.2.1 - - 200 0 0 0 358 0`,
		t0 + ` c=192.0.2.1 m=GET p=/ st=200 sz=0 ms=0`},
	{"crawler's own plus", iisHead + `2025-03-08 08:17:47 10.20.0.5 GET / - 443 - 192.0.2.1 (compatible;+Bot/2.0;++http://bot.example/) - 200 0 0 0 358 0`,
		t0 + ` c=192.0.2.1 m=GET p=/ ua=(compatible; Bot/2.0; +http://bot.example/) st=200 sz=0 ms=0`},
	{"quotes are data on iis", iisHead + `2025-03-08 08:17:47 10.20.0.5 GET / "><b>"x" 443 - 192.0.2.1 "a" - 200 0 0 0 358 0`,
		t0 + ` c=192.0.2.1 m=GET p=/ q=\"><b>\"x\" ua=\"a\" st=200 sz=0 ms=0`},
	{"stem as logged", iisHead + `2025-03-08 08:17:47 10.20.0.5 GET /a+b/ä.aspx - 443 - 192.0.2.1 - - 200 0 0 0 358 0`,
		t0 + ` c=192.0.2.1 m=GET p=/a+b/ä.aspx st=200 sz=0 ms=0`},
	{"other order", "#Fields: c-ip cs-uri-query cs-uri-stem time date\n192.0.2.1 b /a 08:17:47 2025-03-08",
		t0 + ` c=192.0.2.1 p=/a q=b`},
	{"fields change inside", "#Fields: date time c-ip cs-uri-stem\n2025-03-08 08:17:47 192.0.2.1 /a\n#Fields: date time cs-uri-stem c-ip sc-status\n2025-03-08 08:17:47 /b 192.0.2.2 404",
		t0 + ` c=192.0.2.1 p=/a; ` + t0 + ` c=192.0.2.2 p=/b st=404`},
	{"date from the header", "#Date: 2025-03-08 00:00:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n08:17:47 192.0.2.1 GET /a 200\n#Date: 2025-03-09 00:00:00\n08:17:47 192.0.2.1 GET /b 200",
		t0 + ` c=192.0.2.1 m=GET p=/a st=200; 2025-03-09T08:17:47Z c=192.0.2.1 m=GET p=/b st=200`},
	{"no date anywhere", "#Fields: time cs-uri-stem\n08:17:47 /a",
		"!no date in the line and no #Date line before it"},
	{"no time at all", "#Fields: c-ip cs-uri-stem\n192.0.2.1 /a", `c=192.0.2.1 p=/a`},
	{"local time", "#Fields: date-local time-local c-ip cs-uri-stem\n2025-03-08 03:17:47 192.0.2.1 /a\n2025-03-10 04:17:47.5 192.0.2.1 /a",
		t0 + ` c=192.0.2.1 p=/a; 2025-03-10T08:17:47.5Z c=192.0.2.1 p=/a`},
	{"advanced logging", "#Software: IIS Advanced Logging Module\n#Fields:   date time cs-uri-stem c-ip cs(User-Agent) cs(Host) TimeTakenMS\n2025-03-08 08:17:47.000 /a \"192.0.2.1\" \"Mozilla/5.0 (X; \"\"Y\"\") a+b\" \"shop.example\" 7",
		t0 + ` c=192.0.2.1 p=/a ua=Mozilla/5.0 (X; \"Y\") a+b h=shop.example ms=7`},
	{"empty quotes", "#Software: other\n#Fields: date time c-ip cs-uri-query cs-uri-stem\n\"2025-03-08\" \"08:17:47\" \"192.0.2.1\" \"\" \"/a\"",
		t0 + ` c=192.0.2.1 p=/a`},
	{"uri in one", "#Fields: date time c-ip cs-method cs-uri sc-status cs-version\n2025-03-08 08:17:47 192.0.2.1 GET /a?b?c 200 HTTP/1.1",
		t0 + ` c=192.0.2.1 m=GET p=/a q=b?c v=HTTP/1.1 st=200`},
	{"tabs, seconds with a fraction", "#Version: 1.0\n#Fields: date time sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status time-taken\n2025-03-08\t08:17:47\t703\t192.0.2.1\tGET\tshop.example\t/a\t200\t1.042",
		t0 + ` c=192.0.2.1 m=GET p=/a h=shop.example st=200 sz=703 ms=1042`},
	{"client with port", "#Fields: date time c-ip cs-uri-stem\n2025-03-08 08:17:47 192.0.2.1:50123 /a", t0 + ` c=192.0.2.1 p=/a`},
	{"client by name", "#Fields: date time c-ip c-dns cs-uri-stem\n2025-03-08 08:17:47 - crawl.example /a", t0 + ` c=crawl.example p=/a`},
	{"zeros before a line", "#Fields: date time c-ip cs-uri-stem\n\x00\x00\x002025-03-08 08:17:47 192.0.2.1 /a\n\x00\x00",
		t0 + ` c=192.0.2.1 p=/a; !only NUL bytes, as an interrupted write leaves them`},
	// Lines that do not fit.
	{"too few fields", "#Fields: date time c-ip cs-uri-stem sc-status\n2025-03-08 08:17:47 192.0.2.1 /a", "!4 fields where #Fields names 5"},
	{"too many fields", "#Fields: date time cs-uri-stem\n2025-03-08 08:17:47 /a b", "!4 fields where #Fields names 3"},
	{"far too many", "#Fields: cs-uri-stem\n" + strings.Repeat("x ", 1000), "!more than 257 fields where #Fields names 1"},
	{"bad time", "#Fields: date time cs-uri-stem\n2025-02-30 08:17:47 /a\n2025-03-08 8:17 /a", "!time does not parse: 2025-02-30 08:17:47; !time does not parse: 2025-03-08 8:17"},
	{"bad status", "#Fields: date time cs-uri-stem sc-status\n2025-03-08 08:17:47 /a 20x", "!status is no number of three digits"},
	{"empty fields", "#Fields: cs-uri-stem\n#Fields:\n/a", "!the #Fields line above names no field"},
}

func TestParseW3C(t *testing.T) {
	zone := newYork(t)
	for _, c := range w3c {
		p := weblog.W3C.NewParser(zone)
		var got []string
		for line := range strings.SplitSeq(c.in, "\n") {
			var rec weblog.Record
			switch kind, err := p.Parse([]byte(line), &rec); kind {
			case weblog.Parsed:
				got = append(got, show(&rec))
			case weblog.Rejected:
				got = append(got, "!"+err.Error())
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

func TestParseW3CWithoutFields(t *testing.T) {
	var rec weblog.Record
	if kind, err := weblog.W3C.NewParser(nil).Parse([]byte("2025-03-08 08:17:47 /a"), &rec); kind != weblog.Rejected || err.Error() != "no #Fields line before this one" {
		t.Errorf("%v, %v", kind, err)
	}
}

// Blocks are parsed in parallel by clones that know the header of the block before.
func TestHeaderAndClone(t *testing.T) {
	p := weblog.W3C.NewParser(nil)
	p.Header([]byte("#Fields: cs-uri-stem c-ip\r\n"))
	p.Header([]byte("/no directive"))
	clone := p.Clone()
	p.Header([]byte("#Fields: c-ip cs-uri-stem"))
	for want, q := range map[string]*weblog.Parser{"c=192.0.2.1 p=/a": clone, "c=/a p=192.0.2.1": p} {
		var rec weblog.Record
		if _, err := q.Parse([]byte("/a 192.0.2.1"), &rec); err != nil || show(&rec) != want {
			t.Errorf("%s, %v, want %s", show(&rec), err, want)
		}
	}
	if !weblog.W3C.HasHeaders() || weblog.Combined.HasHeaders() {
		t.Error("HasHeaders: only w3c has them")
	}
	q := weblog.Common.NewParser(nil)
	q.Header([]byte("#Fields: c-ip")) // no concern of another format
	var rec weblog.Record
	if kind, _ := q.Parse([]byte(clf[0].line), &rec); kind != weblog.Parsed {
		t.Error("Header changed a parser of common")
	}
}
