package triage_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"spoor/triage"
)

var decodeCases = []struct{ name, query, want, coding string }{
	{"plain", "q=pan", "pan", "raw"},
	{"plus", "q=a+b", "a b", "url"},
	{"url", "q=%3Cb%3E", "<b>", "url"},
	{"url twice", "q=%253Cb%253E", "<b>", "url+url"},
	{"url three times", "q=%25253Cb%25253E", "<b>", "url+url+url"},
	{"plus after the first step stays", "q=a%252Bb", "a+b", "url+url"},
	{"%u", "q=%u003cb%u003e", "<b>", "%u"},
	{"entities", "q=%26lt;b%26%2362;", "<b>", "url+html"},
	{"escapes", `q=\x3cb\u003e`, "<b>", `\x`},
	{"braced escape", `q=\u{3c}b`, "<b", `\x`},
	{"overlong", "q=%c0%bcb%e0%80%be", "<b>", "url+unicode"},
	{"full width", "q=%ef%bc%9cb%ef%bc%9e", "<b>", "url+unicode"},
	{"an accent stays", "q=caf%C3%A9", "caf\u00e9", "url"},
	{"a path with digits stays", `q=c:\123\a`, `c:\123\a`, "raw"},
	{"broken escapes stay", "q=100%+%zz%2", "100% %zz%2", "url"},
	{"hex", "q=0x3c3f706870", "<?php", "hex"},
	{"base64", "q=PD9waHAgZWNobyAxOw==", "<?php echo 1;", "base64"},
	{"base64 of the URL alphabet", "q=PD9waHAgZWNobyAifn5-Ijs_Pg", `<?php echo "~~~";?>`, "base64"},
	{"base64 of a word is a word", "q=InternationalOffice", "InternationalOffice", "raw"},
	{"char", "q=CHAR(60,63)%2bCHAR(0x70)", "<?p", "url+char()"},
	{"chr", "q=CHR(97)||CHR(98)", "ab", "char()"},
	{"fromCharCode", "q=String.fromCharCode(60,98,62)", "<b>", "char()"},
	{"concat", "q='al'%2b'ert'", "'alert'", "url+concat"},
	{"concat by ||", "q='xp_'||'cmdshell'", "'xp_cmdshell'", "concat"},
	{"concat call", "q=CONCAT('xp_',%22cmdshell%22)", "'xp_cmdshell'", "url+concat"},
	{"overlong coded twice", "q=%C3%80%C2%AFetc", "/etc", "url+unicode"},
	{"slashes of mathematics", "q=%u2215etc%u2216x", `/etc\x`, "%u+unicode"},
	{"gzip in base64", "q=H4sIAAAAAAACA7OxL8goUCiuLC5JzdVQykxR0rQGAMgjMkwTAAAA", `<?php system("id");`, "base64"},
	{"deflate in base64", "q=gzinflate(base64_decode('" + "K64sLknN1VDKTFHStAYA" + "'))", `system("id");`, "base64"},
	{"UTF-16 in base64", "q=dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==", "whoami /all", "base64"},
	{"base64 twice", "q=UEQ5d2FIQWdjM2x6ZEdWdEtDSnBaQ0lwT3c9PQ==", `<?php system("id");`, "base64+base64"},
	{"UTF-7", "q=%2BADw-script%2BAD4-", "<script>", "url+utf-7"},
	{"UTF-7 whose plus became a space", "q=+ADw-b+AD4-", "<b>", "url+utf-7"},
	{"reversed", "q=strrev(%22metsys%22)", "system", "url+reversed"},
	{"octal", `q=\163\171\163("id")`, `sys("id")`, "octal"},
	{"quoted hex", "q=unhex('3c3f7068702065')", "<?php e", "hex"},
}

func TestLayers(t *testing.T) {
	for _, c := range decodeCases {
		layers := triage.Layers(&triage.Request{Path: "/", Query: c.query})
		last := layers[len(layers)-1]
		if last.Text != c.want || last.Coding != c.coding || last.Field != "query:q" {
			t.Errorf("%s: last layer %+v, want %q as %q", c.name, last, c.want, c.coding)
		}
		if layers[0].Field != "path" || layers[0].Coding != "raw" {
			t.Errorf("%s: first layer %+v", c.name, layers[0])
		}
	}
}

func TestDecodedText(t *testing.T) {
	for _, c := range []struct{ path, query, want string }{
		{"/a", "", "/a"},
		{"/a%20b", "", "/a b"},
		{"/a", "x=1", "/a?x=1"},
		{"/a", "x=%253Cb%253E&y=a+b", "/a?x=<b>&y=a b"},
		{"/a", "x=0x3c3f706870", "/a?x=0x3c3f706870 <?php"},
		{"/a", "lone", "/a?lone"},
	} {
		if got := triage.DecodedText(c.path, c.query); got != c.want {
			t.Errorf("DecodedText(%q, %q) = %q, want %q", c.path, c.query, got, c.want)
		}
	}
}

// spelled are the codings whose text stands beside what was sent.
var spelled = []string{"hex", "char", "base64", "concat", "utf-7", "reversed", "octal"}

// inPlaceLayer is the last layer that stands in the place of what was sent.
func inPlaceLayer(layers []triage.Layer, field string) triage.Layer {
	var last triage.Layer
	for _, l := range layers {
		if l.Field == field && !slices.ContainsFunc(spelled, func(s string) bool { return strings.Contains(l.Coding, s) }) {
			last = l
		}
	}
	return last
}

// The laws of decoding: layers are bounded in number, depth and length; the first is what was sent;
// and where decoding ended before its bound, decoding the end again changes nothing.
func FuzzLayers(f *testing.F) {
	for _, c := range decodeCases {
		f.Add(strings.TrimPrefix(c.query, "q="))
	}
	f.Add("%25%25%25%32%35" + strings.Repeat("25", 40))
	f.Add(strings.Repeat("&amp;", 9) + "lt;")
	f.Fuzz(func(t *testing.T, value string) {
		layers := triage.Layers(&triage.Request{Path: value})
		if value == "" {
			return
		}
		if len(layers) > 16 {
			t.Fatalf("%d layers", len(layers))
		}
		for _, l := range layers {
			if len(l.Text) > 64<<10 {
				t.Fatalf("%s: %d bytes", l.Coding, len(l.Text))
			}
			if strings.Count(l.Coding, "+") > 9 {
				t.Fatalf("too deep: %s", l.Coding)
			}
		}
		if layers[0].Coding != "raw" || !strings.HasPrefix(value, layers[0].Text) {
			t.Fatalf("first layer %+v of %q", layers[0], value)
		}
		last := inPlaceLayer(layers, "path")
		if strings.Count(last.Coding, "+") < 5 {
			again := triage.Layers(&triage.Request{Path: last.Text})
			if end := inPlaceLayer(again, "path"); end.Text != last.Text && last.Text != "" {
				t.Fatalf("%q decodes to %q, and that to %q", value, last.Text, end.Text)
			}
		}
		if d := triage.DecodedText(value, ""); !strings.HasPrefix(d, last.Text) {
			t.Fatalf("DecodedText(%q) = %q, want it to start with %q", value, d, last.Text)
		}
	})
}

// Every rule that is asked for by a word must be reachable through the one pass for words, whatever
// stands around it.
func FuzzSurroundings(f *testing.F) {
	f.Add("a", "b")
	f.Add("", "\x00")
	f.Add("union", "select")
	j := triage.NewJudge()
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 4096 || !plain(before) || !plain(after) {
			return
		}
		found := j.URI("GET", "/a", "x="+before+"<script>"+after, "HTTP/1.1")
		if !slices.ContainsFunc(found, func(x triage.Finding) bool { return x.Rule == "xss-script" }) {
			t.Fatalf("%q <script> %q: %+v", before, after, found)
		}
		if !utf8.ValidString(found[0].Match) {
			t.Fatalf("match %q", found[0].Match)
		}
	})
}

// plain is true of text that no decoding changes.
func plain(s string) bool {
	return !strings.ContainsAny(s, "%&\\#+") && strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0
}
