package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
	"unicode"

	"spoor/index"
	"spoor/ui/desk"
)

// answers are what a process says to a question: how long each thing took, under its name, and bytes.
type answers struct {
	Times []timed
	Bytes int64
}

// A timed is one thing done as often as there are times.
type timed struct {
	Name string
	Took []time.Duration
}

// asked are the questions. Those of screens answer when the screen is complete, so that the asker's own clock counts.
var asked = map[string]func(*desk.Desk) (answers, error){
	"first":    first,
	"overview": overview,
	"requests": requests,
	"idle":     idle,
	"frames":   frames,
	"pivots":   pivots,
	"words":    words,
	"counts":   counts,
	"sorts":    sorts,
	"moves":    moves,
}

// answer opens a case, answers a question and writes the answer on one line.
func answer(question, dir string, w io.Writer) error {
	do, ok := asked[question]
	if !ok {
		return fmt.Errorf("no question %q", question)
	}
	d, err := desk.Open(dir, desk.Who{})
	if err != nil {
		return err
	}
	defer d.Close()
	stop, err := profile(question)
	if err != nil {
		return err
	}
	a, err := do(d)
	if err = errors.Join(err, stop()); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(a)
}

// profile starts a CPU profile if a folder for them is named, and answers how to end it.
func profile(question string) (stop func() error, err error) {
	dir := os.Getenv(profileEnv)
	if dir == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(filepath.Join(dir, question+".pprof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

func askFor(question, dir string) (a answers, took time.Duration, err error) {
	line, took, err := ask(question, dir)
	if err != nil {
		return a, 0, err
	}
	return a, took, json.Unmarshal(line, &a)
}

// pageRows is the first page of a search: as many rows as the Requests screen reads at a time.
const pageRows = 128

// firstPage runs a search to its first page.
func firstPage(d *desk.Desk, query string) (time.Duration, error) {
	start := time.Now()
	res, err := d.Search(context.Background(), query)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", query, err)
	}
	_, err = res.Rows(0, pageRows)
	return time.Since(start), err
}

func timeAll(d *desk.Desk, name string, queries []string) (timed, error) {
	t := timed{Name: name}
	for _, q := range queries {
		took, err := firstPage(d, q)
		if err != nil {
			return t, err
		}
		t.Took = append(t.Took, took)
	}
	return t, nil
}

// sample is n rows of a search drawn with a seed; a value is drawn as often as it is logged.
func sample(d *desk.Desk, query string, n int) ([]index.Row, error) {
	res, err := d.Search(context.Background(), query)
	if err != nil || res.Len() == 0 {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(3, 8))
	var out []index.Row
	for range n {
		rows, err := res.Rows(rnd.IntN(res.Len()), 1)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// pivots goes from clients, paths and agents of random requests, and from each rule, to the first page of the
// requests that share the value. No value is asked for twice.
func pivots(d *desk.Desk) (a answers, err error) {
	rows, err := sample(d, "", 150)
	if err != nil {
		return a, err
	}
	attacks, err := sample(d, "level:>=medium", 50)
	if err != nil {
		return a, err
	}
	rows = append(rows, attacks...)
	values := map[string][]string{}
	for _, r := range rows {
		values["client"] = append(values["client"], r.Client)
		values["path"] = append(values["path"], r.Path)
		values["agent"] = append(values["agent"], r.Agent)
	}
	res, err := d.Search(context.Background(), "")
	if err != nil {
		return a, err
	}
	rules, err := res.Facet(context.Background(), "rule", 100)
	if err != nil {
		return a, err
	}
	for _, r := range rules {
		values["rule"] = append(values["rule"], r.Value)
	}
	for _, kind := range []string{"client", "path", "agent", "rule"} {
		var queries []string
		for _, v := range values[kind] {
			if p := d.Pivots(kind, v); len(p) > 0 && !slices.Contains(queries, p[0].Query) {
				queries = append(queries, p[0].Query)
			}
		}
		t, err := timeAll(d, kind, queries)
		if err != nil {
			return a, err
		}
		a.Times = append(a.Times, t)
	}
	return a, nil
}

// words looks for words of the log: those met most, those met once, pairs of neighbours, beginnings and ends.
func words(d *desk.Desk) (a answers, err error) {
	rows, err := sample(d, "", 300)
	if err != nil {
		return a, err
	}
	attacks, err := sample(d, "level:>=medium", 100)
	if err != nil {
		return a, err
	}
	met := map[string]int{}
	var pairs []string
	for _, r := range append(rows, attacks...) {
		found := wordsOf(&r)
		for i, w := range found {
			met[w]++
			if i > 0 {
				pairs = append(pairs, index.Phrase(found[i-1]+" "+w))
			}
		}
	}
	var all []string
	for w := range met {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(met[b], met[a]), strings.Compare(a, b)) })
	n := min(25, len(all))
	frequent, rare := all[:n], all[len(all)-n:]
	var parts []string
	for i, w := range slices.Concat(frequent, rare) {
		if len(w) < 4 {
			continue
		}
		if i%2 == 0 {
			parts = append(parts, w[:3]+"*")
		} else {
			parts = append(parts, "*"+w[len(w)-3:])
		}
	}
	slices.Sort(pairs)
	pairs, parts = slices.Compact(pairs), distinct(parts)
	rand.New(rand.NewPCG(3, 8)).Shuffle(len(pairs), func(i, k int) { pairs[i], pairs[k] = pairs[k], pairs[i] })
	for _, of := range []struct {
		name    string
		queries []string
	}{{"frequent", frequent}, {"rare", rare}, {"phrase", pairs[:min(40, len(pairs))]}, {"wildcard", parts}} {
		t, err := timeAll(d, of.name, of.queries)
		if err != nil {
			return a, err
		}
		a.Times = append(a.Times, t)
	}
	return a, nil
}

// wordsOf are the words of a decoded target that are not operators of the query language.
func wordsOf(r *index.Row) []string {
	text := r.Path + " " + r.Query
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	return slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return c >= unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}), func(w string) bool { return w == "and" || w == "or" || w == "not" })
}

func distinct(in []string) []string {
	var out []string
	for _, s := range in {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// counts counts every column and the histogram over all requests, each once, as at its first use.
func counts(d *desk.Desk) (a answers, err error) {
	for _, column := range []string{"ip", "method", "path", "query", "status", "ua", "referer", "host", "user", "source", "class", "rule", "level"} {
		res, err := d.Search(context.Background(), "")
		if err != nil {
			return a, err
		}
		start := time.Now()
		if _, err := res.Facet(context.Background(), column, 10); err != nil {
			return a, err
		}
		a.Times = append(a.Times, timed{column, []time.Duration{time.Since(start)}})
	}
	res, err := d.Search(context.Background(), "")
	if err != nil {
		return a, err
	}
	start := time.Now()
	_, err = res.Histogram(context.Background(), 720)
	a.Times = append(a.Times, timed{"histogram", []time.Duration{time.Since(start)}})
	return a, err
}
