package triage

// Who started whom, over a whole event log, in bounded memory.

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of a Lineage.
const (
	maxLineage      = 1 << 16             // processes remembered, the latest
	maxLineageDepth = 8                   // generations below a server
	pidLife         = 14 * 24 * time.Hour // how long a process id may stand for the same process
	sameLineLife    = 10 * time.Minute    // how long a command line may
)

// A Lineage judges the processes of one or more event logs in the order in which they were logged. It remembers
// the latest 65,536 of them, so that a process is known by its ancestors: by the GUIDs of Sysmon, else by host,
// process id and time, else by the command line that its parent shares with a process that a server started.
// The zero value is ready to use; it is for one goroutine.
type Lineage struct {
	nodes map[uint64]*lineageNode
	ring  []uint64 // keys in the order of coming, from next on
	next  int
	memo  map[processKey][]Finding
}

// The bounds of what is remembered of judgements: how many, and the bytes of text of each.
const (
	maxMemo     = 1 << 14
	maxMemoText = 1 << 10
)

// A processKey is all that a judgement depends on.
type processKey struct {
	image, line string
	by          server
	parent      string // its command line, if it works for a shell client
	client      bool
}

// judge is judgeProcess, once for equal processes: most of an event log is the same few over and over.
func (l *Lineage) judge(p *Process, by server, client bool) []Finding {
	k := processKey{image: p.Image, line: p.CommandLine, by: by, client: client}
	if client {
		k.parent = p.ParentCommandLine
	}
	if by.kind == database {
		k.parent = p.ParentImage
	}
	found, ok := l.memo[k]
	if !ok {
		found = judgeProcess(p, by, client)
		if len(k.image)+len(k.line)+len(k.parent) > maxMemoText {
			return found
		}
		if l.memo == nil || len(l.memo) >= maxMemo {
			l.memo = map[processKey][]Finding{}
		}
		l.memo[k] = found
	}
	return slices.Clone(found)
}

// A lineageNode is what is remembered of one process.
type lineageNode struct {
	time   int64  // Unix milliseconds
	name   string // of the program
	by     server // that is behind it; the zero value if none is
	self   server // what kind of server it is itself
	client bool   // it, or a shell above it, works for a shell client
	depth  int8
}

// Judge sets the findings of the next process.
func (l *Lineage) Judge(p *Process) {
	by, client := parentOf(p)
	depth := int8(1)
	if by.kind == "" {
		if n := l.parent(p); n != nil && n.depth < maxLineageDepth {
			client = client || n.client
			depth = n.depth + 1
			if by = n.by; n.self.kind != "" {
				by, depth = n.self, 1
			}
		}
	}
	if self := serverOf(p.Image, p.CommandLine); self.kind == webServer && programName(p.Image) == programName(p.ParentImage) {
		by, client = server{}, false // a server's master starts its workers
	}
	p.Findings = l.judge(p, by, client)
	l.remember(p, by, client, depth)
}

// parent is what is known of a process's parent; nil if nothing is.
func (l *Lineage) parent(p *Process) *lineageNode {
	if p.ParentGUID != "" {
		if n := l.nodes[lineageKey("guid", p.Host, plainGUID(p.ParentGUID))]; n != nil {
			return n
		}
	}
	at := p.Time.UnixMilli()
	want := programName(p.ParentImage)
	if p.ParentPID > 0 {
		n := l.nodes[lineageKey("pid", p.Host, strconv.FormatInt(p.ParentPID, 10))]
		if n != nil && (want == "" || n.name == want) && n.time <= at+1000 && at-n.time <= pidLife.Milliseconds() {
			return n
		}
	}
	if tellingLine(p.ParentCommandLine) {
		n := l.nodes[lineageKey("line", p.Host, want, p.ParentCommandLine)]
		if n != nil && n.time <= at+1000 && at-n.time <= sameLineLife.Milliseconds() {
			return n
		}
	}
	return nil
}

// tellingLine reports whether a command line says enough to be taken for one process's.
func tellingLine(s string) bool { return len(s) >= 16 && strings.ContainsAny(s, " \t") }

func (l *Lineage) remember(p *Process, by server, client bool, depth int8) {
	n := &lineageNode{time: p.Time.UnixMilli(), name: programName(p.Image), by: by, depth: depth, client: client}
	n.self = serverOf(p.Image, p.CommandLine)
	if mayBeShell(p.Image, p.CommandLine) && shellClientLine(p.CommandLine) {
		n.client = true
	}
	if p.GUID != "" {
		l.keep(lineageKey("guid", p.Host, plainGUID(p.GUID)), n)
	}
	if p.PID > 0 {
		l.keep(lineageKey("pid", p.Host, strconv.FormatInt(p.PID, 10)), n)
	}
	if (by.kind != "" || n.client) && tellingLine(p.CommandLine) {
		l.keep(lineageKey("line", p.Host, n.name, p.CommandLine), n)
	}
}

// keep remembers a node under a key in place of the oldest key.
func (l *Lineage) keep(key uint64, n *lineageNode) {
	if l.nodes == nil {
		l.nodes = map[uint64]*lineageNode{}
	}
	if _, ok := l.nodes[key]; !ok {
		if len(l.ring) < 2*maxLineage {
			l.ring = append(l.ring, key)
		} else {
			delete(l.nodes, l.ring[l.next])
			l.ring[l.next] = key
			l.next = (l.next + 1) % len(l.ring)
		}
	}
	l.nodes[key] = n
}

func lineageKey(parts ...string) uint64 {
	h := fnv.New64a()
	for _, s := range parts {
		_, _ = h.Write([]byte(asciiLower(s)))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// plainGUID is a GUID without braces, in lower case.
func plainGUID(s string) string { return asciiLower(strings.Trim(s, "{} ")) }
