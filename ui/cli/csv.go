package cli

// Lists as CSV: the columns are the keys that --json prints, in their order.

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"spoor/triage"
)

// csvFlag is the flag of commands that print a list.
type csvFlag struct {
	CSV bool `name:"csv" help:"Print CSV with a header, safe to open in a spreadsheet."`
}

// asTable has the list that a command prints as JSON come out as CSV.
func (f *csvFlag) asTable(s *session, asJSON *bool) {
	if f.CSV {
		*asJSON = true
		s.table = &csvWriter{}
	}
}

// A csvWriter prints the values that jsonLine is given as rows. Values of another type than the first have the columns
// of the first, by name, and are left out of those they lack.
type csvWriter struct {
	out     *csv.Writer
	columns []string
}

// Write is there for what is no list: nothing else may come between the rows.
func (c *csvWriter) Write([]byte) (int, error) {
	return 0, errors.New("this cannot be printed as CSV; --json prints it")
}

// to begins to write to w, and goes on with the columns known.
func (c *csvWriter) to(w io.Writer) { c.out = csv.NewWriter(w) }

// row prints one value.
func (c *csvWriter) row(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var cells map[string]json.RawMessage
	if err := json.Unmarshal(b, &cells); err != nil {
		return err
	}
	if c.columns == nil {
		c.columns = columnsOf(reflect.TypeOf(v), cells)
		if err := c.out.Write(c.columns); err != nil {
			return err
		}
	}
	row := make([]string, len(c.columns))
	for i, name := range c.columns {
		row[i] = cell(cells[name])
	}
	return c.out.Write(row)
}

// columnsOf are the JSON keys of a type's values, in order; of a type that writes its own JSON, those of one value.
func columnsOf(t reflect.Type, cells map[string]json.RawMessage) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var out []string
	if t.Kind() == reflect.Struct && !t.Implements(reflect.TypeFor[json.Marshaler]()) {
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" || !f.IsExported() || name == "-" {
				continue
			}
			if name == "" {
				name = f.Name
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		return out
	}
	for name := range cells {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// cell is a JSON value as the text of a cell: null is empty, plain values of a list stand one after another with "; "
// between, everything else is JSON.
func cell(v json.RawMessage) string {
	if len(v) == 0 || string(v) == "null" {
		return ""
	}
	switch v[0] {
	case '"':
		var s string
		if json.Unmarshal(v, &s) != nil {
			return ""
		}
		return inert(s)
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(v, &list) != nil {
			return ""
		}
		var parts []string
		for _, x := range list {
			if len(x) > 0 && (x[0] == '{' || x[0] == '[') {
				return inert(compact(v))
			}
			parts = append(parts, plainCell(x))
		}
		return inert(strings.Join(parts, "; "))
	case '{':
		return inert(compact(v))
	}
	return string(v) // a number, true or false: nothing that a spreadsheet would run
}

func plainCell(v json.RawMessage) string {
	var s string
	if len(v) > 0 && v[0] == '"' && json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}

func compact(v json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, v) != nil {
		return ""
	}
	return b.String()
}

// inert makes text safe for a terminal, by triage.Visible, and for a spreadsheet: what could be the beginning of a
// formula has an apostrophe before it, which is how spreadsheets mark text.
//
// Source: https://owasp.org/www-community/attacks/CSV_Injection
func inert(s string) string {
	formula := func(s string) bool {
		s = strings.TrimLeft(s, " ")
		return strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") || strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠") ||
			s != "" && strings.ContainsRune("=+-@\t\r\n|", rune(s[0]))
	}
	if formula(s) {
		return "'" + triage.Visible(s)
	}
	return triage.Visible(s)
}
