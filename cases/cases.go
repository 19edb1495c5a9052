// Package cases keeps the case folder: what was taken in, what was done, and what the responder found.
//
// A case is a folder. case.json says whose it is, journal.jsonl is the truth: an append-only file of JSON
// records, each carrying the SHA-256 of the line before it, written through to disk before a call
// returns. Evidence, runs, notes, verdicts and written reports are all records; what the methods of a
// Case answer is a replay of them. index/ beside it belongs to package index and can be deleted at any time.
//
// Create makes a case, Open opens one. A Case is safe for use by several goroutines, and several
// processes may have the same case open: each append takes a lock, first reads what others wrote, and is
// one write. So `spoor note` works while the terminal program is open; Refresh picks up the note there.
//
// What is promised: nothing recorded is lost by a crash, a full disk or a second writer. What is not: the
// chain shows that a record was changed, removed or put between others, but not that the last records
// were cut off or rewritten to the end, unless the head (Case.Head) was noted elsewhere (reports quote it) or sealed
// with a key that whoever rewrites does not have (Case.Seal).
package cases

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"spoor/triage"
)

// Version is the version of the case folder that this program writes, and the highest it reads.
const Version = 1

// The files and folders of a case, relative to its folder.
const (
	infoName     = "case.json"
	journalName  = "journal.jsonl"
	lockName     = "journal.lock"
	indexName    = "index"
	reportsName  = "reports"
	evidenceName = "evidence"
	draftsName   = "drafts"
	intelName    = "intel"
	tornPrefix   = "journal.torn-" // followed by a number from 1
)

// maxInfo bounds case.json, in bytes.
const maxInfo = 1 << 20

var (
	// ErrNotFound says that there is nothing at the path of a case.
	ErrNotFound = errors.New("no such case")
	// ErrNotCase says that there is something at the path, but not a case; the error wrapping it names what is missing.
	ErrNotCase = errors.New("not a case folder")
	// ErrNotEmpty says that Create was given a folder with something in it.
	ErrNotEmpty = errors.New("folder is not empty and is not a case")
	// ErrExists says that Create was given the folder of a case.
	ErrExists = errors.New("a case is there already")
	// ErrLocked says that another program kept the case's journal locked for longer than we wait.
	ErrLocked = errors.New("another program is writing to this case")
	// ErrClosed says that the Case was closed.
	ErrClosed = errors.New("the case is closed")
)

// A VersionError says that a case was made by a newer version of spoor.
type VersionError struct {
	Dir  string
	Have int // the case's version
	Want int // the highest version this program reads
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s: the case has version %d, this spoor reads up to %d: use the newer spoor that made it; nothing was changed",
		triage.Visible(e.Dir), e.Have, e.Want)
}

// Info is case.json: whose case it is. Empty fields are unknown, never guessed.
type Info struct {
	Version   int       `json:"version"`
	ID        string    `json:"id"` // Create makes one up if empty
	Name      string    `json:"name"`
	TLP       string    `json:"tlp"` // as ParseTLP answers; empty if not set
	Analyst   string    `json:"analyst"`
	Victim    string    `json:"victim"`
	Sector    string    `json:"sector"` // the victim's
	Objective string    `json:"objective"`
	Outcome   string    `json:"outcome"`
	Created   time.Time `json:"created"` // UTC; Create sets it if zero

	RequestedBy string `json:"requested_by,omitempty"` // this and the following as in Facts
	Authority   string `json:"authority,omitempty"`
	Systems     string `json:"systems,omitempty"`
	Period      string `json:"period,omitempty"`

	FirstActivity string `json:"first_activity,omitempty"`
	LastActivity  string `json:"last_activity,omitempty"`
}

// Same reports whether two say the same.
func (i Info) Same(o Info) bool {
	at, other := i.Created, o.Created
	i.Created, o.Created = time.Time{}, time.Time{}
	return i == o && at.Equal(other)
}

// Who is the person and the machine behind a change. Nothing is guessed: what was not told is empty.
type Who struct {
	Analyst string `json:"analyst"`
	Host    string `json:"host"`
}

// TLPs lists the labels of the Traffic Light Protocol 2.0, widest sharing first.
//
// Source: https://www.first.org/tlp/
var TLPs = []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}

// ParseTLP reads a TLP 2.0 label in any case, with or without "TLP:", and answers it as TLPs spells it.
// Empty stays empty.
func ParseTLP(s string) (string, error) {
	want := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "TLP:")
	if want == "" {
		return "", nil
	}
	for _, l := range TLPs {
		if l == want {
			return l, nil
		}
	}
	return "", fmt.Errorf("unknown TLP label %q: want one of %s", triage.VisibleN(s, 40), strings.Join(TLPs, ", "))
}

// A Case is an open case folder.
type Case struct {
	dir  string
	info Info

	mu       sync.Mutex
	journal  *journal
	state    state
	warnings []string
	now      func() time.Time
	lockWait time.Duration
	closed   bool
	lent     map[string]bool // drafts that an editor has, by key
}

// Create makes the folder dir (and its parents) a case and opens it. A folder that is there must be empty:
// else the error wraps ErrNotEmpty, or ErrExists if it is a case. If it fails, what it made is removed.
func Create(dir string, info Info) (*Case, error) {
	tlp, err := ParseTLP(info.TLP)
	if err != nil {
		return nil, err
	}
	info.TLP, info.Version = tlp, Version
	if info.Created.IsZero() {
		info.Created = time.Now()
	}
	info.Created = info.Created.UTC().Truncate(time.Second)
	if info.ID == "" {
		if info.ID, err = newID(); err != nil {
			return nil, err
		}
	}
	if info.Name == "" {
		info.Name = filepath.Base(filepath.Clean(dir))
	}
	made, err := claim(dir)
	if err != nil {
		return nil, err
	}
	c, err := fill(dir, info)
	if err != nil {
		for _, n := range []string{infoName, journalName, lockName, reportsName} {
			os.Remove(filepath.Join(dir, n))
		}
		if made {
			os.Remove(dir)
		}
		return nil, err
	}
	return c, nil
}

// claim makes sure that dir is an empty folder, and says whether it had to make it.
func claim(dir string) (made bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return false, fmt.Errorf("make the case folder: %w", err)
		}
		return true, nil
	case err != nil:
		return false, fmt.Errorf("make a case of %s: %w", triage.Visible(dir), err)
	}
	for _, e := range entries {
		if e.Name() == infoName {
			return false, fmt.Errorf("%s: %w", triage.Visible(dir), ErrExists)
		}
	}
	if len(entries) > 0 {
		return false, fmt.Errorf("%s: %w: it holds %s; name a folder that is empty or not there yet",
			triage.Visible(dir), ErrNotEmpty, triage.VisibleN(entries[0].Name(), 60))
	}
	return false, nil
}

// fill writes the files of a new case. case.json comes last, so a folder that has it is whole.
func fill(dir string, info Info) (*Case, error) {
	if err := os.Mkdir(filepath.Join(dir, reportsName), 0o750); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, journalName), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	c, err := newCase(dir, info)
	if err != nil {
		return nil, err
	}
	c.now = func() time.Time { return info.Created }
	err = c.change(Who{Analyst: info.Analyst}, func() ([]entry, error) {
		return []entry{{kindCase, info}}, nil
	})
	c.now = time.Now
	if err == nil {
		var b []byte
		if b, err = json.MarshalIndent(info, "", "  "); err == nil {
			err = writeFile(filepath.Join(dir, infoName), append(b, '\n'))
		}
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Open opens the case in dir.
//
// The error wraps ErrNotFound if nothing is there, ErrNotCase if what is there is no case, and is a
// *VersionError if a newer spoor made it. A last record torn by a crash is set aside in a file
// journal.torn-N and reported by Warnings, as is every place where the chain of records is broken.
// A case in a read-only folder opens; only what would change it fails.
func Open(dir string) (*Case, error) {
	info, err := readInfo(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, journalName)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: it has %s but no %s: restore the journal, it holds the notes and the custody record",
			triage.Visible(dir), ErrNotCase, infoName, journalName)
	}
	c, err := newCase(dir, info)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.catchUp(); err != nil {
		c.journal.close()
		return nil, err
	}
	if len(c.state.begun.ID) > 0 && c.state.begun.ID != info.ID {
		c.warn("case.json has the id %s, the journal was begun for %s: one of them comes from another case",
			triage.VisibleN(info.ID, 40), triage.VisibleN(c.state.begun.ID, 40))
	}
	return c, nil
}

func readInfo(dir string) (Info, error) {
	var info Info
	name := triage.Visible(dir)
	st, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return info, fmt.Errorf("%s: %w", name, ErrNotFound)
	case err != nil:
		return info, fmt.Errorf("open the case: %w", err)
	case !st.IsDir():
		return info, fmt.Errorf("%s: %w: it is a file", name, ErrNotCase)
	}
	b, err := readBounded(filepath.Join(dir, infoName), maxInfo)
	if errors.Is(err, fs.ErrNotExist) {
		return info, fmt.Errorf("%s: %w: it has no %s", name, ErrNotCase, infoName)
	}
	if err != nil {
		return info, fmt.Errorf("open the case: %w", err)
	}
	if err := json.Unmarshal(b, &struct {
		Version *int `json:"version"`
	}{&info.Version}); err != nil || info.Version < 1 {
		return info, fmt.Errorf("%s: %w: its %s has no version that can be read; its first journal record holds the same facts",
			name, ErrNotCase, infoName)
	}
	if info.Version > Version {
		return info, &VersionError{Dir: dir, Have: info.Version, Want: Version}
	}
	if err := json.Unmarshal(b, &info); err != nil {
		return info, fmt.Errorf("%s: %w: read its %s: %w", name, ErrNotCase, infoName, err)
	}
	return info, nil
}

func newCase(dir string, info Info) (*Case, error) {
	j, err := openJournal(filepath.Join(dir, journalName))
	if err != nil {
		return nil, fmt.Errorf("open the case: %w", err)
	}
	return &Case{dir: dir, info: info, journal: j, state: newState(), now: time.Now, lockWait: 5 * time.Second, lent: map[string]bool{}}, nil
}

func newID() (string, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("make a case id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// Close closes the case. Everything recorded is on disk already; a second Close does nothing.
func (c *Case) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	return c.journal.close()
}

// Dir is the case's folder as given to Create or Open.
func (c *Case) Dir() string { return c.dir }

// Info is what case.json says, with the facts that were recorded since.
func (c *Case) Info() Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.info.withFacts(c.state.facts)
}

// ReadOnly reports whether the case folder was found not to be writable: what would change the case fails.
func (c *Case) ReadOnly() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.journal.readOnly
}

// IndexDir is the folder of the index; it need not exist.
func (c *Case) IndexDir() string { return filepath.Join(c.dir, indexName) }

// EvidenceDir is the folder for evidence that the case keeps itself. It need not be there.
func (c *Case) EvidenceDir() string { return filepath.Join(c.dir, evidenceName) }

// ReportsDir is the folder that reports go to unless told otherwise.
func (c *Case) ReportsDir() string { return filepath.Join(c.dir, reportsName) }

// SetClock makes the case take the time from now, for tests. A nil now is the system's clock.
func (c *Case) SetClock(now func() time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now == nil {
		now = time.Now
	}
	c.now = now
}

// Warnings lists what was found wrong with the journal since Open, each one line to be shown: a torn
// record set aside, a broken chain, a load that was not finished. Empty if all is well.
func (c *Case) Warnings() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.warnings...)
}

// Refresh reads what other programs recorded since, and says whether there was anything.
func (c *Case) Refresh() (changed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false, ErrClosed
	}
	before := c.journal.seq
	err = c.catchUp()
	return c.journal.seq != before, err
}

// Head is the number of the last record and the SHA-256 of its line (with its line feed): whoever notes
// it elsewhere can later prove that nothing up to there was changed. `tail -n 1 journal.jsonl | sha256sum`
// gives the same.
func (c *Case) Head() (seq int64, sha256 string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.journal.seq, c.journal.head
}

// maxWarnings bounds Warnings; a journal of another making would have one for each line.
const maxWarnings = 20

func (c *Case) warn(format string, args ...any) {
	switch {
	case len(c.warnings) < maxWarnings:
		c.warnings = append(c.warnings, triage.Visible(fmt.Sprintf(format, args...)))
	case len(c.warnings) == maxWarnings:
		c.warnings = append(c.warnings, "and more of the like: run spoor verify")
	}
}

// warnOnce warns of what would be found again and again.
func (c *Case) warnOnce(text string) {
	text = triage.Visible(text)
	for _, w := range c.warnings {
		if w == text {
			return
		}
	}
	c.warn("%s", text)
}
