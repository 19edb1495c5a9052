package pack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"spoor/cases"
	"spoor/triage"
)

const readme = `This folder is a pack of a case of spoor, a terminal workstation for incident triage: what was written of the case,
and every line of evidence that it rests on. The logs themselves are not in it.

pack.json        which case, and how many records its journal has
case.json        whose case it is
journal.jsonl    what was done, in order: each record carries the SHA-256 of the line before it
seals/           signatures of the journal's last record at the time, by minisign or OpenSSH
evidence.jsonl   the register: each file that was taken in, with size, SHA-256, who took it in and when
evidence/        manifests of web roots
notes.md         the notes, each in its latest version
reports/         the reports, as they were written
cited.jsonl      each record that a note, a verdict or a report cites: source, line, SHA-256, and the text itself
MANIFEST.sha256  the SHA-256 of each file here

To check it with spoor:                      spoor verify FOLDER --trust KEY.pub
To check it without:
  nothing was changed by accident            sha256sum -c MANIFEST.sha256
  who sealed the journal, with minisign      minisign -V -p KEY.pub -m seals/seal-1.txt
  or with OpenSSH                            ssh-keygen -Y verify -f allowed_signers -I NAME -n spoor-case -s seals/seal-1.txt.sig < seals/seal-1.txt
  the seal is of this journal (N records)    sed -n Np journal.jsonl | sha256sum         must be the head in seal-1.txt
  and of all before: each line's "prev" is the SHA-256 of the line before it, with its line feed.
  a report is the one that was recorded      its sha256sum stands in the journal's record of kind "report"
  a cited line                               the SHA-256 of its text stands as "text_sha256" in the record that cites it
`

// Standard are the members that follow from the journal, and say what the pack is: pack.json, README.txt,
// evidence.jsonl and notes.md.
func Standard(head Head, evidence []cases.Evidence, notes []cases.Note) ([]File, error) {
	head.Spoor, head.Version = "pack", headVersion
	b, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	register, err := jsonLines(evidence)
	if err != nil {
		return nil, err
	}
	return []File{{Name: HeadName, Data: append(b, '\n')}, {Name: ReadmeName, Data: []byte(readme)},
		{Name: RegisterName, Data: register}, {Name: NotesName, Data: notesText(notes)}}, nil
}

// CitedFile is the member cited.jsonl.
func CitedFile(cited []Cited) (File, error) {
	b, err := jsonLines(cited)
	return File{Name: CitedName, Data: b}, err
}

// jsonLines is one object a line, with what a terminal might act on escaped.
func jsonLines[T any](list []T) ([]byte, error) {
	var out bytes.Buffer
	for i := range list {
		b, err := json.Marshal(list[i])
		if err != nil {
			return nil, err
		}
		out.Write(triage.VisibleJSON(b))
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

// notesText is the notes in Markdown, as their authors wrote them but for what would not print.
func notesText(notes []cases.Note) []byte {
	var out bytes.Buffer
	for _, n := range notes {
		who := triage.VisibleN(n.Author, 200)
		if who == "" {
			who = "a person not recorded"
		}
		fmt.Fprintf(&out, "## %s, version %d, by %s, %s\n\n", n.Ref, n.Version, who, n.Edited.UTC().Format(time.RFC3339))
		for line := range strings.SplitSeq(n.Text, "\n") {
			fmt.Fprintf(&out, "%s\n", triage.Visible(strings.TrimSuffix(line, "\r")))
		}
		for i, on := range n.On {
			if i == 0 {
				out.WriteString("\nOn:\n\n")
			}
			fmt.Fprintf(&out, "- %s (%s:%d)\n", triage.VisibleN(on.Ref, 100), triage.VisibleN(on.Source, 300), on.Line)
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}
