package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A pack is a run of zstd frames, each of packFrame plain bytes (the last one shorter), and then a
// zstd skippable frame with the index: for each frame its stored size. "zstd -d" unpacks it.
//
//	index   = frame size u32, frames u32, plain bytes u64, (stored size u32)*
//	trailer = CRC-32C of the index u32, size of the index u32, packMagic
//
// All numbers are little-endian. https://www.rfc-editor.org/rfc/rfc8878 (3.1.2, skippable frames)
const (
	packFrame     = 256 << 10
	packMagic     = "SPOORPK1"
	packTrailer   = 4 + 4 + len(packMagic)
	packHead      = 4 + 4 + 8
	skippable     = 0x184D2A5E
	maxPackFrame  = 4 << 20
	maxPackFrames = 1 << 24 // 4 TiB of plain bytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrPack is wrapped when a file is no pack or a damaged one.
var ErrPack = errors.New("not a whole pack")

// A PackWriter compresses a byte stream so that any offset can be read back. Close completes the pack; it
// does not close the writer below. Without Close, what was written cannot be opened.
type PackWriter struct {
	w     io.Writer
	enc   *zstd.Encoder
	plain []byte // waiting for a whole frame
	out   []byte
	total int64
	sizes []uint32
	err   error
}

// NewPackWriter writes a pack to w.
func NewPackWriter(w io.Writer) *PackWriter {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true), zstd.WithWindowSize(packFrame))
	return &PackWriter{w: w, enc: enc, plain: make([]byte, 0, packFrame), err: err}
}

// Write adds plain bytes.
func (p *PackWriter) Write(b []byte) (int, error) {
	written := 0
	for p.err == nil && len(b) > 0 {
		n := min(len(b), packFrame-len(p.plain))
		p.plain = append(p.plain, b[:n]...)
		b = b[n:]
		written += n
		if len(p.plain) == packFrame {
			p.flush()
		}
	}
	return written, p.err
}

// flush writes the waiting bytes as one frame.
func (p *PackWriter) flush() {
	if len(p.sizes) == maxPackFrames {
		p.err = fmt.Errorf("write pack: more than %d bytes", int64(maxPackFrames)*packFrame)
		return
	}
	p.out = p.enc.EncodeAll(p.plain, p.out[:0])
	if _, err := p.w.Write(p.out); err != nil {
		p.err = fmt.Errorf("write pack: %w", err)
		return
	}
	p.sizes = append(p.sizes, uint32(len(p.out)))
	p.total += int64(len(p.plain))
	p.plain = p.plain[:0]
}

// Close writes what is waiting and the index.
func (p *PackWriter) Close() error {
	if p.err == nil && len(p.plain) > 0 {
		p.flush()
	}
	if p.err != nil {
		return p.err
	}
	index := binary.LittleEndian.AppendUint32(nil, packFrame)
	index = binary.LittleEndian.AppendUint32(index, uint32(len(p.sizes)))
	index = binary.LittleEndian.AppendUint64(index, uint64(p.total))
	for _, n := range p.sizes {
		index = binary.LittleEndian.AppendUint32(index, n)
	}
	out := binary.LittleEndian.AppendUint32(nil, skippable)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(index)+packTrailer))
	out = append(out, index...)
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(index, castagnoli))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(index)))
	out = append(out, packMagic...)
	if _, err := p.w.Write(out); err != nil {
		p.err = fmt.Errorf("write pack: %w", err)
		return p.err
	}
	p.err = errors.New("write pack: already closed")
	return nil
}

// A Pack reads a pack back. It is safe for concurrent use.
type Pack struct {
	file    *os.File
	dec     *zstd.Decoder
	frame   int64   // plain bytes of a frame
	total   int64   // plain bytes
	offsets []int64 // where each frame is stored, and where the last one ends

	mu    sync.Mutex
	cache [2]packed // most recent first
	read  []byte
}

type packed struct {
	frame int // number from 1; 0 if the place is free
	plain []byte
}

// OpenPack opens a pack. The error wraps *fs.PathError if the file cannot be read and ErrPack if it is none
// or its index does not fit it.
func OpenPack(path string) (*Pack, error) {
	f, info, err := open(path)
	if err != nil {
		return nil, err
	}
	p := &Pack{file: f}
	if err = p.readIndex(info.Size()); err == nil {
		p.dec, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(2*maxPackFrame)))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open pack: %s: %w", path, err)
	}
	return p, nil
}

func (p *Pack) readIndex(size int64) error {
	var trailer [packTrailer]byte
	if size < int64(8+packHead+packTrailer) {
		return fmt.Errorf("%w: %d bytes", ErrPack, size)
	}
	if _, err := p.file.ReadAt(trailer[:], size-int64(len(trailer))); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(trailer[4:]))
	if string(trailer[8:]) != packMagic || n < packHead || n > packHead+4*maxPackFrames || n > size-int64(8+packTrailer) {
		return fmt.Errorf("%w: no index at its end", ErrPack)
	}
	index := make([]byte, n)
	start := size - int64(packTrailer) - n
	if _, err := p.file.ReadAt(index, start); err != nil {
		return err
	}
	if crc32.Checksum(index, castagnoli) != binary.LittleEndian.Uint32(trailer[:]) {
		return fmt.Errorf("%w: the index is damaged", ErrPack)
	}
	return p.useIndex(index, start-8)
}

// useIndex checks the index against itself and against where the frames end.
func (p *Pack) useIndex(index []byte, end int64) error {
	p.frame = int64(binary.LittleEndian.Uint32(index))
	frames := int64(binary.LittleEndian.Uint32(index[4:]))
	total := binary.LittleEndian.Uint64(index[8:])
	sizes := index[packHead:]
	if p.frame < 1 || p.frame > maxPackFrame || int64(len(sizes)) != 4*frames || total > uint64(frames*p.frame) ||
		frames > 0 && total <= uint64((frames-1)*p.frame) {
		return fmt.Errorf("%w: the index contradicts itself", ErrPack)
	}
	p.total = int64(total)
	p.offsets = make([]int64, 1, frames+1)
	at := int64(0)
	for ; len(sizes) > 0; sizes = sizes[4:] {
		n := int64(binary.LittleEndian.Uint32(sizes))
		if n > 2*maxPackFrame {
			return fmt.Errorf("%w: a frame of %d bytes", ErrPack, n)
		}
		at += n
		p.offsets = append(p.offsets, at)
	}
	if at != end {
		return fmt.Errorf("%w: the frames end at %d, the index says %d", ErrPack, end, at)
	}
	return nil
}

// Size is how many plain bytes the pack holds.
func (p *Pack) Size() int64 { return p.total }

// ReadAt reads plain bytes from an offset, as io.ReaderAt says.
func (p *Pack) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read pack: offset %d", off)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for n < len(b) {
		if off >= p.total {
			return n, io.EOF
		}
		plain, err := p.load(int(off / p.frame))
		if err != nil {
			return n, err
		}
		c := copy(b[n:], plain[off%p.frame:])
		n += c
		off += int64(c)
	}
	return n, nil
}

// load is the plain bytes of a frame, kept for the next call.
func (p *Pack) load(frame int) ([]byte, error) {
	for i := range p.cache {
		if p.cache[i].frame == frame+1 {
			p.cache[0], p.cache[i] = p.cache[i], p.cache[0]
			return p.cache[0].plain, nil
		}
	}
	from, to := p.offsets[frame], p.offsets[frame+1]
	if int64(cap(p.read)) < to-from {
		p.read = make([]byte, to-from)
	}
	stored := p.read[:to-from]
	if _, err := p.file.ReadAt(stored, from); err != nil {
		return nil, fmt.Errorf("read pack: %w", err)
	}
	old := p.cache[1].plain
	p.cache[1] = packed{}
	plain, err := p.dec.DecodeAll(stored, old[:0])
	if err != nil {
		return nil, fmt.Errorf("read pack: frame %d: %w: %w", frame, ErrPack, err)
	}
	if want := min(p.frame, p.total-int64(frame)*p.frame); int64(len(plain)) != want {
		return nil, fmt.Errorf("read pack: frame %d: %w: %d bytes, want %d", frame, ErrPack, len(plain), want)
	}
	p.cache[1] = p.cache[0]
	p.cache[0] = packed{frame: frame + 1, plain: plain}
	return plain, nil
}

// Close closes the file.
func (p *Pack) Close() error {
	p.dec.Close()
	return p.file.Close()
}
