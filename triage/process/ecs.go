package process

// Events in the Elastic Common Schema: winlogbeat and Elastic Agent (which keep the Windows fields under
// winlog.event_data), Elastic Endpoint, Auditbeat and whatever else writes process.*.
//
// https://www.elastic.co/guide/en/ecs/current/ecs-process.html
// https://www.elastic.co/guide/en/beats/winlogbeat/current/exported-fields-winlog.html

import (
	"strings"

	"spoor/triage"
)

func readECS(o object) (event, bool) {
	log := o.object("winlog")
	process := o.object("process")
	flat := o.text("process.executable") != "" || o.text("process.command_line") != ""
	if log == nil && process == nil && !flat {
		return event{}, false
	}
	if log == nil && !has(o.value("event", "category"), "process") && o.text("event", "code") == "" {
		return event{}, false // a web log has no such event, though it may name the process that wrote it
	}
	e := event{
		id: o.text("event", "code"), provider: log.first("provider_name", "channel"),
		host: firstOf(log.text("computer_name"), o.text("host", "hostname"), o.text("host", "name"), o.text("agent", "hostname")),
		time: firstOf(o.text("@timestamp"), o.text("event", "created")), channel: log.text("channel"), record: log.text("record_id"),
	}
	if e.id == "" {
		e.id = log.text("event_id")
	}
	if e.provider == "" {
		e.provider = o.text("event", "provider")
	}
	data := log.object("event_data")
	if data != nil && (data["Image"] != nil || data["NewProcessName"] != nil) {
		e.fields = func(name string) string { return textOf(data[name]) }
		return e, true
	}
	if log != nil && e.id != "1" && e.id != "4688" {
		e.fields = func(name string) string { return textOf(data[name]) }
		return e, true
	}
	if process == nil && !flat || !startsProcess(o) {
		return e, true
	}
	p := &triage.Process{
		PID: number(o.text("process", "pid")), GUID: o.text("process", "entity_id"), Image: firstOf(o.text("process", "executable"), o.text("process", "name")),
		CommandLine: firstOf(o.text("process", "command_line"), o.text("process", "title"), o.text("process", "args")), Directory: o.text("process", "working_directory"),
		User: account(o.text("user", "domain"), o.text("user", "name")), ParentPID: number(firstOf(o.text("process", "parent", "pid"), o.text("process", "ppid"))),
		ParentGUID: o.text("process", "parent", "entity_id"), ParentImage: firstOf(o.text("process", "parent", "executable"), o.text("process", "parent", "name")),
		ParentCommandLine: firstOf(o.text("process", "parent", "command_line"), o.text("process", "parent", "title"), o.text("process", "parent", "args")),
	}
	var hashes []string
	for _, h := range []string{"md5", "sha1", "sha256"} {
		if s := o.text("process", "hash", h); s != "" {
			hashes = append(hashes, strings.ToUpper(h)+"="+s)
		}
	}
	p.Hashes = strings.Join(hashes, ",")
	e.process = p
	return e, true
}

// startsProcess reports whether an event says that a process began.
func startsProcess(o object) bool {
	switch o.text("event", "code") {
	case "1", "4688":
		return true
	}
	kinds := o.value("event", "type")
	if has(kinds, "start") || has(kinds, "process_started") || has(kinds, "creation") {
		return true
	}
	action := o.value("event", "action")
	for _, word := range []string{"start", "exec", "executed", "process_started", "creation"} {
		if has(action, word) {
			return true
		}
	}
	return false
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
