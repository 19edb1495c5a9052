package desk

// The survey of the whole case, brought up to date: what is already summarised is not read again.

import (
	"context"
	"fmt"

	"spoor/index"
	"spoor/triage"
)

// Resurvey judges all files and requests of the case together, anew. Parts of the index that were summarised
// before are not read again, so its cost follows the new files.
func (d *Desk) Resurvey() error {
	entries, err := d.Store.Entries()
	if err != nil {
		return err
	}
	lists := make([]triage.HashList, 0, len(entries))
	for _, e := range entries {
		lists = append(lists, triage.HashList{Source: e.Source, Role: e.Role, Entries: e.Entries})
	}
	x := d.intelligence()
	for _, e := range entries {
		lists = append(lists, x.bad(e.Entries)...)
	}
	files := triage.JudgeFiles(lists)
	x.judgeFiles(files)
	if err := d.Store.PutFiles(files); err != nil {
		return err
	}
	parts, err := d.Store.Parts()
	if err != nil {
		return err
	}
	sums := make([]*triage.Summary, 0, len(parts))
	for i := range parts {
		s, err := summaryOf(&parts[i])
		if err != nil {
			return fmt.Errorf("summarise part %s: %w", parts[i].ID, err)
		}
		sums = append(sums, s)
	}
	if err := d.markProcesses(context.Background()); err != nil {
		return err
	}
	processes, err := d.suspicious(context.Background())
	if err != nil {
		return err
	}
	var words []triage.Regrouping
	for _, g := range d.Case.Groupings() {
		words = append(words, g.Regrouping)
	}
	sv, err := triage.Conclude(sums, d.Store.Whole(), files, processes, words...)
	if err != nil {
		return err
	}
	if err := d.markRequests(context.Background(), sv); err != nil {
		return err
	}
	d.mu.Lock()
	d.actors, d.lists = nil, nil
	d.mu.Unlock()
	if err := d.Store.PutSurvey(sv); err != nil {
		return err
	}
	if d.noLooks {
		return nil
	}
	return d.keepLooks(context.Background())
}

// summaryOf is the summary kept of a part; if there is none that this program can use, it is made and kept.
func summaryOf(p *index.Part) (*triage.Summary, error) {
	kept, err := p.Summary()
	if err != nil {
		return nil, err
	}
	s := new(triage.Summary)
	if kept != nil && s.UnmarshalBinary(kept) == nil {
		return s, nil
	}
	log, err := p.Log()
	if err != nil {
		return nil, err
	}
	if s, err = triage.Summarise(log); err != nil {
		return nil, err
	}
	b, err := s.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return s, p.PutSummary(b)
}
