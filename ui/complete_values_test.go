package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
	"spoor/ui/desk"
)

// valuesCase has a few values of each field, and among them hostile ones.
func valuesCase(t testing.TB) *desk.Desk {
	var b strings.Builder
	n := 0
	add := func(times int, ip, user, method, path, agent string, status int) {
		for range times {
			fmt.Fprintf(&b, "%s - %s [08/Mar/2025:03:%02d:%02d +0000] \"%s %s HTTP/1.1\" %d 12 \"-\" \"%s\"\n", ip, user, n/60, n%60, method, path, status, agent)
			n++
		}
	}
	add(5, "198.51.100.7", "-", "GET", "/shop/list", "Mozilla/5.0 (X11; Linux)", 200)
	add(3, "198.51.100.23", "anna", "GET", "/shop/Item", "Mozilla/5.0 (Windows)", 200)
	add(7, "192.0.2.9", "anton", "MKCOL", "/about", "curl/8.1", 404)
	add(1, "2001:db8::5", "berta", "GET", "/shop/a(b)*", "Mozilla/4.0", 403)
	add(2, "198.51.100.23", "=x", "GET", "/=eq", `\"quoted\" agent`, 200)
	add(1, "192.0.2.9", "-", "GET", "/shop/\xff\xfe\x1b[2J", "curl/8.1", 404)
	return openCase(t, map[string]string{"access.log": b.String()})
}

// Any value of the index is proposed by its beginning, the most frequent first, and finds its requests.
func TestValuesOfTheIndexAreProposed(t *testing.T) {
	dk := valuesCase(t)
	for _, c := range []struct{ left, want string }{
		{"ip:", "192.0.2.9 198.51.100.23 198.51.100.7 2001:db8::5"},
		{"ip:198", "198.51.100.23 198.51.100.7"},
		{"-ip:2001:db", "2001:db8::5"},
		{"ip:203", ""},
		{"ip:198*", ""},
		{"path:/shop/l", "/shop/list"},
		{"path:/SHOP/i", "/shop/Item"},
		{"path:/shop/a", `="/shop/a(b)*"`},
		{`path:"/shop/a(`, `"/shop/a(b)*"`},
		{`path:="/shop/a(b`, `="/shop/a(b)*"`},
		{"path:/=", "/=eq"},
		{"path:/nowhere", ""},
		{"ua:mozilla/5", `="Mozilla/5.0 (X11; Linux)" ="Mozilla/5.0 (Windows)"`},
		{`ua:="Mozilla/5.0 (`, `="Mozilla/5.0 (X11; Linux)" ="Mozilla/5.0 (Windows)"`},
		{"ua:c", "curl/8.1"},
		{"user:a", "anton anna"},
		{"user:=", `="=x"`},
		{`user:"=`, `"=x"`},
		{"method:", "GET MKCOL POST HEAD PUT OPTIONS DELETE PROPFIND TRACE CONNECT"},
		{"method:m", "MKCOL"},
		{"status:", "200 404 403 2xx 3xx 4xx 5xx >=400"},
		{"status:4", "404 403 4xx"},
		{"(ip:192.0.2.9 OR status:40", "404 403"},
	} {
		m := proposed(context.Background(), dk, completeQuery, c.left)
		if m.err != nil {
			t.Fatal(m.err)
		}
		if got := texts(m.options); got != c.want {
			t.Errorf("%s: got %q, want %q", c.left, got, c.want)
		}
		for _, o := range m.options {
			var n int
			if _, err := fmt.Sscanf(o.hint, "%d request", &n); err != nil {
				continue // of a closed list
			}
			query := strings.TrimLeft(string([]rune(c.left)[:m.from]), "-(") + o.text
			if _, rest, ok := strings.Cut(query, " OR "); ok {
				query = rest
			}
			res, err := dk.Search(context.Background(), query)
			if err != nil {
				t.Errorf("%s: %v", query, err)
			} else if res.Len() != n {
				t.Errorf("%s finds %d requests, its hint says %q", query, res.Len(), o.hint)
			}
		}
	}
	m := proposed(context.Background(), dk, completeQuery, "path:/shop/")
	for _, o := range m.options {
		if triage.Visible(o.text) != o.text {
			t.Errorf("%q is proposed", o.text)
		}
	}
}

// Rules and classes that fired come first, with how often; the others can be asked for all the same.
func TestFindingsAreProposedByCount(t *testing.T) {
	dk := incidentCase(t)
	for _, field := range []string{"rule", "class"} {
		m, err := valuesOf(context.Background(), dk, field, "")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.options[0].hint, "request") {
			t.Errorf("%s: the first is %v", field, m.options[0])
		}
		seen := map[string]int{}
		for _, o := range m.options {
			seen[o.text]++
		}
		for _, o := range fieldOptions(dk, field) {
			if seen[o.text] != 1 {
				t.Errorf("%s: %s stands there %d times", field, o.text, seen[o.text])
			}
		}
	}
}

// What is cut off does not count as known.
func TestCutOptionsAreNotAll(t *testing.T) {
	m := proposed(context.Background(), incidentCase(t), completeQuery, "rule:")
	if len(m.options) != maxOptions || m.whole {
		t.Errorf("%d rules, whole %t", len(m.options), m.whole)
	}
}

// However many values there are, few are proposed, and more is asked when the word goes on.
func TestValuesAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 3 * maxValues {
		fmt.Fprintf(&b, "192.0.2.1 - - [08/Mar/2025:03:00:00 +0000] \"GET /p/%03d HTTP/1.1\" 200 1 \"-\" \"-\"\n", i)
	}
	dk := openCase(t, map[string]string{"access.log": b.String()})
	m := proposed(context.Background(), dk, completeQuery, "path:/p/")
	if len(m.options) != maxValues || m.whole {
		t.Errorf("%d values, whole %t", len(m.options), m.whole)
	}
	if _, ok := m.grown("path:/p/14"); ok {
		t.Error("what is not known is told from what is")
	}
	d := drive(t, dk, 80, 24)
	d.press(d.m.keys.Search)
	d.typed("path:/p/")
	d.send(tea.KeyMsg{Type: tea.KeyTab})
	d.wants("more than 50 ways to go on")
	d.typed("14")
	d.send(tea.KeyMsg{Type: tea.KeyTab})
	d.wants(" 10 ways to go on")
	m = proposed(context.Background(), dk, completeQuery, "path:/p/14")
	if len(m.options) != 10 || !m.whole {
		t.Errorf("%d values, whole %t", len(m.options), m.whole)
	}
}

// While a word is typed on, what was counted for its beginning holds; nothing else does.
func TestCountedValuesHoldWhileTheWordGrows(t *testing.T) {
	dk := valuesCase(t)
	for _, c := range []struct {
		was, now string
		ok       bool
	}{
		{"path:/s", "path:/shop/l", true},
		{"path:/s", "path:/s", true},
		{"x path:/s", "x path:/shop/", true},
		{`ua:="M`, `ua:="Mozilla/5.0 (W`, true},
		{"ua:M", `ua:="Mozilla/5.0 (W`, false},
		{"path:/s", "path:/", false},
		{"path:/s", "path:/a", false},
		{"path:/s", "path:/shop ip:1", false},
		{"path:/s", "path:/s*", false},
		{"is:r", "is:re", false},
	} {
		m := proposed(context.Background(), dk, completeQuery, c.was)
		got, ok := m.grown(c.now)
		if ok != c.ok {
			t.Errorf("%s after %s: %t", c.now, c.was, ok)
		}
		if want := proposed(context.Background(), dk, completeQuery, c.now); ok && texts(got.options) != texts(want.options) {
			t.Errorf("%s after %s: %q, asked anew %q", c.now, c.was, texts(got.options), texts(want.options))
		}
	}
}

// Update only starts the question; a key ends it, stays text, and the answer that comes all the same is dropped.
func TestLateValuesAreDropped(t *testing.T) {
	d := drive(t, valuesCase(t), 80, 24)
	d.press(d.m.keys.Search)
	d.typed("path:/a")
	p, tab := d.m.over.(*prompt), tea.KeyMsg{Type: tea.KeyTab}
	_, cmd := p.Update(tab)
	if p.in.text() != "path:/a" || cmd == nil {
		t.Fatalf("Tab answers at once: %q", p.in.text())
	}
	d.wants("looking for what fits")
	if _, again := p.Update(tab); again != nil {
		t.Error("the same is asked twice")
	}
	early := cmd()
	d.typed("b")
	d.send(early)
	if got := p.in.text(); got != "path:/ab" {
		t.Errorf("the line is %q", got)
	}
	_, cmd = p.Update(tab)
	d.typed("o")
	if m := cmd().(completedMsg); !errors.Is(m.err, context.Canceled) {
		t.Errorf("counting goes on: %v", m.err)
	}
	d.send(tab)
	if got := p.in.text(); got != "path:/about " {
		t.Errorf("the line is %q", got)
	}
	for range len("bout ") {
		d.send(tea.KeyMsg{Type: tea.KeyBackspace})
	}
	d.send(tea.KeyMsg{Type: tea.KeyBackspace})
	d.typed("s")
	d.send(tab)
	d.wants("ways to go on", "/shop/list", "5 requests")
	checkSize(t, d.m.View(), 80, 24)
	d.typed("hop/l")
	d.send(tea.KeyMsg{Type: tea.KeyBackspace})
}

// What was counted is not counted again while the word is typed on.
func TestTypingOnCountsNothing(t *testing.T) {
	d := drive(t, valuesCase(t), 80, 24)
	d.press(d.m.keys.Search)
	d.typed("ip:1")
	p, tab := d.m.over.(*prompt), tea.KeyMsg{Type: tea.KeyTab}
	d.send(tab)
	d.wants("3 ways to go on")
	d.typed("8") // 19 is what the three have in common
	if _, cmd := p.Update(tab); cmd != nil {
		t.Error("it is counted again")
	}
	d.wants("2 ways to go on")
	if got := p.in.text(); got != "ip:198.51.100." {
		t.Errorf("the line is %q", got)
	}
}

// A question that fails says so, and not that nothing fits.
func TestFailedValuesSaySo(t *testing.T) {
	d := drive(t, valuesCase(t), 80, 24)
	d.press(d.m.keys.Search)
	d.typed("ip:1")
	p := d.m.over.(*prompt)
	p.Update(tea.KeyMsg{Type: tea.KeyTab})
	d.send(completedMsg{gen: p.tabbed.gen, from: 3, err: errors.New("no such segment")})
	d.wants("what fits cannot be told: no such segment")
}

// The filter of notes knows its words, and the tags, authors and records of the notes.
func TestNotesFilterIsCompleted(t *testing.T) {
	dk := incidentCase(t)
	shell := dk.Webshells()[0].Ref
	for _, s := range []string{"- [ ] ask for the proxy log #proxy", "seen again #upload #proxy", "#proxy \x1b[2J"} {
		if _, err := dk.AddNote(s, []string{shell}); err != nil {
			t.Fatal(err)
		}
	}
	author := dk.Notes()[0].Author
	for _, c := range []struct{ left, want string }{
		{"", "is:open is:done by: on: #proxy #upload"},
		{"is:o", "is:open"},
		{"words is:", "is:open is:done"},
		{"#", "#proxy #upload"},
		{"#PR", "#proxy"},
		{"by:", "by:" + author},
		{"on:", "on:" + shell},
		{"path:", ""},
	} {
		_, found := completeNotes(dk, c.left)
		if got := texts(found); got != c.want {
			t.Errorf("%q: got %q, want %q", c.left, got, c.want)
		}
		for _, o := range found {
			if notes, err := dk.FindNotes(o.text); err != nil {
				t.Errorf("%s: %v", o.text, err)
			} else if strings.HasPrefix(o.hint, counted(3, "note", "notes")) && len(notes) != 3 {
				t.Errorf("%s finds %d notes, its hint says %q", o.text, len(notes), o.hint)
			}
		}
	}
	d := drive(t, dk, 80, 24)
	d.command("notes")
	d.press(d.m.keys.Filter)
	d.typed("#up")
	d.send(tea.KeyMsg{Type: tea.KeyTab})
	if got := d.m.over.(*prompt).in.text(); got != "#upload " {
		t.Errorf("the line is %q", got)
	}
	d.typed("\n")
	d.wants("#upload", "1 of 1 note")
}
