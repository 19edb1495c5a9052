package hashlist

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// The lines of checksum tools, and lists of bare hashes. They are read by one grammar, so they may mix:
//
//	HASH  path              md5sum, sha1sum, sha256sum, md5deep; "*" before the path for binary mode
//	\HASH  pa\nth           the same with \\, \n and \r in the path escaped
//	SHA256 (path) = HASH    BSD, and GNU with --tag; also openssl's SHA2-256(path)= HASH
//	size HASH  path         md5deep -z; with commas, md5deep -c
//	HASH;comment            lists of known-bad files
//	HASH
//
// GNU: https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html

// A sum is which of those a line is.
type sum int

const (
	noSum sum = iota
	gnuSum
	bsdSum
	hashComment
	bareHash
)

var (
	errNoHash  = errors.New("no MD5, SHA-1 or SHA-256 where one should be")
	errNoPath  = errors.New("no path after the hash")
	errBadBSD  = errors.New("no ALGORITHM (path) = hash")
	errNoEntry = errors.New("neither path nor hash")
)

// fitsSum reports whether at least half of the lines are sums, and kind the most frequent of them.
func fitsSum(kind sum) func([]string) bool {
	return func(lines []string) bool {
		var counts [bareHash + 1]int
		all, fit := 0, 0
		for _, line := range lines {
			_, k, err := parseSum(line)
			if err == errComment {
				continue
			}
			all++
			if err == nil {
				fit++
				counts[k]++
			}
		}
		for k, n := range counts {
			if n > counts[kind] || n == counts[kind] && sum(k) < kind && n > 0 {
				return false
			}
		}
		return fit > 0 && 2*fit >= all
	}
}

func sumReader(*time.Location) lineReader {
	return func(line string) (triage.HashEntry, error) {
		e, _, err := parseSum(line)
		return e, err
	}
}

func parseSum(line string) (e triage.HashEntry, k sum, err error) {
	e.Size = -1
	text := strings.TrimLeft(line, " \t")
	if text == "" || text[0] == '#' || text[0] == ';' || strings.HasPrefix(text, "//") {
		return e, noSum, errComment
	}
	text, escaped := strings.CutPrefix(text, `\`)
	if open := strings.IndexByte(text, '('); open > 0 && open < 12 {
		err := parseBSD(text, open, escaped, &e)
		return e, bsdSum, err
	}
	text = cutSize(text, &e)
	end := 0
	for end < len(text) && isHex(text[end]) {
		end++
	}
	if err := setHash(&e, "", text[:end]); err != nil {
		return e, noSum, err
	}
	rest := text[end:]
	switch {
	case strings.TrimSpace(rest) == "":
		return e, bareHash, nil
	case rest[0] == ';', rest[0] == ',' && !strings.ContainsAny(rest, `/\`):
		e.Comment = strings.TrimSpace(rest[1:])
		return e, hashComment, nil
	case rest[0] != ' ' && rest[0] != '\t' && rest[0] != ',':
		return e, noSum, errNoHash
	}
	if e.Path = cutSeparator(rest); e.Path == "" {
		return e, noSum, errNoPath
	}
	if escaped {
		e.Path = unescape(e.Path)
	}
	return e, gnuSum, nil
}

// cutSeparator drops what stands between hash and path: one space, and then a space or the "*" or "?" of a
// mode. Further spaces belong to the path of the checksum tools, but a tab or comma stands alone.
func cutSeparator(rest string) string {
	if rest[0] != ' ' || len(rest) < 2 {
		return rest[1:]
	}
	switch rest[1] {
	case ' ', '*', '?', '^':
		return rest[2:]
	}
	return rest[1:]
}

// cutSize takes a size in bytes off the front, as md5deep -z puts it there.
func cutSize(text string, e *triage.HashEntry) string {
	digits := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 1 || digits > 18 || text[digits] != ' ' && text[digits] != ',' {
		return text
	}
	e.Size, _ = strconv.ParseInt(text[:digits], 10, 64) // at most 18 digits
	return strings.TrimLeft(text[digits:], " ,")
}

// parseBSD reads NAME (path) = HASH; the path may hold ") = " itself.
func parseBSD(text string, open int, escaped bool, e *triage.HashEntry) error {
	name := strings.TrimSpace(text[:open])
	eq := strings.LastIndexByte(text, '=')
	if eq < 0 {
		return errBadBSD
	}
	path, ok := strings.CutSuffix(strings.TrimRight(text[open+1:max(eq, open+1)], " "), ")")
	if !ok {
		return errBadBSD
	}
	if path == "" {
		return errNoPath
	}
	if e.Path = path; escaped {
		e.Path = unescape(path)
	}
	return setHash(e, name, strings.TrimSpace(text[eq+1:]))
}

// unescape undoes the \\, \n and \r of the checksum tools; any other backslash stays.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if j := strings.IndexByte(`\nr`, s[i+1]); j >= 0 {
				b.WriteByte("\\\n\r"[j])
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// setHash puts a hash into the field of its algorithm; without a name its length tells which. MD5, SHA-1 and
// SHA-256 are kept, others are errors.
func setHash(e *triage.HashEntry, name, hash string) error {
	for i := 0; i < len(hash); i++ {
		if !isHex(hash[i]) {
			return errNoHash
		}
	}
	algorithm := strings.ToUpper(strings.NewReplacer("-", "", "_", "", "SHA2-", "SHA", "sha2-", "sha").Replace(name))
	field, want := (*string)(nil), 0
	switch {
	case algorithm == "MD5", algorithm == "" && len(hash) == 32:
		field, want = &e.MD5, 32
	case algorithm == "SHA1", algorithm == "" && len(hash) == 40:
		field, want = &e.SHA1, 40
	case algorithm == "SHA256", algorithm == "" && len(hash) == 64:
		field, want = &e.SHA256, 64
	case algorithm == "":
		return errNoHash
	default:
		return fmt.Errorf("%s is not kept: make the list with SHA-256, SHA-1 or MD5", triage.VisibleN(name, 20))
	}
	if len(hash) != want {
		return fmt.Errorf("%s of %d digits, want %d", algorithm, len(hash), want)
	}
	*field = strings.ToLower(hash)
	return nil
}
