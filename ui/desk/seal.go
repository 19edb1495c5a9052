package desk

// Seals and packs: the case signed, and handed on.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"spoor/cases"
	"spoor/cases/pack"
	"spoor/cases/seal"
	"spoor/triage"
)

// maxKeyFile bounds the file of a key, of a passphrase or of public keys, in bytes.
const maxKeyFile = 1 << 20

// ReadKeyFile reads a small file that the user named: a key, a passphrase, public keys.
func ReadKeyFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(b) > maxKeyFile {
		err = fmt.Errorf("%s: larger than %d bytes", triage.Visible(name), maxKeyFile)
	}
	return b, err
}

// ReadTrust reads the public keys that the user trusts: each is a file, or a key itself.
func ReadTrust(given []string) (*seal.Trust, error) {
	trust := new(seal.Trust)
	for _, g := range given {
		text, err := ReadKeyFile(g)
		if errors.Is(err, fs.ErrNotExist) && (strings.Contains(g, " ") || len(g) == minisignLine) {
			text, err = []byte(g), nil
		}
		if err != nil {
			return nil, err
		}
		if err := trust.Add(text); err != nil {
			return nil, fmt.Errorf("%s: %w", triage.VisibleN(g, 100), err)
		}
	}
	return trust, nil
}

// minisignLine is the length of a public key of minisign, in base64.
const minisignLine = 56

// Seal signs the head of the journal with the key and records it. The whole of what is recorded now is sealed, not
// what comes after.
func (d *Desk) Seal(key *seal.Signer) (cases.Seal, error) {
	return d.Case.Seal(d.who.cases(), key)
}

// PackOptions says how a pack is to be written.
type PackOptions struct {
	To    *pack.Recipients // who can open it; nil writes it open
	Force bool             // replace a file of that name
}

// A Packed is what became of a pack.
type Packed struct {
	cases.Pack
	File    string   `json:"file"` // where it was written
	Members int      `json:"members"`
	Cited   int      `json:"cited"`    // records of evidence with their text
	LeftOut []string `json:"left_out"` // what should be in it and is not, and why; safe to draw
}

// Pack writes the case without its logs into one archive, as package pack describes, and records it. With recipients
// the file's name gets .age at its end if it lacks it.
func (d *Desk) Pack(ctx context.Context, file string, o PackOptions) (*Packed, error) {
	encrypted, named := o.To != nil && len(o.To.Names) > 0, strings.HasSuffix(strings.ToLower(file), ".age")
	if named && !encrypted {
		return nil, errors.New("a name that ends in .age is for an encrypted pack: name a recipient with --to, or another name")
	}
	if encrypted && !named {
		file += ".age"
	}
	if _, err := pack.FormatOf(file); err != nil {
		return nil, err
	}
	p := packer{d: d, ctx: ctx, out: &Packed{File: file, LeftOut: []string{}}}
	if err := p.gather(); err != nil {
		return nil, err
	}
	info := d.Info()
	sum, size, err := pack.WriteFile(ctx, file, o.Force, o.To, "spoor-"+folderOf(info.ID), p.files, info.Created)
	if err != nil {
		return nil, err
	}
	p.out.Members, p.out.Path, p.out.SHA256, p.out.Size = len(p.files)+1, file, sum, size
	if o.To != nil {
		p.out.Recipients = o.To.Names
	}
	return p.out, d.Case.RecordPack(d.who.cases(), p.out.Pack)
}

// folderOf is an id as far as it can be part of a file's name.
func folderOf(id string) string {
	if folder := folderName("x/" + id); folder != "" {
		return strings.TrimSuffix(folder, "-")
	}
	return "case"
}

// maxCitedBytes bounds the texts of what is cited in one pack, in bytes.
const maxCitedBytes = 256 << 20

type packer struct {
	d     *Desk
	ctx   context.Context
	files []pack.File
	out   *Packed
}

func (p *packer) leaveOut(format string, args ...any) {
	p.out.LeftOut = append(p.out.LeftOut, triage.VisibleN(fmt.Sprintf(format, args...), 500))
}

// gather lists the members: what says what it is first, then the case, then what it speaks of.
func (p *packer) gather() error {
	c := p.d.Case
	journal, size, records, head, err := c.Journal()
	if err != nil {
		return err
	}
	journal.Close()
	p.out.Records, p.out.Head = records, head
	info, err := json.MarshalIndent(p.d.Info(), "", "  ")
	if err != nil {
		return err
	}
	if p.files, err = pack.Standard(pack.Head{Program: Version, Case: p.d.Info().ID, Records: records, Journal: head}, c.Evidence(), c.Notes()); err != nil {
		return err
	}
	p.files = append(p.files, pack.File{Name: pack.InfoName, Data: append(info, '\n')},
		pack.File{Name: pack.JournalName, Size: size, Open: func() (io.ReadCloser, error) {
			r, _, _, _, err := c.Journal()
			return r, err
		}})
	seals, err := c.SealFiles()
	if err != nil {
		return err
	}
	for _, s := range c.Sealed() {
		for _, name := range []string{s.File(), s.File() + s.Key.Ending()} {
			if b, ok := seals[path.Base(name)]; ok {
				p.files = append(p.files, pack.File{Name: name, Data: b})
			} else {
				p.leaveOut("%s: it is not there", name)
			}
		}
	}
	p.reports()
	p.manifests()
	return p.cited()
}

// reports adds the reports in the case folder, as they were recorded last.
func (p *packer) reports() {
	seen := map[string]bool{}
	for _, r := range p.d.Case.Reports() {
		if seen[r.Path] {
			continue
		}
		seen[r.Path] = true
		if filepath.IsAbs(filepath.FromSlash(r.Path)) || path.IsAbs(r.Path) {
			p.leaveOut("%s: it was not written into the case folder", r.Path)
			continue
		}
		p.addFile(r.Path, filepath.Join(p.d.Case.Dir(), filepath.FromSlash(r.Path)))
	}
}

// addFile adds a file if it is a plain one with a name that travels.
func (p *packer) addFile(name, file string) {
	st, err := os.Lstat(file)
	switch {
	case err == nil && !st.Mode().IsRegular():
		err = errors.New("it is no plain file")
	case err == nil:
		err = pack.CheckName(name)
	}
	if err != nil {
		p.leaveOut("%s: %s", name, reasonOf(err))
		return
	}
	p.files = append(p.files, pack.File{Name: name, Path: file})
}

// manifests adds those of the web roots, which the case keeps itself.
func (p *packer) manifests() {
	for _, e := range p.d.Case.Evidence() {
		if e.Format == triage.FormatWebroot && strings.HasPrefix(e.Path, "evidence/") {
			p.addFile(e.Path, p.d.Case.Place(&e))
		}
	}
}

// cited adds the records that notes, verdicts and reports cite, each with its whole text.
func (p *packer) cited() error {
	var list []pack.Cited
	seen := map[[2]string]bool{}
	total := 0
	for _, q := range p.d.Case.Quotes() {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if q.Ref == "" || q.TextSHA256 == "" || seen[[2]string{q.Ref, q.TextSHA256}] {
			continue
		}
		seen[[2]string{q.Ref, q.TextSHA256}] = true
		now, err := p.d.Cite(q.Ref)
		x := pack.Cited{Citation: now}
		if err == nil && now.TextSHA256 != q.TextSHA256 {
			err = errors.New("it now reads otherwise than when it was cited")
		}
		if err != nil { // what the journal kept of it is better than nothing
			x = pack.Cited{Citation: q.Citation, Missing: triage.VisibleN(err.Error(), 500)}
			p.leaveOut("%s cites %s: %s", q.By, q.Ref, x.Missing)
		}
		if total += len(x.Text); total > maxCitedBytes {
			return fmt.Errorf("what notes and reports cite has more than %d MiB: it cannot be packed", maxCitedBytes>>20)
		}
		list = append(list, x)
	}
	p.out.Cited = len(list)
	f, err := pack.CitedFile(list)
	p.files = append(p.files, f)
	return err
}

// VerifyPack checks a pack, packed or unpacked.
func VerifyPack(ctx context.Context, file string, trust *seal.Trust) (*Verification, *pack.Checked, error) {
	checked, err := pack.Check(ctx, file, Version, trust)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", triage.Visible(file), err)
	}
	return &Verification{checked.Summary, checked.Problems}, checked, nil
}

// OpenKey opens the secret key in a file. passphrase is asked if the key needs one.
func OpenKey(file string, passphrase func() ([]byte, error)) (*seal.Signer, error) {
	text, err := ReadKeyFile(file)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	key, err := seal.OpenKey(text, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", triage.Visible(file), err)
	}
	return key, nil
}

// PassphraseFile is a passphrase out of a file: its first line.
func PassphraseFile(name string) func() ([]byte, error) {
	return func() ([]byte, error) {
		b, err := ReadKeyFile(name)
		if err != nil {
			return nil, err
		}
		line, _, _ := bytes.Cut(b, []byte("\n"))
		return bytes.TrimSuffix(line, []byte("\r")), nil
	}
}
