package desk

// The case's own intelligence: lists of indicators and knowledge bases that were added to it.

import (
	"cmp"
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
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/intel/distil"
	"spoor/triage/intel/feed"
)

const maxIntelFile = distil.MaxSource // bytes of a file as given

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

// IntelNotes says what of the added intelligence cannot be used, and whether more fits it than is marked.
func (d *Desk) IntelNotes() []string {
	notes := slices.Clone(d.intelligence().notes)
	if sv := d.Store.Survey(); sv != nil && marksOf(sv) >= maxMarks {
		notes = append(notes, fmt.Sprintf("more requests may fit than the %d that are marked: that many are taken", maxMarks))
	}
	if d.Store.ToldCount() >= maxTold {
		notes = append(notes, fmt.Sprintf("more processes may fit than the %d that have a finding: that many are taken", maxTold))
	}
	return notes
}

// marksOf counts the requests that intelligence has marked.
func marksOf(sv *triage.Survey) int {
	n := 0
	for _, m := range sv.Marks {
		if strings.HasPrefix(sv.Findings[m.Finding].Rule, intelRule) {
			n++
		}
	}
	return n
}

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
