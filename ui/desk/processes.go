package desk

// Process creations: taking event logs in, and what is known of a process.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/cases"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/process"
	"spoor/triage/source"
)

// maxSuspicious bounds the suspicious processes that are surveyed, and listed at once.
const maxSuspicious = 200_000

// readProcesses reads the event logs into the index, each a step of its own that is in the case whole or not at
// all. If the load is to stop, they are left for the next.
func (l *loader) readProcesses(stop bool) error {
	var lineage triage.Lineage // over all logs of a load: one may hold the parents of another's processes
	for i, it := range l.items {
		if it.role != cases.RoleProcesses {
			continue
		}
		if stop || l.ctx.Err() != nil {
			l.ledger.Waiting = append(l.ledger.Waiting, it.src.Path)
			continue
		}
		l.tell(Progress{Stage: "reading", Files: len(l.items), FilesDone: i, File: it.src.Path}, 0)
		err := l.readEvents(it, &lineage)
		if err != nil && l.ctx.Err() != nil {
			l.ledger.Waiting = append(l.ledger.Waiting, it.src.Path)
			continue
		}
		if err != nil {
			return err
		}
	}
	return l.ctx.Err()
}

// readEvents reads one event log. A damaged one gives what can be read of it.
func (l *loader) readEvents(it item, lineage *triage.Lineage) error {
	r, err := source.Open(it.src.Abs)
	if err != nil {
		return err
	}
	defer r.Close()
	e := cases.Evidence{Source: it.src, Role: cases.RoleProcesses}
	return l.d.Store.AddProcesses(it.src, func(add func(*triage.Process) error) (triage.Tally, error) {
		var stop error // why reading ended, if it was not the file
		st, err := process.Read(r, it.src, it.zone, func(p *triage.Process) error {
			lineage.Judge(p)
			stop = errors.Join(add(p), l.ctx.Err())
			return stop
		})
		e.Read, e.Parsed, e.Rejected, e.Comments, e.Rejects = st.Read, st.Parsed, st.Rejected, st.Comments, st.Rejects
		e.First, e.Last = st.First, st.Last
		if t := r.Truncated(); t != nil {
			e.Truncated = reasonOf(t)
		} else if err != nil && stop == nil {
			e.Truncated = reasonOf(err)
		}
		return st.Tally, stop
	}, func() error {
		err := l.record(map[string]cases.Evidence{it.src.SHA256: e})
		l.kept = l.kept || err == nil
		return err
	})
}

// suspicious are the processes with a finding, by time.
func (d *Desk) suspicious(ctx context.Context) ([]triage.Process, error) {
	var out []triage.Process
	err := d.Store.EachProcess(ctx, nil, true, func(p *triage.Process) error {
		if len(out) < maxSuspicious {
			out = append(out, *p)
		}
		return nil
	})
	byTime(out)
	return out, err
}

func byTime(list []triage.Process) {
	slices.SortStableFunc(list, func(a, b triage.Process) int { return a.Time.Compare(b.Time) })
}

// A ProcessList is what Processes found.
type ProcessList struct {
	Processes []triage.Process // by time
	More      int64            // that match beyond them
}

// Processes lists process creations that match a query (see index.Store.EachProcess), those with a finding alone
// unless all is set. At most limit are given, the first of the logs, if it is positive.
func (d *Desk) Processes(ctx context.Context, query string, all bool, limit int) (ProcessList, error) {
	var out ProcessList
	q, err := index.Parse(query)
	if err != nil {
		return out, err
	}
	spawned := d.spawned()
	err = d.Store.EachProcess(ctx, q, !all, func(p *triage.Process) error {
		if d.Store.Hides(p.Ref) {
			if p.Findings = nil; !all {
				return nil
			}
		}
		if limit > 0 && len(out.Processes) >= limit {
			out.More++
			return nil
		}
		link(p, spawned[p.Ref])
		out.Processes = append(out.Processes, *p)
		return nil
	})
	byTime(out.Processes)
	return out, err
}

// spawned are the links of processes to requests, by the process.
func (d *Desk) spawned() map[string]*triage.Spawn {
	sv := d.survey()
	out := make(map[string]*triage.Spawn, len(sv.Spawned))
	for i := range sv.Spawned {
		out[sv.Spawned[i].Process] = &sv.Spawned[i]
	}
	return out
}

func link(p *triage.Process, s *triage.Spawn) {
	if s != nil {
		p.Request, p.Script = s.Request, s.Script
	}
}

// A ProcessDetail is everything known of one process.
type ProcessDetail struct {
	Process  triage.Process
	Decoded  []triage.Layer   // the encoded parts of its command line
	Parents  []triage.Process // its parent, the parent's parent and so on, as far as the logs have them
	Children []triage.Process // at most maxRelatives
	Spawn    *triage.Spawn    // nil if no request fits
	Request  *triage.Request  // that of Spawn
	Verdict  *cases.Verdict
	Notes    []cases.Note
}

// The bounds of a process's relatives.
const (
	maxAncestors = 12
	maxRelatives = 100
)

// Process gives all that is known of a process. The error wraps index.ErrNotFound if there is none.
func (d *Desk) Process(ctx context.Context, ref string) (*ProcessDetail, error) {
	p, err := d.Store.Process(ref)
	if err != nil {
		return nil, err
	}
	out := &ProcessDetail{Process: *p, Decoded: triage.DecodeCommand(p), Spawn: d.spawned()[p.Ref], Notes: d.NotesOn(p.Ref)}
	if v, ok := d.Case.Verdicts()[p.Ref]; ok {
		out.Verdict = &v
	}
	if out.Spawn != nil {
		link(&out.Process, out.Spawn)
		if out.Request, err = d.Store.Request(out.Spawn.Request); err != nil && !errors.Is(err, index.ErrNotFound) {
			return nil, err
		}
	}
	return out, d.relatives(ctx, out)
}

// relatives finds parents and children, a pass over the logs for all children and one for each generation up.
func (d *Desk) relatives(ctx context.Context, out *ProcessDetail) error {
	p := &out.Process
	up := newParentSearch(p)
	err := d.Store.EachProcess(ctx, nil, false, func(x *triage.Process) error {
		if x.Ref != p.Ref && len(out.Children) < maxRelatives && newParentSearch(x).fits(p) {
			out.Children = append(out.Children, *x)
		}
		up.see(x)
		return nil
	})
	for err == nil && up.best != nil && len(out.Parents) < maxAncestors {
		parent := *up.best
		if slices.ContainsFunc(out.Parents, func(x triage.Process) bool { return x.Ref == parent.Ref }) {
			break
		}
		out.Parents = append(out.Parents, parent)
		if parent.ParentPID <= 0 && parent.ParentGUID == "" {
			break
		}
		up = newParentSearch(&parent)
		err = d.Store.EachProcess(ctx, nil, false, func(x *triage.Process) error {
			up.see(x)
			return nil
		})
	}
	return err
}

// A parentSearch looks for the parent of a process: by GUID, else the latest process before it that has the
// parent's number or whole command line on the same host and, if its name is logged, that name.
type parentSearch struct {
	of   *triage.Process
	best *triage.Process
}

func newParentSearch(of *triage.Process) *parentSearch { return &parentSearch{of: of} }

func plainGUID(s string) string { return strings.ToLower(strings.Trim(s, "{} ")) }

// How long a process id, and a command line, may stand for the same process, and from how many bytes on the line
// may.
const (
	processLife = 14 * 24 * time.Hour
	lineLife    = 10 * time.Minute
	tellingLine = 16
)

func (s *parentSearch) fits(x *triage.Process) bool {
	of := s.of
	if x.Ref == of.Ref || x.Host != of.Host || x.Time.After(of.Time.Add(time.Second)) {
		return false
	}
	if of.ParentGUID != "" && x.GUID != "" && plainGUID(of.ParentGUID) == plainGUID(x.GUID) {
		return true
	}
	sameImage := of.ParentImage == "" || strings.EqualFold(of.ParentImage, x.Image)
	if of.ParentPID > 0 && of.ParentPID == x.PID && of.Time.Sub(x.Time) <= processLife && sameImage {
		return true
	}
	return sameImage && len(x.CommandLine) >= tellingLine && x.CommandLine == of.ParentCommandLine && of.Time.Sub(x.Time) <= lineLife
}

func (s *parentSearch) see(x *triage.Process) {
	if s.fits(x) && (s.best == nil || !x.Time.Before(s.best.Time)) {
		s.best = x
	}
}

// SpawnedBy lists the processes that a request, or requests to a script, most likely made the server start: of a
// reference r:... the request's, of a path the script's.
func (d *Desk) SpawnedBy(what string) []triage.Spawn {
	var out []triage.Spawn
	for _, s := range d.survey().Spawned {
		if s.Request == what || s.Script == what {
			out = append(out, s)
		}
	}
	return out
}

// processText is a process in one line, one form for all layouts, as citations carry it.
func processText(p *triage.Process) string {
	parts := []string{p.Time.UTC().Format("2006-01-02T15:04:05.000Z"), "host=" + p.Host, "image=" + p.Image, "command_line=" + p.CommandLine,
		fmt.Sprintf("pid=%d", p.PID), "user=" + p.User, "parent_image=" + p.ParentImage, fmt.Sprintf("parent_pid=%d", p.ParentPID),
		"parent_command_line=" + p.ParentCommandLine, "directory=" + p.Directory, "hashes=" + p.Hashes}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return strings.HasSuffix(s, "=") || strings.HasSuffix(s, "=-1") }), " ")
}

// processTitle is a process in a few words that are safe to draw.
func processTitle(p *triage.Process) string {
	line := p.CommandLine
	if line == "" {
		line = p.Image
	}
	return triage.VisibleN(baseName(p.ParentImage)+" > "+line, 120)
}

func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }
