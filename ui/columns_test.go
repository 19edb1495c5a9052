package ui

import (
	"strings"
	"testing"
	"time"

	"spoor/ui/desk"
)

// Addresses that 17 columns hold are whole in every list at 80 columns; longer ones where there is more room.
func TestAddressesAreWhole(t *testing.T) {
	const short, long = "2001:db8:99:4::1f", "2001:db8:2300:1a2b::5e"
	log := visits(3, day, "192.0.2.1") + visits(3, day.Add(time.Minute), short) +
		strings.ReplaceAll(incidentLog(), "203.0.113.44", short)
	d := drive(t, openCase(t, map[string]string{"access.log": log}), 80, 24)
	for _, tab := range []int{tabRequests, tabOverview, tabTimeline} {
		d.press(d.m.keys.Screens[tab])
		if tab == tabRequests {
			d.search("ip:" + `"` + short + `"`)
		}
		d.wants(short + " ")
	}
	for _, c := range []struct {
		width, client, want int
	}{{78, 0, 15}, {78, 9, 15}, {78, 17, 17}, {78, 39, 17}, {93, len(long), 22}, {93, 39, 27}, {158, 39, 39}, {158, 500, 39}} {
		cols := table[desk.Row]{all: requestColumns()}
		fitRequests(&cols, c.width, c.client)
		if got := cols.shown[3].width; got != c.want {
			t.Errorf("%d columns in all, clients of %d: %d, want %d", c.width, c.client, got, c.want)
		}
	}
}
