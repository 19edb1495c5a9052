package triage

// The rules that body.go and its neighbours apply: what each says, and where it comes from. Their recognition is
// code, since it decodes. Hit and Miss are bodies.

const (
	sourceChopper  = "https://www.mandiant.com/resources/blog/breaking-down-china-chopper-web-shell-part-i"
	sourceChopper2 = "https://attack.mitre.org/software/S0020/"
	sourceAntSword = "https://github.com/AntSwordProject/antSword"
	sourceGodzilla = "https://unit42.paloaltonetworks.com/manageengine-godzilla-nglite-kdcsponge/"
	sourceBehinder = "https://www.cisa.gov/news-events/analysis-reports/ar22-115a"
	sourceT1505    = "https://attack.mitre.org/techniques/T1505/003/"
	sourceUpload   = "https://owasp.org/www-community/vulnerabilities/Unrestricted_File_Upload"
)

// bodyRules are the rules of bodies alone.
var bodyRules = []Rule{
	{ID: "body-chopper", Class: WebshellUse, Level: Critical, Source: sourceChopper,
		Why: "China Chopper at work: code that puts its answer between its marks",
		Hit: []string{"q=%40eval%28base64_decode%28%24_POST%5Bk%5D%29%29%3B&k=ZWNobygiLT58Iik7cHJpbnQgcGhwX3VuYW1lKCk7ZWNobygifDwtIik7ZGllKCk7",
			`p=Response.Write("->|");var e:Exception;try{eval(System.Text.Encoding.GetEncoding(65001).GetString(System.Convert.FromBase64String("UmVzcG9uc2UuV3JpdGUoIngiKTs%3D")),"unsafe");}catch(e){}Response.Write("|<-");Response.End();`,
			`p=Execute("Execute(""Function bd(byVal s):For i=1 To Len(s) Step 2:Next:End Function:Response.Write(""""->|""""):Execute(""""On Error Resume Next:""""%26bd(""""526573706F6E73652E57726974652822782229"""")):Response.Write(""""|<-""""):Response.End"")")`},
		Miss: []string{"note=look here ->| and there |<-", "a=1&b=2"}},
	{ID: "body-chopper-command", Class: WebshellUse, Level: Critical, Source: sourceChopper,
		Why: "a command with China Chopper's frame around it",
		Hit: []string{"a=cmd&b=cd+/d+%22c%3A%5Cinetpub%5C%22%26whoami%26echo+%5BS%5D%26cd%26echo+%5BE%5D"}, Miss: []string{"t=echo+in+the+mirror"}},
	{ID: "body-chopper-jsp", Class: WebshellUse, Level: High, Source: sourceChopper2,
		Why: "consistent with China Chopper's client for JSP: a letter that names the action, a charset, its arguments",
		Hit: []string{"p=M&z0=GB2312&z1=-c/bin/sh&z2=cd+/tmp;whoami"}, Miss: []string{"size=M&charset=UTF-8&q=shirt"}},
	{ID: "body-antsword", Class: WebshellUse, Level: Critical, Source: sourceAntSword,
		Why:  "AntSword at work: code that buffers its answer and puts it between random marks",
		Hit:  []string{`ant=@ini_set("display_errors","0");@set_time_limit(0);function asenc($out){return $out;};function asoutput(){$output=ob_get_contents();ob_end_clean();echo "a1b2c";echo @asenc($output);echo "d3e4f";}ob_start();try{$D=dirname($_SERVER["SCRIPT_FILENAME"]);echo $D;}catch(Exception $e){}asoutput();die();`},
		Miss: []string{"ant=a small animal"}},
	{ID: "body-godzilla", Class: WebshellUse, Level: Critical, Source: sourceGodzilla,
		Why:  "Godzilla at work: decrypted with the key that it comes with",
		Hit:  []string{godzillaSample},
		Miss: []string{"pass=secret&key=value"}},
	{ID: "body-behinder", Class: WebshellUse, Level: Critical, Source: sourceBehinder,
		Why:  "Behinder at work: decrypted, since its key follows from what it always sends or is the one that it comes with",
		Hit:  []string{behinderSample},
		Miss: []string{"c29tZSBvcmRpbmFyeSB0ZXh0IGluIGJhc2U2NCB0aGF0IGlzIG5vIHNlY3JldCBhdCBhbGwsIHJlYWxseS4="}},
	{ID: "body-weevely", Class: WebshellUse, Level: High, Source: sourceWeevely,
		Why:  "consistent with weevely: packed code under a key of hex digits, between two pieces of a hash; the key is in the script that was asked",
		Hit:  []string{weevelySample},
		Miss: []string{"a=0123456789abQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=cdef01234567", "sig=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}},
	{ID: "body-answer-weevely", Class: WebshellUse, Level: Critical, Source: sourceWeevely,
		Why: "weevely's answer, opened with the key that its tags are"},
	{ID: "body-encrypted", Class: WebshellUse, Level: Low, Source: sourceBehinder,
		Why:  "nothing but encrypted blocks in base64: consistent with Behinder or Godzilla, and with an interface that encrypts what it is sent",
		Hit:  []string{encryptedSample},
		Miss: []string{"token=" + encryptedSample + "&user=ann&remember=1", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="}},
	{ID: "body-class", Class: WebshellUse, Level: High, Source: sourceBehinder,
		Why:  "a Java class in base64, to be loaded and run: consistent with Behinder, Godzilla or AntSword",
		Hit:  []string{"c=yv66vgAAADQAHQoABgAPCQAQABEIABIKABMAFAcAFQcAFg"},
		Miss: []string{"c=coffee"}},
	{ID: "body-code", Class: WebshellUse, Level: High, Source: sourceT1505,
		Why: "program code in a parameter, to be run by the script that was asked",
		Hit: []string{"x=%40eval%28base64_decode%28%24_POST%5By%5D%29%29%3B", "x=%40ini_set%28%22display_errors%22%2C%220%22%29%3Becho%28php_uname%28%29%29%3Bdie%28%29%3B",
			"x=Set+s%3DServer.CreateObject%28%22wscript.shell%22%29%3AResponse.Write%281%29"},
		Miss: []string{"comment=use echo() and then die() in your script", "q=Response.Write+tutorial"}},
	{ID: "body-code-try", Class: Probe, Level: Medium, Source: sourceT1505,
		Why: "tries whether a script runs what it is sent",
		Hit: []string{"a=%40eval%28%29%3B", "a=die(md5(123456));", "x=echo+md5(%22a%22);", "a=print(12345*2);"}, Miss: []string{"a=evaluation()", "a=die hard"}},
	{ID: "body-command", Class: WebshellUse, Level: High, Source: sourceT1505,
		Why:  "a parameter named for a command holds one",
		Hit:  []string{"cmd=whoami", "exec=ls+-la+/tmp", `{"command":"cat /etc/hosts"}`, "shell=ipconfig+/all", "cmd=d2hvYW1p"},
		Miss: []string{"x=id", "c=ls", "cmd=login", "cmd=_xclick", "exec=dir_listing", "run=date"}},
	{ID: "body-answer", Class: WebshellUse, Level: High, Source: sourceChopper,
		Why: "the answer stands between the marks of China Chopper"},
	{ID: "body-answer-id", Class: WebshellUse, Level: High, Source: sourceT1505,
		Why: "the answer is that of a system command"},
	{ID: "body-answer-godzilla", Class: WebshellUse, Level: Medium, Source: sourceGodzilla,
		Why: "the answer is base64 between two halves of a hash: consistent with Godzilla"},
	{ID: "upload-shell", Class: Upload, Level: Critical, Source: sourceUpload,
		Why: "uploads a script that runs what its clients send",
		Hit: []string{multipartSample("a.php", "<?php /* inert */ //eval($_POST['x']); ?>")}, Miss: []string{multipartSample("a.txt", "eval is a word")}},
	{ID: "upload-script", Class: Upload, Level: Medium, Source: sourceUpload,
		Why: "uploads a file with the name of a script",
		Hit: []string{multipartSample("a.php", "hello")}, Miss: []string{multipartSample("a.jpg", "\xff\xd8"), multipartSample("php.pdf", "x")}},
	{ID: "upload-disguised", Class: Upload, Level: High, Source: sourceUpload,
		Why:  "uploads a file whose name servers may take for a script's",
		Hit:  []string{multipartSample("a.php.jpg", "x"), multipartSample("a.jpg.php", "x"), multipartSample("a.asp;.jpg", "x"), multipartSample("a.php%00.jpg", "x")},
		Miss: []string{multipartSample("a.b.jpg", "x")}},
	{ID: "upload-code", Class: Upload, Level: High, Source: sourceUpload,
		Why: "uploads server code under another name",
		Hit: []string{multipartSample("a.jpg", "GIF89a<?php echo 1; ?>")}, Miss: []string{multipartSample("a.xml", "<?xml version=\"1.0\"?>")}},
	{ID: "upload-path", Class: Upload, Level: High, Source: sourceUpload,
		Why: "uploads a file under a name that climbs out of the folder",
		Hit: []string{multipartSample("../../a.txt", "x")}, Miss: []string{multipartSample("a..b.txt", "x")}},
	{ID: "body-script", Class: Upload, Level: High, Source: sourceUpload,
		Why: "the body is a server's script",
		Hit: []string{"<?php echo 1; ?>", "<%@ page language=\"java\" %>x"}, Miss: []string{"<?xml version=\"1.0\"?><a/>", "<html>"}},
}

// BodyRules returns the rules of bodies. The caller may change the slice, not what the rules hold.
func BodyRules() []Rule { return append([]Rule(nil), bodyRules...) }

var bodyRuleIndex = func() map[string]*Rule {
	out := map[string]*Rule{}
	for _, rules := range [][]Rule{bodyRules, queryRules} {
		for i := range rules {
			out[rules[i].ID] = &rules[i]
		}
	}
	return out
}()

// bodyRule is a rule of bodies or of shells in the URL by its id.
func bodyRule(id string) *Rule {
	r := bodyRuleIndex[id]
	if r == nil {
		panic("triage: no body rule " + id)
	}
	return r
}

// multipartSample is an upload of one file.
func multipartSample(name, content string) string {
	return "--b0undary\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + name + "\"\r\nContent-Type: image/jpeg\r\n\r\n" + content + "\r\n--b0undary--\r\n"
}
