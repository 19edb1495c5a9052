package feed_test

import (
	"slices"
	"strings"
	"testing"

	"spoor/triage/intel/feed"
)

// What a STIX pattern is read as: each comparison for equality, by itself.
func TestPatterns(t *testing.T) {
	const md5, sha = "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	for _, c := range []struct {
		pattern string
		want    string // kinds and values
	}{
		{`[ipv4-addr:value = '198.51.100.0/24']`, "network 198.51.100.0/24"},
		{`[ipv4-addr:value = '198.51.100.7/32' OR ipv6-addr:value = '2001:db8::1']`, "address 198.51.100.7, address 2001:db8::1"},
		{`[domain-name:value = 'a.example' AND url:value = 'http://a.example/x?y=1']`, "domain a.example, url http://a.example/x?y=1"},
		{`([file:hashes.MD5 = '` + md5 + `'] FOLLOWEDBY [file:hashes.'SHA-256' = '` + sha + `']) WITHIN 300 SECONDS`, "hash " + md5 + ", hash " + sha},
		{`[file:name = 'up (1).php']`, `name (?i)(^|[\\/])up \(1\)\.php$`},
		{`[file:hashes."MD5" = '` + md5 + `']`, "hash " + md5},
		{`[domain-name:value = 'it\'s']`, ""}, // no domain name
		// What is said of other things, or not of equality, is not looked for, and is counted.
		{`[process:command_line = 'whoami']`, ""}, {`[url:value LIKE 'http://%.example/']`, ""}, {`[ipv4-addr:value != '198.51.100.7']`, ""},
		{`[NOT ipv4-addr:value = '198.51.100.7']`, ""}, {`[ipv4-addr:value NOT = '198.51.100.7']`, ""}, {`[ipv4-addr:value = '0.0.0.0/0']`, ""}, {`]`, ""}, {``, ""},
	} {
		text := `{"type":"bundle","objects":[{"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'always.example']"},{"type":"indicator","id":"indicator--2","pattern":` +
			quote(c.pattern) + `}]}`
		f, err := feed.Read([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		var got []string
		for _, in := range f.Indicators {
			if in.Value != "always.example" {
				got = append(got, string(in.Kind)+" "+in.Value)
			}
		}
		slices.Sort(got)
		if strings.Join(got, ", ") != c.want || len(got) == 0 && f.Skipped == 0 {
			t.Errorf("%s: %q, %d skipped; want %q", c.pattern, got, f.Skipped, c.want)
		}
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
