package weblog_test

import (
	"fmt"
	"testing"

	"spoor/triage/weblog"
)

// The number that a log gave a record is found where its format has one, and nowhere else.
func TestNumbered(t *testing.T) {
	const clf = `192.0.2.1 - - [08/Mar/2025:00:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "a b"`
	for _, c := range []struct {
		format weblog.Format
		line   string
		want   string
	}{
		{weblog.Combined, clf, ""},
		{weblog.Combined, `<34>1 2025-03-08T00:00:00Z web1 nginx 12 - [meta sequenceId="29" sysUpTime="7"] ` + clf, "sequenceId web1 29"},
		{weblog.Combined, `<34>1 2025-03-08T00:00:00Z web1 nginx 12 - [x@1 y="z"][meta sequenceId="30"] ` + clf, "sequenceId web1 30"},
		{weblog.Combined, `<34>1 2025-03-08T00:00:00Z web1 nginx 12 - [meta sequenceId="x"] ` + clf, ""},
		{weblog.Combined, `<34>1 2025-03-08T00:00:00Z web1 nginx 12 - - 192.0.2.1 - - [08/Mar/2025:00:00:00 +0000] "GET /[meta sequenceId="9"] HTTP/1.1" 200 5 "-" "a b"`, ""},
		{weblog.JSON, `{"__SEQNUM":"77","__SEQNUM_ID":"ab","MESSAGE":"` + `192.0.2.1 - - [08/Mar/2025:00:00:00 +0000] \"GET /a HTTP/1.1\" 200 5` + `"}`, "journal number ab 77"},
		{weblog.JSON, `{"__CURSOR":"s=ab;i=4d;b=1;m=2;t=3;x=4","MESSAGE":"` + `192.0.2.1 - - [08/Mar/2025:00:00:00 +0000] \"GET /a HTTP/1.1\" 200 5` + `"}`, "journal number ab 77"},
		{weblog.JSON, `{"ClientHost":"192.0.2.9","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/a","RequestCount":7,"StartUTC":"2025-05-03T11:00:00Z"}`, "RequestCount Traefik 7"},
		{weblog.JSON, `{"ClientHost":"192.0.2.9","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/a","RequestCount":"-7","StartUTC":"2025-05-03T11:00:00Z"}`, ""},
	} {
		var rec weblog.Record
		kind, err := c.format.NewParser(nil).Parse([]byte(c.line), &rec)
		got := ""
		if rec.Numbered.What != "" {
			got = fmt.Sprintf("%s %s %d", rec.Numbered.What, rec.Numbered.Of, rec.Numbered.Number)
		}
		if kind != weblog.Parsed || got != c.want {
			t.Errorf("%s: %v %v %q, want %q", c.line, kind, err, got, c.want)
		}
	}
}
