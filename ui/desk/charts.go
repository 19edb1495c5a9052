package desk

// What a report draws: activity over time, and who attacked what.

import (
	"context"

	"spoor/cases/report"
	"spoor/index"
)

const (
	chartSpans   = 160 // of the activity
	chartClients = 12
	chartPaths   = 10
	hostileQuery = "level:>=medium"
)

// reportCharts counts what the charts of a report show.
func (d *Desk) reportCharts(ctx context.Context, r *report.Report) error {
	all, err := d.Search(ctx, "")
	if err != nil {
		return err
	}
	h, err := all.Histogram(ctx, chartSpans)
	if err != nil {
		return err
	}
	r.Activity = report.Activity{First: h.First, Bucket: h.Bucket, Requests: h.Counts, Hostile: h.Hot}
	hot, err := d.Search(ctx, hostileQuery)
	if err != nil {
		return err
	}
	clients, err := hot.Facet(ctx, "ip", chartClients)
	if err != nil {
		return err
	}
	paths, err := hot.Facet(ctx, "path", chartPaths)
	if err != nil {
		return err
	}
	r.Heat = report.Heat{Clients: []string{}, Paths: []string{}, Counts: [][]int64{}}
	for _, p := range paths {
		r.Heat.Paths = append(r.Heat.Paths, p.Value)
	}
	for _, c := range clients {
		row := make([]int64, len(paths))
		for i, p := range paths {
			both, err := d.Search(ctx, hostileQuery+" ip:"+index.Quote(c.Value)+" path:"+index.Quote(p.Value))
			if err != nil {
				return err
			}
			row[i] = int64(both.Len())
		}
		r.Heat.Clients = append(r.Heat.Clients, c.Value)
		r.Heat.Counts = append(r.Heat.Counts, row)
	}
	return ctx.Err()
}
