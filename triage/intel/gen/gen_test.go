package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// The embedded file is what the generator makes of the sources, line by line. The compressed bytes are left
// out: they change with the compressor.
func TestEmbeddedIsGenerated(t *testing.T) {
	attack, err := filepath.Glob("../../../../shared/data/attack/enterprise-attack-*.json.gz")
	if err != nil || len(attack) != 1 {
		t.Skip("shared evidence is not here")
	}
	version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(attack[0]), "enterprise-attack-"), ".json.gz")
	want, err := distilled(attack[0], version, filepath.Join(filepath.Dir(attack[0]), "misp-threat-actor.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := os.ReadFile("../kb.txt.zst")
	if err != nil {
		t.Fatal(err)
	}
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	got, err := dec.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d of kb.txt.zst is %q, generated %q: run go generate", i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("kb.txt.zst has %d lines, generated %d: run go generate", len(a), len(b))
	}
}

const smallBundle = `{"objects": [
 {"type":"intrusion-set","id":"intrusion-set--1","name":"One","aliases":["One","Eins","Uno"],"external_references":[
  {"source_name":"mitre-attack","external_id":"G0001"},
  {"source_name":"Eins","description":"(Citation: Rep A)(Citation: Rep B)"},
  {"source_name":"Rep A","url":"https://web.archive.org/web/2020/http:/www.crowdstrike.com/x","description":"prose"},
  {"source_name":"Rep B","url":"https://example.net/x"}]},
 {"type":"intrusion-set","id":"intrusion-set--2","name":"Old\tOne","revoked":true,"external_references":[{"source_name":"mitre-attack","external_id":"G0002"}]},
 {"type":"intrusion-set","id":"intrusion-set--3","name":"Gone","x_mitre_deprecated":true,"external_references":[{"source_name":"mitre-attack","external_id":"G0003"}]},
 {"type":"attack-pattern","id":"attack-pattern--1","name":"Shell","external_references":[{"source_name":"mitre-attack","external_id":"T1505.003"}],"kill_chain_phases":[{"phase_name":"persistence"}]},
 {"type":"tool","id":"tool--1","name":"Tool","external_references":[{"source_name":"mitre-attack","external_id":"S0001"}]},
 {"type":"campaign","id":"campaign--1","name":"Camp","first_seen":"2020-01-02T00:00:00Z","external_references":[{"source_name":"mitre-attack","external_id":"C0001"}]},
 {"type":"relationship","relationship_type":"revoked-by","source_ref":"intrusion-set--2","target_ref":"intrusion-set--1"},
 {"type":"relationship","relationship_type":"uses","source_ref":"intrusion-set--2","target_ref":"tool--1","external_references":[{"source_name":"Rep A","url":"https://web.archive.org/web/2020/http:/www.crowdstrike.com/x"}]},
 {"type":"relationship","relationship_type":"uses","source_ref":"intrusion-set--3","target_ref":"tool--1"},
 {"type":"relationship","relationship_type":"uses","source_ref":"tool--1","target_ref":"attack-pattern--1"},
 {"type":"relationship","relationship_type":"attributed-to","source_ref":"campaign--1","target_ref":"intrusion-set--1"}]}`

const smallCluster = `{"version": 3, "values": [
 {"uuid":"u1","value":"Uno","related":[{"dest-uuid":"1","type":"similar"}],
  "meta":{"country":"CN","synonyms":["G0003","BRONZE ONE","Ein"],"name-attribution":["BRONZE ONE:v1","Ein:v1"],"origin:BRONZE ONE":"Secureworks","targeted-sector":["Energy"]}},
 {"uuid":"u2","value":"Two","meta":{"synonyms":["G0002"]}}]}`

func TestDistil(t *testing.T) {
	dir := t.TempDir()
	attack, misp := filepath.Join(dir, "a.json"), filepath.Join(dir, "m.json")
	for name, text := range map[string]string{attack: smallBundle, misp: smallCluster} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := distilled(attack, "", misp); err == nil || !strings.Contains(err.Error(), "-attack-version") {
		t.Errorf("without a version: %v", err)
	}
	if _, err := distilled(misp, "1", misp); err == nil || !strings.Contains(err.Error(), "no ATT&CK object") {
		t.Errorf("no bundle: %v", err)
	}
	text, err := distilled(attack, "1.0", misp)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := distilled(attack, "1.0", misp)
		if err != nil || string(again) != string(text) {
			t.Fatalf("a second run gives another text (%v):\n%s", err, again)
		}
	}
	for _, want := range []string{
		"t\tT1505.003\tShell\tpersistence\n",
		"s\tS0001\tTool\ttool\tT1505.003\t\n",
		"g\tG0001\tOne\t\tS0001:0\t0,1\na\tEins\tCrowdStrike\na\tEins\tRep B\na\tUno\tMITRE ATT&CK\n",
		"c\tC0001\tCamp\t2020-01-02\t\tG0001\t\t\t\n",
		"m\tu1\tUno\tMISP\tCN\tG0001\tenergy\t\na\tBRONZE ONE\tMISP, citing Secureworks\na\tEin\tMISP, citing Secureworks\n",
		"m\tu2\tTwo\tMISP\t\tG0001\t\t\n",
		"r\tG0002\tG0001\tOld One\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, not := range []string{"prose", "Gone", "G0003"} {
		if strings.Contains(string(text), not) {
			t.Errorf("%q is in\n%s", not, text)
		}
	}
}
