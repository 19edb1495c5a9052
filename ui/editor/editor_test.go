package editor_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"spoor/ui/editor"
)

func TestCommand(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "-x.md")
	for _, c := range []struct {
		name string
		env  []string
		args []string // after the program; nil if there is an error
		err  error
	}{
		{"editor", []string{"EDITOR=" + self}, []string{file}, nil},
		{"visual first", []string{"EDITOR=/no/such", "VISUAL=" + self + " -w"}, []string{"-w", file}, nil},
		{"blank visual", []string{"VISUAL= ", "EDITOR=" + self}, []string{file}, nil},
		{"quotes", []string{`EDITOR="` + self + `" --a 'b  c' ""`}, []string{"--a", "b  c", "", file}, nil},
		{"no shell", []string{"EDITOR=" + self + " ;id $HOME `x`"}, []string{";id", "$HOME", "`x`", file}, nil},
		{"none", []string{"HOME=/x", "EDITORS=vi"}, nil, editor.ErrNone},
		{"not there", []string{"EDITOR=/no/such/editor"}, nil, os.ErrNotExist},
		{"not in path", []string{"EDITOR=no-such-editor-here"}, nil, exec.ErrNotFound},
	} {
		cmd, err := editor.Command(c.env, file)
		if c.args == nil && cmd != nil && err == nil && c.err == os.ErrNotExist {
			err = cmd.Run() // a path is looked up when it is run
		}
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
			continue
		}
		if c.args == nil {
			continue
		}
		if !slices.Equal(cmd.Args[1:], c.args) || cmd.Args[0] != self {
			t.Errorf("%s: runs %q", c.name, cmd.Args)
		}
		if !slices.Contains(cmd.Env, "TMPDIR="+filepath.Dir(file)) {
			t.Errorf("%s: its temporary files go elsewhere: %q", c.name, cmd.Env)
		}
	}
	for _, bad := range []string{`"vi`, `''`, `'' vi`} {
		if cmd, err := editor.Command([]string{"EDITOR=" + bad}, file); err == nil {
			t.Errorf("%s: runs %q", bad, cmd.Args)
		}
	}
}
