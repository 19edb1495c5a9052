package ui

import "testing"

func TestOpenTasksShow(t *testing.T) {
	dk := incidentCase(t)
	n, err := dk.AddNote("plan\n- [ ] ask for the proxy log\n- [x] hash the disk", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := drive(t, dk, 120, 30)
	d.press(d.m.keys.Screens[tabNotes])
	d.wants("1 task open  plan")
	if _, err := dk.SetTask(n.Ref, 1, true); err != nil {
		t.Fatal(err)
	}
	d.press(d.m.keys.Reload)
	for _, l := range readNotes(dk) {
		if l.Ref == n.Ref && (l.Version != 2 || openTasks(&l) != "") {
			t.Errorf("%+v still has %q", l.Note, openTasks(&l))
		}
	}
}
