package triage

// The signs by which a script path is ranked as a web shell: how it is used, where it lies and since when, and
// who its users are. A sign that the log cannot show (links where it has no referers) weighs nothing.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// useReasons reads how the script is used.
func (w *survey) useReasons(s *script) []Reason {
	var out []Reason
	add := func(id string, weight int, refs []string, format string, args ...any) {
		out = append(out, Reason{ID: id, Weight: weight, Text: fmt.Sprintf(format, args...), Refs: refs})
	}
	refs := w.useRefs(s)
	some := refs[:min(3, len(refs))]
	if n := len(s.Bodies); n > 0 {
		add("client-bodies", 50, w.refs(s.Bodies), "what was posted to it shows the client of a web shell (%s)", count(n, "request"))
	}
	if s.Commanded > 0 && s.Commanded*5 >= s.Requests && s.Linked*5 < s.Requests {
		weight := 35
		if s.Commanded == 1 {
			weight = 15
		}
		add("commands", weight, w.refs(s.Commands), "%d of %s carry a command to run", s.Commanded, count(s.Requests, "answered request"))
	}
	if s.Veiled {
		add("veiled", 30, some, "posts are answered 404 with texts of %d sizes: a page that is missing has one", len(s.Sizes))
	}
	switch {
	case s.Posts > 0 && s.Posts*2 >= s.Requests:
		add("posts", 5, refs, "%d of its %s are POST", s.Posts, count(s.Requests, "answered request"))
	case s.Posts == 0 && s.Commanded == 0:
		add("no-posts", -15, nil, "nobody posts to it")
	}
	w.linkReasons(s, some, add)
	if s.Requests <= 2 {
		add("seldom", []int{-30, -30, -10}[s.Requests], nil, "only %s: too few to show a habit", count(s.Requests, "answered request"))
	}
	if s.Swept*2 >= s.Requests {
		add("swept", -25, nil, "%d of %d came from clients that were trying many names", s.Swept, s.Requests)
	}
	if s.Guessed*2 > s.Posts {
		add("guessed", -40, nil, "%d of its %s guess a password", s.Guessed, count(s.Posts, "POST"))
	}
	if w.appEndpoint(s) {
		add("application", -25, nil, "by its path a part of a common application that programs and robots post to without a link")
	}
	w.paceReasons(s, some, add)
	if s.Crawlers > 0 {
		add("crawler-posts", 10, some, "%s by an agent that names itself a crawler; crawlers do not post", count(s.Crawlers, "POST"))
	}
	if n := len(s.Sizes); s.Requests >= 4 && n >= 4 && n*5 >= min(s.Requests, maxSizes)*3 && s.Linked == 0 {
		add("answers-vary", 5, some, "its answers have %d sizes or more in %s", n, count(s.Requests, "request"))
	}
	if s.Redirects > s.Posts {
		add("redirects", -10, nil, "answers posts with a redirect, as forms do (%d of %d)", s.Redirects, s.Redirects+s.Posts)
	}
	if s.Authed*2 > s.Requests {
		add("signed-in", -10, nil, "%d of %d requests carry a signed-in user", s.Authed, s.Requests)
	}
	return out
}

type addReason func(id string, weight int, refs []string, format string, args ...any)

// linkReasons reads where its visitors come from, if the log shows that.
func (w *survey) linkReasons(s *script, some []string, add addReason) {
	switch {
	case !w.period.hasLinks():
	case s.Linked == 0:
		add("unlinked", 15, some, "no request came from another page of the site")
	case s.Linked*10 >= s.Requests*3:
		add("linked", -40, nil, "%d of %s came by a link from another page of the site", s.Linked, count(s.Requests, "request"))
	case s.Linked*20 >= s.Requests:
		add("linked-some", -15, nil, "%d of %s came by a link from another page of the site", s.Linked, count(s.Requests, "request"))
	}
	if w.period.bareIsOdd() && s.Bare*10 >= s.Requests*8 && s.Linked == 0 && s.Posts*2 >= s.Requests {
		add("no-referer", 15, some, "%d of %d by a browser without a referer, which browsers send with a form", s.Bare, s.Requests)
	}
}

// paceReasons reads when it is used.
func (w *survey) paceReasons(s *script, some []string, add addReason) {
	if n := s.tunnel(); n > 0 {
		add("tunnel", []int{0, 30, 50}[n], some, "a stream: %d requests by %s, most within seconds of each other", s.Requests, count(len(s.Clients), "client"))
	}
	life := int((s.Last-s.First)/dayMS) + 1
	logDays := int(w.period.span()/(24*time.Hour)) + 1
	timetable := s.timetable()
	switch {
	case timetable:
		add("timetable", -30, nil, "comes by the clock, as a scheduled job does")
	case s.Requests >= 20 && s.tunnel() == 0 && s.Busy*2 > w.period.Last-s.First:
		add("all-the-time", -15, nil, "once it was there it was in use for most of the time")
	case s.Requests >= 8 && s.Requests*5 < s.Bursts*9:
		add("one-by-one", -15, nil, "comes one at a time, as hooks do: %s in %s", count(s.Requests, "request"), count(s.Bursts, "run"))
	case life >= 5 && s.Days*10 >= life*7:
		add("daily", -15, nil, "used on %d of the %s it has been there", s.Days, count(life, "day"))
	case s.Requests >= 3 && s.Requests >= 3*s.Bursts && s.Busy*4 < w.period.Last-s.First && (logDays > 1 && s.Bursts <= 5*logDays/2 || s.Bursts <= 3):
		add("bursts", 10, some, "used in %s of %d requests on average, with long pauses", count(s.Bursts, "run"), s.Requests/s.Bursts)
	}
	if quiet := w.period.quiet(s.Hours); s.Requests >= 3 && quiet*2 > s.Requests && !timetable {
		add("quiet-hours", 5, some, "%d of %d at hours when the site has less than a third of its usual visitors", quiet, s.Requests)
	}
}

// placeReasons reads where the script lies and since when it answers.
func (w *survey) placeReasons(s *script) []Reason {
	var out []Reason
	add := func(id string, weight int, refs []string, format string, args ...any) {
		out = append(out, Reason{ID: id, Weight: weight, Text: fmt.Sprintf(format, args...), Refs: refs})
	}
	dir, base := splitPath(s.Plain)
	f, others := s.Folder, s.Folder.sum()-1
	if s.Veiled {
		others = f.sum()
	}
	scripts := max(0, others-f.Assets)
	switch {
	case f.Assets >= 3 && f.Assets >= 4*scripts:
		add("static-folder", 20, nil, "a script in a folder of static files: %d of the %d other things answered in %s", f.Assets, others, VisibleN(dir, 80))
	case uploadFolder(dir) && scripts == 0:
		add("upload-folder", 15, nil, "the only script in a folder that by its name holds files, not programs: %s", VisibleN(dir, 80))
	case others == 0 && s.Above.Assets >= 3 && s.Above.Assets >= 4*(s.Above.Pages+s.Above.Scripts):
		add("static-folder", 15, nil, "alone in a folder below one of static files: %s", VisibleN(dir, 80))
	}
	if s.Named {
		add("shell-name", 10, []string{w.whole.Cite(s.FirstRow).Ref}, "it has the name of a well-known web shell: %s", VisibleN(base, 60))
	}
	if assetExts[extOf(base)] && s.Posts+s.Queried > 0 {
		add("double-extension", 20, []string{w.whole.Cite(s.FirstRow).Ref}, "a script's extension before that of a static file, and it is used as a script: %s", VisibleN(base, 60))
	}
	span := w.period.span()
	late := timeOf(s.First).Sub(timeOf(w.period.First))
	logDays := int(span/(24*time.Hour)) + 1
	switch {
	case span < time.Hour:
	case late*5 >= span:
		text := fmt.Sprintf("first answered %s after the log begins", days(late))
		weight := 15
		if span < 24*time.Hour {
			weight = 10
		}
		if s.MissBefore > 0 {
			weight += 5
			text += fmt.Sprintf(", after %s in vain", count(s.MissBefore, "request"))
		}
		add("appeared", weight, []string{w.whole.Cite(s.FirstRow).Ref}, "%s", text)
	case late*20 <= span && timeOf(w.period.Last).Sub(timeOf(s.Last))*5 <= span && s.Days*10 >= 3*logDays && s.Bursts >= 4:
		add("always-there", -25, nil, "in use from the log's beginning to its end")
	}
	return out
}

// companyReasons reads who the users are.
func (w *survey) companyReasons(s *script) []Reason {
	var out []Reason
	add := func(id string, weight int, refs []string, format string, args ...any) {
		out = append(out, Reason{ID: id, Weight: weight, Text: fmt.Sprintf(format, args...), Refs: refs})
	}
	n := len(s.Clients)
	few := max(5, w.whole.Clients()/200)
	switch {
	case n <= few && s.More == 0 && w.whole.Clients() > 4*n:
		add("few-clients", 5, nil, "used by %s of %d", count(n, "client"), w.whole.Clients())
	case n > 4*few || s.More > 0:
		weight := -30
		if s.Linked == 0 && s.Posts*10 >= s.Requests*8 && s.Bare*10 >= s.Requests*8 && w.period.bareIsOdd() { // one hand may have many addresses
			weight = -15
		}
		add("many-clients", weight, nil, "used by %s", count(n, "client"))
	}
	alone := 0
	var hostile []string
	var refs []string
	for _, c := range sortedKeys(s.Clients) {
		alone += s.Clients[c].Alone
		if h := w.hostile[c]; h != nil && h.attackedElsewhere(s.Plain) {
			hostile = append(hostile, VisibleN(c, 60))
			refs = append(refs, w.whole.Cite(h.FirstRow).Ref)
		}
	}
	switch {
	case alone*10 >= s.Requests*8:
		add("nothing-else", 5, nil, "in %d of %d uses the client asked for no other page in the half hour before", alone, s.Requests)
	case alone*2 < s.Requests && !w.period.hasLinks() && len(hostile) == 0:
		add("in-company", -25, nil, "in %d of %d uses the client was looking at other pages too", s.Requests-alone, s.Requests)
	case alone*2 < s.Requests:
		add("in-company", -5, nil, "in %d of %d uses the client was looking at other pages too", s.Requests-alone, s.Requests)
	}
	if own := s.ownProgram(); own != "" {
		add("own-program", -15, nil, "used by a program that names itself: %s", VisibleN(own, 60))
	}
	if len(hostile) > 0 && s.Swept*2 < s.Requests && !w.shared() {
		add("hostile-users", 15, refs[:min(len(refs), MaxRefs)], "%d of its clients attack elsewhere in the log: %s", len(hostile), strings.Join(hostile[:min(3, len(hostile))], ", "))
	}
	return out
}

// shared reports whether addresses say little of who is who: behind a proxy a whole site has one or a few.
func (w *survey) shared() bool { return w.whole.Clients() <= 5 && w.period.Requests >= 500 }

// attackedElsewhere reports whether a client attacked another path than this one.
func (f *foe) attackedElsewhere(plain string) bool {
	for path := range f.Points {
		if scriptKey(path) != plain {
			return true
		}
	}
	return false
}

// libraries are the agents of general programs, which say nothing of who uses them.
var libraries = []string{"curl", "wget", "python", "java", "go-http", "libwww", "lwp", "perl", "ruby", "node", "axios", "php", "guzzle", "http", "okhttp", "aiohttp", "powershell", "winhttp", "scrapy", "postman"}

// ownProgram is the agent if all uses have one and the same, of a program that has a name of its own: neither a
// browser nor a library. A partner's or a company's program introduces itself so; so may anyone.
func (s *script) ownProgram() string {
	one := ""
	for _, c := range s.Clients {
		for a := range c.Agents {
			if a == "" || a == "-" || namesBrowser(a) || namesCrawler(a) || one != "" && a != one {
				return ""
			}
			one = a
		}
	}
	low := strings.ToLower(one)
	if slices.ContainsFunc(libraries, func(l string) bool { return strings.HasPrefix(low, l) }) {
		return ""
	}
	return one
}

// appEndpoints are paths of common applications that programs post to without a link: their own jobs, remote
// calls, mail clients, and the login pages that robots guess at.
// Sources: https://developer.wordpress.org/plugins/cron/ and /plugins/javascript/ajax/,
// https://learn.microsoft.com/exchange/architecture/client-access/virtual-directories,
// https://www.drupal.org/docs/administering-a-drupal-site/cron-automated-tasks.
var appEndpoints = []string{"/wp-cron.php", "/xmlrpc.php", "/wp-login.php", "/wp-admin/admin-ajax.php", "/wp-comments-post.php", "/wp-trackback.php",
	"/ews/exchange.asmx", "/owa/auth/logon.aspx", "/owa/auth/owaauth.dll", "/autodiscover/autodiscover.svc", "/oab/oab.asmx", "/administrator/index.php", "/cron.php", "/user/login.php",
	"/_vti_bin/lists.asmx", "/_vti_bin/webs.asmx", "/_vti_bin/shtml.dll", "/_vti_bin/_vti_aut/author.dll", "/remote.php", "/ocs/v2.php", "/status.php", "/cgi-bin/mt/mt-tb.cgi"}

// appEndpoint reports whether a script lies where a common application has one, in the root or one folder below.
func (w *survey) appEndpoint(s *script) bool {
	for _, e := range appEndpoints {
		if above, ok := strings.CutSuffix(s.Plain, e); ok && strings.Count(above, "/") <= 1 {
			return true
		}
	}
	return false
}
