package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/triage"
)

// BenchmarkDraw draws the screens; a frame is to take less than 2 ms.
func BenchmarkDraw(b *testing.B) {
	dk := incidentCase(b)
	for _, size := range [][2]int{{80, 24}, {200, 60}} {
		for i, name := range screenNames {
			b.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(b *testing.B) {
				d := drive(b, dk, size[0], size[1])
				d.press(d.m.keys.Screens[i])
				for b.Loop() {
					d.m.View()
				}
			})
		}
	}
}

// BenchmarkKey presses keys of movement without running what they ask for, in the requests and in a list of 100,000
// files, which is held in memory. A key is to take less than 1 ms.
func BenchmarkKey(b *testing.B) {
	dk := incidentCase(b)
	for _, of := range []struct {
		name string
		tab  int
	}{{"Requests", tabRequests}, {"Files", tabFiles}} {
		d := drive(b, dk, 200, 60)
		d.press(d.m.keys.Screens[of.tab])
		if f, ok := d.m.top().(*files); ok {
			d.send(recordsMsg[listedFile]{gen: f.gen, items: manyFiles(100_000)})
		}
		for name, k := range map[string]key.Binding{"down": d.m.keys.Down, "page": d.m.keys.PageDown, "column": d.m.keys.Right, "end": d.m.keys.End} {
			b.Run(of.name+"-"+name, func(b *testing.B) {
				d.press(d.m.keys.Home)
				for b.Loop() {
					d.m.Update(keyMsg(b, k.Keys()[0]))
					d.m.View()
				}
			})
		}
		b.Run(of.name+"-resize", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				d.m.Update(tea.WindowSizeMsg{Width: 200 - i%2, Height: 60})
			}
		})
	}
}

// manyFiles is a listing.
func manyFiles(n int) []listedFile {
	out := make([]listedFile, n)
	for i := range out {
		out[i].File = triage.File{Ref: fmt.Sprintf("f:%08x", i), Path: fmt.Sprintf("/srv/www/%s/file%d.php", strings.Repeat("folder/", i%4), i),
			Verdict: fileOrder[i%len(fileOrder)], Size: int64(i), ModTime: day.Add(time.Duration(i) * time.Second)}
	}
	return out
}
