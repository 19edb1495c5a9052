package feed_test

import (
	"os"
	"path/filepath"
	"testing"

	"spoor/triage/intel/feed"
)

// What a path costs against the shared list of file names.
func BenchmarkPath(b *testing.B) {
	data, err := os.ReadFile(filepath.Join("../../../../shared/data/hashes", "signature-base_filename-iocs.txt.gz"))
	if err != nil {
		b.Skip("shared evidence is not here")
	}
	f, err := feed.Read(data)
	if err != nil {
		b.Fatal(err)
	}
	m, _ := feed.NewMatcher(f.Indicators)
	for b.Loop() {
		m.Path("/var/www/brightpan/htdocs/images/reviews/rthumb.php")
	}
}
