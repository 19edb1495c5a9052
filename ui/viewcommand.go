package ui

import (
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// viewCommand is a line for a shell that writes what is shown: the rows of requests by spoor search, a record by spoor
// show, and any other screen by spoor open --plain. Empty: the screen is none that a command shows.
func viewCommand(caseDir string, k kept) string {
	words := []string{"spoor"}
	add := func(w ...string) { words = append(words, w...) }
	switch k.Screen {
	case "":
		return ""
	case "requests":
		add("search")
		if order := requestFields[k.Sort].order; order != "" {
			add(append([]string{"--sort", order}, orderFlag(k)...)...)
		}
		add(caseDir)
		if q := joined(filtersKept(k.Filters)); q != "" {
			add("--", q) // a query may begin with a hyphen
		}
	case "request":
		add("show", caseDir, k.Args[0])
	default:
		add("open", "--plain")
		q := joined(filtersKept(k.Filters))
		if k.Only != "" {
			q = strings.TrimSpace(q + " verdict:" + quoted(k.Only))
		}
		if q != "" {
			add("--filter=" + q)
		}
		if k.Sort != "" {
			add(append([]string{"--sort", k.Sort}, orderFlag(k)...)...)
		}
		if len(k.Columns) > 0 {
			add("--columns", strings.Join(k.Columns, ","))
		}
		add(caseDir, k.Screen)
		add(k.Args...)
	}
	for i := range words {
		words[i] = shellQuote(words[i])
	}
	return strings.Join(words, " ")
}

func orderFlag(k kept) []string {
	if k.Desc {
		return []string{"--desc"}
	}
	return nil
}

// shellQuote writes a word so that a POSIX shell takes it as it is.
func shellQuote(w string) string {
	plain := w != "" && strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=./:,@%+") == ""
	if plain {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// copyView puts the command for what is shown on the clipboard.
func (r *root) copyView() tea.Cmd {
	k, ok := r.top().(keeper)
	if !ok || viewCommand("CASE", k.Kept()) == "" {
		r.fail(errors.New("no command shows this screen"))
		return nil
	}
	return r.copy(subject{copied: viewCommand(r.desk.Case.Dir(), k.Kept())})
}
