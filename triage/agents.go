package triage

// Agents that cannot be: what contradicts itself, names what never was, or is younger than the log. The agent is
// what the client says of itself, so a lie shows a client that has a reason to lie, or a careless tool; by itself
// it shows no attack.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// engines are the names that the crawlers of search engines give themselves.
// Sources: https://developers.google.com/crawling/docs/crawlers-fetchers/overview-google-crawlers,
// https://www.bing.com/webmasters/help/which-crawlers-does-bing-use-8c184ec0, https://yandex.com/support/webmaster/robot-workings/check-yandex-robots.html,
// https://duckduckgo.com/duckduckbot, https://support.apple.com/en-us/119829.
var engines = []string{"googlebot", "bingbot", "msnbot", "yandexbot", "baiduspider", "duckduckbot", "applebot", "slurp"}

// namesEngine reports whether an agent claims to be a search engine's crawler.
func namesEngine(agent string) bool {
	low := asciiLower(agent)
	return slices.ContainsFunc(engines, func(e string) bool { return strings.Contains(low, e) })
}

// monitors are what the agents of monitoring services and health checks are called, by their own documentation.
var monitors = []string{"uptimerobot", "pingdom", "statuscake", "site24x7", "elb-healthchecker", "googlehc", "kube-probe", "nagios", "check_http", "icinga", "zabbix", "blackbox", "uptime-kuma", "datadog", "newrelic", "updown.io", "hetrixtools", "freshping", "better uptime", "betterstack", "prtg", "consul", "haproxy", "health"}

// namesMonitor reports whether an agent claims to be a monitor.
func namesMonitor(agent string) bool {
	low := asciiLower(agent)
	return slices.ContainsFunc(monitors, func(m string) bool { return strings.Contains(low, m) })
}

// windowsVersions are the NT versions that browsers ever named.
// Source: https://learn.microsoft.com/windows/win32/sysinfo/operating-system-version
var windowsVersions = wordSet("3.1", "3.5", "3.51", "4.0", "4.00", "5.0", "5.01", "5.1", "5.2", "6.0", "6.1", "6.2", "6.3", "6.4", "10.0", "11.0")

var (
	ntVersion   = regexp.MustCompile(`Windows NT (\d+(?:\.\d+)?)`)
	msieVersion = regexp.MustCompile(`MSIE (\d+)\.`)
	webVersion  = regexp.MustCompile(`(Chrome|Firefox)/(\d+)\.(\d*)`)
)

// A release is a month and the browser version that came in it.
type release struct {
	year, month, version int
}

// releases are points of the browsers' calendars; between them versions come evenly, after the last every four
// weeks. Sources: https://chromiumdash.appspot.com/schedule, https://whattrainisitnow.com/calendar/
var releases = map[string][]release{
	"Chrome":  {{2008, 12, 1}, {2010, 1, 4}, {2011, 1, 9}, {2012, 1, 16}, {2014, 1, 32}, {2016, 1, 47}, {2018, 1, 63}, {2020, 1, 79}, {2022, 1, 97}, {2024, 1, 120}, {2025, 1, 132}},
	"Firefox": {{2004, 11, 1}, {2006, 10, 2}, {2008, 6, 3}, {2011, 3, 4}, {2012, 1, 9}, {2014, 1, 26}, {2016, 1, 43}, {2018, 1, 57}, {2020, 1, 72}, {2022, 1, 95}, {2024, 1, 121}, {2025, 1, 134}},
}

// newestVersion is the version of a browser that was out at a time, about.
func newestVersion(browser string, at time.Time) int {
	list := releases[browser]
	months := func(y, m int) float64 { return float64(y*12 + m) }
	now := months(at.Year(), int(at.Month()))
	for i := len(list) - 1; i >= 0; i-- {
		r := list[i]
		since := now - months(r.year, r.month)
		if since < 0 {
			continue
		}
		if i == len(list)-1 {
			return r.version + int(since*13/12)
		}
		next := list[i+1]
		return r.version + int(since/(months(next.year, next.month)-months(r.year, r.month))*float64(next.version-r.version))
	}
	return 0
}

// agentOdd says why an agent cannot be what it says, empty if it can. The time is that of its first request; zero
// if unknown.
func agentOdd(agent string, at time.Time) string {
	if !strings.HasPrefix(agent, "Mozilla/") && !strings.HasPrefix(agent, "Opera/") {
		return ""
	}
	phone := strings.Contains(agent, "Windows Phone") || strings.Contains(agent, "IEMobile")
	nt := ntVersion.FindStringSubmatch(agent)
	if nt != nil && !windowsVersions[nt[1]] {
		return "there is no Windows NT " + nt[1]
	}
	if nt != nil && !phone && (strings.Contains(agent, "(iPhone;") || strings.Contains(agent, "Macintosh;")) {
		return "is Windows and an Apple device at once"
	}
	if m := msieVersion.FindStringSubmatch(agent); m != nil {
		v, _ := strconv.Atoi(m[1])
		compatible := strings.Contains(agent, "Trident/") // its compatibility view names an older version
		switch {
		case v > 11:
			return "there is no Internet Explorer " + m[1]
		case nt != nil && strings.HasPrefix(nt[1], "1") && v < 10 && !compatible:
			return fmt.Sprintf("Internet Explorer %d never ran on Windows NT %s", v, nt[1])
		case nt == nil && strings.Contains(agent, "Mac OS X") && v > 5:
			return fmt.Sprintf("Internet Explorer %d never ran on Mac OS X", v)
		}
	}
	for _, m := range webVersion.FindAllStringSubmatch(agent, 4) {
		v, err := strconv.Atoi(m[2])
		if err != nil || len(m[3]) > 1 && m[3][0] == '0' {
			return fmt.Sprintf("%s never had a version %s.%s", m[1], m[2], m[3])
		}
		if newest := newestVersion(m[1], at); !at.IsZero() && newest > 0 && v > newest+6 { // test versions run some ahead
			return fmt.Sprintf("%s %d was not out yet in %s; the newest was about %d", m[1], v, at.Format("January 2006"), newest)
		}
	}
	return ""
}

// clientOdd says why a logged client is no address of a visitor, empty if it may be one. Where a server takes it
// from a header (X-Forwarded-For), the client can write what it likes there.
func clientOdd(client string) string {
	switch {
	case client == "" || client == "-" || client == "unknown":
		return ""
	case strings.ContainsAny(client, "'\"<>;(){}$|\\"):
		return "is no address but carries code, as in a forged X-Forwarded-For"
	case strings.Contains(client, ","):
		return "names several addresses: a chain of proxies, or a forged X-Forwarded-For"
	case client == "0.0.0.0" || client == "255.255.255.255":
		return "is an address that nobody can have"
	}
	return ""
}
