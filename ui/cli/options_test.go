package cli

import (
	"reflect"
	"strings"
	"testing"

	"spoor/ui/desk"
)

// The command line of the terminal program takes every option of load but --json, which has no use there.
func TestLoadOptionsAreThoseOfTheTerminal(t *testing.T) {
	for i := range reflect.TypeFor[loadCmd]().NumField() {
		f := reflect.TypeFor[loadCmd]().Field(i)
		name := f.Tag.Get("name")
		if _, positional := f.Tag.Lookup("arg"); positional || name == "json" {
			continue
		}
		value := "x"
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		if name == "tz" {
			value = "utc"
		}
		if _, err := desk.ParseLoad("a.log --" + name + " " + value); err != nil {
			t.Errorf("--%s: %v", name, err)
		}
	}
}
