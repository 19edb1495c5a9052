package cases_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"spoor/cases"
)

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func texts(c *cases.Case) string {
	var s []string
	for _, n := range c.Notes() {
		s = append(s, n.Text)
	}
	return strings.Join(s, ",")
}

// A crash can leave any part of the last write. What was recorded before it stays, what is torn is kept aside.
func TestTornAtEveryByte(t *testing.T) {
	c := create(t)
	addNote(t, c, "first")
	kept := readFile(t, journalOf(c))
	addNote(t, c, "second")
	whole := readFile(t, journalOf(c))
	c.Close()
	for n := len(kept); n < len(whole); n++ {
		dir := filepath.Join(t.TempDir(), "copy")
		os.Mkdir(dir, 0o700)
		writeFile(t, filepath.Join(dir, "case.json"), readFile(t, filepath.Join(c.Dir(), "case.json")))
		writeFile(t, filepath.Join(dir, "journal.jsonl"), whole[:n])
		again, err := cases.Open(dir)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		got, torn := readFile(t, filepath.Join(dir, "journal.jsonl")), whole[len(kept):n]
		switch {
		case n == len(whole)-1: // all but the line feed: the record is whole
			if got != whole || texts(again) != "first,second" || len(again.Warnings()) != 1 {
				t.Errorf("cut at %d: notes %s, warnings %q", n, texts(again), again.Warnings())
			}
		case torn == "":
			if got != kept || len(again.Warnings()) != 0 {
				t.Errorf("cut at %d: warnings %q", n, again.Warnings())
			}
		default:
			if got != kept || texts(again) != "first" {
				t.Errorf("cut at %d: notes %s", n, texts(again))
			}
			if aside := readFile(t, filepath.Join(dir, "journal.torn-1")); aside != torn {
				t.Errorf("cut at %d: set aside %q, want %q", n, aside, torn)
			}
			if w := again.Warnings(); len(w) != 1 || !strings.Contains(w[0], "journal.torn-1") {
				t.Errorf("cut at %d: warnings %q", n, w)
			}
		}
		if _, err := again.AddNote(ann, "third", nil, noon); err != nil {
			t.Errorf("cut at %d: a note after: %v", n, err)
		}
		problems, s, err := again.Verify(context.Background(), nil, nil, nil)
		if err != nil || len(problems) != 0 || (len(s.Remarks) == 1) != (torn != "" && n != len(whole)-1) {
			t.Errorf("cut at %d: verify: %v %v %+v", n, err, problems, s)
		}
		again.Close()
	}
}

func TestTornTailOfZeros(t *testing.T) {
	c := create(t)
	addNote(t, c, "first")
	before := readFile(t, journalOf(c))
	writeFile(t, journalOf(c), before+strings.Repeat("\x00", 300))
	writeFile(t, filepath.Join(c.Dir(), "journal.torn-1"), "an older one")
	again := reopen(t, c)
	if readFile(t, journalOf(c)) != before || texts(again) != "first" {
		t.Errorf("notes %s", texts(again))
	}
	if got := readFile(t, filepath.Join(c.Dir(), "journal.torn-1")); got != "an older one" {
		t.Errorf("journal.torn-1 was overwritten: %q", got)
	}
	if got := readFile(t, filepath.Join(c.Dir(), "journal.torn-2")); got != strings.Repeat("\x00", 300) {
		t.Errorf("journal.torn-2 has %d bytes", len(got))
	}
}

// Every way of changing the middle of a journal by hand is told at Open and by Verify, and what can be
// read still is.
func TestChangedByHand(t *testing.T) {
	c := create(t)
	for _, s := range []string{"one", "two", "three"} {
		addNote(t, c, s)
	}
	c.Close()
	lines := strings.SplitAfter(readFile(t, journalOf(c)), "\n")[:4]
	for _, tc := range []struct {
		name, journal, notes string
		line                 int // that is told
	}{
		{"a note reworded", lines[0] + strings.Replace(lines[1], `"one"`, `"won"`, 1) + lines[2] + lines[3], "won,two,three", 3},
		{"a record removed", lines[0] + lines[1] + lines[3], "one,three", 3},
		{"two swapped", lines[0] + lines[2] + lines[1] + lines[3], "two,one,three", 2},
		{"one twice", lines[0] + lines[1] + lines[1] + lines[2] + lines[3], "one,one,two,three", 3},
		{"the first removed", lines[1] + lines[2] + lines[3], "one,two,three", 1},
		{"a line of rubbish", lines[0] + lines[1] + "\x1b[2J\n" + lines[2] + lines[3], "one,two,three", 3},
		{"an empty line", lines[0] + "\n" + lines[1] + lines[2] + lines[3], "one,two,three", 2},
		{"a huge number", lines[0] + lines[1] + strings.Replace(lines[2], `"seq":3`, `"seq":9223372036854775807`, 1) + lines[3], "one,three", 3},
	} {
		writeFile(t, journalOf(c), tc.journal)
		again, err := cases.Open(c.Dir())
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		at := fmt.Sprintf("journal.jsonl:%d:", tc.line)
		if w := strings.Join(again.Warnings(), "\n"); !strings.HasPrefix(w, at) || strings.Contains(w, "\x1b") {
			t.Errorf("%s: warnings %q, want %s first", tc.name, w, at)
		}
		// A record that comes twice makes a second version of its note.
		if got := texts(again); got != tc.notes && tc.name != "one twice" {
			t.Errorf("%s: notes %s, want %s", tc.name, got, tc.notes)
		}
		problems, _, err := again.Verify(context.Background(), nil, nil, nil)
		if err != nil || len(problems) == 0 || problems[0].Kind != cases.ProblemJournal || !strings.HasPrefix(problems[0].What, at) {
			t.Errorf("%s: verify: %v %v", tc.name, err, problems)
		}
		if readFile(t, journalOf(c)) != tc.journal {
			t.Errorf("%s: the journal was changed by reading it", tc.name)
		}
		again.Close()
	}
}

// A disk that is full leaves the case as it was, keeps the text as a draft, and the next try works.
func TestFullDisk(t *testing.T) {
	for _, tc := range []struct {
		name string
		fail func(*cases.Case)
		want error
	}{
		{"nothing written", func(c *cases.Case) { c.FailWrites(0, syscall.ENOSPC) }, syscall.ENOSPC},
		{"a part written", func(c *cases.Case) { c.FailWrites(40, syscall.ENOSPC) }, syscall.ENOSPC},
		{"all written and not flushed", func(c *cases.Case) { c.FailFlush(syscall.EIO) }, syscall.EIO},
		{"a short write", func(c *cases.Case) { c.ShortWrites() }, nil},
	} {
		c := create(t)
		addNote(t, c, "before")
		before := readFile(t, journalOf(c))
		tc.fail(c)
		_, err := c.AddNote(ann, "typed for an hour", nil, noon)
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), "recorded before is safe") {
			t.Errorf("%s: %v", tc.name, err)
		}
		if err := c.TakeIn(ann, []cases.Evidence{evidence("a.log", 'a')}, cases.Run{}); err == nil {
			t.Errorf("%s: TakeIn went through", tc.name)
		}
		if got := readFile(t, journalOf(c)); got != before {
			t.Errorf("%s: journal is now %q", tc.name, got)
		}
		if texts(c) != "before" || len(c.Evidence()) != 0 {
			t.Errorf("%s: notes %s, %d sources", tc.name, texts(c), len(c.Evidence()))
		}
		c.FailWrites(0, nil)
		c.FailFlush(nil)
		kept := ""
		for k, text := range c.Drafts() {
			if text == "typed for an hour" {
				kept = k
			}
		}
		if kept == "" || !strings.Contains(err.Error(), kept) {
			t.Errorf("%s: drafts %v, error %v", tc.name, c.Drafts(), err)
		}
		addNote(t, c, "after")
		if again := reopen(t, c); texts(again) != "before,after" || len(again.Warnings()) != 0 {
			t.Errorf("%s: opened with notes %s, warnings %q", tc.name, texts(again), again.Warnings())
		}
	}
}

// A torn record on a full disk: the case still reads, changing it is refused, and nothing is lost until
// there is room to set the torn bytes aside.
func TestTornOnFullDisk(t *testing.T) {
	c := create(t)
	addNote(t, c, "before")
	torn := readFile(t, journalOf(c)) + `{"seq":3,"ti`
	writeFile(t, journalOf(c), torn)
	c.FailWrites(3, syscall.ENOSPC)
	for range 2 {
		if _, err := c.Refresh(); err != nil || texts(c) != "before" || len(c.Warnings()) != 1 {
			t.Errorf("Refresh: %v, notes %s, warnings %q", err, texts(c), c.Warnings())
		}
	}
	if _, err := c.AddNote(ann, "x", nil, noon); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a note: %v", err)
	}
	if e, _ := filepath.Glob(filepath.Join(c.Dir(), "journal.torn-*")); readFile(t, journalOf(c)) != torn || len(e) != 0 {
		t.Errorf("the journal was changed, %v", e)
	}
	c.FailWrites(0, nil)
	addNote(t, c, "after")
	if got := readFile(t, filepath.Join(c.Dir(), "journal.torn-1")); got != `{"seq":3,"ti` || texts(c) != "before,after" {
		t.Errorf("set aside %q, notes %s", got, texts(c))
	}
}

func TestLocked(t *testing.T) {
	c := create(t)
	c.SetLockWait(0)
	release, err := cases.Lock(c.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddNote(ann, "x", nil, noon); !errors.Is(err, cases.ErrLocked) || !strings.Contains(err.Error(), "try again") {
		t.Errorf("a note while locked: %v", err)
	}
	release()
	addNote(t, c, "y")
}

// Two programs on one case: each sees what the other wrote, and the chain is one.
func TestTwoWriters(t *testing.T) {
	a := create(t)
	b, err := cases.Open(a.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	b.SetClock(func() time.Time { return noon })
	var wg sync.WaitGroup
	for _, c := range []*cases.Case{a, b, a, b} {
		wg.Go(func() {
			for i := range 10 {
				if _, err := c.AddNote(ann, fmt.Sprint("note ", i), nil, noon); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, c := range []*cases.Case{a, b} {
		if _, err := c.Refresh(); err != nil {
			t.Error(err)
		}
		if n := len(c.Notes()); n != 40 {
			t.Errorf("%d notes, want 40", n)
		}
	}
	if changed, err := a.Refresh(); changed || err != nil {
		t.Errorf("Refresh with nothing new: %v, %v", changed, err)
	}
	if p, s, err := a.Verify(context.Background(), nil, nil, nil); err != nil || len(p) != 0 || s.Records != 41 {
		t.Errorf("verify: %v %v %+v", err, p, s)
	}
}

func TestJournalCutBehindOurBack(t *testing.T) {
	c := create(t)
	before := readFile(t, journalOf(c))
	addNote(t, c, "one")
	writeFile(t, journalOf(c), before)
	if _, err := c.AddNote(ann, "two", nil, noon); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("a note after the journal was cut: %v", err)
	}
}

func TestRecordBound(t *testing.T) {
	c := create(t)
	before := readFile(t, journalOf(c))
	run := cases.Run{Args: []string{strings.Repeat("x", cases.MaxRecord)}}
	if err := c.TakeIn(ann, nil, run); err == nil || !strings.Contains(err.Error(), "nothing was recorded") {
		t.Errorf("a record of 16 MiB: %v", err)
	}
	if readFile(t, journalOf(c)) != before {
		t.Error("the journal was changed")
	}
}

func TestMissingJournalFolder(t *testing.T) {
	c := create(t)
	os.RemoveAll(c.Dir())
	if _, err := c.AddNote(ann, "x", nil, noon); err == nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a note in a folder that was deleted: %v", err)
	}
}

// Laws of the line scanner: no byte is lost, each sum is that of the line with its line feed, and only the
// last line may lack it.
func FuzzScanLines(f *testing.F) {
	for _, s := range []string{"", "\n", "a", "a\n", "a\n\nb", "\x00\x00", "{}\n{}\n", strings.Repeat("x", 70000) + "\ny"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, ended := b, false
		err := cases.ScanLines(bytes.NewReader(b), func(size int64, hash string, whole bool) {
			line := string(rest[:size])
			rest = rest[size:]
			if ended || strings.Count(line, "\n") != map[bool]int{true: 1}[whole] || strings.HasSuffix(line, "\n") != whole {
				t.Fatalf("line %q, whole %v", line, whole)
			}
			ended = !whole
			if hash != sum(strings.TrimSuffix(line, "\n")+"\n") {
				t.Fatalf("line %q has hash %s", line, hash)
			}
		})
		if err != nil || len(rest) != 0 {
			t.Fatalf("%v, %d bytes left", err, len(rest))
		}
	})
}

// Laws of opening: whatever the journal holds, Open answers, loses no byte (the journal and what was set
// aside are what was there), a note can be added, and a second Open has nothing left to mend.
func FuzzOpen(f *testing.F) {
	c, err := cases.Create(filepath.Join(f.TempDir(), "case"), cases.Info{ID: "0011223344556677", Created: noon})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := c.AddNote(ann, "a note", []cases.Citation{{Ref: "r:aaaaaa.1", Text: "\xff"}}, noon); err != nil {
		f.Fatal(err)
	}
	c.Close()
	journal, err := os.ReadFile(journalOf(c))
	if err != nil {
		f.Fatal(err)
	}
	info, err := os.ReadFile(filepath.Join(c.Dir(), "case.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(journal)
	f.Add(journal[:len(journal)-1])
	f.Add(journal[:len(journal)-20])
	f.Add(append(journal, "\n\n"...))
	f.Add([]byte(`{"seq":1,"kind":"note","payload":{"ref":"n:"}}` + "\n"))
	f.Add([]byte(`{"seq":1,"kind":"evidence","payload":{}}` + "\n" + `{"seq":2,"kind":"run","payload":{"sources":-1}}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "journal.jsonl")
		writeFile(t, filepath.Join(dir, "case.json"), string(info))
		writeFile(t, path, string(b))
		c, err := cases.Open(dir)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		defer c.Close()
		aside, _ := os.ReadFile(filepath.Join(dir, "journal.torn-1"))
		got := readFile(t, path)
		if got += string(aside); got != string(b) && got != string(b)+"\n" {
			t.Fatalf("journal %q with what was set aside %q, was %q", got, aside, b)
		}
		if _, err := c.AddNote(ann, "after", nil, noon); err != nil {
			t.Fatalf("add a note: %v", err)
		}
		c.Close()
		before := readFile(t, path)
		again, err := cases.Open(dir)
		if err != nil {
			t.Fatalf("open again: %v", err)
		}
		defer again.Close()
		if readFile(t, path) != before || !strings.HasSuffix(texts(again), "after") {
			t.Fatalf("opened again: %q, notes %q", readFile(t, path), texts(again))
		}
	})
}
