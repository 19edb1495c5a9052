package triage

// What weevely sends and answers: PHP code, packed with zlib, under XOR with eight hex digits, in base64.
//
// Its later agents put it between the rest of an MD5 of the password, twelve digits on either side, in a body of other
// bytes; the key itself is not sent, so the code stays closed, and what shows it is that the first two bytes of zlib's
// header come out under hex digits. Its earlier agents answer between tags that are the key, so that the answer can be
// read. Source: the agents of https://github.com/epinna/weevely3 (bd/agents).

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
)

const sourceWeevely = "https://github.com/epinna/weevely3"

var (
	weevelyBody   = regexp.MustCompile(`([0-9a-f]{12})((?:[A-Za-z0-9+/]{4}){6,}?(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)([0-9a-f]{12})`)
	weevelyAnswer = regexp.MustCompile(`<([0-9a-f]{8})>([A-Za-z0-9+/]{8,}={0,2})</([0-9a-f]{8})>`)
)

// maxWeevelyTries bounds the places of a body that could hold such code.
const maxWeevelyTries = 16

// weevely looks for a sealed order in a body that is no form.
func (h *hunt) weevely(body string) bool {
	for range maxWeevelyTries {
		m := weevelyBody.FindStringSubmatchIndex(body)
		if m == nil {
			return false
		}
		if b, err := base64.StdEncoding.DecodeString(body[m[4]:m[5]]); err == nil && len(b) >= 16 && random(b) && hexDigit(b[0]^0x78) && hexDigit(b[1]^0x9c) {
			h.tell("body-weevely", "body", body[m[0]:m[1]], "", "")
			return true
		}
		body = body[m[2]+1:]
	}
	return false
}

// weevelyAnswered reads an answer between tags that are its key.
func (h *hunt) weevelyAnswered(answer string) {
	m := weevelyAnswer.FindStringSubmatch(answer)
	if m == nil || m[1] != m[3] {
		return
	}
	b, err := base64.StdEncoding.DecodeString(m[2])
	if err != nil {
		return
	}
	z, err := zlib.NewReader(bytes.NewReader(xored(b, m[1], 0)))
	if err != nil {
		return
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxUnpack))
	if err == nil && len(plain) > 0 || errors.Is(err, io.ErrUnexpectedEOF) && len(plain) >= 32 { // a log cuts long answers
		h.tell("body-answer-weevely", "answer", string(plain), "", "")
	}
}

func hexDigit(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// weevelySealed is text as weevely's agents pack it, for samples.
func weevelySealed(text, key string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err = errors.Join(err, z.Close()); err != nil {
		panic("triage: " + err.Error()) // a buffer does not fail
	}
	return base64.StdEncoding.EncodeToString(xored(b.Bytes(), key, 0))
}

var weevelySample = "xq9Zk" + "0123456789ab" + weevelySealed("chdir('/tmp');echo 'an inert sample that runs nothing, 0123456789';", "5ebe2294") + "cdef01234567" + "Qr~7"
