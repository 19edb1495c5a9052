package cases

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"spoor/triage"
)

// MaxRecord bounds one record of the journal, in bytes.
const MaxRecord = 16 << 20

// The kinds of records.
const (
	kindCase     = "case"
	kindEvidence = "evidence"
	kindRun      = "run"
	kindNote     = "note"
	kindVerdict  = "verdict"
	kindReport   = "report"
	kindUnmasked = "unmasked"

	kindGrouping    = "grouping"
	kindAttribution = "attribution"
	kindFacts       = "facts"
	kindIntel       = "intel"

	kindSeal = "seal"
	kindPack = "pack"
)

// A record is one line of the journal: compact JSON and a line feed.
type record struct {
	Seq     int64           `json:"seq"`  // from 1
	Time    time.Time       `json:"time"` // UTC
	Kind    string          `json:"kind"`
	Who     Who             `json:"who"`
	Payload json.RawMessage `json:"payload"`
	Prev    string          `json:"prev"` // hex SHA-256 of the line before, with its line feed; empty in the first
}

// An entry is what is to be recorded: a kind and its payload.
type entry struct {
	kind    string
	payload any
}

// A journal is the open file with what is known of it so far.
type journal struct {
	path     string
	file     *os.File
	readOnly bool
	size     int64 // bytes read and accounted for; the next append goes there
	lines    int64
	seq      int64  // of the last record
	head     string // SHA-256 of the last line

	// The two steps of an append that a disk can fail, replaced in tests.
	write func(f *os.File, b []byte, off int64) (int, error)
	flush func(f *os.File) error
}

func openJournal(path string) (*journal, error) {
	j := &journal{path: path, write: (*os.File).WriteAt, flush: (*os.File).Sync}
	var err error
	j.file, err = os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errReadOnly) {
		j.readOnly = true
		j.file, err = os.Open(path)
	}
	if err != nil {
		return nil, err
	}
	return j, nil
}

func (j *journal) close() error { return j.file.Close() }

// change appends what build makes, under the lock and after reading what others wrote, and replays it.
func (c *Case) change(who Who, build func() ([]entry, error)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	if c.journal.readOnly {
		return fmt.Errorf("write to %s: %w: the case folder is read-only: copy the case to where you may write", journalName, fs.ErrPermission)
	}
	release, err := acquire(filepath.Join(c.dir, lockName), c.lockWait)
	if err != nil {
		return err
	}
	defer release()
	if err := c.replayNew(true); err != nil {
		return err
	}
	entries, err := build()
	if err != nil {
		return err
	}
	lines, records, err := c.journal.encode(entries, who, c.now().UTC())
	if err != nil {
		return err
	}
	if err := c.journal.append(lines); err != nil {
		return err
	}
	for _, r := range records {
		c.apply(r, c.journal.lines)
	}
	return nil
}

// encode chains entries onto the head.
func (j *journal) encode(entries []entry, who Who, now time.Time) (lines []byte, records []record, err error) {
	seq, prev := j.seq, j.head
	for _, e := range entries {
		payload, err := json.Marshal(e.payload)
		if err != nil {
			return nil, nil, fmt.Errorf("record %s: %w", e.kind, err)
		}
		seq++
		r := record{Seq: seq, Time: now, Kind: e.kind, Who: who, Payload: payload, Prev: prev}
		line, err := json.Marshal(r)
		if err != nil {
			return nil, nil, fmt.Errorf("record %s: %w", e.kind, err)
		}
		if len(line) >= MaxRecord {
			return nil, nil, fmt.Errorf("record %s has %d bytes, the most is %d: nothing was recorded", e.kind, len(line), MaxRecord)
		}
		line = append(line, '\n')
		prev = hexSum(line)
		lines, records = append(lines, line...), append(records, r)
	}
	return lines, records, nil
}

// append writes lines at the end and through to disk, or leaves the journal as it was.
func (j *journal) append(lines []byte) error {
	n, err := j.write(j.file, lines, j.size)
	if err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = j.flush(j.file)
	}
	if err != nil {
		if back := j.file.Truncate(j.size); back != nil {
			return fmt.Errorf("write to %s: %w; nor could the part written be taken back (%v): the next open sets it aside; all that was recorded before is safe",
				triage.Visible(j.path), err, back)
		}
		return fmt.Errorf("write to %s: %w: nothing was added and all that was recorded before is safe: make room or check the disk, then try again",
			triage.Visible(j.path), err)
	}
	for rest := lines; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n') + 1
		j.head = hexSum(rest[:end])
		j.size += int64(end)
		j.lines++
		j.seq++
		rest = rest[end:]
	}
	return nil
}

// catchUp reads what is new in the journal. It takes the lock if it can, so that it does not take a
// record that is being written for a torn one; in a read-only folder it reads without, and mends nothing.
func (c *Case) catchUp() error {
	if !c.journal.readOnly {
		release, err := acquire(filepath.Join(c.dir, lockName), c.lockWait)
		if err == nil {
			defer release()
			err := c.replayNew(true)
			if errors.Is(err, errNotMended) { // what can be read is read; the next append tries again
				c.warnOnce(err.Error())
				return nil
			}
			return err
		}
		if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errReadOnly) {
			return err
		}
		c.journal.readOnly = true
	}
	return c.replayNew(false)
}

// replayNew reads the journal from where it was left, and sets a torn last record aside if it may mend.
func (c *Case) replayNew(mend bool) error {
	j := c.journal
	st, err := j.file.Stat()
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if st.Size() < j.size {
		return fmt.Errorf("%s has become shorter than it was (%d bytes, had %d): it was changed by hand: close the case and run spoor verify",
			triage.Visible(j.path), st.Size(), j.size)
	}
	if st.Size() == j.size {
		return nil
	}
	var bad *journalLine // a line that is no record: damage if another follows, torn if it is the last
	var reason error
	err = scanLines(io.NewSectionReader(j.file, j.size, st.Size()-j.size), func(l *journalLine) error {
		if bad != nil {
			c.warn("%s:%d: is no record (%v): it was damaged or changed by hand, and is passed over", journalName, j.lines+1, reason)
			j.take(bad)
		}
		bad = nil
		r, err := l.record()
		if err == nil && !l.whole && (r.Seq != j.seq+1 || r.Prev != j.head) {
			err = errors.New("it does not end in a line feed")
		}
		if err != nil {
			bad, reason = l, err
			return nil
		}
		c.accept(l, r)
		if !l.whole {
			return c.finishLine(mend)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if bad != nil {
		return c.setAside(bad, reason, mend)
	}
	return nil
}

// accept replays one record and warns where it does not follow the line before it.
func (c *Case) accept(l *journalLine, r record) {
	j := c.journal
	if r.Prev != j.head || r.Seq != j.seq+1 {
		c.warn("%s:%d: record %d does not follow the line before it (record %d): one of them was changed, or records were removed or put between",
			journalName, j.lines+1, r.Seq, j.seq)
	}
	c.apply(r, j.lines+1)
	j.take(l)
	j.seq = r.Seq
}

// apply replays one record and warns of what it leaves out.
func (c *Case) apply(r record, line int64) {
	err := c.state.apply(r)
	if n := c.state.dropped; n > 0 {
		c.warn("%s:%d: a load before this record was cut short: its %d evidence records do not count; load those files again",
			journalName, line, n)
	}
	if err != nil {
		c.warn("%s:%d: record %d cannot be used: %v", journalName, line, r.Seq, err)
	}
}

func (j *journal) take(l *journalLine) {
	j.size += l.size
	j.lines++
	j.head = l.sum
}

// finishLine adds the line feed that the last record lacks. The record itself is whole and chained.
func (c *Case) finishLine(mend bool) error {
	j := c.journal
	c.warn("%s:%d: the last record lacked its line feed", journalName, j.lines)
	if !mend {
		return nil
	}
	if _, err := j.write(j.file, []byte{'\n'}, j.size); err != nil {
		return fmt.Errorf("finish the last record: %w", err)
	}
	j.size++
	return j.flush(j.file)
}

// errNotMended says that a torn last record is still where it was.
var errNotMended = errors.New("set aside the torn last record of")

// setAside moves a torn last record into a file of its own and cuts the journal back to the record before.
func (c *Case) setAside(l *journalLine, reason error, mend bool) error {
	j := c.journal
	if !mend {
		c.warn("%s:%d: the last record is torn (%v); the folder is read-only, so it is left where it is and not used", journalName, j.lines+1, reason)
		return nil
	}
	name, err := c.saveTorn(l.size)
	if err != nil {
		return fmt.Errorf("%w %s: %w: nothing was changed; make room, then go on", errNotMended, triage.Visible(j.path), err)
	}
	if err := j.file.Truncate(j.size); err != nil {
		return fmt.Errorf("cut the torn last record off %s: %w", triage.Visible(j.path), err)
	}
	if err := j.flush(j.file); err != nil {
		return fmt.Errorf("cut the torn last record off %s: %w", triage.Visible(j.path), err)
	}
	c.warn("%s:%d: the last record was torn by a crash (%v): its %d bytes are kept in %s; what it was to record has to be done again",
		journalName, j.lines+1, reason, l.size, name)
	return nil
}

// saveTorn copies n bytes from the end of the accepted journal to the first free journal.torn-N.
func (c *Case) saveTorn(n int64) (name string, err error) {
	var f *os.File
	for i := 1; ; i++ {
		name = fmt.Sprintf("%s%d", tornPrefix, i)
		f, err = os.OpenFile(filepath.Join(c.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) || i >= 10000 {
			return "", err
		}
	}
	_, err = io.Copy(&offsetWriter{j: c.journal, file: f}, io.NewSectionReader(c.journal.file, c.journal.size, n))
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(filepath.Join(c.dir, name))
	}
	return name, err
}

// An offsetWriter writes to another file by the journal's own step.
type offsetWriter struct {
	j    *journal
	file *os.File
	off  int64
}

func (w *offsetWriter) Write(b []byte) (int, error) {
	n, err := w.j.write(w.file, b, w.off)
	w.off += int64(n)
	return n, err
}

// A journalLine is one line as it stands in the file.
type journalLine struct {
	data  []byte // without line feed; nil if it is longer than MaxRecord
	size  int64  // bytes with line feed
	sum   string // hex SHA-256 with line feed, also where the file lacks the last one
	whole bool   // it ends in a line feed
}

func (l *journalLine) record() (record, error) {
	var r record
	if l.data == nil {
		return r, fmt.Errorf("it is longer than %d bytes", MaxRecord)
	}
	if err := json.Unmarshal(l.data, &r); err != nil {
		return r, err
	}
	if r.Seq < 1 || r.Seq > 1<<53 || r.Kind == "" {
		return r, errors.New("it has no seq and kind")
	}
	return r, nil
}

// scanLines calls yield for each line of r; memory is bounded by MaxRecord whatever r holds.
func scanLines(r io.Reader, yield func(*journalLine) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	for {
		l, err := scanLine(br)
		if l != nil {
			if err := yield(l); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func scanLine(br *bufio.Reader) (*journalLine, error) {
	var l journalLine
	var h hash.Hash = sha256.New()
	long := false
	for {
		part, err := br.ReadSlice('\n')
		h.Write(part)
		l.size += int64(len(part))
		if long = long || len(l.data)+len(part) > MaxRecord; long {
			l.data = nil
		} else {
			l.data = append(l.data, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == nil {
			l.whole = true
			l.data = bytes.TrimSuffix(l.data, []byte{'\n'})
		} else if l.size == 0 || err != io.EOF {
			return nil, err
		} else {
			h.Write([]byte{'\n'})
		}
		l.sum = hex.EncodeToString(h.Sum(nil))
		return &l, err
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// rawText is text of evidence or of a file system, byte for byte. JSON has it as a string if it is UTF-8
// and else as {"base64": "..."}; encoding/json alone would change the bytes.
type rawText string

func (t rawText) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(t))})
}

func (t *rawText) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return json.Unmarshal(b, (*string)(t))
	}
	var m struct {
		Base64 []byte `json:"base64"`
	}
	err := json.Unmarshal(b, &m)
	*t = rawText(m.Base64)
	return err
}

// cut is the first max bytes of s, without half a rune at its end.
func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	s = s[:max]
	for i := 0; i < utf8.UTFMax && len(s) > 0; i++ {
		if r, n := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || n != 1 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}
