package desk

// The case's own intelligence: lists of indicators and knowledge bases that were added to it, and what of the
// evidence they speak of.

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/intel/distil"
	"spoor/triage/intel/feed"
)

// The bounds of intelligence.
const (
	maxIntelFile  = distil.MaxSource // bytes of a file as given
	maxMarks      = 200_000          // requests that get a finding of intelligence
	maxTexts      = 2000             // domains and URLs that are looked for in requests
	maxOfText     = 10_000           // requests of one of them
	maxAskClients = 500_000          // distinct clients that are compared
)

// An intelligence is what the case's added files say.
type intelligence struct {
	kb      *intel.KB
	matcher *feed.Matcher
	of      map[*feed.Indicator]*cases.Intel
	all     int      // indicators
	notes   []string // what could not be used
}

// AddIntel takes a file into the case's intelligence and judges the case anew. Source is whose statement it is
// (the file's name if empty), grade its Admiralty grade, version that of an ATT&CK bundle that does not hold its
// own. The error wraps feed.ErrUnknown if the file is nothing that can be used.
func (d *Desk) AddIntel(path, source, grade, version string) (cases.Intel, []triage.Reject, error) {
	if _, ok := intel.ParseGrade(grade); !ok || grade == "" {
		return cases.Intel{}, nil, fmt.Errorf("%q is no Admiralty grade: A1 (best) to F6 (cannot be judged)", triage.VisibleN(grade, 10))
	}
	stored, err := readAtMost(path, maxIntelFile)
	if err != nil {
		return cases.Intel{}, nil, err
	}
	sum := sha256.Sum256(stored)
	in := cases.Intel{Path: path, SHA256: hex.EncodeToString(sum[:]), Source: cmp.Or(source, filepath.Base(path)), Grade: strings.ToUpper(grade)}
	in.ID = "k:" + in.SHA256[:12]
	if slices.ContainsFunc(d.Case.Intel(), func(x cases.Intel) bool { return x.ID == in.ID }) {
		return in, nil, fmt.Errorf("%s is in the case already as %s", triage.Visible(path), in.ID)
	}
	f, err := feed.Read(stored)
	var rejects []triage.Reject
	var knowledge *feed.KnowledgeError
	switch {
	case errors.As(err, &knowledge):
		if stored, err = d.distilled(knowledge.Format, distil.Source{Name: path, Stored: stored}, version); err != nil {
			return in, nil, err
		}
		kb, err := intel.Parse(stored)
		if err != nil {
			return in, nil, fmt.Errorf("%s: %w", triage.Visible(path), err)
		}
		in.Format, in.Entries = knowledge.Format, len(kb.Groups())+len(kb.Software())+len(kb.Techniques())+len(kb.Campaigns())
		if knowledge.Format == feed.Galaxy {
			in.Entries = len(kb.Actors())
		}
	case err != nil:
		return in, nil, fmt.Errorf("%s: %w", triage.Visible(path), err)
	default:
		in.Format, in.Entries, in.Skipped, rejects = f.Format, len(f.Indicators), f.Skipped, f.Rejects
		if source == "" && f.Publisher != "" {
			in.Source = f.Publisher
		}
	}
	in.Kept = filepath.ToSlash(filepath.Join("intel", in.SHA256[:12]))
	if err := d.Case.KeepIntel(in, stored); err != nil {
		return in, rejects, err
	}
	if err := d.Case.AddIntel(d.who.cases(), in); err != nil {
		return in, rejects, err
	}
	return in, rejects, d.Resurvey()
}

// distilled makes the text of a knowledge base of a file, over what the case has so far.
func (d *Desk) distilled(format string, src distil.Source, version string) ([]byte, error) {
	before := d.KB().Text()
	if format == feed.Galaxy {
		return distil.MISP(src, before)
	}
	return distil.Attack(src, version, before)
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s has more than %d bytes", triage.Visible(path), most)
	}
	return b, err
}

// RemoveIntel takes intelligence out of use and judges the case anew. Its copy stays in the case.
func (d *Desk) RemoveIntel(id string) (cases.Intel, error) {
	in, err := d.Case.RemoveIntel(d.who.cases(), id)
	if err != nil {
		return in, err
	}
	return in, d.Resurvey()
}

// KB is the knowledge base of the case: the embedded one, or what was added last.
func (d *Desk) KB() *intel.KB { return d.intelligence().kb }

// IntelNotes says what of the added intelligence cannot be used.
func (d *Desk) IntelNotes() []string { return d.intelligence().notes }

// intelligence reads the added files, once for each state of the journal.
func (d *Desk) intelligence() *intelligence {
	list := d.Case.Intel()
	key := ""
	for _, in := range list {
		key += in.ID + in.Grade + in.Source + "\n"
	}
	d.intelMu.Lock()
	defer d.intelMu.Unlock()
	if d.known != nil && d.knownOf == key {
		return d.known
	}
	x := &intelligence{kb: intel.Load(), of: map[*feed.Indicator]*cases.Intel{}}
	var all []feed.Indicator
	var from []*cases.Intel
	for i := range list {
		in := &list[i]
		stored, err := readAtMost(filepath.Join(d.Case.IntelDir(), filepath.Base(in.Kept)), maxIntelFile)
		if err == nil {
			err = x.read(in, stored, &all, &from)
		}
		if err != nil {
			x.notes = append(x.notes, fmt.Sprintf("%s %s cannot be used: %s", in.ID, triage.Visible(in.Path), triage.Visible(err.Error())))
		}
	}
	var left int
	x.matcher, left = feed.NewMatcher(all)
	for i := range all {
		x.of[&all[i]] = from[i]
	}
	if left > 0 {
		x.notes = append(x.notes, fmt.Sprintf("%d file-name expressions are not tried: there are too many", left))
	}
	x.all = len(all)
	d.known, d.knownOf = x, key
	return x
}

func (x *intelligence) read(in *cases.Intel, stored []byte, all *[]feed.Indicator, from *[]*cases.Intel) error {
	if in.Format == feed.ATTACK || in.Format == feed.Galaxy {
		kb, err := intel.Parse(stored)
		if err == nil {
			x.kb = kb
		}
		return err
	}
	f, err := feed.Read(stored)
	if err != nil {
		return err
	}
	if len(*all)+len(f.Indicators) > feed.MaxIndicators {
		return fmt.Errorf("more than %d indicators in all", feed.MaxIndicators)
	}
	*all = append(*all, f.Indicators...)
	for range f.Indicators {
		*from = append(*from, in)
	}
	return nil
}

// source, grade and says are what a finding tells of an indicator.
func (x *intelligence) source(in *feed.Indicator) string {
	return cmp.Or(in.Source, x.of[in].Source)
}

func (x *intelligence) grade(in *feed.Indicator) string { return in.Graded(x.of[in].Grade) }

func (x *intelligence) says(in *feed.Indicator) string {
	out := fmt.Sprintf("%s (grade %s) lists the %s %s", triage.VisibleN(x.source(in), 80), x.grade(in), in.Kind, triage.VisibleN(in.Value, 120))
	if in.Actor != "" {
		out += " for " + triage.VisibleN(in.Actor, 80)
	}
	for _, s := range []string{in.Comment, in.Date} {
		if s != "" {
			out += ": " + triage.VisibleN(s, 160)
		}
	}
	return out
}

// level is how much a match asks for attention: by the grade, and for an expression by its score.
func (x *intelligence) level(in *feed.Indicator) triage.Level {
	g := x.grade(in)
	good := len(g) == 2 && g[0] <= 'C' && g[1] <= '3'
	switch {
	case in.Kind == feed.Name && in.Score >= 80 && good, in.Kind != feed.Name && in.Kind != feed.Hash && good:
		return triage.Medium
	case in.Kind == feed.Hash && good:
		return triage.High
	}
	return triage.Low
}

func (x *intelligence) finding(in *feed.Indicator, field, match string) triage.Finding {
	return triage.Finding{Rule: "intel-" + string(in.Kind), Class: triage.Other, Level: x.level(in), Field: field,
		Match: triage.VisibleN(match, triage.MaxMatch/4), Why: x.says(in)}
}

// bad is the hashes of the intelligence as a list of known-bad files.
func (x *intelligence) bad(files []triage.HashEntry) []triage.HashList {
	var out []triage.HashList
	for _, e := range files {
		for _, h := range []string{e.MD5, e.SHA1, e.SHA256} {
			for _, in := range x.matcher.Hash(h) {
				bad := triage.HashEntry{Comment: x.says(in), Line: in.Line}
				switch len(h) {
				case 32:
					bad.MD5 = h
				case 40:
					bad.SHA1 = h
				default:
					bad.SHA256 = h
				}
				out = append(out, triage.HashList{Source: triage.Source{Path: x.of[in].Path}, Role: triage.RoleKnownBad, Entries: []triage.HashEntry{bad}})
			}
		}
	}
	return out
}

// judgeFiles adds findings of intelligence to files.
func (x *intelligence) judgeFiles(files []triage.File) {
	if x.all == 0 {
		return
	}
	for i := range files {
		f := &files[i]
		var found []triage.Finding
		for _, h := range []string{f.SHA256, f.SHA1, f.MD5} {
			for _, in := range x.matcher.Hash(h) {
				found = append(found, x.finding(in, "hash", h))
			}
		}
		for _, in := range x.matcher.Path(f.Path) {
			found = append(found, x.finding(in, "name", f.Path))
		}
		if len(found) > 0 {
			f.Findings = append(slices.Clone(f.Findings), found[:min(len(found), 20)]...)
			slices.SortStableFunc(f.Findings, func(a, b triage.Finding) int { return cmp.Compare(b.Level, a.Level) })
		}
	}
}

// markRequests adds findings of intelligence about requests to the survey: clients, and domains and URLs in what
// was asked for.
func (d *Desk) markRequests(ctx context.Context, sv *triage.Survey) error {
	x := d.intelligence()
	if x.all == 0 {
		return nil
	}
	ids := map[triage.Finding]uint32{}
	left := maxMarks
	mark := func(row uint64, f triage.Finding) bool {
		n, ok := ids[f]
		if !ok {
			n = uint32(len(sv.Findings))
			ids[f] = n
			sv.Findings = append(sv.Findings, f)
		}
		sv.Marks = append(sv.Marks, triage.Mark{Row: row, Finding: n})
		left--
		return left > 0
	}
	everything, err := d.searchAll(ctx)
	if err != nil {
		return err
	}
	clients, err := everything.Facet(ctx, "ip", maxAskClients)
	if err != nil {
		return err
	}
	var listed []string
	for _, c := range clients {
		if len(x.matcher.Client(c.Value)) > 0 {
			listed = append(listed, c.Value)
		}
	}
	if len(listed) > 0 {
		err := d.Store.Whole().Of(listed, func(row uint64, r *triage.Request, _ []triage.Finding) bool {
			for _, in := range x.matcher.Client(r.Client) {
				if !mark(row, x.finding(in, "client", r.Client)) {
					return false
				}
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	texts := x.matcher.Texts()
	slices.SortFunc(texts, func(a, b feed.Text) int { return cmp.Compare(a.Find, b.Find) })
	for _, t := range texts[:min(len(texts), maxTexts)] {
		q := index.Quote(t.Find)
		found, err := d.Search(ctx, "query:"+q+" OR referer:"+q+" OR path:*"+pathPattern(t.Find)+"*")
		if err != nil {
			continue // a text that no query can hold
		}
		rows, err := found.Numbers(maxOfText)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if !mark(row, x.finding(t.In, "request", t.Find)) {
				break
			}
		}
	}
	slices.SortStableFunc(sv.Marks, func(a, b triage.Mark) int { return cmp.Compare(a.Row, b.Row) })
	return nil
}

// pathPattern is a text as a wildcard pattern of a query takes it: what has a meaning there stands for any sign.
func pathPattern(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("*?\"()\\ \t:,", r) || r < ' ' {
			return '?'
		}
		return r
	}, s)
}

func (d *Desk) searchAll(ctx context.Context) (*index.Result, error) {
	q, err := index.Parse("")
	if err != nil {
		return nil, err
	}
	return d.Store.Search(ctx, q)
}

// said is the evidence that the intelligence has about an intruder: its clients, and the files of its shells.
func (d *Desk) said(in triage.Intruder) []intel.Evidence {
	x := d.intelligence()
	if x.all == 0 {
		return nil
	}
	var out []intel.Evidence
	add := func(by *feed.Indicator, id, why string, refs []string) {
		e := intel.Evidence{ID: id, Grade: x.grade(by), Source: x.source(by), Why: why + ": " + x.says(by), Refs: refs}
		if by.Actor != "" {
			e.Groups = x.kb.GroupsNamed(by.Actor)
		}
		if len(e.Groups) > 0 && len(out) < 100 {
			out = append(out, e)
		}
	}
	for _, c := range in.Clients {
		for _, by := range x.matcher.Client(c) {
			add(by, c, "a client of the intruder", nil)
		}
	}
	for _, w := range d.judgedBenign().webshells(d.survey().Webshells) {
		if w.File == nil || !slices.Contains(in.Shells, w.Path) {
			continue
		}
		for _, h := range []string{w.File.SHA256, w.File.SHA1, w.File.MD5} {
			for _, by := range x.matcher.Hash(h) {
				add(by, h, "the file of a shell that the intruder used", []string{w.File.Ref})
			}
		}
	}
	return out
}

// An IntelMatch is an indicator with the records that it fits.
type IntelMatch struct {
	feed.Indicator
	ID     string   `json:"id"`     // of the intelligence
	Source string   `json:"source"` // whose statement it is
	Grade  string   `json:"grade"`
	Record string   `json:"record"` // "process", "file"
	Text   string   `json:"text"`   // the record, safe to draw
	Refs   []string `json:"refs"`
}

// MatchRecords compares files and processes with the intelligence; of requests, search for rule:intel-*.
func (d *Desk) MatchRecords(ctx context.Context) ([]IntelMatch, error) {
	x := d.intelligence()
	out := []IntelMatch{}
	add := func(record, text, ref string, found []*feed.Indicator) {
		for _, in := range found {
			if len(out) < maxOfText {
				out = append(out, IntelMatch{*in, x.of[in].ID, x.source(in), x.grade(in), record, triage.VisibleN(text, 300), []string{ref}})
			}
		}
	}
	for _, f := range d.Files() {
		for _, h := range []string{f.SHA256, f.SHA1, f.MD5} {
			add("file", f.Path, f.Ref, x.matcher.Hash(h))
		}
		add("file", f.Path, f.Ref, x.matcher.Path(f.Path))
	}
	q, err := index.Parse("")
	if err != nil {
		return nil, err
	}
	err = d.Store.EachProcess(ctx, q, false, func(p *triage.Process) error {
		for h := range strings.FieldsFuncSeq(p.Hashes, func(r rune) bool { return r == ',' || r == '=' || r == ';' }) {
			add("process", p.CommandLine, p.Ref, x.matcher.Hash(h))
		}
		add("process", p.CommandLine, p.Ref, x.matcher.Path(p.Image))
		return ctx.Err()
	})
	return out, err
}
