package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/cases/seal"
	"spoor/ui/desk"
)

// Seals and packs on the screens: the word seal of the command line, and what the Evidence screen says of them.

type (
	// passphraseMsg asks for the passphrase of a key. why is what was wrong with the last one; nil at first.
	passphraseMsg struct {
		o   desk.SealOptions
		why error
	}
	// sealedMsg says that the case was sealed or packed.
	sealedMsg struct{ said string }
)

// sealCommand signs the journal's head, packs the case, or both.
func (r *root) sealCommand(args string) tea.Cmd {
	o, err := desk.ParseSeal(args)
	if err != nil {
		r.fail(err)
		return nil
	}
	return r.seal(o, nil)
}

// seal does it in the background. A key that needs a passphrase and has none, or a wrong one, has it asked.
func (r *root) seal(o desk.SealOptions, passphrase []byte) tea.Cmd {
	d := r.desk
	return r.keep("sealing the case", func(ctx context.Context) tea.Msg {
		defer clear(passphrase)
		said, err := sealCase(ctx, d, o, passphrase)
		switch {
		case errors.Is(err, seal.ErrPassphrase) && passphrase == nil:
			return passphraseMsg{o: o}
		case errors.Is(err, seal.ErrPassphrase):
			return passphraseMsg{o, err}
		case err != nil:
			return failMsg{err}
		}
		return sealedMsg{said}
	})
}

func sealCase(ctx context.Context, d *desk.Desk, o desk.SealOptions, passphrase []byte) (string, error) {
	to, err := o.ReadRecipients()
	if err != nil {
		return "", err
	}
	var said []string
	if o.Key != "" {
		var ask func() ([]byte, error)
		if passphrase != nil {
			ask = func() ([]byte, error) { return passphrase, nil }
		}
		key, err := desk.OpenKey(o.Key, ask)
		if err != nil {
			return "", err
		}
		s, err := d.Seal(key)
		if err != nil {
			return "", err
		}
		said = append(said, fmt.Sprintf("sealed records 1 to %s: %s", number(s.Records), s.File()))
	}
	if o.Pack != "" {
		p, err := d.Pack(ctx, o.Pack, desk.PackOptions{To: to, Force: o.Force})
		if err != nil {
			return "", errors.Join(err, saidAlready(said))
		}
		text := fmt.Sprintf("packed %s with %s to %s", counted(p.Members, "member", "members"), counted(p.Cited, "cited record", "cited records"), p.File)
		if n := len(p.LeftOut); n > 0 {
			text += fmt.Sprintf("; %s left out, first %s", number(n), p.LeftOut[0])
		}
		said = append(said, text)
	}
	return strings.Join(said, "; ") + "; screen Evidence lists it", nil
}

// saidAlready is what was done before something else failed; nil if nothing was.
func saidAlready(said []string) error {
	if len(said) == 0 {
		return nil
	}
	return errors.New("before that " + strings.Join(said, "; "))
}

// passphrasePrompt asks for a passphrase, which is not shown.
func (r *root) passphrasePrompt(m passphraseMsg) *prompt {
	in := newInput("passphrase: ", "", nil)
	in.secret = true
	return &prompt{c: r.common, in: in, err: m.why,
		hint:   "the key " + m.o.Key + " is protected by a passphrase; it is not shown or kept",
		cancel: sayMsg{"not sealed"},
		accept: func(text string) (tea.Cmd, error) {
			if text == "" {
				return nil, errors.New("nothing typed; Esc leaves the case unsealed")
			}
			return r.seal(m.o, []byte(text)), nil
		}}
}

// sealRow and packRow stand among the sources, since they are of the custody as well.
func sealRow(s *cases.Seal) line {
	text := fmt.Sprintf("records 1 to %s, %s by %s with %s %s", number(s.Records), shortStamp(s.At), or(s.By.Analyst, "(not told)"), s.Key.Kind, s.Key.Name)
	return line{sub: subject{title: "seal " + s.File(), copied: s.Head}, runs: []run{{cell("SEAL", 10), strong}, {cell("seal "+number(s.Number), 12), plain}, {text, plain}}}
}

func packRow(p *cases.Pack) line {
	text := fmt.Sprintf("%s  records 1 to %s, %s by %s, %s", p.Path, number(p.Records), shortStamp(p.At), or(p.By.Analyst, "(not told)"), encryptedTo(p))
	return line{sub: subject{title: "pack " + p.Path, copied: p.SHA256 + "  " + p.Path}, runs: []run{{cell("PACK", 10), strong}, {cell(answerSize(p.Size), 12), plain}, {text, plain}}}
}

func encryptedTo(p *cases.Pack) string {
	if len(p.Recipients) == 0 {
		return "not encrypted"
	}
	return "encrypted to " + counted(len(p.Recipients), "recipient", "recipients")
}

func describeSeal(s *cases.Seal) []line {
	self := sealRow(s).sub
	return []line{
		about(self, "seal", run{s.File(), strong}, run{"  signature " + s.File() + s.Key.Ending(), muted}),
		label("covers", run{"the journal's records 1 to " + number(s.Records), plain}),
		label("head", run{s.Head, plain}),
		label("key", run{s.Key.Kind + " " + s.Key.Name, plain}),
		label("by", run{or(s.By.Analyst, "(not told)") + " at " + or(s.By.Host, "(not told)") + ", " + stamp(s.At) + " UTC", plain}),
		label("", run{":verify says whether it holds; spoor verify CASE --trust KEY, whether the key is one that you trust", muted}),
	}
}

func describePack(p *cases.Pack) []line {
	self := packRow(p).sub
	out := []line{
		about(self, "pack", run{p.Path, strong}, run{"  " + answerSize(p.Size), muted}),
		label("sha256", run{p.SHA256, plain}),
		label("holds", run{"the journal's records 1 to " + number(p.Records) + ", the last with SHA-256 " + p.Head, plain}),
		label("by", run{or(p.By.Analyst, "(not told)") + " at " + or(p.By.Host, "(not told)") + ", " + stamp(p.At) + " UTC", plain}),
		label("for", run{encryptedTo(p), plain}),
	}
	for _, name := range p.Recipients {
		out = append(out, label("", run{name, muted}))
	}
	return append(out, label("", run{"spoor verify " + p.Path + " checks it, also without the case", muted}))
}
