package feed

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// maxNames bounds the file-name expressions that a Matcher tries on each path.
const maxNames = 10_000

// A Matcher answers which indicators fit a value. It does not change once made and is safe for concurrent use.
type Matcher struct {
	hashes, addresses, domains map[string][]*Indicator
	networks                   map[netip.Prefix][]*Indicator
	bits                       []int // distinct lengths of networks
	urls                       []*Indicator
	names                      []nameRule
}

type nameRule struct {
	in      *Indicator
	fits    *regexp.Regexp
	exclude *regexp.Regexp // nil for none
}

// NewMatcher makes indicators askable. File-name expressions after the first maxNames are left out; left says how
// many.
func NewMatcher(all []Indicator) (m *Matcher, left int) {
	m = &Matcher{hashes: map[string][]*Indicator{}, addresses: map[string][]*Indicator{}, domains: map[string][]*Indicator{}, networks: map[netip.Prefix][]*Indicator{}}
	lengths := map[int]bool{}
	for i := range all {
		in := &all[i]
		switch in.Kind {
		case Hash:
			m.hashes[in.Value] = append(m.hashes[in.Value], in)
		case Address:
			m.addresses[in.Value] = append(m.addresses[in.Value], in)
		case Domain:
			m.domains[in.Value] = append(m.domains[in.Value], in)
		case URL:
			m.urls = append(m.urls, in)
		case Network:
			if p, err := netip.ParsePrefix(in.Value); err == nil {
				m.networks[p] = append(m.networks[p], in)
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

// Path lists the file-name expressions that fit a path, as listed or with backslashes.
func (m *Matcher) Path(path string) []*Indicator {
	if len(path) > 4096 {
		path = path[len(path)-4096:]
	}
	windows := strings.ReplaceAll(path, "/", `\`)
	var out []*Indicator
	for i := range m.names {
		r := &m.names[i]
		for _, p := range []string{path, windows} {
			if r.fits.MatchString(p) && (r.exclude == nil || !r.exclude.MatchString(p)) {
				out = append(out, r.in)
				break
			}
		}
	}
	return out
}

// A Text is something to be looked for in the text of requests.
type Text struct {
	Find string // such as a domain, lower case, or a URL's host and path
	In   *Indicator
}

// Texts lists what is to be looked for in requests: domains, and URLs without their scheme.
func (m *Matcher) Texts() []Text {
	var out []Text
	for _, list := range m.domains {
		for _, in := range list {
			out = append(out, Text{in.Value, in})
		}
	}
	for _, in := range m.urls {
		if u, err := url.Parse(in.Value); err == nil && u.Host != "" {
			out = append(out, Text{strings.ToLower(u.Host) + u.Path, in})
		}
	}
	return out
}
