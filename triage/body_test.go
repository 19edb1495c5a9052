package triage_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"spoor/triage"
)

func TestBodyRules(t *testing.T) {
	j := triage.NewJudge()
	ids := map[string]bool{}
	for _, r := range triage.Rules() {
		ids[r.ID] = true
	}
	for _, r := range triage.BodyRules() {
		if ids[r.ID] {
			t.Errorf("%s: id used twice", r.ID)
		}
		ids[r.ID] = true
		if r.Source == "" || r.Why == "" || r.Class == "" || r.Level == triage.None {
			t.Errorf("%s: source, why, class or level is missing", r.ID)
		}
		if len(r.Hit) == 0 && !strings.HasPrefix(r.ID, "body-answer") {
			t.Errorf("%s: no sample that must fire", r.ID)
		}
		for _, s := range r.Hit {
			if f := j.Body(s, ""); !fires(f, r.ID) {
				t.Errorf("%s: does not fire on %q (found %+v)", r.ID, s, f)
			}
		}
		for _, s := range r.Miss {
			if fires(j.Body(s, ""), r.ID) {
				t.Errorf("%s: fires on %q", r.ID, s)
			}
		}
	}
}

func b64(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) }

// What was run is told decoded, whatever the client calls its parameters.
func TestBodyCommands(t *testing.T) {
	run := `echo("->|");$p=base64_decode($_POST["k1"]);$s=base64_decode($_POST["k2"]);@system("{$p} -c {$s}");echo("|<-");die();`
	read := `echo("->|");$F=base64_decode($_POST["k1"]);$P=@fopen($F,"r");echo(@fread($P,filesize($F)));echo("|<-");die();`
	write := `echo("->|");$f=base64_decode($_POST["k1"]);echo(@fwrite(fopen($f,"w"),$c)?"1":"0");echo("|<-");die();`
	list := `@ini_set("display_errors","0");$D=base64_decode($_POST["k1"]);$F=@opendir($D);while($N=@readdir($F)){echo $N;}die();`
	loader := "zz=%40eval%28base64_decode%28%24_POST%5Bk0%5D%29%29%3B&k0="
	for _, c := range []struct{ name, body, rule, field, match, target string }{
		{"command", loader + b64(run) + "&k1=" + b64("/bin/sh") + "&k2=" + b64(`cd "/srv/www/";id;echo [S];pwd;echo [E]`), "body-chopper", "body:k0", `cd "/srv/www/";id;echo [S];pwd;echo [E]`, ""},
		{"read", loader + b64(read) + "&k1=" + b64("/srv/www/db.inc"), "body-chopper", "body:k0", "fread /srv/www/db.inc", ""},
		{"write", loader + b64(write) + "&k1=" + b64("/srv/www/b.php"), "body-chopper", "body:k0", "fwrite /srv/www/b.php", "/srv/www/b.php"},
		{"list, random names and bytes", "_0xa1=" + url.QueryEscape(list) + "&q9=xY" + b64("/srv/www"), "body-code", "body:_0xa1", "opendir /srv/www", ""},
		{"frame alone", "a=" + url.QueryEscape(`cd "/srv/www";whoami;echo 5f3a2b;pwd;echo 9bd1c0`), "body-antsword", "body:a", `cd "/srv/www";whoami;echo 5f3a2b;pwd;echo 9bd1c0`, ""},
		{"windows frame", "a=" + url.QueryEscape(`cd /d "c:\inetpub"&whoami&echo [S]&cd&echo [E]`), "body-chopper-command", "body:a", `cd /d "c:\inetpub"&whoami&echo [S]&cd&echo [E]`, ""},
		{"reversed and quoted", "pass=" + url.QueryEscape(`eval(base64_decode(strrev(urldecode('`+url.QueryEscape(reversedText(base64.StdEncoding.EncodeToString([]byte(`$x=1;echo php_uname();die();`))))+`'))));`), "body-code", "body:pass", `$x=1;echo php_uname();die();`, ""},
		{"json", `{"a":{"cmd":"cat /etc/hostname"}}`, "body-command", "body:cmd", "cat /etc/hostname", ""},
		{"chr", "a=" + url.QueryEscape(`@eval(chr(112).chr(104).chr(112).chr(105).chr(110).chr(102).chr(111).chr(40).chr(41).chr(59));die();`), "body-code", "body:a", "", ""},
	} {
		found := triage.NewJudge().Body(c.body, "")
		ok := false
		for _, f := range found {
			ok = ok || f.Rule == c.rule && f.Field == c.field && (c.match == "" || f.Match == c.match) && f.Target == c.target
		}
		for _, f := range found {
			if f.Class == triage.SQLi || f.Class == triage.XSS {
				t.Errorf("%s: the client's code is taken for an injection: %+v", c.name, f)
			}
		}
		if !ok {
			t.Errorf("%s: %+v, want %s in %s with %q", c.name, found, c.rule, c.field, c.match)
		}
	}
}

func reversedText(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func TestBodyAnswers(t *testing.T) {
	for _, c := range []struct{ answer, rule string }{
		{"->|uid=33(www-data) gid=33(www-data) groups=33\n|<-", "body-answer"},
		{"uid=33(www-data) gid=33(www-data) groups=33", "body-answer-id"},
		{"11cd6a8758984163" + base64.StdEncoding.EncodeToString([]byte("some bytes of an answer!")) + "6c37ac826a2a04bc", "body-answer-godzilla"},
		{"<html><body>read this -> | or that</body></html>", ""},
		{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 file", ""},
	} {
		found := triage.NewJudge().Body("", c.answer)
		if c.rule == "" && len(found) > 0 || c.rule != "" && !fires(found, c.rule) {
			t.Errorf("%q: %+v, want %q", c.answer, found, c.rule)
		}
	}
}

// Bodies that look odd and are not: none of them is an alert, and none of them a shell's.
func TestBodyBenign(t *testing.T) {
	j := triage.NewJudge()
	for _, c := range []struct{ name, body string }{
		{"login", "user=ann&password=p%40ss%27w0rd%3B--&remember=1"},
		{"long password", "log=ann&pwd=Xk9%24%23mQ2%21vB%26z%7Cq&wp-submit=Log+In&redirect_to=%2Fwp-admin%2F"},
		{"jwt", "token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"},
		{"viewstate", "__VIEWSTATE=%2FwEPDwUKMTY1NDU2MTA1MmRkb2ZkYWZkc2Zkc2Fmc2RhZnNkYWZzZA%3D%3D&__EVENTVALIDATION=%2FwEWAwLrs7zNDA&ctl00%24Main%24Name=Ann"},
		{"encrypted viewstate", "__VIEWSTATE=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xa1\x07\xf3\x5c\x99\xe2\x10\x44", 16)))) + "&__VIEWSTATEENCRYPTED=&q=x"},
		{"image in base64", `{"name":"avatar.png","data":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="}`},
		{"image alone", "img=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg%3D%3D"},
		{"saml", "SAMLResponse=" + b64(`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_8e8dc5f69a98cc4c1ff3427e5ce34606fd672f91e6" Version="2.0"></samlp:Response>`) + "&RelayState=%2F"},
		{"api", `{"user":{"id":17,"name":"Ann O'Neill"},"items":[{"sku":"A-1","qty":2}],"note":"please leave by the gate; ring twice"}`},
		{"graphql", `{"operationName":"Cart","variables":{"id":"17"},"query":"query Cart($id: ID!) { cart(id: $id) { items { sku qty } total } }"}`},
		{"soap", `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetPrice><Item>Apples</Item></GetPrice></soap:Body></soap:Envelope>`},
		{"prose", "comment=I+don%27t+know%3A+select+the+best+one+from+the+list%2C+or+drop+me+a+line+%28where+it%27s+cheap%29.+Thanks%21"},
		{"code talk", "comment=In+PHP+you+call+print%28%29+or+echo%28%29%2C+then+return+%24value.+What+do+you+use%3F"},
		{"search", "q=how+to+use+the+ls+command+in+linux&c=name&x=id"},
		{"paypal", "cmd=_xclick&business=shop%40shop.example&item_name=Kettle&amount=12.00&currency_code=EUR"},
		{"commands of an application", "cmd=login&action=run&exec=nightly&c=12"},
		{"sizes", "size=M&charset=UTF-8&colour=Q"},
		{"picture upload", "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"holiday.2024.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0\x00\x10JFIF binary\r\n--xyz--\r\n"},
		{"csv upload", "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"prices.csv\"\r\n\r\nsku,price\nA-1,12.00\n--xyz--\r\n"},
		{"zip plugin", "--xyz\r\nContent-Disposition: form-data; name=\"pluginzip\"; filename=\"seo.zip\"\r\n\r\nPK\x03\x04 seo/seo.php\r\n--xyz--\r\n"},
		{"metrics", `{"t":"pageview","u":"https://shop.example/?a=b","ts":1741421867000,"s":"3f2a9bd1c05f3a2b3f2a9bd1c05f3a2b"}`},
		{"ping", "%7B%22client%22%3A%22web%22%7D"},
		{"nothing", "="},
		{"number", "12345"},
		{"xmlrpc", `<?xml version="1.0"?><methodCall><methodName>wp.getUsersBlogs</methodName><params><param><value>ann</value></param></params></methodCall>`},
		{"page editor", "post_title=News&content=" + url.QueryEscape(strings.Repeat("<p>Welcome to the <b>shop</b>, where kettles are cheap and tea is hot.</p>\n", 8))},
		{"protobuf", "\x0a\x03abc\x10\x96\x01\x1a\x05hello"},
	} {
		for _, f := range j.Body(c.body, "") {
			if f.Level >= triage.Medium || f.Class == triage.WebshellUse {
				t.Errorf("%s: %s %s %s: %q", c.name, f.Level, f.Rule, f.Field, f.Match)
			}
		}
	}
}

// The ordinary rules read what is in bodies, and name where.
func TestBodyPayloads(t *testing.T) {
	for _, c := range []struct {
		body, field string
		class       triage.Class
	}{
		{"id=1%27+union+select+1%2Cversion%28%29--+&x=2", "body:id", triage.SQLi},
		{`{"filter":{"id":"1' union select user,password from users-- "}}`, "body:id", triage.SQLi},
		{"--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1' or '1'='1' -- \r\n--x--\r\n", "body:id", triage.SQLi},
		{"host=127.0.0.1%3Bcat+%2Fetc%2Fpasswd", "body:host", triage.RCE},
		{"f=..%2F..%2F..%2Fetc%2Fpasswd", "body:f", triage.Traversal},
		{`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`, "body", ""},
		{"c=<script>alert(1)</script>", "body:c", triage.XSS},
	} {
		found := triage.NewJudge().Body(c.body, "")
		ok := false
		for _, f := range found {
			ok = ok || f.Field == c.field && (f.Class == c.class || c.class == "") && f.Level >= triage.Medium
		}
		if !ok {
			t.Errorf("%q: %+v", c.body, found)
		}
	}
}

func TestBodyLayers(t *testing.T) {
	r := triage.Request{Path: "/a", Body: "q=%41&z=" + b64("echo hello to the world"), Answer: "done"}
	var got []string
	for _, l := range triage.Layers(&r) {
		got = append(got, l.Field+" "+l.Coding+" "+l.Text)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"body:q raw %41", "body:q url A", "body:z url+base64 echo hello to the world", "answer raw done"} {
		if !strings.Contains(all, want) {
			t.Errorf("no layer %q in\n%s", want, all)
		}
	}
}

// The laws: bounded findings, valid text in them, and every field is one of a body's.
func FuzzBody(f *testing.F) {
	for _, r := range triage.BodyRules() {
		for _, s := range append(r.Hit, r.Miss...) {
			f.Add(s, "")
		}
	}
	f.Add("", "->|x|<-")
	j := triage.NewJudge()
	f.Fuzz(func(t *testing.T, body, answer string) {
		found := j.Body(body, answer)
		if len(found) > 64 {
			t.Fatalf("%d findings", len(found))
		}
		for _, x := range found {
			if len(x.Match) > triage.MaxMatch || x.Match != strings.ToValidUTF8(x.Match, "") || len(x.Target) > triage.MaxMatch ||
				x.Field != "body" && x.Field != "answer" && !strings.HasPrefix(x.Field, "body:") {
				t.Fatalf("%+v", x)
			}
		}
		triage.DecodedBody(body)
	})
}
