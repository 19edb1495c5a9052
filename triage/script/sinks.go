package script

import (
	"path"
	"strings"
)

// A sinkKind is what something does with a value that reaches it.
type sinkKind int

const (
	kNone     sinkKind = iota
	kCode              // runs it as code
	kCommand           // runs it as a command
	kInclude           // runs the file of that name
	kClass             // loads it as a class or assembly
	kDynamic           // calls the function of that name
	kMember            // calls the method of that name
	kObject            // makes an object of it
	kWrite             // writes it to a file: path, then content
	kUpload            // stores an uploaded file: source, then target
	kCallback          // calls it with other arguments
	kConnect           // opens a connection to it
	kReflect           // hands it to a method that is found by its name
)

// A sink is a function that does one of these.
type sink struct {
	langs []language // nil is all
	names string     // lower-case; ".name" is a method of anything, "class.name" of that class, "new name" a constructor
	kind  sinkKind
	arg   int // which argument matters; anyArg, or receiver for the object too
}

const (
	anyArg   = -1
	receiver = -2 // the arguments and the object
)

var (
	aspNet = []language{csharp, vbnet, jsnet}
	comAll = []language{vbscript, jscript, jsnet, vbnet, csharp, php}
)

// sinkTable lists what runs, loads and writes. PHP: https://www.php.net/manual/en/ref.exec.php and the manual's
// page of each function; .NET and Java: the reference of each class.
var sinkTable = []sink{
	{[]language{php}, "eval assert", kCode, 0},
	{[]language{php}, "create_function", kCode, 1},
	{[]language{php}, "system exec shell_exec passthru popen proc_open pcntl_exec expect_popen ssh2_exec", kCommand, 0},
	{[]language{php}, "include include_once require require_once", kInclude, 0},
	{[]language{php}, "unserialize", kObject, 0},
	{[]language{php}, "file_put_contents fwrite fputs fputcsv", kWrite, anyArg},
	{[]language{php}, "fsockopen pfsockopen stream_socket_client", kConnect, 0},
	{[]language{php}, "socket_connect", kConnect, 1},
	{[]language{java}, "new inetsocketaddress new socket", kConnect, 0},
	{aspNet, "new tcpclient new ipendpoint", kConnect, 0},
	{[]language{java}, ".invoke", kReflect, anyArg},
	{[]language{php}, "move_uploaded_file copy rename", kUpload, anyArg},
	{[]language{php}, "call_user_func call_user_func_array array_map register_shutdown_function register_tick_function ob_start set_error_handler set_exception_handler " +
		"forward_static_call forward_static_call_array spl_autoload_register", kCallback, 0},
	{[]language{php}, "new reflectionfunction", kCallback, 0},
	{[]language{php}, "array_filter array_walk array_walk_recursive array_reduce usort uasort uksort preg_replace_callback iterator_apply header_register_callback", kCallback, 1},
	{[]language{php}, "array_diff_ukey array_diff_uassoc array_udiff array_udiff_assoc array_uintersect array_intersect_ukey array_intersect_uassoc mb_ereg_replace_callback", kCallback, 2},
	{[]language{vbscript, vbnet}, "execute executeglobal eval", kCode, 0},
	{[]language{jscript, jsnet}, "eval new function", kCode, anyArg},
	{comAll, ".executestatement .addcode scriptcontrol.eval msscriptcontrol.scriptcontrol.eval", kCode, 0},
	{comAll, "wscript.shell.exec wscript.shell.run wscript.shell.1.exec shell.application.shellexecute", kCommand, anyArg},
	{[]language{vbnet}, "shell interaction.shell", kCommand, 0},
	{aspNet, "process.start", kCommand, anyArg},
	{aspNet, ".start", kCommand, receiver},
	{aspNet, ".compileassemblyfromsource", kCode, anyArg},
	{aspNet, "assembly.load appdomain.load currentdomain.load .loadmodule", kClass, 0},
	{aspNet, ".deserialize objectstateformatter.deserialize losformatter.deserialize xamlreader.parse xamlreader.load", kObject, anyArg},
	{aspNet, "file.writealltext file.writeallbytes file.appendalltext", kWrite, anyArg},
	{[]language{csharp, vbnet, jsnet, vbscript, jscript}, ".saveas", kUpload, receiver},
	{[]language{vbscript, jscript}, ".savetofile", kWrite, receiver},
	{[]language{vbscript, jscript, csharp, vbnet, jsnet}, "textstream.write textstream.writeline streamwriter.write streamwriter.writeline", kWrite, receiver},
	{[]language{java}, ".exec new processbuilder .command", kCommand, anyArg},
	{[]language{java}, "scriptengine.eval .eval expressionfactory.createvalueexpression .parseexpression shell.evaluate groovyshell.evaluate", kCode, anyArg},
	{[]language{java}, ".defineclass defineclass", kClass, anyArg},
	{[]language{java}, "new urlclassloader urlclassloader.newinstance", kClass, anyArg},
	{[]language{java}, ".readobject", kObject, receiver},
	{[]language{java}, "fileoutputstream.write filewriter.write printwriter.write randomaccessfile.write files.write bufferedwriter.write", kWrite, receiver},
	{[]language{java}, "class.forname", kMember, 0},
	{[]language{cfml}, "cfexecute", kCommand, anyArg},
	{[]language{cfml}, ".exec", kCommand, anyArg},
	{[]language{cfml}, "evaluate cfmodule render", kCode, 0},
	{[]language{cfml}, "cfinclude", kInclude, anyArg},
	{[]language{cfml}, "filewrite cffile", kWrite, anyArg},
	{[]language{perl}, "eval", kCode, 0},
	{[]language{perl}, "system exec qx popen", kCommand, anyArg},
	{[]language{perl}, "open", kCommand, 1},
	{[]language{python}, "eval exec compile execfile", kCode, 0},
	{[]language{python}, "os.system os.popen os.execl os.execv popen2.popen3 subprocess.call subprocess.run subprocess.popen subprocess.check_output subprocess.getoutput commands.getoutput popen", kCommand, 0},
	{[]language{python}, "pickle.loads marshal.loads", kObject, 0},
}

// sinksByName is sinkTable by language and name.
var sinksByName = func() map[string][]*sink {
	m := map[string][]*sink{}
	for i := range sinkTable {
		s := &sinkTable[i]
		names := strings.ReplaceAll(s.names, "new ", "new\x00")
		for _, n := range strings.Fields(names) {
			n = strings.ReplaceAll(n, "\x00", " ")
			m[n] = append(m[n], s)
		}
	}
	return m
}()

func (s *sink) has(lang language) bool {
	for _, l := range s.langs {
		if l == lang {
			return true
		}
	}
	return s.langs == nil
}

// bareCalls are calls whose argument may stand without parentheses.
var bareCalls = map[string]*sink{
	"eval": {langs: []language{php, vbscript, perl}}, "include": {langs: []language{php}}, "include_once": {langs: []language{php}}, "require": {langs: []language{php}},
	"require_once": {langs: []language{php}}, "execute": {langs: []language{vbscript}}, "executeglobal": {langs: []language{vbscript}}, "return": {},
	"system": {langs: []language{perl}}, "exec": {langs: []language{perl, python}}, "print": {langs: []language{php, perl}}, "echo": {langs: []language{php}},
}

// sinks asks what a call does, and reports it.
func (x *interp) sinks(name string, recv value, args []value, at int) {
	if x.lang == php && (name == "preg_replace" || name == "preg_filter" || name == "mb_ereg_replace" || name == "mb_eregi_replace") {
		x.replaceEval(name, args, at)
	}
	for _, s := range sinksByName[name] {
		if !s.has(x.lang) {
			continue
		}
		switch s.kind {
		case kCallback:
			x.callback(s, name, args, at)
			continue
		case kWrite, kUpload:
			if s.arg == receiver {
				args = append([]value{recv}, args...)
			}
			if name == ".savetofile" && len(args) > 1 { // the path comes first
				args[0], args[1] = args[1], args[0]
			}
			if name == "cffile" {
				if len(args) > 0 && args[0].text == "upload" {
					x.report(kUpload, "upload-named", at)
				}
				args = args[min(1, len(args)):]
			}
			x.sink(s.kind, args, at)
			continue
		}
		var reach []value
		switch {
		case s.arg >= 0 && s.arg < len(args):
			reach = []value{args[s.arg]}
		case s.arg == anyArg:
			reach = args
		case s.arg == receiver:
			reach = append([]value{recv}, args...)
		}
		if name == "open" && x.lang == perl && !perlPipe(args) {
			continue
		}
		x.sink(s.kind, reach, at)
	}
}

func perlPipe(args []value) bool {
	return len(args) == 2 && args[1].mixed || len(args) > 1 && strings.Contains(args[1].text, "|")
}

// replaceEval reads the modifier e of preg_replace, which ran the replacement as code until PHP 7, and that of
// mb_ereg_replace.
func (x *interp) replaceEval(name string, args []value, at int) {
	if len(args) < 2 {
		return
	}
	evals := false
	if p := args[0]; strings.HasPrefix(name, "preg") {
		if p.known && p.text != "" {
			stop := p.text[0]
			if i := strings.IndexByte("([{<", stop); i >= 0 {
				stop = ")]}>"[i]
			}
			evals = strings.Contains(p.text[strings.LastIndexByte(p.text, stop)+1:], "e") && strings.LastIndexByte(p.text, stop) > 0
		} else {
			evals = p.from&fromInput != 0 && args[1].from&fromInput != 0
		}
	} else {
		evals = len(args) > 3 && strings.Contains(args[3].text, "e")
	}
	if !evals {
		return
	}
	with := args[1].flat()
	if len(args) > 2 && args[2].from&fromInput != 0 && with.known && (strings.Contains(with.text, "eval") || len(with.text) <= 6 && !strings.Contains(with.text, "(")) {
		with = args[2]
	}
	x.sink(kCode, []value{with}, at)
}

// callback reports a function that is handed a function.
func (x *interp) callback(s *sink, name string, args []value, at int) {
	n := s.arg
	if n >= len(args) {
		return
	}
	f := args[n]
	var rest []value
	for i, a := range args {
		if i != n {
			rest = append(rest, a.flat())
		}
	}
	f.place = ""
	switch {
	case strings.HasPrefix(f.class, "\x00"):
		if fn := x.funcs[f.class[1:]]; fn != nil {
			x.bind(fn, rest)
		}
	case f.class != "" && x.funcs["__invoke"] != nil && !f.known:
		x.bind(x.funcs["__invoke"], rest)
	case f.list != nil:
		if len(f.list) == 2 && f.list[1].known {
			if fn := x.funcs[strings.ToLower(f.list[1].text)]; fn != nil {
				x.bind(fn, rest)
			}
		} else if len(f.list) == 2 && f.list[1].from&fromInput != 0 {
			x.sink(kMember, []value{f.list[1]}, at)
		}
	case f.known:
		called := strings.ToLower(strings.TrimPrefix(f.text, "\\"))
		if dangerous(x.lang, called) || x.funcs[called] != nil {
			if x.disguised(called) {
				x.r.disguise = true
			}
			x.r.dynamicName = called
			x.call(called, value{}, rest, at)
			x.r.dynamicName = ""
		}
	default:
		x.sink(kDynamic, append([]value{f}, rest...), at)
	}
}

// dangerous reports whether a function of that name runs code or commands.
func dangerous(lang language, name string) bool {
	for _, s := range sinksByName[name] {
		if s.has(lang) && (s.kind == kCode || s.kind == kCommand) {
			return true
		}
	}
	return false
}

// disguised reports whether a function's name cannot be read in the code that calls it.
func (x *interp) disguised(name string) bool {
	if len(name) < 3 || !dangerous(x.lang, name) {
		return false
	}
	if x.lower == "" {
		x.lower = strings.ToLower(x.code)
		x.hidden = map[string]bool{}
	}
	hidden, ok := x.hidden[name]
	if !ok {
		hidden = !strings.Contains(x.lower, name)
		x.hidden[name] = hidden
	}
	return hidden
}

// sink reports what reaches one. The first argument is the one that matters most.
func (x *interp) sink(kind sinkKind, args []value, at int) {
	reach := union(flatAll(args))
	first, second := value{}, value{}
	if len(args) > 0 {
		first = args[0].flat()
		second = union(flatAll(args[1:]))
	}
	switch kind {
	case kCode, kCommand, kInclude, kClass:
		if len(args) == 1 {
			reach = first
		}
		if kind == kCode && reach.known && x.inner < maxInner && strings.TrimSpace(reach.text) != "" {
			x.r.readInner(x.lang, reach.text, x.inner+1)
		}
		if x.r.disguise && kind != kInclude {
			x.report(kind, "call-disguised", at)
		}
		x.r.disguise = false
	case kDynamic, kWrite, kUpload, kConnect:
		reach = first
	}
	for i := range flowRules {
		rule := &flowRules[i]
		if rule.kind != kind || !rule.fits(reach, second) {
			continue
		}
		x.report(kind, rule.ID, at)
		return
	}
}

// staticFile reports whether a path names a picture or the like, in which no code is looked for.
func staticFile(p string) bool {
	switch ext := strings.ToLower(path.Ext(p)); ext {
	case ".ico", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".log", ".pdf", ".zip", ".woff", ".ttf", ".mp3", ".mp4":
		return true
	}
	return false
}
