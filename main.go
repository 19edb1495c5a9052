// Command spoor finds the suspicious requests, web shells and intruders in the logs and file hashes of a
// broken-into web server, and helps to write the case report. See README.md.
package main

import (
	"embed"
	"io/fs"
	"os"

	"spoor/ui/cli"
)

//go:embed testdata/incident
var bundled embed.FS

func main() {
	incident, err := fs.Sub(bundled, "testdata/incident")
	if err != nil {
		panic("spoor: bundled incident: " + err.Error())
	}
	os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, incident))
}
