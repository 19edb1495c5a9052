package index

// Process creations: one Parquet table for each event log, written as the log is read and read back in groups of
// rows, so that neither a load nor a question holds a log in memory.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"spoor/triage"
)

// A processRow is one process creation as it stands in processes-N.parquet.
type processRow struct {
	Line        int64  `parquet:"line,delta,zstd"`
	Level       int32  `parquet:"level,zstd"`      // highest of its findings
	Time        int64  `parquet:"time,delta,zstd"` // Unix nanoseconds
	Host        string `parquet:"host,dict,zstd"`
	PID         int64  `parquet:"pid,zstd"`
	GUID        string `parquet:"guid,zstd"`
	Image       string `parquet:"image,dict,zstd"`
	CommandLine string `parquet:"command_line,dict,zstd"`
	Directory   string `parquet:"directory,dict,zstd"`
	User        string `parquet:"user,dict,zstd"`
	Hashes      string `parquet:"hashes,dict,zstd"`
	ParentPID   int64  `parquet:"parent_pid,zstd"`
	ParentGUID  string `parquet:"parent_guid,dict,zstd"`
	ParentImage string `parquet:"parent_image,dict,zstd"`
	ParentLine  string `parquet:"parent_command_line,dict,zstd"`
	Findings    string `parquet:"findings,dict,zstd"` // JSON; empty for none
}

// The columns that groups of rows are chosen by.
const (
	processLine  = 0
	processLevel = 1
)

// processGroup is how many rows a group has.
const processGroup = 4096

// A processTable is an event log in the store.
type processTable struct {
	triage.Source
	File       string `json:"file"` // of the table
	Rows       int64  `json:"rows"`
	Suspicious int64  `json:"suspicious"` // rows with a finding
	// Tally is what the log tells of its wholeness; nil in stores of older versions.
	Tally *triage.Tally `json:"tally,omitempty"`
}

// AddProcesses keeps the process creations of one event log. fill gives them to add in ascending order of Line,
// with their findings, and the tally of the log in the end; record is called when all are on the disk and before they become visible. An error of
// either leaves the store as it was. The error wraps ErrTaken if the bytes were loaded before.
func (s *Store) AddProcesses(src triage.Source, fill func(add func(*triage.Process) error) (triage.Tally, error), record func() error) error {
	c, err := s.begin()
	if err != nil {
		return err
	}
	defer c.end()
	for i := range c.manifest.Processes {
		if c.manifest.Processes[i].SHA256 == src.SHA256 {
			return fmt.Errorf("%s: %w", triage.VisibleN(src.Path, 200), ErrTaken)
		}
	}
	t := processTable{Source: src, File: c.name("processes", ".parquet")}
	name := filepath.Join(s.dir, t.File)
	if err = t.write(name, fill); err == nil {
		if err = syncDir(s.dir); err == nil {
			err = record()
		}
	}
	if err != nil {
		os.Remove(name)
		return err
	}
	c.manifest.Processes = append(slices.Clone(c.manifest.Processes), t)
	return c.commit()
}

// write writes the table.
func (t *processTable) write(name string, fill func(add func(*triage.Process) error) (triage.Tally, error)) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := parquet.NewGenericWriter[processRow](f, parquet.CreatedBy("spoor", "1", ""))
	rows := make([]processRow, 0, processGroup)
	flush := func() error {
		_, err := w.Write(rows)
		rows = rows[:0]
		return firstError(err, w.Flush())
	}
	last := int64(0)
	tally, err := fill(func(p *triage.Process) error {
		if p.Line <= last {
			return fmt.Errorf("index: line %d after line %d", p.Line, last)
		}
		last = p.Line
		row, err := processRowOf(p)
		if err != nil {
			return err
		}
		if rows = append(rows, row); row.Level > 0 {
			t.Suspicious++
		}
		t.Rows++
		if len(rows) == cap(rows) {
			return flush()
		}
		return nil
	})
	if err == nil && len(rows) > 0 {
		err = flush()
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.Close()
		return err
	}
	t.Tally = &tally
	return closeSynced(f)
}

func processRowOf(p *triage.Process) (processRow, error) {
	row := processRow{
		Line: p.Line, Time: p.Time.UnixNano(), Host: p.Host, PID: p.PID, GUID: p.GUID, Image: p.Image, CommandLine: p.CommandLine, Directory: p.Directory,
		User: p.User, Hashes: p.Hashes, ParentPID: p.ParentPID, ParentGUID: p.ParentGUID, ParentImage: p.ParentImage, ParentLine: p.ParentCommandLine,
	}
	for _, f := range p.Findings {
		row.Level = max(row.Level, int32(f.Level))
	}
	if len(p.Findings) > 0 {
		b, err := json.Marshal(p.Findings)
		if err != nil {
			return row, err
		}
		row.Findings = string(b)
	}
	return row, nil
}

func (r *processRow) process(src *triage.Source) (triage.Process, error) {
	p := triage.Process{
		Ref: triage.RequestRef(src.Key, r.Line), Source: src.Path, Line: r.Line, Time: time.Unix(0, r.Time).UTC(), Host: strings.Clone(r.Host), PID: r.PID,
		GUID: strings.Clone(r.GUID), Image: strings.Clone(r.Image), CommandLine: strings.Clone(r.CommandLine), Directory: strings.Clone(r.Directory),
		User: strings.Clone(r.User), Hashes: strings.Clone(r.Hashes), ParentPID: r.ParentPID, ParentGUID: strings.Clone(r.ParentGUID),
		ParentImage: strings.Clone(r.ParentImage), ParentCommandLine: strings.Clone(r.ParentLine),
	}
	if r.Findings != "" {
		if err := json.Unmarshal([]byte(r.Findings), &p.Findings); err != nil {
			return p, fmt.Errorf("%s line %d: findings: %w; load the evidence again", triage.VisibleN(src.Path, 200), r.Line, err)
		}
	}
	return p, nil
}

// ProcessCount is how many process creations the store has, and how many of them have a finding.
func (s *Store) ProcessCount() (all, suspicious int64) {
	snap, err := s.hold()
	if err != nil {
		return 0, 0
	}
	defer s.release()
	for i := range snap.manifest.Processes {
		all += snap.manifest.Processes[i].Rows
		suspicious += snap.manifest.Processes[i].Suspicious
	}
	return all, suspicious + snap.told.quiet
}

// Tallies are what each log and event log in the store tells of its wholeness, in the order of load.
func (s *Store) Tallies() []triage.TalliedSource {
	snap, err := s.hold()
	if err != nil {
		return nil
	}
	defer s.release()
	var out []triage.TalliedSource
	for i := range snap.manifest.Sources {
		if t := &snap.manifest.Sources[i]; t.Tally != nil {
			out = append(out, triage.TalliedSource{Source: t.Source, Tally: *t.Tally})
		}
	}
	for i := range snap.manifest.Processes {
		if t := &snap.manifest.Processes[i]; t.Tally != nil {
			out = append(out, triage.TalliedSource{Source: t.Source, Tally: *t.Tally})
		}
	}
	return out
}

// ProcessSources lists the event logs in the store, in the order of load.
func (s *Store) ProcessSources() []triage.Source {
	snap, err := s.hold()
	if err != nil {
		return nil
	}
	defer s.release()
	var out []triage.Source
	for i := range snap.manifest.Processes {
		out = append(out, snap.manifest.Processes[i].Source)
	}
	return out
}

// Process is the process creation that a reference names, or one with a longer or shorter prefix of the source's
// hash that only one source has. The error wraps ErrNotFound if there is none.
func (s *Store) Process(ref string) (*triage.Process, error) {
	key, line, err := parseRef(ref)
	if err != nil {
		return nil, err
	}
	snap, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer s.release()
	none := fmt.Errorf("no process %s: %w", triage.VisibleN(ref, 64), ErrNotFound)
	var found *processTable
	for i := range snap.manifest.Processes {
		t := &snap.manifest.Processes[i]
		if t.Key == key {
			found = t
			break
		}
		if len(key) >= 2 && strings.HasPrefix(t.SHA256, key) {
			if found != nil {
				return nil, fmt.Errorf("source %s is ambiguous: %w; give more of its hash", triage.VisibleN(key, 64), ErrNotFound)
			}
			found = t
		}
	}
	if found == nil {
		return nil, none
	}
	p, err := s.openProcesses(found)
	if err != nil {
		return nil, err
	}
	defer p.file.Close()
	for g := range p.groups {
		if lo, hi, ok := groupBounds(p, g, processLine); ok && (line < lo || line > hi) {
			continue
		}
		rows, err := processRows(p, g)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if rows[i].Line == line {
				x, err := rows[i].process(&found.Source)
				snap.told.add(found.Key, &x)
				return &x, err
			}
		}
	}
	return nil, none
}

// EachProcess calls yield for each process creation that matches the query, in the order of load and of lines,
// until it returns an error, which EachProcess then returns. A nil query matches all; only says that those
// without a finding are left out, which spares reading most of them.
//
// Of the query's fields, words, path (the executable's, whole), name (its base name), host, user, hash, line,
// after and before, source, class, rule, level, verdict, note, ref and is can be asked of processes; an
// alternative that uses another one matches none.
func (s *Store) EachProcess(ctx context.Context, q *Query, only bool, yield func(*triage.Process) error) error {
	var root node = allNode{}
	if q != nil {
		root = q.root
	}
	snap, err := s.hold()
	if err != nil {
		return err
	}
	tables, told := snap.manifest.Processes, snap.told
	s.release()
	for i := range tables {
		if err := s.eachProcess(ctx, &tables[i], &told, root, only, yield); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) eachProcess(ctx context.Context, t *processTable, told *told, root node, only bool, yield func(*triage.Process) error) error {
	said := told.by[t.Key]
	if only && t.Suspicious == 0 && len(said) == 0 {
		return nil
	}
	p, err := s.openProcesses(t)
	if err != nil {
		return err
	}
	defer p.file.Close()
	for g := range p.groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, most, ok := groupBounds(p, g, processLevel); only && ok && most == 0 && len(said) == 0 {
			continue
		}
		rows, err := processRows(p, g)
		if err != nil {
			return err
		}
		for k := range rows {
			if only && rows[k].Level == 0 && said[rows[k].Line] == nil {
				continue
			}
			x, err := rows[k].process(&t.Source)
			if err != nil {
				return err
			}
			told.add(t.Key, &x)
			ok, err := s.passes(root, &x, t)
			if err != nil {
				return err
			}
			if ok {
				if err := yield(&x); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *Store) passes(root node, p *triage.Process, t *processTable) (bool, error) {
	if _, all := root.(allNode); all {
		return true, nil
	}
	snap, err := s.hold()
	if err != nil {
		return false, err
	}
	defer s.release()
	said := snap.notes.files[p.Ref]
	if snap.notes.hides(said) && len(p.Findings) > 0 {
		shown := *p
		shown.Findings = nil
		p = &shown
	}
	ok, fits := matchProcess(root, p, t, said)
	return ok && fits, nil
}

func (s *Store) openProcesses(t *processTable) (*parquetFile, error) {
	p, err := openParquet(filepath.Join(s.dir, t.File))
	if err != nil {
		return nil, fmt.Errorf("read the processes of %s: %w", triage.VisibleN(t.Path, 200), err)
	}
	if p.NumRows() != t.Rows || !sameColumns(p.Schema(), parquet.SchemaOf(processRow{})) {
		p.file.Close()
		return nil, fmt.Errorf("%s: not the processes that %s tells of; load the evidence again", filepath.Join(s.dir, t.File), manifestFile)
	}
	return p, nil
}

func sameColumns(a, b *parquet.Schema) bool {
	return slices.EqualFunc(a.Columns(), b.Columns(), func(x, y []string) bool { return slices.Equal(x, y) })
}

// processRows reads a group of rows.
func processRows(p *parquetFile, group int) (rows []processRow, err error) {
	defer damaged(p.file.Name(), &err)
	n := p.groups[group].NumRows()
	if n < 0 || n > processGroup {
		return nil, fmt.Errorf("%s: a group of %d rows; load the evidence again", p.file.Name(), n)
	}
	r := parquet.NewGenericRowGroupReader[processRow](p.groups[group])
	defer r.Close()
	rows = make([]processRow, n)
	read := 0
	for read < len(rows) {
		k, err := r.Read(rows[read:])
		read += k
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w; load the evidence again", p.file.Name(), err)
		}
		if err != nil || k == 0 {
			break
		}
	}
	return rows[:read], nil
}

// groupBounds are the least and greatest value of a column of numbers in a group of rows.
func groupBounds(p *parquetFile, group, column int) (lo, hi int64, ok bool) {
	stats := p.Metadata().RowGroups[group].Columns[column].MetaData.Statistics
	lo, okLo := statInt(stats.MinValue)
	hi, okHi := statInt(stats.MaxValue)
	return lo, hi, okLo && okHi
}

// matchProcess reports whether a process passes a test; fits is false for a test that cannot be asked of
// processes, which is passed neither itself nor negated. said is what analysts said about the process.
func matchProcess(n node, p *triage.Process, t *processTable, said *remark) (ok, fits bool) {
	switch n := n.(type) {
	case allNode:
		return true, true
	case andNode:
		for _, kid := range n.kids {
			if ok, fits := matchProcess(kid, p, t, said); !ok || !fits {
				return false, fits
			}
		}
		return true, true
	case orNode:
		for _, kid := range n.kids {
			ok, fine := matchProcess(kid, p, t, said)
			if ok && fine {
				return true, true
			}
			fits = fits || fine
		}
		return false, fits
	case notNode:
		ok, fits := matchProcess(n.kid, p, t, said)
		return !ok && fits, fits
	case wordNode:
		return slices.ContainsFunc([]string{p.Image, p.CommandLine, p.ParentImage, p.ParentCommandLine, p.User, p.Host, p.Hashes, p.Directory, p.GUID, p.ParentGUID}, n.phrase.match), true
	case textNode:
		switch n.column {
		case colPath:
			if n.decoded { // not written with "=": paths of Windows have no case
				n.folded, n.pattern.text = true, fold(n.pattern.text)
			}
			return n.match(p.Image, ""), true
		case colHost:
			return n.match(p.Host, ""), true
		case colUser:
			_, name, _ := cutLast(p.User, `\`)
			return n.match(p.User, "") || n.match(name, ""), true
		}
	case rangeNode:
		switch n.column {
		case intTime:
			at := p.Time.UnixMilli()
			return n.lo <= at && at <= n.hi, true
		case intLine:
			return n.lo <= p.Line && p.Line <= n.hi, true
		}
	case hashNode:
		return slices.ContainsFunc(strings.FieldsFunc(p.Hashes, func(r rune) bool { return r == ',' || r == '=' }), func(h string) bool { return n.pattern.match(h, true) }), true
	case nameNode:
		return n.pattern.match(p.Image[strings.LastIndexAny(p.Image, `/\`)+1:], true), true
	case signNode:
		signs := make([]sign, len(p.Findings))
		for i := range p.Findings {
			signs[i] = signOf(&p.Findings[i])
		}
		return n.match(signs), true
	case sourceNode:
		return n.match(&t.Source), true
	case refNode:
		return p.Ref == n.ref, true
	case verdictNode:
		return n.pass(said), true
	case noteNode:
		return n.pass(said), true
	case isNode:
		switch n.what {
		case "finding":
			return len(p.Findings) > 0, true
		case "noted":
			return hasNote(said), true
		}
	}
	return false, false
}

// cutLast cuts around the last separator; without one, all of s is before.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
