package desk

// Web roots as folders: each becomes a manifest in the case, which is then taken in as any listing is.

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"spoor/triage"
	"spoor/triage/webroot"
)

// takeWebroot writes the manifest of a folder and takes it in. The manifest is on the disk under its own name,
// which its hash gives, before the journal speaks of it; a load that is stopped before leaves nothing.
func (l *loader) takeWebroot(dir string) error {
	own, err := filepath.Abs(l.d.Case.Dir())
	if err != nil {
		return err
	}
	folder := l.d.Case.EvidenceDir()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make a place for the manifest of %s: %w", triage.Visible(dir), err)
	}
	f, err := os.CreateTemp(folder, ".webroot-*.new")
	if err != nil {
		return fmt.Errorf("make the manifest of %s: %w", triage.Visible(dir), err)
	}
	defer os.Remove(f.Name()) // there is none any more once it has its own name
	sum := sha256.New()
	out := bufio.NewWriter(f)
	stats, err := webroot.Write(l.ctx, dir, io.MultiWriter(out, sum), webroot.Options{Skip: own, Tell: func(files int, bytes int64, at string) {
		l.tell(Progress{Stage: "reading the web root", FilesDone: files, BytesDone: bytes, File: at}, 0)
	}})
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if stats.Files == 0 {
		l.refuse(dir, errors.New("holds no file that can be read"))
		return nil
	}
	name := "webroot-" + folderName(dir) + hex.EncodeToString(sum.Sum(nil))[:12] + ".jsonl"
	path := filepath.Join(folder, name)
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("keep the manifest of %s: %w", triage.Visible(dir), err)
	}
	if d, err := os.Open(folder); err == nil { // so that the name is durable; not every system can
		_ = d.Sync()
		d.Close()
	}
	return l.take(path, "evidence/"+name, "", func(int64) {})
}

// folderName is the last part of a folder's path as far as it is plain, with a dash behind it.
func folderName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' {
			return r
		}
		return -1
	}, filepath.Base(abs))
	name = strings.Trim(name, ".")
	if name = name[:min(len(name), 40)]; name == "" {
		return ""
	}
	return name + "-"
}
