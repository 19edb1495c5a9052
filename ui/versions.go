package ui

import (
	"context"
	"slices"
	"time"

	"spoor/cases"
	"spoor/ui/desk"
)

// versions is what a note said before: its versions, the latest on top.
type versions struct{ records[cases.Note] }

func newVersions(c *common, note string) *versions {
	v := &versions{}
	v.start(c, tabNotes, "versions of "+note, "no such note", "version", "versions")
	v.read = func(_ context.Context, d *desk.Desk) ([]cases.Note, error) {
		all, err := d.History(note)
		slices.Reverse(all)
		return all, err
	}
	v.table = table[cases.Note]{all: versionColumns(), at: "version"}
	v.subject = func(n *cases.Note) subject {
		return subject{ref: n.Ref, title: "version " + number(n.Version) + " of " + n.Ref, copied: n.Text}
	}
	v.span = func(n *cases.Note) (time.Time, time.Time) { return n.Edited, n.Edited }
	v.again = func() (lister, *records[cases.Note]) { x := newVersions(c, note); return x, &x.records }
	v.about = func(n *cases.Note) []line { return describeNote(&writing{Note: *n, former: true}) }
	return v
}

func versionColumns() []column[cases.Note] {
	type row = cases.Note
	return []column[row]{
		{name: "version", width: 7, right: true, number: func(n *row) float64 { return float64(n.Version) }, cell: func(n *row) (string, look) { return number(n.Version), strong }},
		{name: "written", title: "written (UTC)", width: 19, number: func(n *row) float64 { return unix(n.Edited) }, cell: func(n *row) (string, look) { return stamp(n.Edited), plain }},
		{name: "by", width: 11, most: 24, cell: func(n *row) (string, look) { return n.Author, plain }},
		{name: "text", width: 20, grow: 1, value: func(n *row) string { return n.Text }, cell: func(n *row) (string, look) { return noteGist(n.Text), plain }},
	}
}
