package ui

import (
	"context"
	"strings"
	"time"

	"spoor/index"
)

// histogramBuckets is how finely a result is counted over time; the strip sums them up to its width.
const histogramBuckets = 720

// A histogram is the requests of a result over time, with those of level medium and above apart.
type histogram struct {
	from             time.Time
	bucket           time.Duration // what one count stands for
	counts, findings []int64
	done             bool // it has been counted; the zero histogram has not
}

func readHistogram(ctx context.Context, res *index.Result) (histogram, error) {
	h, err := res.Histogram(ctx, histogramBuckets)
	if err != nil {
		return histogram{}, err
	}
	return histogram{h.First, h.Bucket, h.Counts, h.Hot, true}, nil
}

// view draws two rows: bars of all requests, and under them the findings, each beside an end of the time span.
func (h *histogram) view(st *styles, width int) []string {
	const nameWidth, timeWidth = 9, 15
	w := max(8, width-gutterWidth-nameWidth-timeWidth)
	row := func(name string, counts []int64, l look, at time.Time, end string) string {
		return st.draw([]run{{"  " + cell(name, nameWidth), muted}, {strip(regroup(counts, w)), l},
			{"  " + at.Format("01-02 15:04") + end, muted}}, width, selNone)
	}
	if !h.done {
		return []string{st.draw([]run{{"  counting", muted}}, width, selNone), strings.Repeat(" ", width)}
	}
	if h.bucket <= 0 {
		return []string{st.draw([]run{{"  no times", muted}}, width, selNone), strings.Repeat(" ", width)}
	}
	to := h.from.Add(h.bucket * time.Duration(len(h.counts)))
	return []string{row("requests", h.counts, plain, h.from, " -"), row("findings", h.findings, high, to, "")}
}
