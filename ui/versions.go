package ui

import (
	"context"
	"slices"

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
	v.b.head = func() []run {
		return []run{{cell("version", 11) + cell("written (UTC)", 21) + cell("by", 12) + "text", muted}}
	}
	v.row = func(n *cases.Note, _ int) line {
		return line{sub: subject{ref: n.Ref, title: "version " + number(n.Version) + " of " + n.Ref, copied: n.Text},
			runs: []run{{cellRight(number(n.Version), 7) + "    ", strong}, {cell(stamp(n.Edited), 21), plain}, {cell(n.Author, 12), plain}, {noteGist(n.Text), plain}}}
	}
	v.about = func(n *cases.Note) []line { return describeNote(&writing{Note: *n, former: true}) }
	return v
}
