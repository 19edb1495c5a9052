package cases

import (
	"io"
	"os"
	"path/filepath"
	"time"
)

// FailWrites makes the next appends write only keep bytes and then fail with err; nil ends that.
func (c *Case) FailWrites(keep int, err error) {
	c.journal.write = (*os.File).WriteAt
	if err == nil {
		return
	}
	c.journal.write = func(f *os.File, b []byte, off int64) (int, error) {
		n, _ := f.WriteAt(b[:min(keep, len(b))], off)
		return n, err
	}
}

// FailFlush makes writing through to disk fail with err; nil ends that.
func (c *Case) FailFlush(err error) {
	c.journal.flush = (*os.File).Sync
	if err != nil {
		c.journal.flush = func(*os.File) error { return err }
	}
}

// ShortWrites makes the next appends write a part and say nothing of it.
func (c *Case) ShortWrites() {
	c.journal.write = func(f *os.File, b []byte, off int64) (int, error) { return f.WriteAt(b[:len(b)/2], off) }
}

// SetLockWait bounds the wait for the lock.
func (c *Case) SetLockWait(d time.Duration) { c.lockWait = d }

// Lock takes the lock of the case in dir as another program would.
func Lock(dir string) (release func(), err error) { return acquire(filepath.Join(dir, lockName), 0) }

// ScanLines gives the size, hash and wholeness of each line of r.
func ScanLines(r io.Reader, yield func(size int64, sum string, whole bool)) error {
	return scanLines(r, func(l *journalLine) error {
		yield(l.size, l.sum, l.whole)
		return nil
	})
}
