package ui

import "strings"

// words writes the keys into a text of spoor's own: {Enter}, {Back} and so on become what those keys are now called, for
// they can be remapped. Text from evidence does not go through it.
func (k *keyMap) words(s string) string {
	return strings.NewReplacer("{Enter}", k.Enter.Help().Key, "{Back}", k.Back.Help().Key, "{Tab}", k.Tab.Help().Key,
		"{Filter}", k.Filter.Help().Key, "{Filters}", k.Filters.Help().Key, "{Search}", k.Search.Help().Key, "{Reload}", k.Reload.Help().Key,
		"{Cycle}", k.Cycle.Help().Key, "{Context}", k.Context.Help().Key, "{Left}", k.Left.Help().Key, "{Right}", k.Right.Help().Key,
		"{Note}", k.Note.Help().Key, "{Copy}", k.Copy.Help().Key, "{Hidden}", k.Hidden.Help().Key, "{Unmask}", k.Unmask.Help().Key,
		"{Quit}", k.Quit.Help().Key, "{Help}", k.Help.Help().Key, "{Older}", k.Older.Help().Key, "{Newer}", k.Newer.Help().Key,
		"{Requests}", k.Screens[tabRequests].Help().Key, "{Notes}", k.Screens[tabNotes].Help().Key).Replace(s)
}
