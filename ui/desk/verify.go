package desk

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"spoor/cases"
	"spoor/cases/seal"
	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/source"
)

// A Verification says what was checked and what is not as recorded.
type Verification struct {
	Summary  cases.Summary   `json:"summary"`
	Problems []cases.Problem `json:"problems"`
}

// Verify hashes the evidence again, walks the journal's chain, resolves every citation and checks every seal, whose
// keys are compared with those of trust. The error is only for what stopped it; what it found wrong is in Problems.
func (d *Desk) Verify(ctx context.Context, trust *seal.Trust) (*Verification, error) {
	problems, sum, err := d.Case.Verify(ctx, source.Hash, d.line, trust)
	if err != nil {
		return nil, err
	}
	sum.Remarks = append(sum.Remarks, d.goneWebroots()...)
	for _, e := range d.Missing() {
		problems = append(problems, cases.Problem{Kind: "index", What: "the index does not hold " + e.Path, Remedy: "run spoor reindex"})
	}
	return &Verification{sum, problems}, nil
}

// MD5s reads each file of the register again and gives its MD5 by its SHA-256. A file that is gone, or no longer the
// one that was taken in, has none: verify says so.
func (d *Desk) MD5s(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range d.Evidence() {
		sum, err := md5Of(ctx, d.Case.Place(&e), e.SHA256)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && sum != "" {
			out[e.SHA256] = sum
		}
	}
	return out, nil
}

// QuickMD5 is how much evidence, in bytes, is read again for a screen.
const QuickMD5 = 256 << 20

// ListedMD5s is MD5s if a list of the case knows hashes in MD5 alone and the evidence has no more than most bytes
// (0 for any number), and else nil.
func (d *Desk) ListedMD5s(ctx context.Context, most int64) (map[string]string, error) {
	all := int64(0)
	for _, e := range d.Evidence() {
		all += e.SizeBytes
	}
	if most > 0 && all > most || !d.listsMD5() {
		return nil, nil
	}
	return d.MD5s(ctx)
}

// listsMD5 reports whether a listing or a list of hashes has entries with no other hash than MD5.
func (d *Desk) listsMD5() bool {
	for _, e := range d.Evidence() {
		if list := d.list(e.Key); list != nil && slices.ContainsFunc(list.Entries, func(h triage.HashEntry) bool { return h.MD5 != "" && h.SHA256 == "" && h.SHA1 == "" }) {
			return true
		}
	}
	return false
}

// md5Of is the MD5 of a file, empty if its SHA-256 is another.
func md5Of(ctx context.Context, path, sha string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	weak, strong := md5.New(), sha256.New()
	buf := make([]byte, 1<<20)
	for err == nil && ctx.Err() == nil {
		var n int
		n, err = f.Read(buf)
		weak.Write(buf[:n])
		strong.Write(buf[:n])
	}
	if err != io.EOF || hex.EncodeToString(strong.Sum(nil)) != sha {
		return "", err
	}
	return hex.EncodeToString(weak.Sum(nil)), nil
}

// goneWebroots tells of the folders of web roots that are no longer where they were. Their manifests are the evidence,
// so nothing is lost by it but the way to look at a file again.
func (d *Desk) goneWebroots() []string {
	var out []string
	for _, e := range d.Evidence() {
		if e.Format != triage.FormatWebroot {
			continue
		}
		f, err := os.Open(d.Case.Place(&e))
		if err != nil {
			continue // that the manifest is gone is a problem of its own
		}
		var head hashlist.WebrootHead
		err = json.NewDecoder(io.LimitReader(f, sniffBytes)).Decode(&head)
		f.Close()
		if err != nil || head.Root == "" {
			continue
		}
		if _, err := os.Stat(filepath.FromSlash(head.Root)); errors.Is(err, fs.ErrNotExist) {
			out = append(out, triage.VisibleN(fmt.Sprintf("the folder that %s was made of is no longer at %s: its manifest stands for it", e.Path, head.Root), 2000))
		}
	}
	return out
}

// VerifyReport checks a report that was written from this case: its bytes, the journal's chain, the evidence that it
// cites, and each citation. The error wraps cases.ErrNoReport if the journal does not know it.
func (d *Desk) VerifyReport(ctx context.Context, file string) (*Verification, error) {
	sum, _, err := source.Hash(ctx, file)
	if err != nil {
		return nil, err
	}
	problems, summary, err := d.Case.VerifyReport(ctx, file, sum, source.Hash, d.line)
	if err != nil {
		return nil, err
	}
	return &Verification{summary, problems}, nil
}

// maxNeighbours bounds the folders beside a report that are looked at as cases.
const maxNeighbours = 500

// CaseOf finds the case whose journal records the report in file: one of the folders that the file is in, or a
// folder beside it. The error wraps cases.ErrNoReport if none does.
func CaseOf(ctx context.Context, file string) (dir string, err error) {
	sum, _, err := source.Hash(ctx, file)
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	var places []string
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		places = append(places, dir)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	entries, err := os.ReadDir(filepath.Dir(abs))
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.IsDir() && len(places) < maxNeighbours {
			places = append(places, filepath.Join(filepath.Dir(abs), e.Name()))
		}
	}
	changed := "" // a case that knows the report, with other bytes
	for _, dir := range places {
		c, err := cases.Open(dir)
		if errors.Is(err, cases.ErrNotCase) || errors.Is(err, cases.ErrNotFound) || errors.Is(err, os.ErrPermission) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, same, err := c.Written(abs, sum)
		c.Close()
		if same {
			return dir, nil
		}
		if err == nil && changed == "" {
			changed = dir
		}
	}
	if changed != "" {
		return changed, nil
	}
	return "", fmt.Errorf("%s: no case in the folders above or beside it wrote it: %w", triage.Visible(file), cases.ErrNoReport)
}
