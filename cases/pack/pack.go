// Package pack puts a case into one archive that can be handed on and checked without its evidence, and checks it.
//
// A pack holds case.json, the journal, the seals, the reports, the manifests of web roots, and of each record that a
// note, a verdict or a report cites the whole text with source, line and SHA-256; logs stay behind. All members lie
// in one folder. MANIFEST.sha256 names the SHA-256 of each other member as sha256sum does, so `sha256sum -c` checks
// it; README.txt in the pack says how. The manifest is signed by nobody: what holds the pack together is the journal,
// whose records name the hashes of the reports and of what was cited, and the seals of the journal.
//
// Write makes a pack, the same bytes for the same case; Check reads one, packed or unpacked. Both stream: memory is
// bounded by the size of what is cited, not by that of the case.
package pack

import (
	"archive/tar"
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"spoor/cases"
)

// The members that every pack has.
const (
	HeadName     = "pack.json"
	ReadmeName   = "README.txt"
	InfoName     = "case.json"
	JournalName  = "journal.jsonl"
	CitedName    = "cited.jsonl"
	NotesName    = "notes.md"
	RegisterName = "evidence.jsonl"
	ManifestName = "MANIFEST.sha256"
)

// A Head is pack.json: what the archive is.
type Head struct {
	Spoor   string `json:"spoor"`   // "pack"
	Version int    `json:"version"` // of the form of packs: 1
	Program string `json:"program"` // the version of spoor that made it
	Case    string `json:"case"`    // id
	Records int64  `json:"records"` // of the journal
	Journal string `json:"head"`    // SHA-256 of its last record
}

// headVersion is the highest form of packs that is read, and the one that is written.
const headVersion = 1

// A Cited is one line of cited.jsonl: a record of evidence and its whole text.
type Cited struct {
	cases.Citation
	Missing string // why the text is not whole or not what was cited; empty if all is well
}

// MarshalJSON writes one flat object.
func (c Cited) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(c.Citation)
	if err != nil || c.Missing == "" {
		return b, err
	}
	why, err := json.Marshal(c.Missing)
	return append(append(b[:len(b)-1], `,"missing":`...), append(why, '}')...), err
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cited) UnmarshalJSON(b []byte) error {
	var more struct {
		Missing string `json:"missing"`
	}
	if err := json.Unmarshal(b, &more); err != nil {
		return err
	}
	c.Missing = more.Missing
	return json.Unmarshal(b, &c.Citation)
}

// A File is one member: the bytes of Data, or those of the file at Path, or the first Size bytes of Open.
type File struct {
	Name string // relative, with slashes
	Data []byte
	Path string
	Open func() (io.ReadCloser, error)
	Size int64
}

func (f *File) open() (io.ReadCloser, int64, error) {
	switch {
	case f.Open != nil:
		r, err := f.Open()
		return r, f.Size, err
	case f.Path == "":
		return io.NopCloser(strings.NewReader(string(f.Data))), int64(len(f.Data)), nil
	}
	r, err := os.Open(f.Path)
	if err != nil {
		return nil, 0, err
	}
	st, err := r.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("it is no plain file")
	}
	if err != nil {
		r.Close()
		return nil, 0, err
	}
	return r, st.Size(), nil
}

// A Format is how an archive is written.
type Format string

// The formats of packs.
const (
	TarZstd Format = ".tar.zst"
	Zip     Format = ".zip"
)

// FormatOf is the format that the name of a file asks for, with or without .age behind it.
func FormatOf(name string) (Format, error) {
	name = strings.TrimSuffix(strings.ToLower(name), ".age")
	for _, f := range []Format{TarZstd, Zip} {
		if strings.HasSuffix(name, string(f)) {
			return f, nil
		}
	}
	return "", errors.New("the name of a pack ends in .tar.zst or .zip")
}

// CheckName says why a name cannot be that of a member; nil if it can. Names are such that sha256sum needs not escape
// them.
func CheckName(name string) error {
	if name == "" || len(name) > 200 || !filepath.IsLocal(filepath.FromSlash(name)) || strings.HasPrefix(name, "/") {
		return errors.New("it is no short relative name")
	}
	for _, r := range name {
		if r < 0x20 || r >= 0x7f || r == '\\' {
			return errors.New("its name has signs that not every system keeps")
		}
	}
	return nil
}

// Write writes the members in their order, and the manifest at the end, into one folder of an archive. All members
// have the time at.
func Write(ctx context.Context, w io.Writer, format Format, folder string, files []File, at time.Time) error {
	a, err := newArchive(w, format, at.UTC().Truncate(time.Second))
	if err != nil {
		return err
	}
	var manifest strings.Builder
	for i := range files {
		f := &files[i]
		if err := CheckName(f.Name); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
		sum, err := a.add(ctx, folder+"/"+f.Name, f)
		if err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
		fmt.Fprintf(&manifest, "%s  %s\n", sum, f.Name)
	}
	if _, err := a.add(ctx, folder+"/"+ManifestName, &File{Data: []byte(manifest.String())}); err != nil {
		return fmt.Errorf("pack %s: %w", ManifestName, err)
	}
	return a.close()
}

// An archive is one of the two ways to write.
type archive struct {
	at   time.Time
	tar  *tar.Writer
	zstd *zstd.Encoder
	zip  *zip.Writer
}

func newArchive(w io.Writer, format Format, at time.Time) (*archive, error) {
	if format == Zip {
		return &archive{at: at, zip: zip.NewWriter(w)}, nil
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return &archive{at: at, zstd: z, tar: tar.NewWriter(z)}, nil
}

// add writes one member and answers its SHA-256.
func (a *archive) add(ctx context.Context, name string, f *File) (string, error) {
	r, size, err := f.open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	var to io.Writer = a.tar
	if a.zip != nil {
		to, err = a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.at})
	} else {
		err = a.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: a.at, Format: tar.FormatPAX})
	}
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(&stopper{ctx, r}, size))
	if err == nil && n != size {
		err = fmt.Errorf("it became shorter while it was read (%d bytes, had %d)", n, size)
	}
	return hex.EncodeToString(sum.Sum(nil)), err
}

func (a *archive) close() error {
	if a.zip != nil {
		return a.zip.Close()
	}
	return errors.Join(a.tar.Close(), a.zstd.Close())
}

// A stopper is a reader that ends when ctx is done.
type stopper struct {
	ctx context.Context
	r   io.Reader
}

func (s *stopper) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}
