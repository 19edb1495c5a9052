package triage

// A Visit is one request as behaviour sees it: its columns, with texts as numbers of a Log's dictionaries.
type Visit struct {
	Row     uint64 // number of the row in the store, ascending in the order of load
	Source  uint32 // number of the evidence file in the store
	Audit   bool   // of an audit log, which repeats requests that an access log may have too
	Time    int64  // Unix milliseconds; 0 if unknown
	Client  uint32 // number in the dictionary of Clients, and so on below
	Method  uint32
	Path    uint32
	Query   uint32 // 0 is the empty query
	Referer uint32
	Agent   uint32
	Host    uint32
	User    uint32
	Status  uint16
	Size    int64  // -1 if unknown
	Millis  int64  // -1 if unknown
	Judged  uint32 // number of the set of findings that Judge.Request gave for it; 0 is the empty set
}

// A Column names a column of texts.
type Column int

// The columns that hold texts.
const (
	Clients Column = iota
	Methods
	Paths
	Queries
	Referers
	Agents
	Hosts
	Users
)

// A Log is all requests of a case, as a Survey reads them. Rejected lines are not part of it.
// Numbers of a dictionary are dense, start at 0 and are the same in every call; number 0 of every column
// is the empty text.
type Log interface {
	// Visits calls yield for each request in the order of load, until it returns false. The Visit is
	// valid during the call only.
	Visits(yield func(*Visit) bool) error
	// Texts is how many texts the column has.
	Texts(c Column) int
	// Text is one text of a column, as logged.
	Text(c Column, id uint32) string
	// Findings is one set of findings. The caller does not change it.
	Findings(judged uint32) []Finding
	// Cite is the reference, source and line of a row.
	Cite(row uint64) Cite
}
