package process

// Windows events as JSON that keeps the nesting of their XML: evtx_dump -o jsonl, python-evtx through xmltodict,
// Velociraptor's parse_evtx (whose System and EventData are at the top).
//
// https://github.com/omerbenamram/evtx
// https://learn.microsoft.com/windows/win32/wes/eventschema-systempropertiestype-complextype

func readEvtx(o object) (event, bool) {
	if inner := o.object("Event"); inner != nil {
		o = inner
	}
	system := o.object("System")
	if system == nil || system["EventID"] == nil {
		return event{}, false
	}
	provider := system.object("Provider")
	created := system.object("TimeCreated")
	e := event{
		id: system.text("EventID"), host: textOf(system["Computer"]),
		provider: firstOf(attribute(provider, "Name"), system.text("Channel")), time: attribute(created, "SystemTime"),
		channel: system.text("Channel"), record: textOf(system["EventRecordID"]),
	}
	data := o.object("EventData")
	if data == nil {
		data = o.object("UserData")
	}
	e.fields = dataFields(data)
	return e, true
}

// attribute is an attribute of an XML element, in the ways that JSON writes it.
func attribute(o object, name string) string {
	return firstOf(o.text("#attributes", name), o.text("@"+name), o.text("@attributes", name), o.text(name))
}

// dataFields reads EventData, whose fields are members, or a list Data of name and text.
func dataFields(data object) func(string) string {
	list, ok := data["Data"].([]any)
	if !ok {
		return func(name string) string { return textOf(data[name]) }
	}
	named := map[string]string{}
	for _, x := range list {
		m, _ := x.(map[string]any)
		if name := attribute(m, "Name"); name != "" && len(named) < 200 {
			named[name] = textOf(map[string]any(m))
		}
	}
	return func(name string) string { return named[name] }
}
