// Command gen distils the ATT&CK Enterprise bundle and the MISP galaxy's threat-actor cluster into the
// knowledge base that package intel embeds.
//
// It takes both files as published (STIX 2.x bundle, galaxy cluster; plain or gzip) and writes one zstd
// file of lines, see the comment over package intel's parser for the form. Kept are ids, names, aliases with
// who says so, relations with the names and addresses of their sources, dates of campaigns, and the codes of
// countries; prose is left out. The same two files give the same bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// maxSource bounds a source file after decompression, in bytes; ATT&CK Enterprise 18.1 is 45 MB.
const maxSource = 1 << 30

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
	text, err := distil(*attack, *version, *misp)
	if err == nil {
		err = write(*out, text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen: error:", err)
		os.Exit(1)
	}
}

// distil reads both sources and returns the text of the knowledge base.
func distil(attackFile, version, mispFile string) ([]byte, error) {
	var b bundle
	attackHash, err := readJSON(attackFile, &b)
	if err != nil {
		return nil, err
	}
	var c cluster
	mispHash, err := readJSON(mispFile, &c)
	if err != nil {
		return nil, err
	}
	if v := b.version(); v != "" {
		version = v
	}
	if version == "" {
		return nil, fmt.Errorf("%s: holds no x-mitre-collection: say its version with -attack-version", attackFile)
	}
	k := newKnowledge()
	k.sources = []source{
		{"ATT&CK Enterprise", version, attackHash},
		{"MISP galaxy threat-actor", fmt.Sprint(c.Version), mispHash},
	}
	if err := k.addAttack(&b); err != nil {
		return nil, fmt.Errorf("%s: %w", attackFile, err)
	}
	k.addMISP(&c)
	return k.text(), nil
}

// readJSON reads a plain or gzip file into v and returns the SHA-256 of the file as stored, in hex.
func readJSON(name string, v any) (string, error) {
	stored, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(stored)
	data := stored
	if bytes.HasPrefix(stored, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(stored))
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		if data, err = io.ReadAll(io.LimitReader(z, maxSource)); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return hex.EncodeToString(sum[:]), nil
}

func write(name string, text []byte) error {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	defer enc.Close()
	return os.WriteFile(name, enc.EncodeAll(text, nil), 0o644)
}
