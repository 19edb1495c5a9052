package triage

import "strings"

// shellPlain undoes what shells ignore inside words and attackers put there: c”at, c\at, c$@at, c^at,
// and ${IFS} for a space. Texts without such signs come back as they are.
func shellPlain(s string) string {
	if !strings.ContainsAny(s, "\\'\"$^`") {
		return s
	}
	low := asciiLower(s)
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if n, space := shellNoise(low, i); n > 0 {
			if space {
				b = append(b, ' ')
			}
			i += n
			continue
		}
		b = append(b, s[i])
		i++
	}
	return string(b)
}

// shellNoise is the length of what a shell ignores at s[i], and whether it stands for a space.
func shellNoise(s string, i int) (int, bool) {
	inWord := i > 0 && (isLetter(s[i-1]) || s[i-1] == '/')
	next := func(n int) bool { return i+n < len(s) && (isLetter(s[i+n]) || s[i+n] == '/') }
	switch s[i] {
	case '\\', '^':
		if inWord && next(1) || s[i] == '\\' && next(1) && (i == 0 || s[i-1] == ';' || s[i-1] == '|') {
			return 1, false
		}
	case '\'', '"', '`':
		if inWord && i+2 < len(s) && s[i+1] == s[i] && next(2) {
			return 2, false
		}
	case '$':
		for _, ifs := range [...]string{"${ifs}$9", "$ifs$9", "${ifs}", "$ifs$1", "$ifs"} {
			if strings.HasPrefix(s[i:], ifs) {
				return len(ifs), true
			}
		}
		if inWord && i+2 < len(s) && strings.IndexByte("@*!?#$-0123456789", s[i+1]) >= 0 && next(2) {
			return 2, false
		}
	}
	return 0, false
}
