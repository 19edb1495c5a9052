package triage_test

import (
	"slices"
	"strings"
	"testing"

	"spoor/triage"
)

func TestParameters(t *testing.T) {
	tests := []struct{ query, want string }{
		{"", ""},
		{"id=7&cat=a+b%20c", "id=7 cat=a b c"},
		{"7", "=7"},
		{"&&a=&=b", "a= =b"},
		{"n%61me=%2541", "name=%41"}, // once
		{"id=7;x=1", "id=7;x=1"},
	}
	for _, x := range tests {
		var got []string
		for name, value := range triage.Parameters(x.query) {
			got = append(got, name+"="+value)
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%q: %q, want %q", x.query, got, x.want)
		}
	}
	n := 0
	for range triage.Parameters(strings.Repeat("a=1&", 100_000)) {
		n++
	}
	if n == 0 || n > 10_000 {
		t.Errorf("%d parameters of a long query", n)
	}
}

// The names are those of the fields that findings of the same query have.
func FuzzParameters(f *testing.F) {
	for _, q := range []string{"id=7&cat=a", "a%5B%5D=1&b", "\xff=1&x=\xfe", strings.Repeat("k", 90) + "=1", "%u0061=2&a==3"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if strings.Contains(query, "&&") {
			t.Skip("read as SQL by Values")
		}
		var fields []string
		for _, v := range triage.Values(&triage.Request{Query: query}) {
			fields = append(fields, v.Field)
		}
		var names []string
		for name := range triage.Parameters(query) {
			names = append(names, "query:"+name)
		}
		for _, field := range fields {
			if !slices.Contains(names, field) {
				t.Errorf("%q: field %q is not among %q", query, field, names)
			}
		}
	})
}
