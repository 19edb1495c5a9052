package pack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"spoor/triage"
)

// A source hands out the members of a pack, as often as it is asked.
type source interface {
	each(func(name string, r io.Reader) error) error
	isPack() bool
	close() error
}

// ErrEncrypted says that a pack is encrypted.
var ErrEncrypted = errors.New("it is encrypted by age")

const ageMagic = "age-encryption.org/v1"

// Is reports whether path looks like a pack: a folder with pack.json and a manifest, an archive that holds pack.json
// (a .tar.zst as its first member, so that no other archive is read to its end), or a file that age encrypted.
func Is(path string) bool {
	src, err := openSource(path)
	if err != nil {
		return errors.Is(err, ErrEncrypted)
	}
	defer src.close()
	return src.isPack()
}

func openSource(path string) (source, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.IsDir() {
		return folderSource(path), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	start := make([]byte, len(ageMagic))
	n, _ := io.ReadFull(f, start)
	start = start[:n]
	switch {
	case string(start) == ageMagic || bytes.HasPrefix(start, []byte("-----BEGIN AGE")):
		err = ErrEncrypted
	case bytes.HasPrefix(start, []byte("\x28\xb5\x2f\xfd")):
		return &tarSource{f}, nil
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		z, zerr := zip.NewReader(f, st.Size())
		if zerr == nil {
			return &zipSource{z, f}, nil
		}
		err = fmt.Errorf("%w: %w", ErrNoPack, zerr)
	default:
		err = ErrNoPack
	}
	f.Close()
	return nil, err
}

// A folderSource is an unpacked pack.
type folderSource string

func (s folderSource) close() error { return nil }

func (s folderSource) isPack() bool {
	_, one := os.Stat(filepath.Join(string(s), HeadName))
	_, two := os.Stat(filepath.Join(string(s), ManifestName))
	return one == nil && two == nil
}

func (s folderSource) each(yield func(string, io.Reader) error) error {
	return filepath.WalkDir(string(s), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(string(s), path)
		if err != nil {
			return err
		}
		if !e.Type().IsRegular() {
			return fmt.Errorf("%s is no plain file: a pack has none of that kind", triage.Visible(rel))
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return yield(filepath.ToSlash(rel), f)
	})
}

// within cuts the folder of an archive off the name of a member.
func within(name string, folder *string) (string, error) {
	first, rest, ok := strings.Cut(name, "/")
	if *folder == "" {
		*folder = first
	}
	if !ok || first != *folder || CheckName(rest) != nil {
		return "", fmt.Errorf("%s is no name of a member of a pack", triage.VisibleN(name, 200))
	}
	return rest, nil
}

type tarSource struct{ f *os.File }

func (s *tarSource) close() error { return s.f.Close() }

func (s *tarSource) isPack() bool {
	first := ""
	_ = s.each(func(name string, _ io.Reader) error {
		first = name
		return io.EOF
	})
	return first == HeadName
}

func (s *tarSource) each(yield func(string, io.Reader) error) error {
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	z, err := zstd.NewReader(s.f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return err
	}
	defer z.Close()
	folder := ""
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoPack, err)
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		name, err := within(h.Name, &folder)
		if err == nil && h.Typeflag != tar.TypeReg {
			err = fmt.Errorf("%s is no plain file: a pack has none of that kind", triage.Visible(name))
		}
		if err != nil {
			return err
		}
		if err := yield(name, t); err != nil {
			return err
		}
	}
}

type zipSource struct {
	*zip.Reader
	f *os.File
}

func (s *zipSource) close() error { return s.f.Close() }

func (s *zipSource) isPack() bool {
	return slices.ContainsFunc(s.File, func(f *zip.File) bool {
		_, name, _ := strings.Cut(f.Name, "/")
		return name == HeadName
	})
}

func (s *zipSource) each(yield func(string, io.Reader) error) error {
	folder := ""
	for _, f := range s.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		name, err := within(f.Name, &folder)
		if err == nil && !f.Mode().IsRegular() {
			err = fmt.Errorf("%s is no plain file: a pack has none of that kind", triage.Visible(name))
		}
		if err != nil {
			return err
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("read %s: %w", triage.Visible(name), err)
		}
		err = yield(name, r)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
