package cli_test

import (
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// writeBisection writes a log in which a client bisects a text: bisection FILE TEXT COLUMN.
func writeBisection(ts *testscript.TestScript, neg bool, args []string) {
	var b strings.Builder
	n := 0
	ask := func(condition string, truth bool) {
		size := 700
		if truth {
			size = 2000
		}
		fmt.Fprintf(&b, "198.51.100.7 - - [02/Mar/2026:03:%02d:%02d +0000] \"GET /item.php?id=%s HTTP/1.1\" 200 %d \"-\" \"x\"\n", n/60, n%60, url.PathEscape("3 AND "+condition), size)
		n++
	}
	for _, t := range [][2]int{{4, 4}, {4, 5}, {77, 77}, {77, 12}, {31, 31}, {31, 30}} {
		ask(fmt.Sprintf("%d=%d", t[0], t[1]), t[0] == t[1])
	}
	for pos := 1; pos <= len(args[1])+1; pos++ {
		code, lo, hi := 0, 0, 127
		if pos <= len(args[1]) {
			code = int(args[1][pos-1])
		}
		for lo < hi {
			mid := (lo + hi) / 2
			ask(fmt.Sprintf("ASCII(SUBSTR((SELECT %s FROM staff LIMIT 2,1),%d,1))>%d", args[2], pos, mid), code > mid)
			if code > mid {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
	}
	ts.Check(writeFile(ts.MkAbs(args[0]), b.String()))
}

func writeFile(name, text string) error { return os.WriteFile(name, []byte(text), 0o600) }
