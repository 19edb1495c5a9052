package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"spoor/triage"
)

// ErrExists says that there is a file of the pack's name.
var ErrExists = errors.New("exists")

// WriteFile writes a pack to a file that nobody but the user may read, encrypted if there are recipients, and answers
// its SHA-256 and size. The file appears whole or not at all. One that is there is replaced if force is set; else
// the error wraps ErrExists.
func WriteFile(ctx context.Context, path string, force bool, to *Recipients, folder string, files []File, at time.Time) (sum string, size int64, err error) {
	format, err := FormatOf(path)
	if err != nil {
		return "", 0, err
	}
	exists := fmt.Errorf("%s %w: name another file, or say --force", triage.Visible(path), ErrExists)
	if _, err := os.Lstat(path); err == nil && !force {
		return "", 0, exists
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".pack-*.new")
	if err != nil {
		return "", 0, fmt.Errorf("write the pack: %w", err)
	}
	defer os.Remove(f.Name()) // there is none any more once it has its own name
	hash := sha256.New()
	count := &counter{w: io.MultiWriter(f, hash)}
	err = writeTo(ctx, count, format, to, folder, files, at)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", 0, fmt.Errorf("write the pack: %w", err)
	}
	if err = put(f.Name(), path, force); errors.Is(err, fs.ErrExist) {
		err = exists
	}
	if err != nil {
		return "", 0, fmt.Errorf("write the pack: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), count.n, nil
}

// put gives a file its name. A link does not replace what is there; where a file system has none, a rename may,
// of a file that came in between.
func put(from, to string, force bool) error {
	if !force {
		err := os.Link(from, to)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, err := os.Lstat(to); err == nil {
			return fs.ErrExist
		}
	}
	return os.Rename(from, to)
}

func writeTo(ctx context.Context, w io.Writer, format Format, to *Recipients, folder string, files []File, at time.Time) error {
	if to == nil || len(to.keys) == 0 {
		return Write(ctx, w, format, folder, files, at)
	}
	sealed, err := age.Encrypt(w, to.keys...)
	if err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if err := Write(ctx, sealed, format, folder, files, at); err != nil {
		return err
	}
	return sealed.Close()
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
