// Package distil makes the text of a knowledge base of actors out of the ATT&CK Enterprise bundle and the MISP
// galaxy's threat-actor cluster.
//
// Both takes both files as published (STIX 2.0 or 2.1 bundle, galaxy cluster; plain or gzip); Attack and MISP take
// one of them and keep of a former text what the other gave. The form of the text is in the comment over package
// intel's parser. Kept are ids, names, aliases with who says so, relations with the names and addresses of their
// sources, dates of campaigns, and the codes of countries; prose is left out. The same files give the same bytes.
package distil

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// MaxSource bounds a source after decompression, in bytes; ATT&CK Enterprise 18.1 is 45 MB.
const MaxSource = 256 << 20

// A Source is a file as published.
type Source struct {
	Name   string // for errors
	Stored []byte // its bytes, plain or gzip
}

// Both distils both sources. Version is that of a bundle that does not hold its own.
func Both(attack Source, version string, misp Source) ([]byte, error) {
	k := newKnowledge()
	if err := k.readAttack(attack, version); err != nil {
		return nil, err
	}
	if err := k.readMISP(misp); err != nil {
		return nil, err
	}
	return k.text(), nil
}

// Attack distils a bundle and keeps the actors of MISP that the text before has.
func Attack(attack Source, version string, before []byte) ([]byte, error) {
	k := newKnowledge()
	if err := k.readAttack(attack, version); err != nil {
		return nil, err
	}
	return append(k.text(), rows(before, "m", "MISP")...), nil
}

// MISP distils a cluster and keeps what the text before has of ATT&CK. Actors are tied to groups by names and ids
// only; the cluster's relations name STIX objects, which the text does not hold.
func MISP(misp Source, before []byte) ([]byte, error) {
	k := newKnowledge()
	for row := range strings.Lines(string(before)) {
		switch f := strings.Split(strings.TrimSuffix(row, "\n"), "\t"); {
		case f[0] == "g" && len(f) > 2:
			k.groups = append(k.groups, &entity{kind: "g", id: f[1], name: f[2]})
		case f[0] == "r" && len(f) > 3:
			k.former = append(k.former, revoked{f[1], f[2], f[3]})
		}
	}
	if err := k.readMISP(misp); err != nil {
		return nil, err
	}
	head, body, _ := strings.Cut(string(k.text()), "\n")
	kept := rows(before, "utsgcr", "ATT&CK")
	return []byte(head + "\n" + string(kept) + body), nil
}

// rows are the lines of a text whose kind is one of kinds, each with the aliases under it, and the sources whose
// name begins with from.
func rows(text []byte, kinds, from string) []byte {
	var out bytes.Buffer
	keep := false
	for row := range strings.Lines(string(text)) {
		switch kind, rest, _ := strings.Cut(row, "\t"); kind {
		case "a":
		case "v":
			keep = strings.HasPrefix(rest, from)
		default:
			keep = strings.Contains(kinds, kind)
		}
		if keep {
			out.WriteString(row)
		}
	}
	return out.Bytes()
}

func (k *knowledge) readAttack(attack Source, version string) error {
	var b bundle
	sum, err := attack.json(&b)
	if err != nil {
		return err
	}
	if v := b.version(); v != "" {
		version = v
	}
	if version == "" {
		return fmt.Errorf("%s: holds no x-mitre-collection: say its version with -attack-version", attack.Name)
	}
	k.sources = append(k.sources, source{"ATT&CK Enterprise", clean(version), sum})
	if err := k.addAttack(&b); err != nil {
		return fmt.Errorf("%s: %w", attack.Name, err)
	}
	return nil
}

func (k *knowledge) readMISP(misp Source) error {
	var c cluster
	sum, err := misp.json(&c)
	if err != nil {
		return err
	}
	if len(c.Values) == 0 {
		return fmt.Errorf("%s: no actor in it: want a cluster of the MISP galaxy", misp.Name)
	}
	k.sources = append(k.sources, source{"MISP galaxy threat-actor", fmt.Sprint(c.Version), sum})
	k.addMISP(&c)
	return nil
}

// json reads the source into v and returns the SHA-256 of its bytes as stored, in hex.
func (s *Source) json(v any) (string, error) {
	sum := sha256.Sum256(s.Stored)
	data, err := Plain(s.Stored)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.Name, err)
	}
	return hex.EncodeToString(sum[:]), nil
}

// Plain undoes gzip if the bytes are that. More than MaxSource bytes are an error.
func Plain(stored []byte) ([]byte, error) {
	if !bytes.HasPrefix(stored, []byte{0x1f, 0x8b}) {
		return stored, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(z, MaxSource+1))
	if err == nil && len(data) > MaxSource {
		err = fmt.Errorf("it holds more than %d bytes", MaxSource)
	}
	return data, err
}
