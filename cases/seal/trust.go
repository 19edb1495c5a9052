package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"aead.dev/minisign"
	"golang.org/x/crypto/ssh"
)

// Trust are the keys that a user says are those of people known to them. The zero value trusts none.
type Trust struct {
	keys []trusted
}

// A trusted key, with when it may sign.
type trusted struct {
	public        string // as Key.Public, of SSH the type and the key alone
	as            string // whose it is; empty if not told
	after, before time.Time
}

// Empty reports whether no key was named.
func (t *Trust) Empty() bool { return t == nil || len(t.keys) == 0 }

// Add adds the keys of a text: the public key of minisign (its file or its line), public keys of SSH as in a .pub or
// authorized_keys file, or lines of an allowed_signers file, whose namespaces, valid-after and valid-before are kept
// to. A line that is none of these is an error with its number.
//
// Source: https://man.openbsd.org/ssh-keygen.1#ALLOWED_SIGNERS
func (t *Trust) Add(text []byte) error {
	if len(text) > MaxFile*16 {
		return fmt.Errorf("it is larger than %d bytes", MaxFile*16)
	}
	before := len(t.keys)
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "untrusted comment:") {
			continue
		}
		k, err := trustedLine(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		t.keys = append(t.keys, k...)
	}
	if len(t.keys) == before {
		return errors.New("it names no key")
	}
	return nil
}

func trustedLine(line string) ([]trusted, error) {
	var mini minisign.PublicKey
	if !strings.Contains(line, " ") && mini.UnmarshalText([]byte(line)) == nil {
		return []trusted{{public: mini.String()}}, nil
	}
	if strings.Contains(line, "PRIVATE KEY") {
		return nil, errors.New("it is a secret key: name the public one")
	}
	// authorized_keys: [options] type key [comment]; allowed_signers: principals [options] type key [comment]
	fields, err := split(line)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(fields, isKeyType)
	if at < 0 || at+1 >= len(fields) || at > 2 {
		return nil, errors.New("it is neither a public key of minisign or SSH nor a line of an allowed_signers file")
	}
	raw, err := base64.StdEncoding.DecodeString(fields[at+1])
	if err != nil {
		return nil, errors.New("its key is no base64")
	}
	key, err := ssh.ParsePublicKey(raw)
	if err != nil || !sshUsable(key) {
		return nil, fmt.Errorf("a key of type %s is not taken", word(fields[at]))
	}
	k := trusted{public: sshKey(key).Public}
	switch {
	case at > 0:
		k.as = word(fields[0])
	case len(fields) > 2:
		k.as = word(strings.Join(fields[2:], " "))
	}
	if at == 2 {
		ok, err := k.options(fields[1])
		if err != nil || !ok {
			return nil, err
		}
	}
	return []trusted{k}, nil
}

func isKeyType(s string) bool {
	return strings.HasPrefix(s, "ssh-") || strings.HasPrefix(s, "ecdsa-sha2-") || strings.HasPrefix(s, "sk-ssh-") || strings.HasPrefix(s, "sk-ecdsa-")
}

// split cuts a line at its spaces, those between quotes not.
func split(line string) ([]string, error) {
	var out []string
	var b strings.Builder
	quoted := false
	for _, r := range line + " " {
		switch {
		case r == '"':
			quoted = !quoted
		case (r == ' ' || r == '\t') && !quoted:
			if b.Len() > 0 {
				out = append(out, b.String())
			}
			b.Reset()
			continue
		}
		b.WriteRune(r)
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	return out, nil
}

// options reads those of a line of an allowed_signers file; ok is false if it is not for seals.
func (k *trusted) options(list string) (ok bool, err error) {
	ok = true
	for list != "" {
		var option string
		if option, list, err = nextOption(list); err != nil {
			return false, err
		}
		name, value, _ := strings.Cut(option, "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "namespaces":
			ok = slices.ContainsFunc(strings.Split(value, ","), func(p string) bool {
				fits, err := path.Match(strings.TrimSpace(p), Namespace)
				return err == nil && fits
			})
		case "valid-after":
			k.after, err = sshTime(value)
		case "valid-before":
			k.before, err = sshTime(value)
		case "cert-authority":
			err = errors.New("certificates are not taken: name the key itself")
		default:
			err = fmt.Errorf("unknown option %q", word(name))
		}
		if err != nil {
			return false, err
		}
	}
	return ok, nil
}

// nextOption cuts the first option off a list, whose commas between quotes belong to a value.
func nextOption(list string) (option, rest string, err error) {
	quoted := false
	for i, r := range list {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			return list[:i], list[i+1:], nil
		}
	}
	if quoted {
		return "", "", errors.New("a quote is not closed")
	}
	return list, "", nil
}

// sshTime reads YYYYMMDD[Z] and YYYYMMDDHHMM[SS][Z]. Without Z the time is that of the machine, as ssh-keygen has it.
func sshTime(s string) (time.Time, error) {
	digits, utc := strings.CutSuffix(s, "Z")
	zone := time.Local
	if utc {
		zone = time.UTC
	}
	for _, layout := range []string{"20060102", "200601021504", "20060102150405"} {
		if len(digits) == len(layout) {
			t, err := time.ParseInLocation(layout, digits, zone)
			if err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 20250308 or 20250308120000Z", word(s))
}

// Trusts reports whether a key is one of those named, for a signature made at the time, and whose it is said to be.
func (t *Trust) Trusts(k Key, at time.Time) (as string, ok bool) {
	if t == nil {
		return "", false
	}
	for _, x := range t.keys {
		if x.public == k.Public && !at.Before(x.after) && (x.before.IsZero() || at.Before(x.before)) {
			return x.as, true
		}
	}
	return "", false
}

// Signer is the minisign key, of those named, that made a signature over text; one without Public if none did.
func (t *Trust) Signer(text, signature []byte) Key {
	if t != nil {
		for _, x := range t.keys {
			if k, err := Check(text, signature, x.public); err == nil && k.Kind == Minisign {
				return k
			}
		}
	}
	return Key{Kind: Minisign}
}
