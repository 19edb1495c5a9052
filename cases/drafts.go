package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"spoor/triage"
)

// maxDrafts and maxDraftKey bound the drafts of a case and the key of one, in bytes.
const (
	maxDrafts   = 1000
	maxDraftKey = 1000
)

// A draftFile is one file in CASE/drafts.
type draftFile struct {
	Key   string    `json:"key"`
	Text  rawText   `json:"text"`
	Saved time.Time `json:"saved"`
}

// SaveDraft keeps text that is being typed under a key of the caller's choice (such as "note n:3f9a12" or
// "note on r:3f9a12.7"), in place of what was there, so that it outlives a crash. Empty text drops the
// draft. The file is written aside and renamed, so the former draft stays if the disk is full. While a draft
// is lent (LendDraft) nothing is saved: the editor has it.
func (c *Case) SaveDraft(key, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case c.lent[key]:
		return nil
	}
	return c.saveDraft(key, text)
}

func (c *Case) saveDraft(key, text string) error {
	path := c.draftPath(key)
	if text != "" {
		if err := c.putDraft(key, text); err != nil {
			return err
		}
	} else if err := os.Remove(path + jsonEnding); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop the draft: %w", err)
	}
	// What an editor was lent is older than what is saved now.
	if err := os.Remove(path + lentEnding); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop the draft: %w", err)
	}
	return nil
}

// The endings of a draft's files: the draft, and the text alone as an editor has it.
const (
	jsonEnding = ".json"
	lentEnding = ".md"
)

// draftPath is that of the files of a draft without their endings.
func (c *Case) draftPath(key string) string {
	return filepath.Join(c.dir, draftsName, hexSum([]byte(key))[:16])
}

// LendDraft writes a draft as a plain file in the case folder, for an editor of the responder's, and answers its path.
// What the editor wrote is the draft from then on, also after a crash: Drafts has it until TakeDraft or SaveDraft.
func (c *Case) LendDraft(key, text string) (path string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return "", ErrClosed
	}
	if err := c.putDraft(key, text); err != nil {
		return "", err
	}
	path = c.draftPath(key) + lentEnding
	if text != "" {
		text += "\n" // an editor expects whole lines
	}
	if err := writeFile(path, []byte(text)); err != nil {
		return "", fmt.Errorf("lend the draft to the editor: %w", err)
	}
	c.lent[key] = true
	return path, nil
}

// TakeDraft takes a draft that was lent back: it answers what the editor left, without the line ends at its end, and
// keeps that as the draft. If that cannot be done the file stays, and the error names it.
func (c *Case) TakeDraft(key string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return "", ErrClosed
	}
	delete(c.lent, key)
	text, ok, err := readLent(c.draftPath(key) + lentEnding)
	if err == nil && !ok {
		err = fmt.Errorf("the editor removed its file %s", c.draftPath(key)+lentEnding)
	}
	if err == nil {
		err = c.saveDraft(key, text)
	}
	if err != nil {
		return "", fmt.Errorf("take the draft back: %w", err)
	}
	return text, nil
}

// readLent is what an editor left; ok says whether there is such a file.
func readLent(path string) (text string, ok bool, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no plain file", triage.Visible(path))
	}
	if err != nil {
		return "", true, err
	}
	b, err := readBounded(path, MaxNote)
	return strings.TrimRight(string(b), "\r\n"), true, err
}

// putDraft writes a draft, an empty one too.
func (c *Case) putDraft(key, text string) error {
	if key == "" || len(key) > maxDraftKey {
		return fmt.Errorf("the key of a draft has 1 to %d bytes, not %d", maxDraftKey, len(key))
	}
	if len(text) > MaxNote {
		return fmt.Errorf("the draft has %d bytes, the most is %d", len(text), MaxNote)
	}
	b, err := json.Marshal(draftFile{Key: key, Text: rawText(text), Saved: c.now().UTC()})
	if err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(c.dir, draftsName), 0o750); err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	if err := writeFile(c.draftPath(key)+jsonEnding, append(b, '\n')); err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	return nil
}

// Drafts is the text of each draft by its key. A file in drafts/ that is no draft is reported by Warnings.
func (c *Case) Drafts() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	drafts := map[string]string{}
	dir := filepath.Join(c.dir, draftsName)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.warnOnce(fmt.Sprintf("the drafts cannot be read: %v", err))
	}
	for _, e := range entries[:min(len(entries), maxDrafts)] {
		if e.IsDir() || !strings.HasSuffix(e.Name(), jsonEnding) {
			continue
		}
		var d draftFile
		b, err := readBounded(filepath.Join(dir, e.Name()), 8*MaxNote)
		if err == nil {
			err = json.Unmarshal(b, &d)
		}
		if err != nil {
			c.warnOnce(fmt.Sprintf("%s/%s: is no draft: %v", draftsName, triage.VisibleN(e.Name(), 60), err))
			continue
		}
		drafts[d.Key] = string(d.Text)
		switch text, ok, err := readLent(strings.TrimSuffix(filepath.Join(dir, e.Name()), jsonEnding) + lentEnding); {
		case err != nil:
			c.warnOnce(fmt.Sprintf("what an editor left of the draft %q cannot be read: %v", triage.VisibleN(d.Key, 60), err))
		case ok:
			drafts[d.Key] = text
		}
	}
	return drafts
}

// keep saves text that could not be recorded as a draft, and says so in the error.
func (c *Case) keep(ref, text string, cause error) error {
	if text == "" || errors.Is(cause, ErrNoNote) {
		return cause
	}
	key := strings.TrimSpace("unsaved " + cut(ref, 100))
	if ref == "" {
		key += " " + hexSum([]byte(text))[:6]
	}
	if err := c.SaveDraft(key, text); err != nil {
		return fmt.Errorf("%w; the text could not be kept as a draft either (%v): copy it before you leave", cause, err)
	}
	return fmt.Errorf("%w; the text is kept as draft %q", cause, key)
}

// writeFile puts b at path by way of a file beside it, written through to disk and renamed.
func writeFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(0o640)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncDir(filepath.Dir(path))
}

// readBounded reads a file of at most max bytes.
func readBounded(path string, max int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(b)) > max {
		err = fmt.Errorf("%s is larger than %d bytes", triage.Visible(path), max)
	}
	return b, err
}
