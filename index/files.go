package index

import (
	"strings"

	"spoor/triage"
)

// findFiles lists the files that match a query.
func (snap *snapshot) findFiles(root node) []triage.File {
	if len(snap.files) == 0 {
		return nil
	}
	root, ok := restrict(root, true)
	if !ok {
		return nil
	}
	var out []triage.File
	for i := range snap.files {
		f := &snap.files[i]
		if matchFile(root, f, snap.notes.files[f.Ref]) {
			out = append(out, *f)
		}
	}
	return out
}

// matchFile reports whether a file passes. said is what analysts said about it; nil if nothing.
func matchFile(n node, f *triage.File, said *remark) bool {
	switch n := n.(type) {
	case allNode:
		return true
	case andNode:
		for _, kid := range n.kids {
			if !matchFile(kid, f, said) {
				return false
			}
		}
		return true
	case orNode:
		for _, kid := range n.kids {
			if matchFile(kid, f, said) {
				return true
			}
		}
		return false
	case notNode:
		return !matchFile(n.kid, f, said)
	}
	return testFile(n, f, said)
}

func testFile(n node, f *triage.File, said *remark) bool {
	switch n := n.(type) {
	case wordNode:
		for _, text := range []string{f.Path, f.MD5, f.SHA1, f.SHA256, string(f.Verdict), f.Why} {
			if n.phrase.match(text) {
				return true
			}
		}
		for i := range f.Findings {
			if x := &f.Findings[i]; n.phrase.match(x.Rule) || n.phrase.match(x.Match) || n.phrase.match(x.Why) {
				return true
			}
		}
	case signNode:
		for i := range f.Findings {
			if n.fits(&f.Findings[i]) {
				return true
			}
		}
	case textNode:
		return n.match(f.Path, "")
	case rangeNode:
		if n.column == intTime {
			return !f.ModTime.IsZero() && n.lo <= f.ModTime.UnixMilli() && f.ModTime.UnixMilli() <= n.hi
		}
		return f.Size >= 0 && n.lo <= f.Size && f.Size <= n.hi
	case hashNode:
		return f.MD5 != "" && n.pattern.match(f.MD5, true) || f.SHA1 != "" && n.pattern.match(f.SHA1, true) ||
			f.SHA256 != "" && n.pattern.match(f.SHA256, true)
	case nameNode:
		return n.pattern.match(f.Path[strings.LastIndexAny(f.Path, `/\`)+1:], true)
	case refNode:
		return len(n.ref) > len("f:") && strings.HasPrefix(f.Ref, n.ref)
	case verdictNode:
		return n.pattern.match(string(f.Verdict), true) || n.pass(said)
	case noteNode:
		return n.pass(said)
	case isNode:
		return n.what == "file" || n.what == "noted" && hasNote(said)
	}
	return false
}

// fits tests one finding.
func (n signNode) fits(f *triage.Finding) bool {
	switch {
	case n.rule != nil:
		return n.rule.match(f.Rule, true)
	case n.class != nil:
		return n.class.match(string(f.Class), true)
	}
	return n.lo <= f.Level && f.Level <= n.hi
}
