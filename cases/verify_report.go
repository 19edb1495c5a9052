package cases

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"spoor/triage"
)

// ErrNoReport says that the journal has no record of a report.
var ErrNoReport = errors.New("the journal records no such report")

// Written finds the record of a report: by the SHA-256 of its bytes, wherever it is now, else the last one written
// to path, else the last one of the same file name. same says that the bytes are those recorded. The error wraps
// ErrNoReport if there is none.
func (c *Case) Written(path, sha256 string) (r WrittenReport, same bool, err error) {
	place, err := c.reportPath(path)
	if err != nil {
		return r, false, err
	}
	all := c.Reports()
	for _, fits := range []func(*WrittenReport) bool{
		func(r *WrittenReport) bool { return r.SHA256 == sha256 },
		func(r *WrittenReport) bool { return r.Path == place },
		func(r *WrittenReport) bool {
			return filepath.Base(filepath.FromSlash(r.Path)) == filepath.Base(path)
		},
	} {
		for i := len(all) - 1; i >= 0; i-- {
			if fits(&all[i]) {
				return all[i], all[i].SHA256 == sha256, nil
			}
		}
	}
	return r, false, fmt.Errorf("%s: %w", triage.Visible(path), ErrNoReport)
}

// VerifyReport checks a report that was written from this case, a file with the SHA-256 sum: that its bytes are
// those the journal recorded, that the chain of the journal holds, that the evidence it cites is unchanged, and that
// each record it cites still reads as it did. hash and line are those of Verify, and so is the answer.
func (c *Case) VerifyReport(ctx context.Context, path, sum string, hash func(ctx context.Context, path string) (sha string, size int64, err error),
	line func(ref string) ([]byte, error)) ([]Problem, Summary, error) {
	written, same, err := c.Written(path, sum)
	if err != nil {
		return nil, Summary{}, err
	}
	v := verifier{dir: c.dir, hash: hash, line: line, count: map[string]int{}}
	if err := c.snapshot(&v); err != nil {
		return nil, v.sum, err
	}
	v.sum.Reports = 1
	if !same {
		v.add(ProblemReport, fmt.Sprintf("%s: was changed after it was written: has SHA-256 %s, was written with %s", path, sum, written.SHA256),
			"trust no sentence of it that is not checked against the case: write the report again and compare")
	}
	if written.Citations > 0 && len(written.Cited) == 0 {
		v.remark("the journal does not say what this report cites: an earlier version wrote it")
	}
	v.citations = written.quotes(nil)
	keys := map[string]bool{}
	for _, c := range v.citations {
		key, _, _ := strings.Cut(strings.TrimPrefix(c.Ref, "r:"), ".")
		keys[key] = true
	}
	all := v.evidence
	v.evidence = nil
	for i := range all {
		if keys[all[i].Key] {
			v.evidence = append(v.evidence, all[i])
		}
	}
	if err := v.journal(ctx, filepath.Join(c.dir, journalName)); err != nil {
		return v.problems, v.sum, err
	}
	for _, step := range []func(context.Context) error{v.checkEvidence, v.checkCitations} {
		if err := step(ctx); err != nil {
			return v.problems, v.sum, err
		}
	}
	return v.problems, v.sum, nil
}
