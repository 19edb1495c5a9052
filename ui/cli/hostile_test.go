package cli_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// hostile is what somebody might put wherever a report shows what was sent or written.
var hostile = []string{
	"\x1b]0;owned\x07\x1b[2J", "\u202egpj.exe\u2066", "\u200b\ufeff", "</title><script>alert(1)</script>", `"><img src=x onerror=alert(1)>`,
	"[x](javascript:alert(1))", "![](http://198.51.100.1/t.png)", "http://198.51.100.1/login", "=cmd|'/C calc'!A0", "@SUM(1+1)", "|pipe|", "`code`", "{{.Case}}", "\xff\xfe\x9b31m", "]]>&amp;<w:p>",
}

// hostileCase is a case in which every text that spoor does not write itself is hostile.
func hostileCase(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var log, list strings.Builder
	for i, h := range hostile {
		quoted := strings.NewReplacer(`"`, `\"`, "\x07", "%07").Replace(h)
		fmt.Fprintf(&log, "198.51.100.9 - %s [08/Mar/2025:03:17:%02d +0000] \"GET /a%s.php?id=1'+UNION+SELECT+'%s',2--+- HTTP/1.1\" 200 5 \"http://x/%s\" \"%s\"\n",
			strings.ReplaceAll(quoted, " ", "_"), i, strings.ReplaceAll(quoted, " ", "%20"), strings.ReplaceAll(quoted, " ", "+"), quoted, quoted)
		fmt.Fprintf(&list, "%064x  /srv/%s.php\n", i+1, strings.ReplaceAll(h, "\x07", ""))
	}
	name := filepath.Join(dir, "=a<b>|\u202e[x](y).log")
	write := func(name, s string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(name, log.String())
	write(filepath.Join(dir, "list.sha256"), list.String())
	write(filepath.Join(dir, "bad.txt"), fmt.Sprintf("%064x;=family<b>\n", 3))
	dir = filepath.Join(dir, "case")
	all := strings.ReplaceAll(strings.Join(hostile, "\n"), "\xff\xfe\x9b31m", "\u009b31m")
	for _, args := range [][]string{
		{"load", dir, name, filepath.Join(filepath.Dir(name), "list.sha256"), "--known-bad", filepath.Join(filepath.Dir(name), "bad.txt"), "--analyst", "=Ada<b>\x1b[1m"},
		{"note", dir, "-m", all + "\n- [ ] =task"},
		{"case", dir, "--victim", all, "--requested-by", all, "--authority", "=1+1", "--systems", all, "--objective", all},
	} {
		if _, errs, code := run(t, args...); code != 0 {
			t.Fatalf("%v: %s", args[0], errs)
		}
	}
	out, _, _ := run(t, "search", dir, "class:sqli", "--json")
	refs := regexp.MustCompile(`"ref":"(r:[0-9a-f.]+)"`).FindStringSubmatch(out)
	if refs == nil {
		t.Fatalf("nothing was found: %s", out)
	}
	if _, errs, code := run(t, "verdict", dir, refs[1], "confirmed", "-m", all); code != 0 {
		t.Fatal(errs)
	}
	return dir
}

// acts names what of a text could act on a terminal or hide what it says; empty if nothing.
func acts(s string) string {
	if !utf8.ValidString(s) {
		return "bytes that are no UTF-8"
	}
	for _, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200b, r == 0xfeff:
			return fmt.Sprintf("U+%04X", r)
		}
	}
	return ""
}

// Hostile text is inert in every format a case is written in.
func TestHostileTextIsInertInEveryFormat(t *testing.T) {
	dir := hostileCase(t)
	read := func(format string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "out."+format)
		if _, errs, code := run(t, "report", dir, "--format", format, "-o", file, "--tlp", "red"); code != 0 {
			t.Fatalf("%s: %s", format, errs)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, format := range []string{"md", "html", "json", "stix", "misp", "navigator", "timesketch"} {
		s := read(format)
		if what := acts(s); what != "" {
			t.Errorf("%s holds %s", format, what)
		}
		switch format {
		case "md":
			inertMarkdown(t, s)
		case "html":
			if strings.Count(s, "<script") != 1 || regexp.MustCompile(`(?i)<(img|iframe|object|link|form)|<[a-z]+[^>]* on[a-z]+=|href="[^#]`).MatchString(s) {
				t.Error("html: markup of the evidence's own")
			}
			if !strings.Contains(s, "&lt;script&gt;alert(1)") {
				t.Error("html: what was sent is not shown")
			}
		case "timesketch":
			for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
				if !json.Valid([]byte(line)) {
					t.Errorf("timesketch: %.200s", line)
				}
			}
		default:
			if !json.Valid([]byte(s)) {
				t.Errorf("%s is no JSON", format)
			}
		}
	}
	if s := read("pdf"); regexp.MustCompile(`/(URI|JavaScript|JS|Launch|OpenAction|AA|EmbeddedFile)\b`).MatchString(s) {
		t.Error("the PDF has something that acts")
	}
	inertDOCX(t, read("docx"))
	for _, list := range [][]string{{"findings"}, {"search"}, {"webshells"}, {"incidents"}, {"outcomes"}, {"actors"}, {"files"}, {"timeline"}, {"evidence"}, {"gaps"}, {"notes"}, {"notes", "--tasks"}, {"stolen"}, {"stolen", "--attacks"}, {"processes"}} {
		args := append([]string{list[0], dir}, list[1:]...)
		if list[0] == "search" {
			args = append(args, "is:request")
		}
		out, errs, code := run(t, append(args, "--csv")...)
		if code != 0 {
			t.Errorf("%v --csv: %s", list, errs)
		}
		if what := acts(out); what != "" {
			t.Errorf("%v --csv holds %s", list, what)
		}
		if list[0] == "notes" && !strings.Contains(out, "'=") && len(list) > 1 {
			t.Errorf("%v: the task that begins with = is not shown: %s", list, out)
		}
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Errorf("%v: %v", list, err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if number := regexp.MustCompile(`^-?[0-9.]+(e[+-][0-9]+)?$`); cell != "" && strings.ContainsRune("=+-@\t\r|", rune(cell[0])) && !number.MatchString(cell) {
					t.Errorf("%v: a formula: %.60q", list, cell)
				}
			}
		}
	}
}

// inertMarkdown fails on raw HTML, links and images.
func inertMarkdown(t *testing.T, s string) {
	t.Helper()
	_ = ast.Walk(goldmark.DefaultParser().Parse(text.NewReader([]byte(s))), func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.RawHTML, *ast.HTMLBlock, *ast.Link, *ast.Image, *ast.AutoLink:
			if enter {
				t.Errorf("md: a %s", n.Kind())
			}
		}
		return ast.WalkContinue, nil
	})
}

// inertDOCX fails on parts that are no XML, on links, and on fields other than the page number.
func inertDOCX(t *testing.T, s string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(s)), int64(len(s)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if what := acts(string(b)); what != "" {
			t.Errorf("docx: %s holds %s", f.Name, what)
		}
		for dec := xml.NewDecoder(bytes.NewReader(b)); ; {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("docx: %s: %v", f.Name, err)
			}
			if e, ok := tok.(xml.StartElement); ok && (e.Name.Local == "hyperlink" || e.Name.Local == "drawing" || e.Name.Local == "object") {
				t.Errorf("docx: %s has a %s", f.Name, e.Name.Local)
			}
		}
		if n := strings.Count(string(b), "<w:instrText"); n > 1 || n == 1 && !strings.Contains(string(b), "> PAGE <") {
			t.Errorf("docx: %s has a field of its own", f.Name)
		}
	}
}
