package ui

import "testing"

// A request shows its neighbours and what is like it, and Enter goes there.
func TestRequestNeighbours(t *testing.T) {
	d := drive(t, incidentCase(t), 120, 60)
	d.search("class:sqli outfile")
	d.press(d.m.keys.Enter)
	q, ok := d.m.top().(*request)
	if !ok || q.near == nil || q.near.err != nil {
		t.Fatalf("no neighbours: %+v", d.m.top())
	}
	self := q.detail.Request
	if got := q.near.source[q.near.atSource].Ref; got != self.Ref {
		t.Errorf("of the source, %s stands for the request itself", got)
	}
	for _, r := range q.near.client {
		if r.Client != self.Client {
			t.Errorf("%s of %s is no neighbour of the client", r.Ref, r.Client)
		}
	}
	d.to("requests of this path")
	want := 0
	for _, l := range q.near.like {
		if l.Label == "requests of this path" {
			want = l.Others + 1
		}
	}
	d.press(d.m.keys.Enter)
	list, ok := d.m.top().(*requests)
	if !ok || list.n != want || want < 2 {
		t.Fatalf("Enter on others like it shows %T with %d rows, want %d", d.m.top(), list.n, want)
	}
	d.press(d.m.keys.Back)
	if d.m.top() != screen(q) {
		t.Fatal("Esc does not lead back to the request")
	}
	before := q.near.source[q.near.atSource-1]
	d.to("OTHERS LIKE IT")
	for q.Selected().ref != before.Ref {
		was := q.list.cur
		d.press(d.m.keys.Up)
		if q.list.cur == was {
			t.Fatalf("%s is on no row", before.Ref)
		}
	}
	d.press(d.m.keys.Enter)
	if next, ok := d.m.top().(*request); !ok || next.ref != before.Ref {
		t.Errorf("Enter on a neighbour leads to %T", d.m.top())
	}
}
