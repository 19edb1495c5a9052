package cli_test

import (
	"archive/zip"
	"html"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// While the gate is shut, every command and every format says who an intruder is in the very same words. A PDF is drawn
// from the blocks that the Word file is drawn from, and its text cannot be read back.
func TestVerdictIsTheSameEverywhere(t *testing.T) {
	dir := demoCase(t)
	out, _, _ := run(t, "actors", dir, "--json")
	var verdicts []string
	for _, a := range decode[struct {
		Verdict string
		Name    *string
	}](t, out) {
		if a.Name != nil || !regexp.MustCompile(`^unattributed; consistent with \d+ groups?$`).MatchString(a.Verdict) {
			t.Fatalf("the verdict is %q, name %v", a.Verdict, a.Name)
		}
		verdicts = append(verdicts, a.Verdict)
	}
	if len(verdicts) == 0 {
		t.Fatal("no intruder")
	}
	tags := regexp.MustCompile(`</w:p>|</(?:p|li|h\d)>|<[^>]*>`)
	lines := func(tag string) string {
		if strings.HasPrefix(tag, "</") {
			return "\n"
		}
		return ""
	}
	said := map[string]string{}
	said["actors"], _, _ = run(t, "actors", dir)
	said["actors --csv"], _, _ = run(t, "actors", dir, "--csv")
	ref := regexp.MustCompile(`\ba:[0-9a-f]+`).FindString(said["actors"])
	said["show"], _, _ = run(t, "show", dir, ref)
	for _, format := range []string{"md", "html", "docx", "json", "stix", "misp", "navigator", "timesketch"} {
		name := "report." + format
		if _, errs, code := run(t, "report", dir, "--format", format, "-o", name); code != 0 {
			t.Fatalf("%s: %s", format, errs)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if format == "docx" {
			text = wordText(t, name)
		}
		if format == "html" || format == "docx" { // elsewhere a < is a sign like others
			text = html.UnescapeString(tags.ReplaceAllStringFunc(text, lines))
		}
		said[format] = text
	}
	for where, text := range said {
		for i, v := range verdicts {
			if where == "show" && i > 0 {
				break
			}
			if !strings.Contains(text, v) {
				t.Errorf("%s does not say %q", where, v)
			}
		}
		for _, m := range regexp.MustCompile(`unattributed[^a-z"\\][^."\n]{0,40}`).FindAllString(text, -1) {
			if !regexp.MustCompile(`^unattributed; consistent with \d+ groups?\b`).MatchString(m) {
				t.Errorf("%s says %q", where, m)
			}
		}
		for _, s := range regexp.MustCompile(`[^.\n"]*`).FindAllString(text, -1) {
			if low := strings.ToLower(s); strings.Contains(low, "confidence") && strings.Contains(low, "likelihood") {
				t.Errorf("%s has likelihood and confidence in one sentence: %q", where, s)
			}
		}
	}
}

// wordText is the text of a Word file with its tags.
func wordText(t *testing.T, name string) string {
	t.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
