package index

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/weblog"
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
	text := syntheticLog(n)
	name := filepath.Join(b.TempDir(), "access.log")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	return Input{Format: weblog.Combined, Source: triage.Source{Key: hash[:8], Path: "access.log", Abs: name, SHA256: hash, SizeBytes: int64(len(text))}}
}

const benchLines = 100_000

// BenchmarkLoad reports lines a second and bytes of index a line.
func BenchmarkLoad(b *testing.B) {
	in := syntheticInput(b, benchLines)
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
	b.ReportMetric(float64(benchLines*b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(size)/benchLines, "B/line")
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

// loadJudged loads with the rules of triage.
func loadJudged(b *testing.B, s *Store, in Input) {
	b.Helper()
	if _, err := s.Load(context.Background(), []Input{in}, triage.NewJudge(), Hooks{}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSearch runs each kind of query and reads the first page.
func BenchmarkSearch(b *testing.B) {
	s := newStore(b)
	loadJudged(b, s, syntheticInput(b, benchLines))
	for _, query := range []string{"", "ip:10.0.0.7", "ip:10.0.0.0/24", "path:/section5/article-5.html", "path:/section5/*",
		"union", "*nion", `"etc passwd"`, "query:sleep", "ua:chrome/99", "status:5xx", "class:sqli", "level:>=medium ip:10.0.0.1", "after:2025-03-08T03:00 before:2025-03-08T04:00"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				if _, err := search(b, s, query).Rows(0, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFacet counts over all requests.
func BenchmarkFacet(b *testing.B) {
	s := newStore(b)
	loadJudged(b, s, syntheticInput(b, benchLines))
	r := search(b, s, "")
	for _, column := range []string{"ip", "path", "status", "class", "histogram"} {
		b.Run(column, func(b *testing.B) {
			for b.Loop() {
				var err error
				if column == "histogram" {
					_, err = r.Histogram(60)
				} else {
					_, err = r.Facet(column, 10)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
