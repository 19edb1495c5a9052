package index

import (
	"hash/fnv"
	"strings"
)

// Words are what free text is searched by: runs of ASCII letters, digits, "_" and bytes from 0x80 up, with
// ASCII capitals made small. All matching here is by bytes; letters beyond ASCII are compared as written.

// maxTerm bounds the words that stand in the bleve index as themselves, in bytes.
const maxTerm = 40

// wordByte reports whether b is part of a word.
func wordByte(b byte) bool {
	return b >= 0x80 || b == '_' || b-'0' < 10 || b|0x20-'a' < 26
}

// foldByte makes an ASCII capital small.
func foldByte(b byte) byte {
	if b-'A' < 26 {
		return b + 'a' - 'A'
	}
	return b
}

// fold makes the ASCII capitals of s small.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i]-'A' < 26 {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = foldByte(b[i])
			}
			return string(b)
		}
	}
	return s
}

// eachWord calls yield for each word of s, as written, until it returns false.
func eachWord(s string, yield func(word string) bool) {
	for i := 0; i < len(s); {
		if !wordByte(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && wordByte(s[i]) {
			i++
		}
		if !yield(s[start:i]) {
			return
		}
	}
}

// A wordKind says how a word is kept in the bleve index.
type wordKind int

const (
	plainWord  wordKind = iota // as itself
	numberWord                 // many digits: as one of 65,536 buckets, since such words are mostly different
	mixedWord                  // long, or letters mixed with digits: likewise
)

func kindOf(word string) wordKind {
	digits, letters := 0, 0
	for i := 0; i < len(word); i++ {
		if word[i]-'0' < 10 {
			digits++
		} else {
			letters++
		}
	}
	switch {
	case len(word) > maxTerm, digits > 0 && letters > 0 && len(word) >= 10:
		return mixedWord
	case letters == 0 && digits >= 5:
		return numberWord
	}
	return plainWord
}

// Terms that are no words: the mark of a block of texts that holds a numberWord or mixedWord.
const (
	numberMark = "~n"
	mixedMark  = "~m"
)

// bucket is the term of a word that is not kept as itself.
func bucket(folded string) string {
	h := fnv.New32a()
	h.Write([]byte(folded))
	n := h.Sum32()
	n ^= n >> 16
	const hex = "0123456789abcdef"
	return string([]byte{'#', hex[n>>12&15], hex[n>>8&15], hex[n>>4&15], hex[n&15]})
}

// A pattern is text with wildcards: wild[i] says that text[i] is "*" (any bytes, or none) or "?" (any byte).
type pattern struct {
	text string
	wild []bool // nil if there is no wildcard
}

func (p pattern) isWild(i int) bool { return p.wild != nil && p.wild[i] }

func (p pattern) hasWild() bool { return p.wild != nil }

func (p pattern) slice(i, j int) pattern {
	s := pattern{text: p.text[i:j]}
	if p.wild != nil {
		for k := i; k < j; k++ {
			if p.wild[k] {
				s.wild = p.wild[i:j]
				break
			}
		}
	}
	return s
}

// match reports whether p fits the whole of s. folded says that p is in small letters and the case of s does
// not matter. It takes time in proportion to len(p.text) * len(s) at most.
func (p pattern) match(s string, folded bool) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for i < len(s) {
		switch {
		case j < len(p.text) && p.isWild(j) && p.text[j] == '*':
			star, mark = j, i
			j++
		case j < len(p.text) && (p.isWild(j) || p.text[j] == s[i] || folded && p.text[j] == foldByte(s[i])):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(p.text) && p.isWild(j) && p.text[j] == '*' {
		j++
	}
	return j == len(p.text)
}

// prefix is the text before the first wildcard.
func (p pattern) prefix() string {
	for i := range len(p.text) {
		if p.isWild(i) {
			return p.text[:i]
		}
	}
	return p.text
}

// containsFold reports whether s contains the small-letter text sub, whatever the case of s.
func containsFold(s, sub string) bool {
	if len(sub) == 0 {
		return true
	}
	first := sub[0]
	upper := first
	if first-'a' < 26 {
		upper -= 'a' - 'A'
	}
	for i := 0; i+len(sub) <= len(s); i++ {
		if (s[i] == first || s[i] == upper) && equalFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

// equalFold reports whether s is the small-letter text t but for ASCII capitals.
func equalFold(s, t string) bool {
	if len(s) != len(t) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if foldByte(s[i]) != t[i] {
			return false
		}
	}
	return true
}

// wordsIn lists the words that every text has which fits a pattern as a whole, or contains it. What stands next
// to a wildcard, or at an end of what is contained, may be part of a longer word: it gets a "*" there.
func wordsIn(p pattern, contained bool) []pattern {
	var out []pattern
	lower := fold(p.text)
	for i := 0; i < len(lower); {
		if p.isWild(i) || !wordByte(lower[i]) {
			i++
			continue
		}
		end := i
		for end < len(lower) && !p.isWild(end) && wordByte(lower[end]) {
			end++
		}
		openStart := i == 0 && contained || i > 0 && p.isWild(i-1)
		openEnd := end == len(lower) && contained || end < len(lower) && p.isWild(end)
		out = append(out, widen(lower[i:end], openStart, openEnd))
		i = end
	}
	return out
}

// widen is a pattern of a text that may begin earlier or end later.
func widen(text string, start, end bool) pattern {
	if !start && !end {
		return pattern{text: text}
	}
	wild := make([]bool, len(text))
	if start {
		text, wild = "*"+text, append([]bool{true}, wild...)
	}
	if end {
		text, wild = text+"*", append(wild, true)
	}
	return pattern{text, wild}
}

// A phrase is a run of words, each of which may have wildcards, that follow one another in a text with
// nothing but other characters between them. A phrase without words is the literal text instead, such as
// "../".
type phrase struct {
	words   []pattern // in small letters
	literal string    // in small letters; used only if there is no word
	first   core      // of the first word
}

// A core is the text of a word that has no wildcards but "*" at its ends.
type core struct {
	text       string // empty if the word is no such one
	upper      byte   // its first byte as a capital
	start, end bool   // whether letters may come before or after
}

// coreOf is the core of a word.
func coreOf(w pattern) core {
	c := core{text: w.text}
	if n := len(c.text); n > 0 && w.isWild(n-1) && c.text[n-1] == '*' {
		c.text, c.end = c.text[:n-1], true
	}
	if len(c.text) > 0 && w.isWild(0) && c.text[0] == '*' {
		c.text, c.start = c.text[1:], true
	}
	for i := range len(c.text) {
		at := i
		if c.start {
			at++
		}
		if w.isWild(at) {
			return core{}
		}
	}
	if c.text != "" {
		if c.upper = c.text[0]; c.upper-'a' < 26 {
			c.upper -= 'a' - 'A'
		}
	}
	return c
}

// find is the end of the first word of s, from i on, that the core fits; -1 if there is none.
func (c *core) find(s string, i int) int {
	small := c.text[0]
	for ; i+len(c.text) <= len(s); i++ {
		if b := s[i]; b != small && b != c.upper || !c.start && i > 0 && wordByte(s[i-1]) {
			continue
		}
		end := i + len(c.text)
		if !equalFold(s[i:end], c.text) {
			continue
		}
		if word := wordEnd(s, end); word == end || c.end {
			return word
		}
	}
	return -1
}

// newPhrase makes a phrase of a term of a query.
func newPhrase(p pattern) phrase {
	ph := phrase{literal: fold(p.text)}
	lower := pattern{text: ph.literal, wild: p.wild}
	start := -1
	for i := 0; i <= len(lower.text); i++ {
		inWord := i < len(lower.text) && (lower.isWild(i) || wordByte(lower.text[i]))
		if inWord && start < 0 {
			start = i
		}
		if !inWord && start >= 0 {
			ph.words = append(ph.words, lower.slice(start, i))
			start = -1
		}
	}
	if len(ph.words) > 0 {
		ph.first = coreOf(ph.words[0])
	}
	return ph
}

// any reports whether the phrase matches every text that is not empty.
func (ph phrase) any() bool {
	return len(ph.words) == 1 && ph.words[0].hasWild() && strings.Trim(ph.words[0].text, "*") == ""
}

// match reports whether the phrase stands in s.
func (ph phrase) match(s string) bool {
	switch {
	case s == "":
		return false
	case len(ph.words) == 0:
		return containsFold(s, ph.literal)
	case ph.first.text != "":
		for i := ph.first.find(s, 0); i >= 0; i = ph.first.find(s, i) {
			if ph.matchRest(s, i) {
				return true
			}
		}
		return false
	case ph.any():
		return true
	}
	for i := 0; i < len(s); {
		if !wordByte(s[i]) {
			i++
			continue
		}
		end := wordEnd(s, i)
		if ph.words[0].match(s[i:end], true) && ph.matchRest(s, end) {
			return true
		}
		i = end
	}
	return false
}

// matchRest reports whether the words of the phrase after the first follow in s from i.
func (ph phrase) matchRest(s string, i int) bool {
	for _, w := range ph.words[1:] {
		for i < len(s) && !wordByte(s[i]) {
			i++
		}
		if i == len(s) {
			return false
		}
		end := wordEnd(s, i)
		if !w.match(s[i:end], true) {
			return false
		}
		i = end
	}
	return true
}

// wordEnd is the end of the word that begins at s[i].
func wordEnd(s string, i int) int {
	for i < len(s) && wordByte(s[i]) {
		i++
	}
	return i
}
