package triage

const sourceXSS = "https://cheatsheetseries.owasp.org/cheatsheets/XSS_Filter_Evasion_Cheat_Sheet.html"

// xssRules look for markup and script in values.
var xssRules = []Rule{
	{
		ID: "xss-script", Class: XSS, Level: High, Field: InAny,
		Words:   []string{"script", "<s"},
		Pattern: `<\W{0,8}(?:[\w-]{1,20}:)?script\b|</\s*script`,
		Why:     "a script element in a value",
		Source:  sourceXSS,
		Hit:     []string{"GET /a?q=<script>alert(1)</script>", "GET /a?q=%253Cscript%2520src=//h/x.js%253E"},
		Miss:    []string{"GET /a?q=script+writing", "GET /js/script.js"},
	},
	{
		ID: "xss-handler", Class: XSS, Level: High, Field: InAny,
		Words:   []string{"on"},
		Pattern: `(?:<[^>]{0,200}|["'` + "`" + `][^<>]{0,60}?|^)[\s/"'` + "`" + `,;\x00]on[a-z]{3,25}[\s\x00/]*=`,
		Why:     "an event handler attribute",
		Source:  sourceXSS,
		Hit:     []string{"GET /a?q=%22+onfocus=alert(1)+x=%22", "GET /a?q=<img+src=x+onerror=alert(1)>", "GET /a?q=<svg/onload=x>"},
		Miss:    []string{"GET /a?option=one", "GET /a?q=iron+one=1"},
	},
	{
		ID: "xss-markup", Class: XSS, Level: Medium, Field: InAny,
		Words: []string{"<iframe", "<img", "<svg", "<object", "<embed", "<body", "<form", "<input", "<video", "<audio", "<details", "<marquee", "<meta", "<link", "<base",
			"<style", "<math", "<isindex", "<applet", "<button", "<textarea", "<frame", "<layer", "<bgsound", "<keygen", "<xml", "<image", "<ilayer", "<xss", "<x"},
		Pattern: `<(?:iframe|svg|object|embed|body|form|input|video|audio|details|marquee|meta|link|base|style|math|isindex|applet|button|textarea|frame|frameset|ilayer|layer|bgsound|keygen|xml|image|xss)[\s/>"'\x00+][^>]*(?:=|>)|<(?:iframe|svg|object|embed)\b|<im(?:g|age)[\s/+][^>]*src\s*=|<x[\s/][^>]*=|<x:`,
		Why:     "active HTML elements in a value",
		Source:  sourceXSS,
		Hit:     []string{"GET /a?q=<iframe+src=//h/>", "GET /a?q=%3Cimg%20src=x%3E"},
		Miss:    []string{"GET /a?q=a<b", "GET /a?q=h2<h1", "GET /a?q=<a+href=x>y</a>"},
	},
	{
		ID: "xss-markup-weak", Class: XSS, Level: Low, Field: InQuery | InName | InAgent,
		Words:   []string{"<a", "<div", "<p", "<table", "<b", "<i", "<html", "<title", "<!", "<h", "<u", "<font", "<select", "<span", "<s", "<c", "<t", "<l", "</"},
		Pattern: `<(?:a|div|p|table|td|tr|b|i|u|s|em|html|head|title|h[1-6]|font|select|span|center|br|hr|li|ul|strong|pre|blink|label)(?:[\s/][^<>]*)?>|<!--`,
		Why:     "HTML in a value, as editors and comments also send",
		Source:  sourceXSS,
		Hit:     []string{"GET /a?q=<a+href=x>y</a>", "GET /a?q=<h1>x"},
		Miss:    []string{"GET /a?q=a<b", "GET /a?q=<3"},
	},
	{
		ID: "xss-url", Class: XSS, Level: High, Field: InAny,
		Words:   []string{"script", "data:", "ascript"},
		Pattern: `(?:j\s*a\s*v\s*a|v\s*b|live)\s*s\s*c\s*r\s*i\s*p\s*t\s*:(?:\S|\s*[^\sa-z]|\s*\w+\s*[(=.\[` + "`" + `])|data:\s*(?:text/html|text/javascript|application/(?:x-)?javascript|image/svg\+xml|text/xml)`,
		Why:     "a URL that runs script (javascript:, data:text/html)",
		Source:  sourceXSS,
		Hit:     []string{"GET /a?u=javascript:alert(1)", "GET /a?u=data:text/html;base64,PHN2Zz4="},
		Miss:    []string{"GET /a?q=javascript:+basics", "GET /javascript/a.js"},
	},
	{
		ID: "xss-call", Class: XSS, Level: Medium, Field: InAny,
		Words: []string{"alert", "prompt", "confirm", "document", "window", "fromcharcode", "eval(", "atob", "settimeout", "setinterval", "constructor", "expression", "srcdoc", "localstorage",
			"innerhtml", "xmlhttprequest", "import(", "fetch("},
		Pattern: `\b(?:alert|prompt|confirm)\s*(?:\?\.)?\s*(?:[(` + "`" + `]|\.(?:call|apply|bind)\b)|[(\[]\s*['"]?(?:alert|prompt|confirm)['"]?\s*[)\]]|document\s*(?:\?\.|\.|\[)\s*['"]?(?:cookie|domain|location|write|body|getelement|createelement)|window\s*(?:\.|\[)\s*['"]?(?:location|name|open|onerror|alert)|string\s*\.\s*fromcharcode|eval\s*\(\s*(?:atob|string|unescape|location|name)|set(?:timeout|interval)\s*\(|constructor\s*[(\[]|expression\s*\(|srcdoc\s*=|localstorage\s*[.\[]|innerhtml\s*=|new\s+xmlhttprequest|\bimport\s*\(\s*['"]|\bfetch\s*\(\s*['"` + "`" + `]`,
		Why:     "JavaScript that probes for cross-site scripting",
		Source:  sourceXSS,
		Hit:     []string{"GET /a?q=';alert(1)//", "GET /a?q=eval(atob('YQ=='))", "GET /a?q=x=document.cookie"},
		Miss:    []string{"GET /a?q=red+alert+game", "GET /a?q=confirm+order"},
	},
	{
		ID: "xss-libinjection", Class: XSS, Level: Medium, Field: InAny, Sign: signVoiceXSS,
		Words:  []string{"<", "on", "javascript:", "style=", "vbscript:", "data:"},
		Why:    "libinjection reads it as cross-site scripting",
		Source: sourceLibInj,
		Hit:    []string{"GET /a?q=<script>alert(1)</script>"},
		Miss:   []string{"GET /a?q=a<b"},
	},
}
