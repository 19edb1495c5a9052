package triage

const (
	sourceMethods = "https://www.rfc-editor.org/rfc/rfc9110#section-9"
	sourceDAV     = "https://www.rfc-editor.org/rfc/rfc4918"
)

// scriptEnding is the end of a path that a web server may run.
const scriptEnding = `\.(?:php\d?|phtml|pht|phar|aspx?|ashx|asmx|asa|cer|cfml?|cfc|jspx?|jspa|jsw|jsv|war|do|cgi|pl|py|rb|sh|shtml)`

// protocolRules look at the request line: its method, its protocol, and what is no HTTP at all. Their
// text is "method path protocol".
var protocolRules = []Rule{
	{
		ID: "put-script", Class: Upload, Level: Critical, Field: InMethod,
		Words:   []string{"put ", "move ", "copy ", "patch "},
		Pattern: `^(?:put|move|copy)\s(?P<target>\S{0,200}` + scriptEnding + `)(?:[;/%:.][^\s]{0,40})?\s`,
		Why:     "writes a script into the site (PUT, MOVE or COPY)",
		Source:  "https://nvd.nist.gov/vuln/detail/CVE-2017-12615", CVE: "CVE-2017-12615", Product: "Apache Tomcat and WebDAV servers",
		Hit:  []string{"PUT /uploads/a.jsp/", "MOVE /files/a.txt;.asp", "PUT /x.aspx"},
		Miss: []string{"PUT /api/items/3", "GET /a.php"},
	},
	{
		ID: "method-trace", Class: Probe, Level: Low, Field: InMethod,
		Words:   []string{"trace ", "track ", "debug ", "connect "},
		Pattern: `^(?:trace|track|debug|connect)\s`,
		Why:     "a method that only probes and proxies use (TRACE, CONNECT, DEBUG)",
		Source:  sourceMethods,
		Hit:     []string{"TRACE /", "CONNECT h.example:443"},
		Miss:    []string{"GET /trace"},
	},
	{
		ID: "method-dav", Class: Probe, Level: Low, Field: InMethod,
		Words:   []string{"propfind ", "proppatch ", "mkcol ", "lock ", "unlock ", "search ", "move ", "copy "},
		Pattern: `^(?:propfind|proppatch|mkcol|lock|unlock|search|move|copy)\s`,
		Why:     "a method of WebDAV, which few sites offer",
		Source:  sourceDAV,
		Hit:     []string{"PROPFIND /", "MKCOL /x"},
		Miss:    []string{"GET /search"},
	},
	{
		ID: "method-unknown", Class: Probe, Level: Low, Field: InMethod,
		Words:  []string{unknownMethod},
		Why:    "a method that no server has",
		Source: sourceMethods,
		Hit:    []string{"FOO /", "MGLNDD_192.0.2.1 /"},
		Miss:   []string{"DELETE /api/3", "GET /", "REPORT /dav/"},
	},
	{
		ID: "protocol-unknown", Class: Probe, Level: Low, Field: InMethod,
		Words:   []string{" http/"},
		Pattern: `\shttp/(?:0\.[0-8]|1\.[2-9]|1\.\d\d|[23]\.[1-9]|[4-9]|\d\d)`,
		Why:     "a version of HTTP that does not exist",
		Source:  sourceMethods,
		Hit:     []string{"PROPFIND / HTTP/7.2", "GET / HTTP/2.1"},
		Miss:    []string{"PROPFIND /"},
	},
	{
		ID: "not-http-tls", Class: Probe, Level: Low, Field: InPath,
		Words:   []string{"\x16\x03", "\\x16\\x03"},
		Pattern: `^(?:\x16\x03|\\x16\\x03)`,
		Why:     "a TLS handshake sent to a port for plain HTTP",
		Source:  "https://www.rfc-editor.org/rfc/rfc8446#section-5.1",
		Hit:     []string{"GET \x16\x03\x01\x02\x00\x01"},
		Miss:    []string{"GET /16/03"},
	},
	{
		ID: "not-http", Class: Probe, Level: Low, Field: InPath,
		Words:   []string{"\x03\x00\x00", "mstshash", "ssh-", "t3 ", "jrmi", "giop", "smb", "\x00\x00\x00", "*1\r\n", "\x05\x01", "\x04\x01", "\x01\x00", "mglndd", "rtsp/", "sip:", "\xff\xfd", "dubbo", "\x80", "ntlmssp", "eth_submit", "mining.", "login\x00", "cookie:", "\x15\x00", "\x12\x01", "jdwp", "<<<obj", "\\x", "\x00"},
		Pattern: `^[^/*a-z]{0,3}(?:\x03\x00\x00|[\x00-\x08\x0e-\x1f\x{80}-\x{10ffff}])|mstshash|^ssh-\d|^t3s? \d|^jrmi|^giop|^mglndd|\brtsp/\d|ntlmssp|"method":\s*"(?:eth_|mining\.)|jdwp-handshake|^\\x[0-9a-f]{2}`,
		Why:     "another protocol or binary data sent to a web port",
		Source:  "https://www.rfc-editor.org/rfc/rfc9112#section-2.2",
		Hit:     []string{"GET \x03\x00\x00/*\xe0\x00\x00Cookie: mstshash=a", "GET SSH-2.0-Go"},
		Miss:    []string{"GET /%00", "GET /ssh-keys"},
	},
	{
		ID: "open-proxy", Class: Probe, Level: Low, Field: InPath,
		Words:   []string{"http://", "https://", ":443", "ftp://"},
		Pattern: `^(?:https?|ftp)://|^[\w.-]+:443$`,
		Why:     "asks the server to fetch from another: looks for an open proxy",
		Source:  "https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2",
		Hit:     []string{"GET http://h.example/"},
		Miss:    []string{"GET /a/http://h.example/"},
	},
	{
		ID: "host-odd", Class: Probe, Level: Medium, Field: InHost,
		Words:  []string{oddHost},
		Why:    "a host that is no host name: tries what the server does with the Host header",
		Source: "https://portswigger.net/web-security/host-header",
		Hit:    []string{"host: h.example/evil", "host: h.example@192.0.2.1", "host: ${jndi:ldap://h.example}", "host: a'b.example"},
		Miss:   []string{"host: www.example.org:8443", "host: [2001:db8::1]", "host: _", `host: ~^(www\.)?(?<d>.+)$`, "host: *.example.org", "host: b\u00fccher.example"},
	},
	{
		ID: "host-metadata", Class: Traversal, Level: Medium, Field: InHost,
		Words:   []string{"169.254.169.254", "metadata.google.internal", "100.100.100.200"},
		Pattern: `^(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200)(?::\d+)?$`,
		Why:     "asks for the metadata service of a cloud machine through this server",
		Source:  sourceSSRF,
		Hit:     []string{"host: 169.254.169.254"},
		Miss:    []string{"host: www.example.org"},
	},
	{
		ID: "request-smuggling", Class: Other, Level: Medium, Field: InMethod,
		Words:   []string{"get" + " ", "post ", "get/", "post/"},
		Pattern: `^(?:(?:[a-z]|\d{1,4})(?:get|post)|(?:get|post)(?:get|post|head|put)|\W+(?:get|post))\s.*\(unknown method\)`,
		Why:     "a method with a rest before it (GPOST): the server and the one before it cut requests differently",
		Source:  "https://portswigger.net/web-security/request-smuggling",
		Hit:     []string{"GPOST /", "0GET /admin", "POSTGET /"},
		Miss:    []string{"FORGET /", "BUDGET /", "GET /"},
	},
	{
		ID: "request-in-request", Class: Other, Level: Medium, Field: InPath | InQuery | InAgent | InReferer,
		Words:   []string{" http/1."},
		Pattern: `\shttp/1\.[01]\s*(?:\\r)?(?:\\n|[\r\n])\s*(?:[a-z-]{2,30}\s*:|\\r|[\r\n]|get|post)`,
		Why:     "a second request inside the first (request splitting or smuggling)",
		Source:  "https://cwe.mitre.org/data/definitions/444.html",
		Hit:     []string{"GET /a%20HTTP/1.1%0d%0aHost:%20h.example%0d%0a"},
		Miss:    []string{"GET /a?q=difference+between+http/1.1+and+2"},
	},
	{
		ID: "method-override", Class: Probe, Level: Low, Field: InTarget,
		Words:   []string{"x-http-method", "x-method-override", "_method="},
		Pattern: `[?&](?:x-http-method(?:-override)?|x-method-override)=|[?&]_method=(?:__|trace|track|connect|debug|propfind|[^&]{0,20}[^a-z&])`,
		Why:     "another method in the query, to slip past checks of the real one",
		Source:  "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/06-Test_HTTP_Methods",
		Hit:     []string{"POST /a?X-HTTP-Method-Override=PUT", "GET /a?_method=__construct"},
		Miss:    []string{"POST /orders/3?_method=delete", "GET /a?payment_method=card"},
	},
}
