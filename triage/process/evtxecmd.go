package process

// EvtxECmd's JSON, one event a line: a few columns, and the event's data as JSON text in Payload.
//
// https://github.com/EricZimmerman/evtx

import "encoding/json"

func readEvtxECmd(o object) (event, bool) {
	id := o.first("EventId", "EventID")
	if id == "" || o["Payload"] == nil && o["PayloadData1"] == nil || o.first("Provider", "Channel") == "" {
		return event{}, false
	}
	e := event{id: id, provider: o.first("Provider", "Channel"), host: o.text("Computer"), time: o.text("TimeCreated"),
		channel: o.text("Channel"), record: o.first("EventRecordId", "EventRecordID", "RecordNumber")}
	var payload object
	if text, ok := o["Payload"].(string); ok && len(text) <= MaxEvent && !tooDeep([]byte(text)) {
		_ = json.Unmarshal([]byte(text), &payload) // without it the fields are missing, and the event is rejected for that
	}
	e.fields = dataFields(payload.object("EventData"))
	return e, true
}
