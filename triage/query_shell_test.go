package triage_test

import (
	"strings"
	"testing"

	"spoor/triage"
)

func judgeTarget(target string) []triage.Finding {
	path, query, _ := strings.Cut(target, "?")
	return triage.NewJudge().URI("GET", path, query, "HTTP/1.1")
}

func TestQueryRules(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range append(triage.Rules(), triage.BodyRules()...) {
		ids[r.ID] = true
	}
	for _, r := range triage.QueryRules() {
		if ids[r.ID] {
			t.Errorf("%s: id used twice", r.ID)
		}
		ids[r.ID] = true
		if r.Source == "" || r.Why == "" || r.Class == "" || r.Level == triage.None || len(r.Hit) == 0 || len(r.Miss) == 0 {
			t.Errorf("%s: source, why, class, level or a sample is missing", r.ID)
		}
		for _, s := range r.Hit {
			if f := judgeTarget(s); !fires(f, r.ID) {
				t.Errorf("%s: does not fire on %q (found %+v)", r.ID, s, f)
			}
		}
		for _, s := range r.Miss {
			if fires(judgeTarget(s), r.ID) {
				t.Errorf("%s: fires on %q", r.ID, s)
			}
		}
	}
}

// What was run is told decoded, with the parameter that it came in.
func TestQueryCommands(t *testing.T) {
	for _, c := range []struct{ target, rule, field, match string }{
		{"/u/x.php?cmd=whoami", "query-command-bare", "query:cmd", "whoami"},
		{"/u/x.php?k7=d2hvYW1p", "query-command", "query:k7", "whoami"},
		{"/u/x.php?c=bHMgLWxhIC92YXI%3D", "query-command", "query:c", "ls -la /var"},
		{"/u/x.php?c=ls%20-la%20%2Ftmp", "query-command", "query:c", "ls -la /tmp"},
		{"/u/x.php?1=system&2=id", "query-function", "query:2", "id"},
		{"/u/x.php?a=system('uname -a');", "query-code", "query:a", "uname -a"},
		{"/u/t.jsp?cmd=connect&target=db.internal.example&port=1433", "query-tunnel", "query:cmd", "connect db.internal.example:1433"},
	} {
		ok := false
		found := judgeTarget(c.target)
		for _, f := range found {
			ok = ok || f.Rule == c.rule && f.Field == c.field && f.Match == c.match && f.Class == triage.WebshellUse
		}
		if !ok {
			t.Errorf("%s: %+v, want %s in %s with %q", c.target, found, c.rule, c.field, c.match)
		}
	}
}

// Applications use the same names for what they do themselves.
func TestQueryBenign(t *testing.T) {
	for _, target := range []string{
		"/index.php?cmd=login", "/admin.php?action=ls&sort=name", "/shop.php?c=cat/shoes&x=ident", "/cart.php?cmd=_cart&upload=1", "/a.php?exec=nightly&c=12",
		"/forum.php?mod=viewthread&tid=12", "/list.php?c=find&x=head", "/search.php?q=how+to+use+ls+-la+in+linux", "/search.php?query=cat+/etc/passwd+meaning",
		"/t.php?cmd=connect", "/api.php?run=export&type=csv", "/dl.php?file=net-tools_2.tar", "/cmd.php?do=logout", "/a.php?system=windows&command=start",
		"/a.aspx?type=service&name=route+66", "/wp-admin/admin-ajax.php?action=query-attachments", "/a.php?sid=3f2a9bd1c05f3a2b3f2a9bd1c05f3a2b",
		"/a.php?code=4%2F0AeaYSHBx1yQ-abc_DEF&state=Zm9vYmFyYmF6", "/cgi-bin/status.cgi?ping", "/find.php?where=hotel+near+the+port", "/a.php?os=system&v=ver",
	} {
		for _, f := range judgeTarget(target) {
			if f.Class == triage.WebshellUse {
				t.Errorf("%s: %s %s %q", target, f.Rule, f.Field, f.Match)
			}
		}
	}
}

// The laws: bounded findings in the fields of a query, with valid text.
func FuzzQueryShell(f *testing.F) {
	for _, r := range triage.QueryRules() {
		for _, s := range append(r.Hit, r.Miss...) {
			_, query, _ := strings.Cut(s, "?")
			f.Add(query)
		}
	}
	ids := map[string]bool{}
	for _, r := range triage.QueryRules() {
		ids[r.ID] = true
	}
	j := triage.NewJudge()
	f.Fuzz(func(t *testing.T, query string) {
		found := j.URI("GET", "/a.php", query, "")
		if len(found) > 64 {
			t.Fatalf("%d findings", len(found))
		}
		for _, x := range found {
			if ids[x.Rule] && (!strings.HasPrefix(x.Field, "query:") || x.Match == "" || len(x.Match) > triage.MaxMatch || x.Match != strings.ToValidUTF8(x.Match, "")) {
				t.Fatalf("%+v", x)
			}
		}
	})
}
