// Command gen distils the ATT&CK Enterprise bundle and the MISP galaxy's threat-actor cluster into the
// knowledge base that package intel embeds.
//
// It takes both files as published (STIX 2.x bundle, galaxy cluster; plain or gzip) and writes one zstd
// file of lines, see the comment over package intel's parser for the form. Kept are ids, names, aliases with
// who says so, relations with the names and addresses of their sources, dates of campaigns, and the codes of
// countries; prose is left out. The same two files give the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/klauspost/compress/zstd"

	"spoor/triage/intel/distil"
)

func main() {
	attack := flag.String("attack", "", "ATT&CK Enterprise bundle, STIX 2.x JSON, plain or gzip")
	version := flag.String("attack-version", "", "version of the bundle, for one that does not hold an x-mitre-collection")
	misp := flag.String("misp", "", "MISP galaxy threat-actor cluster, JSON, plain or gzip")
	out := flag.String("o", "kb.txt.zst", "file to write")
	flag.Parse()
	if *attack == "" || *misp == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "gen: want -attack FILE -misp FILE")
		flag.Usage()
		os.Exit(2)
	}
	text, err := distilled(*attack, *version, *misp)
	if err == nil {
		err = write(*out, text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen: error:", err)
		os.Exit(1)
	}
}

// distilled reads both sources and returns the text of the knowledge base.
func distilled(attackFile, version, mispFile string) ([]byte, error) {
	attack, err := read(attackFile)
	if err != nil {
		return nil, err
	}
	misp, err := read(mispFile)
	if err != nil {
		return nil, err
	}
	return distil.Both(attack, version, misp)
}

func read(name string) (distil.Source, error) {
	stored, err := os.ReadFile(name)
	return distil.Source{Name: name, Stored: stored}, err
}

func write(name string, text []byte) error {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	defer enc.Close()
	return os.WriteFile(name, enc.EncodeAll(text, nil), 0o644)
}
