package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
	"spoor/triage"
	"spoor/ui/desk"
)

// maxCopied bounds what goes to the clipboard, in characters; terminals drop longer sequences.
const maxCopied = 64 << 10

type (
	commandMsg    struct{ cmd command }
	noteFailedMsg struct {
		saveNoteMsg // what was to be saved
		err         error
	}
	verdictMsg      struct{ ref, value string }
	verdictGivenMsg struct {
		ref, value string
		err        error
	}
)

// record handles what changes the case: notes, drafts, verdicts, the report; and their answers.
func (r *root) record(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case commandMsg:
		return r.command(msg.cmd), true
	case hiddenMsg:
		return r.hidden(msg), true
	case draftsMsg:
		r.recover(msg.left)
	case keepDraftMsg:
		return r.drafts.save(r.desk, msg.key, msg.text), true
	case draftSavedMsg:
		r.fail(msg.err)
		if next := r.drafts.next(r.desk); next != nil {
			return next, true
		}
		return send(draftsChangedMsg{}), true
	case reopenMsg:
		r.over = msg.ed
	case editNoteMsg:
		r.editNote(msg.note)
	case draftMsg:
		r.editDraft(msg.key)
	case saveNoteMsg:
		return r.saveNote(msg), true
	case noteDoneMsg:
		r.say("saved note " + msg.note.Ref)
		return tea.Batch(r.drafts.save(r.desk, msg.key, ""), send(changedMsg{})), true
	case noteFailedMsg:
		r.fail(msg.err)
		r.keepOnScreen(msg)
		if r.drafts.left[msg.key] != "" && msg.key != desk.DraftKey(nil) {
			// The desk kept the text under the common key as well; one draft of it is enough.
			return tea.Batch(r.drafts.save(r.desk, desk.DraftKey(nil), ""), send(changedMsg{})), true
		}
	case taskMsg:
		return r.setTask(msg), true
	case taskSetMsg:
		return r.taskSet(msg), true
	case lendMsg:
		return r.lend(msg.ed), true
	case lentMsg:
		return r.editOutside(msg), true
	case takenMsg:
		return tea.Batch(r.pointAgain(), r.taken(msg)), true
	case wroteMsg:
		r.say("wrote " + msg.path)
		return send(changedMsg{}), true
	case factsMsg:
		r.say(msg.said)
		return send(changedMsg{evidence: true}), true
	case passphraseMsg:
		r.over = r.passphrasePrompt(msg)
	case sealedMsg:
		r.say(msg.said)
		return send(changedMsg{}), true
	case decideMsg:
		r.over = r.decisionPrompt(msg)
	case decidedMsg:
		return r.decided(msg), true
	case verdictMsg:
		r.over = r.reasonPrompt(msg)
	case verdictGivenMsg:
		return r.verdictGiven(msg), true
	default:
		return nil, false
	}
	return nil, true
}

func (r *root) recover(left map[string]string) {
	for key, text := range left {
		if text != "" {
			r.drafts.left[key] = text
		}
	}
	if n := len(r.drafts.left); n > 0 {
		r.say(counted(n, "draft", "drafts") + r.keys.words(" of notes recovered; screen Notes ({Notes}) lists them"))
	}
}

// writeNote opens the editor on a new note about the record selected and the marked ones.
func (r *root) writeNote(s subject) {
	var on []string
	if s.ref != "" {
		on = append(on, s.ref)
	}
	for _, ref := range sortedKeys(r.marks) {
		if ref != s.ref {
			on = append(on, ref)
		}
	}
	title := "note on the case"
	if len(on) > 0 {
		title = "note on " + on[0] + " " + s.title
		if len(on) > 1 {
			title = "note on " + counted(len(on), "record", "records")
		}
	}
	key, original := desk.DraftKey(on), desk.NewNote(on)
	body := original
	if left := r.drafts.left[key]; left != "" {
		body = left
		r.say("your draft of this note is back")
	}
	ed := newEditor(r.common, title, key, original, body)
	ed.on = on
	r.over = ed
}

func (r *root) editNote(n cases.Note) {
	key := "note " + n.Ref
	body := n.Text
	if left := r.drafts.left[key]; left != "" {
		body = left
		r.say("your draft of this change is back")
	}
	ed := newEditor(r.common, "edit note "+n.Ref, key, n.Text, body)
	ed.note = n.Ref
	r.over = ed
}

// editDraft goes on with a draft that was left.
func (r *root) editDraft(key string) {
	body, ok := r.drafts.left[key]
	if !ok {
		return
	}
	ed := newEditor(r.common, "draft: "+key, key, "", body)
	if ref, ok := strings.CutPrefix(key, "note on "); ok {
		ed.on = []string{ref}
	} else if ref, ok := strings.CutPrefix(key, "note n:"); ok {
		ed.note = "n:" + ref
	}
	r.over = ed
}

// saveNote makes a note of what the editor held. If that fails the draft stays.
func (r *root) saveNote(m saveNoteMsg) tea.Cmd {
	d := r.desk
	keep := r.drafts.save(d, m.key, m.text)
	on := m.on
	save := r.keep("saving the note", func(context.Context) tea.Msg {
		var n cases.Note
		var err error
		if m.note != "" {
			n, err = d.EditNote(m.note, m.text)
		} else {
			n, err = d.AddNote(m.text, on)
		}
		if err != nil {
			return noteFailedMsg{m, err}
		}
		return noteDoneMsg{m.key, n}
	})
	return tea.Batch(keep, save)
}

// keepOnScreen opens the editor again on a note that could not be saved: on a full disk the draft may not be kept either.
func (r *root) keepOnScreen(m noteFailedMsg) {
	if r.over != nil {
		return
	}
	ed := newEditor(r.common, "not saved: "+m.key, m.key, "", m.text)
	ed.note, ed.on = m.note, m.on
	r.over = ed
}

// noteDoneMsg says that a note is in the case, so its draft can go.
type noteDoneMsg struct {
	key  string
	note cases.Note
}

func (r *root) verdictMenu(s subject) *menu {
	return newMenu(r.common, "verdict on "+s.ref+" "+s.title, []choice{
		{"confirmed", "this is part of the incident", verdictMsg{s.ref, cases.Confirmed}},
		{"benign", "this is harmless", verdictMsg{s.ref, cases.Benign}},
		{"unsure", "look again", verdictMsg{s.ref, cases.Unsure}},
		{"none", "take a verdict back", verdictMsg{s.ref, ""}},
	}, nil)
}

func (r *root) reasonPrompt(m verdictMsg) *prompt {
	word := m.value
	if word == "" {
		word = "no verdict"
	}
	return &prompt{c: r.common, in: newInput("reason (may stay empty): ", "", nil),
		hint:   m.ref + ": " + word + r.keys.words(". Why? {Enter} records it, {Back} leaves it as it was"),
		cancel: sayMsg{"no verdict given"},
		accept: func(text string) (tea.Cmd, error) {
			return r.giveVerdict(m.ref, m.value, strings.TrimSpace(text)), nil
		}}
}

func (r *root) giveVerdict(ref, value, reason string) tea.Cmd {
	d := r.desk
	return r.keep("recording the verdict", func(context.Context) tea.Msg {
		return verdictGivenMsg{ref, value, d.SetVerdict(ref, value, reason)}
	})
}

func (r *root) verdictGiven(m verdictGivenMsg) tea.Cmd {
	switch {
	case m.err != nil:
		r.fail(m.err)
		return nil
	case m.value == "":
		r.say("took the verdict on " + m.ref + " back")
	default:
		r.say(m.ref + " is " + m.value)
	}
	// What is benign counts no more: everything is asked again.
	return send(changedMsg{evidence: m.value == "" || m.value == cases.Benign})
}

// Clipboard says how what is copied reaches the clipboard of whoever sits at the terminal.
type Clipboard int

const (
	ClipboardOSC    Clipboard = iota // by OSC 52
	ClipboardTmux                    // by OSC 52, which tmux does not take from programs unless it is told to
	ClipboardScreen                  // by OSC 52 in the envelope in which GNU screen passes it on
	ClipboardNone                    // not at all: the terminal would show it
)

// needs says what has to be so for a copy to arrive.
func (c Clipboard) needs() string {
	if c == ClipboardTmux {
		return "tmux takes it after: tmux set -s set-clipboard on; "
	}
	return ""
}

// copy puts what is selected on the clipboard of whoever sits at the terminal.
func (r *root) copy(s subject) tea.Cmd {
	all := s.copied
	if all == "" {
		all = s.title
	}
	v := triage.VisibleN(all, maxCopied)
	cut := ""
	if strings.HasSuffix(v, "…") && !strings.HasSuffix(all, "…") {
		cut = ", cut"
	}
	out := r.out
	if out == nil {
		r.say("there is no terminal to copy to")
		return nil
	}
	if r.clipboard == ClipboardNone {
		r.say("this kind of terminal has no OSC 52 to copy by; spoor show and --plain print the same")
		return nil
	}
	label := fmt.Sprintf("copied by OSC 52 (%s%s characters%s): %s", r.clipboard.needs(), number(len([]rune(v))), cut, triage.VisibleN(v, 60))
	sequence := osc52.New(v)
	if r.clipboard == ClipboardScreen {
		sequence = sequence.Screen()
	}
	return func() tea.Msg {
		if _, err := io.WriteString(out, sequence.String()); err != nil {
			return failMsg{fmt.Errorf("copy: %w", err)}
		}
		return sayMsg{label}
	}
}

// command does what the command line says.
func (r *root) command(c command) tea.Cmd {
	var s subject
	if t := r.top(); t != nil {
		s = t.Selected()
	}
	if cmd, ok := r.knownWords(c); ok {
		return cmd
	}
	switch c.name {
	case "search":
		return r.now(searchMsg{c.args})
	case "files":
		if c.args == "" {
			return r.goTab(tabFiles)
		}
		return r.now(filesMsg{c.args})
	case "rejected":
		return r.now(rejectedMsg{c.args, true})
	case "tree":
		return r.filesTree(c.args)
	case "stolen":
		return r.now(stolenMsg{})
	case "outcomes":
		if c.args != "" && !slices.Contains(triage.Classes, triage.Class(c.args)) {
			r.fail(fmt.Errorf("no class of attacks is called %q", triage.VisibleN(c.args, 40)))
			return nil
		}
		return r.now(outcomesMsg{triage.Class(c.args)})
	case "processes":
		return r.now(processesMsg{c.args, ""})
	case "open":
		if c.args == "" {
			r.fail(errors.New("open what? give a reference, such as :open r:3f9a12.7"))
			return nil
		}
		return r.open(c.args)
	case "note":
		if c.args == "" {
			r.writeNote(s)
			return nil
		}
		var on []string
		if s.ref != "" {
			on = []string{s.ref}
		}
		return r.saveNote(saveNoteMsg{key: desk.DraftKey(on), text: c.args, on: on})
	case "verdict":
		return r.verdictCommand(s, c.args)
	case "report":
		return r.report(c.args)
	case "verify":
		return r.verify()
	case "campaign":
		paths, milestones, err := desk.ParseCampaign(c.args)
		if err != nil {
			r.fail(err)
			return nil
		}
		return r.push(newCampaign(r.common, paths, milestones))
	case "merge", "split", "attribute":
		return r.decide(c.name, c.args, s)
	case "load":
		o, err := desk.ParseLoad(c.args)
		if err != nil {
			r.fail(err)
			return nil
		}
		return r.load(o)
	case "mouse":
		return r.mouseCommand(c.args)
	case "unmark":
		clear(r.marks)
		r.say("no marks")
		return nil
	case "help":
		r.over = newHelp(r.common, r.keys)
		return nil
	case "quit":
		return r.quit()
	}
	for i, n := range screenNames {
		if strings.EqualFold(n, c.name) {
			return r.goTab(i)
		}
	}
	return nil
}

func (r *root) verdictCommand(s subject, args string) tea.Cmd {
	word, reason, _ := strings.Cut(args, " ")
	if s.ref == "" {
		r.fail(errors.New("nothing is selected that a verdict could be about"))
		return nil
	}
	switch word {
	case cases.Confirmed, cases.Benign, cases.Unsure:
		return r.giveVerdict(s.ref, word, strings.TrimSpace(reason))
	case "none":
		return r.giveVerdict(s.ref, "", strings.TrimSpace(reason))
	}
	r.fail(fmt.Errorf("no verdict %q: want confirmed, benign, unsure or none", word))
	return nil
}

// report writes the report in the background.
func (r *root) report(args string) tea.Cmd {
	format, file := desk.ReportFormatOf(args), args
	if word, rest, _ := strings.Cut(args, " "); slices.Contains(desk.ReportFormats(), word) {
		format, file = word, strings.TrimSpace(rest)
	}
	d := r.desk
	return r.keep("writing the report", func(ctx context.Context) tea.Msg {
		path, err := d.WriteReport(ctx, file, desk.ReportOptions{Format: format})
		if err != nil {
			return failMsg{fmt.Errorf("write the report: %w", err)}
		}
		return wroteMsg{path}
	})
}

// toggleHidden shows the findings of what was judged benign, or hides them again.
func (r *root) toggleHidden() tea.Cmd {
	d := r.desk
	return r.work("going over what was judged benign", func(context.Context) tea.Msg {
		show := !d.ShowsHidden()
		err := d.ShowHidden(show)
		return hiddenMsg{show, d.Hidden(), err}
	})
}

// hiddenMsg says that the findings of what was judged benign are shown now, or hidden.
type hiddenMsg struct {
	shown bool
	n     int
	err   error
}

func (r *root) hidden(m hiddenMsg) tea.Cmd {
	if m.err != nil {
		r.fail(m.err)
		return nil
	}
	n := counted(m.n, "record judged benign", "records judged benign")
	if m.shown {
		r.say("findings of " + n + r.keys.words(" are shown; {Hidden} hides them"))
	} else {
		r.say("findings of " + n + r.keys.words(" are hidden; {Hidden} shows them"))
	}
	return send(changedMsg{evidence: true})
}

// verify checks the case in the background.
func (r *root) verify() tea.Cmd {
	d := r.desk
	return r.work("checking journal and evidence", func(ctx context.Context) tea.Msg {
		v, err := d.Verify(ctx, nil)
		if err != nil {
			return failMsg{fmt.Errorf("verify: %w", err)}
		}
		return verified(v)
	})
}

func verified(v *desk.Verification) tea.Msg {
	if len(v.Problems) == 0 {
		return sayMsg{fmt.Sprintf("verified: %s, %s and %s are as recorded", counted(v.Summary.Records, "journal record", "journal records"),
			counted(v.Summary.Evidence, "source", "sources"), counted(v.Summary.Citations, "citation", "citations"))}
	}
	p := v.Problems[0]
	return failMsg{fmt.Errorf("%s: %s; %s; %s", counted(len(v.Problems), "problem", "problems"), p.Kind, p.What, p.Remedy)}
}
