package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// everywhere adds to hostileCase what its reports leave out: what was sent and answered, processes, intelligence, a line
// of a megabyte, every control byte. It answers the case and a folder of incident lists.
func everywhere(t *testing.T) (dir, lists string) {
	t.Helper()
	dir = hostileCase(t)
	beside := t.TempDir()
	write := func(name, s string) string {
		t.Helper()
		name = filepath.Join(beside, name)
		if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	line := func(x map[string]any) string {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		return string(b) + "\n"
	}
	mark := func(field string) string { return "z" + field + "\x1b]0;x\x07\u009b2J\u202egpj\u200b" }
	var log strings.Builder
	for i := range 3 {
		log.WriteString(line(map[string]any{"time": fmt.Sprintf("2025-03-08T08:18:0%dZ", i), "client_ip": "203.0.113.5", "method": "POST", "path": "/up/" + strings.ReplaceAll(mark("path"), ";", ",") + ".php",
			"query": "u=http://bad.example/" + mark("query"), "status": 200, "request_body": "x=system('id " + mark("body") + "')", "response_body": "uid=33(www-data) " + mark("answer"),
			"host": mark("host"), "remote_user": mark("user"), "http_referer": mark("referer"), "http_user_agent": mark("agent")}))
	}
	var bytes strings.Builder
	for c := range 256 {
		if c != '\n' {
			fmt.Fprintf(&bytes, "192.0.2.9 - - [08/Mar/2025:09:00:00 +0000] \"GET /c%s. HTTP/1.1\" 200 5 \"-\" \"x\"\n", []byte{byte(c)})
		}
	}
	fmt.Fprintf(&bytes, "192.0.2.9 - - [08/Mar/2025:09:00:01 +0000] \"GET /long?q=<script>%s HTTP/1.1\" 200 5 \"-\" \"x\"\n%s\n", strings.Repeat("A\x1b", 500_000), mark("reject"))
	event := line(map[string]any{"EventID": 1, "SourceName": "Linux-Sysmon", "UtcTime": "2025-03-08 08:18:01.000", "Hostname": mark("phost"), "ProcessGuid": "{1}", "ProcessId": "102",
		"Image": "/usr/bin/" + mark("image"), "CommandLine": "sh -c id;uname -a " + mark("cmd"), "User": mark("puser"), "ParentProcessGuid": "{A}", "ParentProcessId": "7", "ParentImage": "/usr/sbin/apache2", "ParentCommandLine": "apache2 " + mark("parent")})
	family := write("bad.sha256", fmt.Sprintf("%064x;%s\n", 9, mark("family")))
	list := write(mark("list")+".csv", "type,value,actor,confidence,source,date\ndomain,bad.example,"+mark("iactor")+",80,,2025-03-01\n")
	for _, args := range [][]string{
		{"load", dir, write("api.json", log.String()), write(mark("bytes")+".log", bytes.String()), write("events.json", event), write(mark("refused")+".jpg", "\xff\xd8 no log \x00"),
			write("files.sha256", fmt.Sprintf("%064x  /srv/up/%s.php\n", 9, strings.ReplaceAll(mark("path"), ";", ","))), "--known-bad", family,
			"--analyst", mark("analyst"), "--host", mark("machine")},
		{"intel", "add", dir, list, "--source", mark("source"), "--grade", "B3"},
		{"note", dir, "-m", mark("note") + " #" + mark("tag") + "\n- [ ] " + mark("task")},
		{"attribute", dir, "203.0.113.5", mark("name"), "-m", mark("reason")},
	} {
		out, errs, code := run(t, args...)
		if code != 0 {
			t.Fatalf("%v: %s", args[0], errs)
		}
		quiet(t, strings.Join(args[:2], " "), out+errs)
	}
	lists = filepath.Dir(write("cases.csv", "date,sector,actor,technique,outcome,source\n2024-01-05,"+mark("sector")+","+mark("cactor")+",T1190,attempted,"+mark("said")+"\n"+mark("bad")+",x,y,,,\n"))
	return dir, lists
}

// quiet fails if a text has a byte that acts on a terminal. Commands write lines and columns, so no carriage return.
func quiet(t *testing.T, what, text string) {
	t.Helper()
	if a := acts(strings.ReplaceAll(text, "\r", "\x00")); a != "" {
		t.Errorf("%s prints %s", what, a)
	}
}

// Nothing hostile acts on the terminal that a command writes to, and it can be read.
func TestHostileTextIsInertInEveryCommand(t *testing.T) {
	dir, lists := everywhere(t)
	var all strings.Builder
	commands := [][]string{
		{"search", "is:request"}, {"search", "is:rejected"}, {"search", "is:request", "--json"}, {"findings"}, {"webshells"}, {"incidents"}, {"stolen"}, {"stolen", "--attacks"}, {"stolen", "--totals"},
		{"outcomes"}, {"actors"}, {"files"}, {"processes", "--all"}, {"timeline"}, {"evidence"}, {"evidence", "--md5"}, {"gaps"}, {"notes"}, {"notes", "--tasks"}, {"notes", "--drafts"}, {"case"}, {"verify"},
	}
	refs := map[string]bool{}
	takeRefs := func(text string) {
		kinds := map[string]int{}
		for _, ref := range regexp.MustCompile(`\b[rfwaind]:[0-9a-f]{4,}(?:\.\d+)?\b`).FindAllString(text, -1) {
			if kinds[ref[:1]]++; kinds[ref[:1]] <= 2 {
				refs[ref] = true
			}
		}
	}
	try := func(args ...string) {
		t.Helper()
		out, errs, code := run(t, args...)
		what := strings.ReplaceAll(strings.Join(args, " "), dir, "CASE")
		if code != 0 && args[0] != "verify" {
			t.Errorf("%.80q: %s", what, errs)
		}
		quiet(t, fmt.Sprintf("%.80q", what), out+errs)
		all.WriteString(out + errs)
		takeRefs(out)
	}
	for _, c := range commands {
		try(append([]string{c[0], dir}, c[1:]...)...)
		if len(c) == 1 && c[0] != "verify" {
			try(c[0], dir, "--json")
		}
	}
	for _, args := range [][]string{{"intel", "list", dir}, {"intel", "matches", dir}, {"intel", "show", "--case", dir, "G0009"}, {"assess", "--case", dir, "bad.example", "T1190"},
		{"campaign", lists}, {"campaign", dir, lists, "--json"}, {"search", dir, "path:/up/*", "--json"}, {"search", dir, "path:/long"}, {"search", dir, "is:request", "--csv"}} {
		try(args...)
	}
	for _, screen := range []string{"overview", "requests", "webshells", "actors", "timeline", "files", "notes", "evidence", "report", "outcomes", "stolen", "processes", "gaps", "incidents", "search path:/up/*", "search is:rejected"} {
		try(append([]string{"open", dir, "--plain", "--detail"}, strings.Fields(screen)...)...)
	}
	kinds := map[byte]bool{}
	for ref := range refs {
		kinds[ref[0]] = true
		try("show", dir, ref)
		try("show", dir, ref, "--json")
		try("open", dir, "--plain", ref)
	}
	for _, kind := range "rfwain" {
		if !kinds[byte(kind)] {
			t.Errorf("no reference %c: was printed", kind)
		}
	}
	for _, args := range [][]string{{"show", dir, "r:\x1b]0;x\x07"}, {"search", dir, "nofield\x1b[2J:\u202e("}, {"open", dir, "--plain", "\x1b[2J"}, {"load", dir, "/nowhere/\x1b[2J"}, {"case", "/nowhere/\u009b2J"},
		{"assess", "\x1b[2Jx"}, {"intel", "show", "\x1b[2J"}, {"verdict", dir, "w:1", "\x1b[2J"}, {"report", dir, "--format", "\x1b[2J"}, {"\x1b[2J"}, {"task", dir, "n:\x1b", "1"}, {"actors", "--\x1b[2J", dir}} {
		out, errs, code := run(t, args...)
		if code == 0 {
			t.Errorf("%q is done", args)
		}
		quiet(t, fmt.Sprintf("%q", args), out+errs)
	}
	for _, field := range []string{"path", "query", "body", "answer", "host", "user", "referer", "agent", "reject", "phost", "image", "cmd", "puser", "parent", "list", "bytes", "refused", "analyst", "machine", "iactor", "source", "note", "tag", "task", "name", "reason", "sector", "cactor"} {
		if !strings.Contains(all.String(), "z"+field+"<ESC>") {
			t.Errorf("no command shows z%s<ESC>", field)
		}
	}
	for _, format := range []string{"md", "html", "json", "stix", "misp", "navigator", "timesketch"} {
		out, errs, code := run(t, "report", dir, "--format", format, "-o", "-")
		if code != 0 {
			t.Errorf("%s: %s", format, errs)
		}
		quiet(t, format, out)
	}
}
