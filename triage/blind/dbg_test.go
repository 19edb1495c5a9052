package blind

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDbg(t *testing.T) {
	for _, s := range strings.Split(os.Getenv("SQL"), "\n") {
		p := read(s)
		if p == nil {
			fmt.Println("nil", s)
			continue
		}
		fmt.Printf("odd %d quote %q closes %d prefix %q\n", p.odd, p.quote, p.closes, p.prefix)
		for _, st := range p.stmts {
			for _, e := range st.exprs {
				fmt.Println("  expr", e)
			}
			fmt.Println("  cond", st.cond, "union", st.union)
		}
		asks, plain := p.questions()
		for _, a := range asks {
			e := &evaluator{leaves: map[string]*leaf{}, prefix: p.prefix}
			e.scope = append(e.scope, a.scope...)
			e.pick(a.filters)
			v := e.eval(a.node, 0)
			fmt.Println("  ask", a.node, a.filters, len(a.scope), v.kind)
			for _, x := range e.seen {
				fmt.Printf("     var %d pos %d len %d leaf %q\n", x.kind, x.pos, x.len, x.leaf.expr)
			}
		}
		if plain != nil {
			fmt.Println("  plain", plain.node)
		}
		r := NewReader()
		q, rec := r.choose(p)
		if rec != nil {
			fmt.Println(p.skeleton(q), rec.known)
			if rec.shape != nil {
				fmt.Println(rec.shape.key, rec.shape.yes.count(), rec.shape.no.count(), rec.shape.dialect)
			}
		}
	}
}
