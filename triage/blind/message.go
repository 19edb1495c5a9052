package blind

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

// What a log holds of the texts that a database's errors quote.
//
// Classic ASP appends the error of a page to the query that IIS logs: "|17|80040e07|[Microsoft][ODBC_SQL_Server...".
// There the value stands in the log, but not quite as it was: each blank has become an underscore, so an underscore is
// either; a control character is "+", so a plus is either; and long texts are cut, so that the value is whole only if
// its closing quote is seen. Audit logs that keep answers have the page as it was sent.

// A message is a form of error text that quotes a value.
type message struct {
	id     string
	closed *regexp.Regexp // the value is its first group
	open   *regexp.Regexp // the same, cut before the closing quote
	hit    string
	value  string // what the hit quotes
}

// form makes the patterns of a message. A blank stands for a blank as IIS writes it.
func form(id, before, after, hit, value string) message {
	blank := func(s string) string { return strings.ReplaceAll(s, " ", `[ _+]`) }
	return message{id, regexp.MustCompile(`(?is)` + blank(before) + `(.*)` + blank(after)), regexp.MustCompile(`(?is)` + blank(before) + `(.*)`), hit, value}
}

// messages are the texts of error messages, as their makers document them (see failures for the sources).
var messages = []message{
	form("mssql-conversion", `(?:converting|conversion of) the \w+ value '`, `' (?:to (?:data type|a column)|overflowed)`,
		"|17|80040e07|[Microsoft][ODBC_SQL_Server_Driver][SQL_Server]Conversion_failed_when_converting_the_nvarchar_value_'sa'_to_data_type_int.", "sa"),
	form("mysql-xpath", `XPATH syntax error: '`, `'\.?$`, "|9|80004005|[MySQL][ODBC_5.1_Driver][mysqld-5.5.9]XPATH_syntax_error:_'~root@localhost~'", "~root@localhost~"),
	form("mysql-duplicate-entry", `Duplicate entry '`, `' for key`, "|9|80004005|[MySQL][ODBC_5.1_Driver]Duplicate_entry_'5.5.91'_for_key_'group_key'", "5.5.91"),
	form("mysql-duplicate-column", `Duplicate column name '`, `'\.?$`, "|9|80004005|[MySQL]Duplicate_column_name_'5.5.9'", "5.5.9"),
	form("mysql-gtid", `GTID set specification '`, `'\.?$`, "|9|80004005|[MySQL]Malformed_GTID_set_specification_'shop'.", "shop"),
	form("mysql-geometry", `non geometric '`, `' value found`, "|9|80004005|[MySQL]Illegal_non_geometric_'shop'_value_found_during_parsing", "shop"),
	form("mysql-function", `Incorrect (?:geohash|string) value: '`, `' for (?:function|column)`, "|9|80004005|[MySQL]Incorrect_geohash_value:_'shop'_for_function_ST_LATFROMGEOHASH", "shop"),
	form("mysql-range", `value is out of range in '.*\(select '`, `' from dual\)`, "|9|80004005|[MySQL]DOUBLE_value_is_out_of_range_in_'exp(~((select_'shop'_from_dual)))'", "shop"),
	form("postgres-input", `invalid input syntax for .{1,60}?: "`, `"(?:[;.]|$)`, "|9|80004005|ERROR:_invalid_input_syntax_for_type_integer:_\"shop\";", "shop"),
	form("oracle-host", `ORA-29257: host `, ` unknown`, "|9|80004005|[Oracle][ODBC]ORA-29257:_host_SHOP_unknown", "SHOP"),
	form("oracle-thesaurus", `DRG-11701: thesaurus `, ` does not exist`, "|9|80004005|[Oracle]DRG-11701:_thesaurus_SHOP_does_not_exist", "SHOP"),
	form("oracle-xml", `invalid QName "`, `"`, "|9|80004005|[Oracle]LPX-00110:_Warning:_invalid_QName_\":shop:\"", ":shop:"),
}

// columnNamed is the message that names a column of the page's own statement, which HAVING and GROUP BY provoke.
var columnNamed = regexp.MustCompile(`(?i)Column[ _+]'([^']{1,256})'[ _+]is[ _+]invalid[ _+]in[ _+]the[ _+]`)

// A quoted is a text that the log quotes of what was asked for.
type quoted struct {
	text   string
	whole  bool   // its end is seen, nothing of it was cut
	loose  string // signs in it that may stand for others
	source string
}

// Sources of values that stand in the log.
const (
	FromError  = "error text in the log"
	FromAnswer = "page kept in the log"
)

// looseSigns are those that IIS writes for others, too: a blank, control characters, what its code page has not.
const looseSigns = "_+?"

// quotes finds what the message that the server logged quotes of the pieces. ok is false if it quotes nothing, or, of
// what is weak, what the payload says itself.
func quotes(text string, pieces []piece, payload string, weak bool) (out quoted, ok bool) {
	text = text[:min(len(text), maxText)]
	logged := func(s string) string { return strings.ReplaceAll(s, " ", "_") }
	var region string
	found, closed := false, false
	for i := range messages {
		m := &messages[i]
		if g := m.closed.FindStringSubmatch(text); g != nil {
			region, found, closed = g[1], true, true
			break
		}
		if g := m.open.FindStringSubmatch(text); g != nil {
			region, found = g[1], true
			if i := strings.IndexAny(region, `'"`); i >= 0 { // perhaps the closing one
				region = region[:i]
			}
			break
		}
	}
	lead, tail, wild, read := around(pieces)
	lead, tail = logged(lead), logged(tail)
	if !found { // a message in another language: the marks around the value tell where it is
		if len(lead) < minMark || len(tail) < minMark {
			return quoted{}, false
		}
		i := strings.Index(text, lead)
		if i < 0 {
			return quoted{}, false
		}
		region = text[i:]
		if j := strings.LastIndex(region[len(lead):], tail); j >= 0 {
			region, closed = region[:len(lead)+j+len(tail)+min(wild, len(region)-len(lead)-j-len(tail))], true
		}
	}
	out = quoted{loose: looseSigns, source: FromError}
	if out.text, out.whole, ok = between(region, lead, tail, wild, closed); !ok || out.text == "" {
		return quoted{}, false
	}
	if weak && strings.Contains(strings.ToLower(logged(payload)), strings.ToLower(out.text)) {
		return quoted{}, false // it repeats what was sent
	}
	out.unmask(read, logged)
	return out, true
}

// withoutValue is an error text without what it quotes: values are shown where they can be masked.
func withoutValue(text string) string {
	for i := range messages {
		m := &messages[i]
		for _, re := range [...]*regexp.Regexp{m.closed, m.open} {
			if g := re.FindStringSubmatchIndex(text); g != nil {
				return text[:g[2]] + "***" + text[g[3]:]
			}
		}
	}
	if i := strings.IndexAny(text, `'"`); i >= 0 && strings.LastIndexAny(text, `'"`) > i+len("'='") { // of another language
		return text[:i+1] + "***" + text[strings.LastIndexAny(text, `'"`):]
	}
	return text
}

// minMark is how long a mark is that is not met by chance.
const minMark = 3

// between is what stands between the marks in a region of which closed says that all of it was logged.
func between(region, lead, tail string, wild int, closed bool) (text string, whole, ok bool) {
	rest, marked := strings.CutPrefix(region, lead)
	if !marked {
		return "", false, false
	}
	if tail != "" {
		if i := strings.LastIndex(rest, tail); i >= 0 && len(rest)-i-len(tail) <= wild {
			return rest[:i], true, true
		}
		for n := min(len(tail)-1, len(rest)); n > 0; n-- { // the mark may have begun
			if strings.HasSuffix(rest, tail[:n]) {
				return rest[:len(rest)-n], false, true
			}
		}
		return rest, false, true
	}
	if closed && wild > 0 && len(rest) >= wild {
		rest = rest[:len(rest)-wild]
	} else if wild > 0 {
		closed = false
	}
	if t, cut := strings.CutSuffix(rest, "..."); cut {
		return t, false, true
	}
	return rest, closed, true
}

// unmask puts back what the payload had replaced.
func (q *quoted) unmask(read []piece, logged func(string) string) {
	if len(read) != 1 {
		return
	}
	for i := len(read[0].masked) - 1; i >= 0; i-- {
		of, by := read[0].masked[i][0], logged(read[0].masked[i][1])
		switch {
		case len(by) >= minMark:
			q.text = strings.ReplaceAll(q.text, by, of)
		case by == "":
			q.whole = false
			q.loose = anySign
		default:
			q.loose += by
		}
	}
}

// anySign as loose signs says that no character is where it was.
const anySign = "\x00"

// isLoose reports a character that may be another.
func (q *quoted) isLoose(r rune) bool {
	return q.loose == anySign || r >= utf8.RuneSelf && q.source == FromError || r < ' ' || strings.ContainsRune(q.loose, r)
}

// inPage finds what stands between the marks in a page that the log kept: what is the same wherever it stands, and is
// not the payload itself, which pages repeat.
func inPage(page string, pieces []piece, payload string) (quoted, bool) {
	lead, tail, _, read := around(pieces)
	if len(lead) < minMark || len(tail) < minMark || len(read) == 0 {
		return quoted{}, false
	}
	page = html.UnescapeString(page)
	payload = strings.ToLower(payload)
	value, n := "", 0
	for range maxPieces {
		i := strings.Index(page, lead)
		if i < 0 {
			break
		}
		page = page[i+len(lead):]
		j := strings.Index(page, tail)
		if j < 0 {
			break
		}
		v := page[:j]
		if v == "" || strings.Contains(payload, strings.ToLower(v)) || strings.Contains(v, "\n<") {
			continue
		}
		if n > 0 && v != value {
			return quoted{}, false
		}
		value, n = v, n+1
		page = page[j+len(tail):]
	}
	if n == 0 || !utf8.ValidString(value) {
		return quoted{}, false
	}
	out := quoted{text: value, whole: true, source: FromAnswer}
	out.unmask(read, func(s string) string { return s })
	return out, true
}
