package triage

// A wordScan finds all of a set of literals in a text in one pass, in any ASCII case: the cheap screen
// before every pattern. It is an Aho-Corasick automaton with all failures resolved, over the few byte
// classes that the literals use.
type wordScan struct {
	class  [256]uint8 // byte, folded to lower case, to column
	width  int
	next   []int32   // state*width + column
	output [][]int32 // words that end in the state
}

// newWordScan builds the automaton. Words must be lower case and not empty.
func newWordScan(words []string) *wordScan {
	s := &wordScan{width: 1}
	for _, w := range words {
		for i := 0; i < len(w); i++ {
			if s.class[w[i]] == 0 {
				s.class[w[i]] = uint8(s.width)
				s.width++
			}
		}
	}
	for c := 'a'; c <= 'z'; c++ {
		s.class[c-'a'+'A'] = s.class[c]
	}
	s.addState()
	for id, w := range words {
		state := int32(0)
		for i := 0; i < len(w); i++ {
			at := int(state)*s.width + int(s.class[w[i]])
			if s.next[at] == 0 {
				s.next[at] = s.addState()
			}
			state = s.next[at]
		}
		s.output[state] = append(s.output[state], int32(id))
	}
	s.resolve()
	return s
}

func (s *wordScan) addState() int32 {
	s.next = append(s.next, make([]int32, s.width)...)
	s.output = append(s.output, nil)
	return int32(len(s.output) - 1)
}

// resolve fills in where each state goes when the trie has no edge, breadth first.
func (s *wordScan) resolve() {
	fail := make([]int32, len(s.output))
	queue := make([]int32, 0, len(s.output))
	for c := 0; c < s.width; c++ {
		if n := s.next[c]; n != 0 {
			queue = append(queue, n)
		}
	}
	for head := 0; head < len(queue); head++ {
		state := queue[head]
		s.output[state] = append(s.output[state], s.output[fail[state]]...)
		for c := 0; c < s.width; c++ {
			at := int(state)*s.width + c
			back := s.next[int(fail[state])*s.width+c]
			if n := s.next[at]; n != 0 {
				fail[n] = back
				queue = append(queue, n)
			} else {
				s.next[at] = back
			}
		}
	}
}

// each calls yield with each word found and where it ends, in order of the ends.
func (s *wordScan) each(text string, yield func(word int32, end int)) {
	state := int32(0)
	for i := 0; i < len(text); i++ {
		state = s.next[int(state)*s.width+int(s.class[text[i]])]
		for _, w := range s.output[state] {
			yield(w, i+1)
		}
	}
}
