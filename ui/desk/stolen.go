package desk

// What injection read, whether it worked, and what the intruders were sent: a second look at all requests of the
// clients that injected or had a part in an incident with a shell. It is taken when the case is judged as a whole,
// and kept.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"time"

	"spoor/index"
	"spoor/triage"
	"spoor/triage/blind"
)

const (
	maxInjectors  = 5000    // clients that are looked at
	maxOfInjector = 1 << 20 // requests of a group of clients
	stolenGroup   = 32      // clients asked for at once
	maxLargest    = 5       // answers kept of a client
)

// A Loot is what SQL injection read, how the attacks fared, and what those who injected or used a shell were sent.
type Loot struct {
	blind.Result
	Sent []index.Sent // of those who were sent most first
}

// Stolen is what was kept when the case was last judged; if that was by another method, or never, it is made now.
//
// It is read from all requests of the clients with a finding of injection: their plain requests too, since the pace
// of a client tells how long its answers took. Clients beyond maxInjectors and requests beyond maxOfInjector of
// stolenGroup clients are not looked at; they count as Dropped.
func (d *Desk) Stolen(ctx context.Context) (*Loot, error) {
	stolen, _, err := d.looks(ctx, true)
	if err != nil {
		return nil, err
	}
	return &Loot{stolen.Result, stolen.Sent}, nil
}

// keptStolen is Stolen of the looks that were taken; nil if none were, or none can be read, of which Stolen tells.
func (d *Desk) keptStolen() *Loot {
	stolen, _, err := d.looks(context.Background(), false)
	if err != nil || stolen == nil {
		return nil
	}
	return &Loot{stolen.Result, stolen.Sent}
}

// StolenTotals sums up what is kept of Stolen, without a look of its own; nil if nothing is.
func (d *Desk) StolenTotals() *blind.Totals {
	loot := d.keptStolen()
	if loot == nil {
		return nil
	}
	t := loot.Totals()
	return &t
}

// stolenMethod begins Stolen.Made: what else than this made is of no use.
func stolenMethod() string { return fmt.Sprintf("%d/%.16s/", blind.Format, triage.RuleSetHash()) }

// A stolenLook is a look at what injection read.
type stolenLook struct {
	made     string
	clients  []string // that are looked at: the injectors, and then those who were only sent something
	injector map[string]bool
	sent     map[string]*index.Sent
	reader   *blind.Reader
	more     int // clients and requests that are not looked at
}

// stolenLook prepares a look; nil if old was made of the same.
func (d *Desk) stolenLook(ctx context.Context, old *index.Stolen) (*stolenLook, error) {
	clients, more, err := d.injectors(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the clients that injected: %w", err)
	}
	injected := len(clients)
	sent := d.receivers()
	for i := range sent {
		if !slices.Contains(clients[:injected], sent[i].Client) {
			clients = append(clients, sent[i].Client)
		}
	}
	made, err := d.madeOf(clients, sent)
	if err != nil {
		return nil, err
	}
	if old != nil && old.Made == made {
		return nil, nil
	}
	l := &stolenLook{made: made, clients: clients, more: more, injector: map[string]bool{}, sent: map[string]*index.Sent{}, reader: blind.NewReader()}
	for i := range sent {
		l.sent[sent[i].Client] = &sent[i]
	}
	for _, c := range clients[:injected] {
		l.injector[c] = true
		if l.sent[c] == nil {
			l.sent[c] = &index.Sent{Client: c, Intruder: d.intruderOf(c)}
		}
	}
	return l, nil
}

// add takes a request of one of the clients.
func (l *stolenLook) add(q *triage.Request) {
	if l.injector[q.Client] {
		l.reader.Add(q)
	}
	count(l.sent[q.Client], q)
}

// result is what the look found; nil of no look.
func (l *stolenLook) result() *index.Stolen {
	if l == nil {
		return nil
	}
	out := &index.Stolen{Made: l.made, Result: *l.reader.Result()}
	out.Result.Dropped += l.more
	read := out.Result.Totals().Clients
	for _, c := range l.clients {
		if s := l.sent[c]; s.Requests > 0 && (!s.Since.IsZero() || s.Intruder != "" || slices.Contains(read, c)) {
			out.Sent = append(out.Sent, *s)
		}
	}
	slices.SortStableFunc(out.Sent, func(a, b index.Sent) int { return int(min(max(b.Bytes-a.Bytes, -1), 1)) })
	return out
}

// hashParts begins the name of what was made of the index: with the parts that it has now.
func (d *Desk) hashParts() (hash.Hash, error) {
	parts, err := d.Store.Parts()
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for i := range parts {
		fmt.Fprintf(h, "%s\n", parts[i].ID)
	}
	return h, nil
}

// madeOf names what is looked at: the parts of the index, the clients, and since when.
func (d *Desk) madeOf(clients []string, sent []index.Sent) (string, error) {
	h, err := d.hashParts()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%q\n", clients)
	for i := range sent {
		fmt.Fprintf(h, "%q %s %d\n", sent[i].Client, sent[i].Intruder, sent[i].Since.UnixMilli())
	}
	return stolenMethod() + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// receivers are the clients of incidents with a shell, with the time of its plant, or of its first use.
func (d *Desk) receivers() []index.Sent {
	var out []index.Sent
	for _, in := range d.survey().Incidents {
		if len(in.Shells) == 0 {
			continue
		}
		var since time.Time
		for _, s := range in.Steps {
			if (s.Kind == "plant" || s.Kind == "access" || s.Kind == "use") && (since.IsZero() || s.Time.Before(since)) {
				since = s.Time
			}
		}
		for _, c := range in.Clients {
			known := slices.ContainsFunc(out, func(s index.Sent) bool { return s.Client == c })
			if !known && c != "" && len(out) < maxInjectors {
				out = append(out, index.Sent{Client: c, Intruder: d.intruderOf(c), Since: since})
			}
		}
	}
	return out
}

// intruderOf is the reference of the intruder that a client is of; "" if of none.
func (d *Desk) intruderOf(client string) string {
	for _, in := range d.survey().Intruders {
		if slices.Contains(in.Clients, client) {
			return in.Ref
		}
	}
	return ""
}

// count adds the answer to a request.
func count(s *index.Sent, q *triage.Request) {
	if s == nil {
		return
	}
	s.Requests++
	if q.Size < 0 {
		s.Unsized++
	} else {
		s.Bytes += q.Size
	}
	if s.Since.IsZero() || q.Time.Before(s.Since) {
		return
	}
	s.After++
	if n := len(s.Largest); q.Size <= 0 || n == maxLargest && q.Size <= s.Largest[n-1].Bytes {
		return
	}
	i, _ := slices.BinarySearchFunc(s.Largest, q.Size, func(a index.Answer, size int64) int {
		if a.Bytes >= size {
			return -1
		}
		return 1
	})
	s.Largest = slices.Insert(s.Largest, i, index.Answer{Ref: q.Ref, Time: q.Time, Path: q.Path, Bytes: q.Size})
	s.Largest = s.Largest[:min(len(s.Largest), maxLargest)]
}

// injectors are the clients with a finding of SQL injection, in the order of their first.
func (d *Desk) injectors(ctx context.Context) (clients []string, more int, err error) {
	res, err := d.Search(ctx, "class:sqli")
	if err != nil {
		return nil, 0, err
	}
	found, err := res.Facet(ctx, "ip", maxInjectors+1)
	if err != nil {
		return nil, 0, err
	}
	for _, f := range found {
		if len(clients) == maxInjectors {
			more++
			break
		}
		clients = append(clients, f.Value)
	}
	slices.Sort(clients)
	return clients, more, nil
}

// Read is one expression that injection read, by its reference. The error wraps ErrNoRecord if there is none.
func (d *Desk) Read(ref string) (*blind.Read, error) {
	if loot := d.keptStolen(); loot != nil {
		for i := range loot.Reads {
			if loot.Reads[i].Ref == ref {
				return &loot.Reads[i], nil
			}
		}
	}
	return nil, fmt.Errorf("%s: %w", triage.VisibleN(ref, 60), ErrNoRecord)
}

// askedIn says what a request asked for, if injection read with it; "" if not. The text is safe to draw.
func (d *Desk) askedIn(ref, client string) (read, text string) {
	loot := d.keptStolen()
	if loot == nil {
		return "", ""
	}
	for i := range loot.Reads {
		r := &loot.Reads[i]
		if r.Client != client {
			continue
		}
		for _, c := range r.Chars {
			if slices.Contains(c.Refs, ref) {
				return r.Ref, fmt.Sprintf("character %d of %s", c.Pos, triage.VisibleN(r.Expression, 300))
			}
		}
		if slices.Contains(r.Refs, ref) {
			return r.Ref, triage.VisibleN(r.Expression, 300)
		}
	}
	return "", ""
}

// Outcome is what came of an expression that was asked for, in words, with its value masked if it would do harm:
// safe to draw and to hand on.
func Outcome(r *blind.Read) string {
	switch {
	case r.Failed:
		return "the page answered with an error"
	case r.Kind == "size" && r.Length < 0 && r.Low > 0:
		return fmt.Sprintf("at least about %d bytes came back in the page", r.Low)
	case r.Kind == "size" && r.Length < 0 && r.High > 0:
		return fmt.Sprintf("at most %d bytes came back in the page", r.High)
	case r.Kind == "size" && r.Length < 0:
		return "how much came back cannot be told"
	case r.Kind == "size" && r.Estimated:
		return fmt.Sprintf("about %d bytes came back in the page", r.Length)
	case r.Kind == "size":
		return fmt.Sprintf("%d bytes came back in the page", r.Length)
	case r.Kind != "text" && !r.Certain:
		return fmt.Sprintf("%s: %d to %d", r.Kind, r.Low, r.High)
	}
	return r.Kind + " = " + triage.VisibleN(MaskedValue(r), 400)
}

// MaskedValue is the value of a read, masked if its publication would do harm.
func MaskedValue(r *blind.Read) string {
	if r.Sensitive() != "" {
		return blind.Masked(r.Value)
	}
	return r.Value
}

// Sureness says how sure a value is.
func Sureness(r *blind.Read) string {
	switch {
	case r.Kind == "size" && (r.Estimated || r.Length < 0):
		return "not certain"
	case r.Kind == "size":
		return "the size is certain"
	case r.Certain:
		return "certain" + quotedFrom(r)
	case r.Kind != "text":
		return "not certain"
	}
	n := 0
	for _, c := range r.Chars {
		if c.State == blind.Certain {
			n++
		}
	}
	s := fmt.Sprintf("%d of %d characters certain", n, len(r.Chars))
	if r.Length < 0 {
		s += ", its end is not known"
	}
	return s + quotedFrom(r)
}

// quotedFrom says where in the log a value stands that did not have to be put together.
func quotedFrom(r *blind.Read) string {
	switch r.Source {
	case "":
		return ""
	case blind.FromError:
		return ", from error text in the log"
	}
	return ", from a page kept in the log"
}

// readTitle is a read in one line, safe to draw.
func readTitle(r *blind.Read) string {
	return triage.VisibleN(r.Expression, 120) + ": " + triage.VisibleN(Outcome(r), 80)
}

// readText is what a citation of a read says: all but the value itself, if that would do harm.
func readText(r *blind.Read) string {
	return fmt.Sprintf("%s: %s (%s); %s injection by %s into %s, %d requests", r.Expression, Outcome(r), Sureness(r), r.Technique, r.Client, r.Path+" "+r.Field, r.Requests)
}

// Unmasked records in the journal that masked values were shown.
func (d *Desk) Unmasked(what string) error { return d.Case.RecordUnmasked(d.who.cases(), what) }
