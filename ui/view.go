package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"
)

// bodyHeight is what is left between the two head lines and the status line.
func (r *root) bodyHeight() int { return max(0, r.height-3) }

// View draws the whole terminal: the tabs, the breadcrumb, the screen with what is open over it, the status.
func (r *root) View() string {
	s := r.top()
	switch {
	case r.quitting:
		return ""
	case r.width == 0 || s == nil:
		return "spoor is starting\n"
	case r.width < minWidth || r.height < minHeight:
		return fmt.Sprintf("This terminal has %dx%d;\nspoor needs %dx%d or more.\nMake it larger, or %s closes.\n",
			r.width, r.height, minWidth, minHeight, r.keys.Quit.Help().Key)
	}
	body := strings.Split(fillText(s.View(), r.width, r.bodyHeight()), "\n")
	if r.over != nil {
		rows := r.over.View(r.width, r.bodyHeight())
		rows = rows[:min(len(rows), len(body))]
		copy(body[len(body)-len(rows):], rows)
	}
	if long := r.longSaid(); long != nil {
		long = long[:min(len(long), len(body))]
		copy(body[len(body)-len(long):], long)
	}
	rows := append([]string{r.tabLine(s), r.crumbLine(s)}, body...)
	frame := strings.Join(append(rows, r.statusLine(s)), "\n")
	if r.ascii {
		return toASCII(frame)
	}
	return frame
}

// longSaid is what the status line has no room for, to be drawn over the end of the body.
func (r *root) longSaid() []string {
	if strWidth(visibleN(r.said, r.width)) <= r.width-4 {
		return nil
	}
	title, look := "", strong
	if r.bad {
		title, look = "error", critical
	}
	rows := []string{rule(&r.st, title, r.width, false)}
	for _, l := range wrapLines([]line{text(look, r.said)}, r.width-2) {
		rows = append(rows, " "+r.st.draw(l.runs, r.width-1, selNone))
	}
	return rows
}

// fillText cuts and pads drawn text to a size.
func fillText(s string, width, height int) string {
	return fill(strings.Split(s, "\n"), width, height)
}

// tabLine names the screens; the current one is in brackets in place of its number.
func (r *root) tabLine(s screen) string {
	at, _ := s.Place()
	var b strings.Builder
	used := 0
	for i := range screenNames {
		if i > 0 {
			b.WriteByte(' ')
			used++
		}
		t := r.tabText(i, at)
		if i == at {
			b.WriteString(r.st.current.Render(t))
		} else {
			b.WriteString(t)
		}
		used += strWidth(t)
	}
	if room := r.width - used - 2; room >= 12 {
		b.WriteString("  " + r.st.of[muted].Render(cellRight("case "+r.name, room)))
	}
	return ansi.Truncate(pad(b.String(), r.width), r.width, "")
}

// tabText is what stands for a screen where one is on the screen at.
func (r *root) tabText(i, at int) string {
	if i == at {
		return "[" + screenNames[i] + "]"
	}
	return r.tabLabel(i)
}

// tabLabel is a screen that one is not on: its key, and its name, or a short one, where there is room for those of all.
// The name of the one that one is on is always whole.
func (r *root) tabLabel(i int) string {
	label := r.keys.Screens[i].Help().Key
	for _, names := range []*[screenCount]string{&screenNames, &shortNames} {
		all, widest := 2*screenCount-1, 0
		for j, name := range names {
			all += strWidth(r.keys.Screens[j].Help().Key) + len(name)
			widest = max(widest, len(screenNames[j])-len(name))
		}
		if max(all+widest, 80) <= r.width {
			return label + " " + names[i]
		}
	}
	return label
}

// A crumb is one step of how one came here.
type crumb struct {
	text   string
	step   int // of the stack
	filter int // of that step; -1 for the step itself
}

// What stands between crumbs, and before them if the first ones have no room.
const (
	crumbSep = " > "
	crumbCut = "… > "
)

// crumbs are the steps that there is room for, whether others were cut, and how much there is of what is shown.
func (r *root) crumbs(s screen) (crumbs []crumb, cut bool, info string) {
	info = " " + s.Info() + " "
	if n := r.log.unseen; n > 0 && r.said == "" {
		info = " " + counted(n, "error", "errors") + ", :log ·" + info
	}
	info = strings.TrimRight(cell(info, min(strWidth(info), r.width-24)), " ")
	room := r.width - strWidth(info) - 1
	from := len(r.stack) - 1
	for from > 0 && !slices.Contains(r.tabs[:], r.stack[from]) {
		from--
	}
	first := from
	for i := from; i < len(r.stack); i++ {
		_, title := r.stack[i].Place()
		l, ok := r.stack[i].(lister)
		if ok && i+1 < len(r.stack) && sameList(l, r.stack[i+1]) {
			continue // the next step has its filters, and more
		}
		crumbs = append(crumbs, crumb{crumbOf(title), first, -1})
		if ok {
			for j, f := range l.Filters() {
				crumbs = append(crumbs, crumb{crumbOf(f.crumb()), i, j})
			}
		}
		first = i + 1
	}
	crumbs = slices.DeleteFunc(crumbs, func(c crumb) bool { return c.text == "" })
	all := len(crumbs)
	for len(crumbs) > 1 && strWidth(pathOf(crumbs)) > room-3 {
		crumbs = crumbs[1:]
	}
	return crumbs, len(crumbs) < all, info
}

// pathOf is crumbs as they are drawn.
func pathOf(crumbs []crumb) string {
	texts := make([]string, len(crumbs))
	for i, c := range crumbs {
		texts[i] = c.text
	}
	return strings.Join(texts, crumbSep)
}

// crumbLine says how one came here, and how much there is.
func (r *root) crumbLine(s screen) string {
	crumbs, cut, info := r.crumbs(s)
	path := pathOf(crumbs)
	if cut {
		path = crumbCut + path
	}
	left := strings.TrimRight(cell(path, r.width-strWidth(info)-1), " ")
	gap := r.width - strWidth(left) - strWidth(info)
	return r.st.of[heading].Render(left) + strings.Repeat(" ", max(0, gap)) + r.st.of[muted].Render(info)
}

func crumbOf(title string) string { return strings.TrimRight(cell(title, 60), " ") }

// sameList reports whether a screen is a list narrowed to another step.
func sameList(l lister, next screen) bool {
	n, ok := next.(lister)
	if !ok {
		return false
	}
	_, a := l.Place()
	_, b := n.Place()
	return a == b
}

// cancels is what one can do about work that runs.
const cancels = " · Ctrl-C cancels"

// statusLine says what runs, what happened, and what can be done.
func (r *root) statusLine(s screen) string {
	var runs []run
	switch label := r.label(); {
	case r.said != "" && r.bad:
		runs = append(runs, run{" ! " + r.said, critical})
	case r.said != "":
		runs = append(runs, run{" " + r.said, strong})
	case label != "":
		runs = append(runs, run{" " + r.spin.View() + " " + label + cancels + r.waitText(), strong})
	case r.loading != nil:
		runs = append(runs, run{" " + r.spin.View() + " " + r.loadText(r.width-4), strong})
	}
	if r.over != nil {
		if len(runs) == 0 {
			runs = append(runs, run{" " + r.over.Help(), muted})
		}
		return r.st.draw(runs, r.width, selNone)
	}
	used := 0
	for _, x := range runs {
		used += strWidth(cell(x.text, min(strWidth(x.text), r.width)))
	}
	if room := r.width - used - 3; room > 10 {
		sep := " "
		if used > 0 {
			sep = "   "
		}
		runs = append(runs, run{sep + shortHelp(keysOf(s), room), muted})
	}
	return r.st.draw(runs, r.width, selNone)
}

// shortHelp lists as many bindings as fit.
func shortHelp(k keyMap, width int) string {
	var b strings.Builder
	for _, h := range k.ShortHelp() {
		if !h.Enabled() {
			continue
		}
		item := helpItem(h)
		if b.Len() > 0 {
			item = " · " + item
		}
		if strWidth(b.String())+strWidth(item) > width {
			break
		}
		b.WriteString(item)
	}
	return b.String()
}

func helpItem(b key.Binding) string { return b.Help().Key + " " + b.Help().Desc }
