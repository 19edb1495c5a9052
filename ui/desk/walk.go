package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"spoor/triage"
)

// walk calls yield for each regular file at or below path, in order of name, with the path under which it is
// shown. What cannot be read goes to refuse. The case's own folder is left out.
func walk(path, caseDir string, yield func(path, shown string) error, refuse func(string, error)) error {
	if _, err := os.Lstat(path); err != nil {
		return fmt.Errorf("%s: %s", triage.Visible(path), reasonOf(err))
	}
	own, _ := filepath.Abs(caseDir)
	root := filepath.Clean(path)
	return filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		shown := shownPath(root, p)
		if err != nil {
			refuse(shown, err)
			if e != nil && e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			if abs, err := filepath.Abs(p); err == nil && abs == own {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() && p != root {
			refuse(shown, errors.New("not a regular file (a link, device or pipe): name it itself to have it read"))
			return nil
		}
		return yield(p, shown)
	})
}

// shownPath is how a source is named from then on: the path as given if it is relative and inside the working
// folder, else from the last part of what was given on.
func shownPath(root, path string) string {
	if filepath.IsLocal(path) {
		return filepath.ToSlash(path)
	}
	rel, err := filepath.Rel(filepath.Dir(root), path)
	if err != nil || !filepath.IsLocal(rel) {
		rel = filepath.Base(path)
	}
	return strings.TrimPrefix(filepath.ToSlash(rel), "./")
}
