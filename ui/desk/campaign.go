package desk

// Campaigns: many cases and incident lists beside each other.

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spoor/cases/campaign"
	"spoor/triage"
	"spoor/triage/intel"
)

// The bounds of a campaign.
const (
	maxCampaignCases = 1000
	maxCampaignDepth = 4
	maxTraits        = 500 // of one case
)

// ReadCampaign reads the cases and incident lists in folders, and lists that are named. What cannot be read is told
// in problems and left out; the error is ctx's, or says that a path is not there, or that nothing was found.
func ReadCampaign(ctx context.Context, paths []string) (events []campaign.Event, problems []string, err error) {
	add := func(format string, args ...any) {
		problems = append(problems, triage.Visible(fmt.Sprintf(format, args...)))
	}
	list := func(path string, named bool) {
		data, err := readAtMost(path, campaign.MaxList)
		var rejects []triage.Reject
		var more []campaign.Event
		if err == nil {
			more, rejects, err = campaign.ReadList(filepath.Base(path), data)
		}
		if err != nil {
			if named {
				add("%v", err)
			}
			return
		}
		for _, r := range rejects {
			add("%s:%d: %s", path, r.Line, r.Reason)
		}
		events = append(events, more...)
	}
	found := 0
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, problems, err
		}
		if !st.IsDir() {
			list(path, true)
			continue
		}
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				add("%v", err)
				return nil
			}
			rel, _ := filepath.Rel(path, p)
			switch ext := strings.ToLower(filepath.Ext(p)); {
			case d.IsDir() && isCase(p):
				if found++; found > maxCampaignCases {
					return fmt.Errorf("more than %d cases", maxCampaignCases)
				}
				e, err := caseEvent(p)
				if err != nil {
					add("%v", err)
				} else {
					events = append(events, e)
				}
				return fs.SkipDir
			case d.IsDir() && strings.Count(rel, string(filepath.Separator)) >= maxCampaignDepth:
				return fs.SkipDir
			case d.Type().IsRegular() && (ext == ".csv" || ext == ".json"):
				list(p, true)
			}
			return nil
		})
		if err != nil {
			return nil, problems, err
		}
	}
	if len(events) == 0 {
		return nil, problems, fmt.Errorf("no case and no incident list in %s", triage.Visible(strings.Join(paths, ", ")))
	}
	seen := map[string]bool{}
	for i := range events {
		for n := 2; seen[events[i].ID]; n++ {
			events[i].ID = fmt.Sprintf("%s (%d)", strings.TrimSuffix(events[i].ID, fmt.Sprintf(" (%d)", n-1)), n)
		}
		seen[events[i].ID] = true
	}
	return events, problems, nil
}

func isCase(dir string) bool {
	for _, n := range []string{"case.json", "journal.jsonl"} {
		if st, err := os.Stat(filepath.Join(dir, n)); err != nil || !st.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// caseEvent is a case as an event of a campaign, with what of it others may share.
func caseEvent(dir string) (campaign.Event, error) {
	d, err := Open(dir, Who{})
	if err != nil {
		return campaign.Event{}, err
	}
	defer d.Close()
	info := d.Info()
	e := campaign.Event{ID: cmp.Or(info.Name, info.ID), Victim: info.Victim, Sector: strings.ToLower(info.Sector), Objective: info.Objective,
		Outcome: cmp.Or(info.Outcome, "unknown"), Source: "case " + info.ID, Case: dir, Actors: []string{}, Techniques: []string{}, Tools: []string{}, Traits: []campaign.Trait{}}
	first, last := d.Activity()
	e.First, e.Last = recorded(info.FirstActivity, campaign.Day(first)), recorded(info.LastActivity, campaign.Day(last))
	if e.First.IsZero() {
		e.First = e.Last
	}
	if e.Last.Before(e.First) {
		e.Last = e.First
	}
	kb := d.KB()
	for _, a := range d.Intruders() {
		if name := namedActor(&a); name != "" && !slices.Contains(e.Actors, name) {
			e.Actors = append(e.Actors, name)
		}
		for _, o := range a.Observed {
			switch {
			case intel.URL(o.ID) == "":
			case strings.HasPrefix(o.ID, "T") && !slices.Contains(e.Techniques, o.ID):
				e.Techniques = append(e.Techniques, o.ID)
			case strings.HasPrefix(o.ID, "S") && !slices.Contains(e.Tools, kb.Name(o.ID)):
				e.Tools = append(e.Tools, kb.Name(o.ID))
			}
		}
		e.Traits = append(e.Traits, traitsOf(&a)...)
		hours, err := d.hoursOf(&a)
		if err != nil {
			return e, err
		}
		e.Traits = append(e.Traits, hours...)
	}
	if len(e.Actors) == 0 && len(d.Intruders()) > 0 {
		e.Actors = []string{"unattributed"}
	}
	for _, w := range d.Webshells() {
		if w.Score < triage.ShellScore {
			continue
		}
		e.Traits = append(e.Traits, campaign.Trait{Kind: "shell", Value: w.Path[strings.LastIndexAny(w.Path, `/\`)+1:], Refs: []string{w.Ref}})
		if w.File != nil {
			for _, h := range []string{w.File.SHA256, w.File.SHA1, w.File.MD5} {
				if h != "" {
					e.Traits = append(e.Traits, campaign.Trait{Kind: "hash", Value: h, Refs: []string{w.File.Ref}})
				}
			}
		}
	}
	for _, f := range d.Files() {
		if f.Verdict == triage.KnownBad {
			for _, h := range []string{f.SHA256, f.SHA1, f.MD5} {
				if h != "" {
					e.Traits = append(e.Traits, campaign.Trait{Kind: "hash", Value: h, Refs: []string{f.Ref}})
				}
			}
		}
	}
	e.Traits = e.Traits[:min(len(e.Traits), maxTraits)]
	return e, nil
}

// recorded is a day as the responder recorded it, else as the evidence shows it.
func recorded(day string, seen time.Time) time.Time {
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		return t
	}
	return seen
}

// The hours of a habit: windows of so many hours, beginning every few, that hold nearly all of what an intruder did, on
// so many days at least. Windows overlap, so that two cases whose hours differ a little still share one.
const (
	habitHours    = 6
	habitStep     = 3
	habitDays     = 3
	habitRequests = 100_000 // that are looked at
)

// hoursOf are the windows of the day in which an intruder works: they hold nine tenths of the hours, day by day, in
// which its requests attacked or went to its shells.
func (d *Desk) hoursOf(a *Actor) ([]campaign.Trait, error) {
	if a.Last.Sub(a.First) < (habitDays-1)*24*time.Hour {
		return nil, nil
	}
	active, days := map[int64]bool{}, map[int64]bool{}
	left := habitRequests
	err := d.Store.Whole().Of(a.Clients, func(_ uint64, r *triage.Request, found []triage.Finding) bool {
		if left--; !r.Time.IsZero() && (len(found) > 0 || slices.Contains(a.Shells, r.Path)) {
			active[r.Time.Unix()/3600] = true
			days[r.Time.Unix()/86400] = true
		}
		return left > 0
	})
	if err != nil || len(days) < habitDays {
		return nil, err
	}
	var out []campaign.Trait
	for from := 0; from < 24; from += habitStep {
		in := 0
		for h := range active {
			if (int(h%24)-from+24)%24 < habitHours {
				in++
			}
		}
		if in*10 >= len(active)*9 {
			out = append(out, campaign.Trait{Kind: "hours", Value: fmt.Sprintf("%02d:00 to %02d:00 UTC", from, (from+habitHours)%24), Refs: []string{a.Ref}})
		}
	}
	return out, nil
}

// namedActor is whom an intruder is held to be: by the gate, or by the analyst.
func namedActor(a *Actor) string {
	switch {
	case a.Override != nil && a.Override.Name != "unattributed":
		return a.Override.Name + " (analyst)"
	case a.Assessment.Name != nil:
		return *a.Assessment.Name
	}
	return ""
}

// traitsOf lists an intruder's infrastructure and habits: addresses and their networks, and agents.
func traitsOf(a *Actor) []campaign.Trait {
	refs := []string{a.Ref}
	var out []campaign.Trait
	for _, c := range a.Clients {
		out = append(out, campaign.Trait{Kind: "address", Value: c, Refs: refs})
		if ip, err := netip.ParseAddr(c); err == nil {
			bits := 24
			if ip.Is6() {
				bits = 48
			}
			if p, err := ip.Unmap().Prefix(bits); err == nil {
				out = append(out, campaign.Trait{Kind: "network", Value: p.String(), Refs: refs})
			}
		}
	}
	for _, g := range a.Agents {
		if len(g) >= 12 {
			out = append(out, campaign.Trait{Kind: "agent", Value: g, Refs: refs})
		}
	}
	return out
}

// Campaign reads and sums a campaign; see ReadCampaign.
func Campaign(ctx context.Context, paths []string, milestones []campaign.Milestone) (*campaign.Campaign, []string, error) {
	events, problems, err := ReadCampaign(ctx, paths)
	if err != nil {
		return nil, problems, err
	}
	return campaign.Sum(events, milestones), problems, nil
}

// CampaignUsage is what ParseCampaign reads, in one line.
const CampaignUsage = "campaign FOLDER... [--milestone DAY=NAME]..."

// ParseCampaign reads what a campaign is made of from one line, in the words of the command line. No file is looked
// at.
func ParseCampaign(line string) (paths []string, milestones []campaign.Milestone, err error) {
	words, err := SplitWords(line)
	if err != nil {
		return nil, nil, err
	}
	for i := 0; i < len(words); i++ {
		name, value, given := strings.Cut(words[i], "=")
		if name != "--milestone" {
			paths = append(paths, words[i])
			continue
		}
		if !given && i+1 < len(words) {
			i++
			value = words[i]
		}
		m, err := campaign.ParseMilestone(value)
		if err != nil {
			return nil, nil, err
		}
		milestones = append(milestones, m)
	}
	if len(paths) == 0 {
		return nil, nil, fmt.Errorf("no folder is named: want %s", CampaignUsage)
	}
	return paths, milestones, nil
}
