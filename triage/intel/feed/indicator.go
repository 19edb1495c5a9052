package feed

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

var hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)

// The bounds of an expression: bytes, and instructions when compiled, which is what matching costs a byte.
const (
	maxExpression = 1000
	maxProgram    = 3000
)

// kindOf says what a value is by its form; empty if it has none of them. Defanged values ("198[.]51", "hxxp") are
// read as they were meant.
func kindOf(value string) Kind {
	v := refang(value)
	switch {
	case isHash(v):
		return Hash
	case strings.Contains(v, "://"):
		return URL
	}
	if _, err := netip.ParseAddr(v); err == nil {
		return Address
	}
	if _, err := netip.ParsePrefix(v); err == nil {
		return Network
	}
	if len(v) <= 253 && hostName.MatchString(strings.ToLower(strings.TrimSuffix(v, "."))) {
		return Domain
	}
	return ""
}

// refang undoes the usual ways of making an indicator unclickable.
func refang(s string) string {
	s = strings.TrimSpace(s)
	s = strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":", "[://]", "://", "{.}", ".").Replace(s)
	if rest, ok := strings.CutPrefix(s, "hxxp"); ok {
		s = "http" + rest
	}
	return s
}

func isHash(s string) bool {
	n := len(s)
	return (n == 32 || n == 40 || n == 64) && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}

// tidy brings the value into the one form that is compared, or says why it cannot be used.
func (in *Indicator) tidy() error {
	if in.Kind != Name {
		in.Value = refang(in.Value)
	}
	switch in.Kind {
	case Hash:
		in.Value = strings.ToLower(in.Value)
		if !isHash(in.Value) {
			return errors.New("no MD5, SHA-1 or SHA-256 in hex")
		}
		if n := len(in.Value); in.Value == emptyHashes[n] {
			return errors.New("the hash of an empty file, which would match what it does not mean")
		}
	case Address:
		a, err := netip.ParseAddr(in.Value)
		if err != nil {
			return errors.New("no address")
		}
		a = a.Unmap().WithZone("")
		if !a.IsValid() || a.IsUnspecified() || a.IsLoopback() {
			return errors.New("an address that is nobody's")
		}
		in.Value = a.String()
	case Network:
		p, err := netip.ParsePrefix(in.Value)
		if err != nil {
			return errors.New("no network in CIDR form")
		}
		if p.Bits() < 8 {
			return fmt.Errorf("a network of /%d means nobody", p.Bits())
		}
		if in.Value = p.Masked().String(); p.IsSingleIP() {
			in.Kind, in.Value = Address, p.Addr().Unmap().WithZone("").String()
		}
	case Domain:
		in.Value = strings.TrimSuffix(strings.ToLower(in.Value), ".")
		if len(in.Value) > 253 || !hostName.MatchString(in.Value) {
			return errors.New("no domain name")
		}
	case URL:
		u, err := url.Parse(in.Value)
		if err != nil || u.Host == "" {
			return errors.New("no URL with a host")
		}
	case Name:
		if _, err := compile(in.Value); err != nil {
			return err
		}
		if in.Exclude != "" {
			if _, err := compile(in.Exclude); err != nil {
				return fmt.Errorf("its exclusion: %w", err)
			}
		}
	default:
		return fmt.Errorf("unknown kind %q", in.Kind)
	}
	return nil
}

// emptyHashes are those of no bytes, by length.
var emptyHashes = map[int]string{
	32: "d41d8cd98f00b204e9800998ecf8427e",
	40: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	64: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}

// compile reads a file-name expression. RE2 only; no lookaround, no references back; bounded in size; one that
// fits the empty text would fit every file.
func compile(expr string) (*regexp.Regexp, error) {
	if expr == "" || len(expr) > maxExpression {
		return nil, fmt.Errorf("an expression of %d bytes: want 1 to %d", len(expr), maxExpression)
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("no RE2 expression: %v", err)
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, fmt.Errorf("no RE2 expression: %v", err)
	}
	if len(prog.Inst) > maxProgram {
		return nil, fmt.Errorf("an expression of %d instructions, the most is %d", len(prog.Inst), maxProgram)
	}
	re, err := regexp.Compile(expr)
	if err == nil && re.MatchString("") {
		err = errors.New("it fits every name")
	}
	return re, err
}

// typeKinds are the words for kinds in CSV files, MISP attributes and STIX patterns, lower case.
var typeKinds = map[string]Kind{
	"ip": Address, "ip-src": Address, "ip-dst": Address, "ipv4": Address, "ipv6": Address, "address": Address, "ipv4-addr": Address, "ipv6-addr": Address, "ip-address": Address,
	"cidr": Network, "network": Network, "subnet": Network,
	"domain": Domain, "hostname": Domain, "host": Domain, "fqdn": Domain, "domain-name": Domain,
	"url": URL, "uri": URL, "link": URL,
	"hash": Hash, "md5": Hash, "sha1": Hash, "sha-1": Hash, "sha256": Hash, "sha-256": Hash, "filehash": Hash, "file-hash": Hash,
	"filename": Name, "file-name": Name, "file": Name, "name": Name, "regex": Name, "path": Name,
}

// typed makes an indicator of a value whose kind is named; ok is false for kinds that are not looked for. Names of
// files that are not called expressions are taken word for word, as the last part of a path.
func typed(kind, value string) (Indicator, bool) {
	kind = strings.ToLower(strings.TrimSpace(kind))
	k, ok := typeKinds[kind]
	if !ok {
		return Indicator{}, false
	}
	if k == Address && strings.Contains(value, "/") {
		k = Network
	}
	if k == Name && kind != "regex" {
		value = `(?i)(^|[\\/])` + regexp.QuoteMeta(value) + `$`
	}
	return Indicator{Kind: k, Value: value}, true
}

// gradeOf makes an Admiralty grade of a confidence: a grade, a word, or a number up to 100. What the source is
// like is not said by a confidence: the letter is that of the feed, here "?".
func gradeOf(confidence string) string {
	c := strings.ToLower(strings.TrimSpace(confidence))
	if len(c) == 2 && c[0] >= 'a' && c[0] <= 'f' && c[1] >= '1' && c[1] <= '6' {
		return strings.ToUpper(c)
	}
	switch c {
	case "":
		return ""
	case "high", "confirmed":
		return "?2"
	case "medium", "moderate":
		return "?3"
	case "low":
		return "?4"
	}
	n, err := strconv.Atoi(strings.TrimSuffix(c, "%"))
	switch {
	case err != nil || n <= 0 || n > 100:
		return "?6"
	case n >= 90:
		return "?1"
	case n >= 70:
		return "?2"
	case n >= 50:
		return "?3"
	case n >= 30:
		return "?4"
	}
	return "?5"
}

// Graded is the indicator's own grade, completed by that of the feed.
func (in *Indicator) Graded(feed string) string {
	switch {
	case in.Grade == "" || len(feed) != 2:
		return feed
	case in.Grade[0] == '?':
		return feed[:1] + in.Grade[1:]
	}
	return in.Grade
}
