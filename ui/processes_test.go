package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"spoor/ui/desk"
)

const processLog = `192.0.2.7 - - [05/Mar/2025:08:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0"
192.0.2.7 - - [05/Mar/2025:08:00:02 +0000] "GET /img/a.png HTTP/1.1" 200 5 "http://shop.example/" "Mozilla/5.0"
203.0.113.9 - - [08/Mar/2025:08:44:01 +0000] "POST /img/help.php HTTP/1.1" 200 5 "-" "Mozilla/5.0"
192.0.2.8 - - [09/Mar/2025:08:50:00 +0000] "POST /cart.php HTTP/1.1" 200 5 "http://shop.example/" "Mozilla/5.0"
`

const processEvents = `{"EventID":1,"SourceName":"Linux-Sysmon","UtcTime":"2025-03-08 08:43:59.100","Hostname":"web1","ProcessGuid":"{1}","ProcessId":"101","Image":"/usr/bin/convert","CommandLine":"convert a.png b.png","User":"www-data","ParentProcessGuid":"{A0A0}","ParentProcessId":"70","ParentImage":"/usr/sbin/apache2","ParentCommandLine":"/usr/sbin/apache2 -k start"}
{"EventID":1,"SourceName":"Linux-Sysmon","UtcTime":"2025-03-08 08:44:02.000","Hostname":"web1","ProcessGuid":"{B0B0}","ProcessId":"102","Image":"/usr/bin/sh","CommandLine":"sh -c cd /srv/www/img; echo aWQ7dW5hbWUgLWE= | base64 -d | sh \u001b[31m","User":"www-data","ParentProcessGuid":"{A0A0}","ParentProcessId":"70","ParentImage":"/usr/sbin/apache2","ParentCommandLine":"/usr/sbin/apache2 -k start"}
{"EventID":1,"SourceName":"Linux-Sysmon","UtcTime":"2025-03-08 08:44:02.020","Hostname":"web1","ProcessGuid":"{C0C0}","ProcessId":"103","Image":"/usr/bin/uname","CommandLine":"uname -a","User":"www-data","ParentProcessGuid":"{B0B0}","ParentProcessId":"102","ParentImage":"/usr/bin/sh","ParentCommandLine":"sh -c ..."}
`

func processCase(t testing.TB) *desk.Desk {
	return openCase(t, map[string]string{"access.log": processLog, "events.json": processEvents})
}

// command types a line of the command line.
func (d *driver) commandLine(s string) {
	d.press(d.m.keys.Command)
	d.typed(s + "\n")
}

func TestProcessViews(t *testing.T) {
	for _, size := range []struct{ w, h int }{{80, 24}, {160, 50}} {
		d := drive(t, processCase(t), size.w, size.h)
		d.commandLine("processes")
		checkSize(t, d.m.View(), size.w, size.h)
		compare(t, fmt.Sprintf("processes-%dx%d", size.w, size.h), d.view())
	}
}

func TestProcessWays(t *testing.T) {
	d := drive(t, processCase(t), 120, 40)
	shows := func(step string, want ...string) {
		t.Helper()
		view := ansi.Strip(d.m.View())
		for _, w := range want {
			if !strings.Contains(view, w) {
				t.Fatalf("%s: the screen lacks %q:\n%s", step, w, view)
			}
		}
	}
	shows("overview", "PROCESSES", "3 process events, 2 suspicious")
	d.commandLine("processes")
	shows("list", "base64 -d", "1 of 2 processes", "decoded", "id;uname -a", "/img/help.php", "<ESC>")
	d.press(d.m.keys.Cycle)
	shows("all", "of 3 processes", "convert a.png")
	d.press(d.m.keys.Cycle)
	d.press(d.m.keys.Enter) // the request before it
	shows("request", "POST", "/img/help.php", "started", "sh -c cd /srv/www/img")
	d.press(d.m.keys.Back)
	shows("back", "of 2 processes")
	ref := d.m.top().Selected().ref
	d.commandLine("open " + ref)
	shows("by reference", "1 of 1 process", "Processes ref:"+ref)
	d.commandLine("processes name:convert")
	shows("query", "convert a.png", "1 of 1 process")
	d.commandLine("processes level:nonsense")
	shows("bad query", "unknown level")

	d = drive(t, processCase(t), 120, 40)
	d.run(d.m.askPivots(value{"path", "/img/help.php"}))
	shows("pivots of a path", "2 processes the server started then")
	d.run(send(followPivot(desk.Pivot{Screen: "processes", Ref: "/img/help.php"})))
	shows("pivot", "1 of 2 processes", "Processes /img/help.php")
	d.run(d.m.askPivots(value{"process", "{B0B0}"}))
	shows("pivots of a process", "this process and what it started")
}
