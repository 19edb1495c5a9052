package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage/weblog/loggen"
	"spoor/ui"
	"spoor/ui/desk"
)

// loaded is a case of a made-up log.
func loaded(t testing.TB, lines int) *desk.Desk {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	f, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := loggen.Write(f, loggen.Options{Lines: lines}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := desk.OpenOrCreate(filepath.Join(dir, "case"), desk.Who{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Load(t.Context(), desk.LoadOptions{Paths: []string{log}}, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// The screen is complete whenever a key has been pressed: no row is still on its way.
func TestHeadlessIsComplete(t *testing.T) {
	h := ui.NewHeadless(loaded(t, 2000), 120, 40)
	if v := h.View(); !strings.Contains(v, "2,000 requests") {
		t.Fatalf("the Overview does not count the requests:\n%s", v)
	}
	for _, action := range []string{"Requests", "row down", "page down", "next finding", "last row", "page up", "first row"} {
		if err := h.Press(action); err != nil {
			t.Fatal(err)
		}
		v := h.View()
		if strings.Contains(v, "  …") || strings.Contains(v, "searching") || !strings.Contains(v, "of 2,000 lines") {
			t.Fatalf("after %s the screen is not complete:\n%s", action, v)
		}
	}
	if h.Press("fly") == nil {
		t.Error("an action that there is not was pressed")
	}
}

// BenchmarkFrame is from a key in the Requests screen to the complete screen.
func BenchmarkFrame(b *testing.B) {
	for _, lines := range []int{10_000, 100_000} {
		h := ui.NewHeadless(loaded(b, lines), 160, 50)
		if err := h.Press("Requests"); err != nil {
			b.Fatal(err)
		}
		for _, action := range []string{"row down", "page down", "last row", "next finding"} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(action, " ", "-"), lines), func(b *testing.B) {
				if err := h.Press("first row"); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if err := h.Press(action); err != nil {
						b.Fatal(err)
					}
					if h.View() == "" {
						b.Fatal("nothing is drawn")
					}
				}
			})
		}
	}
}
