package distil

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// knowledge is what is distilled, before it is written.
type knowledge struct {
	sources  []source
	entities []*entity
	byStix   map[string]*entity
	revoked  []revoked
	refs     []ref
	refAt    map[ref]int

	groups []*entity // of a former text, to tie MISP's actors to
	former []revoked
}

type (
	source  struct{ name, version, sha256 string }
	ref     struct{ name, url string }
	alias   struct{ name, by string }
	revoked struct{ old, now, name string }
)

type entity struct {
	kind, id, name, class string // kind is the letter of the line
	tactics               []string
	aliases               []alias
	first, last           string
	techniques            map[string][]int // id to the numbers of references
	software              map[string][]int
	groups                map[string][]int
	refs                  []int
	countries, sectors    []string
	namedBy               string
	urls                  []string
}

func newKnowledge() *knowledge {
	return &knowledge{byStix: map[string]*entity{}, refAt: map[ref]int{}}
}

func (k *knowledge) refNumber(name, url string) int {
	r := ref{name, url}
	n, ok := k.refAt[r]
	if !ok {
		n = len(k.refs)
		k.refs = append(k.refs, r)
		k.refAt[r] = n
	}
	return n
}

// text writes the lines. References are numbered in the order of first mention in the bundle, entities are
// sorted by kind and id, so the text depends on the sources alone.
func (k *knowledge) text() []byte {
	var b bytes.Buffer
	line := func(fields ...string) {
		b.WriteString(strings.Join(fields, "\t"))
		b.WriteByte('\n')
	}
	line("spoor-intel", "1")
	for _, s := range k.sources {
		line("v", s.name, s.version, s.sha256)
	}
	for _, r := range k.refs {
		line("u", r.name, r.url)
	}
	slices.SortFunc(k.entities, func(a, b *entity) int {
		return cmp.Or(cmp.Compare(order(a.kind), order(b.kind)), cmp.Compare(a.id, b.id))
	})
	for _, e := range k.entities {
		switch e.kind {
		case "t":
			line("t", e.id, e.name, strings.Join(e.tactics, " "))
		case "s":
			line("s", e.id, e.name, e.class, cited(e.techniques), numbers(e.refs))
		case "g":
			line("g", e.id, e.name, cited(e.techniques), cited(e.software), numbers(e.refs))
		case "c":
			line("c", e.id, e.name, e.first, e.last, cited(e.groups), cited(e.techniques), cited(e.software), numbers(e.refs))
		case "m":
			line("m", e.id, e.name, e.namedBy, strings.Join(e.countries, " "), cited(e.groups),
				strings.Join(e.sectors, "|"), strings.Join(e.urls, " "))
		}
		for _, a := range e.aliases {
			line("a", a.name, a.by)
		}
	}
	slices.SortFunc(k.revoked, func(a, b revoked) int { return cmp.Compare(a.old, b.old) })
	for _, r := range k.revoked {
		line("r", r.old, r.now, r.name)
	}
	return b.Bytes()
}

func order(kind string) int { return strings.Index("tsgcm", kind) }

// cited writes ids with the numbers of their references: "T1190:3,17 T1505.003".
func cited(m map[string][]int) string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if len(m[id]) == 0 {
			out = append(out, id)
			continue
		}
		out = append(out, fmt.Sprintf("%s:%s", id, numbers(m[id])))
	}
	return strings.Join(out, " ")
}

func numbers(n []int) string {
	s := make([]string, len(n))
	for i := range n {
		s[i] = strconv.Itoa(n[i])
	}
	return strings.Join(s, ",")
}
