package blind_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
)

// A way is one way to ask a database, as an intruder's script would.
type way struct {
	name    string
	expr    string // what is read, with %d for a row
	want    string // Read.Expression with %d
	ask     func(w *way, o *oracle)
	test    string // a question with %[1]s the expression, %[2]d the position and %[3]v a constant
	equal   string // the check at the end of a bisection, if any
	wrap    string // the payload, %s the condition
	base    string // value of the parameter before the payload
	time    bool
	null    bool // the code of no character is NULL: every comparison is false
	loose   bool // what is not excluded beyond the codes that were asked for keeps characters from being certain
	folded  bool // equality without case: letters come out in one of two cases
	charset string
	escape  bool   // signs go into classes
	hex     bool   // the text in hexadecimal is what is read
	length  string // a question about the length, %[1]s and %[2]d
}

// An oracle is a site with an injection point, one secret, and its log.
type oracle struct {
	rng     *rand.Rand
	w       *way
	secret  string
	expr    string
	now     time.Time
	log     []triage.Request
	trueIs  [2]int // status and size
	falseIs [2]int
	noise   int // bytes that sizes vary by
	client  string
	tamper  int
	millis  bool
	atEnd   bool
	jitter  float64
	delay   time.Duration
	drop    float64
	others  bool
	stall   float64          // how often a stretch begins in which all answers are late
	late    int              // answers of it that are to come
	repeat  int              // times that each question is asked, for the answer of most; 0 is once
	cached  map[string]int64 // size of the answers that a cache in front has
}

func newOracle(rng *rand.Rand, w *way) *oracle {
	o := &oracle{rng: rng, w: w, client: fmt.Sprintf("192.0.2.%d", 1+rng.IntN(250)), now: time.Date(2026, 3, 1, 4, 0, 0, rng.IntN(1000)*1e6, time.UTC), tamper: rng.IntN(4)}
	charset := w.charset
	if charset == "" {
		charset = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._-$/ !#"
	}
	for n := 3 + rng.IntN(18); n > 0; n-- {
		o.secret += string(charset[rng.IntN(len(charset))])
	}
	o.secret = strings.TrimRight(strings.TrimLeft(o.secret, " "), " ")
	if o.secret == "" {
		o.secret = "x"
	}
	o.expr = w.expr
	if strings.Contains(w.expr, "%d") {
		o.expr = fmt.Sprintf(w.expr, rng.IntN(50))
	}
	o.trueIs, o.falseIs = [2]int{200, 1000 + rng.IntN(5000)}, [2]int{200, 1000 + rng.IntN(5000)}
	for o.falseIs[1]-o.trueIs[1] < 200 && o.trueIs[1]-o.falseIs[1] < 200 {
		o.falseIs[1] = 1000 + rng.IntN(5000)
	}
	if rng.IntN(4) == 0 {
		o.falseIs[0] = []int{404, 500, 302}[rng.IntN(3)]
	}
	o.delay = time.Duration(1+rng.IntN(5)) * time.Second
	o.millis = rng.IntN(2) == 0
	o.atEnd = rng.IntN(2) == 0
	return o
}

// code is the number of the character at pos, from 1; ok is false past the end.
func (o *oracle) code(pos int) (int, bool) {
	if pos > len(o.secret) {
		return 0, false
	}
	return int(o.secret[pos-1]), true
}

// send asks one condition, whose truth the database knows, and returns the truth.
func (o *oracle) send(cond string, truth bool) bool {
	for range max(o.repeat, 1) {
		o.sendOnce(cond, truth)
	}
	return truth
}

func (o *oracle) sendOnce(cond string, truth bool) {
	payload := o.w.base + fmt.Sprintf(o.w.wrap, cond)
	if o.w.time {
		payload = strings.ReplaceAll(payload, "SECS", fmt.Sprint(int(o.delay.Seconds())))
	}
	payload = o.tampered(payload)
	took := time.Duration(5+o.rng.IntN(40)) * time.Millisecond
	if o.rng.Float64() < o.jitter {
		took += time.Duration(o.rng.IntN(9000)) * time.Millisecond
	}
	if o.stall > 0 && o.rng.Float64() < o.stall {
		o.late = 1 + o.rng.IntN(8)
	}
	if o.late > 0 {
		o.late--
		took += time.Duration(float64(o.delay) * (0.8 + 0.4*o.rng.Float64()))
	}
	answer := o.falseIs
	if truth && !o.w.time {
		answer = o.trueIs
	}
	if truth && o.w.time {
		took += o.delay
	}
	size := int64(answer[1])
	if o.noise > 0 {
		size += int64(o.rng.IntN(o.noise))
	}
	if o.cached != nil && o.rng.IntN(8) == 0 { // the client asks again, and what is stored comes at once
		if old, ok := o.cached[payload]; ok {
			o.entry(o.client, "id="+payload+"&page=2", answer[0], old, 3*time.Millisecond)
		}
	}
	if o.cached != nil {
		defer func() { o.cached[payload] = size }()
	}
	o.entry(o.client, "id="+payload+"&page=2", answer[0], size, took)
	o.now = o.now.Add(time.Duration(10+o.rng.IntN(60)) * time.Millisecond)
}

func (o *oracle) entry(client, query string, status int, size int64, took time.Duration) {
	start := o.now
	o.now = o.now.Add(took)
	at := start
	if o.atEnd {
		at = o.now
	}
	q := triage.Request{Ref: fmt.Sprintf("s:%d", len(o.log)), Client: client, Method: "GET", Path: "/item.php", Query: query, Time: at.Truncate(time.Second), Status: status, Size: size, Millis: -1}
	if o.millis {
		q.Millis = took.Milliseconds()
	}
	if o.rng.Float64() >= o.drop {
		o.log = append(o.log, q)
	}
	if o.others && o.rng.IntN(3) == 0 {
		o.log = append(o.log, triage.Request{Ref: "n", Client: "203.0.113.9", Method: "GET", Path: "/item.php", Query: fmt.Sprintf("id=%d", o.rng.IntN(90)), Time: at.Truncate(time.Second), Status: 200, Size: int64(900 + o.rng.IntN(4000)), Millis: 7})
	}
}

// tampered is the payload as sent: case, comments for blanks, codings.
func (o *oracle) tampered(s string) string {
	switch o.tamper {
	case 1:
		s = outsideQuotes(s, strings.Contains(o.w.wrap[:min(2, len(o.w.wrap))], "'"), func(c byte) string {
			if o.rng.IntN(2) == 0 && (c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
				return string(c ^ 0x20)
			}
			return string(c)
		})
	case 2:
		s = strings.ReplaceAll(s, "+", "%2B")
		s = outsideQuotes(s, strings.Contains(o.w.wrap[:min(2, len(o.w.wrap))], "'"), func(c byte) string {
			if c == ' ' {
				return []string{"/**/", "%09", "%0a", "/*x*/", "+"}[o.rng.IntN(5)]
			}
			return string(c)
		})
		return strings.NewReplacer("#", "%23", "&", "%26", "'", "%27", "||", "%7C%7C", "\"", "%22").Replace(s)
	case 3:
		return url.QueryEscape(strings.ReplaceAll(url.QueryEscape(s), "+", "%20"))
	}
	return url.QueryEscape(s)
}

// outsideQuotes changes what is in no literal. quoted says that the payload begins in one.
func outsideQuotes(s string, quoted bool, f func(byte) string) string {
	var b strings.Builder
	in := quoted
	for i := 0; i < len(s); i++ {
		if s[i] == '\'' {
			in = !in
		}
		// blanks that end a comment sign stay
		if in || i >= 2 && s[i-2:i] == "--" {
			b.WriteByte(s[i])
			continue
		}
		b.WriteString(f(s[i]))
	}
	return b.String()
}

// calibrate sends tests that are true and false of themselves.
func (o *oracle) calibrate() {
	for i := 0; i < 3; i++ {
		a, b := 100+o.rng.IntN(900), 100+o.rng.IntN(900)
		o.send(fmt.Sprintf("%d=%d", a, b), a == b)
		o.send(fmt.Sprintf("%d=%d", a, a), true)
	}
}

// byBisection narrows each character with an ordering test: true if its code is greater.
func byBisection(w *way, o *oracle) {
	for pos := 1; ; pos++ {
		lo, hi := 0, 127
		for lo < hi {
			mid := (lo + hi) / 2
			code, ok := o.code(pos)
			if o.send(fmt.Sprintf(w.test, o.expr, pos, mid), code > mid && (ok || !w.null)) {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		if w.equal != "" && lo > 0 {
			code, _ := o.code(pos)
			o.send(fmt.Sprintf(w.equal, o.expr, pos, lo), code == lo)
		}
		if lo == 0 {
			return
		}
	}
}

// byRight bisects what gives the last character beyond the end, up to the length or, without one, too far.
func byRight(w *way, o *oracle) {
	n := len(o.secret) + 3
	if o.rng.IntN(2) == 0 || o.drop == 0 {
		for n = 1; !o.send(fmt.Sprintf(w.length, o.expr, n), n == len(o.secret)); n++ {
		}
	}
	for pos := 1; pos <= n; pos++ {
		lo, hi := 0, 127
		for lo < hi {
			mid := (lo + hi) / 2
			if o.send(fmt.Sprintf(w.test, o.expr, pos, mid), int(o.secret[min(pos, len(o.secret))-1]) > mid) {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
	}
}

// byScan tries each character of an alphabet for equality; the end is where none fits, after the length is known.
func byScan(w *way, o *oracle) {
	for n := 1; w.length != ""; n++ {
		if o.send(fmt.Sprintf(w.length, o.expr, n), n == len(o.secret)) {
			break
		}
	}
	alphabet := w.charset
	if alphabet == "" {
		alphabet = "etaoinsrhdlucmfywgpbvkxqjzETAOINSRHDLUCMFYWGPBVKXQJZ0123456789@._-$/ !#"
	}
	for pos := 1; pos <= len(o.secret); pos++ {
		for i := 0; i < len(alphabet); i++ {
			want := o.secret[pos-1]
			c := alphabet[i]
			hit := c == want || w.folded && c|0x20 == want|0x20 && (c|0x20 >= 'a' && c|0x20 <= 'z')
			var arg any = int(c)
			if strings.Contains(w.test, "%[3]s") {
				arg = string(c)
			}
			if o.send(fmt.Sprintf(w.test, o.expr, pos, arg), hit) {
				break
			}
		}
	}
}

// byBits asks each of the eight bits.
func byBits(w *way, o *oracle) {
	for pos := 1; pos <= len(o.secret)+1; pos++ {
		code, _ := o.code(pos)
		for bit := 0; bit < 8; bit++ {
			o.send(fmt.Sprintf(w.test, o.expr, pos, 1<<bit), code&(1<<bit) != 0)
		}
	}
}

// byPrefix grows a known prefix by one character at a time.
func byPrefix(w *way, o *oracle) {
	alphabet := "etaoinsrhdlucmfywgpbvkxqjz0123456789@.-$ /#"
	known := ""
	for pos := 1; pos <= len(o.secret); pos++ {
		for i := 0; i < len(alphabet); i++ {
			c, want := alphabet[i], o.secret[pos-1]
			hit := c == want || w.folded && c|0x20 == want|0x20 && c >= 'a' && c <= 'z'
			shown := string(c)
			if w.escape && strings.Contains(".$/-", shown) {
				shown = "[" + shown + "]"
			}
			if o.send(fmt.Sprintf(w.test, o.expr, known+shown, pos), hit) {
				known += shown
				break
			}
		}
	}
	if w.equal != "" {
		o.send(fmt.Sprintf(w.equal, o.expr, known), true)
	}
}

// byClass halves a class of characters after a known prefix.
func byClass(w *way, o *oracle) {
	known := ""
	for pos := 1; pos <= len(o.secret); pos++ {
		set := []byte("abcdefghijklmnopqrstuvwxyz0123456789@_")
		for len(set) > 1 {
			half := set[:len(set)/2]
			hit := strings.IndexByte(string(half), o.secret[pos-1]) >= 0
			if o.send(fmt.Sprintf(w.test, o.expr, known+"["+string(half)+"]"), hit) {
				set = half
			} else {
				set = set[len(set)/2:]
			}
		}
		known += string(set)
	}
	o.send(fmt.Sprintf(w.equal, o.expr, known), true)
}

// byString bisects with the order of strings over letters and digits, and checks each.
func byString(w *way, o *oracle) {
	order := "0123456789abcdefghijklmnopqrstuvwxyz"
	for pos := 1; pos <= len(o.secret); pos++ {
		lo, hi := 0, len(order)-1
		for lo < hi {
			mid := (lo + hi) / 2
			if o.send(fmt.Sprintf(w.test, o.expr, pos, string(order[mid])), o.secret[pos-1] > order[mid]) {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		o.send(fmt.Sprintf(w.equal, o.expr, pos, string(order[lo])), true)
	}
}

// byHalves asks whether a character is in half of what is left.
func byHalves(w *way, o *oracle) {
	for n := 1; !o.send(fmt.Sprintf(w.length, o.expr, n), n == len(o.secret)); n++ {
	}
	for pos := 1; pos <= len(o.secret); pos++ {
		for set := []byte(w.charset); len(set) > 1; {
			half := set[:len(set)/2]
			var list []string
			for _, c := range half {
				list = append(list, fmt.Sprint(int(c)))
			}
			if o.send(fmt.Sprintf(w.test, o.expr, pos, strings.Join(list, ",")), strings.IndexByte(string(half), o.secret[pos-1]) >= 0) {
				set = half
			} else {
				set = set[len(set)/2:]
			}
		}
	}
}

// byHexPrefix grows a known prefix of the text in hexadecimal by a digit at a time.
func byHexPrefix(w *way, o *oracle) {
	all := fmt.Sprintf("%X", o.secret)
	for n := range len(all) {
		for _, d := range "6730125489ABCDEF" {
			if o.send(fmt.Sprintf(w.test, o.expr, all[:n]+string(d)), all[n] == byte(d)) {
				break
			}
		}
	}
	o.send(fmt.Sprintf(w.equal, o.expr, all), true)
}

const (
	mysqlCell = "(SELECT pw FROM shop.users ORDER BY id LIMIT %d,1)"
	mysqlWant = "SELECT pw FROM shop.users ORDER BY id LIMIT %d, 1"
)

var ways = []way{
	{name: "mysql ascii >", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ASCII(SUBSTRING(%[1]s,%[2]d,1))>%[3]v", wrap: " AND %s", base: "7"},
	{name: "mysql ord mid ifnull cast", expr: "(SELECT IFNULL(CAST(pw AS NCHAR),0x20) FROM shop.users ORDER BY id LIMIT %d,1)", want: mysqlWant, ask: byBisection, test: "ORD(MID(%[1]s,%[2]d,1))>%[3]v", wrap: "' AND %s AND 'a'='a", base: "tea"},
	{name: "mysql or, bracket, comment", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "%[3]v<ASCII(SUBSTR(%[1]s FROM %[2]d FOR 1))", wrap: "') OR (%s)-- -", base: "-1"},
	{name: "mysql not <=", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "NOT ASCII(SUBSTR(%[1]s,%[2]d,1))<=%[3]v", wrap: " AND %s#", base: "3"},
	{name: "mysql not between", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ASCII(SUBSTR(%[1]s,%[2]d,1)) NOT BETWEEN 0 AND %[3]v", wrap: "\" AND %s AND \"x\"=\"x", base: "3"},
	{name: "mysql between", expr: mysqlCell, want: mysqlWant, ask: byBisection, loose: true, test: "ASCII(SUBSTR(%[1]s,%[2]d,1)) BETWEEN %[3]v+1 AND 127", wrap: " AND %s", base: "3"},
	{name: "mysql >= mid", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ORD(MID(%[1]s,%[2]d,1))>=%[3]v+1", wrap: "') AND (%s) AND ('a'='a", base: "3"},
	{name: "postgres !=", expr: "(SELECT pw FROM users ORDER BY id OFFSET %d LIMIT 1)", ask: byScan, test: "NOT ASCII(SUBSTRING(%[1]s,%[2]d,1))!=%[3]v", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql in halves", expr: mysqlCell, want: mysqlWant, ask: byHalves, loose: true, charset: "abcdefghijklmnopqrstuvwxyz012345", test: "ASCII(SUBSTR(%[1]s,%[2]d,1)) IN (%[3]s)", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "sqlite hex of one", expr: "(SELECT sql FROM sqlite_master LIMIT %d,1)", ask: byScan, test: "HEX(SUBSTR(%[1]s,%[2]d,1))='%[3]X'", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql hex prefix", expr: mysqlCell, want: mysqlWant, ask: byHexPrefix, folded: true, hex: true, test: "HEX(%[1]s) LIKE '%[2]s%%'", equal: "HEX(%[1]s)='%[2]s'", wrap: " AND %s", base: "3"},
	{name: "mssql substring =", expr: "(SELECT pw FROM users WHERE id=%d)", ask: byScan, null: true, folded: true, test: "SUBSTRING(%[1]s,%[2]d,1)='%[3]s'", wrap: "' AND %s--", base: "3", length: "LEN(%[1]s)=%[2]d"},
	{name: "mssql like", expr: "(SELECT pw FROM users WHERE id=%d)", ask: byPrefix, charset: "abcdefghijklmnopqrstuvwxyz0123456789@.-", folded: true, test: "%[1]s LIKE '%[2]s%%'", equal: "%[1]s='%[2]s'", wrap: " AND %s", base: "3"},
	{name: "oracle = chr", expr: "(SELECT pw FROM users WHERE id=%d)", ask: byScan, null: true, test: "SUBSTR(%[1]s,%[2]d,1)=CHR(%[3]v)", wrap: "' AND %s--", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql greatest", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "GREATEST(ASCII(SUBSTR(%[1]s,%[2]d,1)),%[3]v+1)=ASCII(SUBSTR(%[1]s,%[2]d,1))", wrap: " AND %s", base: "3"},
	{name: "mysql minus", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))-%[3]v>0", wrap: "^(%s)", base: "0"},
	{name: "mysql if", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ORD(SUBSTR(%[1]s,%[2]d,1))>%[3]v", wrap: "IF(%s,3,(SELECT 1 UNION SELECT 2))", base: ""},
	{name: "mysql rlike case", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ORD(MID(%[1]s,%[2]d,1))>%[3]v", wrap: " RLIKE (SELECT (CASE WHEN (%s) THEN 0x33 ELSE 0x28 END))", base: "3"},
	{name: "mysql right left", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ASCII(RIGHT(LEFT(CONCAT(%[1]s,CHAR(0)),%[2]d),1))>%[3]v", wrap: " AND %s", base: "3"},
	{name: "mysql last of the first", expr: mysqlCell, want: mysqlWant, ask: byRight, test: "ASCII(RIGHT(LEFT(%[1]s,%[2]d),1))>%[3]v", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql bits", expr: mysqlCell, want: mysqlWant, ask: byBits, loose: true, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))&%[3]v", wrap: " AND %s", base: "3"},
	{name: "mysql bits >0", expr: mysqlCell, want: mysqlWant, ask: byBits, loose: true, test: "(ASCII(SUBSTR(%[1]s,%[2]d,1))&%[3]v)>0", wrap: "' AND %s-- ", base: "x"},
	{name: "mysql = char", expr: mysqlCell, want: mysqlWant, ask: byScan, test: "SUBSTR(%[1]s,%[2]d,1)='%[3]s'", folded: true, wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql binary =", expr: mysqlCell, want: mysqlWant, ask: byScan, test: "BINARY SUBSTR(%[1]s,%[2]d,1)=CHAR(%[3]v)", wrap: "' AND %s AND '1'='1", base: "a", length: "CHAR_LENGTH(%[1]s)=%[2]d"},
	{name: "mysql ascii = scan", expr: mysqlCell, want: mysqlWant, ask: byScan, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))=%[3]v", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql in", expr: mysqlCell, want: mysqlWant, ask: byScan, test: "ASCII(SUBSTR(%[1]s,%[2]d,1)) IN (%[3]v)", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql like", expr: mysqlCell, want: mysqlWant, ask: byPrefix, charset: "abcdefghijklmnopqrstuvwxyz0123456789@.-", folded: true, test: "%[1]s LIKE '%[2]s%%'", equal: "%[1]s LIKE '%[2]s'", wrap: " AND %s", base: "3"},
	{name: "mysql left =", expr: mysqlCell, want: mysqlWant, ask: byPrefix, charset: "abcdefghijklmnopqrstuvwxyz0123456789@.-", folded: true, test: "LEFT(%[1]s,%[3]d)='%[2]s'", wrap: "' AND %s-- -", base: "x"},
	{name: "mysql regexp", expr: mysqlCell, want: mysqlWant, ask: byPrefix, charset: "abcdefghijklmnopqrstuvwxyz0123456789@.-", folded: true, escape: true, test: "%[1]s REGEXP '^%[2]s'", wrap: " AND %s", base: "3"},
	{name: "mysql regexp binary classes", expr: mysqlCell, want: mysqlWant, ask: byClass, charset: "abcdefghijklmnopqrstuvwxyz0123456789@_", test: "%[1]s REGEXP BINARY '^%[2]s'", equal: "%[1]s REGEXP BINARY '^%[2]s$'", wrap: " AND %s", base: "3"},
	{name: "postgres ~ classes", expr: "(SELECT pw FROM users ORDER BY id OFFSET %d LIMIT 1)", ask: byClass, charset: "abcdefghijklmnopqrstuvwxyz0123456789@_", test: "%[1]s ~ '^%[2]s'", equal: "%[1]s ~ '^%[2]s$'", wrap: "' AND CASE WHEN %s THEN true ELSE CAST(version() AS INT)=1 END--", base: "3"},
	{name: "sqlite glob", expr: "(SELECT sql FROM sqlite_master LIMIT %d,1)", ask: byPrefix, charset: "abcdefghijklmnopqrstuvwxyz0123456789@.-", test: "%[1]s GLOB '%[2]s*'", equal: "%[1]s GLOB '%[2]s'", wrap: " AND %s", base: "3"},
	{name: "postgres like", expr: "(SELECT pw FROM pg_catalog.pg_user OFFSET %d LIMIT 1)", ask: byPrefix, charset: "abcdefghijklmnopqrstuvwxyz0123456789@.-", test: "%[1]s LIKE '%[2]s%%'", equal: "%[1]s='%[2]s'", wrap: "' AND %s--", base: "3"},
	{name: "mysql string order", expr: mysqlCell, want: mysqlWant, ask: byString, charset: "abcdefghijklmnopqrstuvwxyz0123456789", folded: true, test: "MID(%[1]s,%[2]d,1)>'%[3]s'", equal: "MID(%[1]s,%[2]d,1)='%[3]s'", wrap: "' AND %s AND '1", base: "3"},
	{name: "mysql strcmp", expr: mysqlCell, want: mysqlWant, ask: byScan, test: "STRCMP(ORD(MID(%[1]s,%[2]d,1)),%[3]v)=0", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql find_in_set", expr: mysqlCell, want: mysqlWant, ask: byScan, test: "FIND_IN_SET(ASCII(MID(%[1]s,%[2]d,1)),'%[3]v')", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "mysql hex of character", expr: mysqlCell, want: mysqlWant, ask: byBisection, loose: true, test: "CONV(HEX(SUBSTR(%[1]s,%[2]d,1)),16,10)>%[3]v", wrap: " AND %s", base: "3"},
	{name: "mysql shifted bits", expr: mysqlCell, want: mysqlWant, ask: byBits, loose: true, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))&%[3]v=%[3]v", wrap: " AND %s", base: "3"},
	{name: "mysql sleep if", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))>%[3]v", equal: "ASCII(SUBSTR(%[1]s,%[2]d,1))=%[3]v", wrap: " AND IF(%s,SLEEP(SECS),0)", base: "3", time: true},
	{name: "mysql sleep arithmetic", expr: mysqlCell, want: mysqlWant, ask: byBisection, test: "ORD(MID(%[1]s,%[2]d,1))>%[3]v", equal: "ORD(MID(%[1]s,%[2]d,1))=%[3]v", wrap: "' AND (SELECT 7 FROM (SELECT(SLEEP(SECS-(IF(%s,0,SECS)))))x)-- -", base: "3", time: true},
	{name: "postgres ascii", expr: "(SELECT COALESCE(pw::text,CHR(32)) FROM users OFFSET %d LIMIT 1)", want: "SELECT pw FROM users LIMIT %d, 1", ask: byBisection, test: "ASCII(SUBSTRING(%[1]s FROM %[2]d FOR 1))>%[3]v", wrap: "' AND %s--", base: "a"},
	{name: "postgres sleep", expr: "(SELECT pw FROM users ORDER BY id OFFSET %d LIMIT 1)", want: "SELECT pw FROM users ORDER BY id LIMIT %d, 1", ask: byBisection, test: "ASCII(SUBSTR(%[1]s::text,%[2]d,1))>%[3]v", equal: "ASCII(SUBSTR(%[1]s::text,%[2]d,1))=%[3]v", wrap: ";SELECT CASE WHEN (%s) THEN pg_sleep(SECS) ELSE pg_sleep(0) END--", base: "3", time: true},
	{name: "postgres = chr", expr: "(SELECT pw FROM users ORDER BY id OFFSET %d LIMIT 1)", want: "SELECT pw FROM users ORDER BY id LIMIT %d, 1", ask: byScan, test: "SUBSTR(%[1]s,%[2]d,1)=CHR(%[3]v)", wrap: " AND %s", base: "3", length: "LENGTH(%[1]s::text)=%[2]d"},
	{name: "mssql unicode", expr: "(SELECT TOP 1 ISNULL(CAST(pw AS NVARCHAR(4000)),CHAR(32)) FROM shop..users WHERE id NOT IN (SELECT TOP %d id FROM shop..users ORDER BY id) ORDER BY id)", want: "SELECT pw FROM shop..users WHERE id NOT IN ((SELECT id FROM shop..users ORDER BY id LIMIT %d)) ORDER BY id LIMIT 1", ask: byBisection, null: true, test: "UNICODE(SUBSTRING(%[1]s,%[2]d,1))>%[3]v", wrap: "' AND %s AND 'q'='q", base: "a"},
	{name: "mssql waitfor", expr: "(SELECT pw FROM users WHERE id=%d)", want: "SELECT pw FROM users WHERE id = %d", ask: byBisection, null: true, test: "ASCII(SUBSTRING(%[1]s,%[2]d,1))>%[3]v", equal: "ASCII(SUBSTRING(%[1]s,%[2]d,1))=%[3]v", wrap: ";IF(%s) WAITFOR DELAY '0:0:SECS'--", base: "3", time: true},
	{name: "oracle substr", expr: "(SELECT pw FROM (SELECT pw,ROWNUM AS r FROM users) WHERE r=%d)", want: "SELECT pw FROM (SELECT pw, ROWNUM AS r FROM users) WHERE r = %d", ask: byBisection, null: true, test: "ASCII(SUBSTRC(%[1]s,%[2]d,1))>%[3]v", wrap: " AND %s", base: "3"},
	{name: "oracle pipe", expr: "(SELECT pw FROM (SELECT pw,ROWNUM AS r FROM users) WHERE r=%d)", want: "", ask: byBisection, null: true, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))>%[3]v", equal: "ASCII(SUBSTR(%[1]s,%[2]d,1))=%[3]v", wrap: " AND 1=(CASE WHEN (%s) THEN DBMS_PIPE.RECEIVE_MESSAGE('a',SECS) ELSE 1 END)", base: "3", time: true},
	{name: "sqlite unicode", expr: "(SELECT sql FROM sqlite_master LIMIT %d,1)", want: "SELECT sql FROM sqlite_master LIMIT %d, 1", ask: byBisection, null: true, test: "UNICODE(SUBSTR(%[1]s,%[2]d,1))>%[3]v", wrap: "' AND %s AND '1'='1", base: "a"},
	{name: "sqlite = case", expr: "(SELECT sql FROM sqlite_master LIMIT %d,1)", want: "SELECT sql FROM sqlite_master LIMIT %d, 1", ask: byScan, test: "SUBSTR(%[1]s,%[2]d,1)=CHAR(%[3]v)", wrap: " AND CASE WHEN %s THEN 1 ELSE 0 END", base: "3", length: "LENGTH(%[1]s)=%[2]d"},
	{name: "sqlite order of texts", expr: "(SELECT COALESCE(CAST(pw AS TEXT),CHAR(32)) FROM users LIMIT %d,1)", want: "SELECT pw FROM users LIMIT %d, 1", ask: byBisection, test: "SUBSTR(%[1]s,%[2]d,1)>CHAR(%[3]v)", wrap: " AND %s", base: "2"},
	{name: "sqlite count", expr: "(SELECT COALESCE(CAST(COUNT(pw) AS TEXT),CHAR(32)) FROM users)", want: "SELECT COUNT(pw) FROM users", ask: byBisection, test: "SUBSTR(%[1]s,%[2]d,1)>CHAR(%[3]v)", wrap: "' AND %s AND 'a'='a", base: "a"},
	{name: "inside the select", expr: "pw", want: "SELECT pw FROM users WHERE name = 'admin'", ask: byBisection, test: "(SELECT ASCII(SUBSTR(%[1]s,%[2]d,1)) FROM users WHERE name='admin')>%[3]v", wrap: " AND %s", base: "3"},
	{name: "case inside the select", expr: "pw", want: "SELECT pw FROM users WHERE name = 'admin'", ask: byBisection, test: "ASCII(SUBSTR(%[1]s,%[2]d,1))>%[3]v", wrap: "'||(SELECT CASE WHEN (%s) THEN TO_CHAR(1/0) ELSE '' END FROM users WHERE name='admin')||'", base: "a"},
	{name: "condition in where", expr: "pw", want: "SELECT 'a' FROM users WHERE name = 'admin'", ask: byBisection, test: "(SELECT 'a' FROM users WHERE name='admin' AND ASCII(SUBSTR(%[1]s,%[2]d,1))>%[3]v)='a'", wrap: "' AND %s--", base: "a"},
	{name: "column of the statement", expr: "password", want: "password", ask: byBisection, test: "name='admin' AND ASCII(SUBSTR(%[1]s,%[2]d,1))>%[3]v", wrap: "' AND %s-- -", base: "admin"},
}

// judge holds what was recovered against the secret.
func (o *oracle) judge(t *testing.T, seed uint64, complete bool) (certain int) {
	t.Helper()
	secret := o.secret
	if o.w.hex {
		secret = fmt.Sprintf("%X", secret)
	}
	result := blind.Recover(func(yield func(*triage.Request) bool) {
		for i := range o.log {
			if !yield(&o.log[i]) {
				return
			}
		}
	})
	whole := false
	for _, r := range result.Reads {
		if r.Kind == "length" && r.Certain && r.Value != fmt.Sprint(len(secret)) {
			t.Errorf("%s, seed %d: length %s of %q", o.w.name, seed, r.Value, secret)
		}
		if r.Kind != "text" {
			continue
		}
		for _, c := range r.Chars {
			if c.State != blind.Certain {
				continue
			}
			certain++
			if c.Pos > len(secret) || c.Text != secret[c.Pos-1:c.Pos] {
				t.Errorf("%s, seed %d: character %d of %q is said to be %q for certain", o.w.name, seed, c.Pos, secret, c.Text)
			}
		}
		if r.Certain && r.Value != secret {
			t.Errorf("%s, seed %d: %q is said to be %q for certain", o.w.name, seed, secret, r.Value)
		}
		whole = whole || r.Certain && r.Value == secret || o.w.folded && strings.EqualFold(r.Value, secret) || o.w.loose && r.Value == secret
	}
	if complete && !whole {
		var got []string
		for _, r := range result.Reads {
			got = append(got, fmt.Sprintf("%s %q %v %s", r.Kind, r.Value, r.Certain, r.Expression))
		}
		for _, g := range result.Groups {
			got = append(got, fmt.Sprintf("%+v", g))
		}
		q, _ := url.QueryUnescape(o.log[len(o.log)-1].Query)
		t.Errorf("%s, seed %d: %q came out as\n%s\nlast: %s", o.w.name, seed, secret, strings.Join(got, "\n"), q)
	}
	return certain
}

// What is whole comes out whole.
func TestOracleComplete(t *testing.T) {
	for i := range ways {
		w := &ways[i]
		t.Run(w.name, func(t *testing.T) {
			for seed := uint64(0); seed < 4; seed++ {
				rng := rand.New(rand.NewPCG(seed, uint64(i)))
				o := newOracle(rng, w)
				o.others = seed%2 == 1
				if w.time {
					o.millis = true
				}
				o.calibrate()
				w.ask(w, o)
				o.judge(t, seed, true)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// Whatever is lost, late, stored or mixed: what is called certain is true.
func TestOracleNoise(t *testing.T) {
	certain := 0
	rounds := uint64(3)
	if testing.Short() {
		rounds = 1
	}
	for i := range ways {
		w := &ways[i]
		for seed := uint64(100); seed < 100+rounds; seed++ {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			o := newOracle(rng, w)
			o.others = true
			o.drop = []float64{0, 0.01, 0.05, 0.3}[rng.IntN(4)]
			if w.time {
				o.jitter = []float64{0, 0.01, 0.03}[rng.IntN(3)]
			} else {
				o.noise = []int{0, 5, 60, 900}[rng.IntN(4)]
			}
			if seed%5 == 0 {
				o.cached = map[string]int64{}
			}
			if rng.IntN(3) > 0 {
				o.calibrate()
			}
			w.ask(w, o)
			certain += o.judge(t, seed, false)
		}
	}
	t.Logf("%d characters were certain, all of them right", certain)
	if certain == 0 {
		t.Error("nothing was certain")
	}
}
