package report_test

import (
	"html"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"spoor/cases"
	"spoor/cases/report"
	"spoor/triage"
)

// Each text with how a reader sees it.
var hostile = []struct{ name, in, seen string }{
	{"plain", "GET /a?b=c", "GET /a?b=c"},
	{"raw HTML", "<script>alert(1)</script>", "<script>alert(1)</script>"},
	{"a comment", "<!-- x", "<!-- x"},
	{"a link", "[x](javascript:alert(1))", "[x](javascript:alert(1))"},
	{"an image", "![x](//evil.example/p.png)", "![x](//evil.example/p.png)"},
	{"a reference", "[x]: /evil", "[x]: /evil"},
	{"a footnote", "[^1]: x", "[^1]: x"},
	{"angle autolink", "<https://evil.example>", "<https[:]//evil.example>"},
	{"bare autolink", "see http://evil.example/a", "see http[:]//evil.example/a"},
	{"www autolink", "WWW.evil.example", "WWW[.]evil.example"},
	{"mail autolink", "a@b.example,c@@d", "a[@]b.example,c[@][@]d"},
	{"a mention", "ask @ann now", "ask @ann now"},
	{"code", "`id` and ``x``", "`id` and ``x``"},
	{"a fence", "```sh", "```sh"},
	{"emphasis", "__a__ *b* ~~c~~", "__a__ *b* ~~c~~"},
	{"entities", "&lt;b&gt; &#124;", "&lt;b&gt; &#124;"},
	{"backslashes", `C:\a\*b\\`, `C:\a\*b\\`},
	{"a cell end", "a|b||c\\|d", "a|b||c\\|d"},
	{"a heading", "# x", "# x"},
	{"lists", "- x", "- x"},
	{"numbers", "1. x", "1. x"},
	{"brackets", "12) x", "12) x"},
	{"a rule", "---", "---"},
	{"underline", "===", "==="},
	{"a delimiter row", ":-:", ":-:"},
	{"a quotation", "> x", "> x"},
	{"code by indent", "     x", "x"},
	{"maths", "$x$ $$y$$", "$x$ $$y$$"},
	{"escape sequence", "\x1b[2J\x9b", "<ESC>[2J<9B>"},
	{"line ends", "a\r\n\r\n# b", "a<CR><LF><CR><LF># b"},
	{"bidi", "a\u202eb", "a<U+202E>b"},
	{"empty", "", ""},
}

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList)).Parser()

// nodes renders Markdown and answers what a reader sees of it, failing on anything that is not inert.
func nodes(t *testing.T, md string, in string) string {
	t.Helper()
	src := []byte(md)
	var seen strings.Builder
	err := ast.Walk(gfm.Parse(text.NewReader(src)), func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			if _, ok := n.Parent().(*ast.CodeSpan); ok {
				seen.Write(n.Segment.Value(src))
			} else {
				seen.WriteString(unescape(string(n.Segment.Value(src))))
			}
		case *ast.String:
			seen.Write(n.Value)
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.CodeSpan, *ast.Heading, *ast.List, *ast.ListItem, *ast.Blockquote,
			*east.Table, *east.TableHeader, *east.TableRow, *east.TableCell:
		case *ast.Emphasis:
			if n.Level != 2 {
				t.Fatalf("%q became emphasis in %q", in, md)
			}
		default:
			t.Fatalf("%q became %s in %q", in, n.Kind(), md)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen.String()
}

// unescape undoes backslashes and entities as a renderer does.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] < 0x80 && (unicode.IsPunct(rune(s[i+1])) || unicode.IsSymbol(rune(s[i+1]))):
			i++
			b.WriteByte(s[i])
		case s[i] == '&' && strings.HasPrefix(s[i:], "&#124;"):
			b.WriteString(html.UnescapeString("&#124;"))
			i += len("&#124;") - 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func TestEscape(t *testing.T) {
	for _, c := range hostile {
		if got := nodes(t, report.Escape(c.in), c.in); got != c.seen {
			t.Errorf("%s: a reader of %q sees %q, want %q", c.name, report.Escape(c.in), got, c.seen)
		}
	}
}

func TestCode(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a", "`a`"},
		{"`", "`` ` ``"},
		{"a``b`c", "```a``b`c```"},
		{"``", "``` `` ```"},
		{" a ", "`  a  `"},
		{"a|b\\", "`a|b\\`"},
		{"<b>\x1b\n", "`<b><ESC><LF>`"},
		{"", "(empty)"},
		{"  ", "(empty)"},
	} {
		if got := report.Code(c.in); got != c.want {
			t.Errorf("code(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestDefang(t *testing.T) {
	for _, c := range []struct{ kind, in, want string }{
		{"client", "198.51.100.9", "198[.]51[.]100[.]9"},
		{"client", "2001:db8::1", "2001[:]db8[:][:]1"},
		{"url", "HTTPS://drop.example/x", "hxxPS[:]//drop[.]example/x"},
		{"url", "http://a.example/?u=http://b.example", "hxxp[:]//a[.]example/?u=hxxp[:]//b[.]example"},
		{"domain", "drop.example", "drop[.]example"},
		{"email", "a@drop.example", "a[@]drop[.]example"},
		{"path", "/img/up.php", "/img/up.php"},
		{"sha256", badSHA, badSHA},
	} {
		if got := report.Defang(c.kind, c.in); got != c.want {
			t.Errorf("defang(%s, %s) = %s, want %s", c.kind, c.in, got, c.want)
		}
	}
}

// Laws of escape and code: one line of printable text; a renderer makes nothing but text (or one code
// span) of it, wherever it stands; a table keeps its cells; and the reader sees what was there.
func FuzzEscape(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, span := report.Escape(in), report.Code(in)
		for _, s := range []string{out, span} {
			for _, r := range s {
				if !utf8.ValidString(s) || !unicode.IsGraphic(r) {
					t.Fatalf("%q became %q with %U", in, s, r)
				}
			}
		}
		if strings.Contains(out, "|") || strings.Contains(out, "://") {
			t.Fatalf("%q became %q", in, out)
		}
		want := strings.Trim(report.Defuse(triage.Visible(in)), " ")
		for _, place := range []string{"%", "- %", "> %", "x % x", "x **%x**"} {
			frame := strings.NewReplacer("*", "", "> ", "", "- ", "").Replace(place)
			if got := nodes(t, strings.ReplaceAll(place, "%", out), in); got != strings.ReplaceAll(frame, "%", want) {
				t.Fatalf("in %q a reader of %q sees %q, want %q", place, out, got, want)
			}
		}
		table := nodes(t, "| a | b |\n| --- | --- |\n| "+out+" | last |\n", in)
		if table != "ab"+want+"last" {
			t.Fatalf("in a table a reader of %q sees %q, want %q", out, table, want)
		}
		if got := nodes(t, "- x: "+span, in); span != "(empty)" && strings.Trim(got, " ") != strings.Trim("x: "+triage.Visible(in), " ") {
			t.Fatalf("a reader of the span %q sees %q", span, got)
		}
	})
}

// blocks lists the headings, lists, tables, rows, cells and quotations of a Markdown text, in order.
func blocks(md string) string {
	var b strings.Builder
	ast.Walk(gfm.Parse(text.NewReader([]byte(md))), func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if enter && n.Type() == ast.TypeBlock && n.Kind() != ast.KindParagraph && n.Kind() != ast.KindTextBlock {
			b.WriteString(n.Kind().String() + " ")
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// The law of the whole: whatever text the places of evidence hold, a renderer makes the same headings,
// lists, tables and quotations of the report, and nothing else than text of the text.
func FuzzMarkdown(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		in += "x"
		md := markdown(t, poisoned(in))
		nodes(t, md, in)
		if got, want := blocks(md), blocks(markdown(t, poisoned("x"))); got != want {
			t.Fatalf("%q makes the structure\n%s\nwant\n%s", in, got, want)
		}
	})
}

// poisoned is the sample with a text in every place where evidence, or who wrote it, speaks.
func poisoned(in string) *report.Report {
	r := sample()
	r.Case.Name, r.Case.Objective, r.Case.Outcome, r.TLP = in, in, in, in
	r.Summary = []report.Statement{{Text: in, Refs: []string{"r:" + in}}}
	r.Evidence[0].Path, r.Evidence[0].Truncated = in, in
	r.Evidence[0].Rejects = []triage.Reject{{Line: 1, Reason: in, Text: in}}
	r.Timeline[0].Text, r.Timeline[0].Client, r.Timeline[0].Kind = in, in, in
	in1 := &r.Incidents[0]
	in1.Title, in1.Steps[0].Text, in1.Clients, in1.Shells = in, in, []string{in, in}, []string{in}
	in1.Summary[0].Text, in1.Gaps[1].Text, in1.Mapped[0].Why, in1.Mapped[0].Name, in1.Steps[0].Link = in, in, in, in, in
	in1.Lanes[0].Clients, in1.Lanes[0].Name, in1.Steps[0].Lane, in1.Steps[0].Confidence = []string{in}, in, in, in
	r.Webshells[0].Path, r.Webshells[0].Reasons[0].Text, r.Webshells[0].File.Path, r.Webshells[0].PlantWhy = in, in, in, in
	r.Intruders[0].Agents, r.Intruders[0].Clients, r.Intruders[0].Label = []string{in}, []string{in}, in
	r.Intruders[0].Attribution = report.Attribution{Verdict: in, Name: in, Why: r.Summary, Alternatives: r.Summary,
		Consistent: []report.Hypothesis{{ID: in, Name: in, For: r.Summary, Against: r.Summary}}}
	r.Findings[0].Samples[0].Target, r.Findings[0].Samples[0].Match, r.Findings[0].Samples[0].Method = in, in, in
	r.Suspects[0].Path, r.Suspects[0].Findings[0].Match, r.Suspects[0].Findings[0].Why = in, in, in
	r.Files[0].Path, r.Files[0].SHA256, r.Files[0].Why = in, in, in
	r.Notes[0].Text, r.Notes[0].Tags, r.Notes[0].Author = in+"\n"+in+"\n\n"+in, []string{in}, in
	r.Verdicts[0].Reason, r.Verdicts[0].Ref = in, "r:"+in
	r.Indicators[0].Value, r.Indicators[3].Value, r.Indicators[3].Kind = in, in, in
	r.Gaps[0].Text, r.Custody.Warnings, r.Custody.Head = in, []string{in}, in
	r.Custody.Runs[0].Args, r.Custody.Runs[0].Refused = []string{in}, []cases.Refused{{Path: in, Reason: in}}
	r.Cited = append(r.Cited, report.Cited{Citation: cases.Citation{Ref: "r:" + in, Source: in, Line: 3, SHA256: in, Text: in}})
	return r
}
