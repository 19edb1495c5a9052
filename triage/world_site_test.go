package triage_test

import (
	"fmt"
	"time"
)

// site fills the world with its people and machines.
func (w *world) site() {
	stem := [][]string{
		{"/index", "/list", "/item", "/about", "/search", "/news", "/basket"},
		{"/default", "/products/view", "/products/all", "/help/contact", "/account/overview"},
		{"/start", "/forum/topic", "/forum/board", "/user/profile", "/faq", "/blog/post", "/blog/archive", "/gallery/show"},
	}
	for _, s := range stem[w.IntN(len(stem))] {
		if w.chance(.25) {
			w.pages = append(w.pages, s+".html")
		} else {
			w.pages = append(w.pages, s+w.ext)
		}
	}
	if w.chance(.3) { // a site of speaking addresses
		w.pages = []string{"/", "/shop", "/shop/pans", "/shop/pots", "/blog", "/blog/hello", "/contact"}
	}
	w.pages = append([]string{"/"}, w.pages...)
	w.pics = pick(w, []string{"/images/", "/img/", "/static/pics/", "/media/catalog/", "/assets/img/"})
	w.uploads = pick(w, []string{"/uploads/", "/files/avatars/", "/userfiles/", "/wp-content/uploads/2024/03/", "/attachments/"})
	for i := range 15 + w.IntN(40) {
		w.assets = append(w.assets, fmt.Sprintf("%s%s%d.jpg", w.pics, pick(w, []string{"p", "cat-", "big/"}), i))
		if i < 8 {
			w.assets = append(w.assets, fmt.Sprintf("%su%d.png", w.uploads, w.IntN(9999)), fmt.Sprintf("/css/s%d.css", i), fmt.Sprintf("/js/a%d.js", i))
		}
	}
	visits := []int{40, 120, 300, 700}[w.IntN(4)]
	for range visits {
		w.visit(w.daytime(), w.person(), w.browser(), 1+w.IntN(6))
	}
	w.noise(visits)
	kinds := []struct {
		name string
		add  func(*world)
		p    float64
	}{
		{"wordpress", (*world).wordpress, .25}, {"mobile-api", (*world).mobileAPI, .3}, {"partner", (*world).partner, .25},
		{"webhook", (*world).webhook, .35}, {"monitor", (*world).monitor, .35}, {"webforms", (*world).webforms, .3},
		{"soap", (*world).soap, .2}, {"mail", (*world).mail, .15}, {"uploader", (*world).uploader, .3}, {"backoffice", (*world).backoffice, .5},
		{"cron", (*world).cron, .4}, {"form", (*world).form, .4}, {"thumb", (*world).thumb, .25}, {"new-page", (*world).newPage, .3},
		{"cgi", (*world).cgi, .15}, {"mail-links", (*world).mailLinks, .3}, {"desktop", (*world).desktop, .25}, {"deploy", (*world).deploy, .2},
		{"ajax", (*world).ajax, .3}, {"login", (*world).login, .6},
	}
	for _, k := range kinds {
		if w.chance(k.p) {
			w.parts = append(w.parts, k.name)
			k.add(w)
		}
	}
}

// every calls f at a steady pace with some jitter, from and to as shares of the log.
func (w *world) every(pause time.Duration, jitter, from, to float64, most int, f func(at time.Duration)) {
	pause = max(pause, time.Duration((to-from)*float64(w.span))/time.Duration(most))
	for at := time.Duration(from * float64(w.span)); at < time.Duration(to*float64(w.span)); at += pause {
		f(at + time.Duration(w.Float64()*jitter*float64(pause)))
	}
}

// noise is what every site gets: crawlers, probes, sweeps, guessing, a scanner.
func (w *world) noise(visits int) {
	bot := "Mozilla/5.0 (compatible; SampleBot/2.1; +https://bot.example/bot.html)"
	for range visits / 8 {
		at, c := w.between(0, 1), "198.51.100.9"
		w.hit(at, c, "GET /robots.txt", 200, 80, "", bot)
		for range 1 + w.IntN(8) {
			at += w.seconds(20)
			w.hit(at, c, "GET "+pick(w, w.pages), 200, 5000, "", bot)
		}
	}
	for range visits / 15 {
		at, c := w.between(0, 1), w.machine()
		for range 1 + w.IntN(6) {
			at += w.seconds(2)
			w.hit(at, c, "GET "+pick(w, []string{"/.env", "/wp-login.php", "/phpmyadmin/", "/admin/", "/.git/config", "/old.zip", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php"}), 404, 210, "", pick(w, []string{"", "Go-http-client/1.1", "python-requests/2.31"})).label = "probe"
		}
	}
	for range visits / 60 { // sweeps for other people's shells, the site's own scripts among them
		at, c := w.between(0, 1), w.machine()
		for i := range 4 + w.IntN(8) {
			at += w.seconds(1.5)
			w.hit(at, c, fmt.Sprintf("POST /%s%s", pick(w, []string{"up", "x", "images/a", "tmp/c99", "wso", "cmd"}), []string{w.ext, ".php", ".asp"}[i%3]), 404, 210, "", "Mozilla/5.0").label = "probe"
		}
		if w.chance(.5) {
			w.hit(at, c, "POST "+pick(w, w.pages), 200, 3000, "", "Mozilla/5.0").label = "probe"
		}
	}
	if w.chance(.4) { // an injection run that leads to nothing
		at, c, page := w.between(0, .9), w.machine(), pick(w, w.pages)
		for i := range 60 {
			at += w.seconds(1)
			w.hit(at, c, fmt.Sprintf("GET %s?id=%d'+UNION+SELECT+%d,2--+-", page, i, i), pick(w, []int{200, 500}), 3000, "", "sqlmap/1.8#stable").label = "sqli"
		}
	}
}

func (w *world) wordpress() {
	admin, agent := w.person(), w.browser()
	own := w.machine()
	w.every(20*time.Minute, .5, 0, 1, 150, func(at time.Duration) {
		w.hit(at, own, fmt.Sprintf("POST /wp-cron.php?doing_wp_cron=%d.1", w.start.Add(at).Unix()), 200, 0, "", "WordPress/6.4.3; https://"+w.host)
	})
	for range 3 + w.IntN(6) {
		at := w.daytime()
		w.hit(at, admin, "GET /wp-login.php", 200, 4000, "", agent)
		w.hit(at+8*time.Second, admin, "POST /wp-login.php", 302, 0, w.link("/wp-login.php"), agent)
		for i := range 10 + w.IntN(20) {
			w.hit(at+time.Duration(i)*time.Minute, admin, "POST /wp-admin/admin-ajax.php", 200, int64(40+w.IntN(200)), w.link("/wp-admin/post.php"), agent)
		}
	}
	for range 20 + w.IntN(50) {
		at, _ := w.visit(w.daytime(), w.person(), agent, 1)
		w.hit(at, w.person(), "POST /wp-admin/admin-ajax.php", 200, 50, w.link("/"), w.browser())
	}
	for range 1 + w.IntN(3) {
		at, c := w.between(0, .9), w.machine()
		for range 15 + w.IntN(60) {
			at += w.seconds(2)
			w.hit(at, c, pick(w, []string{"POST /xmlrpc.php", "POST /wp-login.php"}), 200, 403, "", pick(w, []string{w.browser(), "python-requests/2.28"})).label = "bruteforce"
		}
	}
	for range w.IntN(12) { // single looks by many
		w.hit(w.between(0, 1), w.machine(), "POST /xmlrpc.php", 200, 403, "", pick(w, []string{"", w.browser()})).label = "probe"
	}
}

func (w *world) mobileAPI() {
	path := pick(w, []string{"/api/v2/sync", "/app/gateway", "/mobile/service"}) + w.ext
	for range 30 + w.IntN(100) {
		c, at := w.person(), w.daytime()
		for range 1 + w.IntN(8) {
			w.hit(at, c, "POST "+path, 200, int64(100+w.IntN(4000)), "", "okhttp/4.12.0")
			at += w.seconds(30)
		}
	}
}

func (w *world) partner() {
	c := w.machine()
	path := pick(w, []string{"/partner/stock", "/b2b/orders", "/edi/in"}) + w.ext
	w.every(pick(w, []time.Duration{time.Minute, 10 * time.Minute, time.Hour}), .3, pick(w, []float64{0, 0, .4}), 1, 800, func(at time.Duration) {
		w.hit(at, c, "POST "+path, 200, int64(20+w.IntN(900)), "", pick(w, []string{"Apache-HttpClient/4.5.14 (Java/17)"}))
	})
}

func (w *world) webhook() {
	path := pick(w, []string{"/hooks/payment", "/ipn", "/callback/paid", "/wc-api/notify"}) + w.ext
	from := pick(w, []float64{0, 0, .3, .6})
	list := []string{w.machine(), w.machine(), w.machine()}
	agent := pick(w, []string{"curl/7.88.1", "PayNotify/1.0 (+https://pay.example)", "", "Java/17.0.2"})
	for range 8 + w.IntN(120) {
		at := w.between(from, 1)
		w.hit(at, pick(w, list), "POST "+path, 200, 2, "", agent)
		if w.chance(.3) {
			w.hit(at+w.seconds(5), pick(w, list), "POST "+path, 200, 2, "", agent)
		}
	}
}

func (w *world) monitor() {
	c, path := w.machine(), pick(w, []string{"/health", "/status", "/ping"})+w.ext
	method := pick(w, []string{"GET", "GET", "HEAD", "POST"})
	w.every(pick(w, []time.Duration{30 * time.Second, 5 * time.Minute}), .05, pick(w, []float64{0, 0, .5}), 1, 1500, func(at time.Duration) {
		w.hit(at, c, method+" "+path, 200, 15, "", pick(w, []string{"Uptime/1.2 (monitor)"}))
	})
}

func (w *world) webforms() {
	page := pick(w, []string{"/orders", "/booking/select", "/reports/filter"}) + ".aspx"
	for range 10 + w.IntN(50) {
		at, ref := w.visit(w.daytime(), w.person(), "", 0)
		c, a := w.person(), w.browser()
		w.hit(at, c, "GET "+page, 200, 9000, pick(w, []string{ref, w.link(pick(w, w.pages))}), a)
		for range 1 + w.IntN(6) {
			at += w.seconds(20)
			w.hit(at, c, "POST "+page, 200, int64(9000+w.IntN(3000)), w.link(page), a)
		}
	}
}

func (w *world) soap() {
	list := []string{w.machine(), w.machine()}
	path := pick(w, []string{"/services/stock.asmx", "/ws/quote.asmx", "/soap/server.php"})
	for range 30 + w.IntN(200) {
		w.hit(w.between(0, 1), pick(w, list), "POST "+path, 200, int64(400+w.IntN(5000)), "", "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)")
	}
}

func (w *world) mail() {
	for range 12 {
		c, user := w.person(), fmt.Sprintf("EX\\user%d", w.IntN(30))
		for range 10 + w.IntN(20) {
			at := w.daytime()
			w.hit(at, c, "POST /EWS/Exchange.asmx", 401, 0, "", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)") // NTLM asks twice
			w.hit(at, c, "POST /EWS/Exchange.asmx", 401, 0, "", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)")
			w.hit(at+time.Second, c, "POST /EWS/Exchange.asmx", 200, 2000, "", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)").req.User = user
			w.hit(w.daytime(), c, "POST /Microsoft-Server-ActiveSync?Cmd=Ping&User=u", 200, 0, "", "Apple-iPhone14C5/2101.50").req.User = user
		}
		at := w.daytime()
		w.hit(at, c, "GET /owa/auth/logon.aspx", 200, 50000, "", w.browser())
		w.hit(at+9*time.Second, c, "POST /owa/auth.owa", 302, 0, w.link("/owa/auth/logon.aspx"), w.browser())
		w.hit(at+11*time.Second, c, "POST /owa/service.svc", 200, 3000, "", w.browser()).req.User = user
	}
}

// uploader is the page that visitors or staff upload files with; some uploads go wrong later on purpose.
func (w *world) uploader() {
	page := "/upload" + w.ext
	for range 8 + w.IntN(30) {
		c, a, at := w.person(), w.browser(), w.daytime()
		at, ref := w.visit(at, c, a, 2)
		w.hit(at, c, "GET "+page, 200, 3000, ref, a)
		w.hit(at+w.seconds(20), c, "POST "+page, 200, 900, w.link(page), a)
		w.hit(at+w.seconds(25), c, fmt.Sprintf("GET %su%d.png", w.uploads, w.IntN(9999)), 200, 40000, w.link(page), a)
	}
}

func (w *world) backoffice() {
	dir := pick(w, []string{"/admin/", "/manage/", "/backend/"})
	for range 1 + w.IntN(2) {
		c, a := w.person(), w.browser()
		for range 2 + w.IntN(10) {
			at := w.daytime()
			w.hit(at, c, "GET "+dir+"login"+w.ext, 200, 2000, "", a)
			w.hit(at+9*time.Second, c, "POST "+dir+"login"+w.ext, 302, 0, w.link(dir+"login"+w.ext), a)
			ref := w.link(dir + "login" + w.ext)
			for range 3 + w.IntN(25) {
				at += w.seconds(30)
				page := dir + pick(w, []string{"edit", "prices", "import", "users", "media"}) + w.ext
				w.hit(at, c, pick(w, []string{"GET ", "POST "})+page, 200, int64(2000+w.IntN(5000)), ref, a)
				ref = w.link(page)
				if w.chance(.5) {
					w.hit(at, c, "GET /css/s1.css", 304, 0, ref, a)
				}
			}
		}
	}
}

func (w *world) cron() {
	c, path := w.machine(), pick(w, []string{"/cron", "/jobs/nightly", "/tasks/run", "/admin/sync"})+w.ext
	method := pick(w, []string{"GET", "POST"})
	query := pick(w, []string{"", "?key=5f3a9", "?job=mail&token=77aa"})
	w.every(pick(w, []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour}), .02, pick(w, []float64{0, 0, .5}), 1, 400, func(at time.Duration) {
		w.hit(at, c, method+" "+path+query, 200, 20, "", "curl/8.5.0")
	})
}

// form is a contact form, its script in a folder of its own choosing.
func (w *world) form() {
	path := pick(w, []string{w.pics + "mail", "/files/contact/send", "/inc/form", "/cgi-bin/feedback", "/newsletter/subscribe"}) + w.ext
	from := pick(w, []float64{0, 0, .5})
	for range 6 + w.IntN(40) {
		c, a := w.person(), w.browser()
		at, ref := w.visit(w.between(from, 1), c, a, 1+w.IntN(3))
		w.hit(at, c, "POST "+path, pick(w, []int{200, 200, 302}), 700, ref, a)
	}
	for range w.IntN(15) { // robots that fill in forms
		w.hit(w.between(from, 1), w.machine(), "POST "+path, 200, 700, pick(w, []string{"", w.link(path)}), w.browser())
	}
}

func (w *world) thumb() {
	path := w.pics + "thumb" + w.ext
	for range 40 + w.IntN(80) {
		c, a := w.person(), w.browser()
		at, ref := w.visit(w.daytime(), c, a, 1)
		for range 3 {
			w.hit(at, c, fmt.Sprintf("GET %s?src=p%d.jpg&w=%d", path, w.IntN(40), 100*(1+w.IntN(3))), 200, int64(3000+w.IntN(4000)), ref, a)
		}
	}
}

// newPage is deployed in the middle of the log and linked from then on.
func (w *world) newPage() {
	page := pick(w, []string{"/summer-sale", "/jobs/apply", "/configurator"}) + w.ext
	from := .3 + .5*w.Float64()
	dev, a := w.person(), w.browser()
	at := time.Duration(from * float64(w.span))
	w.hit(at-time.Minute, dev, "GET "+page, 404, 210, "", a)
	w.hit(at, dev, "GET "+page, 200, 4000, "", a)
	for range 10 + w.IntN(60) {
		c, b := w.person(), w.browser()
		when, ref := w.visit(w.between(from, 1), c, b, 2)
		w.hit(when, c, "GET "+page, 200, 4000, ref, b)
		if w.chance(.4) {
			w.hit(when+w.seconds(40), c, "POST "+page, 200, 4100, w.link(page), b)
		}
	}
}

func (w *world) cgi() {
	for range 10 + w.IntN(30) {
		c, a := w.person(), w.browser()
		at, ref := w.visit(w.daytime(), c, a, 1)
		w.hit(at, c, "POST /cgi-bin/guestbook.pl", 200, 2000, ref, a)
	}
}

// mailLinks are pages that people reach from a message: no referer, one look each.
func (w *world) mailLinks() {
	path := pick(w, []string{"/unsubscribe", "/confirm", "/newsletter/read"}) + w.ext
	for range 4 + w.IntN(40) {
		c, a, at := w.person(), w.browser(), w.daytime()
		w.hit(at, c, fmt.Sprintf("GET %s?t=%x", path, w.Uint32()), 200, 1500, "", a)
		w.hit(at+time.Second, c, "GET /css/s1.css", 200, 900, w.link(path), a)
		if w.chance(.3) {
			w.hit(at+w.seconds(9), c, "POST "+path, 200, 1500, w.link(path), a)
		}
	}
}

// desktop is a program on two computers of the office that talks to one script.
func (w *world) desktop() {
	path := pick(w, []string{"/export/orders", "/erp/connect", "/sync/server"}) + w.ext
	from := pick(w, []float64{0, 0, .4})
	list := []string{w.machine(), w.machine()}
	for range 5 + w.IntN(20) {
		at, c := max(w.daytime(), time.Duration(from*float64(w.span))), pick(w, list)
		for range 2 + w.IntN(10) {
			w.hit(at, c, "POST "+path, 200, int64(50+w.IntN(3000)), "", "StockSync/2.1 (Windows)")
			at += w.seconds(4)
		}
	}
}

// deploy is a developer's own tool, called from the address bar.
func (w *world) deploy() {
	path := pick(w, []string{"/tools/clearcache", "/opcache-reset", "/test/info", "/migrate"}) + w.ext
	c, a := w.person(), w.browser()
	for range 1 + w.IntN(3) {
		at := w.daytime()
		at, _ = w.visit(at, c, a, 2)
		for range 1 + w.IntN(3) {
			w.hit(at, c, "GET "+path+pick(w, []string{"", "?go=1"}), 200, int64(100+w.IntN(30)), "", a)
			at += w.seconds(20)
		}
	}
}

func (w *world) ajax() {
	path := pick(w, []string{"/ajax/cart", "/inc/suggest", "/rpc"}) + w.ext
	for range 30 + w.IntN(60) {
		c, a := w.person(), w.browser()
		at, ref := w.visit(w.daytime(), c, a, 1+w.IntN(3))
		for range 1 + w.IntN(10) {
			w.hit(at, c, "POST "+path, 200, int64(30+w.IntN(300)), ref, a)
			at += w.seconds(5)
		}
	}
}

func (w *world) login() {
	path := pick(w, []string{"/login", "/account/signin", "/user/auth"}) + w.ext
	for range 8 + w.IntN(50) {
		c, a := w.person(), w.browser()
		at, ref := w.visit(w.daytime(), c, a, 1)
		w.hit(at, c, "GET "+path, 200, 1800, ref, a)
		for w.chance(.2) {
			at += w.seconds(15)
			w.hit(at, c, "POST "+path, 200, 1850, w.link(path), a)
		}
		w.hit(at+w.seconds(15), c, "POST "+path, 302, 0, w.link(path), a)
	}
	for range w.IntN(3) { // guessing
		at, c := w.between(0, .9), w.machine()
		for range 20 + w.IntN(80) {
			at += w.seconds(3)
			w.hit(at, c, "POST "+path, 200, 1850, pick(w, []string{"", w.link(path)}), w.browser()).label = "bruteforce"
		}
	}
}
