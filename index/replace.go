package index

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The folders beside a store's while it is replaced.
const (
	freshSuffix = ".new" // the store that is being built
	spentSuffix = ".old" // the one it replaced, until it is removed; while it is there, the new one is whole
)

// A Replacement is a store that is being built anew beside the one in its place.
type Replacement struct {
	Store *Store // to be loaded; Commit and Abort close it
	dir   string
	lock  *fileLock // of the old store; nil if there is none
}

// Replace begins a new store for the folder dir. The old one stays as it is and can be read until Commit; other
// writers are kept off it with an error that wraps ErrInUse. What an earlier Replace left is removed.
func Replace(dir string) (*Replacement, error) {
	if err := Settle(dir); err != nil {
		return nil, err
	}
	r := &Replacement{dir: dir}
	var err error
	if _, statErr := os.Stat(dir); statErr == nil {
		if r.lock, err = lockDir(dir); err != nil {
			return nil, err
		}
	}
	if err = os.RemoveAll(dir + freshSuffix); err == nil {
		r.Store, err = Create(dir + freshSuffix)
	}
	if err != nil {
		r.unlock()
		return nil, fmt.Errorf("begin a new index: %w", err)
	}
	return r, nil
}

// Commit puts the new store into the place of the old and removes that. The store is closed: open it again.
//
// A crash at any point leaves the old store or the new one, whole; Settle puts it into its place.
func (r *Replacement) Commit() error {
	defer r.unlock()
	if err := r.Store.Close(); err != nil {
		return errors.Join(err, os.RemoveAll(r.dir+freshSuffix))
	}
	r.unlock() // a folder with an open file cannot be renamed everywhere
	if err := os.Rename(r.dir, r.dir+spentSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("put the old index aside: %w", err)
	}
	if err := os.Rename(r.dir+freshSuffix, r.dir); err != nil {
		return fmt.Errorf("put the new index into its place: %w", err)
	}
	if err := syncDir(filepath.Dir(r.dir)); err != nil {
		return err
	}
	return os.RemoveAll(r.dir + spentSuffix)
}

// Abort gives the new store up; the old one stays.
func (r *Replacement) Abort() error {
	defer r.unlock()
	return errors.Join(r.Store.Close(), os.RemoveAll(r.dir+freshSuffix))
}

func (r *Replacement) unlock() {
	if r.lock != nil {
		r.lock.unlock()
		r.lock = nil
	}
}

// Settle finishes what a crash in the middle of Commit left half done. It does nothing if there is nothing.
func Settle(dir string) error {
	if _, err := os.Lstat(dir + spentSuffix); err != nil {
		return nil
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.Rename(dir+freshSuffix, dir); err != nil {
			return fmt.Errorf("put the new index into its place: %w", err)
		}
	}
	return os.RemoveAll(dir + spentSuffix)
}
