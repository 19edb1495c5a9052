package triage

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"

	libinjection "github.com/corazawaf/libinjection-go"
)

// A Judge says what a single request shows: it runs every rule of Rules over the decoded layers of a
// request. Findings depend on the request's text alone, so callers may keep them per distinct text.
//
// A text is read in three steps, each for what the one before let through: one pass for the literals of
// all rules at once, then the patterns of those rules whose literals are there, then, for values that
// could be SQL or markup, the tokenizer and libinjection. A plain request ends with the first step.
type Judge struct {
	rules  []compiledRule
	scan   *wordScan
	owners [][]int32          // rules of each word
	masks  [placeBits]ruleSet // the rules that read each place
}

// maxJudged bounds the text that rules read, in bytes of one field; web servers refuse longer targets
// by default.
const maxJudged = 16 << 10

// maxRepeated is how many parameters of a query are looked at for others of the same name.
const maxRepeated = 32

// maxFindings bounds the findings of one request.
const maxFindings = 64

// NewJudge returns a Judge over Rules. It is safe for concurrent use. Judges share their compiled
// rules, so a second one costs nothing.
func NewJudge() *Judge { return sharedJudge() }

var sharedJudge = sync.OnceValue(func() *Judge { return newJudge(Rules()) })

func newJudge(rules []Rule) *Judge {
	if len(rules) > maxRules {
		panic("triage: more rules than a ruleSet holds")
	}
	j := &Judge{rules: compileRules(rules)}
	ids := map[string]int{}
	var words []string
	for i := range rules {
		for _, w := range rules[i].Words {
			id, ok := ids[w]
			if !ok {
				id = len(words)
				ids[w] = id
				words = append(words, w)
				j.owners = append(j.owners, nil)
			}
			j.owners[id] = append(j.owners[id], int32(i))
		}
	}
	j.scan = newWordScan(words)

	for i := range rules {
		for b := 0; b < placeBits; b++ {
			if rules[i].Field&(1<<b) != 0 {
				j.masks[b].add(int32(i))
			}
		}
	}
	return j
}

// Request returns the findings of r, highest level first, then by rule and field; at most one for each
// rule and field.
func (j *Judge) Request(r *Request) []Finding {
	h := j.hunt()
	h.uri(r.Method, r.Path, r.Query, r.Protocol)
	h.agent(r.Agent)
	h.referer(r.Referer)
	h.host(r.Host)
	if r.Body != "" || r.Answer != "" {
		h.found = append(h.found, j.Body(r.Body, r.Answer)...)
	}
	return h.done()
}

// URI returns the findings of the request line alone.
func (j *Judge) URI(method, path, query, protocol string) []Finding {
	h := j.hunt()
	h.uri(method, path, query, protocol)
	return h.done()
}

// Agent returns the findings of a user agent.
func (j *Judge) Agent(agent string) []Finding {
	h := j.hunt()
	h.agent(agent)
	return h.done()
}

// Referer returns the findings of a referrer.
func (j *Judge) Referer(referer string) []Finding {
	h := j.hunt()
	h.referer(referer)
	return h.done()
}

// Host returns the findings of the host that was asked for.
func (j *Judge) Host(host string) []Finding {
	h := j.hunt()
	h.host(host)
	return h.done()
}

// A hunt is the judgement of one request.
type hunt struct {
	j     *Judge
	found []Finding
	limit Level // findings are no higher, if set
}

func (j *Judge) hunt() *hunt { return &hunt{j: j} }

// done puts the findings in order.
func (h *hunt) done() []Finding {
	slices.SortFunc(h.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Field, b.Field))
	})
	return h.found
}

func (h *hunt) uri(method, path, query, protocol string) {
	if !ordinaryMethod(method) || !ordinaryProtocol(protocol) {
		line := method + " " + cutText(path, 256) + " " + protocol
		if method != "" && !knownMethods[method] {
			line += unknownMethod
		}
		h.read("method", InMethod, line)
	}
	path, query = cutText(path, maxJudged), cutText(query, maxDecodeBytes)
	place := InPath
	if query == "" {
		place |= InTarget
	}
	h.field("path", place, path, false)
	if query == "" {
		return
	}
	if head := cutText(query, maxJudged); mayBeCoded(path) || mayBeCoded(head) {
		h.target(path, head)
	} else {
		h.read("path", InTarget, path+"?"+head)
	}
	h.parameters(query, InQuery, "")
	h.shellQuery(path, query)
}

// target runs the rules over path and query together.
func (h *hunt) target(path, query string) {
	p, _ := inPlace(path, false)
	q, _ := inPlace(query, true)
	h.read("path", InTarget, p+"?"+q)
}

// parameters judges the parameters of a query, and the whole query as one value when no parameter
// explains it: payloads hold "&" and "=" themselves. The field is queryField unless given.
func (h *hunt) parameters(query string, place Place, field string) {
	params := splitQuery(query)
	before := len(h.found)
	odd := false
	for _, p := range params {
		f := field
		if f == "" {
			f = queryField(p.name)
		}
		h.field(f, place, p.value, true)
		if p.name == "" || plainName(p.name) {
			continue
		}
		odd = odd || !strings.HasSuffix(p.name, "]") && !strings.Contains(p.name, ".")
		if place == InQuery {
			h.field(f, InName, p.name, true)
		}
	}
	if h.worst(before) < High && len(params) > 1 && place == InQuery {
		h.repeated(params)
	}
	if !odd && !strings.ContainsAny(query, "'\"()<>;|`{}$*") || h.worst(before) >= High {
		return
	}
	if len(params) > 1 || odd {
		if field == "" {
			field = "query:"
		}
		h.field(field, place, query, true)
	}
}

// repeated judges the values of a parameter that is given more than once as the servers see them that join
// such values with a comma (ASP, ASP.NET): a payload may be cut into them.
//
// Source: https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/04-Testing_for_HTTP_Parameter_Pollution
func (h *hunt) repeated(params []parameter) {
	for i, p := range params {
		if p.name == "" || i >= maxRepeated {
			continue
		}
		joined, n := p.value, 1
		for _, q := range params[i+1:] {
			if q.name == p.name {
				joined += "," + q.value
				n++
			}
		}
		if n == 1 || slices.IndexFunc(params, func(q parameter) bool { return q.name == p.name }) < i {
			continue
		}
		if strings.ContainsAny(joined, "%'\"()<>;|`{}$*") {
			h.field(queryField(p.name), InQuery, joined, true)
		}
	}
}

// worst is the highest level among the findings from number n on.
func (h *hunt) worst(n int) Level {
	l := None
	for _, f := range h.found[n:] {
		l = max(l, f.Level)
	}
	return l
}

func (h *hunt) agent(agent string) {
	if agent != "" {
		h.field("agent", InAgent, agent, false)
	}
}

func (h *hunt) referer(referer string) {
	if referer == "" {
		return
	}
	base, query, ok := strings.Cut(referer, "?")
	if !ok || !strings.HasPrefix(referer, "http") {
		h.field("referer", InReferer, referer, false)
		return
	}
	h.field("referer", InReferer, base, false)
	if searchEngine(base) {
		h.limit = Low
	}
	h.parameters(query, InReferer, "referer")
	h.limit = None
}

// host judges a host name as sent. The names that a server's configuration may log in its place ("_", a
// pattern after "~", "*.example.org") show nothing.
func (h *hunt) host(host string) {
	if host == "" || host[0] == '~' || host[0] == '*' || plainHost(host) && !strings.Contains(host, "..") {
		if len(host) > 12 {
			h.read("host", InHost, host)
		}
		return
	}
	h.field("host", InHost, host, false)
	h.read("host", InHost, oddHost+host)
}

// field judges every layer of a text that can show something of its own: the fully decoded one, and
// what it spells out.
func (h *hunt) field(field string, place Place, raw string, plus bool) {
	if raw == "" {
		return
	}
	raw = cutText(raw, maxJudged)
	if !mayBeCoded(raw) && !maySpell(raw) {
		h.read(field, place, raw)
		return
	}
	text, depth := inPlace(raw, plus)
	h.read(field, place, text)
	for _, l := range appendSpelled(nil, text, "") {
		h.read(field, place, l.text)
	}
	if strings.IndexByte(text, 0) > 0 {
		h.read(field, place, strings.ReplaceAll(text, "\x00", ""))
	}
	if place == InQuery && mayBeJSON(text) {
		for _, s := range jsonStrings(text) {
			h.read(field, place, s)
		}
	}
	if (!plus && strings.ContainsAny(text, "'\"(=") || depth > 0 && strings.IndexByte(text, ' ') < 0) && strings.IndexByte(text, '+') >= 0 {
		h.read(field, place, strings.ReplaceAll(text, "+", " "))
	}
	if s := shellPlain(text); s != text {
		h.read(field, InShell, s)
	}
}

// inPlace undoes every coding that stands for other text in its place.
func inPlace(s string, plus bool) (string, int) {
	depth := 0
	for ; depth < maxDecodeDepth; depth++ {
		next, name := decodeStep(s, plus && depth == 0)
		if name == "" || next == s {
			break
		}
		s = next
	}
	return s, depth
}

// read runs the rules of place over one decoded text.
func (h *hunt) read(field string, place Place, text string) {
	low := asciiLower(text)
	var hit, allowed ruleSet
	h.j.placeMask(place, &allowed)
	any := false
	h.j.scan.each(low, func(word int32, _ int) {
		for _, r := range h.j.owners[word] {
			if allowed.has(r) {
				hit.add(r)
				any = true
			}
		}
	})
	if !any {
		return
	}
	t := judgedText{text: text, low: low}
	for w := range hit {
		for b := hit[w]; b != 0; b &= b - 1 {
			h.try(&h.j.rules[w*64+bits.TrailingZeros64(b)], field, &t)
		}
	}
}

// A judgedText is a text with what the tokenizer saw in it, once it was asked.
type judgedText struct {
	text, low string
	sql       *sqlReport
	asked     bool // libinjection was asked
	sqli      bool // and said yes

	wrote   string // what writes found
	written bool   // it was asked
}

// writes is the path of the file that commands or code in the text write, or "".
func (t *judgedText) writes() string {
	if !t.written {
		t.written, t.wrote = true, writtenPath(t.text)
	}
	return t.wrote
}

func (t *judgedText) report() *sqlReport {
	if t.sql == nil {
		t.sql = readSQL(t.low)
	}
	return t.sql
}

// voice is libinjection's answer.
func (t *judgedText) voice() bool {
	if !t.asked {
		t.asked = true
		t.sqli, _ = libinjection.IsSQLi(t.text)
	}
	return t.sqli
}

// try runs one rule whose words are in the text. A rule that fired on another layer of the field is asked
// again only for the path that it did not find there.
func (h *hunt) try(r *compiledRule, field string, t *judgedText) {
	before := h.find(r.ID, field)
	if before == nil && len(h.found) >= maxFindings || before != nil && (before.Target != "" || !r.mayWrite(t)) || r.Last && h.fieldLevel(field) >= r.Level {
		return
	}
	for i := 0; i < len(r.Needs); i++ {
		if strings.IndexByte(t.low, r.Needs[i]) < 0 {
			return
		}
	}
	from, to, target, ok := r.evidence(t)
	if !ok {
		return
	}
	if r.Class == RCE && target == "" {
		target = t.writes()
	}
	level := r.Level
	if target != "" && runsOnServer(target) {
		level = Critical
	}
	if h.limit != None {
		level = min(level, h.limit)
	}
	f := Finding{
		Rule: r.ID, Class: r.Class, Level: level, Field: field, Why: r.Why,
		Match:  boundMatch(t.text[from:max(from, to)]),
		Target: boundMatch(originalCase(t, target)),
	}
	switch {
	case before == nil:
		h.found = append(h.found, f)
	case f.Target != "":
		*before = f
	}
}

// mayWrite reports whether a finding of the rule in the text can name a path that is written.
func (r *compiledRule) mayWrite(t *judgedText) bool {
	return r.Class == RCE && t.writes() != "" || r.writes || r.Sign == signFileWrite || r.Sign == signCommand
}

// evidence asks the rule's sign and pattern: which bytes of the text speak for it, and the path that
// they write to, in lower case.
func (r *compiledRule) evidence(t *judgedText) (from, to int, target string, ok bool) {
	pattern, except, group := r.patterns()
	if except != nil && except.MatchString(t.low) {
		return 0, 0, "", false
	}
	switch {
	case r.Sign == 0:
		from, to = wordSpan(r.Words, t.low)
	case !t.shows(r.Sign):
		return 0, 0, "", false
	case r.Sign >= signVoiceSQL:
		to = len(t.text)
	default:
		from, to = t.sql.span[r.Sign][0], t.sql.span[r.Sign][1]
		if r.Sign == signFileWrite || r.Sign == signCommand {
			target = t.sql.target
		}
	}
	if pattern == nil {
		return from, to, target, true
	}
	loc := pattern.FindStringSubmatchIndex(t.low)
	if loc == nil {
		return 0, 0, "", false
	}
	if group >= 0 && loc[2*group] >= 0 {
		target = t.low[loc[2*group]:loc[2*group+1]]
	}
	return loc[0], loc[1], target, true
}

// shows reports whether the text shows a sign.
func (t *judgedText) shows(s sqlSign) bool {
	switch s {
	case signVoiceSQL:
		return t.voice()
	case signVoiceBacked:
		return t.report().suspicious() && t.voice()
	case signVoiceXSS:
		return libinjection.IsXSS(t.text)
	}
	return t.report().has[s]
}

// originalCase finds a path that was read in lower case in the text as sent.
func originalCase(t *judgedText, target string) string {
	if target == "" {
		return ""
	}
	if i := strings.Index(t.low, target); i >= 0 {
		return t.text[i : i+len(target)]
	}
	return target
}

// fieldLevel is the highest level found in a field so far.
func (h *hunt) fieldLevel(field string) Level {
	l := None
	for i := range h.found {
		if h.found[i].Field == field {
			l = max(l, h.found[i].Level)
		}
	}
	return l
}

// find is the finding of a rule in a field, or nil.
func (h *hunt) find(rule, field string) *Finding {
	for i := range h.found {
		if h.found[i].Rule == rule && h.found[i].Field == field {
			return &h.found[i]
		}
	}
	return nil
}

// wordSpan is where the first of words is.
func wordSpan(words []string, low string) (int, int) {
	for _, w := range words {
		if i := strings.Index(low, w); i >= 0 {
			return i, i + len(w)
		}
	}
	return 0, 0
}

// boundMatch makes s valid UTF-8 of at most MaxMatch bytes.
func boundMatch(s string) string {
	return cutText(strings.ToValidUTF8(cutText(s, MaxMatch), "\uFFFD"), MaxMatch)
}

// asciiLower is s with A to Z in lower case and every other byte where it was.
func asciiLower(s string) string {
	i := 0
	for i < len(s) && !(s[i] >= 'A' && s[i] <= 'Z') {
		i++
	}
	if i == len(s) {
		return s
	}
	b := []byte(s)
	for ; i < len(b); i++ {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] |= 0x20
		}
	}
	return string(b)
}

const (
	maxRules  = 1024
	placeBits = 9
)

// A ruleSet is a set of numbers of rules.
type ruleSet [maxRules / 64]uint64

func (s *ruleSet) add(r int32)      { s[r>>6] |= 1 << (r & 63) }
func (s *ruleSet) has(r int32) bool { return s[r>>6]&(1<<(r&63)) != 0 }

// placeMask is the set of rules that read any of the places.
func (j *Judge) placeMask(p Place, out *ruleSet) {
	for b := 0; b < placeBits; b++ {
		if p&(1<<b) == 0 {
			continue
		}
		for i, w := range j.masks[b] {
			out[i] |= w
		}
	}
}
