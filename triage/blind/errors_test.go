package blind_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
)

// A fault is one way to have a database fail on a value, and how its message quotes it.
type fault struct {
	name    string
	payload string // %s is the text that is to be shown
	join    string // how texts are joined: "," within CONCAT(...), or an operator
	quote   string // how the dialect writes a literal: "0x", "CHAR", "CHR", "'"
	cell    string // what is read, %d a row
	want    string // its expression, %d the row
	message string // %s what is quoted
	limit   int    // characters of it that the message holds
	digit   bool   // a digit of the key follows
	part    string // how a part of the cell is taken, %[1]s the cell, %[2]d from, %[3]d characters
}

const (
	mssqlCell = "(SELECT TOP 1 pw FROM users WHERE id NOT IN (SELECT TOP %d id FROM users ORDER BY id) ORDER BY id)"
	mssqlWant = "SELECT pw FROM users WHERE id NOT IN ((SELECT id FROM users ORDER BY id LIMIT %d)) ORDER BY id LIMIT 1"
	mssqlText = "[Microsoft][ODBC SQL Server Driver][SQL Server]Conversion failed when converting the nvarchar value '%s' to data type int."
)

var faults = []fault{
	{name: "extractvalue", payload: "3 AND EXTRACTVALUE(7,CONCAT(%s))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "XPATH syntax error: '%s'", limit: 32, part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "updatexml or", payload: "x' OR UpdateXML(1,CONCAT(%s),1) AND '1'='1", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "XPATH syntax error: '%s'", limit: 32, part: "SUBSTRING(%[1]s FROM %[2]d FOR %[3]d)"},
	{name: "updatexml in the select list", payload: "-1 UNION SELECT 1,UPDATEXML(1,CONCAT(%s),1),3-- -", join: ",", quote: "'", cell: mysqlCell, want: mysqlWant, message: "XPATH syntax error: '%s'", limit: 32, part: "SUBSTR(%[1]s,%[2]d,%[3]d)"},
	{name: "floor rand", payload: "3 AND (SELECT 8 FROM(SELECT COUNT(*),CONCAT(%s,FLOOR(RAND(0)*2))x FROM INFORMATION_SCHEMA.PLUGINS GROUP BY x)a)", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Duplicate entry '%s' for key 'group_key'", limit: 64, digit: true, part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "floor rand having", payload: "3 OR 1 GROUP BY CONCAT(%s,FLOOR(RAND(0)*2)) HAVING MIN(0)#", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Duplicate entry '%s' for key 'group_key'", limit: 64, digit: true, part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "exp", payload: "3 AND EXP(~(SELECT * FROM (SELECT CONCAT(%s))x))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "DOUBLE value is out of range in 'exp(~((select '%s' from dual)))'", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "bigint", payload: "3 AND (SELECT 2*(IF((SELECT * FROM (SELECT CONCAT(%s))s),8446744073709551610,8446744073709551610)))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "BIGINT value is out of range in '(2 * if((select '%s' from dual),8,8))'", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "not minus", payload: "3 AND !(SELECT*FROM(SELECT CONCAT(%s))x)-~0", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "BIGINT UNSIGNED value is out of range in '((not((select '%s' from dual))) - ~(0))'", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "gtid", payload: "3 AND GTID_SUBSET(CONCAT(%s),1)", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Malformed GTID set specification '%s'.", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "json_keys", payload: "3 AND JSON_KEYS((SELECT CONVERT((SELECT CONCAT(%s)) USING utf8)))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "polygon", payload: "3 AND POLYGON((SELECT * FROM(SELECT * FROM(SELECT CONCAT(%s))a)b))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Illegal non geometric '%s' value found during parsing", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "geometrycollection", payload: "3 AND GeometryCollection((SELECT * FROM(SELECT CONCAT(%s))a))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Illegal non geometric '%s' value found during parsing", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "geohash", payload: "3 AND ST_LatFromGeoHash(CONCAT(%s))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Incorrect geohash value: '%s' for function ST_LATFROMGEOHASH", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "uuid", payload: "3 AND UUID_TO_BIN(CONCAT(%s))", join: ",", quote: "0x", cell: mysqlCell, want: mysqlWant, message: "Incorrect string value: '%s' for function uuid_to_bin", part: "MID(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql convert", payload: "3 AND 8=CONVERT(INT,(SELECT %s))", join: "+", quote: "CHAR", cell: mssqlCell, want: mssqlWant, message: mssqlText, part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql cast", payload: "3' AND 8=CAST((SELECT %s) AS INT)--", join: "+", quote: "'", cell: mssqlCell, want: mssqlWant, message: strings.Replace(mssqlText, "nvarchar", "varchar", 1), part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql in", payload: "3 AND 8 IN (SELECT (%s))", join: "+", quote: "CHAR", cell: mssqlCell, want: mssqlWant, message: mssqlText, part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql concat", payload: "3 AND 8=CONCAT(CAST(%s AS INT),1)", join: "+", quote: "CHAR", cell: mssqlCell, want: mssqlWant, message: mssqlText, part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql 2000", payload: "3 AND 8=(%s)", join: "+", quote: "CHAR", cell: mssqlCell, want: mssqlWant, message: "Syntax error converting the nvarchar value '%s' to a column of data type int.", part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql argument", payload: "3 AND 8=USER_NAME(%s)", join: "+", quote: "CHAR", cell: mssqlCell, want: mssqlWant, message: mssqlText, part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "mssql in German", payload: "3 AND 8=CONVERT(INT,(SELECT %s))", join: "+", quote: "CHAR", cell: mssqlCell, want: mssqlWant, message: "Fehler beim Konvertieren des nvarchar-Werts '%s' in den int-Datentyp.", part: "SUBSTRING(%[1]s,%[2]d,%[3]d)"},
	{name: "postgres cast", payload: "3 AND 8=CAST((%s)::text AS NUMERIC)", join: "||", quote: "CHR", cell: "(SELECT pw::text FROM users ORDER BY id OFFSET %d LIMIT 1)", want: "SELECT pw FROM users ORDER BY id LIMIT %d, 1", message: "ERROR: invalid input syntax for type numeric: \"%s\";", part: "SUBSTRING(%[1]s FROM %[2]d FOR %[3]d)"},
	{name: "postgres ::", payload: "x' AND 8=(%s)::int--", join: "||", quote: "'", cell: "(SELECT pw FROM users ORDER BY id OFFSET %d LIMIT 1)", want: "SELECT pw FROM users ORDER BY id LIMIT %d, 1", message: "ERROR: invalid input syntax for integer: \"%s\";", part: "SUBSTR(%[1]s,%[2]d,%[3]d)"},
	{name: "oracle host", payload: "3 AND 8=UTL_INADDR.GET_HOST_ADDRESS(%s)", join: "||", quote: "CHR", cell: "(SELECT pw FROM (SELECT pw,ROWNUM AS r FROM users) WHERE r=%d)", message: "[Oracle][ODBC]ORA-29257: host %s unknown", part: "SUBSTR(%[1]s,%[2]d,%[3]d)"},
	{name: "oracle thesaurus", payload: "3 AND 8=CTXSYS.DRITHSX.SN(8,(%s))", join: "||", quote: "CHR", cell: "(SELECT pw FROM (SELECT pw,ROWNUM AS r FROM users) WHERE r=%d)", message: "[Oracle]DRG-11701: thesaurus %s does not exist", part: "SUBSTR(%[1]s,%[2]d,%[3]d)"},
	{name: "oracle xml", payload: "3 AND 8=(SELECT UPPER(XMLType(CHR(60)||CHR(58)||%s||CHR(62))) FROM DUAL)", join: "||", quote: "CHR", cell: "(SELECT pw FROM (SELECT pw,ROWNUM AS r FROM users) WHERE r=%d)", part: "SUBSTR(%[1]s,%[2]d,%[3]d)"},
}

// literal writes a text as an intruder would.
func (f *fault) literal(s string) string {
	if f.quote == "'" {
		return "'" + s + "'"
	}
	if f.quote == "0x" {
		return fmt.Sprintf("0x%x", s)
	}
	var out []string
	for _, c := range []byte(s) {
		out = append(out, fmt.Sprintf("%s(%d)", f.quote, c))
	}
	return strings.Join(out, f.join)
}

// A faulty is a site that shows or logs its database's errors.
type faulty struct {
	rng        *rand.Rand
	f          *fault
	lead, tail string
	secret     string
	row        int
	log        []triage.Request
	now        time.Time
	cut        int  // bytes of the error text that the server logs, 0 for all
	blanks     bool // the secret may have signs that the log does not keep apart
	iis, page  bool // the server logs the error; the log keeps the page
	frame      int
	drop       float64
}

func newFaulty(rng *rand.Rand, f *fault) *faulty {
	o := &faulty{rng: rng, f: f, now: time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC), row: 1 + rng.IntN(40), frame: 500 + rng.IntN(3000)}
	mark := func() string {
		return string([]byte{'q', byte('a' + rng.IntN(26)), byte('a' + rng.IntN(26)), 'q'})
	}
	o.lead, o.tail = "~"+mark(), mark()+"~"
	signs := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.-$#!'"
	if o.blanks = rng.IntN(3) == 0; o.blanks {
		signs += " _ _ _+?"
	}
	for n := 1 + rng.IntN(60); n > 0; n-- {
		o.secret += string(signs[rng.IntN(len(signs))])
	}
	return o
}

// send asks for a text that is lead, what and tail, where what gives value.
func (o *faulty) send(what, value string) {
	f := o.f
	text := strings.Join([]string{f.literal(o.lead), what, f.literal(o.tail)}, f.join)
	payload := fmt.Sprintf(f.payload, text)
	shown := o.lead + value + o.tail
	if f.digit {
		shown += "1"
	}
	if f.limit > 0 {
		shown = shown[:min(len(shown), f.limit)]
	}
	q := triage.Request{Ref: fmt.Sprintf("s:%d", len(o.log)), Client: "192.0.2.7", Method: "GET", Path: "/item.asp", Query: "id=" + url.QueryEscape(payload), Time: o.now, Status: 500, Size: int64(o.frame + len(shown)), Millis: -1}
	o.now = o.now.Add(time.Second)
	message := strings.Replace(f.message, "%s", shown, 1)
	if o.page {
		q.Answer = "<html><p>You asked for " + html.EscapeString(payload) + "</p><b>" + html.EscapeString(message) + "</b></html>"
	}
	if o.iis {
		logged := strings.ReplaceAll("|17|80040e07|"+message, " ", "_")
		if o.cut > 0 {
			logged = logged[:min(len(logged), o.cut)]
		}
		q.Query += logged
	}
	if o.rng.Float64() >= o.drop {
		o.log = append(o.log, q)
	}
}

// read asks for the secret, in parts if the message is short, after tests of known texts.
func (o *faulty) read() {
	for range 3 {
		known := strings.Repeat("7", 1+o.rng.IntN(4))
		o.send(o.f.literal(known), known)
	}
	cell := o.f.cell
	if strings.Contains(cell, "%d") {
		cell = fmt.Sprintf(cell, o.row)
	}
	size := 1000
	if o.f.limit > 0 {
		size = o.f.limit - len(o.lead) - len(o.tail) - 1
	}
	for at := 0; at == 0 || at < len(o.secret); at += size {
		o.send(fmt.Sprintf(o.f.part, cell, at+1, size), o.secret[min(at, len(o.secret)):min(at+size, len(o.secret))])
	}
	if len(o.secret)%size == 0 { // the intruder sees that nothing more comes
		return
	}
}

func (o *faulty) recovered() *blind.Result {
	return blind.Recover(func(yield func(*triage.Request) bool) {
		for i := range o.log {
			if !yield(&o.log[i]) {
				return
			}
		}
	})
}

// judge holds the reads against the secret and gives the one of the secret.
func (o *faulty) judge(t *testing.T, seed uint64) (read *blind.Read) {
	t.Helper()
	result := o.recovered()
	for i := range result.Reads {
		r := &result.Reads[i]
		if r.Kind == "text" {
			for _, c := range r.Chars {
				if c.State == blind.Certain && (c.Pos > len(o.secret) || c.Text != o.secret[c.Pos-1:c.Pos]) {
					t.Errorf("%s, seed %d: character %d of %q is said to be %q for certain", o.f.name, seed, c.Pos, o.secret, c.Text)
				}
			}
			if r.Certain && r.Value != o.secret {
				t.Errorf("%s, seed %d: %q is said to be %q for certain", o.f.name, seed, o.secret, r.Value)
			}
		}
		if r.Technique == blind.Error && r.Table != "" {
			read = r
		}
	}
	return read
}

// What an error asks for is understood, of every form, and its length follows from the pages with known texts.
func TestFaultSizes(t *testing.T) {
	for i := range faults {
		f := &faults[i]
		for seed := uint64(0); seed < 6; seed++ {
			o := newFaulty(rand.New(rand.NewPCG(seed, uint64(i))), f)
			o.read()
			r := o.judge(t, seed)
			if r == nil {
				q, _ := url.QueryUnescape(o.log[len(o.log)-1].Query)
				t.Fatalf("%s, seed %d: nothing read of %s: %+v", f.name, seed, q, o.recovered())
			}
			if want := f.want; want != "" && r.Expression != fmt.Sprintf(want, o.row) {
				t.Errorf("%s: reads %s, want %s", f.name, r.Expression, fmt.Sprintf(want, o.row))
			}
			if r.Kind != "size" || r.Certain || !r.Estimated || r.Failed || r.Length != len(o.secret) && r.Length >= 0 || r.Length < 0 && (int(r.Low) > len(o.secret) || int(r.High) < len(o.secret)) {
				t.Errorf("%s, seed %d: %+v of %d bytes", f.name, seed, *r, len(o.secret))
			}
			if f.limit == 0 && r.Length < 0 {
				t.Errorf("%s, seed %d: the length is not told: %+v", f.name, seed, *r)
			}
		}
	}
}

// What the server logs of the error is read, and no sign of it that may be another is called certain.
func TestFaultLogged(t *testing.T) {
	whole := map[string]bool{}
	for i := range faults {
		f := &faults[i]
		if f.message == "" {
			continue
		}
		for seed := uint64(0); seed < 12; seed++ {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			o := newFaulty(rng, f)
			o.iis = true
			if seed%3 == 1 {
				o.cut = 20 + rng.IntN(140)
			}
			if seed%4 == 3 {
				o.drop = 0.3
			}
			o.read()
			r := o.judge(t, seed)
			if o.cut > 0 || o.drop > 0 {
				continue
			}
			if r == nil || r.Kind != "text" || r.Value != strings.ReplaceAll(o.secret, " ", "_") || r.Source != blind.FromError {
				t.Fatalf("%s, seed %d: %q came out as %+v; log: %s", f.name, seed, o.secret, r, o.log[len(o.log)-1].Query)
			}
			if !strings.ContainsAny(o.secret, " _+?") && r.Certain {
				whole[f.name] = true
			}
		}
		if !whole[f.name] {
			t.Errorf("%s: never certain", f.name)
		}
	}
}

// A log that keeps pages has the value between the marks, and the payload that the page repeats is none.
func TestFaultPage(t *testing.T) {
	for i := range faults {
		f := &faults[i]
		if f.message == "" {
			continue
		}
		o := newFaulty(rand.New(rand.NewPCG(7, uint64(i))), f)
		o.page = true
		o.read()
		if r := o.judge(t, 7); r == nil || r.Value != o.secret || r.Source != blind.FromAnswer {
			t.Errorf("%s: %q came out as %+v", f.name, o.secret, r)
		}
	}
}

// logged is a log of one client whose payloads made the server log errors.
func logged(queries ...string) *blind.Result {
	r := blind.NewReader()
	for i, q := range queries {
		r.Add(&triage.Request{Ref: fmt.Sprintf("r:%d", i), Client: "192.0.2.1", Path: "/a.asp", Query: q, Status: 500, Size: 300, Millis: -1, Time: time.Unix(int64(i), 0)})
	}
	return r.Result()
}

// Payloads by hand, without marks.
func TestErrorText(t *testing.T) {
	const odbc = "|17|80040e07|[Microsoft][ODBC_SQL_Server_Driver][SQL_Server]"
	for _, c := range []struct{ name, query, expression, value string }{ // a value that is not certain ends in "?"
		{"version", "id=1+and+1=convert(int,@@version)" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'Microsoft_SQL_Server_2008_R2'_to_data_type_int.", "@@version", "Microsoft_SQL_Server_2008_R2?"},
		{"cut", "id=1+and+1=convert(int,db_name())" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'shop'_to", "DB_NAME()", "shop?"},
		{"whole", "id=1+and+1=convert(int,db_name())" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'shop'_to_data_type_int.", "DB_NAME()", "shop"},
		{"compared with a number", "id=1+and+user>0" + odbc + "Syntax_error_converting_the_nvarchar_value_'dbo'_to_a_column_of_data_type_int.", "user", "dbo"},
		{"subquery compared with a number", "id=1+and+(select+top+1+name+from+sysobjects)>0" + odbc + "Syntax_error_converting_the_nvarchar_value_'orders'_to_a_column_of_data_type_int.", "SELECT name FROM sysobjects LIMIT 1", "orders"},
		{"no SQL but a variable", "id=@@servername" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'WEB1'_to_data_type_int.", "@@servername", "WEB1"},
		{"no SQL but a function", "id=db_name()" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'shop'_to_data_type_int.", "DB_NAME()", "shop"},
		{"a function, cut", "id=suser_sname()" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'sa'_to", "SUSER_SNAME()", "sa?"},
		{"a subquery alone", "id=(select+top+1+name+from+sysobjects)" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'orders'_to_data_type_int.", "SELECT name FROM sysobjects LIMIT 1", "orders"},
		{"a variable that comes back as text", "id=@@servername" + odbc + "Conversion_failed_when_converting_the_varchar_value_'@@servername'_to_data_type_int.", "", ""},
		{"a variable, and another value fails", "id=@@servername&page=abc" + odbc + "Conversion_failed_when_converting_the_varchar_value_'abc'_to_data_type_int.", "", ""},
		{"a word that may be anyone's", "type=user" + odbc + "Conversion_failed_when_converting_the_varchar_value_'abc'_to_data_type_int.", "", ""},
		{"a variable of a procedure", "id=@name" + odbc + "Conversion_failed_when_converting_the_varchar_value_'abc'_to_data_type_int.", "", ""},
		{"a call that is none of the server's", "q=main()" + odbc + "Conversion_failed_when_converting_the_varchar_value_'abc'_to_data_type_int.", "", ""},
		{"a variable in a condition", "id=@@version+and+x" + odbc + "Conversion_failed_when_converting_the_varchar_value_'abc'_to_data_type_int.", "", ""},
		{"what was sent comes back", "id=1+and+name>0+and+'abc'>1" + odbc + "Conversion_failed_when_converting_the_nvarchar_value_'abc'_to_data_type_int.", "", ""},
		{"columns by HAVING", "id=1'+having+1=1--|22|80040e14|[Microsoft][ODBC_SQL_Server_Driver][SQL_Server]Column_'orders.card'_is_invalid_in_the_select_list_because_it_is_not_contained_in_an_aggregate_function_and_there_is_no_GROUP_BY_clause.",
			"a column of the page's own statement: orders.card", "orders.card"},
		{"syntax error quotes the payload", "id=1'+and+1=convert(int,db_name())|22|80040e14|[Microsoft][ODBC_SQL_Server_Driver][SQL_Server]Unclosed_quotation_mark_after_the_character_string_''.", "", ""},
	} {
		var texts []blind.Read
		for _, r := range logged(c.query).Reads {
			if r.Kind == "text" {
				texts = append(texts, r)
			}
		}
		if c.expression == "" {
			if len(texts) > 0 {
				t.Errorf("%s: %+v", c.name, texts)
			}
			continue
		}
		if len(texts) != 1 {
			t.Errorf("%s: %+v", c.name, texts)
			continue
		}
		got := texts[0].Value
		if !texts[0].Certain {
			got += "?"
		}
		if !strings.EqualFold(texts[0].Expression, c.expression) || got != c.value {
			t.Errorf("%s: %s = %q, want %s = %q", c.name, texts[0].Expression, got, c.expression, c.value)
		}
	}
}

// Answers that contradict one another make no value certain.
func TestErrorTextContradicts(t *testing.T) {
	q := "id=1+and+1=convert(int,(select+top+1+name+from+t))|17|80040e07|Conversion_failed_when_converting_the_nvarchar_value_'%s'_to_data_type_int."
	for _, r := range logged(fmt.Sprintf(q, "anna"), fmt.Sprintf(q, "berta")).Reads {
		if r.Kind == "text" && (r.Certain || r.Contradictions == 0) {
			t.Errorf("%+v", r)
		}
	}
}
