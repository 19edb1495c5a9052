package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spoor/cases/seal"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keys are the secret keys with their public ones, the signature that the key's own tool made, and how they are named.
var keys = []struct {
	secret, public, signature, name, passphrase string
	fixed                                       bool // the same text always gives the same signature
}{
	{"ed25519", "ed25519.pub", "ed25519.sig", "ed25519 SHA256:", "", true},
	{"ed25519-locked", "ed25519.pub", "ed25519.sig", "ed25519 SHA256:", "correct horse", true},
	{"rsa", "rsa.pub", "rsa.sig", "rsa SHA256:", "", true},
	{"ecdsa", "ecdsa.pub", "ecdsa.sig", "ecdsa-sha2-nistp256 SHA256:", "", false},
	{"minisign.key", "minisign.pub", "minisign.minisig", "A6F12995D78B5EBF", "", true},
	{"minisign-locked.key", "minisign.pub", "minisign.minisig", "A6F12995D78B5EBF", "correct horse", true},
}

func says(words string) func() ([]byte, error) {
	if words == "" {
		return nil
	}
	return func() ([]byte, error) { return []byte(words), nil }
}

// What spoor signs is byte for byte what ssh-keygen and minisign sign, and what they signed is taken.
func TestSameAsTheTools(t *testing.T) {
	text := file(t, "seal-1.txt")
	for _, k := range keys {
		signer, err := seal.OpenKey(file(t, k.secret), says(k.passphrase))
		if err != nil {
			t.Errorf("%s: %v", k.secret, err)
			continue
		}
		if !strings.HasPrefix(signer.Name, k.name) {
			t.Errorf("%s is named %s", k.secret, signer.Name)
		}
		theirs := file(t, k.signature)
		ours, err := signer.Sign(text)
		if err != nil || k.fixed && !bytes.Equal(ours, theirs) {
			t.Errorf("%s signs otherwise than its tool: %v\n%s\n%s", k.secret, err, ours, theirs)
		}
		for _, sig := range [][]byte{ours, theirs} {
			got, err := seal.Check(text, sig, signer.Public)
			if err != nil || got != signer.Key {
				t.Errorf("%s: check: %v, %+v", k.secret, err, got)
			}
			if _, err := seal.Check(append(bytes.Clone(text), ' '), sig, signer.Public); err == nil {
				t.Errorf("%s: a signature of another text is taken", k.secret)
			}
		}
		trust := new(seal.Trust)
		if err := trust.Add(file(t, k.public)); err != nil {
			t.Errorf("%s: %v", k.public, err)
		}
		if _, ok := trust.Trusts(signer.Key, time.Now()); !ok {
			t.Errorf("%s is not trusted by its public key", k.secret)
		}
	}
	if _, err := seal.Check(text, file(t, "legacy.minisig"), "RWS/XovXlSnxps5rghIx1+DFAurP9ZKZMYn9vKiWC3+1EWTCzoxVJLgK"); err != nil {
		t.Errorf("a signature of minisign -l: %v", err)
	}
}

// A signature with any byte changed is refused, whatever the byte says.
func TestChangedSignature(t *testing.T) {
	text := file(t, "seal-1.txt")
	public := strings.Split(string(file(t, "minisign.pub")), "\n")[1]
	for _, name := range []string{"ed25519.sig", "ecdsa.sig", "minisign.minisig"} {
		sig := file(t, name)
		same, err := seal.Check(text, sig, public)
		if err != nil {
			t.Fatal(err)
		}
		for i := range sig {
			changed := bytes.Clone(sig)
			changed[i] ^= 1
			// The untrusted comment says so itself, and white space at the end says nothing.
			if got, err := seal.Check(text, changed, public); err == nil && got == same && i > len("untrusted comment: signature from minisign secret key") && i < len(sig)-1 {
				t.Errorf("%s: byte %d changed to %q, and it still holds", name, i, changed[i])
			}
		}
	}
	other := bytes.Replace(file(t, "minisign.minisig"), []byte("a statement"), []byte("no statement"), 1)
	if _, err := seal.Check(text, other, public); err == nil {
		t.Error("the trusted comment can be changed")
	}
}

func TestKeysThatAreNone(t *testing.T) {
	for _, tc := range []struct {
		name, key, passphrase string
		want                  error
		says                  string
	}{
		{"public SSH", string(file(t, "ed25519.pub")), "", seal.ErrKey, "public key"},
		{"public minisign", string(file(t, "minisign.pub")), "", seal.ErrKey, "public key"},
		{"empty", "", "", seal.ErrKey, ""},
		{"rubbish", "\x00\x1b[2J", "", seal.ErrKey, ""},
		{"cut off", string(file(t, "ed25519")[:200]), "", seal.ErrKey, ""},
		{"a certificate", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "", seal.ErrKey, "certificate"},
		{"huge", strings.Repeat("A", seal.MaxFile+1), "", seal.ErrKey, "larger"},
		{"locked SSH, nothing told", string(file(t, "ed25519-locked")), "", seal.ErrPassphrase, ""},
		{"locked SSH, told wrong", string(file(t, "ed25519-locked")), "x", seal.ErrPassphrase, "does not open"},
		{"locked minisign, nothing told", string(file(t, "minisign-locked.key")), "", seal.ErrPassphrase, ""},
		{"locked minisign, told wrong", string(file(t, "minisign-locked.key")), "x", seal.ErrPassphrase, "does not open"},
	} {
		_, err := seal.OpenKey([]byte(tc.key), says(tc.passphrase))
		if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestStatement(t *testing.T) {
	at := time.Date(2025, 3, 8, 11, 0, 0, 5, time.FixedZone("", 3600))
	s := seal.Statement{Case: "5f0c1e2d3b4a5968", Records: 42, Head: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Time: at, Analyst: "Ada"}
	if got := s.Text(); !bytes.Equal(got, file(t, "seal-1.txt")) {
		t.Errorf("%s", got)
	}
	s.Analyst = " A\nhead x\x1b[2J\u202e" + strings.Repeat("é", 300)
	got, err := seal.ParseStatement(s.Text())
	if err != nil || strings.Count(string(s.Text()), "\n") != 7 || got.Records != 42 || got.Head != s.Head || !strings.HasPrefix(got.Analyst, "Ahead x[2Jé") {
		t.Errorf("%v, %+v", err, got)
	}
	text := string(file(t, "seal-1.txt"))
	for _, change := range [][2]string{{"v1", "v2"}, {"records 42", "records 042"}, {"records 42", "records 0"}, {"head e", "head E"}, {"2025", "25"}, {"host -\n", "host -"},
		{"host -\n", "host -\nmore\n"}, {"analyst Ada", "analyst  Ada"}, {"case", "Case"}, {"\n", "\r\n"}} {
		if _, err := seal.ParseStatement([]byte(strings.Replace(text, change[0], change[1], 1))); !errors.Is(err, seal.ErrStatement) {
			t.Errorf("%q: %v", change, err)
		}
	}
}

func TestTrust(t *testing.T) {
	ed := strings.TrimSpace(string(file(t, "ed25519.pub")))
	parts := strings.Fields(ed)
	bare := parts[0] + " " + parts[1]
	signer, err := seal.OpenKey(file(t, "ed25519"), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 8, 10, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		text, as string
		ok       bool
	}{
		{ed, "spoor test key", true},
		{"# who may\n\nada@example.org,bo@example.org " + bare, "ada@example.org,bo@example.org", true},
		{`ada namespaces="file,spoor-*" ` + bare + " laptop", "ada", true},
		{`ada namespaces="file" ` + bare + "\nbo " + strings.TrimSpace(string(file(t, "rsa.pub"))), "", false},
		{`ada valid-after="20250101",valid-before="20250401Z" ` + bare, "ada", true},
		{`ada valid-before="20250308095959Z" ` + bare, "", false},
		{`ada valid-after="202503081000Z" ` + bare, "ada", true},
		{string(file(t, "minisign.pub")), "", false},
	} {
		trust := new(seal.Trust)
		if err := trust.Add([]byte(tc.text)); err != nil {
			t.Errorf("%q: %v", tc.text, err)
		}
		if as, ok := trust.Trusts(signer.Key, at); ok != tc.ok || as != tc.as {
			t.Errorf("%q: trusted %v as %q", tc.text, ok, as)
		}
	}
	for _, text := range []string{"", "# nothing\n", "nonsense", "ada cert-authority " + bare, "ada verify-time=x " + bare, `ada "open ` + bare,
		"ada valid-after=soon " + bare, "ssh-ed25519 AAAA", "ssh-dss AAAA", string(file(t, "minisign.key")), string(file(t, "ed25519"))} {
		if err := new(seal.Trust).Add([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, ok := (*seal.Trust)(nil).Trusts(signer.Key, at); ok {
		t.Error("no trust trusts")
	}
}

// Whatever bytes come, a signature holds only for the statement that it was made of.
func FuzzCheck(f *testing.F) {
	text := file(f, "seal-1.txt")
	public := strings.Split(string(file(f, "minisign.pub")), "\n")[1]
	for _, name := range []string{"ed25519.sig", "rsa.sig", "ecdsa.sig", "minisign.minisig", "legacy.minisig"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, sig []byte) {
		if _, err := seal.Check(append(bytes.Clone(text), 'x'), sig, public); err == nil {
			t.Errorf("%q is taken", sig)
		}
	})
}

// What ParseStatement takes is what Text writes.
func FuzzStatement(f *testing.F) {
	f.Add(file(f, "seal-1.txt"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := seal.ParseStatement(text); err == nil && !bytes.Equal(s.Text(), text) {
			t.Errorf("%q is read as %+v", text, s)
		}
	})
}

// Lines of trust are hostile too.
func FuzzTrust(f *testing.F) {
	f.Add(`ada namespaces="file,spoor-*",valid-after="20250101Z" ssh-ed25519 AAAAC3Nz`)
	f.Add(string(file(f, "ed25519.pub")))
	f.Fuzz(func(t *testing.T, text string) {
		trust := new(seal.Trust)
		if err := trust.Add([]byte(text)); err == nil && trust.Empty() {
			t.Errorf("%q is taken and trusts nothing", text)
		}
	})
}
