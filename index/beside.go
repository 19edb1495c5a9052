package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"

	"github.com/klauspost/compress/zstd"
)

// Beside the rows of a segment lie files made from them: the CRC-32C of their bytes, little-endian, and then the bytes
// as a zstd frame. They say nothing that the rows do not, so one that is missing or damaged is made again.

// maxBeside bounds what such a file may unpack to, in bytes.
const maxBeside = 256 << 20

// readBeside gives the bytes of a file; nil if there is none, or if it is damaged.
func readBeside(name string) ([]byte, error) {
	all, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(all) < 4 {
		return nil, nil
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBeside))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := r.DecodeAll(all[4:], nil)
	if err != nil || len(b) == 0 || crc32.Checksum(b, castagnoli) != binary.LittleEndian.Uint32(all) {
		return nil, nil
	}
	return b, nil
}

// writeBeside puts a file into the place of the one before, whole or not at all; without bytes it is removed.
func writeBeside(name string, b []byte) error {
	if len(b) == 0 {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if len(b) > maxBeside {
		return fmt.Errorf("%d bytes are more than %d", len(b), maxBeside)
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	all := w.EncodeAll(b, binary.LittleEndian.AppendUint32(nil, crc32.Checksum(b, castagnoli)))
	if err := writeSynced(name+".new", all); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
