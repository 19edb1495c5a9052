package feed

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// The bounds of a Matcher: file-name expressions, and bytes of a path, its last.
const (
	maxNames = 10_000
	maxPath  = 4096
)

// A Matcher answers which indicators fit a value. It does not change once made and is safe for concurrent use.
type Matcher struct {
	hashes, addresses, domains map[string][]*Indicator
	networks                   map[netip.Prefix][]*Indicator
	bits                       []int                // distinct lengths of networks
	urls                       map[string][]urlRule // by host, lower case
	names                      []nameRule
	index                      nameIndex
	six                        bool // an address or network is of IPv6
}

type nameRule struct {
	in      *Indicator
	fits    *regexp.Regexp
	exclude *regexp.Regexp // nil for none
	literal string         // that a path has to have, in lower case
}

// NewMatcher makes indicators askable. File-name expressions after the first maxNames are left out; left says how
// many.
func NewMatcher(all []Indicator) (m *Matcher, left int) {
	m = &Matcher{hashes: map[string][]*Indicator{}, addresses: map[string][]*Indicator{}, domains: map[string][]*Indicator{}, networks: map[netip.Prefix][]*Indicator{}, urls: map[string][]urlRule{}}
	lengths := map[int]bool{}
	for i := range all {
		in := &all[i]
		switch in.Kind {
		case Hash:
			m.hashes[in.Value] = append(m.hashes[in.Value], in)
		case Address:
			m.addresses[in.Value] = append(m.addresses[in.Value], in)
			m.six = m.six || strings.Contains(in.Value, ":")
		case Domain:
			m.domains[in.Value] = append(m.domains[in.Value], in)
		case URL:
			if host, r, ok := urlRuleOf(in); ok {
				m.urls[host] = append(m.urls[host], r)
			}
		case Network:
			if p, err := netip.ParsePrefix(in.Value); err == nil {
				m.networks[p] = append(m.networks[p], in)
				m.six = m.six || p.Addr().Is6()
				if !lengths[p.Bits()] {
					lengths[p.Bits()] = true
					m.bits = append(m.bits, p.Bits())
				}
			}
		case Name:
			if len(m.names) >= maxNames {
				left++
				continue
			}
			r := nameRule{in: in}
			var err error
			if r.fits, err = compile(in.Value); err != nil {
				continue
			}
			if in.Exclude != "" {
				if r.exclude, err = compile(in.Exclude); err != nil {
					continue
				}
			}
			r.literal = literal(in.Value)
			m.index.add(len(m.names), r.literal)
			m.names = append(m.names, r)
		}
	}
	return m, left
}

// Hash lists what is said of a hash in hex.
func (m *Matcher) Hash(hash string) []*Indicator { return m.hashes[strings.ToLower(hash)] }

// Client lists what is said of an address or host name.
func (m *Matcher) Client(client string) []*Indicator {
	a, err := netip.ParseAddr(client)
	if err != nil {
		return m.Host(client)
	}
	a = a.Unmap().WithZone("")
	out := m.addresses[a.String()]
	for _, bits := range m.bits {
		if p, err := a.Prefix(bits); err == nil {
			out = append(out[:len(out):len(out)], m.networks[p]...)
		}
	}
	return out
}

// Host lists what is said of a domain name and the domains above it.
func (m *Matcher) Host(host string) []*Indicator {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.Contains(host[:i], ":") {
		host = host[:i]
	}
	if len(host) > 253 {
		return nil
	}
	var out []*Indicator
	for host != "" {
		out = append(out, m.domains[host]...)
		_, host, _ = strings.Cut(host, ".")
	}
	return out
}

// Path lists the file-name expressions that fit a path, as listed or with backslashes, in their order.
func (m *Matcher) Path(path string) []*Indicator {
	if len(path) > maxPath {
		path = path[len(path)-maxPath:]
	}
	fits := map[int]bool{}
	forms := []string{path}
	if windows := strings.ReplaceAll(path, "/", `\`); windows != path {
		forms = append(forms, windows)
	}
	for _, p := range forms {
		try := func(n int) {
			if r := &m.names[n]; r.fits.MatchString(p) && (r.exclude == nil || !r.exclude.MatchString(p)) {
				fits[n] = true
			}
		}
		if !isASCII(p) {
			for n := range m.names {
				try(n)
			}
			continue
		}
		low := strings.ToLower(p)
		seen := map[string]bool{}
		for i := 0; i+gram <= len(low); i++ {
			g := low[i : i+gram]
			if seen[g] {
				continue
			}
			seen[g] = true
			for _, n := range m.index.by[g] {
				if strings.Contains(low[i:], m.names[n].literal) {
					try(n)
				}
			}
		}
		for _, n := range m.index.always {
			try(n)
		}
	}
	var out []*Indicator
	for _, n := range slices.Sorted(maps.Keys(fits)) {
		out = append(out, m.names[n].in)
	}
	return out
}
