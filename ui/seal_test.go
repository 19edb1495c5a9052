package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testKey copies a key of the tests to where its name is short.
func testKey(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "cases", "seal", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// The word seal signs with a key whose passphrase is asked unseen, and packs; the Evidence screen lists both.
func TestSealOnScreen(t *testing.T) {
	dk := incidentCase(t)
	key := testKey(t, "ed25519-locked")
	d := drive(t, dk, 130, 40)
	k := d.m.keys
	d.press(k.Command)
	d.typed("seal " + key + "\n")
	d.wants("passphrase: ", "is protected by a passphrase; it is not shown or kept")
	d.typed("wrong horse")
	d.wants("passphrase: ***********")
	d.typed("\n")
	d.wants("does not open it", "passphrase: ")
	d.typed("correct horse")
	if strings.Contains(d.view(), "horse") {
		t.Errorf("the passphrase is shown:\n%s", d.view())
	}
	d.typed("\n")
	d.wants("sealed records 1 to", "seals/seal-1.txt")
	if n := len(dk.Case.Sealed()); n != 1 {
		t.Fatalf("%d seals", n)
	}
	for _, line := range d.m.lines {
		if strings.Contains(line, "horse") {
			t.Errorf("the passphrase is in the history: %q", line)
		}
	}

	d.press(k.Command)
	d.typed("seal --pack out.zip\n")
	d.wants("packed ", "out.zip")
	d.press(k.Screens[tabEvidence])
	d.to("SEAL")
	d.wants("covers", "the journal's records 1 to ", "ed25519 SHA256:", "kim at jump1", ":verify says whether it holds")
	d.to("PACK")
	d.wants("out.zip", "not encrypted", "spoor verify")

	// What cannot be done is said, and nothing is left behind.
	for line, want := range map[string]string{"seal": "nothing to do", "seal --to age1x": "nothing to do", "seal " + key + " --to age1x": "go with --pack",
		"seal nowhere": "no such file", "seal a b": `"b" is too much`, "seal --pack": "needs a value", "seal --pack out.zip": "out.zip exists", "seal --pack x.zip --to nonsense": "no recipient of age"} {
		d.press(k.Command)
		d.typed(line + "\n")
		d.wants(want)
	}
	d.press(k.Command)
	d.typed("seal " + key + "\n")
	d.press(k.Back)
	d.wants("not sealed")
	if n, p := len(dk.Case.Sealed()), len(dk.Case.Packs()); n != 1 || p != 1 {
		t.Errorf("%d seals, %d packs", n, p)
	}
}

// A list that knows MD5 alone has the register name the MD5 of the evidence; facts of the case are set by name.
func TestRegisterMD5AndFacts(t *testing.T) {
	const line = `192.0.2.7 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0"` + "\n"
	d := drive(t, openCase(t, map[string]string{"access.log": line, "files.md5": "0123456789abcdef0123456789abcdef  /var/www/html/index.php\n"}), 130, 40)
	d.press(d.m.keys.Screens[tabEvidence])
	d.to("access.log")
	d.wants("md5       238f956d6243480abc5bd0a6566148fe", "role      log, combined", "size      ", "written 2025", "taken in  ")

	for _, line := range []string{"case tlp amber+strict", "case requested-by counsel for the shop", "case authority engagement letter", "case systems two web servers", "case period March"} {
		d.press(d.m.keys.Command)
		d.typed(line + "\n")
	}
	d.press(d.m.keys.Command)
	d.typed("case\n")
	d.wants("AMBER+STRICT", "asked by  counsel for the shop", "authority engagement letter", "systems   two web servers", "period    March")
	d.press(d.m.keys.Command)
	d.typed("case tlp mauve\n")
	d.wants("unknown TLP label")
	d.press(d.m.keys.Command)
	d.typed("case colour red\n")
	d.wants("say :case FIELD VALUE with one of tlp, victim")
}
