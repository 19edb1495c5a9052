package distil

import (
	"net/url"
	"strings"
)

// vendors names the publishers of the reports that ATT&CK cites, by the last part of their host name. A host
// that is not here leaves the citation's own name as the one who says so. To extend: one line a publisher.
var vendors = map[string]string{
	"accenture.com":                          "Accenture",
	"amnesty.org":                            "Amnesty International",
	"anomali.com":                            "Anomali",
	"bitdefender.com":                        "Bitdefender",
	"blackberry.com":                         "BlackBerry",
	"broadcom.com":                           "Symantec",
	"checkpoint.com":                         "Check Point",
	"cisa.gov":                               "CISA",
	"citizenlab.ca":                          "Citizen Lab",
	"clearskysec.com":                        "ClearSky",
	"crowdstrike.com":                        "CrowdStrike",
	"cybereason.com":                         "Cybereason",
	"cylance.com":                            "Cylance",
	"dragos.com":                             "Dragos",
	"eset.com":                               "ESET",
	"f-secure.com":                           "F-Secure",
	"fireeye.com":                            "FireEye",
	"forcepoint.com":                         "Forcepoint",
	"google.com":                             "Google",
	"group-ib.com":                           "Group-IB",
	"ibm.com":                                "IBM",
	"justice.gov":                            "US Department of Justice",
	"kaspersky.com":                          "Kaspersky",
	"kasperskycontenthub.com":                "Kaspersky",
	"malwarebytes.com":                       "Malwarebytes",
	"mandiant.com":                           "Mandiant",
	"mcafee.com":                             "McAfee",
	"microsoft.com":                          "Microsoft",
	"ncsc.gov.uk":                            "UK NCSC",
	"nccgroup.com":                           "NCC Group",
	"nccgroup.trust":                         "NCC Group",
	"paloaltonetworks.com":                   "Palo Alto Networks",
	"proofpoint.com":                         "Proofpoint",
	"ptsecurity.com":                         "Positive Technologies",
	"pwc.co.uk":                              "PwC",
	"recordedfuture.com":                     "Recorded Future",
	"rsa.com":                                "RSA",
	"secureworks.com":                        "Secureworks",
	"securelist.com":                         "Kaspersky",
	"sentinelone.com":                        "SentinelOne",
	"sophos.com":                             "Sophos",
	"symantec.com":                           "Symantec",
	"symantec-enterprise-blogs.security.com": "Symantec",
	"talosintelligence.com":                  "Cisco Talos",
	"threatconnect.com":                      "ThreatConnect",
	"trendmicro.com":                         "Trend Micro",
	"volexity.com":                           "Volexity",
	"welivesecurity.com":                     "ESET",
	"unit42.paloaltonetworks.com":            "Palo Alto Networks",
	"us-cert.gov":                            "CISA",
}

// vendor is who stands behind a citation: the publisher at its address, looking through web archives, or
// the citation's own name.
func vendor(cited, address string) string {
	if i := strings.LastIndex(address, "/http"); i > 0 { // https://web.archive.org/web/2020/https:/host/...
		_, rest, _ := strings.Cut(address[i:], ":")
		address = "https://" + strings.TrimLeft(rest, "/")
	}
	u, err := url.Parse(address)
	if err != nil {
		return clean(cited)
	}
	for host := strings.ToLower(u.Hostname()); host != ""; {
		if v := vendors[host]; v != "" {
			return v
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return clean(cited)
}
