package index

import (
	"slices"
	"testing"

	"spoor/triage/weblog"
)

// The log that the searches below run over. Line 8 is no request.
const sampleLog = `198.51.100.7 - - [08/Mar/2025:03:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"
198.51.100.7 - alice [08/Mar/2025:03:00:05 +0000] "GET /news/item.php?id=17 HTTP/1.1" 200 812 "http://www.example.com/" "Mozilla/5.0 (X11; Linux x86_64)"
203.0.113.9 - - [08/Mar/2025:03:01:00 +0000] "GET /news/item.php?id=17%20UNION%20SELECT%201,2,3 HTTP/1.1" 500 - "-" "sqlmap/1.7"
203.0.113.9 - - [08/Mar/2025:03:02:00 +0000] "GET /a%20b/C.php?q=1 HTTP/1.1" 404 11 "-" "sqlmap/1.7"
2001:db8::5 - - [09/Mar/2025:00:00:00 +0000] "POST /upload/up.aspx HTTP/1.1" 200 2 "-" "curl/8.1"
2001:db8::6 - - [08/Mar/2025:02:59:59 +0000] "HEAD /robots.txt HTTP/1.0" 301 0 "http://evil.example/?x=%3Cscript%3E" "-"
203.0.113.200 - - [09/Mar/2025:10:00:00 +0000] "GET /search?s=abc12345def678901 HTTP/1.1" 200 77 "-" "Mozilla/5.0 (compatible)"
this is no request at all
203.0.113.9 - - [09/Mar/2025:10:00:01 +0000] "GET /news/item.php?session=0011223344556677 HTTP/1.1" 302 5 "-" "-"
`

func TestSearch(t *testing.T) {
	s := newStore(t)
	in := evidence(t, "access.log", sampleLog, weblog.Combined)
	load(t, s, in)
	for _, c := range []struct {
		query string
		want  []int64 // lines, in order
	}{
		{"", []int64{6, 1, 2, 3, 4, 5, 7, 9, 8}},
		// words and phrases
		{"union", []int64{3}},
		{"UNION select", []int64{3}},
		{`"union select"`, []int64{3}},
		{`"select union"`, nil},
		{"nion", nil},
		{"uni*", []int64{3}},
		{"*nion", []int64{3}},
		{"sq?map", []int64{3, 4}},
		{"sql?map", nil},
		{"item.php", []int64{2, 3, 9}},
		{`"<script>"`, []int64{6}},
		{"script", []int64{6}},
		{"203.0.113.9", []int64{3, 4, 9}},
		{"post", []int64{5}},
		{"request", []int64{8}},
		{"0011223344556677", []int64{9}},
		{"00112233*", []int64{9}},
		{"abc12345def678901", []int64{7}},
		{"*12345def*", []int64{7}},
		// fields
		{"ip:203.0.113.9", []int64{3, 4, 9}},
		{"ip:203.0.113.0/24", []int64{3, 4, 7, 9}},
		{"ip:2001:db8::/32", []int64{6, 5}},
		{"ip:2001:0DB8:0::5", []int64{5}},
		{"ip:203.0.113.*", []int64{3, 4, 7, 9}},
		{"method:post", []int64{5}},
		{"path:/news/item.php", []int64{2, 3, 9}},
		{"path:/NEWS/item.php", nil},
		{"path:/NEWS/*", []int64{2, 3, 9}},
		{`path:"/a b/C.php"`, []int64{4}},
		{"path:/a%20b/C.php", []int64{4}},
		{`path:="/a b/C.php"`, nil},
		{"path:*.aspx", []int64{5}},
		{`query:"union select"`, []int64{3}},
		{"query:nion", []int64{3}},
		{"query:2334455", []int64{9}},
		{"query:5def6", []int64{7}},
		{`query:=""`, []int64{6, 1, 5, 8}},
		{"status:404", []int64{4}},
		{"status:4xx", []int64{4}},
		{"status:>=400", []int64{3, 4}},
		{"status:300..399", []int64{6, 9}},
		{"size:<6", []int64{6, 3, 5, 9}},
		{"line:>8", []int64{9}},
		{"ua:SQLMAP", []int64{3, 4}},
		{"ua:mozilla*", []int64{1, 2, 7}},
		{`ua:="sqlmap/1.7"`, []int64{3, 4}},
		{"referer:<script", []int64{6}},
		{"user:ALICE", []int64{2}},
		{"source:access.log", []int64{6, 1, 2, 3, 4, 5, 7, 9, 8}},
		{"source:other*", nil},
		{"class:sqli", []int64{3}},
		{"class:sqli ip:198.51.100.7", nil},
		{"is:rejected", []int64{8}},
		{"after:2025-03-09", []int64{5, 7, 9}},
		{"before:2025-03-08T03:00", []int64{6}},
		{"after:2025-03-08T03:00:05Z before:2025-03-09", []int64{2, 3, 4}},
		{"ref:" + "r:" + in.Source.Key + ".5", []int64{5}},
		{"ref:" + "r:" + in.Source.SHA256[:4] + ".5", []int64{5}},
		// logic
		{"ip:203.0.113.9 -ua:sqlmap", []int64{9}},
		{"ip:203.0.113.9 AND NOT ua:sqlmap", []int64{9}},
		{"status:404 OR method:POST", []int64{4, 5}},
		{"(status:404 OR status:500) ip:203.0.113.9", []int64{3, 4}},
		{"status:(404 OR 500)", []int64{3, 4}},
		{"-is:rejected -status:200", []int64{6, 3, 4, 9}},
		{"hash:" + in.Source.SHA256, nil},
		{"-name:x", nil},
		{"name:x OR status:404", []int64{4}},
	} {
		r := search(t, s, c.query)
		if got := lines(t, r); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: lines %v, want %v", c.query, got, c.want)
		}
	}
}
