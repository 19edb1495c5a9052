package cases_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"spoor/cases"
	"spoor/cases/seal"
)

// signer opens one of the test keys of package seal.
func signer(t *testing.T, name string) *seal.Signer {
	t.Helper()
	key, err := seal.OpenKey([]byte(readFile(t, filepath.Join("seal", "testdata", name))), nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func trusting(t *testing.T, names ...string) *seal.Trust {
	t.Helper()
	trust := new(seal.Trust)
	for _, name := range names {
		if err := trust.Add([]byte(readFile(t, filepath.Join("seal", "testdata", name)))); err != nil {
			t.Fatal(err)
		}
	}
	return trust
}

// sealed is a case with a note, a seal by minisign, another note, and a seal by SSH.
func sealed(t *testing.T) *cases.Case {
	t.Helper()
	c := create(t)
	addNote(t, c, "one")
	for _, key := range []string{"minisign.key", "ed25519"} {
		s, err := c.Seal(ann, signer(t, key))
		if err != nil {
			t.Fatal(err)
		}
		if seq, _ := c.Head(); s.Records != seq-1 || s.File() != []string{"", "seals/seal-1.txt", "seals/seal-2.txt"}[s.Number] {
			t.Errorf("sealed %+v at record %d", s, seq)
		}
		addNote(t, c, "more")
	}
	return c
}

func TestSeal(t *testing.T) {
	c := sealed(t)
	for _, tc := range []struct {
		trust    *seal.Trust
		problems int
		trusted  string
	}{
		{nil, 0, "no no"}, {trusting(t, "minisign.pub"), 0, "yes no"}, {trusting(t, "rsa.pub", "ed25519.pub"), 0, "no yes"}, {trusting(t, "rsa.pub"), 1, "no no"},
	} {
		p, s, err := c.Verify(context.Background(), nil, nil, tc.trust)
		if err != nil || len(p) != tc.problems || len(s.Seals) != 2 || !s.Seals[0].Holds || !s.Seals[1].Holds {
			t.Fatalf("%v %+v %+v", err, p, s)
		}
		word := map[bool]string{true: "yes", false: "no"}
		if got := word[s.Seals[0].Trusted] + " " + word[s.Seals[1].Trusted]; got != tc.trusted {
			t.Errorf("trusted: %s, want %s", got, tc.trusted)
		}
	}
	again := reopen(t, c)
	if got := again.Sealed(); len(got) != 2 || got[0].Key.Name != "A6F12995D78B5EBF" || got[1].By != ann || len(again.Warnings()) != 0 {
		t.Errorf("%+v", got)
	}
}

// Whatever is done to a sealed case is told, also by one who can write a whole new chain.
func TestSealBroken(t *testing.T) {
	first := func(c *cases.Case) string { return filepath.Join(c.Dir(), "seals", "seal-1.txt") }
	change := func(t *testing.T, path, old, new string) {
		text := readFile(t, path)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", path, old)
		}
		writeFile(t, path, strings.Replace(text, old, new, 1))
	}
	for _, tc := range []struct {
		name string
		do   func(t *testing.T, c *cases.Case)
		want string // in one of the problems of kind seal; empty for none
	}{
		{"the statement", func(t *testing.T, c *cases.Case) { change(t, first(c), "records 2", "records 3") }, "not one of this text"},
		{"the statement's form", func(t *testing.T, c *cases.Case) { change(t, first(c), "analyst", "Analyst") }, "no statement"},
		{"the signature", func(t *testing.T, c *cases.Case) {
			change(t, first(c)+".minisig", "trusted comment: a", "trusted comment: b")
		}, "not one of this text"},
		{"the signature of another", func(t *testing.T, c *cases.Case) {
			sig, err := signer(t, "rsa").Sign([]byte(readFile(t, first(c))))
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, first(c)+".minisig", string(sig))
		}, "signed it, and the journal names"},
		{"no statement", func(t *testing.T, c *cases.Case) { os.Remove(first(c)) }, "is not there"},
		{"no signature", func(t *testing.T, c *cases.Case) { os.Remove(first(c) + ".minisig") }, "minisig is not there"},
		{"no folder", func(t *testing.T, c *cases.Case) { os.RemoveAll(filepath.Dir(first(c))) }, "is not there"},
		{"a statement of an hour", func(t *testing.T, c *cases.Case) { writeFile(t, first(c), strings.Repeat("x", 1<<20)) }, "is not there"},
		{"a record before removed", func(t *testing.T, c *cases.Case) {
			lines := strings.SplitAfter(readFile(t, journalOf(c)), "\n")
			writeFile(t, journalOf(c), lines[0]+strings.Join(lines[2:], ""))
		}, "cut off or removed"},
		{"the record before reworded", func(t *testing.T, c *cases.Case) { change(t, journalOf(c), `"name":"Shop"`, `"name":"Stop"`) }, "one before it was changed or removed"},
		{"a record reworded", func(t *testing.T, c *cases.Case) { change(t, journalOf(c), `"one"`, `"won"`) }, "not the one that was sealed"},
		{"records cut off", func(t *testing.T, c *cases.Case) {
			lines := strings.SplitAfter(readFile(t, journalOf(c)), "\n")
			writeFile(t, journalOf(c), lines[0])
		}, "cut off or removed"},
		{"a journal written anew", func(t *testing.T, c *cases.Case) {
			other, err := cases.Create(filepath.Join(t.TempDir(), "new"), c.Info())
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			addNote(t, other, "nothing happened")
			writeFile(t, journalOf(c), readFile(t, journalOf(other)))
		}, "written anew"},
		{"of another case", func(t *testing.T, c *cases.Case) {
			info := c.Info()
			change(t, filepath.Join(c.Dir(), "case.json"), info.ID, "0000000000000000")
		}, "it is of the case"},
		{"a seal that nobody recorded", func(t *testing.T, c *cases.Case) {
			text := readFile(t, filepath.Join(filepath.Dir(first(c)), "seal-2.txt"))
			writeFile(t, filepath.Join(filepath.Dir(first(c)), "seal-7.txt"), text)
			writeFile(t, filepath.Join(filepath.Dir(first(c)), "seal-7.txt.sig"), readFile(t, filepath.Join(filepath.Dir(first(c)), "seal-2.txt.sig")))
		}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := sealed(t)
			c.Close()
			tc.do(t, c)
			again, err := cases.Open(c.Dir())
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			problems, s, err := again.Verify(context.Background(), nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			found := ""
			for _, p := range problems {
				if p.Kind == cases.ProblemSeal {
					found += p.What + "\n"
				}
			}
			if (found == "") != (tc.want == "") || !strings.Contains(found, tc.want) {
				t.Errorf("told: %q, want %q", found, tc.want)
			}
			if tc.want == "" && (len(s.Seals) != 3 || !s.Seals[2].Holds || len(s.Remarks) != 1) {
				t.Errorf("%+v", s)
			}
			// The journal of a pack is checked the same way, without the folder.
			files, err := again.SealFiles()
			if err != nil {
				t.Fatal(err)
			}
			r, err := cases.VerifyJournal(context.Background(), bytes.NewReader([]byte(readFile(t, journalOf(c)))), again.Info().ID, files, nil)
			if err != nil || len(r.Summary.Seals) != len(s.Seals) || len(r.Problems) != len(problems) {
				t.Errorf("by the journal alone: %v, %+v", err, r)
			}
		})
	}
}

// A disk that is full leaves no seal behind, and the next takes its number.
func TestSealOnFullDisk(t *testing.T) {
	c := create(t)
	c.FailWrites(10, syscall.ENOSPC)
	if _, err := c.Seal(ann, signer(t, "ed25519")); err == nil || !strings.Contains(err.Error(), "recorded before is safe") {
		t.Fatalf("%v", err)
	}
	c.FailWrites(0, nil)
	if files, err := c.SealFiles(); err != nil || len(files) != 0 {
		t.Errorf("%v, left: %v", err, files)
	}
	if s, err := c.Seal(ann, signer(t, "ed25519")); err != nil || s.Number != 1 {
		t.Errorf("%v, %+v", err, s)
	}
}
