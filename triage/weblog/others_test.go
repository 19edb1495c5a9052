package weblog_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/source"
	"spoor/triage/weblog"
)

// others are lines of the formats that are not of common log format, and what they hold.
var others = []struct{ name, format, line, want string }{
	// JSON of servers.
	{"nginx", "json", `{"time_iso8601":"2025-03-08T03:17:47-05:00","remote_addr":"192.0.2.1","remote_user":"-","request":"POST /a?b=c HTTP/1.1","status":"200","body_bytes_sent":"512","request_time":"0.250","http_referer":"https://shop.example/","http_user_agent":"Mozilla/5.0 (X11)","request_body":"x=1&y=2"}`,
		t0 + ` c=192.0.2.1 m=POST p=/a q=b=c v=HTTP/1.1 ref=https://shop.example/ ua=Mozilla/5.0 (X11) body=x=1&y=2 st=200 sz=512 ms=250`},
	{"nginx in pieces", "json", `{"msec":1741421867.000,"remote_addr":"192.0.2.1","request_method":"GET","uri":"/a","args":"b=c","server_protocol":"HTTP/2.0","status":404,"bytes_sent":7,"host":"shop.example"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/2.0 h=shop.example st=404 sz=7`},
	{"caddy", "json", `{"level":"info","ts":1741421867.0,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"10.0.0.2","remote_port":"4711","client_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET","host":"shop.example","uri":"/a?b=c","headers":{"User-Agent":["x y"],"Referer":["https://shop.example/"]}},"bytes_read":0,"user_id":"ann","duration":0.0125,"size":9,"status":200,"resp_headers":{"Server":["Caddy"]}}`,
		t0 + ` c=192.0.2.1 u=ann m=GET p=/a q=b=c v=HTTP/2.0 ref=https://shop.example/ ua=x y h=shop.example st=200 sz=9 ms=12`},
	{"traefik", "json", `{"ClientAddr":"192.0.2.1:39496","ClientHost":"192.0.2.1","ClientUsername":"-","DownstreamContentSize":357,"DownstreamStatus":404,"Duration":3573130,"RequestHost":"shop.example","RequestMethod":"GET","RequestPath":"/a?b=c","RequestProtocol":"HTTP/1.1","ServiceURL":{"Host":"172.17.0.3:80","Path":"/no"},"StartUTC":"2025-03-08T08:17:47.000000002Z","request_User-Agent":"x y","time":"2025-03-08T08:18:00Z"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example st=404 sz=357 ms=3`},
	{"envoy", "json", `{"start_time":"2025-03-08T08:17:47.000Z","method":"GET","x-envoy-origin-path":"/a?b=c","response_code":404,"bytes_sent":3,"duration":17,"user-agent":"x y","downstream_remote_address":"192.0.2.1:59292",":authority":"shop.example","protocol":"HTTP/2"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/2 ua=x y h=shop.example st=404 sz=3 ms=17`},
	{"ecs", "json", `{"@timestamp":"2025-03-08T08:17:47.000Z","source":{"ip":"192.0.2.1"},"http":{"request":{"method":"POST","body":{"content":"cmd=id"}},"response":{"status_code":200,"body":{"content":"uid=33","bytes":6}},"version":"1.1"},"url":{"original":"/a?b=c","path":"/a"},"user_agent":{"original":"x y"},"agent":{"type":"filebeat"},"host":{"name":"web1"},"event":{"duration":2000000}}`,
		t0 + ` c=192.0.2.1 m=POST p=/a q=b=c v=HTTP/1.1 ua=x y body=cmd=id answer=uid=33 st=200 sz=6 ms=2`},
	{"ecs with dots", "json", `{"@timestamp":"2025-03-08T08:17:47Z","source.ip":"192.0.2.1","http.request.method":"GET","url.original":"https://shop.example/a","http.response.status_code":200}`,
		t0 + ` c=192.0.2.1 m=GET p=/a h=shop.example st=200`},
	{"aws waf", "json", `{"timestamp":1741421867000,"action":"BLOCK","httpRequest":{"clientIp":"192.0.2.1","country":"X","headers":[{"name":"Host","value":"shop.example"},{"name":"User-Agent","value":"x y"}],"uri":"/a","args":"b=c","httpVersion":"HTTP/1.1","httpMethod":"GET","requestId":"1"}}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example`},
	{"cloudflare", "json", `{"ClientIP":"192.0.2.1","ClientRequestHost":"shop.example","ClientRequestMethod":"GET","ClientRequestURI":"/a?b=c","EdgeResponseBytes":5,"EdgeResponseStatus":403,"EdgeStartTimestamp":1741421867000000000,"ClientRequestUserAgent":"x y"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c ua=x y h=shop.example st=403 sz=5`},
	{"google cloud", "json", `{"httpRequest":{"requestMethod":"GET","requestUrl":"https://shop.example/a?b=c","status":200,"responseSize":"5","userAgent":"x y","remoteIp":"192.0.2.1","latency":"0.25s","protocol":"HTTP/1.1"},"timestamp":"2025-03-08T08:17:47Z"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example st=200 sz=5 ms=250`},
	{"apache", "json", `{"time":"[08/Mar/2025:03:17:47 -0500]","remoteIP":"192.0.2.1","host":"shop.example","request":"/a","query":"?b=c","method":"GET","status":"200","userAgent":"x \x41","referer":"-"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c ua=x A h=shop.example st=200`},
	{"escapes", "json", `{"time":"2025-03-08T08:17:47Z","client_ip":"192.0.2.1","method":"GET","path":"\/\u00e4\ud83d\ude00\"\n","status":200}`,
		t0 + ` c=192.0.2.1 m=GET p=/ä😀\"\n st=200`},
	// Lines in JSON, and JSON in lines.
	{"docker", "json", `{"log":"192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"\n","stream":"stdout","time":"2025-03-08T08:17:48Z"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 ua=x st=200 sz=5`},
	{"filebeat", "json", `{"@timestamp":"2025-03-08T08:17:49Z","message":"192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] \"GET /a HTTP/1.1\" 200 5","log":{"offset":7,"file":{"path":"/var/log/x"}}}`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 st=200 sz=5`},
	{"json in json", "json", `{"log":"{\"time\":\"2025-03-08T08:17:47Z\",\"client_ip\":\"192.0.2.1\",\"method\":\"GET\",\"path\":\"/a\",\"status\":200}\n"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a st=200`},
	{"journal", "json", `{"message":"web.0 nginx: 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] \"GET /a HTTP/1.1\" 200 5"}`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 st=200 sz=5`},
	{"json in a container's line", "json", `2025-03-08T08:17:47.5Z stdout F {"time":"2025-03-08T08:17:47Z","client_ip":"192.0.2.1","method":"GET","path":"/a","status":200}`,
		t0 + ` c=192.0.2.1 m=GET p=/a st=200`},
	{"line of a container", "common", `2025-03-08T08:17:47.5Z stdout F 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a HTTP/1.1" 200 5`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 st=200 sz=5`},
	{"line of compose", "common", `web-1  | 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a HTTP/1.1" 200 5`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 st=200 sz=5`},
	{"rfc 5424", "common", `<190>1 2025-03-08T08:17:47Z web1 nginx 12 - [a@1 b="c"] 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a HTTP/1.1" 200 5`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 st=200 sz=5`},
	{"rsyslog's own", "common", `2025-03-08T08:17:47+00:00 web1 nginx[12]: 192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET /a HTTP/1.1" 200 5`,
		t0 + ` c=192.0.2.1 m=GET p=/a v=HTTP/1.1 st=200 sz=5`},
	{"request id before the user", "vhost-combined", `shop.example 192.0.2.1 - 0123456789abcdef0123456789abcdef ann [08/Mar/2025:03:17:47 -0500] "GET /a HTTP/1.1" 200 5 "-" "x"`,
		t0 + ` c=192.0.2.1 u=ann m=GET p=/a v=HTTP/1.1 ua=x h=shop.example st=200 sz=5`},
	// Proxies.
	{"alb", "alb", `https 2025-03-08T08:17:47.000000Z app/x/1 192.0.2.1:44740 10.0.0.1:80 0.001 0.248 0.001 404 404 34 366 "GET https://shop.example:443/a?b=c HTTP/1.1" "x y" - - arn:x "Root=1" "-" "-" 0 2025-03-08T08:17:46Z "forward" "-" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example:443 st=404 sz=366 ms=250`},
	{"classic elb", "alb", `2025-03-08T08:17:47Z my-lb 192.0.2.1:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://shop.example:80/ HTTP/1.1" "curl/7.38.0" - -`,
		t0 + ` c=192.0.2.1 m=GET p=/ v=HTTP/1.1 ua=curl/7.38.0 h=shop.example:80 st=200 sz=29 ms=1`},
	{"haproxy", "haproxy", `Mar  8 08:17:47 lb haproxy[7]: 192.0.2.1:33317 [08/Mar/2025:03:17:47.250] in~ bk/web1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {shop.example|Mozilla/5.0 (X11)} {} "GET /a?b=c HTTP/1.1"`,
		`2025-03-08T08:17:47.25Z c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/1.1 ua=Mozilla/5.0 (X11) st=200 sz=2750 ms=109`},
	{"haproxy, aborted", "haproxy", `192.0.2.1:33317 [08/Mar/2025:03:17:47] in in/<NOSRV> -1/-1/-1/-1/5 400 187 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"`,
		t0 + ` c=192.0.2.1 p=<BADREQ> st=400 sz=187 ms=5`},
	{"proxy manager", "nginx-proxy-manager", `[08/Mar/2025:03:17:47 -0500] HIT 404 200 - GET https shop.example "/a?b=c" [Client 192.0.2.1] [Length 192] [Gzip 3.10] [Sent-to web1] "x y" "https://r.example/"`,
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c ref=https://r.example/ ua=x y h=shop.example st=200 sz=192`},
	{"proxy manager, no host", "nginx-proxy-manager", `[08/Mar/2025:03:17:47 -0500] 444 - GET https 192.0.2.9 "/.env" [Client 192.0.2.1] [Length 0] [Gzip -] "x" "-"`,
		t0 + ` c=192.0.2.1 m=GET p=/.env ua=x h=192.0.2.9 st=444 sz=0`},
	{"zoraxy", "zoraxy", `2025/03/08 03:17:47 [2025-03-08 03:17:47.250] [router:host-http] [origin:shop.example] [client: 192.0.2.1] [useragent: x [y] z] GET /a?b=c 404`,
		`2025-03-08T08:17:47.25Z c=192.0.2.1 m=GET p=/a q=b=c ua=x [y] z h=shop.example st=404`},
	{"uwsgi", "uwsgi", `[pid: 88185|app: 0|req: 1/1] 192.0.2.1 (ann) {38 vars in 696 bytes} [Sat Mar 08 03:17:47 2025] POST /a?b=c => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers in 378 bytes (1 switches on core 3)`,
		t0 + ` c=192.0.2.1 u=ann m=POST p=/a q=b=c v=HTTP/1.1 st=200 sz=47 ms=129`},
	{"cloudfront without header", "w3c", strings.Join([]string{"2025-03-08", "08:17:47", "CDG50-P2", "703", "192.0.2.1", "GET", "d1.cdn.example", "/a", "400", "-", "x%20y", "b=c", "-", "Error", "id==", "shop.example", "https", "62", "0.113", "-", "TLSv1.3", "TLS", "Error", "HTTP/2.0", "-", "-", "51754", "0.113", "Error", "text/plain", "20", "-", "-"}, "\t"),
		t0 + ` c=192.0.2.1 m=GET p=/a q=b=c v=HTTP/2.0 ua=x y h=shop.example st=400 sz=703 ms=113`},
	// ModSecurity's JSON, of version 2 and 3.
	{"audit 2", "modsec", `{"transaction":{"time":"08/Mar/2025:03:17:47 -0500","transaction_id":"a","remote_address":"192.0.2.1","remote_port":5,"local_address":"192.0.2.9","local_port":80},"request":{"request_line":"POST /a?b=c HTTP/1.1","headers":{"Host":"shop.example","User-Agent":"x y"},"body":["cmd=id"]},"response":{"protocol":"HTTP/1.1","status":200,"headers":{},"body":"uid=33"},"audit_data":{"messages":[]}}`,
		t0 + ` c=192.0.2.1 m=POST p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example body=cmd=id answer=uid=33 st=200`},
	{"audit 2 in pieces", "modsec", `{"transaction":{"time":"08/Mar/2025:03:17:47 -0500","transaction_id":"a","remote_address":"192.0.2.1","remote_port":5,"local_address":"192.0.2.9","local_port":80},"request":{"request_line":"POST /a?b=c HTTP/1.1","headers":{"Host":"shop.example","User-Agent":"x y"},"body":["cmd","=","id"]},"response":{"protocol":"HTTP/1.1","status":200,"headers":{},"body":"uid=33"},"audit_data":{"messages":[]}}`,
		t0 + ` c=192.0.2.1 m=POST p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example body=cmd=id answer=uid=33 st=200`},
	{"audit 3", "modsec", `{"transaction":{"client_ip":"192.0.2.1","time_stamp":"Sat Mar  8 03:17:47 2025","server_id":"x","client_port":5,"host_ip":"192.0.2.9","host_port":80,"unique_id":"1","request":{"method":"POST","http_version":1.1,"uri":"/a?b=c","body":"cmd=id","headers":{"Host":"shop.example","User-Agent":"x y"}},"response":{"body":"uid=33","http_code":200,"headers":{"Server":"x"}},"producer":{"modsecurity":"3"},"messages":[]}}`,
		t0 + ` c=192.0.2.1 m=POST p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example body=cmd=id answer=uid=33 st=200`},
}

func TestOtherFormats(t *testing.T) {
	zone := newYork(t)
	for _, c := range others {
		f, err := weblog.Detect([]byte(c.line + "\n"))
		if err != nil || f.Name() != c.format {
			t.Errorf("%s: Detect = %q, %v, want %q", c.name, f.Name(), err, c.format)
			continue
		}
		var rec weblog.Record
		kind, err := f.NewParser(zone).Parse([]byte(c.line), &rec)
		if got := show(&rec); kind != weblog.Parsed || err != nil || got != c.want {
			t.Errorf("%s: %v, %v\n got %s\nwant %s", c.name, kind, err, got, c.want)
		}
	}
}

func TestJSONRefused(t *testing.T) {
	for _, c := range []struct{ name, line, reason string }{
		{"an event", `{"ts":1,"msg":"started","request":"x"}`, "no method and target"},
		{"no client, no status", `{"method":"GET","path":"/a"}`, "neither a client nor a status"},
		{"cut", `{"method":"GET","path":"/a`, "no JSON object"},
		{"deep", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "deeper"},
		{"wide", `{"a":[` + strings.Repeat("1,", 9000) + `1]}`, "more values"},
		{"time", `{"method":"GET","path":"/a","status":200,"time":"soon"}`, "time does not parse: soon"},
	} {
		var rec weblog.Record
		kind, err := weblog.JSON.NewParser(nil).Parse([]byte(c.line), &rec)
		if kind != weblog.Rejected || err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v, %v, want %q", c.name, kind, err, c.reason)
		}
	}
}

// Bodies are cut, and nothing else of the record is lost by it.
func TestBodyIsBounded(t *testing.T) {
	long := strings.Repeat("x", triage.MaxBody+100)
	var rec weblog.Record
	for _, in := range []struct{ format, text string }{
		{"json", `{"method":"POST","path":"/a","status":200,"request_body":"` + long + `"}`},
		{"modsec", transaction("1f2e3d4c", long)},
	} {
		f, _ := weblog.ByName(in.format)
		if kind, err := f.NewParser(nil).Parse([]byte(in.text), &rec); kind != weblog.Parsed || len(rec.Body) != triage.MaxBody || string(rec.Path) != "/a" {
			t.Errorf("%s: %v, %v, %d bytes, %s", in.format, kind, err, len(rec.Body), rec.Path)
		}
	}
}

// transaction is one of ModSecurity's serial log.
func transaction(mark, body string) string {
	part := func(k, text string) string { return "--" + mark + "-" + k + "--\n" + text + "\n" }
	return part("A", "[08/Mar/2025:03:17:47.000000 -0500] Z7wr 192.0.2.1 46519 10.20.0.5 80") +
		part("B", "POST /a?b=c HTTP/1.1\nHost: shop.example\nUser-Agent: x y\n") + part("C", body) +
		part("F", "HTTP/1.1 200 OK\nContent-Length: 6\n") + part("E", "uid=33") + part("H", "Message: x\n") + part("Z", "")
}

func TestModSec(t *testing.T) {
	const one = t0 + ` c=192.0.2.1 m=POST p=/a q=b=c v=HTTP/1.1 ua=x y h=shop.example body=%s answer=uid=33 st=200 sz=6`
	whole := transaction("1f2e3d4c", "k=v")
	torn := transaction("dddddddd", "k=v")
	torn = torn[:strings.Index(torn, "--dddddddd-F--")]
	for _, c := range []struct {
		name, in string
		want     []string // of each record: its fields, or "!" and the reason
	}{
		{"one", whole, []string{fmt.Sprintf(one, "k=v")}},
		{"two", whole + transaction("aaaaaaaa", "l=w"), []string{fmt.Sprintf(one, "k=v"), fmt.Sprintf(one, "l=w")}},
		{"crlf", strings.ReplaceAll(whole, "\n", "\r\n"), []string{fmt.Sprintf(one, "k=v")}},
		{"version 3", strings.ReplaceAll(strings.ReplaceAll(whole, "--1f2e3d4c-", "---Ah3Bv7T1---"), "\n--", "\n\n--"), []string{fmt.Sprintf(one, "k=v")}},
		{"torn, then whole", torn + whole, []string{"!no end (part Z)", fmt.Sprintf(one, "k=v")}},
		{"torn at the end", whole + torn, []string{fmt.Sprintf(one, "k=v"), "!no end (part Z)"}},
		{"cut at the start", whole[20:] + whole, []string{"!whose beginning is not here", fmt.Sprintf(one, "k=v")}},
		{"two in one another", strings.Replace(whole, "Host: shop", "--bbbbbbbb-A--\nHost: shop", 1) + whole, []string{"!another transaction", fmt.Sprintf(one, "k=v")}},
		// A body that forges a transaction of somebody else stays a body.
		{"forged", transaction("1f2e3d4c", strings.TrimSpace(transaction("cccccccc", "x"))) + whole,
			[]string{fmt.Sprintf(one, strings.Trim(fmt.Sprintf("%q", strings.TrimSpace(transaction("cccccccc", "x"))), `"`)), fmt.Sprintf(one, "k=v")}},
	} {
		for _, size := range []int{64, 100, 1 << 20} {
			var got []string
			lines := int64(0)
			p := weblog.ModSec.NewParser(nil)
			add, end := source.BlocksOf(weblog.ModSec.Split(), func(b source.Block) error {
				source.Records(b, weblog.ModSec.Split(), func(record []byte, offset, line, n int64) {
					if !bytes.HasPrefix([]byte(c.in)[offset:], record) || line != lines+1 {
						t.Errorf("%s: record at %d, line %d, after %d lines", c.name, offset, line, lines)
					}
					lines += n
					var rec weblog.Record
					kind, err := p.Parse(record, &rec)
					if kind == weblog.Rejected {
						got = append(got, "!"+err.Error())
					} else if kind == weblog.Parsed {
						got = append(got, show(&rec))
					}
				})
				return nil
			})
			if err := source.Blocks(strings.NewReader(c.in), size, weblog.MaxLine, add); err != nil {
				t.Fatal(err)
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			if want := int64(strings.Count(c.in, "\n")); lines != want {
				t.Errorf("%s: %d lines in records, want %d", c.name, lines, want)
			}
			if len(got) != len(c.want) {
				t.Fatalf("%s, blocks of %d: %q, want %q", c.name, size, got, c.want)
			}
			for i, want := range c.want {
				if reason, bad := strings.CutPrefix(want, "!"); bad && !strings.Contains(got[i], reason) || !bad && got[i] != want {
					t.Errorf("%s, blocks of %d:\n got %s\nwant %s", c.name, size, got[i], want)
				}
			}
		}
	}
}

// The law of Split: wherever the blocks of lines fall, the records are the same, and together they are the file.
func FuzzModSecSplit(f *testing.F) {
	whole := transaction("1f2e3d4c", "k=v")
	f.Add([]byte(whole+whole[30:]+whole), 50)
	f.Add([]byte(whole[:90]+whole+"\n{\"a\":1}\n\n"), 16)
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		records := func(size int) (all []string) {
			at := int64(0)
			add, end := source.BlocksOf(weblog.ModSec.Split(), func(b source.Block) error {
				source.Records(b, weblog.ModSec.Split(), func(r []byte, offset, _, _ int64) {
					if offset < at {
						t.Fatalf("a record at %d after one that ends at %d", offset, at)
					}
					at = offset + int64(len(r))
					all = append(all, fmt.Sprint(offset, " ", string(r)))
				})
				return nil
			})
			if err := source.Blocks(bytes.NewReader(in), size, weblog.MaxLine, add); err != nil {
				t.Fatal(err)
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			return all
		}
		a, b := records(16+size&1023), records(1<<20)
		if strings.Join(a, "\x00") != strings.Join(b, "\x00") {
			t.Fatalf("%q\nand %q", a, b)
		}
	})
}

// Every transaction of the lab's audit log is read, with the bodies that it has.
func TestEvidenceModSec(t *testing.T) {
	for _, file := range evidence(t, "lab-dev/modsec_audit.log.gz") {
		got, err := readFile(t, file)
		if err != nil || got.format != "modsec" || got.parsed != 5746 || got.rejected != 0 || got.parsed+got.comments != 194413 {
			t.Errorf("%s: %+v, %v", filepath.Base(file), got, err)
		}
	}
}
