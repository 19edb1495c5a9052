package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
	"spoor/ui/desk"
)

// pageRows is how many rows are fetched at a time.
const pageRows = 1000

type searchCmd struct {
	Case  string   `arg:"" help:"Case folder."`
	Query []string `arg:"" optional:"" help:"Query, such as: ip:198.51.100.0/24 method:POST status:2xx -path:/login*.."`
	Limit int      `short:"n" help:"Print at most so many requests. 0 prints all." default:"0"`
	Sort  string   `help:"Order by time, size, millis, line, ip, method, path, query, status, ua, referer, host, user, source or level. Default: as loaded, in time." placeholder:"FIELD"`
	Desc  bool     `help:"With --sort: the largest first."`
	JSON  bool     `name:"json" help:"Print one JSON object a line."`

	hiddenFlag
	csvFlag
}

// Help lists the fields of the query language below the flags.
func (*searchCmd) Help() string {
	var b strings.Builder
	b.WriteString("A query is words and FIELD:VALUE, all of which must hold; OR, NOT or -, and brackets join them. The fields:\n\n")
	for _, f := range index.Fields() {
		fmt.Fprintf(&b, "  %-10s %s; such as %s\n", f.Name, f.Values, f.Example)
	}
	return b.String()
}

// requestJSON is a request as search prints it.
type requestJSON struct {
	Ref     string         `json:"ref"`
	Source  string         `json:"source"`
	Line    int64          `json:"line"`
	Offset  int64          `json:"offset"`
	Time    *time.Time     `json:"time"`
	Client  string         `json:"client"`
	User    string         `json:"user,omitempty"`
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Query   string         `json:"query"`
	Status  int            `json:"status"`
	Size    int64          `json:"size"`
	Referer string         `json:"referer"`
	Agent   string         `json:"agent"`
	Host    string         `json:"host,omitempty"`
	Body    string         `json:"body,omitempty"`
	Answer  string         `json:"answer,omitempty"`
	Cut     bool           `json:"body_cut,omitempty"` // body or answer is the beginning of what was sent
	Level   triage.Level   `json:"level"`
	Classes []triage.Class `json:"classes"`
	Verdict string         `json:"verdict,omitempty"`
	Reject  string         `json:"reject,omitempty"`

	Outcome outcome.Outcome `json:"outcome"` // how the attack fared that it is part of, and it with it; empty if it is of none
}

func rowJSON(r desk.Row) requestJSON {
	classes := r.Classes
	if classes == nil {
		classes = []triage.Class{}
	}
	return requestJSON{r.Ref, text(r.Source), r.Line, r.Offset, optional(r.Time), text(r.Client), text(r.User), text(r.Method), text(r.Path),
		text(r.Query), r.Status, r.Size, text(r.Referer), text(r.Agent), text(r.Host), text(r.Body), text(r.Answer),
		len(r.Body) >= triage.MaxBody || len(r.Answer) >= triage.MaxBody, r.Level, classes, r.Verdict, r.Reject, r.Outcome}
}

func (c *searchCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		c.apply(s, d)
		query := strings.Join(c.Query, " ")
		res, err := d.Search(s.ctx, query)
		if err != nil {
			return err
		}
		if c.Sort != "" {
			if err := res.Sort(s.ctx, c.Sort, c.Desc); err != nil {
				return misuse{err}
			}
		}
		n := res.Len()
		if c.Limit > 0 {
			n = min(n, c.Limit)
		}
		err = s.buffered(func(w io.Writer) error {
			for from := 0; from < n; from += pageRows {
				rows, err := d.Rows(res, from, min(pageRows, n-from))
				if err != nil {
					return err
				}
				for _, r := range rows {
					if !c.JSON {
						printRow(w, r)
					} else if err := jsonLine(w, rowJSON(r)); err != nil {
						return err
					}
				}
				if s.ctx.Err() != nil {
					return s.ctx.Err()
				}
			}
			for _, f := range res.Files() {
				if !c.JSON {
					printFile(w, f)
				} else if err := jsonLine(w, fileOut(f)); err != nil {
					return err
				}
			}
			return nil
		})
		fmt.Fprintf(s.err, "%s, %s", plural(res.Len(), "request"), plural(len(res.Files()), "file"))
		if n < res.Len() {
			fmt.Fprintf(s.err, "; the first %d printed", n)
		}
		fmt.Fprintln(s.err)
		return err
	})
}

func printRow(w io.Writer, r desk.Row) {
	if r.Reject != "" {
		fmt.Fprintf(w, "%s  rejected: %s  %s:%d\n", r.Ref, triage.Visible(r.Reject), triage.Visible(r.Source), r.Line)
		return
	}
	level := "-"
	if r.Level > triage.None {
		level = r.Level.String()
	}
	fmt.Fprintf(w, "%s  %s  %-8s %-9s %-15s %-4s %3d %8s  %s\n", r.Ref, stamp(r.Time), level, or(outcome.Short(r.Outcome), "-"), triage.Visible(r.Client),
		triage.Visible(r.Method), r.Status, size(r.Size), triage.Visible(r.URI()))
}

func size(n int64) string {
	if n < 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

type findingsCmd struct {
	Case  string   `arg:"" help:"Case folder."`
	Query []string `arg:"" optional:"" help:"Only of requests that match this query, such as: class:sqli level:>=high.."`
	Sort  string   `help:"Order by time, size, millis, line, ip, method, path, query, status, ua, referer, host, user, source or level. Default: as loaded, in time." placeholder:"FIELD"`
	Desc  bool     `help:"With --sort: the largest first."`
	JSON  bool     `name:"json" help:"Print one JSON object a line, one for each request and rule."`

	hiddenFlag
	csvFlag
}

// findingJSON is a finding as findings prints it.
type findingJSON struct {
	Ref    string       `json:"ref"`
	Source string       `json:"source"`
	Line   int64        `json:"line"`
	Offset int64        `json:"offset"`
	Time   *time.Time   `json:"time"`
	Class  triage.Class `json:"class"`
	Rule   string       `json:"rule"`
	Level  triage.Level `json:"level"`
	Client string       `json:"client"`
	Method string       `json:"method"`
	Path   string       `json:"path"`
	Query  string       `json:"query"`
	Status int          `json:"status"`
	Field  string       `json:"field"`
	Match  string       `json:"match"`
	Why    string       `json:"why"`

	Outcome outcome.Outcome `json:"outcome"` // how the attack fared that it is part of, and it with it; empty if it is of none
}

func (c *findingsCmd) Run(s *session) error {
	c.asTable(s, &c.JSON)
	return s.withCase(c.Case, func(d *desk.Desk) error {
		c.apply(s, d)
		q, err := index.Parse(strings.Join(c.Query, " "))
		if err != nil {
			return err
		}
		attacks := d.Finder()
		return s.buffered(func(w io.Writer) error {
			err := d.Store.EachFinding(s.ctx, q, func(r triage.Request, f triage.Finding) error {
				fared := attacks.Fared(&r, []triage.Finding{f})
				if c.JSON {
					return jsonLine(w, findingJSON{r.Ref, text(r.Source), r.Line, r.Offset, optional(r.Time), f.Class, f.Rule, f.Level, text(r.Client),
						text(r.Method), text(r.Path), text(r.Query), r.Status, text(f.Field), text(f.Match), f.Why, fared})
				}
				_, err := fmt.Fprintf(w, "%s  %s  %-8s %-10s %-9s %-15s %3d  %s  %s: %s [%s]\n", r.Ref, stamp(r.Time), f.Level, f.Class, or(outcome.Short(fared), "-"), triage.Visible(r.Client),
					r.Status, triage.VisibleN(r.URI(), 80), f.Rule, f.Why, triage.VisibleN(f.Match, 60))
				return err
			})
			if err != nil {
				return err
			}
			return processFindings(s, w, d, strings.Join(c.Query, " "), c.JSON)
		})
	})
}
