package report

import (
	"regexp"
	"strings"

	"spoor/triage"
)

// escape makes text inert in Markdown (CommonMark and GitHub's extensions), in a paragraph, a list item or
// a table cell: one line without raw HTML, links, images, emphasis, code or cell ends, which a renderer
// shows as the text was, save that control characters are visible (triage.Visible) and that what
// renderers make a link of by themselves is broken: "://" reads "[:]//", "www." reads "www[.]" and "a@b"
// reads "a[@]b".
//
// Everything that could mean something gets a backslash, which CommonMark 0.31 (2.4) undoes for ASCII
// punctuation; "|" becomes an entity since tables are cut up before backslashes are looked at.
func escape(text string) string {
	s := defuse(triage.Visible(text))
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '|':
			b.WriteString("&#124;")
			continue
		case '\\', '`', '*', '_', '[', ']', '<', '>', '&', '#', '~', '$', '!', '{', '}':
			b.WriteByte('\\')
		case '-', '+', '=', ':':
			// Lists, rules, underlined headings and columns, but only where a line could start.
			if strings.Trim(s[:i], " ") == "" {
				b.WriteByte('\\')
			}
		case '.', ')':
			// Numbered lists, likewise.
			ends := i+1 == len(s) || s[i+1] == ' '
			if lead := strings.TrimLeft(s[:i], " "); ends && lead != "" && strings.Trim(lead, "0123456789") == "" {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return strings.Trim(b.String(), " ")
}

var (
	wwwDot = regexp.MustCompile(`(?i)www\.`)
	http   = regexp.MustCompile(`(?i)\bhtt(ps?)\b`)
)

// defuse breaks what renderers turn into links without being asked.
//
// GitHub's autolinks: https://github.github.com/gfm/#autolinks-extension-
func defuse(s string) string {
	s = strings.ReplaceAll(s, "://", "[:]//")
	s = wwwDot.ReplaceAllStringFunc(s, func(m string) string { return m[:3] + "[.]" })
	if !strings.Contains(s, "@") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '@' && i > 0 && s[i-1] != ' ' && i+1 < len(s) && s[i+1] != ' ' {
			b.WriteString("[@]")
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// code is text as a code span that nothing in it can end: its fence is longer than any run of backticks
// inside. For paragraphs and list items; tables cut a span at "|", use escape there.
func code(text string) string {
	s := triage.Visible(text)
	if strings.Trim(s, " ") == "" {
		return "(empty)"
	}
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	// A renderer takes one space off both ends if both have one.
	if s[0] == '`' || s[len(s)-1] == '`' || s[0] == ' ' && s[len(s)-1] == ' ' {
		s = " " + s + " "
	}
	return fence + s + fence
}

// defang makes an indicator unusable by a click, in the usual notation: hxxp, [.], [:], [@]. The result
// is for escape.
func defang(kind, value string) string {
	switch kind {
	case "client", "ip", "domain", "host", "url", "email":
		value = http.ReplaceAllString(value, "hxx$1")
		value = strings.ReplaceAll(value, ".", "[.]")
		value = strings.ReplaceAll(value, "@", "[@]")
		value = strings.ReplaceAll(value, ":", "[:]")
	}
	return value
}
