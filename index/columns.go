package index

import "spoor/triage"

// A column is one column of texts. Rows hold numbers of texts; number 0 is the empty text in every segment.
type column int

const (
	colClient column = iota
	colMethod
	colPath
	colQuery
	colReferer
	colAgent
	colHost
	colUser
	colProtocol
	colBody   // what was sent after the headers; most logs have none
	colAnswer // what was answered; hardly any log has it
	colReject // why a line is no request
	colRaw    // the text of a line that is no request, its first maxRaw bytes
	colJudged // sets of findings, as JSON
	colSigns  // what the findings of a row are: see sign
	textColumns
)

// maxRaw bounds the text kept of a rejected line, in bytes; bare words are searched in this much of it.
const maxRaw = 4096

var columnNames = [textColumns]string{
	"client", "method", "path", "query", "referer", "agent", "host", "user", "protocol", "body", "answer", "reject", "raw", "judged", "signs",
}

// routed says which columns have their words in the bleve index; these are also the columns that bare words
// are looked for in, together with the method.
var routed = [textColumns]bool{
	colClient: true, colPath: true, colQuery: true, colReferer: true, colAgent: true, colHost: true, colUser: true, colBody: true, colAnswer: true, colRaw: true,
}

// decoded is the text of a column as a responder reads it, with its encodings peeled off.
func decoded(c column, text string) string {
	switch c {
	case colPath:
		return triage.DecodedText(text, "")
	case colQuery, colReferer:
		return triage.DecodedText("", text)
	case colBody:
		return triage.DecodedBody(text)
	}
	return text
}

// An intColumn is one column of numbers.
type intColumn int

const (
	intSource intColumn = iota // position in the manifest's sources
	intLine
	intOffset
	intLength
	intTime // Unix milliseconds, 0 if unknown
	intStatus
	intSize   // -1 if unknown
	intMillis // -1 if unknown
	intColumns
)

// A row is one line of the evidence as it stands in rows.parquet. The numbers of texts point into
// texts.parquet. What compresses badly is kept as differences in few bits, which are read several times as fast
// as zstd; zstd is for columns with runs and repetitions, snappy for one that free text scans.
type row struct {
	Source   int32 `parquet:"source,zstd"`
	Line     int64 `parquet:"line,delta,zstd"`
	Offset   int64 `parquet:"offset,delta"`
	Length   int64 `parquet:"length,delta"`
	Time     int64 `parquet:"time,delta,zstd"`
	Status   int32 `parquet:"status,zstd"`
	Size     int64 `parquet:"size,delta"`
	Millis   int64 `parquet:"millis,delta"`
	Client   int32 `parquet:"client,delta"`
	Method   int32 `parquet:"method,zstd"`
	Path     int32 `parquet:"path,delta"`
	Query    int32 `parquet:"query,snappy"`
	Referer  int32 `parquet:"referer,delta"`
	Agent    int32 `parquet:"agent,delta"`
	Host     int32 `parquet:"host,zstd"`
	User     int32 `parquet:"user,zstd"`
	Protocol int32 `parquet:"protocol,zstd"`
	Body     int32 `parquet:"body,zstd"`
	Answer   int32 `parquet:"answer,zstd"`
	Reject   int32 `parquet:"reject,zstd"`
	Raw      int32 `parquet:"raw,zstd"`
	Judged   int32 `parquet:"judged,zstd"`
	Signs    int32 `parquet:"signs,zstd"`
}

// parquetInts and parquetTexts are the positions of the columns in row.
var parquetInts = [intColumns]int{
	intSource: 0, intLine: 1, intOffset: 2, intLength: 3, intTime: 4, intStatus: 5, intSize: 6, intMillis: 7,
}

var parquetTexts = [textColumns]int{
	colClient: 8, colMethod: 9, colPath: 10, colQuery: 11, colReferer: 12, colAgent: 13, colHost: 14, colUser: 15,
	colProtocol: 16, colBody: 17, colAnswer: 18, colReject: 19, colRaw: 20, colJudged: 21, colSigns: 22,
}
