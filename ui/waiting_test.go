package ui

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// slowly is a driver whose commands are held from now on.
func slowly(d *driver) *driver {
	d.slow = true
	return d
}

func inTurn(int) int { return 0 }

// What comes of keys does not depend on how fast they are typed: all of them before the first answer, whichever answer
// comes first, leads where each of them after the answers to those before does.
func TestKeysTypedAheadLeadToTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many frames: the run without -short has it")
	}
	dk := fullCase(t)
	k := newKeyMap()
	moves := []key.Binding{k.Down, k.Down, k.Up, k.PageDown, k.HalfDown, k.PageUp, k.End, k.Home, k.Left, k.Right, k.Right}
	acts := []key.Binding{k.Enter, k.Next, k.Next, k.Prev, k.In, k.Out, k.Sort, k.Mark, k.NextMark, k.PrevMark, k.Tally, k.Tab, k.Context, k.Reload, k.NextDay,
		k.Cycle, k.Order, k.Begin, k.Copy, k.Tree}
	waited := 0
	for seed := range 600 {
		rng := rand.New(rand.NewPCG(uint64(seed), 8))
		tabs := []int{tabRequests, tabRequests, tabRequests, tabWebshells, tabActors, tabTimeline, tabFiles, tabEvidence} // keys change notes
		keys := []key.Binding{k.Screens[tabs[rng.IntN(len(tabs))]]}
		for range 2 + rng.IntN(12) {
			from := moves
			if rng.IntN(3) == 0 {
				from = acts
			}
			keys = append(keys, from[rng.IntN(len(from))])
		}
		quick, slow := drive(t, dk, 100, 30), drive(t, dk, 100, 30)
		quick.press(keys...)
		slowly(slow).press(keys...)
		waited += len(slow.m.waiting)
		slow.settle(rng.IntN)
		if got, want := slow.view(), quick.view(); rows(got) != rows(want) || len(slow.m.stack) != len(quick.m.stack) {
			var typed []string
			for _, b := range keys {
				typed = append(typed, b.Keys()[0])
			}
			t.Fatalf("seed %d, typed ahead %s: the screen is\n%s\nand otherwise\n%s", seed, strings.Join(typed, " "), got, want)
		}
		if len(slow.m.waiting) > 0 {
			t.Fatalf("seed %d: %d keys still wait", seed, len(slow.m.waiting))
		}
	}
	if waited < 2000 {
		t.Errorf("only %d keys waited", waited)
	}
}

// Keys that come while a list is read wait for its rows, in their order; the status says how many.
func TestKeysWaitForRows(t *testing.T) {
	d := slowly(drive(t, incidentCase(t), 100, 30))
	k := d.m.keys
	d.press(k.Search)
	d.typed("class:sqli\n")
	d.press(k.Down, k.Down, k.Mark, k.End, k.Enter)
	if len(d.m.waiting) != 5 {
		t.Fatalf("%d keys wait", len(d.m.waiting))
	}
	d.wants("searching class:sqli", "5 keys wait")
	d.settle(inTurn)
	rows, err := d.m.desk.Search(context.Background(), "class:sqli")
	if err != nil {
		t.Fatal(err)
	}
	found, err := d.m.desk.Rows(rows, 0, rows.Len())
	if err != nil {
		t.Fatal(err)
	}
	if q, ok := d.m.top().(*request); !ok || q.ref != found[len(found)-1].Ref || !d.m.marks[found[2].Ref] || len(d.m.marks) != 1 {
		t.Errorf("%T is shown, marks %v:\n%s", d.m.top(), d.m.marks, d.view())
	}
}

// A key that leaves the screen acts at once, and what waited is dropped.
func TestLeavingDropsWhatWaits(t *testing.T) {
	dk := incidentCase(t)
	for _, c := range []struct {
		name string
		key  func(k *keyMap) key.Binding
		did  func(d *driver) bool
	}{
		{"back", func(k *keyMap) key.Binding { return k.Back }, func(d *driver) bool { return len(d.m.stack) == 1 }},
		{"back in history", func(k *keyMap) key.Binding { return k.Older }, func(d *driver) bool { return len(d.m.stack) == 1 }},
		{"command", func(k *keyMap) key.Binding { return k.Command }, func(d *driver) bool { return d.isPrompt(":") }},
		{"search", func(k *keyMap) key.Binding { return k.Search }, func(d *driver) bool { return d.isPrompt("search") }},
		{"tab", func(k *keyMap) key.Binding { return k.Screens[tabActors] }, func(d *driver) bool { _, ok := d.m.top().(*actors); return ok }},
		{"cancel", func(k *keyMap) key.Binding { return k.Cancel }, func(d *driver) bool { return strings.Contains(d.m.said, "cancelled") }},
		{"help", func(k *keyMap) key.Binding { return k.Help }, func(d *driver) bool { _, ok := d.m.over.(*helpBox); return ok }},
		{"palette", func(k *keyMap) key.Binding { return k.Palette }, func(d *driver) bool { _, ok := d.m.over.(*palette); return ok }},
		{"close", func(k *keyMap) key.Binding { return k.Quit }, func(d *driver) bool { return len(d.held) > 0 }},
	} {
		d := slowly(drive(t, dk, 100, 30))
		k := d.m.keys
		d.press(k.Screens[tabRequests], k.Down, k.Mark, k.Enter)
		if len(d.m.waiting) != 3 {
			t.Fatalf("%s: %d keys wait", c.name, len(d.m.waiting))
		}
		d.press(c.key(&k))
		if !c.did(d) || len(d.m.waiting) != 0 {
			t.Errorf("%s: %d keys wait:\n%s", c.name, len(d.m.waiting), d.view())
		}
		d.settle(inTurn)
		if len(d.m.marks) != 0 {
			t.Errorf("%s: a key that was dropped marked %v", c.name, d.m.marks)
		}
		if _, ok := d.m.top().(*request); ok {
			t.Errorf("%s: a key that was dropped opened a request", c.name)
		}
	}
}

// Esc before a record is there takes the step into it back, and no other.
func TestEscTakesAnOpeningBack(t *testing.T) {
	d := drive(t, incidentCase(t), 100, 30)
	k := d.m.keys
	d.search("class:sqli")
	was := d.view()
	slowly(d).press(k.Enter, k.Down, k.Back)
	d.settle(inTurn)
	if got := d.view(); got != was {
		t.Errorf("the screen is\n%s\nand was\n%s", got, was)
	}
}

// Text that is typed for a prompt that waits is text, whatever its letters mean elsewhere; where the prompt does not
// come, since there are no rows, it is dropped.
func TestTextWaitsForItsPrompt(t *testing.T) {
	d := slowly(drive(t, incidentCase(t), 100, 30))
	k := d.m.keys
	d.press(k.Screens[tabRequests], k.Jump)
	d.typed("2025-03-08 03:41\n")
	d.settle(inTurn)
	d.wants("first row at or after 2025-03-08 03:41:00")

	d = slowly(drive(t, openCase(t, nil), 100, 30))
	d.press(k.Screens[tabRequests], k.Jump)
	d.typed("03:41 q\n")
	d.settle(inTurn)
	if _, ok := d.m.top().(*requests); !ok || d.quit || d.m.over != nil {
		t.Errorf("text for a prompt that did not come did something:\n%s", d.view())
	}
	d = slowly(drive(t, openCase(t, nil), 100, 30))
	d.press(k.Screens[tabNotes], k.Note)
	d.typed("3 of 9?")
	d.settle(inTurn)
	if ed, ok := d.m.over.(*editorPane); !ok || !strings.Contains(ed.area.text(), "3 of 9?") {
		t.Errorf("the note was not begun:\n%s", d.view())
	}
}

// No more keys wait than are bounded, and it is said when one is lost.
func TestWaitingIsBounded(t *testing.T) {
	d := slowly(drive(t, incidentCase(t), 100, 30))
	k := d.m.keys
	d.press(k.Screens[tabRequests])
	d.press(slices.Repeat([]key.Binding{k.Down}, maxWaiting+5)...)
	d.wants("64 keys wait already")
	d.settle(inTurn)
	if at := d.m.top().(*requests).rows.cur; at != maxWaiting {
		t.Errorf("the cursor is on row %d", at)
	}
}

// The palette waits for what fits the letters before it goes to the first.
func TestPaletteWaitsForItsAnswer(t *testing.T) {
	d := slowly(drive(t, incidentCase(t), 100, 30))
	d.press(d.m.keys.Palette)
	d.typed("screen actors")
	d.send(tea.KeyMsg{Type: tea.KeyEnter})
	d.settle(inTurn)
	if _, ok := d.m.top().(*actors); !ok {
		t.Errorf("%T is shown", d.m.top())
	}
	// What it finds in the case may come last of all.
	slowly(d).press(d.m.keys.Palette)
	d.typed("thumb")
	d.send(tea.KeyMsg{Type: tea.KeyEnter})
	d.settle(func(n int) int { return n - 1 })
	if w, ok := d.m.top().(*webshells); !ok || w.current() == nil || !strings.Contains(w.current().Path, "thumb") {
		t.Errorf("%T is shown:\n%s", d.m.top(), d.view())
	}
}

// Esc and the key after it come as Alt with that key if they come together; they are the two keys where Alt means
// nothing, and Alt where it does.
func TestEscAndAKeyTogether(t *testing.T) {
	d := drive(t, incidentCase(t), 100, 30)
	k := d.m.keys
	d.search("class:sqli")
	list := d.m.top().(*requests)
	d.press(k.Enter)
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'j'}, Alt: true})
	if d.m.top() != screen(list) || list.rows.cur != 1 {
		t.Errorf("%T is shown, the cursor on row %d", d.m.top(), list.rows.cur)
	}
	d.send(tea.KeyMsg{Type: tea.KeyLeft, Alt: true})
	d.wants("[Overview]")
	d.send(tea.KeyMsg{Type: tea.KeyRight, Alt: true})
	d.press(k.Note)
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'j'}, Alt: true})
	if _, ok := d.m.over.(*editorPane); !ok {
		t.Error("Alt with a letter leaves the editor")
	}
}
