package desk

import (
	"errors"
	"fmt"
	"strings"

	"spoor/cases/pack"
	"spoor/triage"
)

// SealUsage is what ParseSeal reads, in one line.
const SealUsage = "seal [KEYFILE] [--pack FILE] [--to PUBLICKEY]... [-R FILE]... [--force]"

// SealOptions says what a seal or a pack is to be made with.
type SealOptions struct {
	Key        string   // file of the secret key; empty for no seal
	Pack       string   // archive to write; empty for none
	To         []string // public keys that the pack is encrypted to
	Recipients []string // files of such keys
	Force      bool     // replace a file of the pack's name
}

// ParseSeal reads what to sign and to pack from one line, in the words of the command line. No file is looked at.
func ParseSeal(line string) (SealOptions, error) {
	var o SealOptions
	words, err := SplitWords(line)
	for i := 0; i < len(words) && err == nil; i++ {
		name, value, given := strings.Cut(words[i], "=")
		switch {
		case !strings.HasPrefix(words[i], "-") && o.Key == "":
			o.Key = words[i]
			continue
		case words[i] == "--force":
			o.Force = true
			continue
		case name != "--pack" && name != "--to" && name != "-R" && name != "--key":
			return o, fmt.Errorf("%q is too much: %s", triage.VisibleN(words[i], 40), SealUsage)
		}
		if !given && i+1 < len(words) {
			i++
			value = words[i]
		}
		if value == "" {
			return o, fmt.Errorf("%s needs a value: %s", name, SealUsage)
		}
		switch name {
		case "--pack":
			o.Pack = value
		case "--key":
			o.Key = value
		case "--to":
			o.To = append(o.To, value)
		default:
			o.Recipients = append(o.Recipients, value)
		}
	}
	if err == nil {
		err = o.Check()
	}
	return o, err
}

// Check says what does not go together.
func (o *SealOptions) Check() error {
	if o.Key == "" && o.Pack == "" {
		return errors.New("nothing to do: name a key, an archive with --pack, or both")
	}
	if o.Pack == "" && (len(o.To)+len(o.Recipients) > 0 || o.Force) {
		return errors.New("--to, -R and --force go with --pack: a seal alone is not encrypted")
	}
	return nil
}

// ReadRecipients reads those of To and Recipients; nil if none is named.
func (o *SealOptions) ReadRecipients() (*pack.Recipients, error) {
	to := new(pack.Recipients)
	for _, key := range o.To {
		if err := to.Add(key); err != nil {
			return nil, fmt.Errorf("--to: %w", err)
		}
	}
	for _, file := range o.Recipients {
		text, err := ReadKeyFile(file)
		if err == nil {
			err = to.Add(string(text))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", triage.Visible(file), err)
		}
	}
	if len(to.Names) == 0 {
		return nil, nil
	}
	return to, nil
}
