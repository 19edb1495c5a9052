package cases

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// sessionName is the file with what the terminal program showed last. It proves nothing and may be deleted.
const sessionName = "session.json"

// maxSession bounds what is kept of a session, in bytes.
const maxSession = 1 << 20

// SaveSession keeps what the terminal program shows, in a form of the caller's choice of at most 1 MiB, in place of what
// was there; so that the next one can go on there, also after a crash.
func (c *Case) SaveSession(b []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case len(b) > maxSession:
		return fmt.Errorf("keep the session: %d bytes are more than %d", len(b), maxSession)
	}
	if err := writeFile(filepath.Join(c.dir, sessionName), b); err != nil {
		return fmt.Errorf("keep the session: %w", err)
	}
	return nil
}

// Session is what SaveSession kept; nil if there is nothing.
func (c *Case) Session() ([]byte, error) {
	b, err := readBounded(filepath.Join(c.dir, sessionName), maxSession)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	return b, nil
}
