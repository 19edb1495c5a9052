package blind_test

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Questions of time in a log without the time taken, each asked several times as scripts do that know their answers to
// be shaky: only the pace of the client tells. A server that is late for a while is late for all retries of a question. What is called certain is true, however shaky the answers are; where
// they are not, the whole text is read.
func TestPaceOfRetries(t *testing.T) {
	certain, rounds := 0, uint64(40)
	if testing.Short() {
		rounds = 2
	}
	for i := range ways {
		w := &ways[i]
		if !w.time {
			continue
		}
		for seed := uint64(380); seed < 380+rounds; seed++ {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			o := newOracle(rng, w)
			o.millis = false
			o.repeat = 2 + rng.IntN(2)
			o.others = rng.IntN(2) == 0
			o.delay = max(o.delay, 2*time.Second) // a second less is one step of the log's clock
			shaky := seed%2 == 1
			if shaky {
				o.jitter = []float64{0.02, 0.05, 0.1}[rng.IntN(3)]
				o.stall = []float64{0, 0.002, 0.01}[rng.IntN(3)]
				o.drop = []float64{0, 0.02, 0.1}[rng.IntN(3)]
			}
			if rng.IntN(3) > 0 {
				o.calibrate()
			}
			w.ask(w, o)
			// then the client goes on with something else: without it the last answer has no end
			o.entry(o.client, "id=1", 200, 900, time.Millisecond)
			certain += o.judge(t, seed, !shaky)
		}
	}
	t.Logf("%d characters were certain", certain)
	if certain == 0 {
		t.Error("nothing was certain")
	}
}
