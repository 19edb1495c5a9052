package pack

import (
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// Recipients are those who can open an encrypted pack.
type Recipients struct {
	keys  []age.Recipient
	Names []string // their public keys, as given
}

// maxRecipients bounds the recipients of a pack.
const maxRecipients = 1000

// Add adds the recipients of a text, one a line: age1… (X25519 or post-quantum), ssh-ed25519 or ssh-rsa. Empty lines
// and lines that begin with # are passed over. The error names the line, never what stands in it.
func (r *Recipients) Add(text string) error {
	before := len(r.keys)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := recipient(line)
		if err == nil && len(r.keys) == maxRecipients {
			err = fmt.Errorf("there are more than %d", maxRecipients)
		}
		if err != nil {
			return fmt.Errorf("line %d of the recipients: %w", i+1, err)
		}
		r.keys, r.Names = append(r.keys, key), append(r.Names, line)
	}
	if len(r.keys) == before {
		return errors.New("no recipient is named")
	}
	return nil
}

func recipient(line string) (age.Recipient, error) {
	var key age.Recipient
	var err error
	switch {
	case strings.HasPrefix(line, "AGE-SECRET-KEY-"), strings.Contains(line, "PRIVATE KEY"):
		return nil, errors.New("it is a secret key: name the public one, which begins with age1 or ssh-")
	case strings.HasPrefix(line, "age1pq1"):
		key, err = age.ParseHybridRecipient(line)
	case strings.HasPrefix(line, "age1"):
		key, err = age.ParseX25519Recipient(line)
	case strings.HasPrefix(line, "ssh-"):
		key, err = agessh.ParseRecipient(line)
	default:
		err = errors.New("no key")
	}
	if err != nil {
		return nil, errors.New("it is no recipient of age: want age1…, ssh-ed25519 … or ssh-rsa …")
	}
	return key, nil
}
