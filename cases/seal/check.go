package seal

import (
	"errors"

	"aead.dev/minisign"
)

// Check checks a signature over text, of either kind. An SSH signature tells the key that made it; of a minisign
// signature the public key must be known, as Key.Public has it. What is answered is the key that made the signature:
// that it is one to be trusted is for Trust to say.
func Check(text, signature []byte, public string) (Key, error) {
	if len(text) > MaxFile || len(signature) > MaxFile {
		return Key{}, errors.New("the signature or what it signs is larger than any that spoor makes")
	}
	var sig minisign.Signature
	if sig.UnmarshalText(signature) != nil {
		return checkSSH(text, signature)
	}
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(public)); err != nil {
		return Key{}, errors.New("nobody says which key of minisign made the signature")
	}
	switch {
	case sig.KeyID != key.ID():
		return Key{}, errors.New("the signature was made by another key of minisign")
	case !minisign.Verify(key, text, signature):
		return Key{}, errors.New("the signature is not one of this text")
	}
	return minisignKey(key), nil
}
