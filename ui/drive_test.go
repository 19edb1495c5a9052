package ui

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"spoor/triage"
	"spoor/ui/desk"
)

// day is when the incident of the tests begins.
var day = time.Date(2025, 3, 7, 8, 0, 0, 0, time.UTC)

func logLine(at time.Time, client, method, uri string, status, size int, referer, agent string) string {
	return fmt.Sprintf("%s - - [%s] \"%s %s HTTP/1.1\" %d %d \"%s\" \"%s\"\n",
		client, at.Format("02/Jan/2006:15:04:05 -0700"), method, uri, status, size, referer, agent)
}

// incidentLog is a small inert incident: visitors for two days, then a scanner, an injection that writes a
// file, and two clients that use it. Three lines fit no format.
func incidentLog() string {
	var b strings.Builder
	browser := "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0"
	pages := []string{"/", "/shop/list.php?page=2", "/shop/item.php?id=7", "/about.html", "/img/logo.png", "/css/site.css"}
	at := day
	for i := range 360 {
		client := fmt.Sprintf("192.0.2.%d", 10+i%23)
		b.WriteString(logLine(at, client, "GET", pages[i%len(pages)], 200, 1200+i*7, "http://shop.example/", browser))
		at = at.Add(6 * time.Minute)
		if i == 100 {
			b.WriteString("this line fits nothing\n")
		}
	}
	at = day.Add(43 * time.Hour)
	scanner := "sqlmap/1.8 (https://sqlmap.org)"
	for i := range 25 {
		b.WriteString(logLine(at, "198.51.100.7", "GET", fmt.Sprintf("/shop/item.php?id=7%%27%%20UNION%%20SELECT%%20%d,user(),3--%%20-", i), 200, 900, "-", scanner))
		at = at.Add(3 * time.Second)
	}
	b.WriteString(logLine(at.Add(time.Minute), "198.51.100.7", "GET",
		"/shop/item.php?id=7%27%20UNION%20SELECT%200x3c3f706870,2,3%20INTO%20OUTFILE%20%27/var/www/html/img/thumb.php%27--%20-", 200, 11, "-", scanner))
	b.WriteString("\x01\x02 broken \xff\n")
	for i := range 9 {
		at = at.Add(4 * time.Minute)
		client := []string{"198.51.100.7", "203.0.113.44"}[i%2]
		b.WriteString(logLine(at, client, "POST", "/img/thumb.php", 200, 40+i*13, "-", "python-requests/2.31"))
	}
	b.WriteString("another one\n")
	return b.String()
}

const (
	listing = `aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11  /var/www/html/img/thumb.php
bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22  /var/www/html/index.php
cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33  /var/www/html/shop/item.php
`
	baseline = `bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22  /var/www/html/index.php
dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44dd44  /var/www/html/shop/item.php
`
)

// openCase loads texts, by file name, into a new case. The file good.sha256 is the baseline.
func openCase(t testing.TB, texts map[string]string) *desk.Desk {
	t.Helper()
	dir := t.TempDir()
	d, err := desk.OpenOrCreate(filepath.Join(dir, "case"), desk.Who{Analyst: "kim", Host: "jump1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.Case.SetClock(func() time.Time { return day.Add(100 * time.Hour) })
	var o desk.LoadOptions
	for _, name := range sortedKeys(texts) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(texts[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, day, day); err != nil {
			t.Fatal(err)
		}
		if name == "good.sha256" {
			o.Baseline = append(o.Baseline, path)
		} else {
			o.Paths = append(o.Paths, path)
		}
	}
	if len(texts) > 0 {
		if _, err := d.Load(context.Background(), o, nil); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func incidentCase(t testing.TB) *desk.Desk {
	return openCase(t, map[string]string{"access.log": incidentLog(), "files.sha256": listing, "good.sha256": baseline,
		"photo.jpg": "\xff\xd8\xff\xe0 not a log \x00\x01"})
}

// A driver runs the program without a terminal: messages in, commands run at once, views out.
type driver struct {
	t    testing.TB
	m    *root
	out  bytes.Buffer // what went to the terminal beside the view
	quit bool

	poison *poisoner // replaces the texts of answers; nil for none
	slow   bool      // commands are held until settle
	held   []tea.Cmd
}

func drive(t testing.TB, d *desk.Desk, width, height int) *driver {
	t.Helper()
	dr := &driver{t: t}
	dr.m = newRoot(context.Background(), d, Options{Out: &dr.out, Fresh: true})
	dr.m.spinning = true // no clock in tests
	dr.run(dr.m.Init())
	dr.send(tea.WindowSizeMsg{Width: width, Height: height})
	return dr
}

// run runs a command and all that follow from it.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if d.slow {
		d.held = append(d.held, cmd)
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		if d.poison != nil {
			msg = d.poison.answer(msg)
		}
		d.send(msg)
	}
}

// settle runs the commands that were held and all that follow from them; next says which of n is the next to end.
func (d *driver) settle(next func(n int) int) {
	for len(d.held) > 0 {
		i := next(len(d.held))
		cmd := d.held[i]
		d.held = append(d.held[:i:i], d.held[i+1:]...)
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			d.held = append(d.held, msg...)
		case tea.QuitMsg:
			d.quit = true
		default:
			d.send(msg)
		}
	}
	d.slow = false
}

func (d *driver) send(msg tea.Msg) {
	_, cmd := d.m.Update(msg)
	d.run(cmd)
}

// press presses a key by its binding.
func (d *driver) press(bindings ...key.Binding) {
	d.t.Helper()
	for _, b := range bindings {
		d.send(keyMsg(d.t, b.Keys()[0]))
	}
}

// typed types text, a key a character.
func (d *driver) typed(s string) {
	for _, r := range s {
		if r == '\n' {
			d.send(tea.KeyMsg{Type: tea.KeyEnter})
			continue
		}
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func keyMsg(t testing.TB, name string) tea.KeyMsg {
	t.Helper()
	if len([]rune(name)) == 1 {
		if name == " " {
			return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
		}
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
	}
	for k := tea.KeyType(-100); k < 200; k++ {
		if m := (tea.KeyMsg{Type: k}); m.String() == name {
			return m
		}
	}
	t.Fatalf("no key is called %q", name)
	return tea.KeyMsg{}
}

// view is the screen without our own colours.
func (d *driver) view() string { return ansi.Strip(d.m.View()) }

// wants fails unless the screen shows all of these.
func (d *driver) wants(what ...string) {
	d.t.Helper()
	v := d.view()
	for _, w := range what {
		if !strings.Contains(v, w) {
			d.t.Fatalf("the screen does not show %q:\n%s", w, v)
		}
	}
}

// to puts the cursor of a records screen on the first row that shows s.
func (d *driver) to(s string) {
	d.t.Helper()
	d.press(d.m.keys.Home)
	for range 400 {
		for _, l := range strings.Split(d.view(), "\n") {
			if strings.HasPrefix(l, ">") && strings.Contains(l, s) {
				return
			}
		}
		d.press(d.m.keys.Down)
	}
	d.t.Fatalf("no row shows %q:\n%s", s, d.view())
}

func shell(t testing.TB, d *desk.Desk) triage.Webshell {
	t.Helper()
	all := d.Webshells()
	if len(all) == 0 {
		t.Fatal("the incident of the tests has no web shell")
	}
	return all[0]
}
