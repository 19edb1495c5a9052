package ui

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
)

func TestViewCommand(t *testing.T) {
	for _, c := range []struct {
		k    kept
		want string
	}{
		{kept{Screen: "requests"}, "spoor search CASE"},
		{kept{Screen: "requests", Filters: []keptFilter{{Text: `ip:="192.0.2.1"`}, {Text: "-class:sqli", Off: true}, {Text: "it's"}}, Sort: "client", Desc: true},
			`spoor search --sort ip --desc CASE -- 'ip:="192.0.2.1" it'\''s'`},
		{kept{Screen: "request", Args: []string{"r:cc6aca.7"}}, "spoor show CASE r:cc6aca.7"},
		{kept{Screen: "webshells", Filters: []keptFilter{{Text: "-score:>=50"}}, Sort: "path", Columns: []string{"score", "path"}},
			"spoor open --plain '--filter=-score:>=50' --sort path --columns score,path CASE webshells"},
		{kept{Screen: "outcomes", Args: []string{"sqli"}}, "spoor open --plain CASE outcomes sqli"},
		{kept{}, ""},
	} {
		if got := viewCommand("CASE", c.k); got != c.want {
			t.Errorf("%+v: %s, want %s", c.k, got, c.want)
		}
	}
}

// What Y copies of a list, run, writes the rows of the list.
func TestViewCommandWritesTheView(t *testing.T) {
	dk := incidentCase(t)
	for _, line := range []string{"webshells", "actors", "timeline", "files", "evidence", "outcomes", "gaps", "incidents"} {
		d := drive(t, dk, 160, 50)
		d.commandLine(line)
		k := d.m.keys
		d.press(k.Right, k.Sort, k.Sort)
		if d.m.top().Keys().In.Enabled() {
			d.press(k.In)
		}
		k2 := d.m.top().(keeper).Kept()
		var b strings.Builder
		var columns []string
		if err := Plain(context.Background(), dk, &b, PlainOptions{Screen: strings.Join(append([]string{k2.Screen}, k2.Args...), " "), Width: 159,
			View: ViewOptions{Filter: joined(filtersKept(k2.Filters)), Sort: k2.Sort, Desc: k2.Desc, Columns: columns}}); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		info := d.m.top().Info()
		total := regexp.MustCompile(`of ([\d,]+)`).FindString(info)
		if total == "" || !strings.Contains(b.String(), total) {
			t.Errorf("%s: the screen says %q, the command writes\n%s", line, info, b.String())
		}
	}
}

func TestCopyView(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.search("class:sqli outfile")
	d.press(d.m.keys.CopyView)
	d.wants("copied by OSC 52", "spoor search")
	_, rest, _ := strings.Cut(d.out.String(), ";c;")
	b, err := base64.StdEncoding.DecodeString(strings.TrimRight(rest, "\a\x1b\\"))
	if err != nil || !strings.HasSuffix(string(b), " -- 'class:sqli outfile'") {
		t.Errorf("copied %q, %v", b, err)
	}
	d.commandLine("log")
	d.press(d.m.keys.CopyView)
	d.wants("no command shows this screen")
}
