package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestFilesFloors(t *testing.T) {
	needData(t)
	var out bytes.Buffer
	e := &evaluation{options: options{data: dataDir, worst: 10}, out: &out}
	if err := e.files(); err != nil {
		t.Fatal(err)
	}
	if len(e.reached.rows) < 4 {
		t.Errorf("only %d figures", len(e.reached.rows))
	}
	for _, row := range e.reached.rows {
		if strings.Contains(row, "NOT MET") {
			t.Error(row)
		}
	}
	if strings.Count(out.String(), "finding of medium or above: 0\n") != strings.Count(out.String(), "finding of medium or above: ") {
		t.Errorf("harmless files stand out:\n%s", out.String())
	}
}
