package hashlist

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"spoor/triage"
)

// What package webroot writes of a folder: one JSON object a line, the first and the last about the whole.

// A WebrootHead is the first line of a web root's manifest.
type WebrootHead struct {
	Spoor   string `json:"spoor"` // "webroot"
	Version int    `json:"version"`
	Root    string `json:"root"`  // where the folder was, absolute
	Rules   string `json:"rules"` // hash of the rules that read the scripts
}

// A WebrootLine is any other line: a file, a thing that was not read (Skipped is set), a second line about a
// file, which has findings alone, or the last one (Files is set).
type WebrootLine struct {
	Path     string           `json:"path,omitempty"`        // from the folder's name on, with slashes
	Raw      []byte           `json:"path_base64,omitempty"` // in place of Path if that is no UTF-8
	Size     *int64           `json:"size,omitempty"`
	ModTime  *time.Time       `json:"mtime,omitempty"`
	MD5      string           `json:"md5,omitempty"`
	SHA1     string           `json:"sha1,omitempty"`
	SHA256   string           `json:"sha256,omitempty"`
	Language string           `json:"language,omitempty"` // of the code in it
	Note     string           `json:"note,omitempty"`
	Findings []triage.Finding `json:"findings,omitempty"`
	Skipped  string           `json:"skipped,omitempty"` // why it was not read

	Files   *int `json:"files,omitempty"`
	Scripts int  `json:"scripts,omitempty"`
	Left    int  `json:"left,omitempty"` // how many were skipped
}

const (
	webrootVersion  = 1
	webrootStart    = `{"spoor":"webroot"`
	maxListFindings = 32
)

var (
	errWebrootJSON    = errors.New("no line of a web root's manifest")
	errWebrootVersion = errors.New("the manifest was written by a newer spoor")
)

func fitsWebroot(lines []string) bool {
	return len(lines) > 0 && strings.HasPrefix(lines[0], webrootStart)
}

func webrootReader(*time.Location) lineReader {
	return func(line string) (e triage.HashEntry, err error) {
		e.Size = -1
		if strings.TrimSpace(line) == "" {
			return e, errComment
		}
		if strings.HasPrefix(line, webrootStart) {
			var head WebrootHead
			if json.Unmarshal([]byte(line), &head) != nil {
				return e, errWebrootJSON
			}
			if head.Version > webrootVersion {
				return e, errWebrootVersion
			}
			return e, errComment
		}
		var l WebrootLine
		if json.Unmarshal([]byte(line), &l) != nil {
			return e, errWebrootJSON
		}
		return l.entry()
	}
}

func (l *WebrootLine) entry() (e triage.HashEntry, err error) {
	e.Size = -1
	e.Path = l.Path
	if len(l.Raw) > 0 {
		e.Path = string(l.Raw)
	}
	switch {
	case l.Skipped != "":
		return e, errors.New(l.Skipped)
	case l.Files != nil && e.Path == "":
		return e, errComment
	case e.Path == "":
		return e, errNoPath
	}
	for _, h := range []struct{ name, value string }{{"MD5", l.MD5}, {"SHA1", l.SHA1}, {"SHA256", l.SHA256}} {
		if h.value == "" {
			continue
		}
		if err := setHash(&e, h.name, h.value); err != nil {
			return e, err
		}
	}
	if l.Size != nil {
		if e.Size = *l.Size; e.Size < 0 {
			return e, errSize
		}
	}
	if l.ModTime != nil {
		e.ModTime = l.ModTime.UTC()
	}
	e.Comment = l.Note
	for _, f := range l.Findings[:min(len(l.Findings), maxListFindings)] {
		if f.Rule == "" || f.Level < triage.Info || f.Level > triage.Critical {
			continue
		}
		f.Field = "content"
		f.Match, f.Why = f.Match[:min(len(f.Match), triage.MaxMatch)], f.Why[:min(len(f.Why), triage.MaxMatch)]
		e.Findings = append(e.Findings, f)
	}
	return e, nil
}

// EncodeWebroot gives a line of a manifest, without its line end. A path that is no UTF-8 goes into Raw.
func EncodeWebroot(path string, valid bool, l WebrootLine) ([]byte, error) {
	if l.Path = path; !valid {
		l.Path, l.Raw = "", []byte(path)
	}
	return json.Marshal(l)
}
