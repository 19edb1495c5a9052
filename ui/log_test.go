package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/ui/desk"
)

func TestLogKeepsWhatWasSaid(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.m.log.now = func() time.Time { return day }
	d.command("open r:ffffff.1")
	d.wants("no such record", "Tab after :open")
	d.search("class:sqli")
	d.press(d.m.keys.Mark)
	d.command("log")
	d.wants("log", "ERROR", "no such record", "2025-03-07 08:00:00", "marked r:")
	d.to("no such record")
	d.wants("remedy", "proposes references")
	checkSize(t, d.m.View(), 80, 24)
	d.press(d.m.keys.End)
	// What is said while the log is looked at comes at its end, and the cursor with it.
	d.send(failMsg{errors.New("the tenth thing that went wrong")})
	d.press(d.m.keys.Note)
	d.press(d.m.keys.Back)
	d.wants("> ", "the tenth thing", "Try it again")
}

// Errors that something else is said over are counted until the log is looked at.
func TestErrorsBehindAreCounted(t *testing.T) {
	d := drive(t, incidentCase(t), 80, 24)
	d.send(failMsg{errors.New("one thing")})
	d.send(sayMsg{"all is well"})
	d.press(d.m.keys.Down)
	d.wants("1 error, :log")
	d.command("log")
	d.press(d.m.keys.Back)
	if strings.Contains(d.view(), "1 error, :log") {
		t.Error("the count stays after the log was looked at")
	}
	// An error of a screen is there as well, though it was shown where the answer would have stood.
	d.send(searchedMsg{gen: -1, err: errors.New("the index is gone")})
	d.command("log")
	d.wants("the index is gone")
}

func TestLogIsBounded(t *testing.T) {
	s := sayings{now: time.Now}
	for i := range maxLog + 50 {
		s.add(fmt.Sprint(i), nil)
	}
	if len(s.all) != maxLog || s.lost != 50 || s.all[0].text != "50" {
		t.Errorf("%d kept, %d lost, first %q", len(s.all), s.lost, s.all[0].text)
	}
	s.add("x", nil)
	s.add("x", nil)
	if n := len(s.all); s.all[n-1].times != 2 || s.all[n-2].text == "x" {
		t.Error("what is repeated takes a row each time")
	}
}

func TestRemedies(t *testing.T) {
	keys := newKeyMap()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("write x: %w", syscall.ENOSPC), "disk is full"},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, "permission"},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}, ":verify"},
		{fmt.Errorf("w:1: %w", desk.ErrNoRecord), ":open"},
		{desk.ErrNoActor, "Actors"},
		{checkQuery("status:40x"), "Tab"},
		{errors.New("something else"), ""},
	} {
		if got := remedy(c.err, &keys); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%v: %q", c.err, got)
		}
	}
}
