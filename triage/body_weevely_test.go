package triage

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// What weevely answers is read with the key in its tags, and what it sends is told where the key allows no more.
func TestWeevely(t *testing.T) {
	j := NewJudge()
	answer := "<p>hello</p><7a3c91f0>" + weevelySealed("uid=33(www-data) an inert answer", "7a3c91f0") + "</7a3c91f0>"
	found := j.Body("", answer)
	told := false
	for _, f := range found {
		told = told || f.Rule == "body-answer-weevely" && f.Match == "uid=33(www-data) an inert answer" && f.Field == "answer"
	}
	if !told {
		t.Errorf("the answer gives %+v", found)
	}
	for _, odd := range []string{"<7a3c91f0>QUJDREVGR0g=</7a3c91f0>", "<7a3c91f0>" + weevelySealed("x", "7a3c91f1") + "</7a3c91f0>", "<7a3c91f0>" + weevelySealed("x", "7a3c91f0") + "</7a3c91f1>"} {
		for _, f := range j.Body("", odd) {
			if f.Rule == "body-answer-weevely" {
				t.Errorf("%q is taken for an answer: %+v", odd, f)
			}
		}
	}
}

// Bodies of hex and base64 that nobody sealed are hardly ever taken for weevely's.
func TestWeevelyByChance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	const hexDigits, base64Digits = "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	taken := 0
	for range 2000 {
		var b strings.Builder
		for range 12 {
			b.WriteByte(hexDigits[r.IntN(16)])
		}
		for range 64 {
			b.WriteByte(base64Digits[r.IntN(64)])
		}
		for range 12 {
			b.WriteByte(hexDigits[r.IntN(16)])
		}
		for _, f := range NewJudge().Body(b.String(), "") {
			if f.Rule == "body-weevely" {
				taken++
			}
		}
	}
	if taken > 40 {
		t.Errorf("%d of 2000 by chance", taken)
	}
}
