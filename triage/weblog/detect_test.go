package weblog_test

import (
	"errors"
	"strings"
	"testing"

	"spoor/triage/weblog"
)

var (
	commonLine   = clf[0].line + "\n"
	combinedLine = clf[1].line + "\n"
	vhostLine    = clf[2].line + "\n"
)

func TestDetect(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"common", commonLine, "common"},
		{"most are combined", commonLine + combinedLine + combinedLine, "combined"},
		{"most are common", combinedLine + strings.Repeat(commonLine, 3), "common"},
		{"vhost", vhostLine + vhostLine + combinedLine, "vhost-combined"},
		{"broken head", "e cut off\" 200 12 \"-\" \"-\"\n\nnoise\n" + strings.Repeat(combinedLine, 3), "combined"},
		{"half are noise", "noise\n" + combinedLine, "combined"},
		{"crlf", strings.ReplaceAll(combinedLine, "\n", "\r\n"), "combined"},
		{"comments", "# rotated\n" + combinedLine, "combined"},
		{"w3c", iisHead + w3c[0].in, "w3c"},
		{"w3c headers alone", iisHead, "w3c"},
		{"w3c whose lines are broken", iisHead + "broken\nbroken\n", "w3c"},
		{"w3c after a mark", "\ufeff" + iisHead, "w3c"},
		{"long sample cut inside a line", strings.Repeat(combinedLine, weblog.MaxSample/len(combinedLine)+1), "combined"},
	} {
		f, err := weblog.Detect([]byte(c.in))
		if err != nil || f.Name() != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, f.Name(), err, c.want)
		}
	}
}

func TestDetectRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, reason string }{
		{"empty", "", "the file is empty"},
		{"blank", "\n \n", "only comments or blank lines"},
		{"comments", "# a\n# b\n", "only comments or blank lines"},
		{"json", `{"version":6}` + "\n", "JSON"},
		{"binary", "ab\x00\x01\x02cd\n", "binary"},
		{"program", "\x7fELF\x02\x01\x01", "a program (ELF)"},
		{"event log", "ElfFile\x00\x00", "a Windows event log"},
		{"zip", "PK\x03\x04xx", "a zip archive: unpack it first"},
		{"gzip inside gzip", "\x1f\x8b\x08\x00", "unpack it once more"},
		{"utf-16", "\xff\xfe1\x009\x00", "UTF-16 text: convert it first, for example with iconv -f UTF-16 -t UTF-8"},
		{"utf-16 without a mark", "1\x009\x002\x00.\x00", "UTF-16 text without a mark"},
		{"latin noise", strings.Repeat("\xe4\xf6\xfc", 50), "binary"},
		{"sha256sum", strings.Repeat("e3", 32) + "  /var/www/x\n", "a hash list: give it with --baseline or --known-bad"},
		{"bsd sum", "MD5 (x) = " + strings.Repeat("e3", 16) + "\n", "a hash list"},
		{"hashdeep", "%%%% HASHDEEP-1.0\n", "a hash list"},
		{"get-filehash", `"Algorithm","Hash","Path"` + "\n", "a hash list"},
		{"bodyfile", "0|/a|1|r/rrw|0|0|1|2|3|4|5\n", "a Sleuth Kit bodyfile"},
		{"syslog", "Mar  8 03:17:47 web1 sshd[7]: Accepted publickey\n", "a syslog, not an access log"},
		{"apache error log", "[Sat Mar 08 03:17:47 2025] [php:error] [pid 7] x\n", "an error log, not an access log"},
		{"nginx error log", "2025/03/08 03:17:47 [error] 7#7: x\n", "an error log, not an access log"},
		{"a boundary alone", "--1f2e3d4c-A--\n", "no time in brackets"},
		{"process events", `{"@timestamp":"2025-03-08T08:17:47Z","process":{"executable":"C:\\\\a.exe","command_line":"a"},"user":{"name":"x"}}` + "\n", "JSON of something else than requests"},
		{"status document", `{"version":6,"connections":{"accepted":1},"requests":{"total":9},"upstreams":[{"server":"192.0.2.1:80","responses":{"2xx":1}}]}` + "\n", "JSON of something else than requests"},
		{"html", "<!DOCTYPE html>\n<html>\n", "an HTML page"},
		{"xml", "<?xml version=\"1.0\"?>\n", "XML"},
		{"firewall", "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Fields: date time action protocol src-ip\n2025-03-08 08:17:47 DROP TCP 192.0.2.1\n", "#Fields names no field of a request"},
		{"prose", "Dear colleague,\n", "no time in brackets in the first line (Dear colleague,)"},
		{"hostile prose", "\x1b]0;title\x07 and some more words\n", "<ESC>]0;title<BEL> and"},
		{"few requests", "noise\nnoise\nnoise\n" + combinedLine, "only 1 of the first 4 lines look like requests"},
	} {
		f, err := weblog.Detect([]byte(c.in))
		if !errors.Is(err, weblog.ErrNotLog) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %q, %v, want %q", c.name, f.Name(), err, c.reason)
		}
	}
}

// The law of Detect: a format, or an error of one line that wraps ErrNotLog; and a format that it names
// parses at least one line, or is w3c with its header.
func FuzzDetect(f *testing.F) {
	f.Add([]byte(combinedLine + "noise\n"))
	f.Add([]byte(iisHead))
	f.Add([]byte("\x00\x00{\"a\":1}\n"))
	for _, c := range others {
		f.Add([]byte(c.line + "\n"))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		format, err := weblog.Detect(in)
		if (err == nil) == (format.Name() == "") {
			t.Fatalf("%q, %v", format.Name(), err)
		}
		if err != nil {
			if !errors.Is(err, weblog.ErrNotLog) || strings.ContainsAny(err.Error(), "\n\r\x1b\x00") {
				t.Fatalf("%q", err)
			}
			return
		}
		if format == weblog.W3C || format == weblog.Zeek || format == weblog.ModSec || len(in) >= weblog.MaxSample {
			return
		}
		p := format.NewParser(nil)
		for line := range strings.SplitSeq(string(in), "\n") {
			var rec weblog.Record
			if kind, _ := p.Parse([]byte(line), &rec); kind == weblog.Parsed {
				return
			}
		}
		t.Fatalf("%s: no line of %q parses", format.Name(), in)
	})
}
