package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

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

// A wide table gives columns what they need before those that grow get more than enough; a narrow one does not.
func TestWideTablesCutLess(t *testing.T) {
	type thing struct{}
	all := []column[thing]{{name: "client", width: 15, most: 39}, {name: "host", width: 12, most: 24}, {name: "what", width: 20, grow: 1}}
	for _, c := range []struct{ width, client, host, what int }{
		{60, 15, 12, 31}, {89, 15, 12, 60}, {90, 15, 12, 61}, {100, 25, 12, 61}, {126, 39, 24, 61}, {200, 39, 24, 135},
	} {
		cols := table[thing]{all: all}
		cols.fit(c.width)
		if a, b, g := cols.shown[0].width, cols.shown[1].width, cols.shown[2].width; a != c.client || b != c.host || g != c.what {
			t.Errorf("%d columns: %d %d %d, want %d %d %d", c.width, a, b, g, c.client, c.host, c.what)
		}
	}
}

// The overview fills a tall screen with steps of its chain, and names fewer sources where it would not fit.
func TestOverviewFillsItsRoom(t *testing.T) {
	logs := map[string]string{"access.log": incidentLog()}
	for i := range 14 {
		logs[fmt.Sprintf("more-%02d.log", i)] = visits(1, day.Add(time.Duration(i)*time.Hour), "192.0.2.1")
	}
	d := drive(t, openCase(t, logs), 200, 36)
	for _, c := range []struct {
		height int
		want   string
	}{{42, "and 11 more; screen Evidence shows all"}, {46, "and 7 more; screen Evidence shows all"}, {60, "more-13.log"}} {
		d.send(tea.WindowSizeMsg{Width: 200, Height: c.height})
		d.wants(c.want)
		if list := &d.m.top().(*overview).b.list; len(list.lines) > list.height {
			t.Errorf("%d rows of the overview in the room of %d", len(list.lines), list.height)
		}
	}
}
