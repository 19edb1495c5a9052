package cli

// How data is printed: aligned columns of visible text, or one JSON object a line.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"spoor/triage"
)

// jsonLine prints v as one line of JSON in which every character outside printable ASCII that Visible would
// not let through is escaped: the value is the same, and a terminal has nothing to act on.
//
// To a csvWriter it is a row.
func jsonLine(w io.Writer, v any) error {
	if table, ok := w.(*csvWriter); ok {
		return table.row(v)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(triage.VisibleJSON(b.Bytes()))
	return err
}

// text gives a string from evidence as JSON carries it: bytes that are no UTF-8 as <XX>, the rest untouched.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "<%02X>", s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// optional is a time for JSON: null if zero.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// stamp is a time for people, in UTC.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// buffered runs f with a buffered stdout and flushes it.
func (s *session) buffered(f func(w io.Writer) error) error {
	w := bufio.NewWriterSize(s.out, 64<<10)
	if s.table != nil {
		s.table.to(w)
		err := f(s.table)
		s.table.out.Flush()
		return errors.Join(err, s.table.out.Error(), w.Flush())
	}
	if err := f(w); err != nil {
		w.Flush()
		return err
	}
	return w.Flush()
}

// each prints a list, as JSON or as lines.
func each[T any](s *session, asJSON bool, list []T, value func(T) any, line func(io.Writer, T)) error {
	return s.buffered(func(w io.Writer) error {
		for _, v := range list {
			if !asJSON {
				line(w, v)
			} else if err := jsonLine(w, value(v)); err != nil {
				return err
			}
		}
		return nil
	})
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// plural writes a number with its noun.
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, noun)
	}
	if strings.HasSuffix(noun, "s") {
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
