package outcome

import (
	"slices"

	"spoor/triage"
)

// Short is an outcome in at most nine characters: "succeeded", "likely", "no sign" or "failed"; "" for none.
func Short(o Outcome) string {
	switch o {
	case Likely:
		return "likely"
	case NoSign:
		return "no sign"
	}
	return string(o)
}

// Sign is an outcome in one character, for narrow columns: "+" succeeded, "~" likely, "." no sign, "x" failed, " " for
// none.
func Sign(o Outcome) string {
	switch o {
	case Succeeded:
		return "+"
	case Likely:
		return "~"
	case NoSign:
		return "."
	case Failed:
		return "x"
	}
	return " "
}

// A Finder finds the attack that a request is part of, as Of does, among many: it looks only at those of the request's
// client. The zero Finder finds none.
type Finder struct{ byClient map[string][]Attack }

// NewFinder makes a Finder of attacks in the order of a Result.
func NewFinder(list []Attack) *Finder {
	f := &Finder{byClient: map[string][]Attack{}}
	for _, a := range list {
		f.byClient[a.Client] = append(f.byClient[a.Client], a)
	}
	return f
}

// Of is how a request fared that is part of the attack: as the attack did, but where that went to many paths, what is
// refused (4xx, 5xx) and no reason cites has failed itself.
func (a *Attack) Of(q *triage.Request) Outcome {
	if a.Path != "" || !Worked(a.Outcome) || q.Status < 400 {
		return a.Outcome
	}
	for i := range a.Reasons {
		if slices.Contains(a.Reasons[i].Refs, q.Ref) {
			return a.Outcome
		}
	}
	return Failed
}

// Whole says of how many requests one is that is part of the attack, and how these fared if that is not as it did.
func (a *Attack) Whole(q *triage.Request) string {
	out := "of " + plural(a.Requests, "request") + " like this by the client at " + a.Place()
	if a.Of(q) != a.Outcome {
		out += ", which in all " + map[Outcome]string{Likely: "likely succeeded", Succeeded: "succeeded"}[a.Outcome]
	}
	return out
}

// Of is the attack that a request with these findings is part of; nil if it is of none.
func (f *Finder) Of(q *triage.Request, found []triage.Finding) *Attack {
	return Of(f.byClient[q.Client], q, found)
}

// Outcome is how a request fared whose findings have these classes, see Attack.Of; "" if it is part of no attack.
// The findings themselves are asked for only if the classes leave it open.
func (f *Finder) Outcome(q *triage.Request, classes []triage.Class, findings func() ([]triage.Finding, error)) (Outcome, error) {
	some := false
	for i := range f.byClient[q.Client] {
		a := &f.byClient[q.Client][i]
		some = some || slices.Contains(classes, a.Class) && a.covers(q)
	}
	if !some {
		return "", nil
	}
	found, err := findings()
	if err != nil {
		return "", err
	}
	return f.Fared(q, found), nil
}

// Fared is how a request with these findings fared, see Attack.Of; "" if it is part of no attack.
func (f *Finder) Fared(q *triage.Request, found []triage.Finding) Outcome {
	if a := f.Of(q, found); a != nil {
		return a.Of(q)
	}
	return ""
}

// Best is the outcome that fared best of the attacks that pass; "" if none does. The list is in the order of a Result.
func Best(list []Attack, pass func(*Attack) bool) Outcome {
	for i := range list {
		if pass(&list[i]) {
			return list[i].Outcome
		}
	}
	return ""
}

// covers reports whether a request is by the attack's client, at its path and within its time.
func (a *Attack) covers(q *triage.Request) bool {
	return a.Client == q.Client && (a.Path == "" || a.Path == q.Path) && !q.Time.Before(a.First) && !q.Time.After(a.Last)
}
