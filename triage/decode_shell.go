package triage

import "strings"

// shellPlain undoes what shells ignore inside words and attackers put there: c”at, c\at, c$@at, c^at,
// and ${IFS} for a space. Texts without such signs come back as they are.
func shellPlain(s string) string {
	if !strings.ContainsAny(s, "\\'\"$^`") && !strings.Contains(s, ">()") && !strings.Contains(s, "<()") {
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

// shellEmpty are the forms that expand to nothing.
var shellEmpty = [...]string{"$()", "<()", ">()", "${}", "$@", "$*", "$!", "$?", "$#", "$$", "$-", "$_", "``"}

// shellSpace are the forms that expand to a space.
var shellSpace = [...]string{"${ifs}$9", "$ifs$9", "${ifs}", "$ifs$1", "$ifs"}

// shellNoise is the length of what a shell ignores at s[i], and whether it stands for a space.
func shellNoise(s string, i int) (int, bool) {
	letter := func(k int) bool {
		return k >= 0 && k < len(s) && (isLetter(s[k]) || isDigit(s[k]) || s[k] == '/' || s[k] == '.')
	}
	switch s[i] {
	case '\\', '^':
		if letter(i + 1) {
			return 1, false
		}
	case '\'', '"':
		if letter(i-1) || letter(i+1) || i > 0 && s[i-1] == s[i] || i+1 < len(s) && s[i+1] == s[i] {
			return 1, false
		}
	case '$', '<', '>', '`':
		for _, ifs := range shellSpace {
			if strings.HasPrefix(s[i:], ifs) {
				return len(ifs), true
			}
		}
		for _, e := range shellEmpty {
			if strings.HasPrefix(s[i:], e) && letter(i-1) {
				return len(e), false
			}
		}
		if n := unsetVariable(s, i); n > 0 && letter(i-1) {
			return n, false
		}
		if s[i] == '$' && i > 0 && letter(i-1) && letter(i+1) && (i+2 >= len(s) || !letter(i+2) || letter(i+2) && !letter(i+3)) {
			return 2, false
		}
	}
	return 0, false
}

// unsetVariable is the length of a variable at s[i] that ends a word ("sh$XX -c"): most likely it is not set.
func unsetVariable(s string, i int) int {
	j := i + 1
	for j < len(s) && j-i <= 8 && (isLetter(s[j]) || isDigit(s[j]) || s[j] == '_') {
		j++
	}
	if s[i] != '$' || j-i < 3 || j < len(s) && s[j] != ' ' && s[j] != ';' && s[j] != '|' {
		return 0
	}
	return j - i
}
