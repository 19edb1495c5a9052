package cases

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// errReadOnly is what writing to write-protected media gives.
const errReadOnly = windows.ERROR_WRITE_PROTECT

func tryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errBusy
	}
	return err
}

func unlock(f *os.File) {
	windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, new(windows.Overlapped))
}

// syncDir does nothing: Windows has no sync of folders, and NTFS journals renames.
func syncDir(string) error { return nil }
