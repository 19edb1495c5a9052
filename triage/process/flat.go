package process

// Events whose fields are members of one flat object: NXLog, exports of Splunk, the public event sets made with
// them, and Sysmon for Linux turned into JSON.
//
// https://docs.nxlog.co/refman/current/im/msvistalog.html
// https://docs.splunk.com/Documentation/WindowsAddOn

func readFlat(o object) (event, bool) {
	id := o.first("EventID", "EventId", "event_id", "EventCode", "eventid")
	image := o.first("Image", "NewProcessName", "New_Process_Name")
	source := o.first("SourceName", "ProviderName", "Provider", "source_name", "Channel", "channel", "LogName", "source")
	switch {
	case id != "" && (image != "" || source != ""):
	case id == "" && image != "" && o.first("CommandLine", "ParentImage", "Process_Command_Line") != "":
	default:
		return event{}, false
	}
	e := event{id: id, provider: source, local: true,
		host:    o.first("Hostname", "Computer", "ComputerName", "MachineName", "computer_name", "host", "dvc"),
		time:    o.first("UtcTime", "SystemTime", "@timestamp", "TimeCreated", "EventTime", "_time", "timestamp"),
		channel: o.first("Channel", "channel", "LogName"), record: o.first("EventRecordID", "EventRecordId", "RecordNumber", "RecordId", "record_id")}
	if s := o.first("UtcTime", "SystemTime", "@timestamp"); s != "" {
		e.local = false
	}
	if id == "1" && image != "" && source != "" && !namesSysmon(o) {
		// The source of a Splunk export may be a file; what has Sysmon's own fields is Sysmon's.
		if o.first("ProcessGuid", "ParentImage") != "" {
			e.provider = "Sysmon"
		}
	}
	e.fields = func(name string) string {
		if s := textOf(o[name]); s != "" {
			return s
		}
		if alias := flatNames[name]; alias != "" {
			return textOf(o[alias])
		}
		return ""
	}
	return e, true
}

func namesSysmon(o object) bool { return o["SourceName"] == "Microsoft-Windows-Sysmon" }

// flatNames are the names that Splunk's add-on gives to fields of the Security log and of Sysmon.
var flatNames = map[string]string{
	"NewProcessName": "New_Process_Name", "NewProcessId": "New_Process_ID", "ParentProcessName": "Creator_Process_Name",
	"CommandLine": "Process_Command_Line", "SubjectUserName": "Account_Name", "SubjectDomainName": "Account_Domain",
	"ProcessGuid": "process_guid", "ParentProcessGuid": "parent_process_guid",
}
