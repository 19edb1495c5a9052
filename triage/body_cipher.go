package triage

// What Behinder and Godzilla send: blocks of AES, or bytes under XOR, in base64. Two things open them without the
// responder's key. Most shells keep the key that the tools come with; and Behinder's PHP payload begins with words
// that never change, so that XOR with them gives the key, which is recognised by being hex digits.

import (
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/url"
	"strings"
)

// defaultKeys are the first 16 hex digits of the MD5 of "rebeyond" (Behinder) and of "key" (Godzilla).
var defaultKeys = []struct{ key, rule string }{{"e45e329feb5d925b", "body-behinder"}, {"3c6e0b8a9c15224a", "body-godzilla"}}

// knownStart is what Behinder 2 and 3 send to PHP shells first, before the code in base64.
const knownStart = "assert|eval(base64_decode('"

const (
	minCipher  = 64       // bytes of a blob that is judged
	maxUnpack  = 64 << 10 // bytes of a decrypted payload that are unpacked
	cipherUnit = aes.BlockSize
)

// encrypted looks for a cipher's blob: the whole body, or the value of its only parameters.
func (h *hunt) encrypted(parts []bodyPart) bool {
	if len(parts) == 0 || len(parts) > 2 {
		return false
	}
	for i := range parts {
		p := &parts[i]
		if strings.HasPrefix(p.value, "yv66vg") && len(p.value) >= 32 {
			h.tell("body-class", p.field(), cutText(p.value, 80), "", "")
			return true
		}
		v := strings.TrimSpace(p.value)
		blob, ok := wholeBase64(v)
		if !ok || len(blob) < 32 {
			continue
		}
		if rule, text := decrypt(blob); rule != "" {
			h.tell(rule, p.field(), text, "", "")
			return true
		}
		if len(parts) == 1 && len(blob) >= minCipher && len(blob)%cipherUnit == 0 && random(blob) && !knownFile(blob) && (p.raw || !tokenName(p.name)) {
			h.tell("body-encrypted", p.field(), cutText(v, 80), "", "")
			return true
		}
	}
	return false
}

// tokenName is true of parameters in which sites send tokens, states and answers of others.
func tokenName(name string) bool {
	low := asciiLower(name)
	for _, w := range [...]string{"token", "state", "saml", "code", "jwt", "csrf", "sig", "hash", "nonce", "captcha", "ticket", "session", "assertion", "relay", "validation", "request", "response", "cookie", "image", "img", "file", "photo", "avatar"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// decrypt tries what opens without knowing the key, and gives the rule of the tool and what was sent.
func decrypt(blob []byte) (rule, text string) {
	if n := len(knownStart); len(blob) > n {
		var key [16]byte
		for i := range key {
			key[i] = blob[i] ^ knownStart[i]
		}
		if _, err := hex.DecodeString(string(key[:])); err == nil {
			if plain := xored(blob, string(key[:]), 0); strings.HasPrefix(string(plain), knownStart) {
				return "body-behinder", opened(plain)
			}
		}
	}
	for _, k := range defaultKeys {
		for shift := range 2 {
			if plain := xored(blob, k.key, shift); readable(plain) {
				return k.rule, opened(plain)
			}
		}
		if len(blob)%cipherUnit != 0 {
			continue
		}
		block, err := aes.NewCipher([]byte(k.key))
		if err != nil {
			continue
		}
		ecb := make([]byte, len(blob))
		for at := 0; at < len(blob); at += cipherUnit {
			block.Decrypt(ecb[at:], blob[at:at+cipherUnit])
		}
		cbc := make([]byte, len(blob))
		cipher.NewCBCDecrypter(block, make([]byte, cipherUnit)).CryptBlocks(cbc, blob)
		for _, plain := range [...][]byte{ecb, cbc} {
			if pad := int(plain[len(plain)-1]); pad > 0 && pad <= cipherUnit && len(bytes.TrimRight(plain[len(plain)-pad:], string(plain[len(plain)-1:]))) == 0 {
				if plain = plain[:len(plain)-pad]; readable(plain) {
					return k.rule, opened(plain)
				}
			}
		}
	}
	return "", ""
}

// xored undoes XOR with a repeated key; both tools begin with the key's second byte.
func xored(blob []byte, key string, shift int) []byte {
	out := make([]byte, len(blob))
	for i, c := range blob {
		out[i] = c ^ key[(i+shift)%len(key)]
	}
	return out
}

// readable reports whether a decrypted text is one: text, gzip, or a Java class.
func readable(b []byte) bool {
	return len(b) >= 16 && (printable(b) && mostlyText(b) || bytes.HasPrefix(b, []byte{0x1f, 0x8b, 8, 0}) || bytes.HasPrefix(b, []byte{0xca, 0xfe, 0xba, 0xbe}) ||
		bytes.HasPrefix(b, []byte("methodName")))
}

// opened is what a decrypted payload says: its code, unpacked and decoded.
func opened(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b}):
		if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
			if plain, _ := io.ReadAll(io.LimitReader(z, maxUnpack)); len(plain) > 0 {
				return string(plain)
			}
		}
		return "(gzip)"
	case bytes.HasPrefix(b, []byte{0xca, 0xfe, 0xba, 0xbe}):
		return "(a Java class)"
	}
	text := string(b)
	if strings.HasPrefix(text, "assert|eval(") {
		text = strings.TrimPrefix(text, "assert|")
	}
	return unfold(text, 0)
}

// random reports whether bytes look like a cipher's: nearly as many different ones as chance gives.
func random(b []byte) bool {
	var seen [256]bool
	distinct, high := 0, 0
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			distinct++
		}
		if c >= 0x80 {
			high++
		}
	}
	expected := 256.0
	miss := 1.0
	for range min(len(b), 4096) {
		miss *= 255.0 / 256.0
	}
	expected *= 1 - miss
	return float64(distinct) >= 0.85*expected && high*10 > len(b)*3 && high*10 < len(b)*7
}

// knownFile reports whether bytes begin as files do that are compressed and so look random.
func knownFile(b []byte) bool {
	for _, magic := range [...]string{"\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", "PK", "\x1f\x8b", "%PDF", "BM", "OggS", "\x00\x00\x00", "\xac\xed", "Salted__", "wOFF", "wOF2", "ID3", "\x78\x9c", "\x78\x01", "\x78\xda", "MZ", "\x7fELF", "BZh", "\xfd7zXZ"} {
		if strings.HasPrefix(string(b[:min(len(b), 12)]), magic) {
			return true
		}
	}
	return false
}

// Samples of the rules, made here since nothing in them is to be recognised by its letters.
var (
	behinderSample = base64.StdEncoding.EncodeToString(xored([]byte(knownStart+base64.StdEncoding.EncodeToString([]byte("echo php_uname(); die('an inert sample');"))+"'));"), "0123456789abcdef", 1))
	godzillaSample = "pass=" + url.QueryEscape(base64.StdEncoding.EncodeToString(xored([]byte("methodName=Z2V0QmFzaWNzSW5mbw==&inert=a sample that runs nothing"), defaultKeys[1].key, 1)))

	encryptedSample = func() string {
		a, b := sha512.Sum512([]byte("a")), sha512.Sum512([]byte("b"))
		return base64.StdEncoding.EncodeToString(append(a[:], b[:]...))
	}()
)
