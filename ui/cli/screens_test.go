//go:build !windows

package cli_test

import (
	"flag"
	"fmt"
	"html"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

var screens = flag.Bool("screens", false, "draw the pictures of the README anew, from the real program")

// pictures are the screens that the README shows: the keys that lead from the Overview of the demo there, each with
// what the screen shows afterwards.
var pictures = []struct {
	name string
	keys [][2]string
}{
	{"overview", [][2]string{{"", "in full"}}},
	{"requests", [][2]string{{"/", "search:"}, {"class:sqli" + enter, "1 of 1,"}, {"t", "time (UTC)"}, {"2025-03-08 08:17:40" + enter, "the first row at or after"}, {"\t\t", "go to this time"}, {"V", "no span"}, {"lllll", "no span"}}},
	{"webshells", [][2]string{{"3", "planted   by"}}},
	{"incident", [][2]string{{"j" + enter, "Overview > "}, {"jjjjjjjjjjj", "Overview > i:"}}},
	{"actors", [][2]string{{"4", "MATRIX"}, {"\t", "[intruder]"}, {"jjjjjjjjjjjjjjjjjjjjj", "tells"}}},
	{"stolen", [][2]string{{":", "report FORMAT"}, {"stolen" + enter, "certain"}}},
	{"report", [][2]string{{"9", "FILE"}, {"G", "Glossary"}, {"kkkkkkkkkkkkkk", "section"}}},
}

// TestPictures draws the pictures of the README; it does nothing unless asked to:
//
//	go test ./ui/cli -run TestPictures -screens
func TestPictures(t *testing.T) {
	if !*screens {
		t.Skip("draws only with -screens")
	}
	binary := buildBinary(t)
	out := filepath.Join("..", "..", "testdata", "screens")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		t.Run(p.name, func(t *testing.T) {
			x := startTerminal(t, binary, t.TempDir(), pictureCols, pictureRows, "demo", "--color", "16")
			x.shows("[Overview]", "LEVELS")
			for _, k := range p.keys {
				x.keys(k[0])
				x.shows(k[1])
			}
			x.settles()
			x.mu.Lock()
			svg := picture(x.screen.CellAt)
			x.mu.Unlock()
			if strings.Contains(svg, os.TempDir()) {
				t.Error("the picture shows a path of this machine")
			}
			if len(svg) > 60_000 {
				t.Errorf("%d bytes", len(svg))
			}
			if err := os.WriteFile(filepath.Join(out, p.name+".svg"), []byte(svg), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The size of the pictures, in characters and in units of the picture.
const (
	pictureCols, pictureRows = 120, 34
	cellWidth, cellHeight    = 8, 17
)

// The 16 colours of a terminal, its background and its text.
var palette = [16]string{"#1c1f26", "#f2777a", "#8fc47e", "#e0b865", "#6ea6e8", "#c792d8", "#5cc4c4", "#c9ced6",
	"#6b7280", "#ff9a9a", "#b2e0a2", "#f2d28b", "#93c2ff", "#e0b3ee", "#85e0e0", "#ffffff"}

const ground, ink = "#14171c", "#c9ced6"

// picture is a screen as SVG: a rectangle for each stretch that has a background, a text for each of one look.
func picture(at func(x, y int) *uv.Cell) string {
	var b strings.Builder
	w, h := pictureCols*cellWidth+2*cellWidth, pictureRows*cellHeight+cellHeight
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="13" fill="%s">`+"\n", w, h, ink)
	fmt.Fprintf(&b, `<style>text{white-space:pre}</style><rect width="%d" height="%d" rx="6" fill="%s"/>`+"\n", w, h, ground)
	for y := range pictureRows {
		for x := 0; x < pictureCols; {
			l, from := lookOf(at(x, y)), x
			var text strings.Builder
			for x < pictureCols {
				c := at(x, y)
				if lookOf(c) != l {
					break
				}
				if c == nil || c.Content == "" {
					text.WriteByte(' ')
				} else {
					text.WriteString(c.Content)
				}
				x++
			}
			l.write(&b, from, y, x-from, text.String())
		}
	}
	return b.String() + "</svg>\n"
}

// A cellLook is how a cell is drawn.
type cellLook struct {
	ink, ground             string
	bold, faint, underlined bool
}

func lookOf(c *uv.Cell) cellLook {
	l := cellLook{ink: ink}
	if c == nil {
		return l
	}
	if s := named(c.Style.Fg); s != "" {
		l.ink = s
	}
	l.ground = named(c.Style.Bg)
	if c.Style.Attrs&uv.AttrReverse != 0 {
		back := l.ground
		if back == "" {
			back = ground
		}
		l.ink, l.ground = back, l.ink
	}
	l.bold, l.faint, l.underlined = c.Style.Attrs&uv.AttrBold != 0, c.Style.Attrs&uv.AttrFaint != 0, c.Style.Underline != 0
	return l
}

// named is a colour of the terminal; empty if it is its own.
func named(c color.Color) string {
	if basic, ok := c.(ansi.BasicColor); ok {
		return palette[basic&15]
	}
	return ""
}

func (l cellLook) write(b *strings.Builder, x, y, n int, text string) {
	left, top := cellWidth+x*cellWidth, cellHeight/2+y*cellHeight
	if l.ground != "" {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, left, top, n*cellWidth, cellHeight, l.ground)
	}
	// Spaces of a stretch without look need no drawing; what they divide is drawn where it stands.
	parts := [][]int{{0, len(text)}}
	if !l.underlined {
		parts = words.FindAllStringIndex(text, -1)
	}
	for _, p := range parts {
		s := text[p[0]:p[1]]
		wide := ansi.StringWidth(s)
		fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d"`, left+ansi.StringWidth(text[:p[0]])*cellWidth, top+13, wide*cellWidth)
		for _, a := range []struct {
			on   bool
			attr string
		}{{l.ink != ink, ` fill="` + l.ink + `"`}, {l.bold, ` font-weight="bold"`}, {l.faint, ` opacity=".6"`}, {l.underlined, ` text-decoration="underline"`}} {
			if a.on {
				b.WriteString(a.attr)
			}
		}
		b.WriteString(">" + html.EscapeString(s) + "</text>")
	}
	if l.ground != "" || len(parts) > 0 {
		b.WriteByte('\n')
	}
}

// words are stretches of text without wide gaps.
var words = regexp.MustCompile(`\S+(?: {1,2}\S+)*`)
