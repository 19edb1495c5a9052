package blind

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sensitive says what a recovered value looks like, if it is something whose publication would do harm; "" if not.
// Lengths of hashes: MD5 and NTLM 32, SHA-1 40, SHA-224 56, SHA-256 64, SHA-384 96, SHA-512 128 hex digits. Card
// numbers have 12 to 19 digits of which the last checks the others (ISO/IEC 7812-1).
func (r *Read) Sensitive() string {
	v := strings.TrimSpace(r.Value)
	if r.Kind != "text" || v == "" {
		return ""
	}
	column := strings.ToLower(r.Column)
	for _, w := range [...]string{"pass", "pwd", "secret", "token", "api_key", "apikey", "hash", "salt", "session"} {
		if strings.Contains(column, w) {
			return "a credential"
		}
	}
	if column == "pw" || strings.HasSuffix(column, "_pw") {
		return "a credential"
	}
	switch {
	case strings.HasPrefix(v, "$") && strings.Count(v, "$") >= 3, strings.HasPrefix(v, "{SSHA}"), strings.HasPrefix(v, "*") && len(v) == 41 && isHexText(v[1:]):
		return "a password hash"
	case isHexText(v) && (len(v) == 32 || len(v) == 40 || len(v) == 56 || len(v) == 64 || len(v) == 96 || len(v) == 128):
		return "a hash"
	case isMail(v):
		return "an e-mail address"
	case isCard(v):
		return "a card number"
	}
	for _, w := range [...]string{"ssn", "passport", "iban", "birth", "phone", "address", "surname", "lastname", "last_name"} {
		if strings.Contains(column, w) {
			return "personal data"
		}
	}
	return ""
}

func isHexText(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isHex(s[i]) && s[i] < 0x80 {
			return false
		}
	}
	return s != ""
}

func isMail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.IndexByte(host, '.') > 0 && !strings.ContainsAny(s, " \t<>")
}

func isCard(s string) bool {
	sum, n := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		switch c := s[i]; {
		case isDigit(c):
			d := int(c - '0')
			if n%2 == 1 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum += d
			n++
		case c != ' ' && c != '-':
			return false
		}
	}
	return n >= 12 && n <= 19 && sum%10 == 0 && sum > 0
}

// Masked is a value with all but its first character and, of an e-mail address, the name of its host hidden, and how
// long it is.
func Masked(v string) string {
	if v == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(v)
	if !unicode.IsPrint(first) {
		first = '*'
	}
	host := ""
	if i := strings.LastIndexByte(v, '@'); i > 0 && i >= size && isMail(v) {
		host = v[i:]
	}
	return fmt.Sprintf("%c***%s (%d characters)", first, host, utf8.RuneCountInString(v))
}
