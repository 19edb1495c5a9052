package index

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
	"spoor/triage/weblog/loggen"
)

// syntheticLog is a combined log of n lines: clients, paths and agents with a long tail, ids in queries, one
// line in fifty an attack, times that go back by a second now and then.
func syntheticLog(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	clients := rand.NewZipf(r, 1.2, 8, 20000)
	paths := rand.NewZipf(r, 1.1, 4, 3000)
	agents := rand.NewZipf(r, 1.3, 2, 400)
	attacks := []string{"%27%20UNION%20SELECT%20user,pass%20FROM%20accounts--", "..%2f..%2f..%2fetc%2fpasswd", "%3Cscript%3Ealert(1)%3C/script%3E", "1%20AND%20SLEEP(5)"}
	at := time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	for range n {
		at = at.Add(time.Duration(r.IntN(900)-100) * time.Millisecond)
		c, p, a := clients.Uint64(), paths.Uint64(), agents.Uint64()
		query := ""
		switch r.IntN(100) {
		case 0, 1:
			query = fmt.Sprintf("?id=%d%s", r.IntN(1000), attacks[r.IntN(len(attacks))])
		case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15:
			query = fmt.Sprintf("?id=%d&page=%d", r.IntN(200000), r.IntN(20))
		}
		fmt.Fprintf(&b, "10.%d.%d.%d - - [%s] \"GET /section%d/article-%d.html%s HTTP/1.1\" %d %d \"https://www.example.com/section%d/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.0 Safari/537.36\"\n",
			c>>16, c>>8&255, c&255, at.Format("02/Jan/2006:15:04:05 -0700"), p%40, p, query,
			[]int{200, 200, 200, 200, 304, 404, 302, 500}[r.IntN(8)], r.IntN(60000), p%40, 90+a%40, 4000+a)
	}
	return b.Bytes()
}

// syntheticInput writes a synthetic log to disk.
func syntheticInput(b testing.TB, n int) Input {
	b.Helper()
	return inputOf(b, syntheticLog(n))
}

// inputOf writes a log to disk.
func inputOf(b testing.TB, text []byte) Input {
	b.Helper()
	name := filepath.Join(b.TempDir(), "access.log")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	return Input{Format: weblog.Combined, Source: triage.Source{Key: hash[:8], Path: "access.log", Abs: name, SHA256: hash, SizeBytes: int64(len(text))}}
}

var benchLines = flag.Int("lines", 100_000, "length of the log of the benchmarks")

// benchInput is the log of the benchmarks.
func benchInput(b *testing.B) Input {
	b.Helper()
	var text bytes.Buffer
	if err := loggen.Write(&text, loggen.Options{Lines: *benchLines}); err != nil {
		b.Fatal(err)
	}
	return inputOf(b, text.Bytes())
}

// BenchmarkLoad reports lines a second and bytes of index a line.
func BenchmarkLoad(b *testing.B) {
	in := benchInput(b)
	judge := triage.NewJudge()
	var size int64
	b.SetBytes(in.Source.SizeBytes)
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "index")
		s, err := Create(dir)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Load(context.Background(), []Input{in}, judge, Hooks{}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		size = folderSize(b, dir)
	}
	b.ReportMetric(float64(*benchLines*b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(size)/float64(*benchLines), "B/line")
}

func folderSize(b testing.TB, dir string) (size int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}

// benchStore is a store of the log of the benchmarks, judged with the rules of triage.
func benchStore(b *testing.B) *Store {
	b.Helper()
	s := newStore(b)
	if _, err := s.Load(context.Background(), []Input{benchInput(b)}, triage.NewJudge(), Hooks{}); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkSearch runs each kind of query and reads the first page.
func BenchmarkSearch(b *testing.B) {
	s := benchStore(b)
	first, err := search(b, s, "").Rows(0, 1)
	if err != nil {
		b.Fatal(err)
	}
	r := first[0]
	for _, q := range []struct{ kind, query string }{
		{"all", ""}, {"client", "ip:" + Quote(r.Client)}, {"network", "ip:203.0.113.0/28"}, {"path", "path:" + Quote(r.Path)},
		{"path-wildcard", "path:/static/*"}, {"agent", "ua:" + Quote(r.Agent)}, {"agent-part", "ua:firefox/99"}, {"status", "status:4xx"},
		{"word", "union"}, {"word-wildcard", "*nion"}, {"phrase", `"union all select"`}, {"text-of-query", "query:sort=price"},
		{"class", "class:sqli"}, {"class-not", "-class:sqli method:POST"}, {"level-of-client", "level:>=medium ip:203.0.113.5"},
		{"time", "after:2025-03-03T03:00 before:2025-03-03T04:00"},
	} {
		b.Run(q.kind, func(b *testing.B) {
			for b.Loop() {
				if _, err := search(b, s, q.query).Rows(0, 128); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFacet counts each column over all requests.
func BenchmarkFacet(b *testing.B) {
	r := search(b, benchStore(b), "")
	for _, column := range []string{"ip", "method", "path", "query", "status", "ua", "referer", "host", "user", "source", "class", "rule", "level"} {
		b.Run(column, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Facet(context.Background(), column, 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHistogram counts all requests by time.
func BenchmarkHistogram(b *testing.B) {
	r := search(b, benchStore(b), "")
	for b.Loop() {
		if _, err := r.Histogram(context.Background(), 720); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReopen opens a store and reads the first page of all its requests.
func BenchmarkReopen(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "index")
	s, err := Create(dir)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Load(context.Background(), []Input{benchInput(b)}, triage.NewJudge(), Hooks{}); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := search(b, s, "").Rows(0, 128); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
