package triage

// Walkers: what a client with one agent did just before, so that a request can be seen in its company. The agent
// counts since behind a proxy or a shared address many people are one client.

const (
	maxWalkers   = 100_000
	companyGapMS = 30 * 60 * 1000
	sweepGapMS   = 10 * 60 * 1000
	minSweep     = 4 // names tried within a sweep
)

// A walker is a client with an agent, and the last two paths of its way.
type walker struct {
	path, before         uint32 // the latest, and the latest that is another
	time, beforeTime     int64
	tried                uint8 // names tried in vain or without a link, one soon after the other
	triedPath, triedLast uint32
	triedTime            int64
}

type walkers map[uint64]walker

func walkerKey(v *Visit) uint64 { return uint64(v.Client)<<32 | uint64(v.Agent) }

// of gives the walker of a request as it was before it. When there are too many, those that have gone are
// forgotten.
func (ws walkers) of(v *Visit) walker {
	w, ok := ws[walkerKey(v)]
	if !ok && len(ws) >= maxWalkers {
		for k, x := range ws {
			if v.Time-x.time > companyGapMS {
				delete(ws, k)
			}
		}
		if len(ws) >= maxWalkers {
			clear(ws)
		}
	}
	return w
}

// step takes a request of a page or script, or one that met nothing.
func (w *walker) step(v *Visit, s *site, kind pathKind) {
	if !missed(v.Status) {
		if !sameScript(s, w.path, v.Path) {
			w.before, w.beforeTime = w.path, w.time
		}
		w.path, w.time = v.Path, v.Time
	}
	if missed(v.Status) || kind == scriptKind && !s.linked(v) {
		if v.Time-w.triedTime > sweepGapMS {
			w.tried = 0
		}
		if !sameScript(s, w.triedLast, v.Path) && !sameScript(s, w.triedPath, v.Path) || w.tried == 0 {
			w.tried = min(w.tried+1, 200)
			w.triedPath, w.triedLast = w.triedLast, v.Path
		}
		w.triedTime = v.Time
	}
}

func sameScript(s *site, a, b uint32) bool {
	return a == b || s.plain[a] != "" && s.plain[a] == s.plain[b]
}

// alone reports whether the walker came for this alone: no other page in the half hour before.
func (w *walker) alone(v *Visit, s *site) bool {
	if w.path != 0 && !sameScript(s, w.path, v.Path) {
		return v.Time-w.time > companyGapMS
	}
	return w.before == 0 || v.Time-w.beforeTime > companyGapMS
}

// sweeps reports whether the walker has just tried several other names.
func (w *walker) sweeps(v *Visit) bool {
	return w.tried >= minSweep && v.Time-w.triedTime <= sweepGapMS
}
