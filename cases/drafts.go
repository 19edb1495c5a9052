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
// draft. The file is written aside and renamed, so the former draft stays if the disk is full.
func (c *Case) SaveDraft(key, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	return c.saveDraft(key, text)
}

func (c *Case) saveDraft(key, text string) error {
	if key == "" || len(key) > maxDraftKey {
		return fmt.Errorf("the key of a draft has 1 to %d bytes, not %d", maxDraftKey, len(key))
	}
	if len(text) > MaxNote {
		return fmt.Errorf("the draft has %d bytes, the most is %d", len(text), MaxNote)
	}
	dir := filepath.Join(c.dir, draftsName)
	path := filepath.Join(dir, hexSum([]byte(key))[:16]+".json")
	if text == "" {
		err := os.Remove(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop the draft: %w", err)
		}
		return nil
	}
	b, err := json.Marshal(draftFile{Key: key, Text: rawText(text), Saved: c.now().UTC()})
	if err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	if err := writeFile(path, append(b, '\n')); err != nil {
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
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".json") {
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
