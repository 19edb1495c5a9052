package cases

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// errBusy is what tryLock answers when another holds the lock.
var errBusy = errors.New("locked by another")

// acquire takes the case's lock, waiting for at most wait, and answers how to let it go.
//
// The lock is that of the operating system on an open file of its own, CASE/journal.lock (flock on Unix,
// LockFileEx on Windows, whose locks would keep others from reading the journal itself). It goes with the
// process that held it, so a crash leaves none behind; the empty file stays. It is held for one append, some
// milliseconds. On a network share without such locks two writers are not kept apart.
func acquire(path string, wait time.Duration) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("lock the case: %w", err)
	}
	const step = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += step {
		err = tryLock(f)
		if err == nil {
			return func() {
				unlock(f)
				f.Close()
			}, nil
		}
		if !errors.Is(err, errBusy) {
			f.Close()
			return nil, fmt.Errorf("lock the case: %w", err)
		}
		if waited >= wait {
			f.Close()
			return nil, fmt.Errorf("%w (waited %v for %s): close it or let it finish, then try again", ErrLocked, wait, path)
		}
		time.Sleep(step)
	}
}
