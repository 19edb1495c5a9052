package script

import (
	"html"
	"regexp"
	"strings"
)

// Files of most languages are pages with code between marks. codeOf gives the code alone, parts apart from each
// other by a line end and a semicolon, which ends a statement in every one of them.

const partEnd = "\n;\n"

func codeOf(lang language, text string) string {
	switch lang {
	case php:
		return phpCode(text)
	case vbscript, jscript, csharp, vbnet, jsnet:
		return aspCode(text)
	case java:
		return jspCode(text)
	case cfml:
		return cfCode(text)
	}
	return text
}

// indexFold is strings.Index of an ASCII pattern in lower case, whatever the case of the text.
func indexFold(text, lower string, from int) int {
	if from >= len(text) {
		return -1
	}
	first := lower[0]
	for i := from; i+len(lower) <= len(text); i++ {
		c := text[i]
		if c != first && (c|0x20) != first {
			continue
		}
		if strings.EqualFold(text[i:i+len(lower)], lower) {
			return i
		}
	}
	return -1
}

var phpMark = regexp.MustCompile(`(?i)<\?(?:php\b|=|\s)|<\?$|<\?[@$]|<script\s+language\s*=\s*["']?php["']?\s*>`)

func phpCode(text string) string {
	var b strings.Builder
	for at := 0; at < len(text); {
		m := phpMark.FindStringIndex(text[at:])
		if m == nil {
			break
		}
		open := text[at+m[0] : at+m[1]]
		at += m[1]
		if c := open[len(open)-1]; c == '@' || c == '$' {
			at--
		}
		if strings.HasSuffix(open, "=") {
			b.WriteString("echo ")
		}
		end := phpEnd(text, at)
		b.WriteString(text[at:end])
		b.WriteString(partEnd)
		at = end + 2
	}
	return b.String()
}

// phpEnd finds the closing mark of a part: one inside of a string does not close it, one in a line comment does.
func phpEnd(text string, at int) int {
	for i := at; i < len(text); i++ {
		switch c := text[i]; c {
		case '\'', '"', '`':
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '/':
			if strings.HasPrefix(text[i:], "/*") {
				n := strings.Index(text[i+2:], "*/")
				if n < 0 {
					return len(text)
				}
				i += n + 3
			} else if strings.HasPrefix(text[i:], "//") {
				i = lineComment(text, i) - 1
			}
		case '#':
			i = lineComment(text, i) - 1
		case '?':
			if strings.HasPrefix(text[i:], "?>") {
				return i
			}
		case '<':
			if strings.HasPrefix(text[i:], "<<<") {
				if n := heredocEnd(text, i+3); n > 0 {
					i = n - 1
				}
			} else if len(text)-i >= 9 && strings.EqualFold(text[i:i+9], "</script>") {
				return i
			}
		}
	}
	return len(text)
}

func lineComment(text string, i int) int {
	for ; i < len(text) && text[i] != '\n'; i++ {
		if text[i] == '?' && i+1 < len(text) && text[i+1] == '>' {
			return i
		}
	}
	return i
}

var heredocName = regexp.MustCompile(`^[ \t]*["']?([A-Za-z_]\w{0,63})["']?\r?\n`)

// heredocEnd is where the heredoc whose name begins at at ends; 0 if it is none.
func heredocEnd(text string, at int) int {
	_, _, end := heredoc(text, at)
	return end
}

func heredoc(text string, at int) (body string, raw bool, end int) {
	m := heredocName.FindStringSubmatchIndex(text[at:min(len(text), at+128)])
	if m == nil {
		return "", false, 0
	}
	name := text[at+m[2] : at+m[3]]
	raw = strings.Contains(text[at:at+m[2]], "'")
	from := at + m[1]
	for i := from; i < len(text); {
		line := text[i:]
		if n := strings.IndexByte(line, '\n'); n >= 0 {
			line = line[:n+1]
		}
		if rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), name); ok && (rest == "" || !isWord(rest[0])) {
			return strings.TrimSuffix(text[from:i], "\n"), raw, i + len(line) - len(rest)
		}
		i += len(line)
	}
	return text[from:], raw, len(text)
}

// aspCode cuts ASP and ASP.NET: <% %>, <%= %>, <%# %>, and scripts that run at the server. A handler file has its
// directive first and nothing but code behind it.
func aspCode(text string) string {
	var b strings.Builder
	handler := false
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			break
		}
		at += i
		switch {
		case strings.HasPrefix(text[at:], "<%--"):
			n := strings.Index(text[at:], "--%>")
			if n < 0 {
				return b.String()
			}
			at += n + 4
		case strings.HasPrefix(text[at:], "<%"):
			n := strings.Index(text[at:], "%>")
			if n < 0 {
				n = len(text) - at
			}
			part := text[at+2 : max(at+2, at+n)]
			at = min(len(text), at+n+2)
			if strings.HasPrefix(part, "@") {
				low := strings.ToLower(part)
				handler = handler || strings.Contains(low, "webhandler") || strings.Contains(low, "webservice")
				if handler {
					return b.String() + text[at:]
				}
				continue
			}
			b.WriteString(strings.TrimLeft(part, "=#:"))
			b.WriteString(partEnd)
		case len(text)-at >= 7 && strings.EqualFold(text[at:at+7], "<script"):
			n := strings.IndexByte(text[at:], '>')
			if n < 0 {
				return b.String()
			}
			head := strings.ToLower(text[at : at+n])
			at += n + 1
			end := indexFold(text, "</script", at)
			if end < 0 {
				end = len(text)
			}
			if strings.Contains(head, "runat") && strings.Contains(head, "server") {
				b.WriteString(strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(text[at:end]))
				b.WriteString(partEnd)
			}
			at = end
		default:
			at++
		}
	}
	if b.Len() == 0 && !strings.Contains(text, "<%") && strings.Contains(text, ";") && !strings.Contains(text, "</") {
		return text // code without a page around it
	}
	return b.String()
}

var jspElement = regexp.MustCompile(`(?is)^<jsp:(?:scriptlet|declaration|expression)>`)

func jspCode(text string) string {
	text = unicodeEscapes(text)
	var b strings.Builder
	for at := 0; at < len(text); {
		i := strings.IndexAny(text[at:], "<$#")
		if i < 0 {
			break
		}
		at += i
		rest := text[at:]
		switch {
		case strings.HasPrefix(rest, "<%--"):
			n := strings.Index(rest, "--%>")
			if n < 0 {
				return b.String()
			}
			at += n + 4
		case strings.HasPrefix(rest, "<%"):
			n := strings.Index(rest, "%>")
			if n < 0 {
				n = len(rest)
			}
			part := rest[2:max(2, n)]
			at = min(len(text), at+n+2)
			if !strings.HasPrefix(part, "@") {
				b.WriteString(strings.TrimLeft(part, "=!"))
				b.WriteString(partEnd)
			}
		case strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "#{"):
			n := strings.IndexByte(rest, '}')
			if n < 0 || n > 4096 {
				at += 2
				continue
			}
			b.WriteString(rest[2:n])
			b.WriteString(partEnd)
			at += n + 1
		default:
			m := jspElement.FindStringIndex(rest[:min(len(rest), 64)])
			if m == nil {
				at++
				continue
			}
			n := indexFold(text, "</jsp:", at)
			if n < 0 {
				n = len(text)
			}
			part := text[at+m[1] : max(at+m[1], n)]
			if strings.Contains(part, "<![CDATA[") {
				part = strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(part)
			} else {
				part = html.UnescapeString(part)
			}
			b.WriteString(part)
			b.WriteString(partEnd)
			at = n + 1
		}
	}
	return b.String()
}

// unicodeEscapes undoes \u0041, which Java does before it reads anything else.
func unicodeEscapes(text string) string {
	if !strings.Contains(text, `\u`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && text[i+1] == 'u' {
			j := i + 1
			for j < len(text) && text[j] == 'u' {
				j++
			}
			if v, ok := hexValue(text, j, 4); ok {
				b.WriteRune(rune(v))
				i = j + 3
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func hexValue(s string, at, n int) (int, bool) {
	if at+n > len(s) || n == 0 {
		return 0, false
	}
	v := 0
	for _, c := range []byte(s[at : at+n]) {
		d := hexDigit(c)
		if d < 0 {
			return 0, false
		}
		v = v<<4 | d
	}
	return v, true
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// cfCode writes the tags of ColdFusion as calls: <cfset x=y> as x=y, <cfexecute name="n"> as cfexecute(name="n").
// https://helpx.adobe.com/coldfusion/cfml-reference/coldfusion-tags.html
func cfCode(text string) string {
	var b strings.Builder
	for at := 0; at < len(text); {
		if strings.HasPrefix(text[at:], "<!---") {
			n := strings.Index(text[at:], "--->")
			if n < 0 {
				break
			}
			at += n + 4
			continue
		}
		i := indexFold(text, "<cf", at)
		if c := strings.Index(text[at:], "<!---"); c >= 0 && (i < 0 || at+c < i) {
			at += c
			continue
		}
		if i < 0 {
			break
		}
		end := tagEnd(text, i)
		tag := text[i+1 : end]
		at = min(len(text), end+1)
		n := 0
		for n < len(tag) && isWord(tag[n]) {
			n++
		}
		name, rest := strings.ToLower(tag[:n]), strings.TrimSuffix(tag[n:], "/")
		switch name {
		case "cfset", "cfreturn", "cfif", "cfelseif":
			b.WriteString(rest)
		case "cfscript":
			n := indexFold(text, "</cfscript", at)
			if n < 0 {
				n = len(text)
			}
			b.WriteString(text[at:n])
			at = n
		case "cfoutput", "cfelse", "cfloop", "cfcomponent":
			continue
		default:
			b.WriteString(name + "(" + cfAttributes(rest) + ")")
		}
		b.WriteString(partEnd)
	}
	return b.String()
}

// tagEnd finds the ">" of a tag, outside of quotes.
func tagEnd(text string, at int) int {
	for i := at; i < len(text); i++ {
		switch c := text[i]; c {
		case '\'', '"':
			for i++; i < len(text) && text[i] != c; i++ {
			}
		case '>':
			return i
		}
	}
	return len(text)
}

var cfAttribute = regexp.MustCompile(`(\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)

func cfAttributes(s string) string {
	var parts []string
	for _, m := range cfAttribute.FindAllStringSubmatch(s, 64) {
		parts = append(parts, m[1]+"="+m[2])
	}
	return strings.Join(parts, ", ")
}
