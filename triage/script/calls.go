package script

import (
	"strings"
)

// What names mean: where input comes from, what passes it on, what makes it harmless.

// clean are functions whose answer carries nothing of the text they are given: numbers, hashes, yes and no, and
// what quotes for a shell.
var clean = wordSet("intval floatval doubleval boolval absint count sizeof strlen md5 sha1 crc32 hash hash_hmac password_hash is_numeric is_array is_string is_int is_file is_dir is_null isset empty " +
	"in_array array_key_exists strcmp strcasecmp strpos stripos strrpos strstr preg_match_all ctype_digit ctype_alnum ctype_alpha escapeshellarg escapeshellcmd file_exists filesize filemtime defined function_exists " +
	"method_exists class_exists is_callable time date mktime rand mt_rand random_int uniqid number_format round floor ceil abs max min sanitize_key sanitize_title sanitize_file_name wp_verify_nonce check_admin_referer " +
	"current_user_can http_response_code header setcookie error_log session_start session_id getimagesize filetype fileperms cint clng cdbl len instr isnumeric isempty isnull parseint parsefloat parselong parsedouble toint16 toint32 toint64 todouble tryparse equals equalsignorecase " +
	"contains startswith endswith indexof isnullorempty shlex.quote quote int float bool mysql_query mysqli_query query execute_query")

// passing are functions of PHP that hand on what they are given, as text that is still the sender's.
var passing = wordSet("trim ltrim rtrim chop stripslashes addslashes stripcslashes strtolower strtoupper lcfirst ucfirst str_replace str_ireplace preg_replace substr mb_substr substr_replace str_pad " +
	"urldecode rawurldecode urlencode base64_decode base64_encode gzinflate gzuncompress gzdecode str_rot13 strrev hex2bin bin2hex pack unpack convert_uudecode html_entity_decode htmlspecialchars htmlspecialchars_decode " +
	"htmlentities nl2br strip_tags explode implode join split preg_split str_split array_merge array_values array_keys array_pop array_shift array_reverse array_filter array_slice array_combine array_flip current reset end next key " +
	"each array strval sprintf vsprintf json_decode json_encode unserialize serialize openssl_decrypt mcrypt_decrypt iconv mb_convert_encoding utf8_decode utf8_encode strtr chr ord chunk_split wordwrap min max " +
	"stream_get_contents fgets fread fgetc fgetss readline array_map call_user_func array_walk compact list wp_unslash stripslashes_deep esc_attr esc_html filter_var realpath dirname parse_url http_build_query " +
	"decrypt decode create_function func_get_args func_get_arg iterator_to_array get_object_vars ucwords nl2br quotemeta addcslashes escapeshell lzf_decompress bzdecompress sodium_crypto_secretbox_open")

// numbers are the types whose parsing leaves nothing of a text.
var numbers = wordSet("int int16 int32 int64 uint uint32 long short byte double float decimal single guid uuid integer boolean bool datetime date bigdecimal biginteger number")

// cleanOfRequest are members of the request object that the client does not choose.
var cleanOfRequest = wordSet("physicalpath physicalapplicationpath applicationpath mappath contentlength httpmethod isauthenticated islocal issecureconnection totalbytes getcontextpath getrealpath getservletcontext getsession " +
	"getmethod getremoteaddr userhostaddress getservername getserverport getlocaladdr getscheme getservletpath contenttype getcontenttype filepath currentexecutionfilepath setattribute setcharacterencoding contentencoding totalbytes getcontentlength getdispatchertype " +
	"getrequestdispatcher logonuseridentity clientcertificate browser isajaxrequest length remote_addr")

// sourceName says what a bare name is that is followed by the rest of a dotted one.
func (x *interp) sourceName(head, rest string) origin {
	switch x.lang {
	case cfml:
		switch head {
		case "form", "url", "cookie":
			return fromInput
		case "cgi":
			for _, p := range []string{"http_", "query_string", "path_info"} {
				if strings.HasPrefix(rest, p) && !strings.HasPrefix(rest, "http_host") {
					return fromInput
				}
			}
		}
	case java:
		if head == "param" || head == "paramvalues" || head == "header" && strings.HasPrefix(rest, "[") {
			return fromInput
		}
	}
	return 0
}

// sourceProperty says whether a member of an object is input.
func (x *interp) sourceProperty(v value, name string) origin {
	if x.lang == cfml || x.lang == java {
		return x.sourceName(v.class, name)
	}
	if x.lang == python {
		if v.class == "request" && !cleanOfRequest[name] || v.class == "sys" && (name == "argv" || name == "stdin") {
			return fromInput
		}
		if v.class == "os" && name == "environ" {
			return fromInput
		}
	}
	return 0
}

// name reads an identifier: a keyword with its argument, a call, an object or a variable.
func (x *interp) name(end int) value {
	at := x.i
	t := &x.toks[x.i]
	word := t.text
	x.i++
	if x.op("(") {
		if x.lang.basic() && x.isVariable(word) { // an element
			args, _ := x.arguments(end)
			v := x.lookup(word)
			v.elem = true
			return union(append(args, v))
		}
		args, _ := x.arguments(end)
		return x.call(word, value{}, args, at)
	}
	if spec, ok := bareCalls[word]; ok && spec.has(x.lang) && x.i < end && !x.lineEnds(&x.toks[x.i]) {
		n := &x.toks[x.i]
		if n.kind != tOp || n.text == "$" || n.text == "@" || n.text == "\\" || n.text == "&" || n.text == "[" || n.text == "-" || n.text == "~" {
			v := x.expr(end)
			return x.call(word, value{}, []value{v}, at)
		}
	}
	if x.op("\\") && x.lang == php { // a namespace
		return x.primary(end)
	}
	switch word {
	case "request":
		if x.lang != php && x.lang != perl && x.lang != cfml {
			if x.op(".") || x.op("[") || x.op("(") {
				if x.op("[") {
					x.r.usesInput = true
					return value{from: fromInput}
				}
				return value{class: "request"}
			}
			if v, ok := x.env.vars["\x00request"]; ok && v.from != 0 {
				return v
			}
			return value{class: "request"}
		}
	case "true", "false", "null", "nothing", "none", "undefined":
		return constant("")
	case "param", "paramvalues", "form", "url", "cgi", "cookie", "sys", "os", "header":
		if (x.op(".") || x.op("[")) && (x.lang == cfml || x.lang == java || x.lang == python) {
			if x.lang == java && !x.isVariable(word) {
				x.r.usesInput = true
				return value{from: x.sourceName(word, "["), class: word}
			}
			if x.lang == cfml && x.op("[") {
				return value{from: x.sourceName(word, "http_")}
			}
			return value{class: word}
		}
	case "php_input":
		return value{from: fromInput}
	}
	if x.lang == shell && word == "query_string" {
		return value{from: fromInput}
	}
	if x.lang == php {
		if v, ok := x.env.vars["\x00const "+word]; ok {
			return v
		}
		v := constant(word) // a bare word stands for itself, a class or a constant
		v.class = word
		return v
	}
	v := x.lookup(word)
	if !x.isVariable(word) && v.class == "" {
		v.class = word
	}
	return v
}

func (x *interp) isVariable(name string) bool {
	_, ok := x.env.vars["\x00"+name]
	return ok
}

// call is a function called by its name.
func (x *interp) call(name string, recv value, args []value, at int) value {
	x.sinks(name, recv, args, at)
	if v, ok := x.source(name, args); ok {
		x.r.usesInput = x.r.usesInput || v.from&fromInput != 0
		return v
	}
	x.effects(name, args)
	if f := x.funcs[name]; f != nil {
		return x.bind(f, args)
	}
	switch name {
	case "define":
		if len(args) == 2 && args[0].known {
			x.env.set("\x00const "+strings.ToLower(args[0].text), args[1], false)
		}
		return value{}
	case "return":
		return x.returns(args)
	case "list", "array":
		if args == nil {
			args = []value{}
		}
		return value{list: args}
	case "createobject", "server.createobject", "getobject":
		if len(args) > 0 {
			return value{class: strings.ToLower(args[len(args)-1].text), from: args[0].from & anyInput}
		}
	case "range":
		return value{}
	}
	if v, ok := x.fold(name, args); ok {
		return v
	}
	if clean[name] {
		return value{}
	}
	out := union(flatAll(args))
	if decoders[name] {
		out.from |= fromDecoded
	}
	out.from &^= isHandle
	if name == "basename" {
		out.from &^= fromUpload
		for _, a := range args {
			if a.from&fromUpload != 0 {
				out.from |= fromUpload // still the client's ending
			}
		}
	}
	if x.lang == php && !passing[name] && out.from&fromInput != 0 {
		out.from = out.from&^fromInput | fromWeak
	}
	return out
}

// returns books what the function at hand answers.
func (x *interp) returns(args []value) value {
	if f := x.funcs[x.scope]; f != nil && len(args) > 0 {
		v := args[0].flat()
		old := f.ret
		f.ret = v
		if old.from != 0 || old.known {
			f.ret = either(old, v)
		}
		if f.ret.from&^old.from != 0 || f.ret.known != old.known {
			x.env.changed = true
		}
		f.ret.place = ""
	}
	return value{}
}

func flatAll(args []value) []value {
	out := make([]value, len(args))
	for i := range args {
		out[i] = args[i].flat()
	}
	return out
}

// source says whether a call answers something from outside.
func (x *interp) source(name string, args []value) (value, bool) {
	first := value{}
	if len(args) > 0 {
		first = args[0].flat()
	}
	switch name {
	case "getallheaders", "apache_request_headers", "filter_input", "filter_input_array", "request.binaryread", "getenv":
		if name == "getenv" && !strings.HasPrefix(strings.ToUpper(first.text), "HTTP_") && !strings.EqualFold(first.text, "QUERY_STRING") {
			return value{}, true
		}
		return value{from: fromInput}, true
	case "file_get_contents", "file", "fopen", "readfile", "gzopen", "fsockopen", "curl_exec", "curl_init", "stream_socket_client", "highlight_file", "wp_remote_get", "wp_remote_retrieve_body":
		v := value{from: fromFile}
		low := strings.ToLower(first.text)
		switch {
		case name == "fsockopen" || name == "stream_socket_client" || name == "curl_exec" || name == "wp_remote_get" || name == "wp_remote_retrieve_body":
			v.from = fromRemote
		case low == "php://input" || low == "php://stdin":
			v.from = fromInput
		case strings.HasPrefix(low, "http:") || strings.HasPrefix(low, "https:") || strings.HasPrefix(low, "ftp:"):
			v.from = fromRemote
		case strings.HasPrefix(low, "data:"):
			v.from = fromDecoded
		case first.from&fromTemp != 0:
			v.from = fromInput
		case first.from&fromInput != 0:
			v.from |= fromWeak
		}
		if name == "fopen" || name == "gzopen" {
			v.from |= isHandle
			v.text, v.known = "", false
			v.class = "file:" + first.text
			v.from |= first.from & (fromInput | fromUpload)
			if low == "php://input" {
				return v, true
			}
			v.from &^= fromFile
		}
		return v, true
	case "__file__":
		return value{from: fromFile}, true
	case "request":
		if x.lang != php && x.lang != perl {
			return value{from: fromInput}, true
		}
	case "param", "cgi.param", "getvalue", "getfirst":
		if x.lang == perl || x.lang == python {
			return value{from: fromInput}, true
		}
	case "cgi.fieldstorage", "fieldstorage", "input", "raw_input":
		if x.lang == python {
			return value{from: fromInput}, true
		}
	}
	return value{}, false
}

// effects does what a function does to its arguments.
func (x *interp) effects(name string, args []value) {
	taint := func(v value, from origin) {
		if v.place != "" {
			x.env.set(x.placeKey(v.place), value{from: from}, true)
		}
	}
	switch name {
	case "preg_match", "preg_match_all", "ereg", "sscanf":
		if len(args) > 2 && args[1].from != 0 {
			taint(args[2], args[1].from)
		}
	case "parse_str", "mb_parse_str":
		if len(args) == 1 && args[0].from&fromInput != 0 {
			x.wild |= fromInput
		}
		if len(args) == 2 {
			taint(args[1], args[0].from)
		}
	case "extract", "import_request_variables":
		if len(args) > 0 && args[0].from&fromInput != 0 || name != "extract" {
			x.wild |= fromWeak
			if len(args) == 1 && strings.HasPrefix(args[0].place, "$_") && args[0].from&fromInput != 0 { // all of the request
				x.wild |= fromInput
			}
		}
	case "exec":
		if len(args) > 1 {
			taint(args[1], 0)
		}
	case "array_push", "array_unshift":
		if len(args) > 1 {
			taint(args[0], union(flatAll(args[1:])).from)
		}
	case "settype":
		if len(args) == 2 && args[0].place != "" {
			x.env.set(x.placeKey(args[0].place), value{}, false)
		}
	case "read", "sysread":
		if x.lang == perl && len(args) > 1 {
			taint(args[1], fromInput)
		}
	case "curl_setopt":
	}
}

// mutators are methods that put what they are given into their object.
var mutators = wordSet("append add addall put push write insert appendline set setcommand command writebytes writetext setproperty load loadxml setrequestheader concat unshift addcode")

// readers are methods that put what an object holds into their argument.
var readers = wordSet("read readfully copyto transferto getbytes readblock readinto binaryread")

// method1 is a method called on a value.
func (x *interp) method1(v, name value, lower string, args []value, at int) value {
	if !name.known {
		if name.from&anyInput != 0 {
			x.sink(kMember, append([]value{name}, args...), at)
		}
		return union(flatAll(append(args, v)))
	}
	x.sinks("."+lower, v, args, at)
	if v.class != "" && v.class != "request" {
		x.sinks(v.class+"."+lower, v, args, at)
	}
	if v.class == "request" {
		if cleanOfRequest[lower] {
			return value{class: "clean"}
		}
		x.r.usesInput = true
		if lower == "saveas" {
			return value{}
		}
		for _, a := range args {
			if a.place != "" && readers[lower] {
				x.env.set(x.placeKey(a.place), value{from: fromInput}, true)
			}
		}
		return value{from: fromInput, class: "request.part"}
	}
	if f := x.funcs[lower]; f != nil {
		out := x.bind(f, args)
		out.from |= v.from &^ isHandle & (fromInput | fromWeak)
		return out
	}
	if s, ok := x.source(lower, args); ok && (x.lang == perl || x.lang == python) && lower != "file" && lower != "input" {
		x.r.usesInput = true
		return s
	}
	if lower == "createobject" {
		return x.call("createobject", value{}, args, at)
	}
	if readers[lower] && v.from&anyInput != 0 {
		for _, a := range args {
			if a.place != "" {
				x.env.set(x.placeKey(a.place), value{from: v.from & anyInput}, true)
			}
		}
	}
	if u := union(flatAll(args)); mutators[lower] && v.place != "" && u.from != 0 && !strings.HasPrefix(v.place, "$") {
		x.env.set(x.placeKey(v.place), value{from: u.from, class: v.class}, true)
	}
	if clean[lower] || numbers[v.class] && (lower == "parse" || lower == "tryparse" || lower == "valueof" || lower == "fromstring") {
		return value{}
	}
	folded := args
	if v.known {
		folded = append([]value{v}, args...)
	}
	if out, ok := x.fold(lower, folded); ok {
		return out
	}
	if v.known && (lower == "tostring" || lower == "trim" || lower == "getbytes" || lower == "tochararray") {
		return constant(v.text)
	}
	out := union(flatAll(append(args, v)))
	out.from &^= isHandle
	if decoders[lower] {
		out.from |= fromDecoded
	}
	if x.lang == php && !passing[lower] && out.from&fromInput != 0 {
		out.from = out.from&^fromInput | fromWeak
	}
	out.class = chained[lower]
	if out.class == "" && v.class != "" {
		out.class = v.class + "." + lower
	}
	if len(out.class) > 80 {
		out.class = ""
	}
	return out
}

// chained are methods whose answer is an object that sinks speak of.
var chained = map[string]string{"getruntime": "runtime", "getenginebyname": "scriptengine", "getenginebyextension": "scriptengine",
	"createtextfile": "textstream", "opentextfile": "textstream", "createtext": "streamwriter", "appendtext": "streamwriter",
	"getexpressionfactory": "expressionfactory", "getsystemclassloader": "classloader"}

// dynamic is a call of what is not a plain name.
func (x *interp) dynamic(f value, args []value, at int) value {
	if strings.HasPrefix(f.class, "\x00") { // a function without a name
		if fn := x.funcs[f.class[1:]]; fn != nil {
			return x.bind(fn, args)
		}
	}
	if x.lang != php && x.lang != perl {
		if f.class == "request.part" || f.class == "request" {
			x.r.usesInput = true
			return value{from: fromInput}
		}
		if x.lang == jscript || x.lang == jsnet || x.lang == python {
			if f.from&fromInput != 0 && x.lang != python {
				return value{from: f.from}
			}
		}
		return union(flatAll(append(args, f)))
	}
	if len(f.list) == 2 && f.list[1].known { // array($object, 'method')
		return x.method1(f.list[0], f.list[1], strings.ToLower(f.list[1].text), args, at)
	}
	if f.known && f.text != "" {
		name := strings.ToLower(strings.TrimPrefix(f.text, "\\"))
		if x.disguised(name) {
			x.r.disguise = true
		}
		x.r.dynamicName = name
		v := x.call(name, value{}, args, at)
		x.r.dynamicName = ""
		return v
	}
	x.sink(kDynamic, append([]value{f}, args...), at)
	return union(flatAll(args))
}
