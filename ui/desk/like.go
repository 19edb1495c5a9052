package desk

import (
	"context"
	"regexp"

	"spoor/index"
	"spoor/triage"
)

// Like are the other requests that have something in common with one.
type Like struct {
	Label  string // what it is, safe to draw
	Query  string // finds them, and the request itself if it fits
	Others int    // how many there are besides the request
}

// varying is what differs between paths of one shape: numbers, and what is written in hexadecimal digits.
var varying = regexp.MustCompile(`[0-9a-fA-F]{8,}|[0-9]+`)

// ordinary is a path that a query takes for itself without quotation marks.
var ordinary = regexp.MustCompile(`^[A-Za-z0-9/._~%@+-]*$`)

// pathShape is a path with an asterisk for each part that differs from one to the next; empty if it has none.
func pathShape(path string) string {
	if !varying.MatchString(path) || !ordinary.MatchString(path) {
		return ""
	}
	return varying.ReplaceAllString(path, "*")
}

// LikeIt counts the requests that are like one: by the rule of its gravest finding, by its path and the shape of it,
// by its client, and by its agent from elsewhere. What nothing else has in common is left out.
func (d *Desk) LikeIt(ctx context.Context, x *Detail) ([]Like, error) {
	r := &x.Request
	if r.Reject != "" {
		return d.count(ctx, r.Ref, []Like{{Label: "rejected lines of this source", Query: "is:rejected " + index.Is("source", r.Source)}})
	}
	path, client, agent := index.Is("path", r.Path), index.Is("ip", r.Client), index.Is("ua", r.Agent)
	shape := ""
	if s := pathShape(r.Path); s != "" {
		shape = "path:" + s
	}
	var asked []Like
	add := func(label string, terms ...string) {
		q := ""
		for _, t := range terms {
			if t == "" {
				return
			}
			if q != "" {
				q += " "
			}
			q += t
		}
		asked = append(asked, Like{Label: label, Query: q})
	}
	if f := gravest(x.Findings); f != nil {
		rule := index.Is("rule", f.Rule)
		add("rule "+f.Rule+" at this path", rule, path)
		add("rule "+f.Rule+" at paths of this shape", rule, shape)
		add("rule "+f.Rule+" anywhere", rule)
		add("class "+string(f.Class)+" by this client", "class:"+string(f.Class), client)
	}
	add("findings of this client", client, "level:>=low")
	add("requests of this client", client)
	add("findings at this path", path, "level:>=low")
	add("requests of this path", path)
	add("requests of paths of this shape", shape)
	if r.Agent != "" && r.Agent != "-" {
		add("findings of this agent from other clients", agent, "-"+client, "level:>=low")
	}
	return d.count(ctx, r.Ref, asked)
}

// count asks for each, and keeps those that find something besides the request.
func (d *Desk) count(ctx context.Context, ref string, asked []Like) ([]Like, error) {
	var out []Like
	for _, l := range asked {
		res, err := d.Search(ctx, l.Query)
		if err != nil {
			return nil, err
		}
		l.Others = res.Len()
		if l.Others > 0 && res.Has(ref) {
			l.Others--
		}
		if l.Others > 0 {
			l.Label = triage.Visible(l.Label)
			out = append(out, l)
		}
	}
	return out, nil
}

// gravest is the finding of the highest level, the first of equals; nil if there is none.
func gravest(found []triage.Finding) *triage.Finding {
	var out *triage.Finding
	for i := range found {
		if out == nil || found[i].Level > out.Level {
			out = &found[i]
		}
	}
	return out
}
