// Package script reads the text of server-side scripts and says what it shows, without ever running any of it.
//
// Read is the one call: a file's name and bytes in, a Reading out. The text is cut into tokens by a tolerant
// lexer of its language family (PHP, ASP with VBScript or JScript, ASP.NET, JSP, ColdFusion, Perl, Python), and
// the tokens are walked by an interpreter of abstract values: constants are folded ("ass"."ert", chr(), base64,
// inflate, xor), everything else only carries where it came from. When a value that came from the request
// reaches something that runs code, a command, a class or an include, a Rule fires, whatever the names are
// and however many variables and functions of the file lie between. Code that is folded out of constants is
// read in the same way.
//
// A worked example: $f = str_rot13('nffreg'); function g($x) { global $f; $f($x); } g(base64_decode($_COOKIE['k']));
// The first statement folds to "assert", the call of g binds $x to input, and $f($x) is assert(input): critical.
//
// What is promised: no panic and no more than linear time and memory on any bytes (the bounds are constants
// below), no file is opened, nothing is executed. Known weakness: values that pass through other files,
// databases or branches that cannot both be taken are not told apart.
package script

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"spoor/triage"
)

// The bounds of reading.
const (
	MaxBytes    = 4 << 20   // bytes read of a file; the rest is not looked at
	maxTokens   = 600_000   // of one text
	maxConst    = 256 << 10 // bytes of a folded constant
	maxFolded   = 8 << 20   // bytes of all constants folded in a file
	maxInner    = 5         // levels of code inside code
	maxFindings = 12        // kept of a file, the gravest
	maxDepth    = 120       // nesting of expressions that is followed
	maxPasses   = 3         // over the tokens, so that functions and loops see what comes later
)

// A Reading is what the text of one file shows.
type Reading struct {
	Language string           // such as "php"; empty if the file holds no code of a kind that servers run
	Findings []triage.Finding // highest level first; Field is "content"
	Stats    Stats            // of the code; zero if there is none
}

// Read reads a file by its name (only the last part matters) and the bytes it begins with.
func Read(name string, content []byte) Reading {
	content = content[:min(len(content), MaxBytes)]
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if isConfig(base) {
		return Reading{Language: "config", Findings: readConfig(base, string(content))}
	}
	lang, how := recognise(base, content)
	if lang == noLanguage {
		return Reading{}
	}
	text := decodeText(content)
	r := &reader{base: base, how: how, budget: maxFolded}
	if how == embedded {
		text = embeddedCode(text)
	}
	r.read(lang, text, 0)
	r.textRules(lang)
	out := Reading{Language: lang.String(), Stats: measure(r.code)}
	out.Stats.Input = r.usesInput
	out.Findings = r.finish()
	return out
}

// finish orders the findings and keeps the gravest.
func (r *reader) finish() []triage.Finding {
	if r.how == embedded {
		r.add(ruleByID("script-hidden"), r.firstCode, triage.None)
	}
	found := r.found
	if r.how == inert {
		for i := range found {
			if found[i].Level > triage.Low {
				found[i].Level--
				found[i].Why += "; the file's name is none that servers run by themselves"
			}
		}
	}
	slices.SortStableFunc(found, func(a, b triage.Finding) int { return cmp.Compare(b.Level, a.Level) })
	return found[:min(len(found), maxFindings)]
}

// A manner is how a file holds code.
type manner int

const (
	plainScript manner = iota // its name is that of a script
	inert                     // text of another name, which runs only if something includes it
	embedded                  // a picture or another binary that has code inside
)

// decodeText gives the text of a file; UTF-16 with a mark becomes UTF-8.
func decodeText(b []byte) string {
	if len(b) >= 2 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		var out strings.Builder
		big := b[0] == 0xfe
		for i := 2; i+1 < len(b); i += 2 {
			u := rune(b[i]) | rune(b[i+1])<<8
			if big {
				u = rune(b[i+1]) | rune(b[i])<<8
			}
			out.WriteRune(u)
		}
		return out.String()
	}
	return string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
}
