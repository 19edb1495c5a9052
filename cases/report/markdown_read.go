package report

import (
	"time"
)

// DataRead is what SQL injection read out of the database, for those who must notify: no value that would do harm is
// in it.
type DataRead struct {
	Sums  []Statement `json:"sums"`  // tables, cells, what the values look like, and what cannot be told
	Reads []Read      `json:"reads"` // each expression, as far as the report has room
	More  int         `json:"more"`  // reads that it has no room for
	Sent  []Statement `json:"sent"`  // what those who read, or used a shell, were sent in all
}

// A Read is one expression that was read.
type Read struct {
	Ref        string    `json:"ref"`
	Client     string    `json:"client"`
	Point      string    `json:"point"`
	Technique  string    `json:"technique"`
	Expression string    `json:"expression"`
	Came       string    `json:"came"` // what came back, masked
	Sure       string    `json:"sure"` // how sure that is
	Kind       string    `json:"kind"` // what the value looks like; "" if nothing that would do harm
	First      time.Time `json:"first"`
	Last       time.Time `json:"last"`
	Refs       []string  `json:"refs"`
}

// dataRead tells what was read, how, when and by whom, and how sure that is. It is left out if nothing was asked for.
func (p *printer) dataRead() {
	d := &p.report.DataRead
	if len(d.Sums) == 0 {
		return
	}
	p.section("Data read")
	p.f("What SQL injection read, put together from the questions and from the sizes, times and status of the answers, or quoted by errors that the log holds. Values that look like credentials, addresses or the like are masked. A character is certain only if one is left and no answer speaks against it.\n")
	p.statements(d.Sums)
	if len(d.Reads) > 0 {
		p.f("\n### Each expression\n")
		p.header("Reference", "First", "Last", "Client", "Where", "How", "Asked for", "Came back", "Certain", "Looks like", "Requests")
		for i, r := range d.Reads {
			if i == shownRows {
				break
			}
			p.row(refCode(r.Ref), at(r.First), at(r.Last), text(r.Client), text(r.Point), text(r.Technique), text(r.Expression), text(r.Came), text(r.Sure), or(text(r.Kind), "-"), or(p.refList(r.Refs), "-"))
		}
		p.more(d.More + max(0, len(d.Reads)-shownRows))
	}
	if len(d.Sent) > 0 {
		p.f("\n### What was sent to them\n")
		p.f("All answers to these clients, harmless ones too; a size is that of the answer, not of what was read.\n")
		p.statements(d.Sent)
	}
}
