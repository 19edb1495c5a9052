package script

import (
	"regexp"
	"slices"
	"strings"

	"spoor/triage"
)

// textRules read the code in lower case with the constants that were folded out of it behind it. They know
// traits and names, where flowRules know what the code does.
var textRules = []Rule{
	{ID: "script-hidden", Level: triage.High,
		Why: "a picture or another binary file that holds server code", Source: "https://attack.mitre.org/techniques/T1027/009/",
		Hit:  []Sample{{"a.gif", "GIF89a\x01\x00\x00<?php echo 1; ?>"}, {"b.jpg", "\xff\xd8\xff\xe1\x00\x00<script language=\"php\">echo 1;</script>"}},
		Miss: []Sample{{"a.jpg", "\xff\xd8\xff\xe1<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\x00\x00<?=\x02\x91"}, {"a.zip", "PK\x03\x04\x00\x00a.php<?php echo 1;"}}},
	{ID: "marker-output", Level: triage.High, All: []string{"->|", "|<-"},
		Why: "prints the marks between which China Chopper and AntSword read the answer", Source: "https://attack.mitre.org/software/S0020/",
		Hit:  []Sample{{"a.php", `<?php echo "->|"; echo "x"; echo "|<-";`}},
		Miss: []Sample{{"a.php", `<?php echo "|->"; $a->b | $c;`}}},
	{ID: "marker-key", Level: triage.High, Words: []string{"e45e329feb5d925b", "3c6e0b8a9c15224a"},
		Why: "holds the key that Behinder or Godzilla ships with (MD5 of rebeyond, of key)", Source: "https://attack.mitre.org/techniques/T1505/003/",
		Hit:  []Sample{{"a.php", `<?php $key = "e45e329feb5d925b";`}},
		Miss: []Sample{{"a.php", `<?php $key = "0123456789abcdef";`}}},
	{ID: "tunnel-headers", Level: triage.High, All: []string{"x-cmd", "x-target", "x-port"},
		Why: "takes host and port of a connection from the headers that reGeorg sends", Source: "https://github.com/sensepost/reGeorg",
		Hit:  []Sample{{"a.jsp", `<% String c = request.getHeader("X-CMD"); String t = request.getHeader("X-TARGET"); String p = request.getHeader("X-PORT"); %>`}},
		Miss: []Sample{{"a.jsp", `<% String c = request.getHeader("X-Forwarded-Port"); %>`}}},
	{ID: "tunnel-greeting", Level: triage.Critical, Words: []string{"georg says, 'all seems fine'", "tunna v"},
		Why: "greets as the tunnels reGeorg and Tunna do", Source: "https://github.com/sensepost/reGeorg",
		Hit:  []Sample{{"a.php", `<?php echo "Georg says, 'All seems fine'";`}},
		Miss: []Sample{{"a.php", `<?php echo "All seems fine";`}}},
	{ID: "name-of-shell", Level: triage.Low, Words: []string{"filesman", "c99shell", "r57shell", "b374k", "indoxploit", "wso shell", "weevely", "p0wny", "antsword", "webadmin.php shell", "aspxspy", "jspspy", "phpspy", "alfa team", "mini shell", "web shell by", "priv8"},
		Why: "names a known web shell or its makers; lists of signatures do so too", Source: "https://github.com/tennc/webshell",
		Hit:  []Sample{{"a.php", `<?php $title = "b374k"; $default_action = "FilesMan";`}},
		Miss: []Sample{{"a.php", `<?php $title = "file manager"; // not b374k`}}},
	{ID: "resident", Level: triage.Medium, All: []string{"ignore_user_abort", "unlink(__file__)", "file_put_contents"},
		Why: "removes its own file, stays in memory and writes files, as shells that put themselves back do", Source: "https://attack.mitre.org/techniques/T1505/003/",
		Hit:  []Sample{{"a.php", `<?php ignore_user_abort(true); unlink(__FILE__); while (1) { file_put_contents("x", $c); usleep(5); }`}},
		Miss: []Sample{{"a.php", `<?php ignore_user_abort(true); file_put_contents("x", $c);`}}},
	{ID: "shell-cgi", Level: triage.High, Langs: []language{shell}, Pattern: `(?:eval|bash\s+-c|sh\s+-c)\s[^\n;]{0,40}\$\{?(?:query_string|http_\w+)|(?:^|[;|&])\s*\$\{?(?:query_string|http_\w+)`,
		Why: "runs what the request sends as a command", Source: webshellTechnique,
		Hit:  []Sample{{"a.sh", "#!/bin/sh\neval \"$QUERY_STRING\"\n"}},
		Miss: []Sample{{"a.sh", "#!/bin/sh\necho \"$QUERY_STRING\" >> log\n"}}},
	{ID: "input-disguised", Level: triage.High, kind: kNone,
		Why: "reads the request by a name that is put together first", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php $x = ${"_P" . "OST"}["a"]; echo $x;`}},
		Miss: []Sample{{"a.php", `<?php $x = $_POST["a"]; $n = "title"; echo $$n;`}}},
	{ID: "packed-text", Level: triage.Low, kind: kNone,
		Why: "is for the most part one long constant without words", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php $a = "` + strings.Repeat("QkFzZTY0Zm9yYmlkZGVu", 200) + `"; f($a);`}},
		Miss: []Sample{{"a.php", `<?php $a = "` + strings.Repeat("words of a long text, ", 200) + `"; f($a);`}}},
	{ID: "tiny-input", Level: triage.Info, kind: kNone,
		Why: "a few words of code that read the request and call something with it", Source: webshellTechnique,
		Hit:  []Sample{{"a.php", `<?php $m = $_POST; handle($m["a"], $m["b"]);`}},
		Miss: []Sample{{"a.php", `<?php echo "hello";`}}},
	{ID: "stands-out", Level: triage.Low, kind: kNone,
		Why: "its text is unlike that of the other scripts of this web root", Source: "https://attack.mitre.org/techniques/T1027/"},
}

// textRules asks the rules over text, and those over what was measured.
func (r *reader) textRules(lang language) {
	code := strings.ToLower(r.code) + "\n" + strings.ToLower(r.constants.String())
	for i := range textRules {
		rule := &textRules[i]
		if len(rule.Words)+len(rule.All) == 0 && rule.Pattern == "" || rule.Langs != nil && !slices.Contains(rule.Langs, lang) {
			continue
		}
		if at, ok := rule.find(code); ok {
			level := rule.Level
			if rule.ID == "name-of-shell" {
				if r.inComment(code[at:min(len(code), at+24)], lang) {
					continue
				}
				for _, f := range r.found {
					if f.Level >= triage.Medium { // a list of signatures does nothing of the kind
						level = triage.High
					}
				}
			}
			r.add(rule, strings.Join(strings.Fields(code[max(0, at-20):min(len(code), at+100)]), " "), level)
		}
	}
	r.packed()
}

// inComment reports whether a word stands in comments only: in no string of the code and no name.
func (r *reader) inComment(word string, lang language) bool {
	word = strings.ToLower(word)[:min(len(word), 6)]
	for _, t := range lex(lang, r.code) {
		if (t.kind == tString || t.kind == tIdent || t.kind == tVar) && strings.Contains(strings.ToLower(t.text), word) {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(r.constants.String()), word)
}

var patterns = func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for _, list := range [][]Rule{textRules, configRules} {
		for i := range list {
			if list[i].Pattern != "" {
				m[list[i].ID] = regexp.MustCompile(list[i].Pattern)
			}
		}
	}
	return m
}()

// find says where in lower-case text the rule fires.
func (r *Rule) find(text string) (int, bool) {
	at := 0
	for _, w := range r.All {
		if at = strings.Index(text, w); at < 0 {
			return 0, false
		}
	}
	if len(r.Words) > 0 {
		at = -1
		for _, w := range r.Words {
			if at = strings.Index(text, w); at >= 0 {
				break
			}
		}
		if at < 0 {
			return 0, false
		}
	}
	if re := patterns[r.ID]; re != nil {
		m := re.FindStringIndex(text)
		if m == nil {
			return 0, false
		}
		at = m[0]
	}
	return at, true
}

// packed looks for a script that is one long constant, and for one that is hardly more than a call.
func (r *reader) packed() {
	s := measure(r.code)
	if s.LongWord > 1500 && s.LongWord*10 > s.Code*6 {
		level := triage.Low
		for _, f := range r.found {
			if f.Rule == "code-run" || f.Rule == "code-decoded" || f.Rule == "call-packed" || f.Rule == "call-disguised" {
				level = triage.Medium
			}
		}
		r.add(ruleByID("packed-text"), r.firstCode, level)
	}
	if r.usesInput && s.Code < 200 && len(r.found) == 0 && strings.Contains(r.code, "(") {
		r.add(ruleByID("tiny-input"), r.firstCode, triage.None)
	}
}
