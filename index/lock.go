package index

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"spoor/triage"
)

// A fileLock is this process's claim to write.
type fileLock struct{ file *os.File }

// lockDir claims a store's folder. The error wraps ErrInUse, and says who, if another process has it.
func lockDir(dir string) (*fileLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the index: %w", err)
	}
	if err := tryLock(f); err != nil {
		who := make([]byte, 64)
		n, _ := f.Read(who)
		f.Close()
		if errors.Is(err, ErrInUse) {
			return nil, fmt.Errorf("%s: %w (%s): wait until it is done", dir, err, triage.Visible(strings.TrimSpace(string(who[:n]))))
		}
		return nil, fmt.Errorf("lock the index %s: %w", dir, err)
	}
	if f.Truncate(0) == nil { // the text only helps, so its errors do not matter
		_, _ = f.WriteAt(fmt.Appendf(nil, "process %d\n", os.Getpid()), 0)
	}
	return &fileLock{f}, nil
}

// unlock gives the claim up.
func (l *fileLock) unlock() { l.file.Close() }
