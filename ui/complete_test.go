package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/index"
	"spoor/triage"
	"spoor/ui/desk"
)

// texts are what options would write.
func texts(all []option) string {
	var out []string
	for _, o := range all {
		out = append(out, o.text)
	}
	return strings.Join(out, " ")
}

func TestQueryIsCompleted(t *testing.T) {
	dk := incidentCase(t)
	intruder := dk.Intruders()[0]
	for _, c := range []struct{ left, want string }{
		{"cl", "class:"},
		{"class:", "webshell sqli rce upload traversal xss bruteforce scan probe other"},
		{"class:sql", "sqli"},
		{"-class:sql", "sqli"},
		{"level:>=", ">=high >=medium >=low >=info"},
		{"(ip:192.0.2.1 OR me", "method:"},
		{"method:p", "POST PUT PROPFIND"},
		{"status:4", "4xx"},
		{"is:no", "noted"},
		{"verdict:", "confirmed benign unsure known-bad changed unknown known-good"},
		{"rule:sqli-file-w", "sqli-file-write"},
		{`query:"union cl`, ""},
		{"path:/img/", "/img/thumb.php"},
		{"actor:a:", intruder.Ref},
		{"source:", "access.log"},
		{"nonsense:", ""},
	} {
		from, found := completeQuery(dk, c.left)
		got := texts(found)
		if c.left == "source:" || c.left == "actor:a:" || strings.HasPrefix(c.left, "rule") {
			if !strings.Contains(got, c.want) {
				t.Errorf("%s: %q lacks %q", c.left, got, c.want)
			}
		} else if got != c.want {
			t.Errorf("%s: got %q, want %q", c.left, got, c.want)
		}
		for _, o := range found {
			line := string([]rune(c.left)[:from]) + o.text
			if !strings.HasSuffix(o.text, ":") && !strings.Contains(c.left, "(") {
				if _, err := index.Parse(line); err != nil {
					t.Errorf("%s: %q cannot be asked: %v", c.left, line, err)
				}
			}
		}
	}
}

// Every field of the query language is proposed, and every class, level and rule can be asked for.
func TestEveryFieldIsProposed(t *testing.T) {
	dk := incidentCase(t)
	_, found := completeQuery(dk, "")
	for _, f := range index.Fields() {
		if !strings.Contains(texts(found), f.Name+":") {
			t.Errorf("%s is not proposed", f.Name)
		}
		if s := queryMeans("x " + f.Name + ":"); !strings.Contains(s, f.Values) {
			t.Errorf("%s: means %q", f.Name, s)
		}
	}
	for _, r := range triage.Rules() {
		if !strings.Contains(texts(ruleOptions()), r.ID) {
			t.Errorf("rule %s is not proposed", r.ID)
		}
	}
}

func TestCommandLineIsCompleted(t *testing.T) {
	dk := incidentCase(t)
	dir := t.TempDir()
	for _, name := range []string{"access.log", "access.log.1", "my logs/b.log", ".hidden", "it's.log"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shell := dk.Webshells()[0].Ref
	for _, c := range []struct{ left, want string }{
		{"ve", "verdict verify"},
		{"sear", "search"},
		{"search cla", "class:"},
		{"/cla", "class:"},
		{"outcomes sq", "sqli"},
		{"verdict b", "benign"},
		{"verdict benign b", ""},
		{"report ht", "html"},
		{"report html " + dir + "/access.log.", dir + "/access.log.1"},
		{"load " + dir + "/a", dir + "/access.log " + dir + "/access.log.1"},
		{"load --ba", "--baseline"},
		{"load --baseline " + dir + "/my", `"` + dir + "/my logs/"},
		{"load '" + dir + "/my logs/", "'" + dir + "/my logs/b.log'"},
		{"load " + dir + "/.h", dir + "/.hidden"},
		{"load " + dir + "/i", `"` + dir + `/it's.log"`},
		{"open w:", shell},
		{shell[:3], shell},
		{"case o", "objective outcome"},
		{"case outcome s", "succeeded"},
		{"assess sector", ""},
		{"intel APT1 ", ""},
	} {
		from, found := completeCommand(dk, c.left)
		if got := texts(found); got != c.want {
			t.Errorf("%q: got %q, want %q", c.left, got, c.want)
		}
		if c.want != "" && from > len([]rune(c.left)) {
			t.Errorf("%q: the word begins at %d", c.left, from)
		}
		if strings.HasPrefix(c.left, "load ") && strings.HasSuffix(texts(found), "log") {
			line := string([]rune(c.left)[:from]) + found[0].text
			if _, err := desk.ParseLoad(strings.TrimPrefix(line, "load ")); err != nil {
				t.Errorf("%q cannot be loaded: %v", line, err)
			}
		}
	}
}

// Tab writes what is common, shows what fits, and goes through it; other keys end that.
func TestTabInThePrompt(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	tab, back := tea.KeyMsg{Type: tea.KeyTab}, tea.KeyMsg{Type: tea.KeyShiftTab}
	line := func(want string) {
		t.Helper()
		if got := d.m.over.(*prompt).in.text(); got != want {
			t.Fatalf("the line is %q, want %q", got, want)
		}
	}
	d.press(d.m.keys.Command)
	d.typed("sear")
	d.send(tab)
	line("search ")
	d.typed("cl")
	d.send(tab)
	line("search class:")
	d.wants("class of a finding")
	d.send(tab)
	d.wants("10 ways to go on", "webshell", "sqli", "traversal")
	checkSize(t, d.m.View(), 80, 24)
	d.send(tab)
	line("search class:scan") // of most requests
	d.send(tab)
	line("search class:sqli")
	d.send(back)
	line("search class:scan")
	d.send(back)
	line("search class:other") // of none, and the last in the list
	d.send(tab)
	d.send(tab)
	d.typed(" nothing:")
	if strings.Contains(d.view(), "ways to go on") {
		t.Error("the options stay")
	}
	d.send(tab)
	d.wants("nothing in this case fits")
	for range len(" nothing:") {
		d.send(tea.KeyMsg{Type: tea.KeyBackspace})
	}
	d.typed("\n")
	d.wants("[Requests]", "class:sqli")
	d.press(d.m.keys.Search)
	d.typed("ru")
	d.wants("Tab: rule:")
	d.send(tab)
	line("rule:")
	d.press(d.m.keys.Back)
	d.press(d.m.keys.Filter)
	d.typed(" -sta")
	d.send(tab)
	line("class:sqli -status:")
}

// A late answer must not overwrite what was typed meanwhile.
func TestLateOptionsAreDropped(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.press(d.m.keys.Command)
	d.typed("sear")
	p := d.m.over.(*prompt)
	_, cmd := p.Update(tea.KeyMsg{Type: tea.KeyTab})
	answer := cmd()
	d.typed("x")
	d.send(answer)
	if got := p.in.text(); got != "searx" {
		t.Errorf("the line is %q", got)
	}
}

func TestWordsOfTheShellLead(t *testing.T) {
	dk := incidentCase(t)
	n, err := dk.AddNote("- [ ] ask for the proxy log", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := drive(t, dk, 100, 30)
	for _, c := range []struct {
		line  string
		wants []string
	}{
		{"findings", []string{"[Requests]", "is:finding"}},
		{"findings class:sqli outfile", []string{"is:finding > (class:sqli outfile)", "1 of 1 line"}},
		{"incidents", []string{"incidents", "1 of 1 incident", "phases"}},
		{"gaps", []string{"gaps", "rejected"}},
		{"case", []string{"journal", "not told", "records a fact"}},
		{"case sector technology", []string{"sector is technology", "journal"}},
		{"case planet Mars", []string{"say :case FIELD VALUE"}},
		{`assess T1190 "China Chopper" sector:technology`, []string{"verdict", "confidence", "MATRIX"}},
		{"assess", []string{"weigh what?"}},
		{"assess '", []string{"not closed"}},
		{"intel APT1", []string{"G0006", "says"}},
		{"intel", []string{"KNOWLEDGE BASE WAS MADE FROM", "groups"}},
		{"intel no such name", []string{"no such", "looked up whole"}},
		{"show " + dk.Webshells()[0].Ref, []string{"[Webshells]"}},
		{"task " + n.Ref + " 1", []string{"done: ask for the proxy log"}},
		{"task " + n.Ref + " 1 open", []string{"open again: ask for the proxy log"}},
		{"task", []string{"say which task"}},
		{"demo", []string{"run it in a shell"}},
	} {
		d.command(c.line)
		d.wants(c.wants...)
		checkSize(t, d.m.View(), 100, 30)
		if d.m.over != nil {
			d.press(d.m.keys.Back)
		}
	}
	if got := dk.Info().Sector; got != "technology" {
		t.Errorf("sector %q", got)
	}
	d.command("incidents")
	d.press(d.m.keys.Enter)
	if _, ok := d.m.top().(*incident); !ok {
		t.Error("Enter does not open the chain")
	}
}
