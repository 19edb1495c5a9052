package desk

// One record at a time: everything known of a request, what a reference stands for, and how it is cited.

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/outcome"
)

// ErrNoRecord says that a reference stands for nothing in the case.
var ErrNoRecord = errors.New("no such record")

// A Detail is everything known of one request.
type Detail struct {
	Request  triage.Request
	Raw      []byte // the line as in the evidence; nil if RawErr
	RawErr   error
	Findings []triage.Finding
	Layers   []triage.Layer
	Verdict  *cases.Verdict // nil if none was given
	Notes    []cases.Note
	Intruder *triage.Intruder // whose client it is; nil if nobody's
	Attack   *outcome.Attack  // that it is part of, with how it fared; nil if of none
	Asked    string           // what injection asked with it, as "character 3 of EXPRESSION", safe to draw; empty if nothing is known
	AskedIn  string           // reference of the read that it is part of
	Started  []triage.Spawn   // processes that it most likely made the server start
}

// Search asks for requests and files; see index.Parse for the language.
func (d *Desk) Search(ctx context.Context, query string) (*index.Result, error) {
	q, err := index.Parse(query)
	if err != nil {
		return nil, err
	}
	return d.Store.Search(ctx, q)
}

// Request gives all that is known of a request. The error wraps index.ErrNotFound if there is none.
func (d *Desk) Request(ref string) (*Detail, error) {
	req, err := d.Store.Request(ref)
	if err != nil {
		return nil, err
	}
	out := &Detail{Request: *req, Layers: triage.Layers(req)}
	out.Raw, out.RawErr = d.Store.Raw(req)
	if out.Findings, err = d.Store.Findings(req.Ref); err != nil {
		return nil, err
	}
	if v, ok := d.Case.Verdicts()[req.Ref]; ok {
		out.Verdict = &v
	}
	out.Attack = outcome.Of(d.told().attacks, req, out.Findings)
	out.AskedIn, out.Asked = d.askedIn(req.Ref, req.Client)
	out.Notes, out.Started = d.NotesOn(req.Ref), d.SpawnedBy(req.Ref)
	for _, in := range d.survey().Intruders {
		for _, c := range in.Clients {
			if c == req.Client && c != "" {
				out.Intruder = &in
			}
		}
	}
	return out, nil
}

// NotesOn lists the notes on a record.
func (d *Desk) NotesOn(ref string) []cases.Note {
	var out []cases.Note
	for _, n := range d.Case.Notes() {
		for _, on := range n.On {
			if on.Ref == ref {
				out = append(out, n)
				break
			}
		}
	}
	return out
}

// Resolve says what a reference, or a prefix of one that fits one record only, stands for: its kind
// ("request", "process", "listed" for a line of a hash list, "file", "note", "webshell", "actor", "incident", "read" for what injection read), its whole reference and a title that is safe
// to draw. The error wraps ErrNoRecord, or says that several fit.
func (d *Desk) Resolve(ref string) (kind, whole, title string, err error) {
	ref = strings.TrimSpace(strings.Trim(ref, "[]"))
	letter, rest, ok := strings.Cut(ref, ":")
	if !ok || rest == "" {
		return "", "", "", fmt.Errorf("%q is not a reference: they look like r:3f9a12.7, f:…, n:…, w:…, a:…, i:… or d:…", triage.VisibleN(ref, 40))
	}
	switch letter {
	case "r":
		if e, src := d.entry(ref); e != nil {
			return "listed", triage.RequestRef(src.Key, e.Line), triage.VisibleN(entryText(e), 120), nil
		}
		req, err := d.Store.Request(ref)
		if errors.Is(err, index.ErrNotFound) {
			if p, err := d.Store.Process(ref); err == nil {
				return "process", p.Ref, processTitle(p), nil
			}
		}
		if err != nil {
			return "", "", "", fmt.Errorf("%s: %w", triage.VisibleN(ref, 60), orNoRecord(err))
		}
		return "request", req.Ref, requestTitle(req), nil
	case "n":
		n, err := d.Case.Note(ref)
		if err != nil {
			return "", "", "", err
		}
		return "note", n.Ref, triage.VisibleN(n.Text, 80), nil
	}
	found := d.named(letter, ref)
	switch len(found) {
	case 0:
		return "", "", "", fmt.Errorf("%s: %w", triage.VisibleN(ref, 60), ErrNoRecord)
	case 1:
		return found[0].kind, found[0].ref, found[0].title, nil
	}
	return "", "", "", fmt.Errorf("%s fits %d records: give more of it", triage.VisibleN(ref, 60), len(found))
}

func orNoRecord(err error) error {
	if errors.Is(err, index.ErrNotFound) {
		return ErrNoRecord
	}
	return err
}

type named struct{ kind, ref, title string }

// named lists the records of a kind whose reference begins with ref.
func (d *Desk) named(letter, ref string) []named {
	var out []named
	add := func(kind, whole, title string) {
		if strings.HasPrefix(whole, ref) {
			out = append(out, named{kind, whole, title})
		}
	}
	switch letter {
	case "f":
		for _, f := range d.Files() {
			add("file", f.Ref, triage.VisibleN(f.Path, 120))
		}
	case "w":
		for _, w := range d.Webshells() {
			add("webshell", w.Ref, triage.VisibleN(w.Path, 120))
		}
	case "a":
		for _, in := range d.survey().Intruders {
			add("actor", in.Ref, in.Name+" "+triage.VisibleN(strings.Join(in.Clients, ", "), 100))
		}
	case "i":
		for _, in := range d.Incidents() {
			add("incident", in.Ref, in.Title)
		}
	case "d":
		if loot := d.keptStolen(); loot != nil {
			for i := range loot.Reads {
				add("read", loot.Reads[i].Ref, readTitle(&loot.Reads[i]))
			}
		}
	}
	return out
}

func requestTitle(r *triage.Request) string {
	if r.Reject != "" {
		return fmt.Sprintf("%s:%d rejected: %s", triage.Visible(r.Source), r.Line, triage.Visible(r.Reject))
	}
	return triage.VisibleN(fmt.Sprintf("%s %s %s %d", r.Client, r.Method, r.URI(), r.Status), 120)
}

// Cite makes a citation of a record: the copy of the evidence that notes, verdicts and reports carry.
func (d *Desk) Cite(ref string) (cases.Citation, error) {
	kind, whole, title, err := d.Resolve(ref)
	if err != nil {
		return cases.Citation{}, err
	}
	c := cases.Citation{Ref: whole, Text: title}
	switch kind {
	case "request":
		req, err := d.Store.Request(whole)
		if err != nil {
			return cases.Citation{}, err
		}
		c.Source, c.Line, c.SHA256 = req.Source, req.Line, d.sha256Of(whole)
		raw, err := d.Store.Raw(req)
		if err != nil {
			return cases.Citation{}, fmt.Errorf("%s: %w", whole, err)
		}
		c.Text = string(raw)
	case "process":
		p, err := d.Store.Process(whole)
		if err != nil {
			return cases.Citation{}, err
		}
		c.Source, c.Line, c.SHA256, c.Text = p.Source, p.Line, d.sha256Of(whole), processText(p)
	case "read":
		r, err := d.Read(whole)
		if err != nil {
			return cases.Citation{}, err
		}
		c.Text = readText(r)
		if len(r.Refs) > 0 {
			first, err := d.Store.Request(r.Refs[0])
			if err != nil {
				return cases.Citation{}, fmt.Errorf("%s: %w", whole, err)
			}
			c.Source, c.Line, c.SHA256 = first.Source, first.Line, d.sha256Of(first.Ref)
		}
	case "listed":
		e, src := d.entry(whole)
		c.Source, c.Line, c.SHA256, c.Text = src.Path, e.Line, src.SHA256, entryText(e)
	case "file":
		for _, f := range d.Files() {
			if f.Ref == whole {
				c.Text = fileText(f)
				if len(f.Cites) > 0 {
					c.Source, c.Line, c.SHA256 = f.Cites[0].Source, f.Cites[0].Line, d.sha256Of(f.Cites[0].Ref)
				}
			}
		}
	}
	sum := sha256.Sum256([]byte(c.Text))
	c.TextSHA256 = hex.EncodeToString(sum[:])
	return c, nil
}

// fileText is a file as its listings together describe it, one line.
func fileText(f triage.File) string {
	return entryText(&triage.HashEntry{Path: f.Path, MD5: f.MD5, SHA1: f.SHA1, SHA256: f.SHA256, Size: f.Size, ModTime: f.ModTime})
}

// entryText is what a line of a hash list says, in one form for all layouts.
func entryText(e *triage.HashEntry) string {
	parts := []string{e.Path}
	for _, h := range []struct{ name, value string }{{"md5", e.MD5}, {"sha1", e.SHA1}, {"sha256", e.SHA256}} {
		if h.value != "" {
			parts = append(parts, h.name+"="+h.value)
		}
	}
	if e.Size >= 0 {
		parts = append(parts, fmt.Sprintf("size=%d", e.Size))
	}
	if !e.ModTime.IsZero() {
		parts = append(parts, "mtime="+e.ModTime.UTC().Format("2006-01-02T15:04:05Z"))
	}
	if e.Comment != "" {
		parts = append(parts, e.Comment)
	}
	return strings.Join(parts, " ")
}

// entry finds the line of a hash list that a request reference names; nil if it names none.
func (d *Desk) entry(ref string) (*triage.HashEntry, triage.Source) {
	key, number, _ := strings.Cut(strings.TrimPrefix(ref, "r:"), ".")
	line, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, triage.Source{}
	}
	list := d.list(key)
	if list == nil {
		return nil, triage.Source{}
	}
	i, ok := slices.BinarySearchFunc(list.Entries, line, func(e triage.HashEntry, n int64) int { return cmp.Compare(e.Line, n) })
	if !ok {
		return nil, triage.Source{}
	}
	return &list.Entries[i], list.Source
}

// list is the hash list with a source key. The lists are read from the index once and kept until the next
// load.
func (d *Desk) list(key string) *index.EntryList {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lists == nil {
		lists, err := d.Store.Entries()
		if err != nil {
			return nil // as if the record were not there, which is how the caller reports it
		}
		d.lists = map[string]*index.EntryList{}
		for i := range lists {
			d.lists[lists[i].Source.Key] = &lists[i]
		}
	}
	return d.lists[key]
}

// sha256Of is the hash of the source that a request reference names.
func (d *Desk) sha256Of(ref string) string {
	key, _, _ := strings.Cut(strings.TrimPrefix(ref, "r:"), ".")
	for _, e := range d.Case.Evidence() {
		if e.Key == key {
			return e.SHA256
		}
	}
	return ""
}

// line is the whole text that a reference stands for, as Cite puts it; cases.Verify compares the two.
func (d *Desk) line(ref string) ([]byte, error) {
	c, err := d.Cite(ref)
	if err != nil {
		return nil, err
	}
	return []byte(c.Text), nil
}
