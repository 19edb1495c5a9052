package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"spoor/ui"
	"spoor/ui/desk"
)

// The size of the terminal, in characters.
const width, height = 160, 50

// first is the first full screen: what was loaded, the incidents, shells, intruders and findings.
func first(d *desk.Desk) (answers, error) {
	const last = "FINDINGS" // the last thing on a screen of 24 lines
	if h := ui.NewHeadlessUntil(d, width, height, last); !strings.Contains(h.View(), last) {
		return answers{}, fmt.Errorf("the Overview never shows %s", last)
	}
	return answers{}, nil
}

// overview is the Overview with its last counts.
func overview(d *desk.Desk) (answers, error) {
	h := ui.NewHeadless(d, width, height)
	if !strings.Contains(h.View(), "LOADED") {
		return answers{}, fmt.Errorf("the Overview is not complete")
	}
	return answers{}, nil
}

// openRequests goes to the Requests screen.
func openRequests(d *desk.Desk) (*ui.Headless, error) {
	h := ui.NewHeadless(d, width, height)
	if err := h.Press("Requests"); err != nil {
		return nil, err
	}
	if !strings.Contains(h.View(), " of ") {
		return nil, fmt.Errorf("the Requests screen is not complete")
	}
	return h, nil
}

// requests is the Requests screen after the Overview.
func requests(d *desk.Desk) (answers, error) {
	_, err := openRequests(d)
	return answers{}, err
}

// idle is what a process holds that shows the Requests screen and has nothing to do.
func idle(d *desk.Desk) (answers, error) {
	h, err := openRequests(d)
	if err != nil {
		return answers{}, err
	}
	runtime.GC()
	debug.FreeOSMemory()
	n, err := residentNow()
	runtime.KeepAlive(h)
	return answers{Bytes: n}, err
}

// frames presses keys in the Requests screen, each to the complete screen: rows, page and detail have arrived.
func frames(d *desk.Desk) (a answers, err error) {
	h, err := openRequests(d)
	if err != nil {
		return a, err
	}
	rnd := rand.New(rand.NewPCG(3, 8))
	moves := []string{"row down", "row up", "page down", "page up", "half a page down", "half a page up", "last row", "first row"}
	move, next := timed{Name: "moves"}, timed{Name: "next finding"}
	for i := range 800 {
		// Most keys are pressed again and again; ends are jumped to now and then.
		action := moves[rnd.IntN(len(moves)-2)]
		if i%20 == 0 {
			action = moves[len(moves)-1-rnd.IntN(2)]
		}
		took, err := press(h, action)
		if err != nil {
			return a, err
		}
		move.Took = append(move.Took, took)
	}
	if _, err := press(h, "first row"); err != nil {
		return a, err
	}
	for range 100 {
		took, err := press(h, "next finding")
		if err != nil {
			return a, err
		}
		next.Took = append(next.Took, took)
	}
	return answers{Times: []timed{move, next}}, nil
}

// press is the time from a key to the complete screen.
func press(h *ui.Headless, action string) (time.Duration, error) {
	start := time.Now()
	if err := h.Press(action); err != nil {
		return 0, err
	}
	h.View()
	return time.Since(start), nil
}
