package ui

import (
	"fmt"
	"strings"
	"testing"

	"spoor/triage"
)

// What the overview proposes is followed with Enter, and vanishes once the analyst has said what it is.
func TestOverviewSaysWhatToLookAtNext(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 160, 50)
	k := d.m.keys
	d.wants("LOOK NEXT  is it a web shell?  /img/thumb.php", "what else did they do?  Intruder 1, 198.51.100.7 +1",
		"did it work?  3 attacks succeeded; 0 failed, 0 without a sign", "3 lines fit no format", "1 file that the baseline has with another hash",
		"ATTACKERS         31  198.51.100.7", "ATTACKED          26  /shop/item.php", "access.log  395 lines, 3 rejected")
	for _, c := range []struct{ line, leads string }{
		{"did it work?", "> Outcomes"},
		{"what do they hide?", "this line fits nothing"},
		{"who changed it?", "[Files]"},
		{"31  198.51.100.7", "1 of 31 lines"},
		{"9  /img/thumb.php", "1 of 9 lines"},
		{"what else did they do?", "1 of 35 lines"},
	} {
		d.to(c.line)
		d.press(k.Enter)
		d.wants(c.leads)
		d.press(k.Screens[tabOverview])
	}
	if err := dk.SetVerdict(shell(t, dk).Ref, "confirmed", ""); err != nil {
		t.Fatal(err)
	}
	d.send(changedMsg{})
	if strings.Contains(d.view(), "is it a web shell?") {
		t.Errorf("proposed in spite of the verdict:\n%s", d.view())
	}
}

func TestOverviewNamesWhatWasRefused(t *testing.T) {
	texts := map[string]string{"access.log": visits(5, day, "192.0.2.1")}
	for i := range 9 {
		texts[fmt.Sprintf("photo%d.jpg", i)] = fmt.Sprintf("\xff\xd8\xff\xe0 not a log %d \x00\x01", i)
	}
	d := drive(t, openCase(t, texts), 160, 50)
	d.wants("9 files refused: photo0.jpg", "refused   photo1.jpg  not a web log: it looks like a picture", "log       access.log  5 lines")
}

// A verdict, no attacks, no lists: nothing is proposed but the lists.
func TestNothingToPropose(t *testing.T) {
	v := &overviewData{}
	v.counts.Requests = 3
	if got := v.nextLines(&overviewCounts{}, true); len(got) != 1 || !strings.Contains(got[0].sub.copied, "no listing of files") {
		t.Errorf("%+v", got)
	}
	v.files = []triage.File{{Verdict: triage.KnownGood}}
	if got := v.nextLines(&overviewCounts{}, true); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
