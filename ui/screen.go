package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"spoor/cases"
)

// A screen fills the area between the head lines and the status line. Screens do not know each other: they
// send the intents below, and the root decides.
type screen interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	Resize(width, height int)
	View() string

	// Place says where the screen belongs: the number of its tab, and its own step of the breadcrumb.
	Place() (tab int, title string)
	// Info is the right end of the breadcrumb: how much there is.
	Info() string
	// Keys is the key map of the pane that has the keys, with what does nothing there disabled.
	Keys() keyMap
	// Selected is what is under the cursor.
	Selected() subject
}

// A filtered screen shows what a query finds. Search is the intent that shows another query.
type filtered interface {
	Filter() string
	Search(query string) tea.Msg
}

// A stepper is a list that can go to its next finding and open it in place of the request shown over it.
type stepper interface{ Step(step int) tea.Cmd }

// A paned screen has a detail that can have the keys. Leave gives them back to the list and reports whether
// it had to: the first step back leads out of the detail.
type paned interface{ Leave() bool }

// The tabs, in the order of their number keys.
const (
	tabOverview = iota
	tabRequests
	tabWebshells
	tabActors
	tabTimeline
	tabFiles
	tabNotes
	tabEvidence
	tabReport
	screenCount
)

var screenNames = [screenCount]string{
	"Overview", "Requests", "Webshells", "Actors", "Timeline", "Files", "Notes", "Evidence", "Report",
}

// shortNames are the screens where there is no room for the names of all.
var shortNames = [screenCount]string{"Over", "Reqs", "Shells", "Actors", "Time", "Files", "Notes", "Evid", "Report"}

// Intents: what a screen asks of the root.
type (
	openMsg     struct{ ref string }   // go to a record, by reference or unique prefix
	searchMsg   struct{ query string } // requests that match
	filesMsg    struct{ query string } // files that match
	tabMsg      struct{ tab int }      // go to a tab
	stepMsg     struct{ step int }     // from a request to the next (1) or previous (-1) finding of its list
	swapMsg     struct{ ref string }   // show another request in place of the one shown
	sayMsg      struct{ text string }  // a line for the status
	failMsg     struct{ err error }    // an error for the status
	pivotMsg    struct{ value value }  // show the pivots of a value
	editNoteMsg struct{ note cases.Note }
	draftMsg    struct{ key string }   // edit a draft that was left
	notesMsg    struct{ query string } // notes that match
	versionsMsg struct{ note string }  // what a note said before
	quitMsg     struct{}
)

// changedMsg tells every screen that notes or verdicts are no longer what they were, or that evidence came.
type changedMsg struct{ evidence bool }

// draftsChangedMsg tells every screen that drafts came or went.
type draftsChangedMsg struct{}

// failed is an error for the status; nil if there is none.
func failed(err error) tea.Msg {
	if err == nil {
		return nil
	}
	return failMsg{err}
}

// send makes an intent a command.
func send(msg tea.Msg) tea.Cmd {
	if msg == nil {
		return nil
	}
	return func() tea.Msg { return msg }
}

// marksMsg tells every screen that marks came or went.
type marksMsg struct{}
