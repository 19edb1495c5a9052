package index

import (
	"fmt"
	"slices"
	"strings"

	"spoor/triage"
)

// A query becomes, in this order: a query about requests alone (restrict), one without what only the whole
// store can answer (resolve), and for each segment a plan, in which tests of texts are sets of numbers.

type (
	// rowsNode is a set of rows of the store, ascending.
	rowsNode struct{ rows []int64 }
	// clientsNode is a set of clients.
	clientsNode struct{ clients map[string]bool }
)

func newClientsNode(clients []string) clientsNode {
	n := clientsNode{map[string]bool{}}
	for _, c := range clients {
		n.clients[c] = true
	}
	return n
}

// restrict drops the alternatives of a query that cannot be asked of requests, or of files; ok is false if
// nothing is left. A test that cannot be asked is never passed, nor is its negation.
func restrict(n node, files bool) (_ node, ok bool) {
	switch n := n.(type) {
	case andNode:
		var kids []node
		for _, kid := range n.kids {
			k, ok := restrict(kid, files)
			if !ok {
				return nil, false
			}
			kids = append(kids, k)
		}
		return andNode{kids}, true
	case orNode:
		var kids []node
		for _, kid := range n.kids {
			if k, ok := restrict(kid, files); ok {
				kids = append(kids, k)
			}
		}
		return orNode{kids}, len(kids) > 0
	case notNode:
		kid, ok := restrict(n.kid, files)
		return notNode{kid}, ok
	}
	if files {
		return n, aboutFiles(n)
	}
	return n, aboutRequests(n)
}

func aboutRequests(n node) bool {
	switch n := n.(type) {
	case hashNode, nameNode:
		return false
	case isNode:
		return n.what != "file"
	}
	return true
}

func aboutFiles(n node) bool {
	switch n := n.(type) {
	case allNode, wordNode, hashNode, nameNode, refNode, verdictNode, noteNode, signNode:
		return true
	case textNode:
		return n.column == colPath
	case rangeNode:
		return n.column == intSize || n.column == intTime
	case isNode:
		return n.what == "file" || n.what == "noted"
	}
	return false
}

// resolve replaces the tests that need the whole store.
func (snap *snapshot) resolve(n node) (node, error) {
	switch n := n.(type) {
	case andNode:
		kids, err := snap.resolveAll(n.kids)
		return andNode{kids}, err
	case orNode:
		kids, err := snap.resolveAll(n.kids)
		return orNode{kids}, err
	case notNode:
		kid, err := snap.resolve(n.kid)
		return notNode{kid}, err
	case actorNode:
		return newClientsNode(snap.clientsOf(n.name)), nil
	case verdictNode:
		return rowsNode{snap.notes.where(n.pass)}, nil
	case noteNode:
		return rowsNode{snap.notes.where(n.pass)}, nil
	case isNode:
		if n.what == "noted" {
			return rowsNode{snap.notes.where(hasNote)}, nil
		}
	case refNode:
		return snap.resolveRef(n.ref)
	}
	return n, nil
}

func (snap *snapshot) resolveAll(kids []node) ([]node, error) {
	out := make([]node, len(kids))
	for i, kid := range kids {
		var err error
		if out[i], err = snap.resolve(kid); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// clientsOf are the clients of the intruder of a name, number or reference, or the beginning of it.
func (snap *snapshot) clientsOf(name string) []string {
	if snap.survey == nil {
		return nil
	}
	for i, in := range snap.survey.Intruders {
		if name == fmt.Sprint(i+1) || equalFold(in.Name, name) || in.Ref == name {
			return in.Clients
		}
	}
	for _, in := range snap.survey.Intruders {
		if len(name) > len("a:") && strings.HasPrefix(in.Ref, name) {
			return in.Clients
		}
	}
	return nil
}

// resolveRef is the test for the requests that a reference is about: the request itself, all of an intruder's,
// all to a web shell, the steps of an incident.
func (snap *snapshot) resolveRef(ref string) (node, error) {
	sv := snap.survey
	switch {
	case strings.HasPrefix(ref, "a:"):
		return newClientsNode(snap.clientsOf(ref)), nil
	case strings.HasPrefix(ref, "w:") && sv != nil:
		for _, w := range sv.Webshells {
			if w.Ref == ref {
				return textNode{column: colPath, pattern: pattern{text: w.Path}}, nil
			}
		}
	case strings.HasPrefix(ref, "i:") && sv != nil:
		for _, in := range sv.Incidents {
			if in.Ref == ref {
				return snap.rowsOfSteps(in.Steps)
			}
		}
	default:
		return snap.rowsOfRefs([]string{ref})
	}
	return rowsNode{}, nil
}

func (snap *snapshot) rowsOfSteps(steps []triage.Step) (node, error) {
	var refs []string
	for _, st := range steps {
		refs = append(append(refs, st.Ref), st.Refs...)
	}
	return snap.rowsOfRefs(refs)
}

// rowsOfRefs are the rows of references; those that name no request are left out.
func (snap *snapshot) rowsOfRefs(refs []string) (node, error) {
	n := rowsNode{}
	for _, ref := range refs {
		row, err := snap.rowOf(ref)
		if err == nil {
			n.rows = append(n.rows, row)
		} else if !isNotFound(err) {
			return nil, err
		}
	}
	slices.Sort(n.rows)
	n.rows = slices.Compact(n.rows)
	return n, nil
}
