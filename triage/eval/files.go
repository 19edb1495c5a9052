package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"spoor/triage"
	"spoor/triage/hashlist"
)

// files judges listings: the verdicts on a labelled web root, and where the planted files of labelled incidents
// rank among all files of their web roots.
func (e *evaluation) files() error {
	if err := e.verdicts(); err != nil {
		return err
	}
	dirs, err := filepath.Glob(filepath.Join(e.data, "lab-*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := e.labFiles(dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	return nil
}

// readList reads a hash list in a role; ok is false if it is not there.
func readList(path, role string) (list triage.HashList, ok bool, err error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return list, false, nil
	}
	if err != nil {
		return list, false, err
	}
	defer f.Close()
	list.Role, list.Source = role, triage.Source{Key: "000000", Path: filepath.Base(path)}
	st, err := hashlist.Read(f, list.Source, nil, func(h triage.HashEntry) error {
		list.Entries = append(list.Entries, h)
		return nil
	})
	list.Source.Format = st.Format
	return list, err == nil, err
}

// fileLabels are the labels of the web root made of real hashes, and the verdicts that fit them.
var fileLabels = map[string]triage.FileVerdict{"known-good": triage.KnownGood, "known-bad": triage.KnownBad, "core-modified": triage.Changed, "unknown-benign": triage.Unknown}

// verdicts prints how the four verdicts fit the labels of the WordPress web root.
func (e *evaluation) verdicts() error {
	var lists []triage.HashList
	for _, x := range []struct{ path, role string }{
		{"webroot/wp643_webroot_listing.csv", triage.RoleListing}, {"hashes/wordpress-6.4.3.sha256", triage.RoleBaseline},
		{"hashes/known_bad_php-malware-finder.csv", triage.RoleKnownBad},
	} {
		l, ok, err := readList(filepath.Join(e.data, x.path), x.role)
		if err != nil || !ok {
			return err
		}
		lists = append(lists, l)
	}
	f, err := os.Open(filepath.Join(e.data, "webroot/wp643_webroot_labels.csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	labels := map[string]string{}
	for _, row := range rows[1:] {
		labels[row[0]] = row[1]
	}
	counts := map[string]map[triage.FileVerdict]int{}
	var wrong []string
	suspect, signs := 0, 0
	files := triage.JudgeFiles(lists)
	for i := range files {
		f := &files[i]
		label := labels[f.Path]
		if counts[label] == nil {
			counts[label] = map[triage.FileVerdict]int{}
		}
		counts[label][f.Verdict]++
		if fileLabels[label] != f.Verdict {
			wrong = append(wrong, f.Path+" is "+label+", judged "+string(f.Verdict))
		}
		hints := slices.ContainsFunc(f.Findings, func(x triage.Finding) bool { return x.Level >= triage.Low })
		if hints && label == "known-bad" {
			signs++
		}
		if hints && (label == "known-good" || label == "unknown-benign") {
			suspect++
			wrong = append(wrong, f.Path+" is "+label+", found "+f.Findings[0].Rule)
		}
	}
	verdicts := []triage.FileVerdict{triage.KnownGood, triage.KnownBad, triage.Changed, triage.Unknown}
	fmt.Fprintf(e.out, "\nfiles: a WordPress web root, %d files\n  %-16s", len(files), "label")
	for _, v := range verdicts {
		fmt.Fprintf(e.out, " %11s", v)
	}
	fmt.Fprintln(e.out)
	right := 0
	for _, label := range []string{"known-good", "known-bad", "core-modified", "unknown-benign"} {
		fmt.Fprintf(e.out, "  %-16s", label)
		for _, v := range verdicts {
			fmt.Fprintf(e.out, " %11d", counts[label][v])
		}
		fmt.Fprintln(e.out)
		right += counts[label][fileLabels[label]]
	}
	fmt.Fprintf(e.out, "  names and times alone: %d of %d planted files have a finding of low or above, %d harmless ones\n", signs, counts["known-bad"][triage.KnownBad], suspect)
	list(e.out, "wrong", wrong, e.worst)
	e.reached.atLeast("files: verdicts right", float64(right)/float64(max(len(files), 1)), 1)
	return nil
}

// A plantedShell is where a labelled incident has its shell, in the log and in the IIS copy of it.
type plantedShell struct {
	URI string `json:"uri"`
	IIS string `json:"iis_uri"`
}

// labFiles ranks the files of a labelled incident, with every listing of its folder and without any hash list of
// known-bad files: the planted ones should come first and what visitors and deployments wrote stay quiet.
func (e *evaluation) labFiles(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "truth-summary.json"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var truth struct {
		Shells []plantedShell `json:"shells"`
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		return err
	}
	for _, set := range []struct {
		name, baseline string
		listings       []string
	}{
		{"hashes and times", "baseline.sha256", []string{"webroot.sha256", "webroot.bodyfile"}},
		{"hashes", "baseline-hashdeep.csv", []string{"webroot-hashdeep.csv"}},
		{"hashes of the IIS copy", "baseline-get-filehash.csv", []string{"webroot-get-filehash.csv"}},
		{"times, no baseline", "", []string{"webroot.bodyfile"}},
	} {
		var lists []triage.HashList
		for _, name := range append(slices.Clone(set.listings), set.baseline) {
			role := triage.RoleListing
			if name == set.baseline {
				role = triage.RoleBaseline
			}
			if name == "" {
				continue
			}
			l, ok, err := readList(filepath.Join(dir, "files", name), role)
			if err != nil {
				return err
			}
			if ok {
				lists = append(lists, l)
			}
		}
		files := triage.JudgeFiles(lists)
		if len(files) == 0 {
			continue
		}
		triage.SortFiles(files)
		planted := func(f *triage.File) bool {
			return slices.ContainsFunc(truth.Shells, func(s plantedShell) bool {
				return triage.NamesFile(f.Path, s.URI) || triage.NamesFile(f.Path, s.IIS)
			})
		}
		first, loud := 0, 0
		var others []string
		for i := range files {
			f := &files[i]
			switch {
			case planted(f):
				if first == 0 {
					first = i + 1
				}
			case f.Level() >= triage.Medium:
				loud++
				others = append(others, fmt.Sprintf("%s: %s", f.Path, f.Findings[0].Why))
			}
		}
		fmt.Fprintf(e.out, "\nfiles of %s, %s: planted file ranks %d of %d (suspicion %d, next %d), harmless files with a finding of medium or above: %d\n",
			filepath.Base(dir), set.name, first, len(files), files[0].Suspicion(), files[min(1, len(files)-1)].Suspicion(), loud)
		list(e.out, "loud", others, e.worst)
		e.reached.row("files of "+filepath.Base(dir)+", "+set.name+": rank of the planted file", fmt.Sprint(first), "1", first == 1)
	}
	return nil
}
