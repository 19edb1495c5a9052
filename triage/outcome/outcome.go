// Package outcome says of each attack in a log how it fared: failed, no sign of success, likely succeeded, succeeded.
//
// An attack is the like requests of one client: what it sent into one parameter of one page, its guesses at one form,
// its use of one script, its looks for files and holes. Attacks are read once and compared with what the same pages
// answer to others:
//
//	r := outcome.NewReader(survey, sql.Holds)
//	for each request with findings { r.Attack(request, findings) }      // in order of time
//	for each request without, of paths Compared { r.Ordinary(...) }     // what these pages answer otherwise
//	for each request of r.Clients() { r.Of(request) }                   // what guessers did afterwards
//	list := outcome.Join(sql.Attacks, r.Result())
//
// Ordinary answers are those to the same value, else to the same parameter, else of the same path (see ordinary.go).
//
// What is claimed follows from the answers alone. That a page answered 200 is no success; an answer counts only if
// it is unlike the page's usual ones, unlike the site's answers to names that it does not have, and does not merely
// grow with what was sent; and one such answer alone is not enough. "Succeeded" needs what came of it: a file that
// was fetched after it was written, pages behind a form, a process, the text of the answer. SQL injection is judged by
// package blind, whose outcomes are listed beside.
//
// Requests are hostile: groups, answers kept of each, and paths compared are bounded; the cost is linear in the
// requests with findings.
package outcome

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
)

// Format changes with whatever a Result says or means; a stored one of another format is made again.
const Format = 2

// An Outcome says how an attack fared, as far as the log tells.
type Outcome = blind.Outcome

// The outcomes, worst for the attacker first.
const (
	Failed    = blind.Failed
	NoSign    = blind.NoSign
	Likely    = blind.Likely
	Succeeded = blind.Succeeded
)

// Outcomes lists every outcome in the order that screens and reports use: what worked first.
var Outcomes = []Outcome{Succeeded, Likely, NoSign, Failed}

// Worked reports whether an outcome is likely or certain success.
func Worked(o Outcome) bool { return o == Succeeded || o == Likely }

// An Attack is like requests of one client, and how they fared.
type Attack struct {
	Client   string          `json:"client"`
	Class    triage.Class    `json:"class"`
	Path     string          `json:"path"`  // as logged; empty if there are several
	Field    string          `json:"field"` // as triage.Finding.Field; empty if the payload is not in one place
	Paths    int             `json:"paths"` // distinct ones, at most maxPathsKept
	Outcome  Outcome         `json:"outcome"`
	Reasons  []triage.Reason `json:"reasons"` // heaviest first; Weight is the step towards the outcome
	First    time.Time       `json:"first"`
	Last     time.Time       `json:"last"`
	Requests int             `json:"requests"`
	Answered int             `json:"answered"` // of these with status 2xx; -1 if not counted
}

// A Result is all attacks of a case.
type Result struct {
	Attacks []Attack // what worked first, then by time
	Beside  []Beside // of SQL injection, for Join
	Dropped int      // requests beyond the bounds
}

// Join puts the attacks by SQL injection beside the others, in the order of a Result. Those that did not work have how
// their answers compare with ordinary ones as a further reason.
func Join(sql []blind.Attack, r *Result) []Attack {
	out := slices.Clone(r.Attacks)
	beside := map[[3]string]*Beside{}
	for i := range r.Beside {
		b := &r.Beside[i]
		beside[[3]string{b.Client, b.Path, b.Field}] = b
	}
	for _, a := range sql {
		if b := beside[[3]string{a.Client, a.Path, a.Field}]; b != nil && !Worked(a.Outcome) {
			a.Reasons = append(slices.Clone(a.Reasons), b.Reason)
		}
		out = append(out, Attack{Client: a.Client, Class: triage.SQLi, Path: a.Path, Field: a.Field, Paths: 1, Outcome: a.Outcome,
			Reasons: a.Reasons, First: a.First, Last: a.Last, Requests: a.Requests, Answered: -1})
	}
	slices.SortStableFunc(out, func(a, b Attack) int {
		return cmp.Or(cmp.Compare(rank(a.Outcome), rank(b.Outcome)), a.First.Compare(b.First), strings.Compare(a.Client, b.Client),
			strings.Compare(string(a.Class), string(b.Class)), strings.Compare(a.Path, b.Path), strings.Compare(a.Field, b.Field))
	})
	return out
}

func rank(o Outcome) int { return slices.Index(Outcomes, o) }

// Tally counts attacks by outcome; only those of a class, unless it is empty.
func Tally(list []Attack, class triage.Class) map[Outcome]int {
	out := map[Outcome]int{}
	for i := range list {
		if class == "" || list[i].Class == class {
			out[list[i].Outcome]++
		}
	}
	return out
}

// Of is the attack that a request is part of: by its client, the classes of its findings, its path and their fields; nil
// if it is of none. Of several it is the one that fared best.
func Of(list []Attack, q *triage.Request, found []triage.Finding) *Attack {
	for i := range list {
		a := &list[i]
		if !a.covers(q) {
			continue
		}
		for _, f := range found {
			if f.Class == a.Class && f.Level >= triage.Low && (a.Field == "" || a.Field == f.Field || !placed(f.Field)) {
				return a
			}
		}
	}
	return nil
}

// placed reports whether a finding's field names one parameter.
func placed(field string) bool {
	return strings.HasPrefix(field, "query:") || strings.HasPrefix(field, "body:")
}

// Place is where the attack went, in words.
func (a *Attack) Place() string {
	switch {
	case a.Path == "":
		return plural(a.Paths, "path")
	case a.Field == "" || a.Field == "behaviour":
		return a.Path
	}
	return a.Path + " " + a.Field
}
