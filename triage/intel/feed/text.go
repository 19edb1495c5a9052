package feed

import (
	"net/netip"
	"net/url"
	"strings"
)

// The bounds of looking through a text.
const (
	maxText  = 64 << 10 // bytes; the rest is not looked at
	maxHits  = 50
	maxWords = 64 // of a command line, that are compared with file-name expressions
)

// A Hit is an indicator in a text, with what of the text it is.
type Hit struct {
	In    *Indicator
	Match string
}

// Text lists the domains (and names under them), URLs, addresses, networks and hashes that stand in a text, such as
// a decoded query or a command line, in the order of the text. At most maxHits are given, each pair once.
//
// Versions says that the text may hold versions of four numbers, as agents do ("Chrome/120.0.0.0"): then an address
// counts only where a URL has its host. A domain whose last label is also an ending of files ("setup.sh") counts only
// there, too.
func (m *Matcher) Text(text string, versions bool) []Hit {
	text = text[:min(len(text), maxText)]
	t := textScan{m: m, text: text, versions: versions}
	if len(m.hashes)+len(m.addresses)+len(m.networks)+len(m.domains)+len(m.urls) == 0 {
		return nil
	}
	for i := 0; i < len(text) && len(t.out) < maxHits; {
		if !hostByte[text[i]] {
			i++
			continue
		}
		j := i
		for j < len(text) && hostByte[text[j]] {
			j++
		}
		t.word(i, j)
		i = j
	}
	if m.six && strings.Count(text, ":") >= 2 {
		t.sixes()
	}
	return t.out[:min(len(t.out), maxHits)]
}

// hostByte is what names of hosts, addresses of IPv4 and hashes are made of.
var hostByte = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") {
		set[c] = true
	}
	return set
}()

// fileEndings are top-level domains that are endings of files as well.
var fileEndings = map[string]bool{"sh": true, "py": true, "pl": true, "ps": true, "rs": true, "zip": true, "mov": true, "so": true, "cc": true, "md": true, "app": true, "pub": true, "bz": true, "gz": true}

type textScan struct {
	m        *Matcher
	text     string
	versions bool
	out      []Hit
}

func (t *textScan) add(match string, found []*Indicator) {
next:
	for _, in := range found {
		for _, h := range t.out {
			if h.In == in && h.Match == match {
				continue next
			}
		}
		if len(t.out) < maxHits {
			t.out = append(t.out, Hit{in, match})
		}
	}
}

// word looks at text[i:j], a run of hostByte.
func (t *textScan) word(i, j int) {
	for i < j && (t.text[i] == '.' || t.text[i] == '-') {
		i++
	}
	for j > i && (t.text[j-1] == '.' || t.text[j-1] == '-') {
		j--
	}
	w := t.text[i:j]
	if isHash(w) {
		t.add(w, t.m.Hash(w))
		return
	}
	dot := strings.LastIndexByte(w, '.')
	if dot <= 0 || len(w) > 253 {
		return
	}
	before := t.text[:i]
	host := strings.HasSuffix(before, "//") || strings.HasSuffix(before, "@") || strings.HasSuffix(before, `\\`)
	if a, err := netip.ParseAddr(w); err == nil {
		if host || !t.versions {
			t.add(w, t.m.Client(a.String()))
		}
		t.url(w, j)
		return
	}
	if host || !fileEndings[strings.ToLower(w[dot+1:])] {
		t.add(w, t.m.Host(w))
	}
	t.url(w, j)
}

// url compares the URLs of a host with what stands behind it, from j on.
func (t *textScan) url(host string, j int) {
	for _, u := range t.m.urls[strings.ToLower(host)] {
		rest := t.text[j:]
		if port, ok := strings.CutPrefix(rest, ":"); ok {
			n := 0
			for n < len(port) && n < 5 && port[n] >= '0' && port[n] <= '9' {
				n++
			}
			if u.port != "" && port[:n] != u.port {
				continue
			}
			rest = port[n:]
		}
		for _, path := range u.paths {
			after, ok := strings.CutPrefix(rest, path)
			if ok && (after == "" || path == "" || strings.HasSuffix(path, "/") || !hostByte[after[0]] || after[0] == '.') {
				t.add(host+t.text[j:len(t.text)-len(after)], []*Indicator{u.in})
				break
			}
		}
	}
}

// sixes looks for addresses of IPv6.
func (t *textScan) sixes() {
	six := func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == ':' || c == '.'
	}
	for i := 0; i < len(t.text) && len(t.out) < maxHits; {
		j := i
		for j < len(t.text) && six(t.text[j]) {
			j++
		}
		if w := strings.TrimRight(t.text[i:j], "."); j-i >= 3 && len(w) <= 45 && strings.Count(w, ":") >= 2 {
			if a, err := netip.ParseAddr(w); err == nil {
				t.add(w, t.m.Client(a.String()))
			}
		}
		i = max(j, i+1)
	}
}

// A urlRule is a URL to look for: what may stand behind its host.
type urlRule struct {
	in    *Indicator
	port  string
	paths []string // as written and decoded
}

func urlRuleOf(in *Indicator) (host string, r urlRule, ok bool) {
	u, err := url.Parse(in.Value)
	if err != nil || u.Hostname() == "" {
		return "", r, false
	}
	query := ""
	if u.RawQuery != "" {
		query = "?" + u.RawQuery
	}
	r = urlRule{in: in, port: u.Port(), paths: []string{u.EscapedPath() + query}}
	if plain := u.Path + query; plain != r.paths[0] {
		r.paths = append(r.paths, plain)
	}
	if r.paths[0] == "/" {
		r.paths[0] = ""
	}
	return strings.ToLower(u.Hostname()), r, true
}

// Words lists the file-name expressions that fit a word of a command line which may be a path.
func (m *Matcher) Words(line string) []Hit {
	if len(m.names) == 0 {
		return nil
	}
	t := textScan{m: m}
	n := 0
	for w := range strings.FieldsFuncSeq(line[:min(len(line), maxText)], func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("\"'`=,;|<>&()", r)
	}) {
		if !strings.ContainsAny(w, `\/.`) {
			continue
		}
		if n++; n > maxWords {
			break
		}
		t.add(w, m.Path(w))
	}
	return t.out
}
