package process_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor/triage"
	"spoor/triage/process"
	"spoor/triage/weblog"
)

// Each line is the same event, w3wp.exe starting whoami, as another tool writes it.
var samples = map[string]string{
	"winlogbeat":   `{"@timestamp":"2025-03-08T08:44:02.338Z","event":{"code":"1","category":["process"],"type":["start"]},"host":{"name":"web1"},"process":{"pid":8628},"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"web1.example","event_id":"1","provider_name":"Microsoft-Windows-Sysmon","event_data":{"UtcTime":"2025-03-08 08:44:02.338","ProcessGuid":"{AA}","ProcessId":"8628","Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /all","CurrentDirectory":"C:\\x\\","User":"IIS APPPOOL\\Shop","Hashes":"SHA256=00","ParentProcessGuid":"{BB}","ParentProcessId":"2164","ParentImage":"C:\\Windows\\System32\\inetsrv\\w3wp.exe","ParentCommandLine":"w3wp.exe -ap \"Shop\""}}}`,
	"agent":        `{"@timestamp":"2025-03-08T08:44:02.338Z","event":{"action":"start","category":["process"],"type":["start"]},"host":{"hostname":"web1.example"},"process":{"pid":8628,"entity_id":"{AA}","executable":"C:\\Windows\\System32\\whoami.exe","command_line":"whoami /all","working_directory":"C:\\x\\","hash":{"sha256":"00"},"parent":{"pid":2164,"entity_id":"{BB}","executable":"C:\\Windows\\System32\\inetsrv\\w3wp.exe","command_line":"w3wp.exe -ap \"Shop\""}},"user":{"domain":"IIS APPPOOL","name":"Shop"}}`,
	"evtx_dump":    `{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":{"#attributes":{"Qualifiers":""},"#text":1},"TimeCreated":{"#attributes":{"SystemTime":"2025-03-08T08:44:02.340000Z"}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"web1.example"},"EventData":{"UtcTime":"2025-03-08 08:44:02.338","ProcessGuid":"{AA}","ProcessId":8628,"Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /all","CurrentDirectory":"C:\\x\\","User":"IIS APPPOOL\\Shop","Hashes":"SHA256=00","ParentProcessGuid":"{BB}","ParentProcessId":2164,"ParentImage":"C:\\Windows\\System32\\inetsrv\\w3wp.exe","ParentCommandLine":"w3wp.exe -ap \"Shop\""}}}`,
	"xmltodict":    `{"Event":{"System":{"Provider":{"@Name":"Microsoft-Windows-Sysmon"},"EventID":"1","TimeCreated":{"@SystemTime":"2025-03-08 08:44:02.338000"},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"web1.example"},"EventData":{"Data":[{"@Name":"ProcessGuid","#text":"{AA}"},{"@Name":"ProcessId","#text":"8628"},{"@Name":"Image","#text":"C:\\Windows\\System32\\whoami.exe"},{"@Name":"CommandLine","#text":"whoami /all"},{"@Name":"CurrentDirectory","#text":"C:\\x\\"},{"@Name":"User","#text":"IIS APPPOOL\\Shop"},{"@Name":"Hashes","#text":"SHA256=00"},{"@Name":"ParentProcessGuid","#text":"{BB}"},{"@Name":"ParentProcessId","#text":"2164"},{"@Name":"ParentImage","#text":"C:\\Windows\\System32\\inetsrv\\w3wp.exe"},{"@Name":"ParentCommandLine","#text":"w3wp.exe -ap \"Shop\""}]}}}`,
	"velociraptor": `{"System":{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":{"Value":1},"TimeCreated":{"SystemTime":1741423442.338},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"web1.example"},"EventData":{"ProcessGuid":"{AA}","ProcessId":8628,"Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /all","CurrentDirectory":"C:\\x\\","User":"IIS APPPOOL\\Shop","Hashes":"SHA256=00","ParentProcessGuid":"{BB}","ParentProcessId":2164,"ParentImage":"C:\\Windows\\System32\\inetsrv\\w3wp.exe","ParentCommandLine":"w3wp.exe -ap \"Shop\""}}`,
	"evtxecmd":     `{"PayloadData1":"ProcessID: 8628","Computer":"web1.example","Payload":"{\"EventData\":{\"Data\":[{\"@Name\":\"UtcTime\",\"#text\":\"2025-03-08 08:44:02.338\"},{\"@Name\":\"ProcessGuid\",\"#text\":\"{AA}\"},{\"@Name\":\"ProcessId\",\"#text\":\"8628\"},{\"@Name\":\"Image\",\"#text\":\"C:\\\\Windows\\\\System32\\\\whoami.exe\"},{\"@Name\":\"CommandLine\",\"#text\":\"whoami /all\"},{\"@Name\":\"CurrentDirectory\",\"#text\":\"C:\\\\x\\\\\"},{\"@Name\":\"User\",\"#text\":\"IIS APPPOOL\\\\Shop\"},{\"@Name\":\"Hashes\",\"#text\":\"SHA256=00\"},{\"@Name\":\"ParentProcessGuid\",\"#text\":\"{BB}\"},{\"@Name\":\"ParentProcessId\",\"#text\":\"2164\"},{\"@Name\":\"ParentImage\",\"#text\":\"C:\\\\Windows\\\\System32\\\\inetsrv\\\\w3wp.exe\"},{\"@Name\":\"ParentCommandLine\",\"#text\":\"w3wp.exe -ap \\\"Shop\\\"\"}]}}","Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon","EventId":1,"ProcessId":2840,"TimeCreated":"2025-03-08T08:44:02.3400000+00:00"}`,
	"nxlog":        `{"EventTime":"2025-03-08 09:44:02","Hostname":"web1.example","EventID":1,"SourceName":"Microsoft-Windows-Sysmon","ProcessID":2840,"UtcTime":"2025-03-08 08:44:02.338","ProcessGuid":"{AA}","ProcessId":"8628","Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /all","CurrentDirectory":"C:\\x\\","User":"IIS APPPOOL\\Shop","Hashes":"SHA256=00","ParentProcessGuid":"{BB}","ParentProcessId":"2164","ParentImage":"C:\\Windows\\System32\\inetsrv\\w3wp.exe","ParentCommandLine":"w3wp.exe -ap \"Shop\""}`,
	"splunk":       `{"preview":false,"result":{"_time":"2025-03-08T08:44:02.338+00:00","host":"web1.example","source":"XmlWinEventLog:Microsoft-Windows-Sysmon/Operational","EventCode":"1","process_guid":"{AA}","ProcessId":"8628","Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /all","CurrentDirectory":"C:\\x\\","User":"IIS APPPOOL\\Shop","Hashes":"SHA256=00","parent_process_guid":"{BB}","ParentProcessId":"2164","ParentImage":"C:\\Windows\\System32\\inetsrv\\w3wp.exe","ParentCommandLine":"w3wp.exe -ap \"Shop\""}}`,
}

var wanted = triage.Process{
	Ref: "r:abcdef.1", Source: "events.json", Line: 1, Time: time.Date(2025, 3, 8, 8, 44, 2, 338e6, time.UTC), Host: "web1.example",
	PID: 8628, GUID: "{AA}", Image: `C:\Windows\System32\whoami.exe`, CommandLine: "whoami /all", Directory: `C:\x\`, User: `IIS APPPOOL\Shop`,
	Hashes: "SHA256=00", ParentPID: 2164, ParentGUID: "{BB}", ParentImage: `C:\Windows\System32\inetsrv\w3wp.exe`, ParentCommandLine: `w3wp.exe -ap "Shop"`,
}

var log = triage.Source{Key: "abcdef", Path: "events.json"}

func read(t testing.TB, text string) ([]triage.Process, process.Stats, error) {
	t.Helper()
	var out []triage.Process
	st, err := process.Read(strings.NewReader(text), log, nil, func(p *triage.Process) error {
		out = append(out, *p)
		return nil
	})
	if st.Read != st.Parsed+st.Rejected+st.Comments {
		t.Errorf("the account does not add up: %+v", st)
	}
	return out, st, err
}

func TestLayouts(t *testing.T) {
	for name, text := range samples {
		got, st, err := read(t, text+"\r\n")
		if err != nil || len(got) != 1 || st.Parsed != 1 {
			t.Errorf("%s: %d processes, %+v, %v", name, len(got), st, err)
			continue
		}
		if got[0].Time.Sub(wanted.Time).Abs() <= time.Millisecond {
			got[0].Time = wanted.Time
		}
		if fmt.Sprintf("%+v", got[0]) != fmt.Sprintf("%+v", wanted) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got[0], wanted)
		}
		if _, err := weblog.Detect([]byte(text)); err == nil {
			t.Errorf("%s: taken for a web log too", name)
		}
	}
}

func TestSecurity4688(t *testing.T) {
	const text = `{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing"}},"EventID":4688,"TimeCreated":{"#attributes":{"SystemTime":"2025-03-08T08:44:02.338Z"}},"Computer":"web1"},"EventData":{"SubjectUserName":"WEB1$","SubjectDomainName":"CORP","NewProcessId":"0x21b4","NewProcessName":"C:\\Windows\\System32\\cmd.exe","ProcessId":"0x874","CommandLine":"cmd /c whoami","TargetUserName":"svc","TargetDomainName":"CORP","ParentProcessName":"C:\\Windows\\System32\\inetsrv\\w3wp.exe"}}}`
	got, _, err := read(t, text)
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	p := got[0]
	if p.PID != 0x21b4 || p.ParentPID != 0x874 || p.User != `CORP\svc` || p.ParentImage != `C:\Windows\System32\inetsrv\w3wp.exe` || p.CommandLine != "cmd /c whoami" {
		t.Errorf("%+v", p)
	}
}

func TestArrayAndUTF16(t *testing.T) {
	text := "[\n " + strings.ReplaceAll(samples["evtx_dump"], ",", ",\n ") + ",\n{\"broken\": tru},\n " + samples["nxlog"] + "\n]\n"
	got, st, err := read(t, text)
	if err != nil || len(got) != 2 || st.Rejected != 1 || got[1].Line != 3 || st.Format != "evtx-json array" {
		t.Errorf("array: %d, %+v, %v", len(got), st, err)
	}
	wide := []byte{0xff, 0xfe}
	for _, c := range []byte(samples["nxlog"] + "\r\n") {
		wide = append(wide, c, 0)
	}
	if got, _, err = read(t, string(wide)); err != nil || len(got) != 1 || got[0].CommandLine != "whoami /all" {
		t.Errorf("UTF-16: %v, %v", got, err)
	}
}

func TestAccount(t *testing.T) {
	other := strings.Replace(samples["evtx_dump"], `"#text":1}`, `"#text":5}`, 1)
	noTime := strings.NewReplacer(`"UtcTime":"2025-03-08 08:44:02.338",`, "", `2025-03-08T08:44:02.340000Z`, "yesterday").Replace(samples["evtx_dump"])
	deep := `{"Event":` + strings.Repeat(`{"a":`, 60) + "1" + strings.Repeat("}", 61)
	long := `{"Event":"` + strings.Repeat("x", process.MaxEvent) + `"}`
	lines := []string{samples["evtx_dump"], other, "", "{", noTime, `{"a":1}`, deep, long, "null", samples["evtx_dump"] + "{}", samples["winlogbeat"]}
	got, st, err := read(t, strings.Join(lines, "\n"))
	if err != nil || len(got) != 2 || st.Read != 11 || st.Comments != 2 || st.Rejected != 7 {
		t.Fatalf("%d processes, %+v, %v", len(got), st, err)
	}
	for i, want := range []string{"no JSON object", "without a time", "no event of a known layout", "nested deeper", "longer than", "null", "more than one"} {
		if !strings.Contains(st.Rejects[i].Reason, want) || len(st.Rejects[i].Text) > triage.MaxRejectText {
			t.Errorf("reject %d: %+v, want %q", i, st.Rejects[i], want)
		}
	}
	if got[1].Line != 11 || got[1].Ref != "r:abcdef.11" {
		t.Errorf("%+v", got[1])
	}
}

// Rejects gives every rejected line, more than Read keeps, and ends with what yield says.
func TestRejects(t *testing.T) {
	in := strings.Repeat(samples["evtx_dump"]+"\n", 200) + strings.Repeat("{\n", 3*process.MaxRejects) + samples["evtx_dump"] + "\n"
	var lines []int64
	err := process.Rejects(strings.NewReader(in), triage.Source{Path: "e", Key: "abcdef"}, nil, func(r triage.Reject) error {
		lines = append(lines, r.Line)
		return nil
	})
	if err != nil || len(lines) != 3*process.MaxRejects || lines[0] != 201 {
		t.Errorf("%v, %v", lines, err)
	}
	enough := errors.New("enough")
	n := 0
	if err := process.Rejects(strings.NewReader(in), triage.Source{Path: "e"}, nil, func(triage.Reject) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("after %d lines %v", n, err)
	}
}

func TestDetectLeavesOthers(t *testing.T) {
	for name, text := range map[string]string{
		"empty":         "",
		"combined":      `203.0.113.7 - - [08/Mar/2025:08:44:02 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`,
		"caddy":         `{"level":"info","ts":1741423442.3,"request":{"remote_ip":"203.0.113.7","method":"GET","uri":"/"},"status":200}`,
		"ecs web log":   `{"@timestamp":"2025-03-08T08:44:02Z","event":{"category":["web"],"type":["access"]},"process":{"name":"nginx","pid":7},"http":{"request":{"method":"GET"}},"url":{"path":"/"}}`,
		"nginx":         `{"time":"2025-03-08T08:44:02Z","remote_addr":"203.0.113.7","request":"GET / HTTP/1.1","status":200,"host":"a","event":{"a":1}}`,
		"cloud":         `{"EventID":7,"host":"a","url":"/"}`,
		"list":          "[1, 2, 3]",
		"hash list":     strings.Repeat("0", 64) + "  a.php",
		"sysmon as xml": "<Event><System/></Event>",
	} {
		if format, err := process.Detect([]byte(text)); !errors.Is(err, process.ErrNotEvents) {
			t.Errorf("%s: taken for %q, %v", name, format, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range samples {
		f.Add(s + "\n" + s)
		f.Add("[" + s + "," + s + "]")
	}
	f.Add("[[],[{}]]x")
	f.Add("{\"Event\":{\"System\":{\"EventID\":1}}}")
	f.Fuzz(func(t *testing.T, text string) {
		got, st, err := read(t, text) // the account adds up
		if err == nil && int64(len(got)) != st.Parsed {
			t.Errorf("%d processes, %+v", len(got), st)
		}
		if err == nil {
			if format, err := process.Detect([]byte(text)); err != nil || format != st.Format {
				t.Errorf("read as %q, detected as %q, %v", st.Format, format, err)
			}
		}
		last := int64(0)
		for _, p := range got {
			if p.Line <= last || p.Line > st.Read || p.Time.IsZero() || p.Image == "" && p.CommandLine == "" || len(p.CommandLine) > process.MaxText {
				t.Errorf("%+v after line %d", p, last)
			}
			last = p.Line
		}
	})
}

// Every layout gives the number that the log gave a record, of events that create no process too, and what an event
// says of the log itself.
func TestTally(t *testing.T) {
	for name, text := range map[string]string{
		"evtx_dump":  `{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Eventlog"}},"EventID":1102,"EventRecordID":77,"TimeCreated":{"#attributes":{"SystemTime":"2025-03-08T08:44:02Z"}},"Channel":"Security","Computer":"web1"},"UserData":{}}}`,
		"winlogbeat": `{"@timestamp":"2025-03-08T08:44:02Z","event":{"code":"1102"},"winlog":{"channel":"Security","computer_name":"web1","event_id":"1102","provider_name":"Microsoft-Windows-Eventlog","record_id":77}}`,
		"evtxecmd":   `{"Payload":"{}","Channel":"Security","Provider":"Microsoft-Windows-Eventlog","EventId":1102,"EventRecordId":"77","Computer":"web1","TimeCreated":"2025-03-08T08:44:02+00:00"}`,
		"nxlog":      `{"EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","RecordNumber":77,"Hostname":"web1","@timestamp":"2025-03-08T08:44:02Z"}`,
	} {
		_, st, err := read(t, text+"\n")
		at := triage.NumberEnd{Time: 1741423442000, Line: 1}
		want := triage.Tally{
			Numbers: []triage.NumberSeries{{What: "record id", Of: "Security on web1", Runs: []triage.NumberRun{{First: 77, Last: 77, From: at, To: at}}}},
			Told:    []triage.ToldEvent{{Kind: "cleared", Text: "event 1102 on line 1: the audit log (Security) was cleared, on web1", Time: at.Time, Line: 1}},
		}
		if err != nil || fmt.Sprintf("%+v", st.Tally) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, st.Tally, want)
		}
	}
	clock := `{"EventID":4616,"Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"web1","@timestamp":"2025-03-08T08:44:02Z","PreviousTime":"2025-03-08T08:44:02.5Z","NewTime":"%s"}`
	for set, want := range map[string]int{"2025-03-08T08:44:03Z": 0, "2025-03-08T07:00:00Z": 1, "never": 0} {
		if _, st, err := read(t, fmt.Sprintf(clock, set)); err != nil || len(st.Tally.Told) != want {
			t.Errorf("set to %s: %+v, %v", set, st.Tally.Told, err)
		}
	}
}
