package script

import (
	"strings"

	"spoor/triage"
)

// A reader reads one file: its text, and the text of code that is folded out of it.
type reader struct {
	base      string
	how       manner
	code      string // of the file itself
	firstCode string // how its code begins, to be shown
	budget    int    // bytes that may still be folded
	innerLeft int    // bytes of inner code that may still be read
	found     []triage.Finding
	best      map[place]int // which finding stands for a place
	seenInner map[string]bool
	texts     int
	usesInput bool
	gated     bool // asks who the client is before anything else
	checked   bool // looks at the type of uploads

	disguise    bool   // the name of the call at hand was put together
	dynamicName string // what the call at hand was resolved to
	constants   strings.Builder
}

// A place is where a sink stands, so that passes do not report it twice.
type place struct {
	text, at int
	kind     sinkKind
}

const maxInnerBytes = 2 << 20

// read walks a text.
func (r *reader) read(lang language, text string, inner int) {
	code := codeOf(lang, text)
	if inner == 0 {
		r.code, r.innerLeft = code, maxInnerBytes
		r.best, r.seenInner = map[place]int{}, map[string]bool{}
		r.firstCode = triage.VisibleN(strings.TrimRight(strings.Join(strings.Fields(code[:min(len(code), 600)]), " "), " ;"), 160)
		r.gated, r.checked = containsAny(code, gateWords), containsAny(code, checkWords)
	}
	if lang == shell {
		return
	}
	r.texts++
	x := newInterp(r, lang, code, inner)
	x.text = r.texts
	x.walk()
}

// readInner walks code that was folded out of constants.
func (r *reader) readInner(lang language, code string, inner int) {
	if r.innerLeft -= len(code); r.innerLeft < 0 || r.seenInner[code] {
		return
	}
	r.seenInner[code] = true
	disguise, dynamic := r.disguise, r.dynamicName
	r.disguise, r.dynamicName = false, ""
	if lang == php {
		code = "<?php " + code
		r.read(lang, code, inner)
	} else {
		r.texts++
		x := newInterp(r, lang, code, inner)
		x.text = r.texts
		x.walk()
	}
	if r.constants.Len() < maxConst {
		r.constants.WriteString(code[:min(len(code), maxConst)])
		r.constants.WriteByte('\n')
	}
	r.disguise, r.dynamicName = disguise, dynamic
}

// report books a rule that a call fires.
func (x *interp) report(kind sinkKind, rule string, at int) {
	r := x.r
	f := ruleByID(rule)
	if f.ID == "call-disguised" {
		kind = kCallback
	}
	level := f.Level
	if r.gated && f.Gate > 0 && level > f.Gate {
		level = f.Gate
	}
	if r.checked && kind == kUpload {
		level = min(level, triage.Low)
	}
	text := x.excerpt(at)
	if r.dynamicName != "" {
		text = r.dynamicName + " called by: " + text
	}
	p := place{x.text, at, kind}
	if i, ok := r.best[p]; ok {
		if r.found[i].Level < level {
			r.found[i] = f.finding(text, level)
		}
		return
	}
	if len(r.found) >= maxReported {
		return
	}
	r.best[p] = len(r.found)
	r.found = append(r.found, f.finding(text, level))
}

// maxReported bounds the places remembered of a file before the gravest are chosen.
const maxReported = 5000

// add books a rule that is not about one place. None takes the rule's level.
func (r *reader) add(rule *Rule, match string, level triage.Level) {
	if level == triage.None {
		level = rule.Level
	}
	for _, f := range r.found {
		if f.Rule == rule.ID {
			return
		}
	}
	r.found = append(r.found, rule.finding(match, level))
}

// excerpt is the code of the statement from a token on, comments and line ends left out.
func (x *interp) excerpt(at int) string {
	from := at
	for from > 0 && at-from < 6 {
		t := &x.toks[from-1]
		if t.kind == tOp && strings.ContainsAny(t.text, ";{}") || x.lang.basic() && x.toks[from].after {
			break
		}
		from--
	}
	var b strings.Builder
	for i := from; i < len(x.toks) && b.Len() < 240; i++ {
		t := &x.toks[i]
		if t.kind == tOp && t.text == ";" || i > from && x.lang.basic() && t.after {
			break
		}
		if i > from && t.at > x.toks[i-1].end {
			b.WriteByte(' ')
		}
		switch {
		case t.kind == tString:
			s := strings.ReplaceAll(t.text, "\x00", "$")
			if len(s) > 60 {
				s = s[:48] + "…"
			}
			b.WriteString("'" + s + "'")
		default:
			b.WriteString(x.code[t.at:t.end])
		}
	}
	return b.String()
}

// gateWords are calls that ask who the client is: those of content managers and of PHP itself.
var gateWords = []string{"current_user_can", "check_admin_referer", "wp_verify_nonce", "check_ajax_referer", "is_user_logged_in", "defined('_jexec')", "defined( '_jexec' )",
	"jsession::checktoken", "user_access", "hasperm", "isloggedin", "is_logged_in", "require_login", "checkaccess", "getsecuritytoken", "csrf", "isadmin", "is_admin", "user.identity.isauthenticated", "authorize", "isuserinrole"}

// checkWords are those of code that looks at the type of an upload.
var checkWords = []string{"pathinfo_extension", "getimagesize", "finfo_", "mime_content_type", "check_filetype", "allowed_ext", "allowedext", "allowed_types", "exif_imagetype", "in_array", "validate"}

func containsAny(code string, words []string) bool {
	low := strings.ToLower(code)
	for _, w := range words {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}
