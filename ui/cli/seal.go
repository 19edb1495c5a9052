package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/charmbracelet/x/term"

	"spoor/cases"
	"spoor/cases/seal"
	"spoor/triage"
	"spoor/ui/desk"
)

type sealCmd struct {
	Case           string   `arg:"" help:"Case folder."`
	Key            string   `help:"Secret key to sign with: of minisign, or of OpenSSH. It is read, never copied or shown." placeholder:"FILE"`
	PassphraseFile string   `name:"passphrase-file" help:"File whose first line is the passphrase of the key. Default: ask on the terminal." placeholder:"FILE"`
	Pack           string   `help:"Write case.json, journal, seals, notes, reports and every cited line into this archive: .tar.zst or .zip." placeholder:"FILE"`
	To             []string `help:"Encrypt the pack by age to this public key: age1…, ssh-ed25519 … or ssh-rsa …. Repeatable." placeholder:"KEY" sep:"none"`
	Recipients     []string `short:"R" help:"Encrypt the pack to each public key in this file. Repeatable." placeholder:"FILE" sep:"none"`
	Force          bool     `help:"Replace a file of the pack's name."`
	JSON           bool     `name:"json" help:"Print the result as one JSON object."`
}

// sealed is what the command did.
type sealed struct {
	Seal *sealJSON    `json:"seal"` // null if no key was given
	Pack *desk.Packed `json:"pack"` // null if none was asked for
}

type sealJSON struct {
	cases.Seal
	File          string `json:"file"` // relative to the case
	SignatureFile string `json:"signature_file"`
}

func (c *sealCmd) Run(s *session) error {
	o := desk.SealOptions{Key: c.Key, Pack: c.Pack, To: c.To, Recipients: c.Recipients, Force: c.Force}
	if err := o.Check(); err != nil {
		return misuse{err}
	}
	if c.Key == "" && c.PassphraseFile != "" {
		return misuse{errors.New("--passphrase-file goes with --key")}
	}
	to, err := o.ReadRecipients()
	if err != nil {
		return misuse{err}
	}
	var key *seal.Signer
	if c.Key != "" { // before the case is touched
		if key, err = desk.OpenKey(c.Key, c.passphrase(s)); err != nil {
			return err
		}
	}
	return s.withCase(c.Case, func(d *desk.Desk) error {
		var out sealed
		if key != nil {
			made, err := d.Seal(key)
			if err != nil {
				return err
			}
			out.Seal = &sealJSON{made, made.File(), made.File() + made.Key.Ending()}
			if !c.JSON {
				printSeal(s, c.Case, out.Seal)
			}
		}
		if c.Pack != "" {
			if out.Pack, err = d.Pack(s.ctx, c.Pack, desk.PackOptions{To: to, Force: c.Force}); err != nil {
				return err
			}
			for _, l := range out.Pack.LeftOut {
				fmt.Fprintf(s.err, "spoor: warning: left out: %s\n", triage.Visible(l))
			}
			if !c.JSON {
				printPacked(s, out.Pack)
			}
		}
		if c.JSON {
			return jsonLine(s.out, out)
		}
		return nil
	})
}

// passphrase answers how the key's passphrase is had: out of a file, or typed unseen on a terminal.
func (c *sealCmd) passphrase(s *session) func() ([]byte, error) {
	if c.PassphraseFile != "" {
		return desk.PassphraseFile(c.PassphraseFile)
	}
	in, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(in.Fd()) {
		return nil
	}
	return func() ([]byte, error) {
		fmt.Fprintf(s.err, "passphrase of %s: ", triage.Visible(c.Key))
		words, err := term.ReadPassword(in.Fd())
		fmt.Fprintln(s.err)
		return words, err
	}
}

func printSeal(s *session, dir string, x *sealJSON) {
	fmt.Fprintf(s.out, "sealed records 1 to %d, head %s\n  %s/%s\n  %s/%s\n  by %s %s\n", x.Records, x.Head, triage.Visible(dir), x.File, triage.Visible(dir), x.SignatureFile,
		x.Key.Kind, triage.VisibleN(x.Key.Name, 100))
	if x.Key.Kind == seal.Minisign {
		fmt.Fprintf(s.out, "  check it without spoor: minisign -V -P %s -m %s\n", x.Key.Public, x.File)
	} else {
		fmt.Fprintf(s.out, "  check it without spoor: ssh-keygen -Y verify -f allowed_signers -I NAME -n %s -s %s < %s\n", seal.Namespace, x.SignatureFile, x.File)
	}
}

func printPacked(s *session, p *desk.Packed) {
	fmt.Fprintf(s.out, "%s\n  %s, %d bytes, sha256 %s\n  the journal to record %d; %s with source, line and hash\n", triage.Visible(p.File),
		plural(p.Members, "member"), p.Size, p.SHA256, p.Records, plural(p.Cited, "cited record"))
	if len(p.Recipients) > 0 {
		fmt.Fprintf(s.out, "  encrypted by age to %s\n", plural(len(p.Recipients), "recipient"))
	}
}
