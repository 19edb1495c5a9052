// Package webroot reads a copied web root: a folder in, a manifest of its files out.
//
// Write is the call that matters. It walks the folder, hashes every file, reads the content of scripts and of
// files that hide scripts (package script), and writes one JSON object a line, which triage/hashlist reads as one
// more listing. The same folder gives the same bytes, so that loading it twice is seen.
//
// What is promised: nothing in the folder is changed, executed or followed out of it. Links, pipes, devices and
// what cannot be read are named in the manifest with the reason, none is left out silently. Memory does not grow
// with the size of files, time is linear in their bytes.
package webroot

import (
	"bufio"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"spoor/triage"
	"spoor/triage/hashlist"
	"spoor/triage/script"
)

// The bounds of walking.
const (
	MaxFiles = 1_000_000
	MaxDepth = 64      // folders below each other
	MaxHash  = 8 << 30 // bytes of a file beyond which it is listed without hashes
)

// Options says what to leave out and whom to tell.
type Options struct {
	Skip string                                  // absolute path of a folder to leave out, such as the case; may be empty
	Tell func(files int, bytes int64, at string) // called before each file; may be nil
}

// Stats says what Write did.
type Stats struct {
	Files   int   // listed
	Scripts int   // of them, files with code that was read
	Suspect int   // of them, with a finding of medium or above
	Skipped int   // links, devices, and what could not be read
	Bytes   int64 // read
}

// Write walks dir and writes its manifest to out. The error is for a folder that cannot be opened, too many
// files, a cancelled ctx, or out's own; whatever else cannot be read is in the manifest.
func Write(ctx context.Context, dir string, out io.Writer, o Options) (Stats, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Stats{}, err
	}
	st, err := os.Stat(abs)
	if err != nil {
		return Stats{}, fmt.Errorf("open the web root: %w", err)
	}
	if !st.IsDir() {
		return Stats{}, fmt.Errorf("%s: is no folder: a web root is the folder of a site's files; load a listing without --webroot", triage.Visible(dir))
	}
	root, err := os.OpenRoot(abs) // nothing opened through it leaves the folder, whatever links it holds
	if err != nil {
		return Stats{}, fmt.Errorf("open the web root: %w", err)
	}
	defer root.Close()
	w := &walker{ctx: ctx, root: root, abs: abs, name: name(abs), out: bufio.NewWriter(out), o: o, buf: make([]byte, 256<<10)}
	head, err := json.Marshal(hashlist.WebrootHead{Spoor: "webroot", Version: 1, Root: strings.ToValidUTF8(filepath.ToSlash(abs), "\uFFFD"), Rules: script.RuleSetHash()[:16]})
	if err != nil {
		return Stats{}, err
	}
	w.line(head)
	if err := fs.WalkDir(root.FS(), ".", w.visit); err != nil {
		return w.stats, err
	}
	w.compare()
	end, err := json.Marshal(hashlist.WebrootLine{Files: &w.stats.Files, Scripts: w.stats.Scripts, Left: w.stats.Skipped})
	if err != nil {
		return w.stats, err
	}
	w.line(end)
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.stats, w.err
}

// name is what the paths of a manifest begin with: the folder's own name.
func name(abs string) string {
	base := filepath.Base(abs)
	if base == string(filepath.Separator) || base == "." || strings.HasSuffix(base, ":") {
		return "root"
	}
	return base
}

// maxPeers bounds the scripts whose measures are kept for comparison.
const maxPeers = 200_000

// A peer is a script that is compared with the others of its language.
type peer struct {
	path  string
	stats script.Stats
}

type walker struct {
	ctx   context.Context
	root  *os.Root
	abs   string
	name  string
	out   *bufio.Writer
	o     Options
	buf   []byte
	head  []byte
	stats Stats
	peers map[string][]peer // by language
	kept  int
	err   error // of out
}

func (w *walker) line(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(append(b, '\n'))
	}
}

// put writes a line about a path below the root.
func (w *walker) put(p string, l hashlist.WebrootLine) {
	full := path.Join(w.name, p)
	b, err := hashlist.EncodeWebroot(full, utf8.ValidString(full), l)
	if err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	w.line(b)
}

func (w *walker) skip(p, why string) {
	w.stats.Skipped++
	w.put(p, hashlist.WebrootLine{Skipped: why})
}

func (w *walker) visit(p string, e fs.DirEntry, err error) error {
	if ctxErr := w.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if w.err != nil {
		return w.err
	}
	if err != nil {
		if p == "." {
			return fmt.Errorf("read the web root: %w", err)
		}
		w.skip(p, "cannot be read: "+plain(err))
		if e != nil && e.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if e.IsDir() {
		if w.o.Skip != "" && filepath.Join(w.abs, filepath.FromSlash(p)) == w.o.Skip {
			return fs.SkipDir
		}
		if strings.Count(p, "/") >= MaxDepth {
			w.skip(p, fmt.Sprintf("lies more than %d folders deep: load it by itself", MaxDepth))
			return fs.SkipDir
		}
		return nil
	}
	if t := e.Type(); !t.IsRegular() {
		w.skip(p, w.kind(p, t))
		return nil
	}
	if w.stats.Files >= MaxFiles {
		return fmt.Errorf("%s: more than %d files: load its folders one by one", triage.Visible(w.abs), MaxFiles)
	}
	if w.o.Tell != nil {
		w.o.Tell(w.stats.Files, w.stats.Bytes, path.Join(w.name, p))
	}
	if err := w.file(p); err != nil {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.skip(p, "cannot be read: "+plain(err))
	}
	return nil
}

// kind says what a thing is that is no file and no folder.
func (w *walker) kind(p string, t fs.FileMode) string {
	switch {
	case t&fs.ModeSymlink != 0:
		to, err := w.root.Readlink(p)
		if err != nil {
			return "a symbolic link, not followed"
		}
		return "a symbolic link to " + triage.VisibleN(to, 200) + ", not followed"
	case t&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case t&fs.ModeSocket != 0:
		return "a socket"
	case t&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}

// plain is an error's text without the path, which stands beside it.
func plain(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return "no permission"
	}
	return triage.VisibleN(err.Error(), 200)
}

// file lists one file.
func (w *walker) file(p string) error {
	f, err := w.root.Open(p)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return errors.New("is no longer a regular file")
	}
	mtime, size := st.ModTime().UTC(), st.Size()
	l := hashlist.WebrootLine{ModTime: &mtime, Size: &size}
	if mtime.Year() < 1 || mtime.Year() > 9999 {
		l.ModTime = nil
	}
	var sums []hash.Hash
	limit := int64(script.MaxBytes)
	if size <= MaxHash {
		sums = []hash.Hash{md5.New(), sha1.New(), sha256.New()}
		limit = MaxHash + 1
	} else {
		l.Note = "too large to be hashed"
	}
	if err := w.read(io.LimitReader(f, limit), sums); err != nil {
		return err
	}
	if sums != nil {
		l.MD5, l.SHA1, l.SHA256 = sum(sums[0]), sum(sums[1]), sum(sums[2])
	}
	seen := script.Read(p, w.head)
	l.Language, l.Findings = seen.Language, seen.Findings
	w.stats.Files++
	if seen.Language != "" {
		w.stats.Scripts++
		if size > script.MaxBytes {
			l.Note = fmt.Sprintf("content read up to %d MiB", script.MaxBytes>>20)
		}
	}
	if len(seen.Findings) > 0 && seen.Findings[0].Level >= triage.Medium {
		w.stats.Suspect++
	}
	if seen.Stats.Code > 0 && w.kept < maxPeers {
		if w.peers == nil {
			w.peers = map[string][]peer{}
		}
		w.peers[seen.Language] = append(w.peers[seen.Language], peer{p, seen.Stats})
		w.kept++
	}
	w.put(p, l)
	return nil
}

// read hashes a file and keeps its beginning in w.head.
func (w *walker) read(r io.Reader, sums []hash.Hash) error {
	w.head = w.head[:0]
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(w.buf)
		part := w.buf[:n]
		w.stats.Bytes += int64(n)
		for _, h := range sums {
			h.Write(part)
		}
		w.head = append(w.head, part[:min(n, script.MaxBytes-len(w.head))]...)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// compare sets each script against the others of its language; those that stand out get a line more.
func (w *walker) compare() {
	for _, lang := range slices.Sorted(maps.Keys(w.peers)) {
		list := w.peers[lang]
		all := make([]script.Stats, len(list))
		for i := range list {
			all[i] = list[i].stats
		}
		off := script.StandOut(all)
		for i := range list {
			if f, ok := off[i]; ok {
				w.put(list[i].path, hashlist.WebrootLine{Findings: []triage.Finding{f}})
			}
		}
	}
}
