package triage

// A Survey is what only the requests of a case together show.
type Survey struct {
	Findings  []Finding  `json:"findings"` // distinct findings of behaviour; Field is "behaviour"
	Marks     []Mark     `json:"marks"`    // which row has which of them, sorted by row
	Webshells []Webshell `json:"webshells"`
	Incidents []Incident `json:"incidents"`
	Intruders []Intruder `json:"intruders"`
}

// A Mark gives a row one finding of a Survey.
type Mark struct {
	Row     uint64 `json:"row"`
	Finding uint32 `json:"finding"` // position in Survey.Findings
}
