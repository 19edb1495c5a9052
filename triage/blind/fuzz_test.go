package blind_test

import (
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/blind"
)

// Payloads of every kind, cut and mangled, are read without panic, and nothing follows from one form of answer.
func FuzzPayload(f *testing.F) {
	for i := range ways {
		w := &ways[i]
		cond := strings.NewReplacer("%[1]s", w.expr, "%[2]d", "3", "%[3]v", "64", "%[3]s", "a", "%d", "1", "%[3]d", "3", "%[2]s", "ab").Replace(w.test)
		f.Add(w.base + strings.Replace(w.wrap, "%s", cond, 1))
	}
	f.Add("1' AND (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1=1")
	f.Add("1 AND NOT NOT NOT NOT NOT - - - - ~ ~ ~ 1 IN (SELECT SELECT SELECT FROM FROM")
	f.Add("1 UNION ALL SELECT NULL,CONCAT(0x71,(SELECT pw FROM users LIMIT 1),0x71) INTO OUTFILE '/tmp/x'-- -")
	f.Fuzz(func(t *testing.T, payload string) {
		r := blind.NewReader()
		for i := range 12 {
			r.Add(&triage.Request{Ref: "r", Client: "192.0.2.1", Path: "/a", Query: "id=" + payload, Status: 200, Size: 100, Millis: 5, Time: time.Unix(int64(i), 0)})
		}
		for _, read := range r.Result().Reads {
			if read.Kind == "size" { // what was asked for, without a value
				continue
			}
			t.Errorf("%q from answers that are all alike", read.Value)
		}
	})
}
