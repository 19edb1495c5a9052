package intel

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"spoor/triage"
)

// ErrObservable says that a text is no observable; the error wrapping it says what is wrong and what would do.
var ErrObservable = errors.New("not an observable")

// maxObservable bounds the text of one observable, in bytes.
const maxObservable = 2000

var hostName = regexp.MustCompile(`^(?i)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}$`)

// ParseObservable reads one observable as people write it:
//
//	WHAT[=GROUP,...][!GROUP,...][@GRADE[:SOURCE]]
//
// WHAT is the id or a name of a technique, software, campaign or group ("T1505.003", "China Chopper"),
// "sector:NAME", an address or network, a domain or URL, or a hash. =GROUP says that the source ties it to a
// group, !GROUP that it speaks against one; groups are named by id or by any name that means one group only.
// GRADE is an Admiralty grade. A name that means several techniques or tools is an error that lists them; where
// a name means a tool and a group, the tool is what can be seen and is taken. The error wraps ErrObservable.
func (kb *KB) ParseObservable(text string) (Evidence, error) {
	var e Evidence
	fail := func(format string, args ...any) (Evidence, error) {
		return Evidence{}, fmt.Errorf("%s: %w: %s", triage.VisibleN(text, maxShownRunes), ErrObservable, fmt.Sprintf(format, args...))
	}
	what := strings.TrimSpace(text)
	if what == "" || len(what) > maxObservable {
		return fail("it has %d bytes, wanted 1 to %d", len(what), maxObservable)
	}
	if i := strings.LastIndexByte(what, '@'); i >= 0 {
		grade, source, _ := strings.Cut(what[i+1:], ":")
		if _, ok := ParseGrade(grade); ok && grade != "" {
			what, e.Grade, e.Source = what[:i], strings.ToUpper(grade), strings.TrimSpace(source)
		} else if len(grade) <= 2 {
			return fail("%q is no Admiralty grade: A1 (best) to F6 (cannot be judged)", triage.VisibleN(grade, 10))
		}
	}
	var err error
	if what, e.Against, err = kb.cutGroups(what, '!'); err != nil {
		return fail("%v", err)
	}
	if what, e.Groups, err = kb.cutGroups(what, '='); err != nil {
		return fail("%v", err)
	}
	if sector, ok := cutSector(what); ok {
		if sector == "" {
			return fail("a sector has a name, such as sector:technology")
		}
		e.ID = sectorPrefix + sector
		return e, nil
	}
	if e.ID, err = kb.observed(what); err != nil {
		return fail("%v", err)
	}
	if old := kb.revokedAs(what, e.ID); old != "" {
		e.ID = old // Assess follows it, and says so
	}
	if c, ok := kb.Campaign(e.ID); ok { // who names a campaign names the groups behind it
		e.Vertex, e.Groups = Adversary, append(e.Groups, c.Groups...)
	}
	return e, nil
}

// cutGroups cuts a list of groups behind the sign off what.
func (kb *KB) cutGroups(what string, sign byte) (rest string, ids []string, err error) {
	i := strings.LastIndexByte(what, sign)
	if i < 0 {
		return what, nil, nil
	}
	for name := range strings.SplitSeq(what[i+1:], ",") {
		id, err := kb.GroupNamed(name)
		if err != nil && strings.ContainsAny(what[:i], "?&") {
			return what, nil, nil // the sign is part of a URL
		}
		if err != nil {
			return "", nil, err
		}
		ids = append(ids, id)
	}
	return what[:i], ids, nil
}

// GroupNamed is the id of the group that ATT&CK itself calls by a name or id, or else of the only group that it
// may mean, over MISP's actors too. The error lists the groups if there are several, or says that there is none.
func (kb *KB) GroupNamed(name string) (string, error) {
	var ids []string
	for _, m := range kb.Lookup(name) {
		switch m.Kind {
		case "group":
			if fold(m.Name) == fold(name) {
				return m.ID, nil
			}
			ids = append(ids, m.ID)
		case "actor":
			ids = append(ids, m.Groups...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch len(ids) {
	case 0:
		return "", fmt.Errorf("%q names no group of the knowledge base", triage.VisibleN(name, maxShownRunes))
	case 1:
		return ids[0], nil
	}
	return "", fmt.Errorf("%q may mean %s: give an id", triage.VisibleN(name, maxShownRunes), kb.labels(ids))
}

// GroupsNamed lists the ids of all groups that a name may mean; the one that ATT&CK itself calls so, if there is one.
func (kb *KB) GroupsNamed(name string) []string {
	if id, err := kb.GroupNamed(name); err == nil {
		return []string{id}
	}
	var ids []string
	for _, m := range kb.Lookup(name) {
		switch m.Kind {
		case "group":
			ids = append(ids, m.ID)
		case "actor":
			ids = append(ids, m.Groups...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (kb *KB) labels(ids []string) string {
	var out []string
	for i, id := range ids {
		if i == 8 {
			out = append(out, fmt.Sprintf("and %d more", len(ids)-i))
			break
		}
		out = append(out, kb.label(id))
	}
	return strings.Join(out, ", ")
}

// observed is the id of what was seen: of the knowledge base, or an indicator as it is.
func (kb *KB) observed(what string) (string, error) {
	if attackID.MatchString(strings.ToUpper(strings.TrimSpace(what))) && kb.Name(what) == "" {
		return "", fmt.Errorf("%s has no such id; what was deprecated without a successor is not in it", kb.Version())
	}
	by := map[string][]string{}
	for _, m := range kb.Lookup(what) {
		if m.Kind == "actor" {
			by["group"] = append(by["group"], m.Groups...)
		} else {
			by[m.Kind] = append(by[m.Kind], m.ID)
		}
	}
	for _, kind := range []string{"software", "technique", "campaign", "group"} {
		ids := by[kind]
		slices.Sort(ids)
		if id, err := kb.GroupNamed(what); kind == "group" && err == nil {
			return id, nil
		}
		switch ids = slices.Compact(ids); len(ids) {
		case 0:
		case 1:
			return ids[0], nil
		default:
			return "", fmt.Errorf("the name may mean %s: give an id", kb.labels(ids))
		}
	}
	if isIndicator(what) {
		return what, nil
	}
	return "", errors.New("no technique, tool, campaign or group has that id or name, and it is no address, domain, URL or hash; spoor intel show NAME looks names up")
}

// revokedAs is the revoked id that what is, or is the old name of, if it now stands for id; empty if there is none.
func (kb *KB) revokedAs(what, id string) string {
	if old := strings.ToUpper(strings.TrimSpace(what)); kb.revoked[old].id == id {
		return old
	}
	if name := fold(what); name != fold(kb.Name(id)) {
		for _, old := range slices.Sorted(maps.Keys(kb.revoked)) {
			if r := kb.revoked[old]; r.id == id && fold(r.name) == name {
				return old
			}
		}
	}
	return ""
}

// isIndicator reports whether a text has the form of an address, network, domain, URL or hash.
func isIndicator(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	return hostName.MatchString(s) || strings.Contains(s, "://") || isHash(s)
}

// isHash reports whether a text has the form of an MD5, SHA-1 or SHA-256 in hex.
func isHash(s string) bool {
	n := len(s)
	return (n == 32 || n == 40 || n == 64) && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}
