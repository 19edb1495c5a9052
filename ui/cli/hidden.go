package cli

import (
	"fmt"

	"spoor/ui/desk"
)

// hiddenFlag is the flag of commands that leave out what was judged benign.
type hiddenFlag struct {
	Hidden bool `help:"Show findings of records judged benign too."`
}

// apply says on stderr that something is left out, or has it shown.
func (h *hiddenFlag) apply(s *session, d *desk.Desk) {
	switch n := d.Hidden(); {
	case n == 0:
	case !h.Hidden:
		fmt.Fprintf(s.err, "%s judged benign: findings hidden; --hidden shows them\n", plural(n, "record"))
	default:
		if err := d.ShowHidden(true); err != nil {
			fmt.Fprintf(s.err, "spoor: warning: %v\n", err)
		}
	}
}
