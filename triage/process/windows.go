package process

// What the fields of a process creation mean, whatever layout carried them.
//
// Sysmon event 1, on Windows and Linux: https://learn.microsoft.com/sysinternals/downloads/sysmon
// Security event 4688: https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4688

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"spoor/triage"
)

// creation makes the process of an event; errOther if it creates none.
func (e *event) creation(zone *time.Location) (*triage.Process, error) {
	var p *triage.Process
	f := e.fields
	switch {
	case e.process != nil:
		p = e.process
	case f == nil:
		return nil, errOther
	case e.id == "4688" || e.id == "" && f("NewProcessName") != "":
		p = &triage.Process{
			PID: number(f("NewProcessId")), Image: f("NewProcessName"), CommandLine: f("CommandLine"),
			User: account(f("SubjectDomainName"), f("SubjectUserName")), ParentPID: number(f("ProcessId")), ParentImage: f("ParentProcessName"),
		}
		if t := f("TargetUserName"); t != "" && t != "-" {
			p.User = account(f("TargetDomainName"), t)
		}
	case e.id == "1" && (e.provider == "" || strings.Contains(strings.ToLower(e.provider), "sysmon")) && f("Image") != "",
		e.id == "" && f("Image") != "" && (f("CommandLine") != "" || f("ParentImage") != ""):
		p = &triage.Process{
			PID: number(f("ProcessId")), GUID: f("ProcessGuid"), Image: f("Image"), CommandLine: f("CommandLine"),
			Directory: f("CurrentDirectory"), User: f("User"), Hashes: f("Hashes"),
			ParentPID: number(f("ParentProcessId")), ParentGUID: f("ParentProcessGuid"), ParentImage: f("ParentImage"),
			ParentCommandLine: f("ParentCommandLine"),
		}
	case e.id == "1" && strings.Contains(strings.ToLower(e.provider), "sysmon"):
		return nil, errors.New("a process creation without Image")
	default:
		return nil, errOther
	}
	if p.Image == "" && p.CommandLine == "" {
		return nil, errors.New("a process creation with neither image nor command line")
	}
	p.Host = e.host
	if u := fieldOf(f, "UtcTime"); u != "" {
		p.Time = parseTime(u, time.UTC)
	}
	if p.Time.IsZero() && e.time != "" {
		if !e.local {
			zone = time.UTC
		}
		p.Time = parseTime(e.time, zone)
	}
	if p.Time.IsZero() {
		return nil, errors.New("a process creation without a time that can be read")
	}
	for _, s := range []*string{&p.CommandLine, &p.Directory, &p.User, &p.Hashes, &p.ParentImage, &p.ParentCommandLine, &p.GUID, &p.ParentGUID} {
		if *s == "-" { // how Windows writes that there is none
			*s = ""
		}
	}
	return p, nil
}

func fieldOf(f func(string) string, name string) string {
	if f == nil {
		return ""
	}
	return f(name)
}

// account is a user name with its domain.
func account(domain, user string) string {
	if user == "" || user == "-" {
		return ""
	}
	if domain == "" || domain == "-" {
		return user
	}
	return domain + `\` + user
}

// number reads a process id, decimal or as 0x1a2c; -1 if it is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 0, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// timeForms are the ways in which the layouts write times.
var timeForms = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 Z07:00",
	"2006-01-02T15:04:05.999999999-0700",
	"2006-01-02 15:04:05 MST",
	"01/02/2006 03:04:05 PM",
	"01/02/2006 03:04:05.999 PM",
}

// parseTime reads a time; zero if it is none. Without a zone of its own it is in zone. A number is seconds since
// 1970, or milliseconds if it is large.
func parseTime(s string, zone *time.Location) time.Time {
	s = strings.TrimSpace(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		switch {
		case f > 1e8 && f < 1e11:
			return time.UnixMicro(int64(f * 1e6)).UTC()
		case f >= 1e11 && f < 1e14:
			return time.UnixMilli(int64(f)).UTC()
		}
		return time.Time{}
	}
	if ms, ok := strings.CutPrefix(s, "/Date("); ok { // ConvertTo-Json of Windows PowerShell
		n, err := strconv.ParseInt(strings.TrimSuffix(ms, ")/"), 10, 64)
		if err != nil || n <= 0 || n > 1e14 {
			return time.Time{}
		}
		return time.UnixMilli(n).UTC()
	}
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, s, zone); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
