package ui

import "testing"

// Of several citations on one line each can be followed.
func TestSeveralCitationsOnALine(t *testing.T) {
	dk := incidentCase(t)
	sh := shell(t, dk)
	if _, err := dk.AddNote("[["+sh.Ref+"]] was planted by [["+sh.PlantedBy.Ref+"]]\n[["+sh.PlantedBy.Ref+"]] alone", nil); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"webshells", "request"} {
		d := drive(t, dk, 100, 40)
		k := d.m.keys
		d.press(k.Screens[tabNotes], k.Tab, k.Enter)
		d.wants("which?", sh.Ref, sh.PlantedBy.Ref)
		for range i {
			d.press(k.Down)
		}
		d.press(k.Enter)
		got := "request"
		if _, ok := d.m.top().(*webshells); ok {
			got = "webshells"
		}
		if got != want {
			t.Errorf("citation %d leads to %T", i+1, d.m.top())
		}
	}
	d := drive(t, dk, 100, 40)
	d.press(d.m.keys.Screens[tabNotes], d.m.keys.Tab, d.m.keys.Down, d.m.keys.Enter)
	if q, ok := d.m.top().(*request); !ok || q.ref != sh.PlantedBy.Ref {
		t.Errorf("a line with one citation leads to %T", d.m.top())
	}
}
