package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"spoor/cases"
	"spoor/ui"
)

// keysFile is where a case keeps keys that were changed.
const keysFile = "keys"

type keysCmd struct {
	Case string `arg:"" optional:"" help:"Case folder, whose keys are printed."`
	Keys string `help:"A file of keys in place of CASE/keys." placeholder:"FILE"`
}

// Run prints the key map as a file that can be changed and given back.
func (c *keysCmd) Run(s *session) error {
	if c.Case != "" {
		if _, err := os.Stat(filepath.Join(c.Case, "case.json")); err != nil {
			return errors.Join(cases.ErrNotCase, err)
		}
	}
	k, err := readKeys(c.Keys, c.Case)
	if err != nil {
		return err
	}
	return s.buffered(func(w io.Writer) error { return ui.PrintKeys(w, k) })
}

// readKeys reads the keys that count: of the file if one is named, else of the case; nil for the built-in ones.
func readKeys(file, dir string) (*ui.Keys, error) {
	named := file != ""
	switch {
	case !named && dir == "":
		return nil, nil
	case !named:
		file = filepath.Join(dir, keysFile)
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	k, err := ui.ReadKeys(f, file)
	if errors.As(err, new(*ui.KeyError)) {
		err = misuse{err}
	}
	return k, err
}
