package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// BenchmarkFrame is the time from a key in the Requests screen to the complete frame: what the key reads from the
// case is read, what it changes is drawn. It must not depend on how many rows there are.
func BenchmarkFrame(b *testing.B) {
	for _, lines := range []int{100_000, 1_000_000} {
		if testing.Short() && lines > 100_000 {
			continue
		}
		h := ui.NewHeadless(loaded(b, lines), 160, 50)
		for _, c := range []struct {
			name    string
			actions []string
		}{
			{"row", []string{"row down"}},
			{"page", []string{"page down"}},
			{"ends", []string{"last row", "first row"}},
			{"next-finding", []string{"next finding"}},
		} {
			b.Run(fmt.Sprintf("%s/%d", c.name, lines), func(b *testing.B) {
				for _, action := range []string{"Requests", "first row", c.actions[0]} {
					press(b, h, action)
				}
				var took []time.Duration
				for i := 0; b.Loop(); i++ {
					from := time.Now()
					press(b, h, c.actions[i%len(c.actions)])
					took = append(took, time.Since(from))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
			})
		}
	}
}

// press presses a key and draws.
func press(b *testing.B, h *ui.Headless, action string) {
	if err := h.Press(action); err != nil {
		b.Fatal(err)
	}
	if h.View() == "" {
		b.Fatal("nothing is drawn")
	}
}
