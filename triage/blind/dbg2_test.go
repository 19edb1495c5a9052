package blind_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestDbg2(t *testing.T) {
	w := &ways[0]
	o := newOracle(rand.New(rand.NewPCG(0, 0)), w)
	o.calibrate()
	w.ask(w, o)
	for _, q := range o.log[:16] {
		fmt.Println(q.Query, q.Status, q.Size)
	}
	fmt.Println(o.falseIs, o.trueIs, o.secret)
}
