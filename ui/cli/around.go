package cli

// What show --around says of a request: its neighbours, and how many others are like it.

import (
	"context"
	"fmt"
	"io"

	"spoor/index"
	"spoor/ui/desk"
)

// surroundings are the lines around a request and how many others are like it.
type surroundings struct {
	source, client []index.Row
	like           []desk.Like
}

type aroundJSON struct {
	Source []requestJSON `json:"source"`
	Client []requestJSON `json:"client"`
	Like   []likeJSON    `json:"like"`
}

type likeJSON struct {
	Label  string `json:"label"`
	Query  string `json:"query"`
	Others int    `json:"others"`
}

func lookAround(ctx context.Context, d *desk.Desk, ref string, n int) (*surroundings, error) {
	x, err := d.Request(ref)
	if err != nil {
		return nil, err
	}
	s := &surroundings{}
	if s.source, _, err = d.Store.Near(ctx, ref, n, n, false); err != nil {
		return nil, err
	}
	if x.Request.Reject == "" {
		if s.client, _, err = d.Store.Near(ctx, ref, n, n, true); err != nil {
			return nil, err
		}
	}
	s.like, err = d.LikeIt(ctx, x)
	return s, err
}

func (s *surroundings) out() *aroundJSON {
	out := &aroundJSON{Source: []requestJSON{}, Client: []requestJSON{}, Like: []likeJSON{}}
	for _, r := range s.source {
		out.Source = append(out.Source, rowJSON(desk.Row{Row: r}))
	}
	for _, r := range s.client {
		out.Client = append(out.Client, rowJSON(desk.Row{Row: r}))
	}
	for _, l := range s.like {
		out.Like = append(out.Like, likeJSON{l.Label, text(l.Query), l.Others})
	}
	return out
}

// print writes the lines, that of the request itself with a sign; nothing if s is nil.
func (s *surroundings) print(w io.Writer, self string) {
	if s == nil {
		return
	}
	for _, part := range []struct {
		title string
		rows  []index.Row
	}{{"around it in its source", s.source}, {"around it, of its client", s.client}} {
		if len(part.rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s:\n", part.title)
		for _, r := range part.rows {
			sign := "  "
			if r.Ref == self {
				sign = "= "
			}
			fmt.Fprint(w, sign)
			printRow(w, desk.Row{Row: r})
		}
	}
	if len(s.like) > 0 {
		fmt.Fprintln(w, "others like it:")
	}
	for _, l := range s.like {
		fmt.Fprintf(w, "%8d  %s  [%s]\n", l.Others, l.Label, text(l.Query))
	}
}
