package desk

import (
	"context"

	"spoor/cases"
	"spoor/triage/source"
)

// A Verification says what was checked and what is not as recorded.
type Verification struct {
	Summary  cases.Summary   `json:"summary"`
	Problems []cases.Problem `json:"problems"`
}

// Verify hashes the evidence again, walks the journal's chain and resolves every citation. The error is only
// for what stopped it; what it found wrong is in Problems.
func (d *Desk) Verify(ctx context.Context) (*Verification, error) {
	problems, sum, err := d.Case.Verify(ctx, source.Hash, d.line)
	if err != nil {
		return nil, err
	}
	for _, e := range d.Missing() {
		problems = append(problems, cases.Problem{Kind: "index", What: "the index does not hold " + e.Path, Remedy: "run spoor reindex"})
	}
	return &Verification{sum, problems}, nil
}
