package weblog_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/triage/source"
	"spoor/triage/weblog"
)

const shared = "../../../shared/data"

// evidence lists the files that a pattern names, or skips the test.
func evidence(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared, pattern))
	if err != nil || len(files) == 0 {
		t.Skip("shared evidence is not here")
	}
	return files
}

type count struct {
	format                     string
	parsed, rejected, comments int
	reasons                    map[string]int
}

// readAll parses a file as index does: detect from the head, then block by block.
func readAll(t testing.TB, r io.Reader) (count, error) {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	c := count{reasons: map[string]int{}}
	f, err := weblog.Detect(data[:min(len(data), weblog.MaxSample)])
	if err != nil {
		return c, err
	}
	c.format = f.Name()
	p := f.NewParser(nil)
	var rec weblog.Record
	add, end := source.BlocksOf(f.Split(), func(b source.Block) error {
		source.Records(b, f.Split(), func(line []byte, _, _, lines int64) {
			switch kind, err := p.Parse(line, &rec); kind {
			case weblog.Parsed:
				c.parsed++
			case weblog.Comment:
				c.comments++
			default:
				c.rejected++
				c.reasons[err.Error()]++
			}
			c.comments += int(lines - 1)
		})
		return nil
	})
	err = errors.Join(source.Blocks(bytes.NewReader(data), 0, weblog.MaxLine, add), end())
	return c, err
}

func readFile(t testing.TB, path string) (count, error) {
	t.Helper()
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return readAll(t, r)
}

// Every line of the labelled evidence, and of the real logs, is a request.
func TestEvidenceParses(t *testing.T) {
	for _, c := range []struct {
		pattern, format string
		parsed          int
	}{
		{"lab-dev/access.log.gz", "combined", 38964},
		{"lab-dev/iis/*.gz", "w3c", 38958},
		{"logs/elastic_apache_combined.log.gz", "combined", 10000},
		{"logs/hackers-access_combined.log.gz", "combined", 3456},
		{"logs/lnav/logfile_shop_access_log.0", "combined", 1000},
	} {
		parsed := 0
		for _, file := range evidence(t, c.pattern) {
			got, err := readFile(t, file)
			if err != nil || got.format != c.format || got.rejected > 0 {
				t.Errorf("%s: %+v, %v", file, got, err)
			}
			parsed += got.parsed
		}
		if parsed != c.parsed {
			t.Errorf("%s: %d requests, want %d", c.pattern, parsed, c.parsed)
		}
	}
}

// Real IIS files, a day each, with the header again and again inside.
func TestEvidenceIISArchive(t *testing.T) {
	f, err := os.Open(evidence(t, "logs/iis_real_w3svc20_2009-2011.tar.gz")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	parsed, rejected := 0, 0
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || h.Size == 0 {
			continue
		}
		got, err := readAll(t, tr)
		if err != nil || got.format != "w3c" {
			t.Errorf("%s: %+v, %v", h.Name, got, err)
		}
		parsed += got.parsed
		rejected += got.rejected
	}
	if parsed != 22308 || rejected != 0 {
		t.Errorf("%d requests and %d rejected, want 22308 and 0", parsed, rejected)
	}
}

// The small samples: what was parsed and rejected is logged (go test -v), and nothing gets lost or hangs.
func TestEvidenceCoverage(t *testing.T) {
	files := append(evidence(t, "logs/lnav/*"), evidence(t, "logs/crowdsec/*.log")...)
	files = append(files, evidence(t, "logs/iis_tunna*")...)
	taken, refused, parsed, rejected := 0, 0, 0, 0
	for _, file := range files {
		got, err := readFile(t, file)
		if err != nil {
			if !errors.Is(err, weblog.ErrNotLog) {
				t.Errorf("%s: %v", file, err)
			}
			refused++
			t.Logf("%s: refused: %v", filepath.Base(file), err)
			continue
		}
		taken++
		parsed += got.parsed
		rejected += got.rejected
		t.Logf("%s: %s, %d parsed, %d rejected, %d comments %v", filepath.Base(file), got.format, got.parsed, got.rejected, got.comments, got.reasons)
	}
	t.Logf("%d files taken (%d lines parsed, %d rejected), %d refused", taken, parsed, rejected, refused)
}

// Files that are no web logs are refused with a reason.
func TestEvidenceRefused(t *testing.T) {
	for _, c := range []struct{ pattern, reason string }{
		{"logs/elastic_nginxplus_json.log.gz", "JSON"},
		{"logs/crowdsec/openappsec.log", "JSON"},
		{"logs/crowdsec/iis-xml-logs.log", "XML"},
		{"logs/crowdsec/nginx_req_limit_exceeded.log", "error log"},
		{"logs/crowdsec/sympa_ww-http-scan.log", "syslog"},
		{"lab-dev/files/*.sha256", "hash list"},
		{"lab-dev/files/*.md5", "hash list"},
		{"lab-dev/files/*hashdeep.csv", "hash list"},
		{"lab-dev/files/*get-filehash.csv", "UTF-16"},
		{"lab-dev/files/*.bodyfile", "bodyfile"},
		{"hashes/known_bad_php-malware-finder.csv", "hash list"},
		{"lab-dev/error.log.gz", "error log"},
		{"lab-dev/events/*.gz", "JSON"},
	} {
		for _, file := range evidence(t, c.pattern) {
			_, err := readFile(t, file)
			if !errors.Is(err, weblog.ErrNotLog) || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%s: %v, want a reason with %q", file, err, c.reason)
			}
		}
	}
}
