package hashlist_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/source"
)

// Hashes of nothing at all: the empty file.
const (
	md5    = "d41d8cd98f00b204e9800998ecf8427e"
	sha1   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func utf16le(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}

// show is an entry in one line: what it has, in a fixed order.
func show(e triage.HashEntry) string {
	s := fmt.Sprintf("%d %q", e.Line, e.Path)
	for _, f := range []struct{ name, value string }{{"md5", e.MD5}, {"sha1", e.SHA1}, {"sha256", e.SHA256}, {"note", e.Comment}} {
		if f.value != "" {
			s += " " + f.name + "=" + strings.NewReplacer(md5, "M", sha1, "S1", sha256, "S2").Replace(f.value)
		}
	}
	if e.Size >= 0 {
		s += fmt.Sprintf(" size=%d", e.Size)
	}
	if !e.ModTime.IsZero() {
		s += " " + e.ModTime.Format(time.RFC3339)
	}
	return s
}

var lists = []struct{ name, in, format, want string }{
	// Checksum tools.
	{"gnu text", sha256 + "  /var/www/a b.php\n", "gnu-sum", `1 "/var/www/a b.php" sha256=S2`},
	{"gnu binary", sha1 + " *C:\\inetpub\\new.aspx\r\n", "gnu-sum", `1 "C:\\inetpub\\new.aspx" sha1=S1`},
	{"gnu escaped", `\` + md5 + `  a\nb\\c` + "\n", "gnu-sum", `1 "a\nb\\c" md5=M`},
	{"gnu path begins with space", md5 + "   x\n", "gnu-sum", `1 " x" md5=M`},
	{"gnu no last line end", md5 + "  x", "gnu-sum", `1 "x" md5=M`},
	{"upper case", strings.ToUpper(md5) + "  x\n", "gnu-sum", `1 "x" md5=M`},
	{"one space", md5 + " x\n", "gnu-sum", `1 "x" md5=M`},
	{"tab", md5 + "\tx\n", "gnu-sum", `1 "x" md5=M`},
	{"md5deep -z", "      12  " + md5 + "  /x\n", "gnu-sum", `1 "/x" md5=M size=12`},
	{"md5deep -c", "12," + md5 + ",/x,y\n", "gnu-sum", `1 "/x,y" md5=M size=12`},
	{"comments and blanks", "# made today\n\n" + md5 + "  x\n", "gnu-sum", `3 "x" md5=M`},
	{"bsd", "SHA256 (/a (b) = c) = " + sha256 + "\nMD5 (y) = " + md5 + "\n", "bsd-sum", `1 "/a (b) = c" sha256=S2; 2 "y" md5=M`},
	{"bsd sha-1", "SHA1 (x) = " + sha1 + "\n", "bsd-sum", `1 "x" sha1=S1`},
	{"openssl", "SHA2-256(x)= " + sha256 + "\n", "bsd-sum", `1 "x" sha256=S2`},
	{"utf-8 mark", "\ufeff" + md5 + "  x\n", "gnu-sum", `1 "x" md5=M`},
	{"utf-16", utf16le(md5 + "  näve.php\r\n"), "gnu-sum", `1 "näve.php" md5=M`},
	{"paths that are not utf-8", md5 + "  a\xffb\n", "gnu-sum", `1 "a\xffb" md5=M`},
	// Bare hashes, with a comment or not.
	{"bare", md5 + "\n" + sha1 + "\n" + sha256 + "\n", "bare-hash", `1 "" md5=M; 2 "" sha1=S1; 3 "" sha256=S2`},
	{"comment", "#\n" + sha256 + ";Empty Shell - nothing; inside\n", "hash-comment", `2 "" sha256=S2 note=Empty Shell - nothing; inside`},
	{"comma comment", md5 + ",Empty Shell\n", "hash-comment", `1 "" md5=M note=Empty Shell`},
	// hashdeep.
	{"hashdeep", "%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,sha256,filename\n## Invoked from: /\n## \n0," + md5 + "," + sha1 + "," + sha256 + ",/a,b.php\n",
		"hashdeep", `5 "/a,b.php" md5=M sha1=S1 sha256=S2 size=0`},
	{"hashdeep unknown column", "%%%% HASHDEEP-1.0\n%%%% size,md5,tiger,filename\n7," + md5 + ",00ff,x\n", "hashdeep", `3 "x" md5=M size=7`},
	// CSV.
	{"get-filehash 5", utf16le("#TYPE Microsoft.PowerShell.Utility.FileHash\r\n\"Algorithm\",\"Hash\",\"Path\"\r\n\"SHA256\",\"" + strings.ToUpper(sha256) + "\",\"C:\\a, \"\"b\"\".aspx\"\r\n"),
		"get-filehash", `3 "C:\\a, \"b\".aspx" sha256=S2`},
	{"get-filehash 7", "\"Algorithm\",\"Hash\",\"Path\"\n\"MD5\",\"" + md5 + "\",\"C:\\x\"\n", "get-filehash", `2 "C:\\x" md5=M`},
	{"get-filehash -UseCulture", "Algorithm;Hash;Path\nSHA1;" + sha1 + ";C:\\x\n", "get-filehash", `2 "C:\\x" sha1=S1`},
	{"header again", "Algorithm,Hash,Path\nMD5," + md5 + ",x\nAlgorithm,Hash,Path\nMD5," + md5 + ",y\n", "get-filehash", `2 "x" md5=M; 4 "y" md5=M`},
	{"known-bad csv", "family,name,size,md5,sha1,sha256\nclassic,a.php,3," + md5 + "," + sha1 + "," + sha256 + "\n", "csv", `2 "a.php" md5=M sha1=S1 sha256=S2 note=classic size=3`},
	{"listing csv", "path,sha256,mtime_unix\nx," + sha256 + ",1708394389\ny,,\n", "csv", `2 "x" sha256=S2 2024-02-20T01:59:49Z; 3 "y"`},
	{"csv local time", "path,md5,LastWriteTime\nx," + md5 + ",2025-03-08 03:17:47\n", "csv", `2 "x" md5=M 2025-03-08T08:17:47Z`},
	{"csv field over two lines", "path,md5\n\"a\nb\"," + md5 + "\nc," + md5 + "\n", "csv", `2 "a\nb" md5=M; 4 "c" md5=M`},
	{"csv quote inside a field", "path,md5\na\"b," + md5 + "\nc," + md5 + "\n", "csv", `2 "a\"b" md5=M; 3 "c" md5=M`},
	// Sleuth Kit.
	{"bodyfile", "0|/w|11|d/drwx------|0|0|4096|1|1|1|1\n0|/w/a.php|12|r/rrw-r--r--|0|0|207|5|1741421867|7|8\n" + md5 + "|/w/b|c (deleted)|13|-/rrw-r--r--|0|0|9|0|0|0|0\n0|/w/a.php ($FILE_NAME)|12-2|r/rrw-r--r--|0|0|207|5|6|7|8\n",
		"bodyfile", `2 "/w/a.php" size=207 2025-03-08T08:17:47Z; 3 "/w/b|c" md5=M note=deleted size=9`},
}

func read(t testing.TB, in string) (string, hashlist.Stats, error) {
	t.Helper()
	var out []string
	zone := time.FixedZone("", -5*3600)
	stats, err := hashlist.Read(strings.NewReader(in), triage.Source{Path: "list"}, zone, func(e triage.HashEntry) error {
		out = append(out, show(e))
		return nil
	})
	if stats.Read != stats.Parsed+stats.Rejected+stats.Comments || stats.Parsed != int64(len(out)) {
		t.Errorf("%.80q: %+v does not add up with %d entries", in, stats, len(out))
	}
	return strings.Join(out, "; "), stats, err
}

func TestRead(t *testing.T) {
	for _, c := range lists {
		got, stats, err := read(t, c.in)
		if err != nil || got != c.want || stats.Format != c.format || stats.Rejected > 0 {
			t.Errorf("%s: %s (%+v, %v)\nwant %s of %s", c.name, got, stats, err, c.want, c.format)
		}
		if name, err := hashlist.Detect([]byte(c.in)); err != nil || name != c.format {
			t.Errorf("%s: Detect = %q, %v", c.name, name, err)
		}
	}
}

func TestReadRejects(t *testing.T) {
	good := strings.Repeat(md5+"  x\n", 3)
	for _, c := range []struct{ name, in, reason string }{
		{"no hash", good + "hello world\n", "no MD5, SHA-1 or SHA-256 where one should be"},
		{"hash of 33", good + md5 + "0  x\n", "no MD5, SHA-1 or SHA-256 where one should be"},
		{"no path", good + md5 + "  \n" + md5 + " *\n", "no path after the hash"},
		{"sha-512", good + "SHA512 (x) = 00\n", "SHA512 is not kept: make the list with SHA-256, SHA-1 or MD5"},
		{"bsd cut off", good + "MD5 (x\n", "no ALGORITHM (path) = hash"},
		{"too long", good + md5 + "  " + strings.Repeat("x", 70<<10) + "\n" + good, "line longer than 64 KiB"},
		{"hashdeep without columns", "%%%% HASHDEEP-1.0\n1," + md5 + ",x\n", `no line "%%%% size,...,filename" before this one`},
		{"hashdeep short", "%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n1," + md5 + "\n", "fewer fields than the header names"},
		{"csv short", "path,md5\nx\n", "not as many fields as the header names"},
		{"csv open quote", "path,md5\n\"x," + md5 + "\n", "the quotes of a field do not fit"},
		{"csv open quote, more lines", "path,md5\nx," + md5 + "\n\"y," + md5 + "\nz," + md5 + "\n", "the quotes of a field do not fit"},
		{"csv bad size", "path,md5,size\nx," + md5 + ",many\n", "size is no number"},
		{"csv wrong length", "path,md5\nx," + sha1 + "\n", "MD5 of 40 digits, want 32"},
	} {
		_, stats, err := read(t, c.in)
		if err != nil || stats.Rejected != 1 || stats.Rejects[0].Reason != c.reason || len(stats.Rejects[0].Text) > triage.MaxRejectText {
			t.Errorf("%s: %+v, %v, want %q", c.name, stats, err, c.reason)
		}
	}
}

// Rejects gives every rejected line, more than Read keeps, and ends with what yield says.
func TestRejects(t *testing.T) {
	in := strings.Repeat(md5+"  x\n", 200) + strings.Repeat("hello world\n", 3*hashlist.MaxRejects) + md5 + "  y\n"
	var lines []int64
	err := hashlist.Rejects(strings.NewReader(in), triage.Source{Path: "l"}, nil, func(r triage.Reject) error {
		if r.Text != "hello world" || r.Reason == "" {
			t.Errorf("%+v", r)
		}
		lines = append(lines, r.Line)
		return nil
	})
	if err != nil || len(lines) != 3*hashlist.MaxRejects || lines[0] != 201 || lines[len(lines)-1] != 200+3*hashlist.MaxRejects {
		t.Errorf("%v, %v", lines, err)
	}
	enough := errors.New("enough")
	n := 0
	if err := hashlist.Rejects(strings.NewReader(in), triage.Source{Path: "l"}, nil, func(triage.Reject) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("after %d lines %v", n, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, reason string }{
		{"empty", "", "the file is empty"},
		{"binary", "\x7fELF\x00\x00", "it is binary"},
		{"regular expressions", `\\evil\.sys;80` + "\n" + `\\tools\\x\.exe;60` + "\n", "its lines begin with no MD5"},
		{"a log", `192.0.2.1 - - [08/Mar/2025:03:17:47 -0500] "GET / HTTP/1.1" 200 1 "-" "-"` + "\n", "its lines begin with no MD5"},
		{"csv without hashes", "path,label\nx,bad\n", "no header names a column of them"},
		{"only comments", "# nothing\n", "its lines begin with no MD5"},
	} {
		_, _, err := read(t, c.in)
		if !errors.Is(err, hashlist.ErrNotList) || !strings.Contains(err.Error(), c.reason) || !strings.HasPrefix(err.Error(), "list: ") {
			t.Errorf("%s: %v, want %q", c.name, err, c.reason)
		}
		if _, err := hashlist.Detect([]byte(c.in)); !errors.Is(err, hashlist.ErrNotList) {
			t.Errorf("%s: Detect: %v", c.name, err)
		}
	}
}

// An error of the caller stops the reading and comes back with the place.
func TestReadStops(t *testing.T) {
	full := errors.New("full")
	stats, err := hashlist.Read(strings.NewReader(md5+"  x\n"+md5+"  y\n"), triage.Source{Path: "list"}, nil, func(e triage.HashEntry) error {
		if e.Path == "y" {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "list:2: ") || stats.Parsed != 2 {
		t.Errorf("%+v, %v", stats, err)
	}
}

// The laws: all lines are accounted for, entries come in order, their hashes are what they should be.
func FuzzRead(f *testing.F) {
	for _, c := range lists {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var last int64
		stats, _ := hashlist.Read(strings.NewReader(in), triage.Source{}, nil, func(e triage.HashEntry) error {
			if e.Line <= last {
				t.Errorf("line %d after %d", e.Line, last)
			}
			last = e.Line
			for _, h := range []struct {
				text string
				n    int
			}{{e.MD5, 32}, {e.SHA1, 40}, {e.SHA256, 64}} {
				if h.text != "" && (len(h.text) != h.n || strings.Trim(h.text, "0123456789abcdef") != "") {
					t.Errorf("hash %q", h.text)
				}
			}
			if e.Path+e.MD5+e.SHA1+e.SHA256 == "" || e.Size < -1 {
				t.Errorf("%+v", e)
			}
			return nil
		})
		if stats.Read != stats.Parsed+stats.Rejected+stats.Comments {
			t.Errorf("%+v does not add up", stats)
		}
		if stats.Read > 0 && last > stats.Read && !strings.Contains(in, `"`) {
			t.Errorf("entry at line %d of %d", last, stats.Read)
		}
	})
}

// The law of each layout: a path written as its tool writes it comes back.
func FuzzPathRoundTrip(f *testing.F) {
	for _, path := range []string{"x", "/a b", `C:\a`, "a\nb", `a"b,c`, "a|b", "x) = y", "ü"} {
		f.Add(path)
	}
	gnu := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	f.Fuzz(func(t *testing.T, path string) {
		if path == "" || strings.TrimSpace(path) != path || len(path) > 1000 || strings.Count(path, "\n") > 6 || strings.ContainsAny(path, "\x00\r") || !utf8.ValidString(path) {
			t.Skip()
		}
		quoted := `"` + strings.ReplaceAll(path, `"`, `""`) + `"`
		layouts := []string{
			`\` + sha256 + "  " + gnu.Replace(path) + "\n",
			`\SHA256 (` + gnu.Replace(path) + ") = " + sha256 + "\n",
			"\"Algorithm\",\"Hash\",\"Path\"\r\n\"SHA256\",\"" + sha256 + "\"," + quoted + "\r\n",
		}
		if !strings.Contains(path, "\n") {
			layouts = append(layouts, "%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n1,"+sha256+","+path+"\n")
			if !strings.HasSuffix(path, ")") {
				layouts = append(layouts, "0|"+path+"|1|r/rrw-r--r--|0|0|1|0|0|0|0\n")
			}
		}
		for _, in := range layouts {
			n := 0
			stats, err := hashlist.Read(strings.NewReader(in), triage.Source{}, nil, func(e triage.HashEntry) error {
				if n++; e.Path != path {
					t.Errorf("%q: path %q, want %q", in, e.Path, path)
				}
				return nil
			})
			if err != nil || n != 1 {
				t.Errorf("%q: %+v, %v", in, stats, err)
			}
		}
	})
}

// The lists of the shared evidence, entry for entry.
func TestEvidence(t *testing.T) {
	const shared = "../../../shared/data"
	for _, c := range []struct {
		pattern, format string
		parsed          int64
	}{
		{"hashes/wordpress-6.4.3.md5", "gnu-sum", 0},
		{"hashes/wordpress-*.sha256", "gnu-sum", 0},
		{"hashes/wordpress-*.md5", "gnu-sum", 0},
		{"hashes/signature-base_hash-iocs.txt.gz", "hash-comment", 3224},
		{"hashes/known_bad_php-malware-finder.csv", "csv", 28},
		{"webroot/wp643_webroot_listing.csv", "csv", 2668},
		{"lab-dev/files/baseline-get-filehash.csv", "get-filehash", 67},
		{"lab-dev/files/webroot-get-filehash.csv", "get-filehash", 136},
		{"lab-dev/files/baseline-hashdeep.csv", "hashdeep", 67},
		{"lab-dev/files/webroot-hashdeep.csv", "hashdeep", 136},
		{"lab-dev/files/*.sha256", "gnu-sum", 0},
		{"lab-dev/files/webroot-relative.md5", "gnu-sum", 136},
		{"lab-dev/files/webroot.bodyfile", "bodyfile", 136},
	} {
		files, err := filepath.Glob(filepath.Join(shared, c.pattern))
		if err != nil || len(files) == 0 {
			t.Skip("shared evidence is not here")
		}
		for _, file := range files {
			r, err := source.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			stats, err := hashlist.Read(r, triage.Source{Path: file}, nil, func(triage.HashEntry) error { return nil })
			r.Close()
			if err != nil || stats.Format != c.format || stats.Rejected > 0 || stats.Parsed == 0 || c.parsed > 0 && stats.Parsed != c.parsed {
				t.Errorf("%s: %+v, %v", file, stats, err)
			}
		}
	}
	for _, pattern := range []string{"hashes/signature-base_filename-iocs.txt.gz", "webroot/wp643_webroot_labels.csv", "lab-dev/access.log.gz", "lab-dev/iis/u_ex250308.log.gz"} {
		r, err := source.Open(filepath.Join(shared, pattern))
		if errors.Is(err, os.ErrNotExist) {
			t.Skip("shared evidence is not here")
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = hashlist.Read(r, triage.Source{Path: pattern}, nil, func(triage.HashEntry) error { return nil })
		r.Close()
		if !errors.Is(err, hashlist.ErrNotList) {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}
