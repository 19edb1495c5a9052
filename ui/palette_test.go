package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func (d *driver) find(letters string) {
	d.t.Helper()
	d.press(d.m.keys.Palette)
	d.typed(letters)
}

// The palette goes to screens and records, does what keys do, and repeats what was asked.
func TestPalette(t *testing.T) {
	dk := incidentCase(t)
	if _, err := dk.AddNote("ask the provider for netflow", nil); err != nil {
		t.Fatal(err)
	}
	d := drive(t, dk, 80, 24)
	d.search("class:sqli outfile")
	for _, c := range []struct {
		letters string
		wants   []string
	}{
		{"timel\n", []string{"[Timeline]"}},
		{"thumbphp\n", []string{"[Webshells]", "/img/thumb.php"}},
		{"netflow\n", []string{"[Notes]", "ask the provider"}},
		{"sqli outf\n", []string{"class:sqli > outfile", "1 of 1 line"}},
		{"addnote\n", []string{"note on r:"}},
	} {
		d.find(c.letters)
		d.wants(c.wants...)
		checkSize(t, d.m.View(), 80, 24)
	}
	d.press(d.m.keys.Back)
	d.find("zzzzqqq")
	d.wants("nothing has these letters")
	d.press(d.m.keys.Back)
	if d.m.over != nil {
		t.Error("Esc did not close the palette")
	}
	// A word that takes something is put into the command line to go on with.
	d.find(":searchq\n")
	if p, ok := d.m.over.(*prompt); !ok || p.in.text() != "search " {
		t.Errorf("the command line holds %v", d.m.over)
	}
	d.press(d.m.keys.Back)
	d.command("palette")
	d.send(tea.KeyMsg{Type: tea.KeyDown})
	d.send(tea.KeyMsg{Type: tea.KeyDown})
	d.typed("\n")
	d.wants("[Webshells]")
}

// What the palette offers is what the keys of the screen under it do now.
func TestPaletteOffersWhatKeysDo(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	for i, name := range screenNames {
		d.press(d.m.keys.Screens[i])
		k := d.m.top().Keys().forSubject(d.m.top().Selected())
		d.press(d.m.keys.Palette)
		p := d.m.over.(*palette)
		offered := map[string]bool{}
		for _, e := range p.entries {
			if e.kind == "action" {
				offered[e.text] = true
			}
		}
		for _, g := range k.FullHelp()[:actionGroups] {
			for _, b := range g {
				if b.Enabled() != offered[b.Help().Desc] && b.Help().Key != "Ctrl-P" {
					t.Errorf("%s: %s offered %v, enabled %v", name, b.Help().Desc, offered[b.Help().Desc], b.Enabled())
				}
			}
		}
		d.press(d.m.keys.Back)
	}
}

// The letters that fit are lit by more than colour, whatever the text holds.
func TestPaletteLightsLetters(t *testing.T) {
	found, more := findEntries([]entry{{kind: "file", text: "näme/shell.php"}, {text: "other"}}, "fm sh")
	if len(found) != 1 || more != 0 {
		t.Fatalf("found %v", found)
	}
	var lit, all strings.Builder
	for _, r := range append(found[0].lit("file", 0, 10), found[0].lit(found[0].text, 5, 40)...) {
		all.WriteString(r.text)
		if r.look == matched {
			lit.WriteString(r.text)
		}
	}
	if lit.String() != "fmsh" || strWidth(all.String()) != 50 {
		t.Errorf("lit %q of %q", lit.String(), all.String())
	}
}

func manyEntries(n int) []entry {
	out := make([]entry, n)
	for i := range out {
		out[i] = entry{kind: "file", text: fmt.Sprintf("/var/www/html/shop/module%d/controllers/item%d.php", i%97, i)}
	}
	return out
}

func TestPaletteIsBounded(t *testing.T) {
	found, more := findEntries(manyEntries(20_000), strings.Repeat("shop", 1))
	if len(found) != maxHits || more != 20_000-maxHits {
		t.Errorf("%d found, %d more", len(found), more)
	}
	if found, _ := findEntries(manyEntries(10), strings.Repeat("x", 10_000)); len(found) != 0 {
		t.Error("a very long pattern fits")
	}
}

func BenchmarkPalette(b *testing.B) {
	all := manyEntries(20_000)
	for b.Loop() {
		findEntries(all, "shopitem77")
	}
}
