package ui

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// luminance is how bright a colour is: relative luminance, WCAG 2.2.
func luminance(hex string) float64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 24)
	if err != nil {
		panic(err)
	}
	linear := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// cube is a colour of the 256 that are the same in all terminals: the cube of 6x6x6 from 16 on, the greys from 232 on.
func cube(t *testing.T, code string) string {
	n, err := strconv.Atoi(code)
	if err != nil || n < 16 || n > 255 {
		t.Fatalf("%q is none of the colours that are the same everywhere", code)
	}
	if n >= 232 {
		v := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
	steps := []int{0, 95, 135, 175, 215, 255}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", steps[n/36], steps[n/6%6], steps[n%6])
}

// The 16 colours of terminals: xterm's, VGA's (the console of Linux), those of Windows before and since 2017, GNOME's.
var palettes = map[string]string{
	"xterm":   "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
	"vga":     "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
	"windows": "000000 800000 008000 808000 000080 800080 008080 c0c0c0 808080 ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff",
	"console": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
	"gnome":   "000000 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
}

// Every colour of text can be read on the backgrounds it is for: black and white, and those of themes in wide use.
func TestContrast(t *testing.T) {
	dark := []string{"#000000", "#1e1e1e", "#002b36", "#282a36", "#2e3440"}
	light := []string{"#ffffff", "#fdf6e3", "#f5f5f5", "#eff1f5"}
	for _, c := range []struct {
		colours Colours
		light   bool
		grounds []string
		pure    float64 // with black or white
	}{{Colours256, false, dark, 4.5}, {Colours256, true, light, 4.5}, {ColoursTrue, false, dark, 7}, {ColoursTrue, true, light, 7},
		{Colours16, false, dark[:1], 4.5}, {Colours16, true, light[:1], 4.5}} {
		ink := reflect.ValueOf(inksOf(c.colours, c.light))
		for i := range ink.NumField() {
			name := ink.Type().Field(i).Name
			code, is := ink.Field(i), ink.Field(i).Kind() == reflect.String
			switch {
			case !is:
				if (c.colours == Colours16) != code.Bool() {
					t.Errorf("%s of %d is %v", name, c.colours, code)
				}
				continue
			case code.String() == "" && name == "muted" && c.colours == Colours16:
				continue // no colour: what faint is, is the terminal's own
			}
			shades := map[string]string{}
			switch c.colours {
			case Colours16:
				n, _ := strconv.Atoi(code.String())
				for p, all := range palettes {
					shades[p] = "#" + strings.Fields(all)[n]
				}
			case Colours256:
				shades["the cube"] = cube(t, code.String())
			default:
				shades["itself"] = code.String()
			}
			for where, shade := range shades {
				for j, g := range c.grounds {
					least := 4.5
					if j == 0 {
						least = c.pure
					}
					if got := contrast(shade, g); got < least {
						t.Errorf("%s %s (%s, %s) on %s: a contrast of %.2f, want %.1f", name, code, where, shade, g, got, least)
					}
				}
			}
		}
	}
}

// Each kind of terminal is sent its own kind of colour, and one without colours none.
func TestColoursAreThoseOfTheTerminal(t *testing.T) {
	for _, c := range []struct {
		colours Colours
		light   bool
		want    string
	}{{ColoursNone, false, "\x1b[1mx\x1b[0m"}, {Colours16, false, "\x1b[1;91mx\x1b[0m"}, {Colours16, true, "\x1b[1;31mx\x1b[0m"},
		{Colours256, false, "\x1b[1;38;5;210mx\x1b[0m"}, {Colours256, true, "\x1b[1;38;5;160mx\x1b[0m"},
		{ColoursTrue, true, "\x1b[1;38;2;168;15;30mx\x1b[0m"}} {
		st := newStyles(c.colours, c.light)
		if got := st.of[critical].Render("x"); got != c.want {
			t.Errorf("%d, light %v: %q, want %q", c.colours, c.light, got, c.want)
		}
		for i, s := range st.of {
			if look(i) != plain && c.colours != ColoursNone && s.Render("x") == "x" {
				t.Errorf("%d: look %d is drawn as plain text", c.colours, i)
			}
		}
	}
}

// A text under the cursor is in reverse throughout, its spaces too, and drawn in one piece.
func TestReverseHasNoHoles(t *testing.T) {
	st := newStyles(Colours16, false)
	if got, want := st.selected[matched].Render("203.0.113.77 +1"), "203.0.113.77 +1\x1b[0m"; !strings.HasSuffix(got, want) || strings.Count(got, "\x1b") != 2 || !strings.Contains(got, "7") {
		t.Errorf("%q", got)
	}
	if got := st.of[plain].Render("x"); got != "x" {
		t.Errorf("plain: %q", got)
	}
	for i, p := range st.selected {
		if !strings.Contains(p.on, "7") {
			t.Errorf("look %d: %q", i, p.on)
		}
	}
}
