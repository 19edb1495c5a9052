package feed

import "strings"

// Fits reports whether the expression of a Name fits a path, as it is or with backslashes. Path does the same for many at
// once.
func (in *Indicator) Fits(path string) bool {
	m, _ := NewMatcher([]Indicator{*in})
	if in.Kind != Name || len(m.names) == 0 {
		return false
	}
	r := &m.names[0]
	for _, p := range []string{path, strings.ReplaceAll(path, "/", `\`)} {
		if r.fits.MatchString(p) && (r.exclude == nil || !r.exclude.MatchString(p)) {
			return true
		}
	}
	return false
}
