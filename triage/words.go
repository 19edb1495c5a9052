package triage

// Small helpers of wording that several judgements share.

import (
	"strconv"
	"strings"
)

// count writes a number with its noun: "1 request", "2 requests", "3 tries".
func count(n int, noun string) string {
	s := strconv.Itoa(n) + " " + noun
	switch {
	case n == 1:
		return s
	case strings.HasSuffix(noun, "s") || strings.HasSuffix(noun, "x"):
		return s + "es"
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay"):
		return s[:len(s)-1] + "ies"
	}
	return s + "s"
}

// containsWord reports whether the text holds the word, not only as the inside of a longer one: "login" is in
// "/user-login.php" and "/loginform", not in "/blogins".
func containsWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		if i == 0 || !latinLetter(text[i-1]) {
			return true
		}
		from = i + 1
	}
}

func latinLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// topLevel is the highest level among the findings, None for none.
func topLevel(found []Finding) Level {
	top := None
	for _, f := range found {
		top = max(top, f.Level)
	}
	return top
}
