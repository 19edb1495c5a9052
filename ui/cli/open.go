package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"spoor/triage"
	"spoor/ui"
	"spoor/ui/desk"
)

type openCmd struct {
	Case    string   `arg:"" help:"Case folder."`
	Screen  []string `arg:"" optional:"" help:"With --plain: overview (default), requests and so on, a reference, or search QUERY, outcomes, stolen."`
	Plain   bool     `help:"Print what the screen shows as plain lines, the whole list, and end."`
	Filter  string   `help:"With --plain: what the rows are narrowed to; a query for requests, words and COLUMN:VALUE elsewhere." placeholder:"QUERY"`
	Sort    string   `help:"With --plain: the column that orders the rows." placeholder:"COLUMN"`
	Desc    bool     `help:"With --plain and --sort: the largest first."`
	Columns []string `help:"With --plain: the columns to show." placeholder:"A,B"`
	Detail  bool     `help:"With --plain: what is said of the first row, too."`
	Width   int      `help:"With --plain: columns." default:"160" placeholder:"N"`
	Rows    int      `help:"With --plain: at most so many rows of a list." default:"10000" placeholder:"N"`
	terminalFlags
}

func (c *openCmd) Run(s *session) error {
	if c.Plain {
		return s.withCase(c.Case, c.plain(s))
	}
	if len(c.Screen) > 0 || c.Filter != "" || c.Detail || c.Sort != "" || len(c.Columns) > 0 {
		return misuse{errors.New("a screen, --filter, --sort, --columns and --detail go with --plain")}
	}
	if !canDraw(s.out) {
		return errNoTerminal
	}
	keys, err := readKeys(c.Keys, c.Case)
	if err != nil {
		return err
	}
	return s.withCase(c.Case, func(d *desk.Desk) error { return s.runUI(d, &c.terminalFlags, keys) })
}

// plain prints a screen.
func (c *openCmd) plain(s *session) func(*desk.Desk) error {
	o := ui.PlainOptions{Screen: strings.Join(c.Screen, " "), View: ui.ViewOptions{Filter: c.Filter, Sort: c.Sort, Desc: c.Desc, Columns: c.Columns}, Width: c.Width, Rows: c.Rows, Detail: c.Detail,
		ASCII: c.options(os.Getenv).ASCII}
	return func(d *desk.Desk) error {
		err := s.buffered(func(w io.Writer) error { return ui.Plain(s.ctx, d, w, o) })
		if errors.Is(err, ui.ErrNotPlain) {
			return misuse{err}
		}
		return err
	}
}

// runUI opens the terminal program.
func (s *session) runUI(d *desk.Desk, f *terminalFlags, keys *ui.Keys) error {
	o := f.options(os.Getenv)
	if out, ok := s.out.(*os.File); ok && f.asks(o, os.Getenv) {
		o.Light = ui.LightBackground(out)
	}
	o.In, o.Out, o.Keys = s.in, s.out, keys
	return ui.Run(s.ctx, d, o)
}

type demoCmd struct{ terminalFlags }

// Run makes the bundled incident into a case. The evidence is written into the case's own folder, since it
// comes out of the program and has no other place.
func (c *demoCmd) Run(s *session) error {
	keys, err := readKeys(c.Keys, "")
	if err != nil {
		return err
	}
	dir, err := freshFolder("spoor-demo")
	if err != nil {
		return err
	}
	d, err := desk.OpenOrCreate(dir, s.who())
	if err != nil {
		return err
	}
	defer d.Close()
	paths, err := unpack(s.bundled, filepath.Join(dir, "evidence"))
	if err != nil {
		return err
	}
	o := desk.LoadOptions{}
	for _, p := range paths {
		if filepath.Base(filepath.Dir(p)) == "baseline" {
			o.Baseline = append(o.Baseline, p)
		} else {
			o.Paths = append(o.Paths, p)
		}
	}
	meter, end := s.newMeter()
	ledger, err := d.Load(s.ctx, o, meter.show)
	end()
	if err != nil {
		return err
	}
	if canDraw(s.out) {
		return s.runUI(d, &c.terminalFlags, keys)
	}
	return s.buffered(func(w io.Writer) error {
		printLedger(w, d, ledger)
		for _, in := range d.Incidents() {
			if in.Level >= triage.High {
				fmt.Fprintf(w, "\n%s\n", in.Title)
				printSteps(w, in)
			}
		}
		_, err := fmt.Fprintf(w, "\nThe case is in %s. Open it with:\n  spoor open %s\n", dir, dir)
		return err
	})
}

// freshFolder makes a new folder under the working folder: name, name-2, name-3, …
func freshFolder(name string) (string, error) {
	for i := 1; i < 10_000; i++ {
		dir := name
		if i > 1 {
			dir = fmt.Sprintf("%s-%d", name, i)
		}
		err := os.Mkdir(dir, 0o700)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
	return "", fmt.Errorf("%s-2 to %s-9999 exist: remove some", name, name)
}

// unpack copies the bundled files into dir and lists them in order.
func unpack(from fs.FS, dir string) ([]string, error) {
	var out []string
	err := fs.WalkDir(from, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, p)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		out = append(out, file)
		return os.WriteFile(file, b, 0o600)
	})
	return out, err
}
