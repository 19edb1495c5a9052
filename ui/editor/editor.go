// Package editor makes the command that runs the responder's own editor on a file.
//
// Command is the one call. It is the only process that spoor ever starts, and only at the responder's wish: what is run
// is named by $VISUAL or $EDITOR and by nothing else. No shell is between, so that nothing in the variable but the
// program and its arguments means anything, and the file is given by its whole path, which no editor takes for an option.
package editor

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Cmd is a command that can be run.
type Cmd = exec.Cmd

// ErrNone says that no editor is named.
var ErrNone = errors.New("neither $VISUAL nor $EDITOR names an editor")

// Command is the editor that the environment env ("NAME=value", as os.Environ answers) names, on file: $VISUAL, else
// $EDITOR, with the arguments in it ("code --wait"); quotes keep a space in a word. Temporary files of the editor go to
// the folder of the file, where it honours $TMPDIR. The caller sets the streams. The error wraps ErrNone or exec.ErrNotFound.
func Command(env []string, file string) (*Cmd, error) {
	name, line := "", ""
	for _, want := range []string{"VISUAL", "EDITOR"} {
		for _, kv := range env {
			if v, ok := strings.CutPrefix(kv, want+"="); ok && strings.TrimSpace(v) != "" && line == "" {
				name, line = "$"+want, v
			}
		}
	}
	if line == "" {
		return nil, fmt.Errorf("%w: set one of them, such as EDITOR=nano", ErrNone)
	}
	words, err := split(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file, err = filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(words[0], append(words[1:], file)...)
	if cmd.Err != nil {
		return nil, fmt.Errorf("%s: %w", name, cmd.Err)
	}
	dir := filepath.Dir(file)
	for _, kv := range env {
		if v, _, _ := strings.Cut(kv, "="); v != "TMPDIR" && v != "TMP" && v != "TEMP" {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, "TMPDIR="+dir, "TMP="+dir, "TEMP="+dir)
	return cmd, nil
}

// split takes a line apart at spaces outside quotes.
func split(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	open, quote := false, rune(0)
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			open, quote = true, r
		case r == ' ' || r == '\t':
			if open {
				out = append(out, word.String())
				word.Reset()
			}
			open = false
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is not closed: %s", line)
	}
	if open {
		out = append(out, word.String())
	}
	if len(out) == 0 || out[0] == "" {
		return nil, errors.New("it names no program")
	}
	return out, nil
}
