package blind

import "strings"

// A piece is a part of a text that a payload has the database show: bytes that are known, or what it reads.
type piece struct {
	text   string      // known bytes
	wild   int         // unknown bytes, how many
	leaf   *leaf       // what is read; nil of known bytes
	from   int         // the first character of it that is shown, from 1; 0 if that is not known
	count  int         // how many are shown at most, -1 if all
	masked [][2]string // texts that were put in place of others: {of, instead}
}

// maxPieces bounds the pieces of one text.
const maxPieces = 64

// pieces takes apart a text that is to be shown; ok is false if it is made in a way that is not understood.
func (e *evaluator) pieces(n *node, depth int) (out []piece, ok bool) {
	if n == nil || depth > maxDepth {
		return nil, false
	}
	if n.kind == nodeNull {
		return nil, true
	}
	n = unwrap(n)
	join := func(args []*node, sep string) ([]piece, bool) {
		var all []piece
		for i, a := range args {
			if i > 0 && sep != "" {
				all = append(all, piece{text: sep})
			}
			p, fine := e.pieces(a, depth+1)
			if !fine || len(all)+len(p) > maxPieces {
				return nil, false
			}
			all = append(all, p...)
		}
		return all, true
	}
	switch {
	case n.kind == nodeCall && n.op == "CONCAT", n.kind == nodeBinary && (n.op == "||" || n.op == "+"):
		return join(n.args, "")
	case n.kind == nodeCall && n.op == "CONCAT_WS" && len(n.args) > 1:
		if sep := e.eval(n.args[0], depth); sep.kind == vString || sep.kind == vNumber {
			return join(n.args[1:], asText(sep))
		}
		return nil, false
	case n.kind == nodeCall && n.op == "REPLACE" && len(n.args) == 3:
		of, by := e.eval(n.args[1], depth), e.eval(n.args[2], depth)
		if p, fine := e.pieces(n.args[0], depth+1); fine && of.kind == vString && by.kind == vString {
			for i := range p {
				if p[i].leaf != nil {
					p[i].masked = append(p[i].masked, [2]string{of.s, by.s})
				}
			}
			return p, true
		}
	case n.kind == nodeCall && n.op == "RAND", n.kind == nodeCall && (n.op == "FLOOR" || n.op == "ROUND") && random(n, 0):
		return []piece{{wild: 1}}, true
	case n.kind == nodeSelect && len(n.sel.columns) == 1:
		if in := derived(n.sel); in != nil {
			return e.pieces(in, depth+1)
		}
		e.scope = append(e.scope, n.sel)
		defer func() { e.scope = e.scope[:len(e.scope)-1] }()
		return e.pieces(n.sel.columns[0], depth+1)
	}
	if n.kind == nodeCall && isAggregate(n.op) && len(n.args) > 0 {
		if p := e.aggregated(n.args[0], depth); p != nil {
			return p, true
		}
	}
	v := e.eval(n, depth)
	switch v.kind {
	case vString, vNumber:
		return []piece{{text: asText(v)}}, true
	case vPart:
		return []piece{{leaf: v.leaf, from: max(v.pos, 0), count: v.len}}, true
	}
	if n.kind == nodeCase && len(n.args) == 3 { // a test that shows one of two texts, such as 1 or 0
		yes, no := e.eval(n.args[1], depth), e.eval(n.args[2], depth)
		if text := asText(yes); knownText(yes) && knownText(no) && text != "" && len(text) == len(asText(no)) {
			return []piece{{wild: len(text)}}, true
		}
	}
	return nil, false
}

func knownText(v value) bool { return v.kind == vString || v.kind == vNumber }

// aggregated takes apart the text of each row that an aggregate joins: what it reads without the known texts, which
// come as often as there are rows. It is nil of a row that is one thing only, and is read as the whole.
func (e *evaluator) aggregated(n *node, depth int) []piece {
	all, ok := e.pieces(n, depth+1)
	if _, leaves := known(all); !ok || len(leaves) == 0 || len(all) == 1 {
		return nil
	}
	var out []piece
	for _, p := range all {
		if p.leaf != nil {
			out = append(out, p)
		}
	}
	return out
}

// isAggregate are the functions that join the texts of rows. Sources: as in dialect.go.
func isAggregate(op string) bool {
	switch op {
	case "GROUP_CONCAT", "STRING_AGG", "LISTAGG", "ARRAY_AGG", "XMLAGG", "JSON_AGG", "JSONB_AGG", "JSON_ARRAYAGG", "JSON_GROUP_ARRAY", "WM_CONCAT":
		return true
	}
	return false
}

// random reports an expression that draws lots.
func random(n *node, depth int) bool {
	if n == nil || depth > maxDepth {
		return false
	}
	if n.kind == nodeCall && n.op == "RAND" {
		return true
	}
	for _, a := range n.args {
		if random(a, depth+1) {
			return true
		}
	}
	return false
}

// derived is the one column of the SELECT in FROM that a SELECT does nothing but hand on; nil if it does more.
func derived(s *selection) *node {
	if len(s.columns) != 1 || len(s.tables) > 0 || len(s.inner) != 1 || s.where != nil || s.inner[0].kind != nodeSelect || len(s.inner[0].sel.columns) != 1 {
		return nil
	}
	if c := s.columns[0]; c.kind == nodeStar || c.kind == nodeName && !global(c) {
		return s.inner[0]
	}
	return nil
}

// known is how many bytes of a text are, and what the others are of.
func known(pieces []piece) (fixed int, leaves []*leaf) {
	for _, p := range pieces {
		fixed += len(p.text) + p.wild
		if p.leaf != nil {
			leaves = append(leaves, p.leaf)
		}
	}
	return fixed, leaves
}

// read is the piece that a text shows of the database, with the known text around it; ok is false if there is none.
// Several things that are read stand together, with what parts them.
func around(pieces []piece) (lead, tail string, wild int, read []piece) {
	first, last := -1, -1
	for i, p := range pieces {
		if p.leaf != nil {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return
	}
	var b strings.Builder
	for _, p := range pieces[:first] {
		b.WriteString(p.text)
	}
	lead = b.String()
	b.Reset()
	for _, p := range pieces[last+1:] {
		b.WriteString(p.text)
		wild += p.wild
	}
	return lead, b.String(), wild, pieces[first : last+1]
}
