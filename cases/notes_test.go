package cases_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"spoor/cases"
)

func TestNotes(t *testing.T) {
	c := create(t)
	long := strings.Repeat("x", cases.MaxCitationText) + "tail"
	on := []cases.Citation{{Ref: "r:aaaaaa.7", Source: "a.log", Line: 7, SHA256: "aa", Text: long}, {Ref: "f:1234", Text: "\xff.php"}}
	n, err := c.AddNote(ann, "Planted by this one #plant, see [[r:aaaaaa.7]] #Shell-1 #plant", on, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := cases.Note{Ref: n.Ref, Text: n.Text, Tags: []string{"plant", "Shell-1"}, Author: "Ann Okoro", Created: noon, Edited: noon, Version: 1,
		On: []cases.Citation{on[0], on[1]}}
	want.On[0].Text, want.On[0].TextSHA256 = long[:cases.MaxCitationText], sum(long)
	want.On[1].TextSHA256 = sum("\xff.php")
	if !reflect.DeepEqual(n, want) || !strings.HasPrefix(n.Ref, "n:") || len(n.Ref) != 8 {
		t.Errorf("AddNote = %+v\nwant %+v", n, want)
	}

	later := noon.Add(time.Hour)
	bob := cases.Who{Analyst: "Bob"}
	e, err := c.EditNote(bob, n.Ref[:6], "No, by another", nil, later)
	if err != nil {
		t.Fatal(err)
	}
	if e.Ref != n.Ref || e.Version != 2 || e.Author != "Bob" || e.Created != noon || e.Edited != later || !reflect.DeepEqual(e.On, n.On) || e.Tags != nil {
		t.Errorf("EditNote = %+v", e)
	}
	e, err = c.EditNote(bob, n.Ref, "On nothing", []cases.Citation{}, later)
	if err != nil || len(e.On) != 0 || e.Version != 3 {
		t.Errorf("EditNote on nothing = %+v, %v", e, err)
	}
	second := addNote(t, c, "Another")
	for _, c := range []*cases.Case{c, reopen(t, c)} {
		if got := c.Notes(); len(got) != 2 || got[0].Text != "On nothing" || got[1].Ref != second.Ref {
			t.Errorf("Notes() = %+v", got)
		}
		if h := c.History(n.Ref); len(h) != 3 || h[0].Text != n.Text || h[1].Author != "Bob" {
			t.Errorf("History() = %+v", h)
		}
	}
}

func TestNoteByPrefix(t *testing.T) {
	c := create(t)
	var refs []string
	for range 40 { // enough for two of 16 first digits to be the same
		refs = append(refs, addNote(t, c, "same text").Ref)
	}
	first := map[byte]int{}
	for i, r := range refs {
		first[r[2]]++
		for _, form := range []string{r, r[2:], strings.ToUpper(r[2:]), " " + r} {
			if n, err := c.Note(form); err != nil || n.Ref != refs[i] {
				t.Errorf("Note(%q) = %s, %v", form, n.Ref, err)
			}
		}
	}
	for digit, n := range first {
		if _, err := c.Note("n:" + string(digit)); n > 1 && (err == nil || errors.Is(err, cases.ErrNoNote) || !strings.Contains(err.Error(), "more digits")) {
			t.Errorf("a prefix of %d notes: %v", n, err)
		}
	}
	for _, ref := range []string{"", "n:", "n:zz", "r:aaaaaa.1", "\x1b"} {
		if _, err := c.Note(ref); !errors.Is(err, cases.ErrNoNote) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("Note(%q): %v", ref, err)
		}
	}
}

func TestNoteRefuses(t *testing.T) {
	c := create(t)
	n := addNote(t, c, "one")
	before := readFile(t, journalOf(c))
	for _, tc := range []struct {
		name, text string
		on         []cases.Citation
		says       string
	}{
		{"empty", " \n", nil, "empty"},
		{"too long", strings.Repeat("x", cases.MaxNote+1), nil, "split"},
		{"too many citations", "x", make([]cases.Citation, 1001), "split"},
	} {
		if _, err := c.AddNote(ann, tc.text, tc.on, noon); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("add, %s: %v", tc.name, err)
		}
		if _, err := c.EditNote(ann, n.Ref, tc.text, tc.on, noon); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("edit, %s: %v", tc.name, err)
		}
	}
	if _, err := c.EditNote(ann, "n:ffffffff", "x", nil, noon); !errors.Is(err, cases.ErrNoNote) {
		t.Errorf("edit of none: %v", err)
	}
	if readFile(t, journalOf(c)) != before || len(c.Drafts()) != 0 {
		t.Error("a refused note was recorded")
	}
	if _, err := c.AddNote(ann, strings.Repeat("\x01", cases.MaxNote), nil, noon); err != nil {
		t.Errorf("the longest note, all escaped: %v", err)
	}
}

func TestVerdicts(t *testing.T) {
	c := create(t)
	v := cases.Verdict{Ref: "r:aaaaaa.7", Value: cases.Confirmed, Reason: "answered with /etc/passwd",
		On: cases.Citation{Ref: "r:aaaaaa.7", Source: "a.log", Line: 7, Text: "x"}}
	for _, set := range []cases.Verdict{v, {Ref: "w:12345678", Value: cases.Benign}, {Ref: "f:1", Value: cases.Unsure}, {Ref: "f:1"}} {
		if err := c.SetVerdict(ann, set); err != nil {
			t.Fatal(err)
		}
	}
	v.Author, v.At, v.On.TextSHA256 = ann.Analyst, noon, sum("x")
	want := map[string]cases.Verdict{v.Ref: v, "w:12345678": {Ref: "w:12345678", Value: cases.Benign, Author: ann.Analyst, At: noon}}
	for _, c := range []*cases.Case{c, reopen(t, c)} {
		if got := c.Verdicts(); !reflect.DeepEqual(got, want) {
			t.Errorf("Verdicts() = %+v\nwant %+v", got, want)
		}
	}
}

func TestVerdictRefuses(t *testing.T) {
	c := create(t)
	for _, v := range []cases.Verdict{{Ref: "r:1", Value: "guilty"}, {Value: cases.Benign}, {Ref: strings.Repeat("r", 300), Value: cases.Benign}} {
		if err := c.SetVerdict(ann, v); err == nil {
			t.Errorf("SetVerdict(%.20s, %q) went through", v.Ref, v.Value)
		}
	}
}

func TestDrafts(t *testing.T) {
	c := create(t)
	save := func(key, text string) {
		t.Helper()
		if err := c.SaveDraft(key, text); err != nil {
			t.Fatal(err)
		}
	}
	save("note", "half a sen")
	save("note", "half a sentence\n\xff")
	save("../../escape", "stays inside")
	save("gone", "x")
	save("gone", "")
	save("never", "")
	again := reopen(t, c)
	want := map[string]string{"note": "half a sentence\n\xff", "../../escape": "stays inside"}
	if got := again.Drafts(); !reflect.DeepEqual(got, want) {
		t.Errorf("Drafts() = %q", got)
	}
	if e, _ := os.ReadDir(filepath.Join(c.Dir(), "drafts")); len(e) != 2 {
		t.Errorf("drafts/ holds %v", e)
	}
	if err := again.SaveDraft("", "x"); err == nil {
		t.Error("a draft without key was saved")
	}
	if err := again.SaveDraft("x", strings.Repeat("x", cases.MaxNote+1)); err == nil {
		t.Error("a draft of any length was saved")
	}
	writeFile(t, filepath.Join(c.Dir(), "drafts", "0.json"), "{torn")
	for range 2 {
		if got := again.Drafts(); !reflect.DeepEqual(got, want) {
			t.Errorf("beside a torn one: Drafts() = %q", got)
		}
	}
	if w := again.Warnings(); len(w) != 1 || !strings.Contains(w[0], "drafts/0.json") {
		t.Errorf("warnings %q", w)
	}
}

// A draft that an editor has is the text of its file, whoever crashes, until it is taken back.
func TestLentDrafts(t *testing.T) {
	c := create(t)
	path, err := c.LendDraft("note", "as begun\n")
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(path) != filepath.Join(c.Dir(), "drafts") {
		t.Errorf("the file is %s", path)
	}
	if err := c.SaveDraft("note", "late save of what was typed before"); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, "as the editor left it\xff\n\n")
	again := reopen(t, c) // as after a crash
	if got := again.Drafts()["note"]; got != "as the editor left it\xff" {
		t.Errorf("after a crash: %q", got)
	}
	if got, err := again.TakeDraft("note"); err != nil || got != "as the editor left it\xff" {
		t.Errorf("taken back: %q, %v", got, err)
	}
	if got := again.Drafts()["note"]; got != "as the editor left it\xff" {
		t.Errorf("after it was taken back: %q", got)
	}
	if e, _ := os.ReadDir(filepath.Join(c.Dir(), "drafts")); len(e) != 1 {
		t.Errorf("drafts/ holds %v", e)
	}

	// What is saved later is newer than what an editor was lent.
	if _, err = again.LendDraft("note", ""); err != nil {
		t.Fatal(err)
	}
	again = reopen(t, again)
	if err := again.SaveDraft("note", "typed since"); err != nil {
		t.Fatal(err)
	}
	if got := again.Drafts()["note"]; got != "typed since" {
		t.Errorf("after a save: %q", got)
	}

	// What no editor should leave is named and stays.
	for name, leave := range map[string]func(path string) error{
		"removed": os.Remove,
		"link":    func(p string) error { return errors.Join(os.Remove(p), os.Symlink("/etc/passwd", p)) },
		"huge":    func(p string) error { return os.WriteFile(p, make([]byte, cases.MaxNote+1), 0o600) },
	} {
		if path, err = again.LendDraft(name, "begun"); err != nil {
			t.Fatal(err)
		}
		if err := leave(path); err != nil {
			t.Fatal(err)
		}
		if text, err := again.TakeDraft(name); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %.20q, %v", name, text, err)
		}
		if got := again.Drafts()[name]; got != "begun" {
			t.Errorf("%s: the draft is %.20q", name, got)
		}
	}
}
