package blind_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
)

// sameInFull reads requests with the memo and without, which must take the same from each of them. It returns how many
// texts were remembered.
func sameInFull(t *testing.T, name string, log []triage.Request) int {
	t.Helper()
	quick, full := blind.NewReader(), blind.InFull(blind.NewReader())
	for i := range log {
		quick.Add(&log[i])
		full.Add(&log[i])
	}
	got, want := blind.Trace(quick), blind.Trace(full)
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("%s: with the memo\n%s\nin full\n%s", name, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d lines with the memo, %d in full", name, len(got), len(want))
	}
	return blind.Remembered(quick)
}

// What the memo gives of questions of every kind is what reading them in full gives.
func TestMemo(t *testing.T) {
	remembered := 0
	for i := range ways {
		w := &ways[i]
		var all []triage.Request
		for seed := uint64(200); seed < 202; seed++ {
			o := newOracle(rand.New(rand.NewPCG(seed, uint64(i))), w)
			o.others = true
			o.drop = []float64{0, 0.05}[seed%2]
			if seed > 200 {
				o.expr = strings.Replace(o.expr, "pw", "email", 1)
				o.client = "192.0.2.7"
			}
			o.calibrate()
			w.ask(w, o)
			all = append(all, o.log...)
		}
		if sameInFull(t, w.name, all) > 0 {
			remembered++
		}
	}
	if remembered*5 < 2*len(ways) {
		t.Errorf("only %d of %d ways to ask are remembered", remembered, len(ways))
	}
}

func TestMemoLab(t *testing.T) {
	reqs := readLogs(t, labDir+"/access.log.gz")
	if n := sameInFull(t, "lab", reqs); n == 0 {
		t.Error("nothing of the lab log was remembered")
	}
}

// numbersFor are what takes the place of a number in a text that may be remembered.
var numbersFor = []string{"0", "1", "2", "3", "7", "10", "64", "96", "119", "120", "121", "255", "256", "1000", "1048576", "1048577", "999999999", "9999999999", "007", "00", "4x", "0x41", "5e2", "1.5", "3b", ""}

// variants are a text, and the same with some of its numbers replaced.
func variants(rng *rand.Rand, text string, n int) []string {
	out := []string{text, text}
	for range n {
		var b strings.Builder
		for i := 0; i < len(text); {
			j := i
			for j < len(text) && text[j] >= '0' && text[j] <= '9' {
				j++
			}
			switch {
			case j == i:
				b.WriteByte(text[i])
				i++
			case rng.IntN(3) == 0:
				b.WriteString(numbersFor[rng.IntN(len(numbersFor))])
				i = j
			default:
				b.WriteString(text[i:j])
				i = j
			}
		}
		out = append(out, b.String())
	}
	return out
}

// FuzzMemo: texts that differ in their numbers give the same with the memo and without.
func FuzzMemo(f *testing.F) {
	for i := range ways {
		w := &ways[i]
		cond := strings.NewReplacer("%[1]s", w.expr, "%[2]d", "3", "%[3]v", "64", "%[3]s", "a", "%d", "1", "%[3]d", "3", "%[2]s", "ab").Replace(w.test)
		f.Add(w.base+strings.Replace(w.wrap, "%s", cond, 1), uint64(i))
	}
	for i, s := range []string{
		"64<ASCII(SUBSTR(pw,7,1))",
		"1 AND ASCII(SUBSTR(LEFT(pw,5),7,1))>64",
		"1 AND ASCII(SUBSTR(SUBSTR(pw,2,5),7,1))>64",
		"1 AND ASCII(SUBSTR(pw,7,1))-7>64",
		"1 AND SLEEP(ASCII(SUBSTR(pw,7,1))>64)",
		"1 AND SLEEP(64>ASCII(SUBSTR(pw,7,1)))",
		"1 AND 1=SLEEP(5-(ASCII(SUBSTR(pw,7,1))>3))",
		"1 ORDER BY (CASE WHEN (ASCII(SUBSTR((SELECT pw FROM users LIMIT 7,1),7,1))>64) THEN 1 ELSE 2 END)",
		"1 AND (SELECT ASCII(SUBSTR(pw,7,1)) FROM users ORDER BY (7) LIMIT 7)>7",
		"1 AND EXISTS(SELECT 1 FROM users WHERE id=7 AND ASCII(SUBSTR(pw,7,1))>7)",
		"7 AND ASCII(SUBSTR(pw,7,1))>7 AND ASCII(SUBSTR(pw,7,1))<70",
		"7' AND ASCII(SUBSTR(pw,7,1))>7 AND '7'='7",
		"7 AND ASCII(SUBSTR(pw,7,1)) BETWEEN 7 AND 64",
		"7 AND ASCII(SUBSTR(pw,7,1)) NOT IN (64)",
		"7 AND IF(ASCII(SUBSTR(pw,7,1))=7,7,1)>7/*!50007 7*/",
		"7 AND CASE ASCII(SUBSTR(pw,7,1)) WHEN 7 THEN 1 ELSE 0 END",
		"7 UNION SELECT 1,ASCII(SUBSTR(pw,7,1))>7",
		"7 AND 1=CONVERT(INT,(SELECT ASCII(SUBSTR(pw,7,1))>7))",
		"7 AND x.7>7 AND ASCII(SUBSTR(@7,7,1))>7",
		"7 AND ASCII(SUBSTR(pw,7,1))>7b",
		"7\" AND ASCII(SUBSTR('a''7',7,1))>7 AND ASCII(SUBSTR(pw,7,1))>7",
		"7 AND 7=(SELECT 7 FROM (SELECT(SLEEP(5-(IF(ASCII(SUBSTR(user(),7,1))>64,0,5)))))x)",
	} {
		f.Add(s, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) > 4<<10 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 5))
		var log []triage.Request
		for i, s := range variants(rng, text, 12) {
			log = append(log, triage.Request{Ref: fmt.Sprintf("r:%d", i), Client: fmt.Sprintf("192.0.2.%d", 1+rng.IntN(2)), Path: []string{"/a", "/b"}[rng.IntN(8)/7], Query: "id=" + strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B").Replace(s),
				Status: []int{200, 404}[rng.IntN(2)], Size: int64(100 + rng.IntN(2)), Millis: 5, Time: time.Unix(int64(i), 0)})
		}
		sameInFull(t, text, slices.Clone(log))
	})
}
