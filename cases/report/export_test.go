package report

// The functions that make text inert, for their tests and laws.
var (
	Escape = escape
	Defuse = defuse
	Code   = code
	Defang = defang
)
