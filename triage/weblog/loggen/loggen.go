// Package loggen makes realistic web logs of any length for benchmarks: the same seed gives the same bytes.
//
// Write makes one log, WriteDays a file a day. Clients, pages and agents are drawn with Zipf's law; paths carry ids, queries carry
// words and session numbers, assets follow pages with their referer, traffic follows the hours of the day, and
// a share of the lines are attacks of several kinds, so that caches, dictionaries and rules meet what they
// meet on a busy site. Nothing in it comes from a real log.
package loggen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Options says what log to make. The zero value of a field takes the default in its comment.
type Options struct {
	Lines   int       // 1,000,000
	Seed    uint64    // 1
	Format  string    // "combined" or "w3c"; "combined"
	Start   time.Time // 2025-03-01 00:00:00 UTC
	Days    int       // that the lines are spread over; 10
	Attacks float64   // share of lines that are attacks; 0.01. Negative for none
	Fuzz    bool      // every attack asks for a path of its own, as path fuzzing does
}

func (o Options) withDefaults() Options {
	if o.Lines == 0 {
		o.Lines = 1_000_000
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Format == "" {
		o.Format = "combined"
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Days == 0 {
		o.Days = 10
	}
	if o.Attacks == 0 {
		o.Attacks = 0.01
	}
	return o
}

// A line is one request before it is formatted.
type line struct {
	at                   time.Time
	client               string
	method, path, query  string
	status, size, millis int
	referer, agent       string
}

// A visit is a page whose assets are still to come; other visitors' lines stand between.
type visit struct {
	client, agent, page string
	assets              int
}

// generator holds the site.
type generator struct {
	o        Options
	rnd      *rand.Rand
	clients  []string
	agentOf  []uint16
	agents   []string
	pickWho  *rand.Zipf
	pickPage *rand.Zipf
	pickWord *rand.Zipf
	buf      []byte
}

const (
	pages    = 20_000
	maxOpen  = 64 // visits at the same time
	perAgent = 400
)

// Write writes a log to w.
func Write(w io.Writer, o Options) error {
	out := bufio.NewWriterSize(w, 1<<20)
	err := generate(o, func(_ time.Time, line []byte) error {
		_, err := out.Write(line)
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// WriteDays writes the log as one file a day into dir, which exists, and answers their paths in order of time:
// u_ex250301.log and so on for w3c, access-2025-03-01.log for combined.
func WriteDays(dir string, o Options) (paths []string, err error) {
	layout := "access-2006-01-02.log"
	if o.Format == "w3c" {
		layout = "u_ex060102.log"
	}
	var f *os.File
	var out *bufio.Writer
	shut := func() error {
		if f == nil {
			return nil
		}
		return errors.Join(out.Flush(), f.Close())
	}
	name := ""
	err = generate(o, func(at time.Time, line []byte) error {
		if today := at.Format(layout); today != name {
			if err := shut(); err != nil {
				return err
			}
			name = today
			path := filepath.Join(dir, name)
			if f, err = os.Create(path); err != nil {
				return err
			}
			out = bufio.NewWriterSize(f, 1<<20)
			paths = append(paths, path)
		}
		_, err := out.Write(line)
		return err
	})
	return paths, errors.Join(err, shut())
}

// generate hands each line, with its line end and any header before it, to emit.
func generate(o Options, emit func(at time.Time, line []byte) error) error {
	o = o.withDefaults()
	if o.Format != "combined" && o.Format != "w3c" {
		return fmt.Errorf("loggen: unknown format %q: want combined or w3c", o.Format)
	}
	g := newGenerator(o)
	var l line
	var open []visit
	day := -1
	for i := range o.Lines {
		at := g.timeOf(i)
		g.buf = g.buf[:0]
		if o.Format == "w3c" && at.YearDay() != day {
			day = at.YearDay()
			g.buf = header(g.buf, at)
		}
		open = g.next(&l, at, i, open)
		if o.Format == "w3c" {
			g.buf = w3c(g.buf, &l)
		} else {
			g.buf = combined(g.buf, &l)
		}
		if err := emit(at, g.buf); err != nil {
			return err
		}
	}
	return nil
}

// next makes the next line: an attack, an asset of one of the open visits, or a new page.
func (g *generator) next(l *line, at time.Time, i int, open []visit) []visit {
	switch {
	case g.rnd.Float64() < g.o.Attacks:
		g.attack(l, at, i)
	case len(open) > 0 && (len(open) >= maxOpen || g.rnd.IntN(3) > 0):
		k := g.rnd.IntN(len(open))
		v := &open[k]
		g.asset(l, at, v)
		if v.assets--; v.assets == 0 {
			open[k] = open[len(open)-1]
			open = open[:len(open)-1]
		}
	default:
		page := g.page(l, at)
		if n := g.rnd.IntN(6); n > 0 {
			open = append(open, visit{l.client, l.agent, page, n})
		}
	}
	return open
}

func newGenerator(o Options) *generator {
	g := &generator{o: o, rnd: rand.New(rand.NewPCG(o.Seed, 7))}
	n := max(100, o.Lines/60)
	g.clients = make([]string, n)
	g.agentOf = make([]uint16, n)
	for i := range g.clients {
		if g.rnd.IntN(5) == 0 {
			g.clients[i] = fmt.Sprintf("2001:db8:%x:%x::%x", g.rnd.IntN(65536), g.rnd.IntN(65536), g.rnd.IntN(65536))
		} else {
			g.clients[i] = fmt.Sprintf("%d.%d.%d.%d", 11+g.rnd.IntN(180), g.rnd.IntN(256), g.rnd.IntN(256), 1+g.rnd.IntN(254))
		}
		g.agentOf[i] = uint16(g.rnd.IntN(perAgent))
	}
	for i := range perAgent {
		g.agents = append(g.agents, browser(i))
	}
	g.pickWho = rand.NewZipf(g.rnd, 1.05, 30, uint64(n-1))
	g.pickPage = rand.NewZipf(g.rnd, 1.1, 20, pages-1)
	g.pickWord = rand.NewZipf(g.rnd, 1.2, 8, 4000)
	return g
}

func browser(i int) string {
	systems := []string{"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 14; K"}
	v := 90 + i/8
	switch i % 8 {
	case 0, 1, 2, 3:
		return fmt.Sprintf("Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", systems[i%4], v)
	case 4, 5:
		return fmt.Sprintf("Mozilla/5.0 (%s; rv:%d.0) Gecko/20100101 Firefox/%d.0", systems[i%2], v, v)
	case 6:
		return fmt.Sprintf("Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.%d Mobile/15E148 Safari/604.1", i/8%7, i/8%7)
	}
	return fmt.Sprintf("Mozilla/5.0 (compatible; examplebot/%d.%d; +https://bot%d.example/about)", 1+i/80, i/8%10, i/8%10)
}

// timeOf spreads the lines over the days, denser by day than by night.
func (g *generator) timeOf(i int) time.Time {
	x := float64(i) / float64(g.o.Lines) * float64(g.o.Days)
	day := float64(int(x))
	f := x - day
	f = f + 0.06*(f*(1-f))*2 // a little more in the second half of the day
	return g.o.Start.Add(time.Duration((day + f) * 24 * float64(time.Hour))).Truncate(time.Second)
}

func (g *generator) who(l *line) {
	c := g.pickWho.Uint64()
	l.client, l.agent = g.clients[c], g.agents[g.agentOf[c]]
}

// page makes a page view and answers its path.
func (g *generator) page(l *line, at time.Time) string {
	g.who(l)
	n := int(g.pickPage.Uint64())
	*l = line{at: at, client: l.client, agent: l.agent, method: "GET", status: 200, size: 4000 + n%9000, millis: 5 + g.rnd.IntN(200), referer: "-"}
	switch n % 10 {
	case 0, 1, 2, 3:
		l.path = "/products/" + strconv.Itoa(10000+n) + "/" + word(n%997) + "-" + word(n%89) + ".html"
	case 4, 5:
		l.path, l.query = "/item.php", "id="+strconv.Itoa(n)+"&ref="+word(n%50)
	case 6:
		l.path, l.query = "/search", "q="+word(int(g.pickWord.Uint64()))+"+"+word(int(g.pickWord.Uint64()))+"&page="+strconv.Itoa(1+g.rnd.IntN(9))
	case 7:
		l.path, l.query = "/category/"+word(n%40), "sort=price&session="+strconv.FormatUint(g.rnd.Uint64()>>20, 36)
	case 8:
		l.path = "/"
	default:
		l.path, l.method, l.status, l.size = "/cart/add", "POST", 302, 0
	}
	if g.rnd.IntN(3) > 0 {
		l.referer = "https://www.shop.example/category/" + word(n%40)
	} else if g.rnd.IntN(4) == 0 {
		l.referer = "https://search.example/?q=" + word(n%997)
	}
	if g.rnd.IntN(60) == 0 {
		l.status, l.size = 404, 310
	}
	return l.path
}

func (g *generator) asset(l *line, at time.Time, v *visit) {
	n := g.rnd.IntN(900)
	*l = line{at: at, client: v.client, agent: v.agent, method: "GET", status: 200, size: 800 + n*40, millis: 1 + g.rnd.IntN(20),
		referer: "https://www.shop.example" + v.page}
	switch n % 4 {
	case 0:
		l.path = "/static/css/site-" + strconv.Itoa(n%7) + ".css"
	case 1:
		l.path = "/static/js/app-" + strconv.Itoa(n%11) + ".js"
	default:
		l.path = "/media/" + word(n%30) + "/" + strconv.Itoa(n) + ".jpg"
	}
	if g.rnd.IntN(4) == 0 {
		l.status, l.size = 304, 0
	}
}

// attack makes a hostile request: injections of ever new numbers, word lists, password guesses, known holes.
func (g *generator) attack(l *line, at time.Time, i int) {
	foe := g.rnd.IntN(40)
	*l = line{at: at, client: fmt.Sprintf("203.0.113.%d", foe), agent: g.agents[foe*7%perAgent], method: "GET", status: 200, size: 900, millis: 20, referer: "-"}
	if g.o.Fuzz {
		l.path, l.status, l.size = "/"+strconv.FormatUint(g.rnd.Uint64(), 36), 404, 310
		return
	}
	n := strconv.Itoa(i)
	switch foe % 5 {
	case 0:
		l.path, l.query = "/item.php", "id="+n+"%27%20AND%20ORD%28MID%28%28SELECT%20pass%20FROM%20users%20LIMIT%201%29%2C"+strconv.Itoa(i%40)+"%2C1%29%29%3E"+strconv.Itoa(i%128)+"--%20-"
	case 1:
		l.path, l.query = "/search", "q="+n+"%27+UNION+ALL+SELECT+NULL%2C"+n+"%2CNULL--+-"
	case 2:
		l.path, l.status, l.size = "/"+word(i%4000)+word(i%53)+"/", 404, 310
	case 3:
		l.path, l.method = "/login", "POST"
	default:
		l.path, l.status, l.size = []string{"/.env", "/wp-login.php", "/.git/config", "/cgi-bin/luci", "/backup.zip"}[i%5], 404, 310
	}
}

// word is the n-th word of a made-up language.
func word(n int) string {
	syllables := [...]string{"ba", "ko", "mi", "ru", "ta", "ne", "sol", "ver", "lan", "dor", "pi", "qua", "ste", "fol", "gri", "hu"}
	s := syllables[n&15] + syllables[n>>4&15]
	if n >= 256 {
		s += syllables[n>>8&15]
	}
	return s
}

func combined(b []byte, l *line) []byte {
	b = append(b, l.client...)
	b = append(b, " - - ["...)
	b = l.at.AppendFormat(b, "02/Jan/2006:15:04:05 -0700")
	b = append(b, `] "`...)
	b = append(b, l.method...)
	b = append(b, ' ')
	b = append(b, l.path...)
	if l.query != "" {
		b = append(append(b, '?'), l.query...)
	}
	b = append(b, ` HTTP/1.1" `...)
	b = strconv.AppendInt(b, int64(l.status), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(l.size), 10)
	b = append(b, ` "`...)
	b = append(b, l.referer...)
	b = append(b, `" "`...)
	b = append(b, l.agent...)
	return append(b, '"', '\n')
}

func header(b []byte, at time.Time) []byte {
	return fmt.Appendf(b, "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: %s\r\n"+
		"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n",
		at.Format("2006-01-02 15:04:05"))
}

func w3c(b []byte, l *line) []byte {
	b = l.at.AppendFormat(b, "2006-01-02 15:04:05")
	b = append(b, " 10.0.0.5 "...)
	for _, f := range []string{l.method, l.path, l.query} {
		if f == "" {
			f = "-"
		}
		b = append(append(b, f...), ' ')
	}
	b = append(b, "443 - "...)
	b = append(append(b, l.client...), ' ')
	for i := range len(l.agent) {
		if l.agent[i] == ' ' {
			b = append(b, '+')
		} else {
			b = append(b, l.agent[i])
		}
	}
	b = append(append(append(b, ' '), l.referer...), ' ')
	b = strconv.AppendInt(b, int64(l.status), 10)
	b = append(b, " 0 0 "...)
	b = strconv.AppendInt(b, int64(l.millis), 10)
	return append(b, '\r', '\n')
}
