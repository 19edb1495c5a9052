package seal

// Signatures of OpenSSH over files.
//
// Source: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

const (
	sshMagic = "SSHSIG"
	sshHash  = "sha512"
	sshBegin = "-----BEGIN SSH SIGNATURE-----"
	sshEnd   = "-----END SSH SIGNATURE-----"
)

// An sshBlob is a signature without its armour, after the magic word.
type sshBlob struct {
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  string
	Hash      string
	Signature []byte
}

// signedData is what the key signs: not the file but its hash, with what it is for.
func signedData(hash string, sum []byte) []byte {
	return append([]byte(sshMagic), ssh.Marshal(struct {
		Namespace, Reserved, Hash string
		Sum                       []byte
	}{Namespace, "", hash, sum})...)
}

func sum512(text []byte) []byte {
	sum := sha512.Sum512(text)
	return sum[:]
}

// armour writes a signature as ssh-keygen does: base64 in lines of 70 columns between two marks.
func armour(b *sshBlob) []byte {
	text := base64.StdEncoding.EncodeToString(append([]byte(sshMagic), ssh.Marshal(b)...))
	var out bytes.Buffer
	fmt.Fprintln(&out, sshBegin)
	for line := range slices.Chunk([]byte(text), 70) {
		fmt.Fprintf(&out, "%s\n", line)
	}
	fmt.Fprintln(&out, sshEnd)
	return out.Bytes()
}

var errNoSSHSig = errors.New("it is no SSH signature")

// unarmour reads what armour or ssh-keygen wrote.
func unarmour(text []byte) (*sshBlob, error) {
	s := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
	s, begins := strings.CutPrefix(s, sshBegin+"\n")
	s, ends := strings.CutSuffix(s, "\n"+sshEnd)
	raw, err := base64.StdEncoding.DecodeString(s)
	if !begins || !ends || err != nil || !bytes.HasPrefix(raw, []byte(sshMagic)) {
		return nil, errNoSSHSig
	}
	b := new(sshBlob)
	if err := ssh.Unmarshal(raw[len(sshMagic):], b); err != nil {
		return nil, errNoSSHSig
	}
	return b, nil
}

// sshUsable reports whether a key of this type may sign: no DSA, and no certificate, whose authority nobody named.
func sshUsable(k ssh.PublicKey) bool {
	return slices.Contains([]string{ssh.KeyAlgoED25519, ssh.KeyAlgoRSA, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384,
		ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}, k.Type())
}

// checkSSH checks a signature over text and answers the key that made it.
func checkSSH(text, signature []byte) (Key, error) {
	b, err := unarmour(signature)
	if err != nil {
		return Key{}, err
	}
	switch {
	case b.Version != 1:
		return Key{}, fmt.Errorf("the SSH signature has version %d, known is 1", b.Version)
	case b.Namespace != Namespace:
		return Key{}, fmt.Errorf("the SSH signature was made for %q, not for %q", word(b.Namespace), Namespace)
	}
	var data []byte
	switch b.Hash {
	case "sha512":
		data = signedData(b.Hash, sum512(text))
	case "sha256":
		sum := sha256.Sum256(text)
		data = signedData(b.Hash, sum[:])
	default:
		return Key{}, fmt.Errorf("the SSH signature is over a hash of kind %q, known are sha512 and sha256", word(b.Hash))
	}
	key, err := ssh.ParsePublicKey(b.PublicKey)
	if err != nil || !sshUsable(key) {
		return Key{}, errors.New("the SSH signature names a key of a type that is not taken")
	}
	made := new(ssh.Signature)
	if err := ssh.Unmarshal(b.Signature, made); err != nil {
		return Key{}, errNoSSHSig
	}
	if made.Format == ssh.KeyAlgoRSA {
		return Key{}, errors.New("the SSH signature uses SHA-1, which proves nothing any more")
	}
	if err := key.Verify(data, made); err != nil {
		return Key{}, errors.New("the signature is not one of this text")
	}
	return sshKey(key), nil
}
