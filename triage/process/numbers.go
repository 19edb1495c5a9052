package process

// What an event log tells of its own wholeness: the numbers of its records, of every kind of event, and the events by
// which Windows says that a log was cleared, the policy that fills it changed, or the clock set.
//
// EventRecordID: https://learn.microsoft.com/windows/win32/wes/eventschema-systempropertiestype-complextype
// Names in exports: winlog.record_id (winlogbeat), EventRecordId and RecordNumber (EvtxECmd), RecordNumber (NXLog,
// Splunk), RecordId (Get-WinEvent | ConvertTo-Json).

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// A teller is an event that says that evidence is not whole.
type teller struct {
	id, provider string // provider is part of the name, small letters
	kind, text   string // of triage.ToldEvent
	source       string
}

var tellers = []teller{
	{"1102", "eventlog", "cleared", "the audit log (Security) was cleared", "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-1102"},
	{"1102", "security", "cleared", "the audit log (Security) was cleared", "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-1102"},
	{"104", "eventlog", "cleared", "an event log was cleared", "https://attack.mitre.org/techniques/T1070/001/"},
	{"4719", "security", "policy", "the audit policy was changed", "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4719"},
	{"4616", "security", "clock", "the system time was changed", "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4616"},
}

// leastSet is how far a clock must have been set to be told: time services set it by less all day.
const leastSet = time.Minute

// tally adds an event to what the log tells of itself.
func (s *Stats) tally(e *event, line int64, zone *time.Location, kept bool) {
	if !e.local {
		zone = time.UTC
	}
	at := triage.NumberEnd{Time: triage.Ms(parseTime(e.time, zone)), Line: line, Kept: kept}
	if n, err := strconv.ParseInt(e.record, 10, 64); err == nil && e.record != "" {
		of := firstOf(e.channel, e.provider)
		if e.host != "" {
			of += " on " + e.host
		}
		s.numbers.Add("record id", of, n, at)
	}
	s.tell(e, at)
}

func (s *Stats) tell(e *event, at triage.NumberEnd) {
	if len(s.Tally.Told) >= triage.MaxTold {
		return
	}
	from := strings.ToLower(e.provider + " " + e.channel)
	for _, t := range tellers {
		if t.id != e.id || !strings.Contains(from, t.provider) {
			continue
		}
		text := fmt.Sprintf("event %s on line %d: %s", e.id, at.Line, t.text)
		if t.kind == "clock" {
			before, after := parseTime(fieldOf(e.fields, "PreviousTime"), time.UTC), parseTime(fieldOf(e.fields, "NewTime"), time.UTC)
			d := after.Sub(before)
			if before.IsZero() || after.IsZero() || d.Abs() < leastSet {
				return
			}
			text += " by " + d.Round(time.Second).String()
		}
		if user := account(fieldOf(e.fields, "SubjectDomainName"), fieldOf(e.fields, "SubjectUserName")); user != "" {
			text += ", by " + user
		}
		if e.host != "" {
			text += ", on " + e.host
		}
		s.Tally.Told = append(s.Tally.Told, triage.ToldEvent{Kind: t.kind, Text: text[:min(len(text), 400)], Time: at.Time, Line: at.Line})
		return
	}
}
