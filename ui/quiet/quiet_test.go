package quiet

import (
	"os"
	"testing"
)

// The environment is as it was once the program begins, for editors that it starts too.
func TestOver(t *testing.T) {
	if v := os.Getenv(name); v == "" {
		t.Errorf("%s is %q while packages are loaded", name, v)
	}
	Over()
	if v, ok := os.LookupEnv(name); v != was || ok != set {
		t.Errorf("%s is %q, %v; was %q, %v", name, v, ok, was, set)
	}
}
