package triage

// A Whole is the store of all requests of a case, as Conclude asks it.
type Whole interface {
	// Clients is how many distinct clients there are.
	Clients() int
	// Count is how many requests have each of the texts in a column, Clients, Agents or Hosts.
	Count(c Column, texts []string) ([]int, error)
	// Requests calls yield, in the order of load, for each request whose path satisfies the test, with that
	// path, until it returns false. Of the Visit only Row, Time, Status, Size and Millis are to be used.
	Requests(path func(string) bool, yield func(v *Visit, path string) bool) error
	// Of calls yield, in the order of load, for each request of the clients with the findings that Judge.Request gave
	// for it, until it returns false. A client without a name has none. The caller changes neither of them.
	Of(clients []string, yield func(row uint64, r *Request, found []Finding) bool) error
	// Client is who sent a request.
	Client(row uint64) (string, error)
	// Cite is the reference, source and line of a row.
	Cite(row uint64) Cite
}
