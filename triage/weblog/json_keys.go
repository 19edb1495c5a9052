package weblog

import "strings"

// A jsonKey is what a name of a value means. Of two names for the same field, that of the lower rank is taken.
type jsonKey struct {
	field jsonField
	rank  uint8
	deep  bool // the name means this in every part of a document, not only at its top
}

// rankTraefik marks Traefik's name for the size, from which the unit of its Duration follows.
const rankTraefik = 9

// jsonKeys are the names, as normalise writes them; the most telling ones of each field come first. Names of one
// word that mean other things elsewhere ("host", "status", "message") are read at the top of a document alone.
//
// Sources: https://nginx.org/en/docs/varindex.html https://caddyserver.com/docs/logging
// https://doc.traefik.io/traefik/observability/access-logs/ https://www.elastic.co/guide/en/ecs/current/ecs-http.html
// https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
// https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
// https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/
// https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
// https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats
var jsonKeys = makeJSONKeys(map[jsonField]jsonNames{
	jsonTime: {
		deep: "startutc startlocal starttime timeiso8601 timelocal edgestarttimestamp transaction.timestamp transaction.time eventtime requesttimestamp",
		top:  "msec ts timestamp time datetime date timestampns",
	},
	jsonClient: {
		deep: "clienthost clientip httprequest.remoteip client.ip source.ip request.clientip transaction.clientip transaction.remoteaddress remoteaddr remoteip " +
			"remoteaddress downstreamremoteaddress clientaddr clientaddress sourceip remotehost source.address client.address requestcontext.identity.sourceip",
		top: "realip xrealip cip ip srcip client remote src sourceips xforwardedfor httpxforwardedfor",
	},
	jsonUser:   {deep: "remoteuser clientusername user.name userid authuser username", top: "user"},
	jsonMethod: {deep: "requestmethod httpmethod http.request.method request.method httprequest.httpmethod clientrequestmethod csmethod", top: "method verb"},
	jsonLine:   {deep: "request.requestline requestline firstline requestfirstline", top: "request req"},
	jsonTarget: {
		deep: "requesturi request.uri request.url url.original xenvoyoriginalpath xenvoyoriginpath httprequest.requesturl httprequest.uri clientrequesturi " +
			"requestpath requesturl url.path httpuri csuristem originalpath httprequest.path requestcontext.path request.path",
		top: "uri url path target httpuripath",
	},
	jsonQuery:    {deep: "querystring url.query httprequest.args csuriquery urlquery request.query request.querystring", top: "args query"},
	jsonProtocol: {deep: "serverprotocol request.proto requestprotocol http.version request.httpversion httpversion clientrequestprotocol httprequest.protocol", top: "protocol proto"},
	jsonStatus: {
		deep: "downstreamstatus http.response.statuscode httprequest.status response.status response.httpcode response.statuscode responsecode responsestatus.code " +
			"edgeresponsestatus scstatus httpstatus httpstatuscode statuscode responsestatus",
		top: "status code",
	},
	jsonSize: {
		deep: "bodybytessent bytessent http.response.body.bytes response.bytes httprequest.responsesize edgeresponsebytes scbytes responsebodybytes downstreamcontentsize " +
			"bytesout responsesize responselength",
		top: "size bytes",
	},
	jsonMillis:  {deep: "requesttimems durationms latencyms responsetimems timetakenms elapsedms", top: ""},
	jsonSeconds: {deep: "requesttimeseconds durationseconds upstreamresponsetime httprequest.latency", top: "requesttime"},
	jsonMicros:  {deep: "durationus requesttimeus timetakenus", top: ""},
	jsonNanos:   {deep: "event.duration durationns", top: ""},
	jsonTaken:   {deep: "", top: "duration latency responsetime timetaken elapsed"},
	jsonReferer: {
		deep: "httpreferer httpreferrer http.request.referrer request.headers.referer headers.referer clientrequestreferer httprequest.referer requestreferer",
		top:  "referer referrer",
	},
	jsonAgent: {
		deep: "httpuseragent useragent.original request.headers.useragent headers.useragent clientrequestuseragent httprequest.useragent requestuseragent useragent",
		top:  "agent ua",
	},
	jsonHost: {
		deep: "httphost request.host request.headers.host headers.host requesthost clientrequesthost url.domain authority virtualhost httphostname requestaddr",
		top:  "vhost host domain servername",
	},
	jsonBody:   {deep: "requestbody http.request.body.content request.body httprequestbody requestbodycontent", top: "postdata body"},
	jsonAnswer: {deep: "responsebody http.response.body.content response.body respbody", top: ""},
	jsonInner:  {deep: "event.original", top: "log message msg line raw"},

	jsonCounter: {top: "requestcount"}, // see numbered.go
	jsonJournal: {top: "seqnum"}, jsonJournalID: {top: "seqnumid"}, jsonCursor: {top: "cursor"},
})

// jsonNames are names of a field, by where they count.
type jsonNames struct{ deep, top string }

func makeJSONKeys(all map[jsonField]jsonNames) map[string]jsonKey {
	out := map[string]jsonKey{}
	for field, names := range all {
		rank := uint8(0)
		for _, part := range [...]struct {
			names string
			deep  bool
		}{{names.deep, true}, {names.top, false}} {
			for name := range strings.FieldsSeq(part.names) {
				if _, twice := out[name]; twice {
					panic("weblog: " + name + " names two fields")
				}
				rank++
				out[name] = jsonKey{field, rank, part.deep}
			}
		}
	}
	return out
}
