package cli

import (
	"testing"

	"github.com/alecthomas/kong"

	"spoor/ui"
)

// Every word of the shell's command line means something in the command line of the screens.
func TestScreensKnowTheWords(t *testing.T) {
	var g grammar
	parser, err := kong.New(&g, kong.Vars{"version": "", "report_formats": "md"})
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range parser.Model.Children {
		if !ui.Knows(cmd.Name) {
			t.Errorf(":%s is not known in the screens", cmd.Name)
		}
	}
}
