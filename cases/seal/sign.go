package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"aead.dev/minisign"
	"golang.org/x/crypto/ssh"
)

// The kinds of keys.
const (
	Minisign = "minisign"
	SSH      = "ssh"
)

// A Key is the public half of a key, with what a person calls it.
type Key struct {
	Kind string `json:"kind"` // Minisign or SSH
	// Name is how the key's own tool names it: the key id of minisign, in capitals and hex, or the SHA-256
	// fingerprint of ssh-keygen, with the type of key before it.
	Name string `json:"name"`
	// Public is the key in one line: the base64 line of a minisign key, or an SSH key as in authorized_keys.
	Public string `json:"public"`
}

// A Signer is a secret key that is ready to sign. It is never written anywhere.
type Signer struct {
	Key
	minisign minisign.PrivateKey
	ssh      ssh.Signer
}

// Ending is what the name of a signature's file has after that of the signed file: what the key's own tool looks for.
func (k *Key) Ending() string {
	if k.Kind == Minisign {
		return ".minisig"
	}
	return ".sig"
}

var (
	// ErrPassphrase says that a key is encrypted, and no passphrase was given or the one given does not open it.
	ErrPassphrase = errors.New("the key is protected by a passphrase")
	// ErrKey says that a text is no secret key that can be used; the error wrapping it says what it is.
	ErrKey = errors.New("it is no secret key of minisign or OpenSSH")
)

// OpenKey reads a secret key: of minisign, encrypted or not, or of OpenSSH (also PEM), with Ed25519, ECDSA or RSA.
// passphrase is asked once if the key is encrypted; nil has none. A key encrypted by minisign takes up to a
// gibibyte of memory to open: its own choice of work.
func OpenKey(text []byte, passphrase func() ([]byte, error)) (*Signer, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrKey, MaxFile)
	}
	ask := func() ([]byte, error) {
		if passphrase == nil {
			return nil, ErrPassphrase
		}
		return passphrase()
	}
	if block, _ := pem.Decode(text); block != nil {
		return openSSH(text, block.Type, ask)
	}
	trimmed := strings.TrimSpace(string(text))
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(trimmed)); err == nil {
		return nil, fmt.Errorf("%w: it is a public key, and signing takes the secret one beside it", ErrKey)
	}
	if new(minisign.PublicKey).UnmarshalText([]byte(trimmed)) == nil {
		return nil, fmt.Errorf("%w: it is a public key of minisign, and signing takes the secret one", ErrKey)
	}
	return openMinisign([]byte(trimmed), ask)
}

func openMinisign(text []byte, ask func() ([]byte, error)) (*Signer, error) {
	lines := strings.Split(string(text), "\n")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(lines[len(lines)-1]))
	// 158 bytes: https://jedisct1.github.io/minisign/, "Secret key format"
	if err != nil || len(raw) != 158 || string(raw[:2]) != "Ed" {
		return nil, ErrKey
	}
	var key minisign.PrivateKey
	if minisign.IsEncrypted(text) {
		words, err := ask()
		if err != nil {
			return nil, err
		}
		if key, err = minisign.DecryptKey(string(words), text); err != nil {
			return nil, fmt.Errorf("%w: the one given does not open it", ErrPassphrase)
		}
	} else if err := key.UnmarshalText(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return &Signer{Key: minisignKey(key.Public().(minisign.PublicKey)), minisign: key}, nil
}

func minisignKey(k minisign.PublicKey) Key {
	return Key{Kind: Minisign, Name: fmt.Sprintf("%016X", k.ID()), Public: k.String()}
}

func openSSH(text []byte, kind string, ask func() ([]byte, error)) (*Signer, error) {
	if !strings.Contains(kind, "PRIVATE KEY") {
		return nil, fmt.Errorf("%w: it holds a %s", ErrKey, word(strings.ToLower(kind)))
	}
	key, err := ssh.ParsePrivateKey(text)
	var missing *ssh.PassphraseMissingError
	if errors.As(err, &missing) {
		var words []byte
		if words, err = ask(); err != nil {
			return nil, err
		}
		if key, err = ssh.ParsePrivateKeyWithPassphrase(text, words); err != nil {
			return nil, fmt.Errorf("%w: the one given does not open it", ErrPassphrase)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if !sshUsable(key.PublicKey()) {
		return nil, fmt.Errorf("%w: a key of type %s signs nothing any more", ErrKey, key.PublicKey().Type())
	}
	return &Signer{Key: sshKey(key.PublicKey()), ssh: key}, nil
}

func sshKey(k ssh.PublicKey) Key {
	return Key{Kind: SSH, Name: strings.TrimPrefix(k.Type(), "ssh-") + " " + ssh.FingerprintSHA256(k),
		Public: string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(k)))}
}

// Sign signs a text and answers the file of the signature.
func (s *Signer) Sign(text []byte) ([]byte, error) {
	if s.Kind == SSH {
		return signSSH(s.ssh, text)
	}
	r := minisign.NewReader(bytes.NewReader(text))
	if _, err := bytes.NewBuffer(nil).ReadFrom(r); err != nil {
		return nil, err
	}
	return r.SignWithComments(s.minisign, "a statement about a spoor case", "signature from minisign secret key"), nil
}

func signSSH(key ssh.Signer, text []byte) ([]byte, error) {
	data := signedData(sshHash, sum512(text))
	var made *ssh.Signature
	var err error
	if as, ok := key.(ssh.AlgorithmSigner); ok && key.PublicKey().Type() == ssh.KeyAlgoRSA {
		made, err = as.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
	} else {
		made, err = key.Sign(rand.Reader, data)
	}
	if err != nil {
		return nil, fmt.Errorf("sign with the SSH key: %w", err)
	}
	return armour(&sshBlob{Version: 1, PublicKey: key.PublicKey().Marshal(), Namespace: Namespace, Hash: sshHash,
		Signature: ssh.Marshal(made)}), nil
}
