package report

// Charts: what is seen at a glance, as SVG without script.

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"

	"spoor/triage"
)

// chartWidth is the width of every chart, in its own units; pages scale it.
const chartWidth = 960

// svg writes one chart. Texts are made inert as they are written.
type svg struct{ strings.Builder }

func newSVG(height int, label string) *svg {
	s := &svg{}
	fmt.Fprintf(s, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s" class="chart">`, chartWidth, height, inert(label))
	return s
}

func (s *svg) done() string { return s.String() + "</svg>" }

// inert is text for HTML and SVG.
func inert(text string) string { return html.EscapeString(triage.Visible(text)) }

func (s *svg) rect(x, y, w, h float64, class, title string) {
	fmt.Fprintf(s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="%s">`, x, y, w, h, class)
	if title != "" {
		fmt.Fprintf(s, "<title>%s</title>", inert(title))
	}
	s.WriteString("</rect>")
}

func (s *svg) text(x, y float64, anchor, class, text string) {
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="%s" class="%s">%s</text>`, x, y, anchor, class, inert(text))
}

// activityChart is the requests of the case over time, those with findings set apart. Counts are drawn by their
// square root, so that a quiet night beside a scan is still seen.
func activityChart(a *Activity) string {
	most := int64(0)
	for _, n := range a.Requests {
		most = max(most, n)
	}
	if most == 0 {
		return ""
	}
	const top, base = 14.0, 150.0
	s := newSVG(180, fmt.Sprintf("Requests over time, at most %d in %s", most, a.Bucket))
	tall := func(n int64) float64 { return math.Sqrt(float64(n)/float64(most)) * (base - top) }
	wide := float64(chartWidth) / float64(len(a.Requests))
	for i, n := range a.Requests {
		if n == 0 {
			continue
		}
		at := a.First.Add(time.Duration(i) * a.Bucket)
		hot := int64(0)
		if i < len(a.Hostile) {
			hot = a.Hostile[i]
		}
		title := fmt.Sprintf("%s UTC: %d requests, %d with a finding of medium or above", at.UTC().Format("2006-01-02 15:04"), n, hot)
		s.rect(float64(i)*wide, base-tall(n), max(wide-0.6, 0.4), tall(n), "all", title)
		if hot > 0 {
			h := max(tall(hot), 2)
			s.rect(float64(i)*wide, base-h, max(wide-0.6, 0.4), h, "hot", title)
		}
	}
	end := a.First.Add(time.Duration(len(a.Requests)) * a.Bucket)
	for i := range 5 {
		x := float64(chartWidth) * float64(i) / 4
		anchor := [...]string{"start", "middle", "middle", "middle", "end"}[i]
		s.text(x, base+18, anchor, "tick", a.First.Add(end.Sub(a.First)*time.Duration(i)/4).UTC().Format("01-02 15:04"))
	}
	s.text(0, 10, "start", "tick", fmt.Sprintf("%d requests in %s at most; drawn by the square root; with findings dark", most, shortly(a.Bucket)))
	return s.done()
}

func shortly(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.1f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f minutes", max(1, d.Minutes()))
}

// chainKinds are the kinds of steps with their letters, in the order of an intrusion. Letters say what colours do.
var chainKinds = []struct{ kind, letter, class string }{
	{"recon", "r", "k1"}, {"probe", "p", "k1"}, {"injection", "i", "k2"}, {"read", "R", "k6"}, {"plant", "P", "k3"}, {"file", "f", "k4"}, {"access", "a", "k5"},
	{"use", "u", "k5"}, {"command", "c", "k6"}, {"further", "F", "k3"}, {"download", "d", "k6"},
}

const maxLanes = 10

// chainChart is an incident, a lane for each client. The axis is stretched where much happens: the room between two
// steps grows with the logarithm of the time between them.
func chainChart(in *triage.Incident) string {
	steps := slices.Clone(in.Steps)
	slices.SortStableFunc(steps, func(a, b triage.Step) int { return a.Time.Compare(b.Time) })
	steps = slices.DeleteFunc(steps, func(s triage.Step) bool { return s.Time.IsZero() })
	if len(steps) < 2 {
		return ""
	}
	lanes, at := lanesOf(steps), stretch(steps)
	const left, right, rowHeight = 170.0, chartWidth - 20.0, 26.0
	height := 30 + rowHeight*float64(len(lanes)) + 34
	s := newSVG(int(height), "Steps of the incident over time, a lane for each client")
	for i, name := range lanes {
		y := 30 + rowHeight*float64(i)
		fmt.Fprintf(s, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="lane"/>`, left, y, right, y)
		s.text(left-10, y+4, "end", "tick", triage.VisibleN(or(name, "(files)"), 24))
	}
	last := math.Inf(-1)
	for i, st := range steps {
		x := left + at[i]*(right-left)
		lane := slices.Index(lanes, st.Client)
		if lane < 0 {
			lane = len(lanes) - 1
		}
		y := 30 + rowHeight*float64(lane)
		letter, class := "?", "k1"
		for _, k := range chainKinds {
			if k.kind == st.Kind {
				letter, class = k.letter, k.class
			}
		}
		fmt.Fprintf(s, `<g><circle cx="%.1f" cy="%.1f" r="9" class="%s"/><text x="%.1f" y="%.1f" text-anchor="middle" class="letter">%s</text><title>%s</title></g>`,
			x, y, class, x, y+4, letter, inert(fmt.Sprintf("%s UTC %s %s: %s [%s]", st.Time.UTC().Format("2006-01-02 15:04:05"), st.Kind, st.Client, st.Text, st.Ref)))
		if x-last > 90 || i == 0 {
			anchor := "middle"
			switch {
			case i == 0:
				anchor = "start"
			case x > right-50:
				anchor = "end"
			}
			s.text(x, height-14, anchor, "tick", st.Time.UTC().Format("01-02 15:04"))
			last = x
		}
	}
	var legend []string
	for _, k := range chainKinds {
		if slices.ContainsFunc(steps, func(s triage.Step) bool { return s.Kind == k.kind }) {
			legend = append(legend, k.letter+" "+k.kind)
		}
	}
	s.text(0, 12, "start", "tick", strings.Join(legend, "   "))
	return s.done()
}

// lanesOf are the clients by first step; those beyond the last lane share it.
func lanesOf(steps []triage.Step) []string {
	var out []string
	for _, s := range steps {
		if !slices.Contains(out, s.Client) && len(out) < maxLanes {
			out = append(out, s.Client)
		}
	}
	return out
}

// stretch places steps between 0 and 1.
func stretch(steps []triage.Step) []float64 {
	at := make([]float64, len(steps))
	for i := 1; i < len(steps); i++ {
		at[i] = at[i-1] + math.Log1p(steps[i].Time.Sub(steps[i-1].Time).Minutes()+0.3)
	}
	if whole := at[len(at)-1]; whole > 0 {
		for i := range at {
			at[i] /= whole
		}
	}
	return at
}

// heatChart is how often each of the busiest hostile clients asked for each of the places most attacked.
func heatChart(h *Heat) string {
	if len(h.Clients) == 0 || len(h.Paths) == 0 {
		return ""
	}
	most := int64(1)
	for _, row := range h.Counts {
		most = max(most, slices.Max(row))
	}
	const left, top, side = 170.0, 130.0, 24.0
	wide := (chartWidth - left - 10) / float64(len(h.Paths))
	height := top + side*float64(len(h.Clients)) + 10
	s := newSVG(int(height), "Hostile requests by client and path")
	for j, p := range h.Paths {
		x := left + wide*(float64(j)+0.5)
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" transform="rotate(-40 %.1f %.1f)" class="tick">%s</text>`, x, top-8, x, top-8, inert(triage.VisibleN(p, 26)))
	}
	for i, c := range h.Clients {
		y := top + side*float64(i)
		s.text(left-10, y+16, "end", "tick", triage.VisibleN(c, 24))
		for j := range h.Paths {
			n := h.Counts[i][j]
			if n == 0 {
				s.rect(left+wide*float64(j), y, wide-2, side-2, "cold", "")
				continue
			}
			heat := 1 + int(3.99*math.Log1p(float64(n))/math.Log1p(float64(most)))
			s.rect(left+wide*float64(j), y, wide-2, side-2, fmt.Sprintf("h%d", heat), fmt.Sprintf("%s, %s: %d requests", c, h.Paths[j], n))
			s.text(left+wide*(float64(j)+0.5)-1, y+15, "middle", fmt.Sprintf("n%d", heat), fmt.Sprint(n))
		}
	}
	return s.done()
}
