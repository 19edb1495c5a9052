package ui

import (
	"testing"

	"spoor/cases"
)

// What is judged benign leaves the list of findings at once, and H shows it again.
func TestHiddenKey(t *testing.T) {
	dk := incidentCase(t)
	d := drive(t, dk, 160, 50)
	d.send(searchMsg{"class:sqli"})
	res, err := dk.Search(t.Context(), "class:sqli")
	if err != nil || res.Len() < 2 {
		t.Fatal(err)
	}
	rows, err := res.Rows(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	d.send(verdictGivenMsg{rows[0].Ref, cases.Benign, dk.SetVerdict(rows[0].Ref, cases.Benign, "our own test")})
	listed := func() int {
		again, err := dk.Search(t.Context(), "class:sqli")
		if err != nil {
			t.Fatal(err)
		}
		return again.Len()
	}
	if got := listed(); got != res.Len()-1 {
		t.Errorf("%d are found, want %d", got, res.Len()-1)
	}
	before := d.view()
	d.press(d.m.keys.Hidden)
	d.wants("findings of 1 record judged benign are shown; H hides them")
	if listed() != res.Len() || d.view() == before {
		t.Error("H shows nothing more")
	}
	d.press(d.m.keys.Hidden)
	d.wants("are hidden; H shows them")
	if listed() != res.Len()-1 {
		t.Error("H does not hide them again")
	}
}
