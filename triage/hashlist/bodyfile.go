package hashlist

import (
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// A Sleuth Kit bodyfile (fls -m, mac-robber) has eleven fields between "|":
//
//	MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime
//
// Times are Unix seconds, 0 if there is none; MD5 is 0 unless it was computed. The name may hold "|" itself.
// https://wiki.sleuthkit.org/index.php?title=Body_file

const bodyFields = 11

func fitsBodyfile(lines []string) bool {
	read := bodyfileReader(nil)
	fit := 0
	for _, line := range lines {
		if strings.Count(line, "|") < bodyFields-1 {
			continue
		}
		if _, err := read(line); err == nil || err == errComment {
			fit++
		}
	}
	return fit > 0 && 2*fit >= len(lines)
}

// bodyfileReader reads regular files. Directories, links, devices, the file system's own entries and the
// second entry that NTFS has for each file ($FILE_NAME) count as comments.
func bodyfileReader(*time.Location) lineReader {
	return func(line string) (e triage.HashEntry, err error) {
		e.Size = -1
		if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
			return e, errComment
		}
		hash, rest, ok := strings.Cut(line, "|")
		values := strings.Split(rest, "|")
		if !ok || len(values) < bodyFields-1 {
			return e, errFewFields
		}
		name := strings.Join(values[:len(values)-bodyFields+2], "|")
		values = values[len(values)-bodyFields+2:] // inode and what follows
		if hash != "0" && hash != "" {
			if err := setHash(&e, "", hash); err != nil {
				if strings.EqualFold(hash, "md5") { // a header
					return e, errComment
				}
				return e, err
			}
		}
		if !isFile(values[1]) || strings.HasSuffix(name, " ($FILE_NAME)") {
			return e, errComment
		}
		if e.Size, err = strconv.ParseInt(values[4], 10, 64); err != nil || e.Size < 0 {
			return e, errSize
		}
		e.ModTime, e.Changed, e.Created = unixTime(values[6]), unixTime(values[7]), unixTime(values[8])
		if e.Path, e.Comment = cutDeleted(name); e.Path == "" {
			return e, errNoPath
		}
		return e, nil
	}
}

// isFile reports whether a mode is that of a regular file: "r/rrw-r--r--" of fls, where the first letter is
// the type in the directory and the second that in the inode, or "-rw-r--r--" of mac-robber.
func isFile(mode string) bool {
	if len(mode) > 2 && mode[1] == '/' {
		return mode[2] == 'r' || mode[0] == 'r' && mode[2] == '-'
	}
	return strings.HasPrefix(mode, "-") || strings.HasPrefix(mode, "r")
}

// cutDeleted takes the remark of fls about a deleted file off its name.
func cutDeleted(name string) (path, comment string) {
	for _, mark := range []string{"deleted", "deleted-realloc"} {
		if path, ok := strings.CutSuffix(name, " ("+mark+")"); ok {
			return path, mark
		}
	}
	return name, ""
}

// unixTime reads Unix seconds, with a fraction or without; zero if it is none, or before 1970 or after 9999.
func unixTime(s string) time.Time {
	whole, fraction, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec <= 0 || sec > 253402300799 {
		return time.Time{}
	}
	nano, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64) // no fraction is none
	return time.Unix(sec, max(nano, 0)).UTC()
}
