package cases

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"spoor/cases/seal"
	"spoor/triage"
)

// sealsName is the folder of the seals; seal N is seal-N.txt, with its signature beside it.
const (
	sealsName  = "seals"
	sealPrefix = "seal-"
	sealEnding = ".txt"
)

// maxSeals bounds the seals of a case.
const maxSeals = 10000

// A Seal is a signature of the journal's head as it was: its statement is CASE/seals/seal-N.txt, its signature the
// file beside it with the ending of its key's tool.
type Seal struct {
	Number    int       `json:"number"`
	Records   int64     `json:"records"` // of the journal, that it stands for
	Head      string    `json:"head"`    // SHA-256 of the last of them
	Key       seal.Key  `json:"key"`
	Statement string    `json:"statement_sha256"`
	Signature string    `json:"signature_sha256"`
	At        time.Time `json:"at"` // as the statement says
	By        Who       `json:"-"`  // who sealed; set when read from the journal
}

// File is the name of the statement, relative to the case folder, with slashes; that of the signature is
// File + Key.Ending().
func (s *Seal) File() string {
	return sealsName + "/" + sealPrefix + strconv.Itoa(s.Number) + sealEnding
}

// Sealed says how far the journal is held by seals: "record 12 of 14"; it is not checked here.
func (c *Case) Sealed() []Seal {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.state.seals)
}

// Seal signs the journal's head with the key, keeps statement and signature in CASE/seals and records it. What other
// programs recorded before is sealed too. If it fails, nothing is kept.
func (c *Case) Seal(who Who, key *seal.Signer) (Seal, error) {
	s, made, err := c.makeSeal(who, key)
	if err == nil {
		err = c.change(who, func() ([]entry, error) { return []entry{{kindSeal, s}}, nil })
	}
	if err != nil {
		for _, name := range made {
			os.Remove(name)
		}
		return Seal{}, err
	}
	s.By = who
	return s, nil
}

// makeSeal writes the files of the next seal, and answers which.
func (c *Case) makeSeal(who Who, key *seal.Signer) (s Seal, made []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return s, nil, ErrClosed
	}
	if err := c.catchUp(); err != nil {
		return s, nil, err
	}
	if c.journal.readOnly {
		return s, nil, fmt.Errorf("seal the case: %w: the case folder is read-only: copy the case to where you may write", fs.ErrPermission)
	}
	dir := filepath.Join(c.dir, sealsName)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return s, nil, fmt.Errorf("seal the case: %w", err)
	}
	s = Seal{Number: 1, Records: c.journal.seq, Head: c.journal.head, Key: key.Key, At: c.now().UTC().Truncate(time.Second)}
	st := seal.Statement{Case: c.info.ID, Records: s.Records, Head: s.Head, Time: s.At, Analyst: who.Analyst, Host: who.Host}
	text := st.Text()
	signature, err := key.Sign(text)
	if err != nil {
		return s, nil, fmt.Errorf("seal the case: %w", err)
	}
	s.Statement, s.Signature = hexSum(text), hexSum(signature)
	for ; ; s.Number++ {
		name := filepath.Join(c.dir, filepath.FromSlash(s.File()))
		err := writeNew(name, text)
		if errors.Is(err, fs.ErrExist) && s.Number < maxSeals {
			continue
		}
		if err == nil {
			made = append(made, name)
			if err = writeNew(name+key.Ending(), signature); err == nil {
				made = append(made, name+key.Ending())
				err = syncDir(dir)
			}
		}
		if err != nil {
			return s, made, fmt.Errorf("seal the case: %w", err)
		}
		return s, made, nil
	}
}

// writeNew writes a file that must not be there yet, through to disk. If it fails there is none.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// A SealCheck says whether a seal holds: its signature is one of its statement by the key that it names, and the
// journal still has the record that the statement gives.
type SealCheck struct {
	Seal
	File      string `json:"file"`
	Holds     bool   `json:"holds"`
	Why       string `json:"why,omitempty"` // it does not hold; safe to draw
	Trusted   bool   `json:"trusted"`       // the key is one that the user named
	TrustedAs string `json:"trusted_as,omitempty"`
}

// SealFiles are the files of the folder of seals by name. Those larger than a seal can be are nil.
type SealFiles map[string][]byte

// readSeals reads the seals' folder of a case.
func readSeals(dir string) (SealFiles, error) {
	entries, err := os.ReadDir(filepath.Join(dir, sealsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the seals: %w", err)
	}
	files := SealFiles{}
	for _, e := range entries[:min(len(entries), 2*maxSeals)] {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), sealPrefix) {
			continue
		}
		b, err := readBounded(filepath.Join(dir, sealsName, e.Name()), seal.MaxFile)
		if err != nil {
			b = nil
		}
		files[e.Name()] = b
	}
	return files, nil
}

// unrecorded lists the statements that no record of the journal names, with what their files tell.
// A minisign signature does not say its key: of those trusted, the one that made it is taken.
func (f SealFiles) unrecorded(recorded []Seal, trust *seal.Trust) []Seal {
	var out []Seal
	for name, text := range f {
		digits, ok := strings.CutSuffix(strings.TrimPrefix(name, sealPrefix), sealEnding)
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n < 1 || n > maxSeals || slices.ContainsFunc(recorded, func(s Seal) bool { return s.Number == n }) {
			continue
		}
		s := Seal{Number: n, Key: seal.Key{Kind: seal.SSH}}
		if st, err := seal.ParseStatement(text); err == nil {
			s.Records, s.Head, s.At = st.Records, st.Head, st.Time
		}
		if signature, ok := f[name+".minisig"]; ok {
			s.Key = trust.Signer(text, signature)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Seal) int { return a.Number - b.Number })
	return out
}

// A sealedLine is a record that a seal speaks of: the SHA-256 of its line, empty if the journal has no such record,
// and whether the chain is broken before it.
type sealedLine struct {
	sum    string
	broken bool
}

// check judges one seal against the line that its statement names.
func (f SealFiles) check(s Seal, recorded bool, caseID string, lines map[int64]sealedLine, trust *seal.Trust) SealCheck {
	out := SealCheck{Seal: s, File: s.File()}
	base := sealPrefix + strconv.Itoa(s.Number) + sealEnding
	text, signature := f[base], f[base+s.Key.Ending()]
	if text == nil || signature == nil {
		out.Why = out.File + map[bool]string{true: s.Key.Ending()}[text != nil] + " is not there"
		return out
	}
	st, err := seal.ParseStatement(text)
	if err != nil {
		out.Why = err.Error()
		return out
	}
	key, err := seal.Check(text, signature, s.Key.Public)
	var why []string
	if err != nil {
		why = append(why, triage.VisibleN(err.Error(), 300))
	} else if recorded && key != s.Key {
		why = append(why, "the key "+key.Name+" signed it, and the journal names the key "+triage.VisibleN(s.Key.Name, 100))
	}
	switch has := lines[st.Records]; {
	case st.Case != caseID:
		why = append(why, "it is of the case "+triage.VisibleN(st.Case, 60))
	case recorded && (st.Records != s.Records || st.Head != s.Head || !st.Time.Equal(s.At)):
		why = append(why, "it does not say what the journal says that was sealed")
	case has.sum == "":
		why = append(why, fmt.Sprintf("the journal has no record %d any more: records were cut off or removed after it was sealed", st.Records))
	case has.sum != st.Head:
		why = append(why, fmt.Sprintf("record %d of the journal, or one before it, is not the one that was sealed: the journal was written anew", st.Records))
	case has.broken:
		why = append(why, fmt.Sprintf("record %d of the journal is the one that was sealed, but one before it was changed or removed", st.Records))
	}
	if out.Why = strings.Join(why, "; "); out.Why == "" {
		out.Holds, out.Key = true, key
		out.TrustedAs, out.Trusted = trust.Trusts(key, st.Time)
	}
	return out
}

// checkSeals judges all seals of the case and says which do not hold.
func (v *verifier) checkSeals(context.Context) error {
	v.judgeSeals(v.seals, true)
	v.judgeSeals(v.sealFiles.unrecorded(v.seals, v.trust), false)
	if !v.trust.Empty() && !slices.ContainsFunc(v.sum.Seals, func(s SealCheck) bool { return s.Trusted }) {
		v.add(ProblemSeal, "no seal that holds is by a key that you trust", "ask who sealed the case for the public key, or compare the key's name by telephone")
	}
	return nil
}

func (v *verifier) judgeSeals(seals []Seal, recorded bool) {
	for _, s := range seals {
		check := v.sealFiles.check(s, recorded, v.caseID, v.heads, v.trust)
		switch {
		case !recorded && check.Holds:
			v.remark("%s holds, and no record of the journal names it: spoor was stopped between, or another put it there", check.File)
		case !check.Holds:
			v.add(ProblemSeal, fmt.Sprintf("%s does not hold: %s", check.File, check.Why),
				"compare with a copy of the case or a pack made before; a new seal says nothing of the time before it")
		}
		v.sum.Seals = append(v.sum.Seals, check)
	}
}

// wanted are the records that the statements speak of.
func (f SealFiles) wanted() map[int64]sealedLine {
	heads := map[int64]sealedLine{}
	for name, text := range f {
		if st, err := seal.ParseStatement(text); err == nil && strings.HasSuffix(name, sealEnding) {
			heads[st.Records] = sealedLine{}
		}
	}
	return heads
}
